/* SPDX-License-Identifier: MIT */
/*
 * What a figure shows, ready to be drawn: by gnuplot (plots/NAME.gp, which computes nothing; see script.h) or with
 * characters in a terminal (report/text_chart.h). A function of figures.def fills it and calls chart_fit; ranges,
 * ticks, places of names and texts are final then.
 *
 * Kinds:
 *   lines   y over x for each of some lines, with intervals, in one panel or two: speedup over workers
 *   dots    rows with a dot and its interval for each of some series: ratios, one row below the other
 *   stacks  rows of parts that add up: where the time of a worker went
 *   shapes  rows with a curve each: how the latencies of a model are distributed
 *   map     fields of a grid with words in each: who wins where
 *   strip   marks over time, each with a label's colour and marker: the trials of a run
 */
#ifndef CONTEND_FIGURE_CHART_H
#define CONTEND_FIGURE_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/figure/axis.h"
#include "harness/insight/summary.h"
#include "harness/model/model.h"

enum {
    CHART_TITLE = 512,
    CHART_NAME = 96,
    CHART_LINES = 24,
    CHART_PANELS = 2,
    CHART_RULES = 8,
    CHART_MOST_FIELDS = 16, /* of a map, each way */
    CHART_BINS = 160        /* of a shape */
};
enum { CHART_NO_CELL = ~0u };

enum chart_kind { CHART_OF_LINES, CHART_OF_DOTS, CHART_OF_STACKS, CHART_OF_SHAPES, CHART_OF_MAP, CHART_OF_STRIP };

/* lower and upper are y where there is no interval; y is NaN where there is no value. */
struct chart_value {
    double y, lower, upper;
};

struct chart_point {
    double x;
    struct chart_value at[CHART_PANELS]; /* the lower panel first */
    double drawn_x;                      /* next to x, where intervals would hide each other */
    unsigned cell;                       /* of the plan, or CHART_NO_CELL */
};

struct chart_line {
    char name[CHART_NAME];
    struct model_look look;
    unsigned n, room;
    struct chart_point *at; /* by rising x; owned by the chart */
    double name_place; /* where its name stands, apart from the others: 0 at the lower panel's bottom, 1 at its top */
};

struct chart_panel {
    struct axis y;
    char label[CHART_NAME];
    double level;   /* a dashed line across it: what would be ideal; NaN: none */
    bool from_zero; /* its axis begins at 0, unless it is logarithmic */
};

/* Of dots (a value for each series), of stacks (a value y for each part), of shapes (at[0]: its median, at[1]: a tail).
 */
struct chart_row {
    char name[CHART_NAME];
    char note[CHART_NAME];  /* what is written at its right end; "": nothing */
    bool begins_group;      /* a gap above it */
    struct model_look look; /* of shapes, and of dots of one series that has none */
    struct chart_value at[CHART_LINES];
    double *height; /* of shapes: CHART_BINS shares over x, from x.least to x.most; owned */
    unsigned cell;  /* of the plan, or CHART_NO_CELL */
};

/* A series of dots, a part of a stack, a label of a strip. */
struct chart_series {
    char name[CHART_NAME];
    struct model_look look;
};

struct chart_mark {
    double x, y;
    unsigned series;
};

/* A line across the chart at an x, with its name above: a cache's size, the number of CPUs, a ratio of 1. */
struct chart_rule {
    double at;
    char name[CHART_NAME];
};

struct chart_field {
    unsigned x, y; /* column from the left, row from the bottom */
    unsigned rgb;
    char head[CHART_NAME], text[256]; /* who wins; by how much, or who else is in it */
};

struct chart {
    enum chart_kind kind;
    /* The name of its file without what is behind the dot, letters, digits, '_', '-' and '.'. The tag follows where
     * several charts of a figure have one name: "-o2". */
    char file[256], tag[32];
    char title[CHART_TITLE], subtitle[2 * CHART_TITLE];
    char caption[CHART_TITLE]; /* what to see in it: a sentence or two below the figure in a page */
    char x_label[CHART_NAME];
    struct axis x;

    unsigned n_lines;
    struct chart_line line[CHART_LINES];
    unsigned n_panels; /* 1 or 2; panel[0] is the lower one, or alone */
    struct chart_panel panel[CHART_PANELS];
    bool ideal; /* with the line y = x */
    /* y all but follows x: then panel[0] shows y over x, and panel[1] y itself. Asked for before the chart is fitted,
     * with the label that panel[0] has then; stays true if it is so. */
    bool per_x;
    char per_x_label[CHART_NAME];
    bool bars;     /* intervals as bars, each at its own x: bands of so many lines hide each other */
    bool joined;   /* some line has three points or more, which are joined */
    bool unmarked; /* no marker at each point: there are many, of one smooth line each */
    unsigned cut;  /* intervals that an axis has no room for */

    unsigned n_series, n_rows, rows_room;
    struct chart_series series[CHART_LINES];
    struct chart_row *row; /* the upper one first */

    unsigned n_marks, marks_room;
    struct chart_mark *mark;

    unsigned n_rules;
    struct chart_rule rule[CHART_RULES];
    double band_least, band_most; /* a grey band over these x, as of what counts as equivalent; both 0: none */

    unsigned n_x, n_y, n_fields; /* of a map */
    char column_name[CHART_MOST_FIELDS][24], row_name[CHART_MOST_FIELDS][CHART_NAME], y_label[CHART_NAME];
    struct chart_field *field;
};

/* The charts of one figure. */
struct charts {
    unsigned n, room;
    struct chart **at;
    bool no_memory; /* something could not be added: the figure fails as a whole */
};

/* A new chart of that kind at the end of the list, with one panel and without a level; NULL without memory, which the
 * list remembers. */
struct chart *chart_add(struct charts *list, enum chart_kind kind);
/* Takes the last chart away again. */
void chart_drop(struct charts *list);
void charts_release(struct charts *list);

/* The line of that name, added if there is none; NULL: there is no room for it. */
struct chart_line *chart_line(struct chart *c, const char *name, struct model_look look);
/* The value of an estimate; its interval where it has one. */
struct chart_value chart_value(const struct estimate *e);
/* One that has no interval. */
struct chart_value chart_exact(double y);
/* The same divided by `by`. */
struct chart_value chart_divided(struct chart_value v, double by);
/* `by` over it: of a rate the time. Where the interval ends at 0 there is none. */
struct chart_value chart_inverted(struct chart_value v, double by);
/* Puts a value at its place in the line, in that panel. false: that panel has one at x already, or no memory. */
bool chart_point(struct chart_line *l, unsigned panel, double x, struct chart_value v, unsigned cell);
/* Are the line's points in that panel joined? Where there are two, nobody knows what is between them. */
bool chart_is_joined(const struct chart_line *l, unsigned panel);
/* Has any value of its lines an interval? */
bool chart_has_intervals(const struct chart *c);
/* The series of that name, added if there is none; the last one where there is no room. */
unsigned chart_series(struct chart *c, const char *name, struct model_look look);
/* The looks of parts of a stack and of labels, which are no models: from dark to light, so that they differ without
 * colour, too; i from 0. */
struct model_look chart_part_look(unsigned i);
/* Its values are NaN. NULL: no memory. */
struct chart_row *chart_row(struct chart *c, const char *name);
bool chart_mark(struct chart *c, double x, double y, unsigned series);
void chart_rule(struct chart *c, double at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* NULL: no memory. */
struct chart_field *chart_field(struct chart *c, unsigned x, unsigned y, unsigned rgb);

/*
 * The last step of each figure: fits the axes to the values, and to intervals as far as there is room, decides between
 * bands and bars, keeps names apart, and says in the subtitle what was cut. Whether an axis is logarithmic, and of what
 * unit, is set before; x.least and x.most of shapes, too. Control characters and broken UTF-8 leave all texts. false:
 * it has fewer than two values of x (lines, strips), or no value at all, so that it is no figure.
 */
bool chart_fit(struct chart *c);
/* Without what could harm a terminal, a script or a page: control characters and marks that turn the direction of
 * writing become spaces, broken UTF-8 "?". */
void chart_clean_text(char *text);
/* The chart in words, for those who can't see it: kind, axes, and where each line, row or field stands. Cut off at n.
 */
void chart_alt(const struct chart *c, char *buf, size_t n);

#endif
