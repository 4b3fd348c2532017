# SPDX-License-Identifier: MIT
# Which model wins where: a field for each value of a parameter and each concurrency, in the colour of the winner.
load folder.'/common.gp'
set tmargin at screen panel_top[1]
set bmargin at screen panel_bottom[1]
unset grid
unset tics
unset border
set xrange [-0.5 : n_x - 0.5]
set yrange [-0.5 : n_y - 0.5]
plot $fields using 1:2:(0.485):(0.47):3 with boxxyerror fillstyle solid noborder linecolor rgb variable notitle
