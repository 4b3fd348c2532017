# SPDX-License-Identifier: MIT
# The axis of x of all but a map.
if (x_log) { set logscale x }
set xrange [x_least : x_most]
set xtics ('' x_tick[1])
do for [i=2:x_ticks] { set xtics add ('' x_tick[i]) }
