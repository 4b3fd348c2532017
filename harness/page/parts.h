/* SPDX-License-Identifier: MIT */
/* The parts of a page, for the files of this folder. A part is a section with its heading; one that has nothing to say
 * is left out, and so is its entry in the list of sections. */
#ifndef CONTEND_PAGE_PARTS_H
#define CONTEND_PAGE_PARTS_H

#include <stdint.h>

#include "harness/page/html.h"
#include "harness/page/page.h"

struct choice;
struct choice_at;

struct page {
    struct html h;
    const struct summary *s; /* of a comparison: of A */
    const char *dir;         /* what the run is called in commands */
    const struct page_figures *figures;
    const struct choice *choices;
    unsigned n_choices;
    /* Of a comparison; else NULL. */
    const struct runs *runs;
    const char *const *names;
    unsigned n_captions; /* of tables so far: each has an id */
};

/* The files that are built in; each ends with a NUL. */
extern const char page_style[], page_script[];

/* table.c: a table that can be read without scripts, and sorted with. It scrolls by itself where it is too wide. */
struct column {
    const char *head;
    bool number;
};
void table_open(struct page *p, const char *caption, const struct column *columns, unsigned n);
/* One that is named by the heading of this id. */
void table_open_below(struct page *p, const char *heading, const struct column *columns, unsigned n);
void table_close(struct page *p);
void row_open(struct page *p, const char *id); /* id may be NULL */
void row_close(struct page *p);
void cell_text(struct page *p, const char *text);
/* Sorted by v; NaN: nothing is known, and it stands last. */
void cell_number(struct page *p, double v, const char *text);
void cell_count(struct page *p, uint64_t v);
/* An estimate as a cell of its median and one of its interval, sorted by its width; `say` makes text of a number. */
typedef void say_number(char *buf, size_t n, double v);
void cell_estimate(struct page *p, const struct estimate *e, say_number *say);
void cell_interval(struct page *p, const struct estimate *e, say_number *say);

/* words.c: how the page says things. Buffers as for text.h; WORDS bytes hold any of them but names. */
enum { WORDS = 240, NAMES = 1400 };
void say_ratio(char *buf, size_t n, double v);   /* "1.95" */
void say_times(char *buf, size_t n, double v);   /* "1.95×" */
void say_percent(char *buf, size_t n, double v); /* "0.34 %", of a share */
void say_bytes(char *buf, size_t n, double v);
void say_p(char *buf, size_t n, double v);                                 /* "0.0034" */
void say_interval(char *buf, size_t n, const struct estimate *e);          /* "1.81 … 2.05", or why there is none */
void say_work(char *buf, size_t n, const struct plan *p, unsigned cell);   /* "request compute=50000 wait=1ms" */
void say_params(char *buf, size_t n, const struct plan *p, unsigned cell); /* the same without the workload */
void say_where(char *buf, size_t n, const struct plan_point *t);           /* "64 in flight on 2 CPUs" */
void say_how(char *buf, size_t n, const struct cell *c); /* ", closed loop, placed scatter": what is not the default */
const char *family_of(const char *model);                /* "threads"; of one that is not known its own name */
/* true if the cell's summary has trials that were whole */
bool is_measured(const struct summary *s, unsigned cell);
/* A model's name with its colour, as a link to the cell's row in the table of cells. */
void put_cell_link(struct page *p, unsigned cell);
/* A word in a box; `class` is "good", "warn", "bad" or "plain". */
void put_badge(struct page *p, const char *class, const char *word);
/* An item for each line of a text that was made for a terminal. */
void put_lines(struct page *p, char *text);
void section_open(struct page *p, const char *id, const char *heading);
void section_close(struct page *p);

/* The parts, in their order. */
void part_verdicts(struct page *p);
void part_conditions(struct page *p); /* within it, as the next one */
void part_standings(struct page *p);
void part_findings(struct page *p);
void part_expectations(struct page *p);
void part_figures(struct page *p);
void part_points(struct page *p);
void part_comparisons(struct page *p);
void part_cells(struct page *p);
void part_environment(struct page *p);
void part_reproduce(struct page *p);
void part_glossary(struct page *p);
bool has_findings(const struct page *p);
int doubt_of(const struct summary *s, unsigned cell); /* the first finding that warns of this cell; -1: none does */
bool has_expectations(const struct page *p);

/* Of a comparison. */
void part_changes(struct page *p);
void part_doubts(struct page *p);
bool has_doubts(const struct page *p);
void part_differences(struct page *p);
void part_reproduce_both(struct page *p);

/* Within parts. */
/* The verdicts as a table, which on a narrow screen becomes a card for each row; roles keep it a table to who hears it.
 */
void put_works(struct page *p);
/* A choice by throughput may cost latency: the nearest other cell whose slowest hundredth is surely served sooner than
 * that of the first of the best. -1: none. */
int longer_tail_than(const struct page *p, const struct choice_at *x);
/* ", threads or processes", or how many: those beside the first of the best. */
void put_others(struct page *p, const struct choice_at *x);
/* A warning that stands elsewhere on the page, on the best of these or on what it was shown to beat: a finding, or what
 * the trials of the cell themselves say, below its table. */
void put_doubt(struct page *p, const struct choice_at *x);
void put_machine(struct page *p, const struct summary *s); /* "AMD …, 2 CPUs, …" */
void put_reproduce(struct page *p, const struct summary *s, const char *dir);
void put_soundness(struct page *p, const struct summary *s); /* items of a list: what makes numbers worthless */
void put_quiet(struct page *p, const struct summary *s);     /* what the machine did meanwhile */

#endif
