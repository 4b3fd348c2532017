# SPDX-License-Identifier: MIT
# What all figures share: terminal, borders, texts, and what the numbers mean. The figure's own script has set the texts.
if (format_name eq 'svg') set terminal svg size 800,500 font 'DejaVu Sans,13' noenhanced background 'white'
if (format_name eq 'png') set terminal pngcairo size 1600,1000 font 'DejaVu Sans,13' fontscale 1.7 linewidth 1.6 pointscale 1.4 noenhanced background 'white'
if (format_name eq 'pdf') set terminal pdfcairo size 16cm,10cm font 'DejaVu Sans,9' noenhanced background 'white'
set output out
set border 3 linecolor 'gray30'
set tics nomirror out textcolor 'gray20'
set grid ytics linecolor 'gray90' linetype 1
unset key
set format '%g'
# A text that is wider than the page goes on in further lines.
title_lines = 1; subtitle_lines = 1
do for [which in "title subtitle"] {
    rest = which eq 'title' ? title_text : subtitle_text
    width = which eq 'title' ? 84 : 108
    done = ''; n_lines = 1
    while (strlen(rest) > width) {
        at = width + 1
        while (at > 1 && rest[at:at] ne ' ') { at = at - 1 }
        if (at == 1) { at = width }
        done = done.rest[1:at]."\n"
        rest = rest[at + 1:*]
        n_lines = n_lines + 1
    }
    if (which eq 'title') { title_text = done.rest; title_lines = n_lines } else { subtitle_text = done.rest; subtitle_lines = n_lines }
}
top = 0.93 - 0.046 * title_lines - 0.038 * subtitle_lines
set label 1 title_text at screen 0.02, screen 0.955 left font ',14' front
set label 2 subtitle_text at screen 0.02, screen (0.955 - 0.046 * title_lines) left textcolor rgb '#666666' font ',11' front
set lmargin at screen 0.115
set rmargin at screen 0.81
set tmargin at screen top
set bmargin at screen 0.125
set xlabel x_text textcolor 'gray20'
set ylabel y_text textcolor 'gray20'
set logscale x 2
# For lines, `numbers` has: how many, least and most x, are intervals bars, is there an upper panel; the axis of
# y (least, most, number of ticks, and for 12 of them value and text); the same of the upper panel; of each line colour and marker.
number(k) = real(word(numbers, k))
colour(i) = int(word(numbers, 60 + 2 * i))
marker(i) = int(word(numbers, 61 + 2 * i))
