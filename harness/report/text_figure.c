/* SPDX-License-Identifier: MIT */
/*
 * A figure in the terminal: the same series as gnuplot gets, drawn with characters. A letter marks a model's median, ¦
 * its interval, dots join the medians of a model; * stands where two models share a place.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/report/report.h"
#include "harness/report/series.h"

enum { WIDTH = 66, HEIGHT = 19, MARGIN = 9 };

struct canvas {
    char at[HEIGHT][WIDTH]; /* '|' stands for an interval */
    double least_x, most_x, least_y, most_y;
    bool log_y;
};

static double scale(double v, bool log_scale)
{
    return log_scale ? log(v) : v;
}

static int column_of(const struct canvas *c, double x)
{
    double span = log(c->most_x) - log(c->least_x);
    return 1 + (int)lround((WIDTH - 3) * (log(x) - log(c->least_x)) / span);
}

static int row_of(const struct canvas *c, double y)
{
    double low = scale(c->least_y, c->log_y), span = scale(c->most_y, c->log_y) - low;
    int r = (int)lround((HEIGHT - 1) * (scale(y, c->log_y) - low) / span);
    return HEIGHT - 1 - (r < 0 ? 0 : r >= HEIGHT ? HEIGHT - 1 : r);
}

static double value_of(const struct canvas *c, int row)
{
    double low = scale(c->least_y, c->log_y), span = scale(c->most_y, c->log_y) - low;
    double v = low + span * (HEIGHT - 1 - row) / (HEIGHT - 1);
    return c->log_y ? exp(v) : v;
}

static void limits(struct canvas *c, const struct series *s, bool from_zero)
{
    double low = INFINITY, high = -INFINITY;
    for (unsigned i = 0; i < s->n_lines; i++)
        for (unsigned k = 0; k < s->line[i].n; k++) {
            double y = s->line[i].at[k].y, lower = s->line[i].at[k].lower, upper = s->line[i].at[k].upper;
            low = fmin(low, fmin(y, lower)); /* fmin and fmax pass over NaN: no interval */
            high = fmax(high, fmax(y, upper));
        }
    c->least_x = s->least_x;
    c->most_x = s->most_x;
    c->log_y = !from_zero && low > 0;
    c->least_y = from_zero ? 0 : c->log_y ? low : low - 0.05 * (high - low);
    c->most_y = c->log_y ? high : high + 0.05 * (high - low);
    if (c->most_y <= c->least_y)
        c->most_y = c->least_y + 1;
}

static void put(struct canvas *c, int row, int column, char mark)
{
    char *p = &c->at[row][column];
    bool letter_there = *p >= 'A' && *p <= 'Z';
    if (mark == '.' || mark == '|') {
        if (*p == ' ' || (mark == '|' && *p == '.'))
            *p = mark;
    } else {
        *p = letter_there && *p != mark ? '*' : mark;
    }
}

static void join(struct canvas *c, const struct series_line *l, unsigned k)
{
    int from = column_of(c, l->at[k].x), to = column_of(c, l->at[k + 1].x);
    double a = scale(l->at[k].y, c->log_y), b = scale(l->at[k + 1].y, c->log_y);
    for (int x = from + 2; x < to - 1; x += 2) {
        double y = a + (b - a) * (x - from) / (to - from);
        put(c, row_of(c, c->log_y ? exp(y) : y), x, '.');
    }
}

static void draw_line(struct canvas *c, const struct series_line *l, char mark)
{
    for (unsigned k = 0; k + 1 < l->n; k++)
        join(c, l, k);
    for (unsigned k = 0; k < l->n; k++) {
        if (isnan(l->at[k].lower))
            continue;
        int low = row_of(c, l->at[k].lower), high = row_of(c, l->at[k].upper);
        for (int r = high; r <= low; r++)
            put(c, r, column_of(c, l->at[k].x), '|');
    }
    for (unsigned k = 0; k < l->n; k++)
        put(c, row_of(c, l->at[k].y), column_of(c, l->at[k].x), mark);
}

static void number(char *buf, size_t n, double v)
{
    static const char *const units[] = {"", "k", "M", "G"};
    unsigned u = 0;
    for (; fabs(v) >= 1000 && u < 3; u++)
        v /= 1000;
    snprintf(buf, n, v != 0 && fabs(v) < 10 ? "%.2f%s" : "%.0f%s", v, units[u]);
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

void text_figure(FILE *out, const struct series *s, const char *x_axis, const char *y_axis, bool from_zero)
{
    struct canvas c;
    memset(c.at, ' ', sizeof c.at);
    limits(&c, s, from_zero);
    for (unsigned i = 0; i < s->n_lines; i++)
        draw_line(&c, &s->line[i], (char)('A' + i));
    fprintf(out, "%s\n%s\n\n%s%s\n", s->title, s->subtitle, y_axis, c.log_y && !strstr(y_axis, "log") ? " (log)" : "");
    for (int r = 0; r < HEIGHT; r++) {
        char text[24] = "";
        if (r % 3 == 0)
            number(text, sizeof text, value_of(&c, r));
        fprintf(out, "%*s%s", MARGIN - 1, text, r % 3 ? " |" : " +");
        for (int i = 0; i < WIDTH; i++)
            fputs(c.at[r][i] == '|' ? "¦" : (char[]){c.at[r][i], 0}, out);
        fputc('\n', out);
    }
    draw_x(out, &c, s, x_axis);
    for (unsigned i = 0; i < s->n_lines; i++)
        fprintf(out, "%s%c %-16s", i % 4 ? "  " : "\n  ", (char)('A' + i), s->line[i].model);
    fprintf(out, "\n  %s\n\n", "* several at one place   ¦ 95 % interval");
}
