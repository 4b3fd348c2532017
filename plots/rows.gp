# SPDX-License-Identifier: MIT
# What charts of rows share: x as their axis, rows from the bottom up, and a band over what counts as equivalent.
load folder.'/x_axis.gp'
set tmargin at screen panel_top[1]
set bmargin at screen panel_bottom[1]
set yrange [0 : rows_high]
unset ytics
set grid noytics xtics linecolor 'gray90' linetype 1
set border 1
if (band_most > band_least) { set object 1 rectangle from first band_least, graph 0 to first band_most, graph 1 behind fillcolor rgb '#eeeeee' fillstyle solid noborder }
