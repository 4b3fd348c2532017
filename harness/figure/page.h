/* SPDX-License-Identifier: MIT */
/*
 * Where everything of a chart stands on its page: the panels, each text, and the lines that lead to texts. Measured in
 * pixels of a page that is PAGE_WIDTH wide, from its upper left corner; its height follows from what is in it.
 */
#ifndef CONTEND_FIGURE_PAGE_H
#define CONTEND_FIGURE_PAGE_H

#include "harness/figure/chart.h"

enum { PAGE_WIDTH = 720, PAGE_TEXT = 256 };
/* Sizes of its font. */
enum { PAGE_TITLE_SIZE = 14, PAGE_SIZE = 12, PAGE_SMALL = 11, PAGE_TINY = 9 };

enum page_align { PAGE_LEFT, PAGE_CENTRE, PAGE_RIGHT };

struct page_text {
    char text[PAGE_TEXT];
    double x, y; /* its left end, middle or right end; half its height */
    unsigned size, rgb;
    enum page_align align;
    bool upright;           /* turned by 90 degrees, read from below */
    struct model_look look; /* marker 0: none; else one stands left of the text, in that colour */
};

struct page_line {
    double x1, y1, x2, y2;
    unsigned rgb;
    bool dashed, head; /* head: an arrow's, at its end */
};

struct page {
    double width, height;
    double left, right;                             /* of all panels */
    double top[CHART_PANELS], bottom[CHART_PANELS]; /* panel 0 is the lower one */
    double rows; /* how many rows high the panel is, gaps included; dots, stacks, shapes and maps */
    unsigned n_texts, texts_room, n_lines, lines_room;
    struct page_text *text;
    struct page_line *line;
    bool no_memory;
};

/* Lays the chart out; released by page_release, also where memory was out, which it says. */
void page_lay_out(struct page *p, const struct chart *c);
void page_release(struct page *p);
/* Where the middle of a row is, in rows from the lower end of its panel. */
double page_row(const struct chart *c, unsigned row);
/* The same of one of its dots: series lie below each other within their row. */
double page_dot(const struct chart *c, unsigned row, unsigned series);

#endif
