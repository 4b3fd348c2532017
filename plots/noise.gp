# SPDX-License-Identifier: MIT
# The trials of a run over time.
load folder.'/common.gp'
load folder.'/strip.gp'
