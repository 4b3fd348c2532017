# SPDX-License-Identifier: MIT
# Speedup for each CPU against the CPUs offered.
load folder.'/common.gp'
load folder.'/lines.gp'
