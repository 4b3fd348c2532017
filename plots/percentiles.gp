# SPDX-License-Identifier: MIT
# Latency by percentile, on an axis that gives each nine as much room.
load folder.'/common.gp'
load folder.'/lines.gp'
