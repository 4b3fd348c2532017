# SPDX-License-Identifier: MIT
# A dot and its interval in each row, for each of some series, each in its own colour.
load folder.'/rows.gp'
plot for [i=1:n_series] '$series_'.i using 3:2:($4 - $3):(0):5 with vectors nohead linecolor rgb variable linewidth 1.4 notitle, \
     for [i=1:n_series] '$series_'.i using 1:2:6:5 with points pointtype variable linecolor rgb variable pointsize point notitle
