# SPDX-License-Identifier: MIT
# Lines over x, with intervals, in one panel or two: the upper one is drawn first.
if (n_panels > 1) { set multiplot }
do for [p=n_panels:1:-1] {
    set tmargin at screen panel_top[p]
    set bmargin at screen panel_bottom[p]
    load folder.'/x_axis.gp'
    unset logscale y
    if (p == 1) { if (y1_log) { set logscale y } } else { if (y2_log) { set logscale y } }
    set yrange [(p == 1 ? y1_least : y2_least) : (p == 1 ? y1_most : y2_most)]
    set ytics ('' (p == 1 ? y1_tick[1] : y2_tick[1]))
    if (p == 1) { do for [i=2:y1_ticks] { set ytics add ('' y1_tick[i]) } } else { do for [i=2:y2_ticks] { set ytics add ('' y2_tick[i]) } }
    line = sprintf('$line_%d_', p)
    plot $ideal using 1:2 with lines linecolor 'gray60' dashtype 2 notitle, \
         for [i=1:n_lines] line.i using 1:3:4 with filledcurves fillcolor rgb colour[i] fillstyle transparent solid 0.2 noborder notitle, \
         for [i=1:n_lines] line.i using 1:6:(0):($7 - $6) with vectors nohead linecolor rgb colour[i] linewidth 0.9 notitle, \
         for [i=1:n_lines] line.i using 1:2 with lines linecolor rgb colour[i] linewidth 1.4 notitle, \
         for [i=1:n_lines] line.i using 1:5 with points linecolor rgb colour[i] pointtype marker[i] pointsize point notitle
    unset label
    unset arrow
}
if (n_panels > 1) { unset multiplot }
