# SPDX-License-Identifier: MIT
# Speedup against processing units offered, with the ideal line and the machine's number of units.
# Arguments: 1 data, 2 format, 3 output, 4 title, 5 subtitle, 6 x label, 7 y label, 8 numbers: lines, least x, most x, 9 folder of scripts (gnuplot takes nine).
data = ARG1; format_name = ARG2; out = ARG3; title_text = ARG4; subtitle_text = ARG5; x_text = ARG6; y_text = ARG7
n = int(word(ARG8, 1)); least_x = word(ARG8, 2) + 0.0; most_x = real(word(ARG8, 3))
load ARG9.'/common.gp'
set xrange [least_x : most_x]
set yrange [0:*]
set xtics (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
plot data index n + 1 using 1:2 with lines linecolor 'gray70' dashtype 2, \
     for [i=0:n-1] data index i using 1:3:4 with filledcurves fillcolor rgb colour[i % 8 + 1] fillstyle transparent solid 0.2 noborder, \
     for [i=0:n-1] data index i using 1:2 with linespoints linecolor rgb colour[i % 8 + 1] pointtype marker[i % 8 + 1], \
     for [i=0:n] data index n using 1:($4 == i ? $2 : NaN):3 with labels left offset 1,0 textcolor rgb (i < n ? colour[i % 8 + 1] : 'gray50')
