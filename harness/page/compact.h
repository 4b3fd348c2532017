/* SPDX-License-Identifier: MIT */
/*
 * A figure in fewer bytes. A plotter writes groups with nothing in them, symbols that no point uses, and coordinates to
 * a hundredth of a pixel: half of a page that holds a hundred figures. What is seen stays the same to a twentieth of a
 * pixel.
 */
#ifndef CONTEND_PAGE_COMPACT_H
#define CONTEND_PAGE_COMPACT_H

/* Rewrites `markup` in place, which must be what svg_copy wrote: values in double quotes, no '<' or '>' in them. It
 * leaves out groups and texts in which nothing is drawn, and of <defs> what nothing refers to; neighbouring groups of
 * the same attributes become one. Numbers with a fraction keep two places below 10, and one from there on. */
void compact_svg(char *markup);

#endif
