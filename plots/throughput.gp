# SPDX-License-Identifier: MIT
# Throughput against tasks in flight, with interval bands; both axes logarithmic.
# Arguments: as those of speedup.gp.
data = ARG1; format_name = ARG2; out = ARG3; title_text = ARG4; subtitle_text = ARG5; x_text = ARG6; y_text = ARG7
n = int(word(ARG8, 1)); least_x = word(ARG8, 2) + 0.0; most_x = real(word(ARG8, 3))
load ARG9.'/common.gp'
set xrange [least_x : most_x]
set logscale y 10
set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
plot for [i=0:n-1] data index i using 1:3:4 with filledcurves fillcolor rgb colour[i % 8 + 1] fillstyle transparent solid 0.2 noborder, \
     for [i=0:n-1] data index i using 1:2 with linespoints linecolor rgb colour[i % 8 + 1] pointtype marker[i % 8 + 1], \
     for [i=0:n-1] data index n using 1:($4 == i ? $2 : NaN):3 with labels left offset 1,0 textcolor rgb colour[i % 8 + 1]
