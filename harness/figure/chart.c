/* SPDX-License-Identifier: MIT */
/* Charts as they are put together; see chart.h. What fits them is in chart_fit.c. */
#include "harness/figure/chart.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"

/* Room for one more of n things of that size; false: no memory. */
static bool grow(void **at, unsigned n, unsigned *room, unsigned least, size_t size)
{
    if (n < *room)
        return true;
    unsigned more = *room ? 2 * *room : least;
    void *p = realloc(*at, more * size);
    if (!p)
        return false;
    *at = p;
    *room = more;
    return true;
}

struct chart *chart_add(struct charts *list, enum chart_kind kind)
{
    void *at = list->at;
    struct chart *c = grow(&at, list->n, &list->room, 16, sizeof *list->at) ? calloc(1, sizeof *c) : NULL;
    list->at = at;
    if (!c) {
        list->no_memory = true;
        return NULL;
    }
    c->kind = kind;
    c->n_panels = 1;
    for (unsigned i = 0; i < CHART_PANELS; i++)
        c->panel[i].level = NAN;
    list->at[list->n++] = c;
    return c;
}

void chart_drop(struct charts *list)
{
    struct chart *c = list->at[--list->n];
    for (unsigned i = 0; i < c->n_lines; i++)
        free(c->line[i].at);
    for (unsigned i = 0; i < c->n_rows; i++)
        free(c->row[i].height);
    free(c->row);
    free(c->mark);
    free(c->field);
    free(c);
}

void charts_release(struct charts *list)
{
    while (list->n)
        chart_drop(list);
    free(list->at);
    *list = (struct charts){0};
}

struct chart_line *chart_line(struct chart *c, const char *name, struct model_look look)
{
    for (unsigned i = 0; i < c->n_lines; i++)
        if (strcmp(c->line[i].name, name) == 0)
            return &c->line[i];
    if (c->n_lines == CHART_LINES)
        return NULL;
    struct chart_line *l = &c->line[c->n_lines++];
    l->look = look;
    snprintf(l->name, sizeof l->name, "%s", name);
    return l;
}

struct chart_value chart_exact(double y)
{
    return (struct chart_value){y, y, y};
}

struct chart_value chart_value(const struct estimate *e)
{
    return isnan(e->lower) || isnan(e->upper) ? chart_exact(e->median)
                                              : (struct chart_value){e->median, e->lower, e->upper};
}

struct chart_value chart_divided(struct chart_value v, double by)
{
    return (struct chart_value){v.y / by, v.lower / by, v.upper / by};
}

struct chart_value chart_inverted(struct chart_value v, double by)
{
    return v.lower > 0 ? (struct chart_value){by / v.y, by / v.upper, by / v.lower} : chart_exact(by / v.y);
}

bool chart_point(struct chart_line *l, unsigned panel, double x, struct chart_value v, unsigned cell)
{
    unsigned i = 0;
    while (i < l->n && l->at[i].x < x)
        i++;
    if (i == l->n || l->at[i].x > x) {
        void *at = l->at;
        if (!grow(&at, l->n, &l->room, 16, sizeof *l->at))
            return false;
        l->at = at;
        memmove(&l->at[i + 1], &l->at[i], (l->n - i) * sizeof l->at[0]);
        l->n++;
        l->at[i] = (struct chart_point){.x = x, .drawn_x = x, .cell = cell};
        for (unsigned k = 0; k < CHART_PANELS; k++)
            l->at[i].at[k] = chart_exact(NAN);
    }
    if (!isnan(l->at[i].at[panel].y))
        return false;
    l->at[i].at[panel] = v;
    return true;
}

bool chart_is_joined(const struct chart_line *l, unsigned panel)
{
    unsigned n = 0;
    for (unsigned i = 0; i < l->n; i++)
        n += isnan(l->at[i].at[panel].y) ? 0 : 1;
    return n > 2;
}

bool chart_has_intervals(const struct chart *c)
{
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++)
            for (unsigned p = 0; p < c->n_panels; p++) {
                struct chart_value v = c->line[i].at[k].at[p];
                if (v.lower < v.y || v.upper > v.y)
                    return true;
            }
    return false;
}

unsigned chart_series(struct chart *c, const char *name, struct model_look look)
{
    for (unsigned i = 0; i < c->n_series; i++)
        if (strcmp(c->series[i].name, name) == 0)
            return i;
    if (c->n_series == CHART_LINES)
        return CHART_LINES - 1;
    struct chart_series *s = &c->series[c->n_series];
    s->look = look;
    snprintf(s->name, sizeof s->name, "%s", name);
    return c->n_series++;
}

struct model_look chart_part_look(unsigned i)
{
    /* From dark blue over grey to light yellow, as in cividis: lightness rises from one to the next, and those who do
     * not see red or green apart see the same row of colours. All have one marker: they are parts of bars. */
    static const struct model_look looks[] = {{0x00204D, 5, '#'}, {0x31446B, 5, '='}, {0x666970, 5, '+'},
                                              {0x958F78, 5, '~'}, {0xCBBA69, 5, '-'}, {0xFFEA46, 5, '.'}};
    return looks[i < ARRAY_LEN(looks) ? i : ARRAY_LEN(looks) - 1];
}

struct chart_row *chart_row(struct chart *c, const char *name)
{
    void *at = c->row;
    if (!grow(&at, c->n_rows, &c->rows_room, 16, sizeof *c->row))
        return NULL;
    c->row = at;
    struct chart_row *r = &c->row[c->n_rows++];
    *r = (struct chart_row){.cell = CHART_NO_CELL};
    for (unsigned i = 0; i < CHART_LINES; i++)
        r->at[i] = chart_exact(NAN);
    snprintf(r->name, sizeof r->name, "%s", name);
    return r;
}

bool chart_mark(struct chart *c, double x, double y, unsigned series)
{
    void *at = c->mark;
    if (!grow(&at, c->n_marks, &c->marks_room, 256, sizeof *c->mark))
        return false;
    c->mark = at;
    c->mark[c->n_marks++] = (struct chart_mark){x, y, series};
    return true;
}

void chart_rule(struct chart *c, double at, const char *fmt, ...)
{
    va_list ap;
    if (c->n_rules == CHART_RULES)
        return;
    struct chart_rule *r = &c->rule[c->n_rules++];
    r->at = at;
    va_start(ap, fmt);
    vsnprintf(r->name, sizeof r->name, fmt, ap);
    va_end(ap);
}

struct chart_field *chart_field(struct chart *c, unsigned x, unsigned y, unsigned rgb)
{
    if (!c->field)
        c->field = calloc(CHART_MOST_FIELDS * CHART_MOST_FIELDS, sizeof *c->field);
    if (!c->field || c->n_fields == CHART_MOST_FIELDS * CHART_MOST_FIELDS)
        return NULL;
    struct chart_field *f = &c->field[c->n_fields++];
    f->x = x;
    f->y = y;
    f->rgb = rgb;
    return f;
}
