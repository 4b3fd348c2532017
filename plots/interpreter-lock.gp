# SPDX-License-Identifier: MIT
# Rates under an interpreter lock over those without.
load folder.'/common.gp'
load folder.'/dots.gp'
