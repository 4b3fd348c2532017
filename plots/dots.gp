# SPDX-License-Identifier: MIT
# A dot and its interval in each row, for each of some series.
load folder.'/rows.gp'
plot for [i=1:n_series] '$series_'.i using 3:2:($4 - $3):(0) with vectors nohead linecolor rgb colour[i] linewidth 1.4 notitle, \
     for [i=1:n_series] '$series_'.i using 1:2 with points linecolor rgb colour[i] pointtype marker[i] pointsize point notitle
