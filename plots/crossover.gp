# SPDX-License-Identifier: MIT
# Which model wins where: a field for each value of a parameter and each concurrency.
# Full colour: it wins; pale: a tie; grey: not told apart, or not contested.
# Arguments: as those of speedup.gp, but 8 numbers: columns, rows.
data = ARG1; format_name = ARG2; out = ARG3; title_text = ARG4; subtitle_text = ARG5; x_text = ARG6; y_text = ARG7
n_x = int(word(ARG8, 1)); n_y = int(word(ARG8, 2))
load ARG9.'/common.gp'
unset logscale x
unset grid
set lmargin 16
set rmargin 3
set xrange [-0.5 : n_x - 0.5]
set yrange [-0.5 : n_y - 0.5]
set border 0
set tics scale 0
# By the row of the table of models: blues for threads, reds for processes, greens and pink for async
array fill[12] = [0x999999, 0x0072B2, 0x56B4E9, 0x004466, 0xD55E00, 0xE69F00, \
    0x8A3B00, 0x009E73, 0x2E6B57, 0xCC79A7, 0x66B99E, 0xF0E442]
# 0xAARRGGBB: the stronger the finding, the less transparent
shade(model, strength) = strength == 0 ? 0xEEEEEE : \
    fill[int(model) % 12 + 1] + (strength == 2 ? 0x66000000 : 0xC0000000)
plot data index 0 using 1:2:(0.48):(0.48):(shade($3, $4)) \
         with boxxyerror fillstyle solid noborder linecolor rgb variable, \
     data index 0 using 1:($2 + 0.12):5 with labels font ',9', \
     data index 0 using 1:($2 - 0.16):6 with labels font ',9' textcolor rgb '#333333', \
     data index 1 using 1:(NaN):xticlabels(2) with points, \
     data index 2 using (NaN):1:yticlabels(2) with points
