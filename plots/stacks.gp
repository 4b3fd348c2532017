# SPDX-License-Identifier: MIT
# Parts that add up, in each row.
load folder.'/rows.gp'
plot for [i=1:n_series] '$series_'.i using 1:2:3:4:5:6 with boxxyerror fillcolor rgb colour[i] fillstyle solid border linecolor rgb 'white' notitle
