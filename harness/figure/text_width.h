/* SPDX-License-Identifier: MIT */
/*
 * How wide a text is drawn, so that figures can keep texts apart and within the page before anything is drawn. Widths
 * are those of DejaVu Sans, which figures ask for; other fonts that a viewer may take in its place are not much wider.
 */
#ifndef CONTEND_FIGURE_TEXT_WIDTH_H
#define CONTEND_FIGURE_TEXT_WIDTH_H

#include <stddef.h>

/* Of UTF-8 text on one line, in the unit of `size`, which is the font's. */
double text_width(const char *text, double size);
/* How many bytes of the text, at least one character, stand on a line that is `width` wide; the line is broken at a
 * space where it has one, else within the word. *skip: bytes up to where the next line begins. */
size_t text_break(const char *text, double size, double width, size_t *skip);

#endif
