# SPDX-License-Identifier: MIT
# Which model wins where: a field for each value of a parameter and each concurrency.
# A model's colour: it wins; grey: none does.
# Arguments: as those of speedup.gp, but 8 numbers: columns, rows.
data = ARG1; format_name = ARG2; out = ARG3; title_text = ARG4; subtitle_text = ARG5; x_text = ARG6; y_text = ARG7; numbers = ARG8
n_x = int(word(ARG8, 1)); n_y = int(word(ARG8, 2))
load ARG9.'/common.gp'
unset logscale x
unset grid
set lmargin at screen 0.22
set rmargin at screen 0.98
set xrange [-0.5 : n_x - 0.5]
set yrange [-0.5 : n_y - 0.5]
set border 0
set tics scale 0
plot data index 0 using 1:2:(0.48):(0.48):3 \
         with boxxyerror fillstyle solid noborder linecolor rgb variable, \
     data index 0 using 1:($2 + 0.12):4 with labels font (n_x > 4 ? ',9' : ',12'), \
     data index 0 using 1:($2 - 0.16):5 with labels font (n_x > 4 ? ',9' : ',12') textcolor rgb '#333333', \
     data index 1 using 1:(NaN):xticlabels(2) with points, \
     data index 2 using (NaN):1:yticlabels(2) with points
