# SPDX-License-Identifier: MIT
# Marks over x, each with the colour and the marker of its label.
load folder.'/x_axis.gp'
set tmargin at screen panel_top[1]
set bmargin at screen panel_bottom[1]
if (y1_log) { set logscale y }
set yrange [y1_least : y1_most]
set ytics ('' y1_tick[1])
do for [i=2:y1_ticks] { set ytics add ('' y1_tick[i]) }
plot for [i=1:n_series] '$series_'.i using 1:2 with points linecolor rgb colour[i] pointtype marker[i] pointsize 0.7 * point notitle
