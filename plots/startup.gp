# SPDX-License-Identifier: MIT
# How long workers take to start and to go away.
load folder.'/common.gp'
load folder.'/dots.gp'
