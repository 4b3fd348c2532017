# SPDX-License-Identifier: MIT
# The time of a load against the size of what is read.
load folder.'/common.gp'
load folder.'/lines.gp'
