# SPDX-License-Identifier: MIT
# What all figures share: the terminal, the texts, and the lines that lead to them. README.md says what each variable is.
if (format_name eq 'svg') { set terminal svg size page_width,page_height font 'DejaVu Sans,12' noenhanced background 'white' }
if (format_name eq 'png') { set terminal pngcairo size png_width,png_height font 'DejaVu Sans,12' fontscale 1.5 linewidth 2 pointscale 1.5 noenhanced background 'white' }
if (format_name eq 'pdf') { set terminal pdfcairo size pdf_width cm,pdf_height cm font 'DejaVu Sans,12' fontscale 0.4724 linewidth 0.8 pointscale 0.63 noenhanced background 'white' }
set output out
point = format_name eq 'svg' ? 0.75 : 1 # its points are larger
set border 3 linecolor 'gray30'
set tics nomirror out scale 0.6
set format ''
set grid noxtics ytics linecolor 'gray90' linetype 1
unset key
set lmargin at screen plot_left
set rmargin at screen plot_right
do for [i=1:n_texts] {
    if (text_align[i] eq 'left') { set label i words[i] at screen text_x[i], screen text_y[i] left font sprintf(',%d', text_size[i]) textcolor rgb text_colour[i] front }
    if (text_align[i] eq 'right') { set label i words[i] at screen text_x[i], screen text_y[i] right font sprintf(',%d', text_size[i]) textcolor rgb text_colour[i] front }
    if (text_align[i] eq 'centre') { set label i words[i] at screen text_x[i], screen text_y[i] center font sprintf(',%d', text_size[i]) textcolor rgb text_colour[i] front }
    if (text_upright[i]) { set label i rotate by 90 }
    if (text_marker[i]) { set label n_texts + i '' at screen text_marker_x[i], screen text_y[i] point pointtype text_marker[i] pointsize point linecolor rgb text_marker_colour[i] front }
}
do for [i=1:n_rules] {
    if (rule_head[i]) { set arrow i from screen rule_x1[i], screen rule_y1[i] to screen rule_x2[i], screen rule_y2[i] head filled size screen 0.008,20 linecolor rgb rule_colour[i] front }
    else { set arrow i from screen rule_x1[i], screen rule_y1[i] to screen rule_x2[i], screen rule_y2[i] nohead linecolor rgb rule_colour[i] dashtype rule_dash[i] back }
}
