# SPDX-License-Identifier: MIT
# The time of a turn against what is touched in it.
load folder.'/common.gp'
load folder.'/lines.gp'
