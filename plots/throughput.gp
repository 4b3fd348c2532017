# SPDX-License-Identifier: MIT
# Throughput against tasks in flight, with interval bands; both axes logarithmic.
# Arguments: as those of speedup.gp.
data = ARGV[1]; format_name = ARGV[2]; out = ARGV[3]; title_text = ARGV[4]; subtitle_text = ARGV[5]
x_text = ARGV[6]; y_text = ARGV[7]; n = int(ARGV[8]); least_x = ARGV[9] + 0.0; most_x = ARGV[10] + 0.0
load ARGV[11].'/common.gp'
set xrange [least_x : most_x]
set logscale y 10
set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
plot for [i=0:n-1] data index i using 1:3:4 with filledcurves fillcolor rgb colour[i % 8 + 1] fillstyle transparent solid 0.2 noborder, \
     for [i=0:n-1] data index i using 1:2 with linespoints linecolor rgb colour[i % 8 + 1] pointtype marker[i % 8 + 1], \
     for [i=0:n-1] data index n using 1:($4 == i ? $2 : NaN):3 with labels left offset 1,0 textcolor rgb colour[i % 8 + 1]
