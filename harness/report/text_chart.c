/* SPDX-License-Identifier: MIT */
/*
 * Charts with an axis of y in the terminal: lines and strips. A letter marks a value, ¦ its interval, dots join the
 * values of a line; * stands where two share a place.
 */
#include "harness/report/text_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/report/wrap.h"

enum { WIDTH = 66, HEIGHT = 19, LOW_HEIGHT = 11, MARGIN = 10 };

struct canvas {
    unsigned height;
    char at[HEIGHT][WIDTH]; /* '|' stands for an interval */
    const struct axis *x, *y;
};

static struct canvas canvas_of(const struct axis *x, const struct axis *y, unsigned height)
{
    struct canvas c = {.height = height, .x = x, .y = y};
    memset(c.at, ' ', sizeof c.at);
    return c;
}

static int column_of(const struct canvas *c, double x)
{
    return 1 + (int)lround((WIDTH - 3) * fmin(fmax(axis_place(c->x, x), 0), 1));
}

/* The first or the last one for what is beyond. */
static int row_of(const struct canvas *c, double y)
{
    double place = c->y->logarithmic && y <= 0 ? 0 : axis_place(c->y, y);
    return (int)c->height - 1 - (int)lround((c->height - 1) * fmin(fmax(place, 0), 1));
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static void put(struct canvas *c, int row, int column, char mark)
{
    char *p = &c->at[row][column];
    bool line_there = *p == '-' || *p == '.';
    if (mark == '-' || mark == '.' || mark == '|') {
        if (*p == ' ' || (mark != '-' && line_there))
            *p = mark;
    } else {
        *p = is_letter(*p) && *p != mark ? '*' : mark;
    }
}

/* Joins two places, `mark` in every second column between. */
static void join(struct canvas *c, double x1, double y1, double x2, double y2, char mark)
{
    int from = column_of(c, x1), to = column_of(c, x2);
    double a = axis_place(c->y, y1), b = axis_place(c->y, y2);
    for (int x = from + 2; x < to - 1; x += 2)
        put(c, row_of(c, axis_value(c->y, a + (b - a) * (x - from) / (to - from))), x, mark);
}

/* y = x, which on a logarithmic x is no straight line; and what else is dashed. */
static void draw_dashed(struct canvas *c, bool ideal, double level)
{
    for (int x = 1; x < WIDTH - 1; x += 2) {
        double y = axis_value(c->x, (x - 1.0) / (WIDTH - 3));
        if (ideal && y <= c->y->most)
            put(c, row_of(c, y), x, '-');
        if (!isnan(level))
            put(c, row_of(c, level), x, '-');
    }
}

static void draw_line(struct canvas *c, const struct chart *of, unsigned panel, const struct chart_line *l, char mark)
{
    const struct chart_point *last = NULL;
    for (unsigned k = 0; k < l->n; k++) {
        const struct chart_value v = l->at[k].at[panel];
        if (isnan(v.y))
            continue;
        if (last && chart_is_joined(l, panel))
            join(c, last->x, last->at[panel].y, l->at[k].x, v.y, '.');
        last = &l->at[k];
        int column = column_of(c, l->at[k].x);
        for (int r = row_of(c, v.upper); r <= row_of(c, v.lower) && v.upper > v.lower; r++)
            put(c, r, column, '|');
        if (v.upper > c->y->most)
            put(c, 0, column, '^');
        if (v.lower < c->y->least)
            put(c, (int)c->height - 1, column, 'v');
    }
    double mark_from = -INFINITY;
    for (unsigned k = 0; k < l->n; k++) {
        if (isnan(l->at[k].at[panel].y) || (of->unmarked && column_of(c, l->at[k].x) < mark_from))
            continue;
        put(c, row_of(c, l->at[k].at[panel].y), column_of(c, l->at[k].x), mark);
        mark_from = column_of(c, l->at[k].x) + 6;
    }
}

static void draw_x(FILE *out, const struct axis *x, const char *label)
{
    char ticks[WIDTH + 40];
    const struct canvas c = {.x = x};
    memset(ticks, ' ', sizeof ticks);
    int free_from = 0;
    for (unsigned i = 0; i < x->n_ticks; i++) {
        char text[32];
        axis_tick_text(x, text, sizeof text, x->tick[i]);
        int n = (int)strlen(text), at = column_of(&c, x->tick[i]);
        if (at < free_from || at + n > WIDTH)
            continue;
        memcpy(ticks + at, text, (size_t)n);
        free_from = at + n + 1;
    }
    ticks[WIDTH] = 0;
    fprintf(out, "%*s+", MARGIN, "");
    for (int i = 0; i < WIDTH; i++)
        fputc('-', out);
    fprintf(out, "\n%*s %s\n%*s %s\n", MARGIN, "", ticks, MARGIN, "", label);
}

/* The tick whose row this is; NULL: none. */
static const double *tick_of(const struct canvas *c, int row)
{
    for (unsigned i = 0; i < c->y->n_ticks; i++)
        if (row_of(c, c->y->tick[i]) == row)
            return &c->y->tick[i];
    return NULL;
}

static void draw_rows(FILE *out, const struct canvas *c, const char *label)
{
    fprintf(out, "\n%s\n", label);
    for (int r = 0; r < (int)c->height; r++) {
        const double *tick = tick_of(c, r);
        char text[32] = "";
        if (tick)
            axis_tick_text(c->y, text, sizeof text, *tick);
        fprintf(out, "%*s%s", MARGIN - 1, text, tick ? " +" : " |");
        for (int i = 0; i < WIDTH; i++)
            fputs(c->at[r][i] == '|' ? "¦" : (char[]){c->at[r][i], 0}, out);
        fputc('\n', out);
    }
}

static void lines(FILE *out, const struct chart *c)
{
    for (unsigned panel = c->n_panels; panel-- > 0;) {
        struct canvas page = canvas_of(&c->x, &c->panel[panel].y, c->n_panels > 1 ? LOW_HEIGHT : HEIGHT);
        draw_dashed(&page, c->ideal, c->panel[panel].level);
        for (unsigned i = 0; i < c->n_lines; i++)
            draw_line(&page, c, panel, &c->line[i], c->line[i].look.letter);
        draw_rows(out, &page, c->panel[panel].label);
    }
    draw_x(out, &c->x, c->x_label);
    for (unsigned i = 0; i < c->n_rules; i++)
        if (c->rule[i].at >= c->x.least && c->rule[i].at <= c->x.most && c->rule[i].name[0]) {
            char at[32];
            axis_text(&c->x, at, sizeof at, c->rule[i].at);
            fprintf(out, "  at %s: %s\n", at, c->rule[i].name);
        }
    unsigned column = 0;
    for (unsigned i = 0; i < c->n_lines; i++)
        text_key(out, &column, c->line[i].look.letter, c->line[i].name);
    fprintf(out, "\n  * several at one place%s%s%s%s\n", chart_has_intervals(c) ? "   ¦ 95 % interval" : "",
            c->joined && !c->unmarked ? "   . joins them" : "", c->cut ? "   ^ v cut" : "",
            c->ideal || !isnan(c->panel[0].level) ? "   - ideal" : "");
}

/* Labels in the order of their series; where marks share a place, the later one is seen. */
static void strip(FILE *out, const struct chart *c)
{
    struct canvas page = canvas_of(&c->x, &c->panel[0].y, HEIGHT);
    draw_dashed(&page, false, c->panel[0].level);
    for (unsigned i = 0; i < c->n_series; i++)
        for (unsigned k = 0; k < c->n_marks; k++)
            if (c->mark[k].series == i)
                page.at[row_of(&page, c->mark[k].y)][column_of(&page, c->mark[k].x)] = c->series[i].look.letter;
    draw_rows(out, &page, c->panel[0].label);
    draw_x(out, &c->x, c->x_label);
    unsigned column = 0;
    for (unsigned i = 0; i < c->n_series; i++)
        text_key(out, &column, c->series[i].look.letter, c->series[i].name);
    fputc('\n', out);
}

void text_chart(FILE *out, const struct chart *c, unsigned width)
{
    const unsigned room = width ? width : TEXT_CHART_WIDTH;
    const unsigned texts = room < TEXT_CHART_WIDTH || c->kind == CHART_OF_MAP ? room : TEXT_CHART_WIDTH;
    wrap_print(out, texts, 0, "%s", c->title);
    wrap_print(out, texts, 0, "%s", c->subtitle);
    switch (c->kind) {
    case CHART_OF_LINES:
        lines(out, c);
        break;
    case CHART_OF_STRIP:
        strip(out, c);
        break;
    case CHART_OF_DOTS:
    case CHART_OF_STACKS:
    case CHART_OF_SHAPES:
        text_rows(out, c);
        break;
    case CHART_OF_MAP:
        text_map(out, c, room);
        break;
    }
    fputc('\n', out);
}
