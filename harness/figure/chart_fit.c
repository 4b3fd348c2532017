/* SPDX-License-Identifier: MIT */
/* Fits the axes of a chart, and keeps names apart; see chart.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/chart.h"

enum { MOST_BANDS = 4 }; /* lines whose bands do not hide each other */

/* The least and the greatest of values, and of what intervals reach. */
struct reach {
    double low, high, far_low, far_high;
};

static struct reach nothing(void)
{
    return (struct reach){INFINITY, -INFINITY, INFINITY, -INFINITY};
}

static void take(struct reach *r, struct chart_value v)
{
    if (isnan(v.y))
        return;
    r->low = fmin(r->low, v.y);
    r->high = fmax(r->high, v.y);
    r->far_low = fmin(r->far_low, v.lower);
    r->far_high = fmax(r->far_high, v.upper);
}

static bool has_values(const struct reach *r)
{
    return r->high >= r->low;
}

static void fit(struct axis *a, struct reach r)
{
    a->logarithmic &= r.low > 0;
    axis_fit(a, r.low, r.high, a->logarithmic && r.far_low <= 0 ? r.low / 1e9 : r.far_low, r.far_high);
}

static bool is_cut(const struct axis *a, struct chart_value v)
{
    return v.lower < a->least || v.upper > a->most;
}

static void tell_cut(struct chart *c)
{
    if (c->cut)
        text_append(c->subtitle, sizeof c->subtitle, "; arrows: %u interval%s cut by the axis", c->cut,
                    c->cut == 1 ? "" : "s");
}

/* --- lines --- */

static struct reach reach_of(const struct chart *c, unsigned panel)
{
    struct reach r = nothing();
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++)
            take(&r, c->line[i].at[k].at[panel]);
    if (!isnan(c->panel[panel].level))
        take(&r, chart_exact(c->panel[panel].level));
    return r;
}

static void drop_empty_lines(struct chart *c)
{
    unsigned n = 0;
    for (unsigned i = 0; i < c->n_lines; i++) {
        unsigned points = 0;
        struct chart_line *l = &c->line[i];
        for (unsigned k = 0; k < l->n; k++)
            if (!isnan(l->at[k].at[0].y))
                l->at[points++] = l->at[k];
        l->n = points;
        if (points)
            c->line[n++] = *l;
        else
            free(l->at);
    }
    c->n_lines = n;
}

static struct reach reach_of_x(const struct chart *c)
{
    struct reach r = nothing();
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++)
            take(&r, chart_exact(c->line[i].at[k].x));
    return r;
}

/* Do all lines stay near y = constant × x? Then all that differs is in y / x. */
static bool follows_x(const struct chart *c)
{
    struct reach r = nothing();
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++)
            take(&r, chart_exact(c->line[i].at[k].at[0].y / c->line[i].at[k].x));
    return r.high < 1.5 * r.low;
}

static void divide_by_x(struct chart *c)
{
    struct chart_panel whole = c->panel[0];
    c->n_panels = 2;
    c->panel[1] = whole;
    c->panel[0].y.logarithmic = false;
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "%s", c->per_x_label);
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++) {
            struct chart_point *p = &c->line[i].at[k];
            p->at[1] = p->at[0];
            p->at[0] = chart_divided(p->at[0], p->x);
        }
}

/* The least distance of two values of x on one line, as a share of the axis. */
static double least_gap(const struct chart *c)
{
    double gap = 1;
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k + 1 < c->line[i].n; k++)
            gap = fmin(gap, axis_place(&c->x, c->line[i].at[k + 1].x) - axis_place(&c->x, c->line[i].at[k].x));
    return gap;
}

/* The values that were measured are the ticks, where a reader is to see which they were and they are few. */
static void tick_values(struct chart *c)
{
    unsigned n = 0;
    double values[AXIS_TICKS];
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++) {
            double x = c->line[i].at[k].x;
            unsigned at = 0;
            while (at < n && values[at] < x)
                at++;
            if (at < n && values[at] <= x)
                continue;
            if (n == AXIS_TICKS)
                return; /* too many: those of the axis stay */
            memmove(values + at + 1, values + at, (n++ - at) * sizeof *values);
            values[at] = x;
        }
    memcpy(c->x.tick, values, n * sizeof *values);
    c->x.n_ticks = n;
}

/* Room for the lines; each line a little next to the others where intervals are bars. */
static void place_x(struct chart *c, double least, double most)
{
    const double edge = c->unmarked ? 0 : 0.02;
    c->x.least = least;
    c->x.most = most;
    const bool apart = c->bars || !c->joined; /* else bars would stand in one place */
    const double step = apart ? fmin(0.3 * least_gap(c) / c->n_lines, 0.03) : 0;
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++) {
            struct chart_point *p = &c->line[i].at[k];
            if (step > 0)
                p->drawn_x = axis_value(&c->x, axis_place(&c->x, p->x) + step * (i - (c->n_lines - 1) / 2.0));
        }
    double margin = edge + step * c->n_lines / 2, from = axis_value(&c->x, -margin), to = axis_value(&c->x, 1 + margin);
    axis_set(&c->x, from, to);
    if (c->x.unit == AXIS_POWERS)
        tick_values(c);
}

/* Names at the ends of lines in the order of the ends, apart from each other, and within the panel. */
static void spread_names(struct chart *c)
{
    unsigned order[CHART_LINES];
    const double least = 0.02, most = 0.98;
    const double gap = fmin(c->n_panels > 1 ? 0.1 : 0.05, (most - least) / c->n_lines);
    for (unsigned i = 0; i < c->n_lines; i++) {
        struct chart_line *l = &c->line[i];
        unsigned j = i;
        l->name_place = axis_place(&c->panel[0].y, l->at[l->n - 1].at[0].y);
        for (; j && c->line[order[j - 1]].name_place > l->name_place; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    for (unsigned pass = 0; pass < 200; pass++)
        for (unsigned i = 1; i < c->n_lines; i++) {
            double *a = &c->line[order[i - 1]].name_place, *b = &c->line[order[i]].name_place;
            if (*b - *a < gap) {
                double middle = (*a + *b) / 2;
                *a = middle - gap / 2;
                *b = middle + gap / 2;
            }
        }
    for (unsigned i = 0; i < c->n_lines; i++) { /* pushed off the lower end, then off the upper one */
        double *up = &c->line[order[i]].name_place;
        *up = fmax(*up, least + i * gap);
    }
    for (unsigned i = 0; i < c->n_lines; i++) {
        double *down = &c->line[order[c->n_lines - 1 - i]].name_place;
        *down = fmin(*down, most - i * gap);
    }
}

static bool fit_lines(struct chart *c)
{
    drop_empty_lines(c);
    struct reach x = reach_of_x(c);
    if (!(x.high > x.low))
        return false;
    for (unsigned i = 0; i < c->n_lines; i++)
        c->joined |= chart_is_joined(&c->line[i], 0);
    c->per_x = c->per_x && follows_x(c);
    if (c->per_x)
        divide_by_x(c);
    for (unsigned k = 0; k < c->n_panels; k++) {
        struct reach y = reach_of(c, k);
        if (!has_values(&y))
            return false;
        if (c->panel[k].from_zero && !c->panel[k].y.logarithmic)
            y.low = fmin(y.low, 0);
        if (c->ideal) {
            y.high = fmax(y.high, x.high);
            y.low = 0;
        }
        fit(&c->panel[k].y, y);
        for (unsigned i = 0; i < c->n_lines; i++)
            for (unsigned p = 0; p < c->line[i].n && !(c->per_x && k); p++)
                c->cut += is_cut(&c->panel[k].y, c->line[i].at[p].at[k]);
    }
    c->bars = c->n_lines > MOST_BANDS && !c->unmarked;
    place_x(c, x.low, x.high);
    spread_names(c);
    tell_cut(c);
    for (unsigned k = 0; k < c->n_panels; k++)
        if (c->panel[k].y.least > 0 && !c->panel[k].y.logarithmic) {
            char text[32];
            axis_text(&c->panel[k].y, text, sizeof text, c->panel[k].y.least);
            text_append(c->subtitle, sizeof c->subtitle, "; %sy begins at %s, not 0",
                        c->n_panels == 1 ? ""
                        : k              ? "the upper "
                                         : "the lower ",
                        text);
        }
    return true;
}

/* --- rows --- */

static bool fit_dots(struct chart *c)
{
    struct reach r = nothing();
    for (unsigned i = 0; i < c->n_rows; i++)
        for (unsigned k = 0; k < c->n_series; k++)
            take(&r, c->row[i].at[k]);
    if (!has_values(&r))
        return false;
    for (unsigned i = 0; i < c->n_rules; i++)
        take(&r, chart_exact(c->rule[i].at));
    if (c->band_most > c->band_least) {
        take(&r, chart_exact(c->band_least));
        take(&r, chart_exact(c->band_most));
    }
    if (!c->x.logarithmic && !c->n_rules)
        r.low = fmin(r.low, 0);
    fit(&c->x, r);
    for (unsigned i = 0; i < c->n_rows; i++)
        for (unsigned k = 0; k < c->n_series; k++)
            c->cut += !isnan(c->row[i].at[k].y) && is_cut(&c->x, c->row[i].at[k]);
    tell_cut(c);
    return true;
}

static bool fit_stacks(struct chart *c)
{
    double most = 0;
    for (unsigned i = 0; i < c->n_rows; i++) {
        double sum = 0;
        for (unsigned k = 0; k < c->n_series; k++)
            sum += isnan(c->row[i].at[k].y) ? 0 : c->row[i].at[k].y;
        most = fmax(most, sum);
    }
    if (!(most > 0))
        return false;
    axis_set(&c->x, 0, c->x.unit == AXIS_PERCENT && most < 1.01 ? 1 : 1.04 * most);
    return true;
}

static bool fit_shapes(struct chart *c)
{
    unsigned n = 0;
    for (unsigned i = 0; i < c->n_rows; i++)
        n += c->row[i].height != NULL;
    if (!n || !(c->x.most > c->x.least))
        return false;
    axis_set(&c->x, c->x.least, c->x.most);
    return true;
}

/* --- strips --- */

static bool fit_strip(struct chart *c)
{
    struct reach x = nothing(), y = nothing();
    for (unsigned i = 0; i < c->n_marks; i++) {
        take(&x, chart_exact(c->mark[i].x));
        take(&y, chart_exact(c->mark[i].y));
    }
    if (!(x.high > x.low))
        return false;
    axis_set(&c->x, x.low - 0.01 * (x.high - x.low), x.high + 0.01 * (x.high - x.low));
    if (!isnan(c->panel[0].level))
        take(&y, chart_exact(c->panel[0].level));
    fit(&c->panel[0].y, y);
    return true;
}

static void clean(struct chart *c)
{
    chart_clean_text(c->title);
    chart_clean_text(c->subtitle);
    chart_clean_text(c->caption);
    chart_clean_text(c->x_label);
    chart_clean_text(c->y_label);
    for (unsigned i = 0; i < CHART_PANELS; i++)
        chart_clean_text(c->panel[i].label);
    for (unsigned i = 0; i < c->n_lines; i++)
        chart_clean_text(c->line[i].name);
    for (unsigned i = 0; i < c->n_series; i++)
        chart_clean_text(c->series[i].name);
    for (unsigned i = 0; i < c->n_rules; i++)
        chart_clean_text(c->rule[i].name);
    for (unsigned i = 0; i < c->n_rows; i++) {
        chart_clean_text(c->row[i].name);
        chart_clean_text(c->row[i].note);
    }
    for (unsigned i = 0; i < c->n_y; i++)
        chart_clean_text(c->row_name[i]);
    for (unsigned i = 0; i < c->n_x; i++)
        chart_clean_text(c->column_name[i]);
    for (unsigned i = 0; i < c->n_fields; i++) {
        chart_clean_text(c->field[i].head);
        chart_clean_text(c->field[i].text);
    }
}

bool chart_fit(struct chart *c)
{
    bool fits = false;
    switch (c->kind) {
    case CHART_OF_LINES:
        fits = fit_lines(c);
        break;
    case CHART_OF_DOTS:
        fits = fit_dots(c);
        break;
    case CHART_OF_STACKS:
        fits = fit_stacks(c);
        break;
    case CHART_OF_SHAPES:
        fits = fit_shapes(c);
        break;
    case CHART_OF_STRIP:
        fits = fit_strip(c);
        break;
    case CHART_OF_MAP:
        fits = c->n_fields > 0;
        break;
    }
    clean(c);
    return fits;
}
