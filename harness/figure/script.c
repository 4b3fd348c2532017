/* SPDX-License-Identifier: MIT */
/* Charts for gnuplot; see script.h. */
#include "harness/figure/script.h"

#include <math.h>
#include <string.h>

#include "harness/base/base.h"

static void put_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (const char *p = text; *p; p++) {
        if (*p == '\'') /* in quotes of its own: gnuplot 5.4 knows '' neither at the beginning nor twice in a row */
            fputs("'.\"'\".'", out);
        else
            fputc((unsigned char)*p < 0x20 || *p == 0x7f ? ' ' : *p,
                  out); /* none is left, but a line must not end here */
    }
    fputc('\'', out);
}

static void put_number(FILE *out, double v)
{
    if (!isfinite(v))
        fputs("NaN", out);
    else
        fprintf(out, "%.12g", v);
}

void script_text(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = ", name);
    put_quoted(out, text);
    fputc('\n', out);
}

void script_number(FILE *out, const char *name, double v)
{
    fprintf(out, "%s = ", name);
    put_number(out, v);
    fputc('\n', out);
}

static void put_row(FILE *out, const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            fputc(' ', out);
        put_number(out, v[i]);
    }
    fputc('\n', out);
}

#define ROW(out, ...)                                                                                                  \
    put_row(out, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

/* gnuplot complains of a table without a point: one that is beyond the axes stands in. */
static void end_table(FILE *out, unsigned n, const struct axis *x, const struct axis *y)
{
    double out_x = x->most + (x->most - x->least), out_y = y->most + (y->most - y->least);
    if (!n)
        ROW(out, out_x, out_y, out_y, out_y, out_y, out_y, out_y);
    fputs("END_OF_TABLE\n", out);
}

static void put_axis(FILE *out, const char *name, const struct axis *a)
{
    fprintf(out, "%s_log = %d\n%s_ticks = %u\narray %s_tick[%u]\n", name, a->logarithmic, name, a->n_ticks, name,
            a->n_ticks + 1);
    fprintf(out, "%s_least = %.12g\n%s_most = %.12g\n", name, a->least, name, a->most);
    for (unsigned i = 0; i < a->n_ticks; i++)
        fprintf(out, "%s_tick[%u] = %.12g\n", name, i + 1, a->tick[i]);
}

static void put_looks(FILE *out, unsigned n)
{
    fprintf(out, "array colour[%u]\narray marker[%u]\n", n + 1, n + 1);
}

static void put_look(FILE *out, unsigned i, struct model_look look)
{
    fprintf(out, "colour[%u] = %u\nmarker[%u] = %u\n", i + 1, look.rgb, i + 1, look.marker);
}

static double within(const struct axis *a, double v)
{
    return v < a->least ? a->least : v > a->most ? a->most : v;
}

static bool is_tick(const struct axis *a, double v)
{
    for (unsigned i = 0; i < a->n_ticks; i++)
        if (fabs(a->tick[i] - v) <= 1e-6 * fabs(v))
            return true;
    return false;
}

/* x y, lower and upper of its band, y where it has a marker, lower and upper of its bar: bands are for few lines that
 * are joined, and what has a band has a bar without length, and the other way round. An empty line: what follows is not
 * joined to what was before. */
static void put_line(FILE *out, const struct chart *c, unsigned panel, unsigned i)
{
    const struct chart_line *l = &c->line[i];
    const struct axis *y = &c->panel[panel].y;
    const bool joined = chart_is_joined(l, panel), band = joined && !c->bars;
    unsigned n = 0;
    fprintf(out, "$line_%u_%u << END_OF_TABLE\n", panel + 1, i + 1);
    for (unsigned k = 0; k < l->n; k++) {
        struct chart_value v = l->at[k].at[panel];
        if (isnan(v.y))
            continue;
        if (n && !joined)
            fputc('\n', out);
        bool marked = !c->unmarked || k + 1 == l->n || is_tick(&c->x, l->at[k].x);
        double lower = within(y, v.lower), upper = within(y, v.upper);
        ROW(out, l->at[k].drawn_x, v.y, band ? lower : v.y, band ? upper : v.y, marked ? v.y : (double)NAN,
            band ? v.y : lower, band ? v.y : upper);
        n++;
    }
    end_table(out, n, &c->x, y);
}

static void put_lines(FILE *out, const struct chart *c)
{
    fprintf(out, "n_lines = %u\nn_panels = %u\n", c->n_lines, c->n_panels);
    put_looks(out, c->n_lines);
    for (unsigned i = 0; i < c->n_lines; i++) {
        put_look(out, i, c->line[i].look);
        for (unsigned k = 0; k < c->n_panels; k++)
            put_line(out, c, k, i);
    }
    unsigned n = 0;
    enum { STEPS = 50 };
    fprintf(out, "ideal = %d\n$ideal << END_OF_TABLE\n", c->ideal);
    for (unsigned i = 0; i <= STEPS && c->ideal; i++) {
        double x = axis_value(&c->x, (double)i / STEPS);
        if (x <= c->panel[0].y.most)
            ROW(out, x, x), n++;
    }
    end_table(out, n, &c->x, &c->panel[0].y);
}

/* value y lower upper rgb marker: those of the series, or, where it has none, of the row */
static void put_dots(FILE *out, const struct chart *c, unsigned series, const struct axis *rows)
{
    unsigned n = 0;
    for (unsigned i = 0; i < c->n_rows; i++) {
        struct chart_value v = c->row[i].at[series];
        if (isnan(v.y))
            continue;
        const struct model_look *look = c->series[series].look.marker ? &c->series[series].look : &c->row[i].look;
        ROW(out, v.y, page_dot(c, i, series), within(&c->x, v.lower), within(&c->x, v.upper), look->rgb, look->marker);
        n++;
    }
    end_table(out, n, &c->x, rows);
}

/* middle y from to lower upper */
static void put_parts(FILE *out, const struct chart *c, unsigned series, const struct axis *rows)
{
    unsigned n = 0;
    for (unsigned i = 0; i < c->n_rows; i++) {
        double from = 0, part = c->row[i].at[series].y, y = page_row(c, i);
        for (unsigned k = 0; k < series; k++)
            from += isnan(c->row[i].at[k].y) ? 0 : c->row[i].at[k].y;
        if (isnan(part))
            continue;
        ROW(out, from + part / 2, y, from, from + part, y - 0.36, y + 0.36);
        n++;
    }
    end_table(out, n, &c->x, rows);
}

/* x y: from the base over the curve and back to it. Of a stretch that is level to the eye (a twentieth of a pixel) its
 * ends are enough. */
static void put_curve(FILE *out, const struct chart *c, const double *height, double most, double base)
{
    const double seen = 0.002 * most;
    double last = -most;
    ROW(out, axis_value(&c->x, 0.5 / CHART_BINS), base);
    for (unsigned k = 0; k < CHART_BINS; k++) {
        const double x = axis_value(&c->x, (k + 0.5) / CHART_BINS), h = height[k];
        if (k + 1 < CHART_BINS && fabs(h - last) < seen && fabs(h - height[k + 1]) < seen)
            continue;
        last = h;
        ROW(out, x, base + 0.84 * h / most);
    }
    ROW(out, axis_value(&c->x, 1 - 0.5 / CHART_BINS), base);
}

/* x y */
static void put_shape(FILE *out, const struct chart *c, unsigned i, const struct axis *rows)
{
    const struct chart_row *r = &c->row[i];
    const double base = page_row(c, i) - 0.42;
    double most = 0;
    fprintf(out, "$shape_%u << END_OF_TABLE\n", i + 1);
    for (unsigned k = 0; r->height && k < CHART_BINS; k++)
        most = fmax(most, r->height[k]);
    if (most > 0)
        put_curve(out, c, r->height, most, base);
    end_table(out, most > 0, &c->x, rows);
    fprintf(out, "$ticks_%u << END_OF_TABLE\n", i + 1); /* x y height */
    unsigned n = 0;
    for (unsigned k = 0; k < 2; k++)
        if (!isnan(r->at[k].y))
            ROW(out, within(&c->x, r->at[k].y), base, k ? 0.3 : 0.84), n++;
    end_table(out, n, &c->x, rows);
}

static void put_rows(FILE *out, const struct chart *c, const struct page *p)
{
    const struct axis rows = {.least = 0, .most = p->rows};
    unsigned looks = c->kind == CHART_OF_SHAPES ? c->n_rows : c->n_series;
    fprintf(out, "n_rows = %u\nn_series = %u\n", c->n_rows, c->n_series);
    script_number(out, "rows_high", rows.most);
    put_looks(out, looks);
    for (unsigned i = 0; i < looks; i++)
        put_look(out, i, c->kind == CHART_OF_SHAPES ? c->row[i].look : c->series[i].look);
    for (unsigned k = 0; k < c->n_series; k++) {
        fprintf(out, "$series_%u << END_OF_TABLE\n", k + 1);
        if (c->kind == CHART_OF_STACKS)
            put_parts(out, c, k, &rows);
        else
            put_dots(out, c, k, &rows);
    }
    for (unsigned i = 0; i < c->n_rows && c->kind == CHART_OF_SHAPES; i++)
        put_shape(out, c, i, &rows);
    script_number(out, "band_least", c->band_least);
    script_number(out, "band_most", c->band_most);
}

/* x y */
static void put_marks(FILE *out, const struct chart *c)
{
    fprintf(out, "n_panels = 1\nn_series = %u\n", c->n_series);
    put_looks(out, c->n_series);
    for (unsigned k = 0; k < c->n_series; k++) {
        unsigned n = 0;
        put_look(out, k, c->series[k].look);
        fprintf(out, "$series_%u << END_OF_TABLE\n", k + 1);
        for (unsigned i = 0; i < c->n_marks; i++)
            if (c->mark[i].series == k)
                ROW(out, c->mark[i].x, within(&c->panel[0].y, c->mark[i].y)), n++;
        end_table(out, n, &c->x, &c->panel[0].y);
    }
}

/* x y rgb */
static void put_fields(FILE *out, const struct chart *c)
{
    fprintf(out, "n_x = %u\nn_y = %u\n$fields << END_OF_TABLE\n", c->n_x, c->n_y);
    for (unsigned i = 0; i < c->n_fields; i++)
        ROW(out, c->field[i].x, c->field[i].y, c->field[i].rgb);
    fputs("END_OF_TABLE\n", out);
}

static double across(const struct page *p, double x)
{
    return x / p->width;
}

static double up(const struct page *p, double y)
{
    return 1 - y / p->height;
}

static void put_one_text(FILE *out, const struct page *p, unsigned i)
{
    static const char *const names[] = {[PAGE_LEFT] = "left", [PAGE_CENTRE] = "centre", [PAGE_RIGHT] = "right"};
    enum { MARKER = 10 };
    const struct page_text *t = &p->text[i];
    char key[32];
    snprintf(key, sizeof key, "words[%u]", i + 1);
    script_text(out, key, t->text);
    fprintf(out, "text_align[%u] = '%s'\ntext_upright[%u] = %d\ntext_size[%u] = %u\ntext_colour[%u] = '#%06x'\n", i + 1,
            names[t->align], i + 1, t->upright, i + 1, t->size, i + 1, t->rgb);
    fprintf(out, "text_x[%u] = %.9g\ntext_y[%u] = %.9g\ntext_marker[%u] = %u\n", i + 1, across(p, t->x), i + 1,
            up(p, t->y), i + 1, t->look.marker);
    fprintf(out, "text_marker_x[%u] = %.9g\ntext_marker_colour[%u] = '#%06x'\n", i + 1, across(p, t->x - MARKER), i + 1,
            t->look.rgb);
}

static void put_texts(FILE *out, const struct page *p)
{
    static const char *const arrays[] = {"words",  "text_align", "text_upright", "text_size",     "text_colour",
                                         "text_x", "text_y",     "text_marker",  "text_marker_x", "text_marker_colour"};
    fprintf(out, "n_texts = %u\n", p->n_texts);
    for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
        fprintf(out, "array %s[%u]\n", arrays[i], p->n_texts + 1);
    for (unsigned i = 0; i < p->n_texts; i++)
        put_one_text(out, p, i);
}

/* The lines that lead to texts, rules across the panels, arrows. */
static void put_drawn(FILE *out, const struct page *p)
{
    static const char *const arrays[] = {"x1", "y1", "x2", "y2", "colour", "dash", "head"};
    fprintf(out, "n_rules = %u\n", p->n_lines);
    for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
        fprintf(out, "array rule_%s[%u]\n", arrays[i], p->n_lines + 1);
    for (unsigned i = 0; i < p->n_lines; i++) {
        const struct page_line *l = &p->line[i];
        fprintf(out, "rule_x1[%u] = %.9g\nrule_y1[%u] = %.9g\nrule_x2[%u] = %.9g\nrule_y2[%u] = %.9g\n", i + 1,
                across(p, l->x1), i + 1, up(p, l->y1), i + 1, across(p, l->x2), i + 1, up(p, l->y2));
        fprintf(out, "rule_colour[%u] = '#%06x'\nrule_dash[%u] = %d\nrule_head[%u] = %d\n", i + 1, l->rgb, i + 1,
                l->dashed ? 2 : 1, i + 1, l->head);
    }
}

static void put_page(FILE *out, const struct chart *c, const struct page *p)
{
    enum { DENSER = 2 };
    const double cm = 16; /* the width of a column of text on a page */
    fprintf(out, "page_width = %g\npage_height = %g\npng_width = %g\npng_height = %g\n", p->width, p->height,
            DENSER * p->width, DENSER * p->height);
    fprintf(out, "pdf_width = %g\npdf_height = %.6g\n", cm, cm * p->height / p->width);
    fprintf(out, "plot_left = %.9g\nplot_right = %.9g\narray panel_top[%u]\narray panel_bottom[%u]\n",
            across(p, p->left), across(p, p->right), CHART_PANELS, CHART_PANELS);
    for (unsigned i = 0; i < c->n_panels; i++)
        fprintf(out, "panel_top[%u] = %.9g\npanel_bottom[%u] = %.9g\n", i + 1, up(p, p->top[i]), i + 1,
                up(p, p->bottom[i]));
}

void script_write(FILE *out, const struct chart *c, const struct page *p)
{
    put_page(out, c, p);
    put_texts(out, p);
    put_drawn(out, p);
    if (c->kind == CHART_OF_MAP) {
        put_fields(out, c);
        return;
    }
    put_axis(out, "x", &c->x);
    switch (c->kind) {
    case CHART_OF_LINES:
        put_axis(out, "y1", &c->panel[0].y);
        put_axis(out, "y2", &c->panel[c->n_panels - 1].y);
        put_lines(out, c);
        break;
    case CHART_OF_STRIP:
        put_axis(out, "y1", &c->panel[0].y);
        put_marks(out, c);
        break;
    case CHART_OF_DOTS:
    case CHART_OF_STACKS:
    case CHART_OF_SHAPES:
        put_rows(out, c, p);
        break;
    case CHART_OF_MAP:
        break;
    }
}
