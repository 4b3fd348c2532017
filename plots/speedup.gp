# SPDX-License-Identifier: MIT
# Speedup against processing units offered, with the ideal line.
# Arguments: 1 data, 2 format, 3 output, 4 title, 5 subtitle, 6 x label, 7 y label, 8 numbers (see common.gp), 9 folder of scripts (gnuplot takes nine).
data = ARG1; format_name = ARG2; out = ARG3; title_text = ARG4; subtitle_text = ARG5; x_text = ARG6; y_text = ARG7; numbers = ARG8
load ARG9.'/common.gp'
n = int(number(1)); bars = int(number(4))
set xrange [number(2) : number(3)]
set yrange [number(6) : number(7)]
set ytics ('' number(9))
do for [i=0:int(number(8))-1] { set ytics add (word(numbers, 10 + 2 * i) number(9 + 2 * i)) }
set xtics (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
plot data index n + 1 using 1:2 with lines linecolor 'gray60' dashtype 2, \
     for [i=0:n-1] data index i using 1:(bars ? $2 : $3):(bars ? $2 : $4) with filledcurves fillcolor rgb colour(i) fillstyle transparent solid 0.2 noborder, \
     for [i=0:n-1] data index i using 1:(bars ? $3 : $2):(0):(bars ? $4 - $3 : 0) with vectors nohead linecolor rgb colour(i) linewidth 0.9, \
     for [i=0:n-1] data index i using 1:2 with linespoints linecolor rgb colour(i) pointtype marker(i), \
     data index n + 2 using 1:2:3:4 with vectors head filled size screen 0.008,20 linecolor rgb 'gray40', \
     data index n using 5:6:($1 - $5):($2 - $6) with vectors nohead linecolor rgb 'gray80' linewidth 0.6, \
     for [i=0:n-1] data index n using ($4 == i ? $1 : NaN):2 with points linecolor rgb colour(i) pointtype marker(i), \
     for [i=0:n-1] data index n using ($4 == i ? $1 : NaN):2:3 with labels left offset 1,0 textcolor rgb colour(i)
