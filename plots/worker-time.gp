# SPDX-License-Identifier: MIT
# Where the time of each worker went.
load folder.'/common.gp'
load folder.'/stacks.gp'
