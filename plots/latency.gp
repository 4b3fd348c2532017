# SPDX-License-Identifier: MIT
# Median and 99th percentile of latency against tasks in flight.
load folder.'/common.gp'
load folder.'/lines.gp'
