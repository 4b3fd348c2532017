/* SPDX-License-Identifier: MIT */
/* The texts of a chart: made harmless, and the chart in words; see chart.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"
#include "harness/figure/chart.h"
#include "harness/figure/extremes.h"

void chart_clean_text(char *text)
{
    char *to = text;
    const char *from = text;
    for (size_t left = strlen(text); left;) {
        unsigned n = utf8_length(from, left);
        if (!n) {
            *to++ = '?';
            n = 1;
        } else if (n == 1 ? (unsigned char)*from < 0x20 || *from == 0x7f : utf8_is_hidden(from, n)) {
            *to++ = ' ';
        } else {
            memmove(to, from, n);
            to += n;
        }
        from += n;
        left -= n;
    }
    *to = 0;
}

static void put_lines(const struct chart *c, char *buf, size_t n)
{
    text_append(buf, n, "Lines of %s", c->panel[0].label);
    if (c->n_panels > 1)
        text_append(buf, n, " and of %s", c->panel[1].label);
    text_append(buf, n, " over %s.", c->x_label);
    for (unsigned i = 0; i < c->n_lines; i++) {
        const struct chart_line *l = &c->line[i];
        text_append(buf, n, " %s: ", l->name);
        for (unsigned k = 0; k<l->n; k += l->n> 1 ? l->n - 1 : 1) { /* where it begins and ends */
            char x[32];
            axis_text(&c->x, x, sizeof x, l->at[k].x);
            text_append(buf, n, k ? ", " : "");
            extremes_value(buf, n, &c->panel[0].y, l->at[k].at[0]);
            text_append(buf, n, " at %s", x);
        }
        text_append(buf, n, ".");
    }
}

static void put_rows(const struct chart *c, char *buf, size_t n)
{
    const bool shapes = c->kind == CHART_OF_SHAPES; /* of which the notes say the same as the ticks */
    text_append(buf, n, "%s of %s.",
                shapes                       ? "Curves"
                : c->kind == CHART_OF_STACKS ? "Stacked bars"
                                             : "Rows",
                c->x_label);
    for (unsigned i = 0; i < c->n_rows; i++) {
        const struct chart_row *r = &c->row[i];
        const char *comma = "";
        text_append(buf, n, " %s: ", r->name);
        for (unsigned k = 0; k < c->n_series; k++) {
            if (isnan(r->at[k].y))
                continue;
            text_append(buf, n, "%s%s ", comma, c->series[k].name);
            extremes_value(buf, n, &c->x, r->at[k]);
            comma = ", ";
        }
        text_append(buf, n, "%s%s.", r->note[0] && !shapes ? "; " : "", shapes ? "" : r->note);
    }
}

static void put_map(const struct chart *c, char *buf, size_t n)
{
    text_append(buf, n, "A map of %s against %s.", c->y_label, c->x_label);
    for (unsigned i = 0; i < c->n_fields; i++) {
        const struct chart_field *f = &c->field[i];
        text_append(buf, n, " %s, %s: %s%s%s.", c->row_name[f->y], c->column_name[f->x], f->head, f->text[0] ? " " : "",
                    f->text);
    }
}

static void put_strip(const struct chart *c, char *buf, size_t n)
{
    text_append(buf, n, "Marks of %s over %s.", c->panel[0].label, c->x_label);
    for (unsigned i = 0; i < c->n_series; i++) {
        unsigned marks = 0;
        for (unsigned k = 0; k < c->n_marks; k++)
            marks += c->mark[k].series == i;
        text_append(buf, n, " %s: %u drawn.", c->series[i].name, marks);
    }
}

void chart_alt(const struct chart *c, char *buf, size_t n)
{
    buf[0] = 0;
    text_append(buf, n, "%s. ", c->title);
    switch (c->kind) {
    case CHART_OF_LINES:
        put_lines(c, buf, n);
        break;
    case CHART_OF_DOTS:
    case CHART_OF_STACKS:
    case CHART_OF_SHAPES:
        put_rows(c, buf, n);
        break;
    case CHART_OF_MAP:
        put_map(c, buf, n);
        break;
    case CHART_OF_STRIP:
        put_strip(c, buf, n);
        break;
    }
}
