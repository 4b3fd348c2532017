# SPDX-License-Identifier: MIT
# A curve in each row over the values that are frequent; a long tick at the median, a short one in the tail.
load folder.'/rows.gp'
plot for [i=1:n_rows] '$shape_'.i using 1:2 with filledcurves closed fillcolor rgb colour[i] fillstyle transparent solid 0.35 noborder notitle, \
     for [i=1:n_rows] '$shape_'.i using 1:2 with lines linecolor rgb colour[i] notitle, \
     for [i=1:n_rows] '$ticks_'.i using 1:2:(0):3 with vectors nohead linecolor rgb 'black' linewidth 1.4 notitle
