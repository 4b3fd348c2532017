# SPDX-License-Identifier: MIT
# How latencies are distributed: a curve for each model.
load folder.'/common.gp'
load folder.'/shapes.gp'
