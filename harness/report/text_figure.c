/* SPDX-License-Identifier: MIT */
/*
 * A figure in the terminal: the same series as gnuplot gets, drawn with characters. A letter marks a model's median, ¦
 * its interval, dots join the medians of a model; * stands where two models share a place.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/report/look.h"
#include "harness/report/report.h"
#include "harness/report/series.h"
#include "harness/report/wrap.h"

enum { WIDTH = 66, HEIGHT = 19, MARGIN = 9 };

struct canvas {
    char at[HEIGHT][WIDTH]; /* '|' stands for an interval */
    const struct series *of;
};

static int column_of(const struct canvas *c, double x)
{
    double span = log(c->of->most_x) - log(c->of->least_x);
    return 1 + (int)lround((WIDTH - 3) * (log(x) - log(c->of->least_x)) / span);
}

/* The first or the last one for what is beyond. */
static int row_of(const struct canvas *c, double y)
{
    double place = c->of->y.logarithmic && y <= 0 ? 0 : axis_place(&c->of->y, y);
    return HEIGHT - 1 - (int)lround((HEIGHT - 1) * fmin(fmax(place, 0), 1));
}

static void put(struct canvas *c, int row, int column, char mark)
{
    char *p = &c->at[row][column];
    bool letter_there = *p >= 'A' && *p <= 'Z';
    bool line_there = *p == '-' || *p == '.';
    if (mark == '-' || mark == '.' || mark == '|') {
        if (*p == ' ' || (mark != '-' && line_there))
            *p = mark;
    } else {
        *p = letter_there && *p != mark ? '*' : mark;
    }
}

/* Joins two places, `mark` in every second column between. */
static void join(struct canvas *c, double x1, double y1, double x2, double y2, char mark)
{
    int from = column_of(c, x1), to = column_of(c, x2);
    double a = axis_place(&c->of->y, y1), b = axis_place(&c->of->y, y2);
    for (int x = from + 2; x < to - 1; x += 2)
        put(c, row_of(c, axis_value(&c->of->y, a + (b - a) * (x - from) / (to - from))), x, mark);
}

/* y = x, which on a logarithmic x is no straight line. */
static void draw_ideal(struct canvas *c)
{
    const double least = c->of->least_x, span = log(c->of->most_x / least);
    for (int x = 1; x < WIDTH - 1; x += 2) {
        double y = least * exp(span * (x - 1) / (WIDTH - 3));
        put(c, row_of(c, y), x, '-');
    }
}

static void draw_line(struct canvas *c, const struct series_line *l, char mark)
{
    for (unsigned k = 0; k + 1 < l->n; k++)
        join(c, l->at[k].x, l->at[k].y, l->at[k + 1].x, l->at[k + 1].y, '.');
    for (unsigned k = 0; k < l->n; k++) {
        int low = row_of(c, l->at[k].lower), high = row_of(c, l->at[k].upper);
        for (int r = high; r <= low && l->at[k].upper > l->at[k].lower; r++)
            put(c, r, column_of(c, l->at[k].x), '|');
        if (l->at[k].upper > c->of->y.most)
            put(c, 0, column_of(c, l->at[k].x), '^');
        if (l->at[k].lower < c->of->y.least)
            put(c, HEIGHT - 1, column_of(c, l->at[k].x), 'v');
    }
    for (unsigned k = 0; k < l->n; k++)
        put(c, row_of(c, l->at[k].y), column_of(c, l->at[k].x), mark);
}

static void draw_x(FILE *out, const struct canvas *c, const struct series *s, const char *axis)
{
    char ticks[WIDTH + 16];
    memset(ticks, ' ', sizeof ticks);
    int free_from = 0;
    for (double x = s->least_x; x <= s->most_x * 1.0001; x *= 2) {
        char text[24];
        int n = snprintf(text, sizeof text, "%.0f", x), at = column_of(c, x);
        if (at < free_from || at + n > WIDTH)
            continue;
        memcpy(ticks + at, text, (size_t)n);
        free_from = at + n + 1;
    }
    ticks[WIDTH] = 0;
    fprintf(out, "%*s+", MARGIN, "");
    for (int i = 0; i < WIDTH; i++)
        fputc('-', out);
    fprintf(out, "\n%*s %s\n%*s %s\n", MARGIN, "", ticks, MARGIN, "", axis);
}

/* The tick that is nearest to this row, of those whose nearest row it is; NULL: none. */
static const double *tick_of(const struct canvas *c, int row)
{
    for (unsigned i = 0; i < c->of->y.n_ticks; i++)
        if (row_of(c, c->of->y.tick[i]) == row)
            return &c->of->y.tick[i];
    return NULL;
}

static void draw_rows(FILE *out, const struct canvas *c)
{
    for (int r = 0; r < HEIGHT; r++) {
        const double *tick = tick_of(c, r);
        char text[24] = "";
        if (tick)
            axis_tick_text(text, sizeof text, *tick);
        fprintf(out, "%*s%s", MARGIN - 1, text, tick ? " +" : " |");
        for (int i = 0; i < WIDTH; i++)
            fputs(c->at[r][i] == '|' ? "¦" : (char[]){c->at[r][i], 0}, out);
        fputc('\n', out);
    }
}

void text_figure(FILE *out, const struct series *s, const char *x_axis, const char *y_axis, bool ideal)
{
    enum { PAGE = MARGIN + WIDTH + 1 };
    struct canvas c = {.of = s};
    memset(c.at, ' ', sizeof c.at);
    if (ideal)
        draw_ideal(&c);
    for (unsigned i = 0; i < s->n_lines; i++)
        draw_line(&c, &s->line[i], look_of(s->line[i].model).letter);
    wrap_print(out, PAGE, 0, "%s", s->title);
    wrap_print(out, PAGE, 0, "%s", s->subtitle);
    fprintf(out, "\n%s\n", y_axis);
    draw_rows(out, &c);
    draw_x(out, &c, s, x_axis);
    for (unsigned i = 0; i < s->n_lines; i++)
        fprintf(out, "%s%c %-16s", i % 4 ? "  " : "\n  ", look_of(s->line[i].model).letter, s->line[i].model);
    fprintf(out, "\n  * several at one place   ¦ 95 %% interval%s   . joins medians%s\n\n", s->cut ? "   ^ v cut" : "",
            ideal ? "   - ideal" : "");
}
