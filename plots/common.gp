# SPDX-License-Identifier: MIT
# What all figures share: terminal, axes, colours (Okabe and Ito), markers. The figure's own script has set the texts.
if (format_name eq 'svg') set terminal svg size 800,500 font 'DejaVu Sans,13' noenhanced background 'white'
if (format_name eq 'png') set terminal pngcairo size 1600,1000 font 'DejaVu Sans,13' fontscale 1.7 linewidth 1.6 pointscale 1.6 noenhanced background 'white'
if (format_name eq 'pdf') set terminal pdfcairo size 16cm,10cm font 'DejaVu Sans,9' noenhanced background 'white'
set output out
set border 3 linecolor 'gray30'
set tics nomirror out textcolor 'gray20'
set grid ytics linecolor 'gray90' linetype 1
unset key
set format '%g'
set lmargin 11
set rmargin 20
set tmargin 6
set bmargin 4
# A title that is wider than the page goes on in a second line.
at = 88
title_y = 1.13
if (strlen(title_text) > at) {
    while (at > 1 && title_text[at:at] ne ' ') { at = at - 1 }
    title_text = title_text[1:at - 1]."\n".title_text[at + 1:*]
    title_y = 1.165
}
set label 1 title_text at graph -0.08, graph title_y left font ',14' front
set label 2 subtitle_text at graph -0.08, graph 1.05 left textcolor rgb '#666666' font ',11' front
set xlabel x_text textcolor 'gray20'
set ylabel y_text textcolor 'gray20'
set logscale x 2
array colour[8] = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000', '#999999']
array marker[8] = [7, 5, 9, 11, 13, 4, 6, 8]
