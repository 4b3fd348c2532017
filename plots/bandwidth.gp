# SPDX-License-Identifier: MIT
# Bandwidth against CPUs.
load folder.'/common.gp'
load folder.'/lines.gp'
