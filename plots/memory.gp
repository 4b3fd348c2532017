# SPDX-License-Identifier: MIT
# Memory against tasks in flight.
load folder.'/common.gp'
load folder.'/lines.gp'
