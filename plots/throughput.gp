# SPDX-License-Identifier: MIT
# Throughput against tasks in flight. Where it all but follows them, a lower panel shows it for each task in flight.
load folder.'/common.gp'
load folder.'/lines.gp'
