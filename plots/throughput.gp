# SPDX-License-Identifier: MIT
# Throughput against tasks in flight. Where it all but follows them, what differs is in a lower panel, for each task in flight.
# Arguments: as those of speedup.gp.
data = ARG1; format_name = ARG2; out = ARG3; title_text = ARG4; subtitle_text = ARG5; x_text = ARG6; y_text = ARG7; numbers = ARG8
load ARG9.'/common.gp'
n = int(number(1)); bars = int(number(4))
set xrange [number(2) : number(3)]
upper = int(number(5)) == 1
set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
if (upper) {
    middle = 0.125 + 0.60 * (top - 0.125)
    set multiplot
    set bmargin at screen middle + 0.04
    set logscale y 10
    set yrange [number(33) : number(34)]
    set ytics ('' number(36))
    do for [i=0:int(number(35))-1] { set ytics add (word(numbers, 37 + 2 * i) number(36 + 2 * i)) }
    set ylabel 'units/s (log)'
    unset xlabel
    set format x ''
    plot for [i=0:n-1] data index i using 1:5 with linespoints linecolor rgb colour(i) pointtype marker(i)
    unset logscale y
    set format x '%g'
    unset label 1
    unset label 2
    set xlabel x_text
    set ylabel y_text
    set tmargin at screen middle
    set bmargin at screen 0.125
} else {
    set logscale y 10
}
set yrange [number(6) : number(7)]
set ytics ('' number(9))
do for [i=0:int(number(8))-1] { set ytics add (word(numbers, 10 + 2 * i) number(9 + 2 * i)) }
plot for [i=0:n-1] data index i using 1:(bars ? $2 : $3):(bars ? $2 : $4) with filledcurves fillcolor rgb colour(i) fillstyle transparent solid 0.2 noborder, \
     for [i=0:n-1] data index i using 1:(bars ? $3 : $2):(0):(bars ? $4 - $3 : 0) with vectors nohead linecolor rgb colour(i) linewidth 0.9, \
     for [i=0:n-1] data index i using 1:2 with linespoints linecolor rgb colour(i) pointtype marker(i), \
     data index n + 2 using 1:2:3:4 with vectors head filled size screen 0.008,20 linecolor rgb 'gray40', \
     data index n using 5:6:($1 - $5):($2 - $6) with vectors nohead linecolor rgb 'gray80' linewidth 0.6, \
     for [i=0:n-1] data index n using ($4 == i ? $1 : NaN):2 with points linecolor rgb colour(i) pointtype marker(i), \
     for [i=0:n-1] data index n using ($4 == i ? $1 : NaN):2:3 with labels left offset 1,0 textcolor rgb colour(i)
if (upper) { unset multiplot }
