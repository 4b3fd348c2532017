# SPDX-License-Identifier: MIT
# Speedup over serial against the CPUs offered, with the ideal line.
load folder.'/common.gp'
load folder.'/lines.gp'
