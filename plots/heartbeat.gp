# SPDX-License-Identifier: MIT
# How late beats come.
load folder.'/common.gp'
load folder.'/dots.gp'
