# SPDX-License-Identifier: MIT
# Counters on one cache line, and on lines of their own.
load folder.'/common.gp'
load folder.'/dots.gp'
