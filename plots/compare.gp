# SPDX-License-Identifier: MIT
# Two runs compared: the ratio of each cell.
load folder.'/common.gp'
load folder.'/dots.gp'
