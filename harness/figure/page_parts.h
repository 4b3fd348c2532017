/* SPDX-License-Identifier: MIT */
/* What the files that lay out a page share: for page*.c alone. */
#ifndef CONTEND_FIGURE_PAGE_PARTS_H
#define CONTEND_FIGURE_PAGE_PARTS_H

#include "harness/figure/page.h"

enum { PAGE_EDGE = 12, PAGE_BOTTOM = 46, PAGE_GREY = 0x666666, PAGE_INK = 0x333333 };

/* A text; NULL: no memory, which the page remembers. What does not fit into PAGE_TEXT is cut off. */
struct page_text *page_put(struct page *p, double x, double y, unsigned size, enum page_align align, const char *text);
/* The same shortened to `width`, with "…" at its end. */
struct page_text *page_put_short(struct page *p, double x, double y, unsigned size, enum page_align align, double width,
                                 const char *text);
/* A text of several lines, each at most `width` wide, the first at y, `pitch` apart; how many. */
unsigned page_put_broken(struct page *p, double x, double y, unsigned size, enum page_align align, double width,
                         double pitch, unsigned rgb, const char *text);
/* In how many such lines it is. */
unsigned page_lines_of(unsigned size, double width, const char *text);
void page_draw(struct page *p, struct page_line line);
/* The places of a value of x, and of y in a panel. */
double page_x(const struct page *p, const struct chart *c, double x);
double page_y(const struct page *p, const struct chart *c, unsigned panel, double y);

/* The part of each kind: begins below `y`, where the head of the page ends; sets height, panels and texts. */
void page_lay_out_lines(struct page *p, const struct chart *c, double y);
void page_lay_out_strip(struct page *p, const struct chart *c, double y);
void page_lay_out_rows(struct page *p, const struct chart *c, double y);
void page_lay_out_map(struct page *p, const struct chart *c, double y);
/* Names of rules above the panel, in as many rows as keep them apart: how many rows of 13 pixels; then put there. */
unsigned page_rule_rows(const struct page *p, const struct chart *c);
void page_put_rules(struct page *p, const struct chart *c, double y);
/* Texts of the ticks of x, those that have room, and the label below them. */
void page_put_x(struct page *p, const struct chart *c);

#endif
