# SPDX-License-Identifier: MIT
# Speedup against processing units offered, with the ideal line and the machine's number of units.
# Arguments: 1 data, 2 format, 3 output, 4 title, 5 subtitle, 6 x label, 7 y label, 8 lines, 9 least x, 10 most x, 11 folder of scripts.
data = ARGV[1]; format_name = ARGV[2]; out = ARGV[3]; title_text = ARGV[4]; subtitle_text = ARGV[5]
x_text = ARGV[6]; y_text = ARGV[7]; n = int(ARGV[8]); least_x = ARGV[9] + 0.0; most_x = ARGV[10] + 0.0
load ARGV[11].'/common.gp'
set xrange [least_x : most_x]
set yrange [0:*]
set xtics (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
plot data index n + 1 using 1:2 with lines linecolor 'gray70' dashtype 2, \
     for [i=0:n-1] data index i using 1:3:4 with filledcurves fillcolor rgb colour[i % 8 + 1] fillstyle transparent solid 0.2 noborder, \
     for [i=0:n-1] data index i using 1:2 with linespoints linecolor rgb colour[i % 8 + 1] pointtype marker[i % 8 + 1], \
     for [i=0:n] data index n using 1:($4 == i ? $2 : NaN):3 with labels left offset 1,0 textcolor rgb (i < n ? colour[i % 8 + 1] : 'gray50')
