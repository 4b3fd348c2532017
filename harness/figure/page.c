/* SPDX-License-Identifier: MIT */
/* The head of a page, and what all kinds of charts share; see page.h. */
#include "harness/figure/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"
#include "harness/figure/page_parts.h"
#include "harness/figure/text_width.h"

enum { TITLE_PITCH = 19, SUBTITLE_PITCH = 15, KEY_PITCH = 17, RULE_PITCH = 13, MARKER = 16 };

static void *one_more(void *at, unsigned n, unsigned *room, size_t size)
{
    if (n < *room)
        return at;
    unsigned more = *room ? 2 * *room : 64;
    void *p = realloc(at, more * size);
    if (p)
        *room = more;
    return p;
}

/* Copies n bytes at most, whole characters. */
static void copy(char *to, size_t room, const char *from, size_t n)
{
    size_t at = 0;
    while (at < n && from[at]) {
        unsigned bytes = utf8_length(from + at, n - at);
        bytes = bytes ? bytes : 1;
        if (at + bytes >= room)
            break;
        memcpy(to + at, from + at, bytes);
        at += bytes;
    }
    to[at] = 0;
}

static struct page_text *put(struct page *p, struct page_text like, const char *text, size_t n)
{
    struct page_text *more = one_more(p->text, p->n_texts, &p->texts_room, sizeof *more);
    if (!more) {
        p->no_memory = true;
        return NULL;
    }
    p->text = more;
    struct page_text *t = &p->text[p->n_texts++];
    *t = like;
    copy(t->text, sizeof t->text, text, n);
    return t;
}

struct page_text *page_put(struct page *p, double x, double y, unsigned size, enum page_align align, const char *text)
{
    return put(p, (struct page_text){.x = x, .y = y, .size = size, .align = align, .rgb = PAGE_INK}, text,
               strlen(text));
}

struct page_text *page_put_short(struct page *p, double x, double y, unsigned size, enum page_align align, double width,
                                 const char *text)
{
    char fits[PAGE_TEXT];
    size_t n = strlen(text);
    if (text_width(text, size) <= width + 0.5)
        return page_put(p, x, y, size, align, text);
    do {
        while (n && ((unsigned char)text[--n] & 0xc0) == 0x80)
            ;
        copy(fits, sizeof fits - 4, text, n);
        text_append(fits, sizeof fits, "…");
    } while (n && text_width(fits, size) > width + 0.5);
    return page_put(p, x, y, size, align, fits);
}

unsigned page_put_broken(struct page *p, double x, double y, unsigned size, enum page_align align, double width,
                         double pitch, unsigned rgb, const char *text)
{
    unsigned n = 0;
    for (size_t skip; *text; text += skip, n++) {
        size_t bytes = text_break(text, size, width, &skip);
        put(p, (struct page_text){.x = x, .y = y + n * pitch, .size = size, .align = align, .rgb = rgb}, text, bytes);
    }
    return n;
}

unsigned page_lines_of(unsigned size, double width, const char *text)
{
    unsigned n = 0;
    for (size_t skip; *text; text += skip, n++)
        text_break(text, size, width, &skip);
    return n;
}

void page_draw(struct page *p, struct page_line line)
{
    struct page_line *more = one_more(p->line, p->n_lines, &p->lines_room, sizeof *more);
    if (!more) {
        p->no_memory = true;
        return;
    }
    p->line = more;
    p->line[p->n_lines++] = line;
}

double page_x(const struct page *p, const struct chart *c, double x)
{
    return p->left + axis_place(&c->x, x) * (p->right - p->left);
}

double page_y(const struct page *p, const struct chart *c, unsigned panel, double y)
{
    return p->bottom[panel] - axis_place(&c->panel[panel].y, y) * (p->bottom[panel] - p->top[panel]);
}

void page_put_x(struct page *p, const struct chart *c)
{
    double free_from = -INFINITY;
    for (unsigned i = 0; i < c->x.n_ticks; i++) {
        char text[32];
        axis_tick_text(&c->x, text, sizeof text, c->x.tick[i]);
        double half = text_width(text, PAGE_SMALL) / 2, at = page_x(p, c, c->x.tick[i]);
        if (at - half < free_from || at + half > p->width - 2)
            continue;
        page_put(p, at, p->bottom[0] + 15, PAGE_SMALL, PAGE_CENTRE, text);
        free_from = at + half + 6;
    }
    page_put_short(p, (p->left + p->right) / 2, p->height - 14, PAGE_SIZE, PAGE_CENTRE, p->width - 2 * PAGE_EDGE,
                   c->x_label);
}

/* Where a rule's name begins: over its line, but within the page. */
static double rule_begins(const struct page *p, const struct chart *c, unsigned i)
{
    double wide = text_width(c->rule[i].name, PAGE_TINY), at = page_x(p, c, c->rule[i].at) - wide / 2;
    return fmax(4, fmin(at, p->width - 4 - wide));
}

static bool is_within(const struct axis *a, double v)
{
    return v >= a->least && v <= a->most;
}

/* In which row each name stands: the lowest in which it meets no other. */
static unsigned rule_rows(const struct page *p, const struct chart *c, unsigned row[CHART_RULES])
{
    unsigned n = 0;
    double end[CHART_RULES][CHART_RULES][2];
    unsigned in[CHART_RULES] = {0};
    for (unsigned i = 0; i < c->n_rules; i++) {
        row[i] = 0;
        if (!c->rule[i].name[0] || !is_within(&c->x, c->rule[i].at))
            continue;
        double from = rule_begins(p, c, i) - 4, to = from + 8 + text_width(c->rule[i].name, PAGE_TINY);
        for (bool meets = true; meets;) {
            meets = false;
            for (unsigned k = 0; k < in[row[i]]; k++)
                meets |= from < end[row[i]][k][1] && to > end[row[i]][k][0];
            row[i] += meets;
        }
        double *mine = end[row[i]][in[row[i]]++];
        mine[0] = from;
        mine[1] = to;
        n = row[i] + 1 > n ? row[i] + 1 : n;
    }
    return n;
}

unsigned page_rule_rows(const struct page *p, const struct chart *c)
{
    unsigned row[CHART_RULES];
    return rule_rows(p, c, row);
}

/* `y`: where the lowest row of names is; its lines go through all panels. */
void page_put_rules(struct page *p, const struct chart *c, double y)
{
    unsigned row[CHART_RULES];
    rule_rows(p, c, row);
    for (unsigned i = 0; i < c->n_rules; i++) {
        if (!is_within(&c->x, c->rule[i].at))
            continue;
        double at = page_x(p, c, c->rule[i].at);
        page_draw(p, (struct page_line){at, p->top[c->n_panels - 1], at, p->bottom[0], 0x999999, true, false});
        if (!c->rule[i].name[0])
            continue;
        struct page_text *t =
            page_put(p, rule_begins(p, c, i), y - RULE_PITCH * row[i], PAGE_TINY, PAGE_LEFT, c->rule[i].name);
        if (t)
            t->rgb = PAGE_GREY;
    }
}

/* A series' marker and name, one after the other, in as many lines as they need; where the next part begins. */
static double put_key(struct page *p, const struct chart *c, double y)
{
    double x = PAGE_EDGE + MARKER;
    for (unsigned i = 0; i < c->n_series; i++) {
        double wide = text_width(c->series[i].name, PAGE_SMALL);
        if (x + wide > p->width - PAGE_EDGE && i) {
            x = PAGE_EDGE + MARKER;
            y += KEY_PITCH;
        }
        struct page_text *t =
            page_put_short(p, x, y, PAGE_SMALL, PAGE_LEFT, p->width - PAGE_EDGE - x, c->series[i].name);
        if (t)
            t->look = c->series[i].look;
        x += wide + MARKER + 14;
    }
    return y + KEY_PITCH;
}

void page_lay_out(struct page *p, const struct chart *c)
{
    *p = (struct page){.width = PAGE_WIDTH};
    const double wide = p->width - 2 * PAGE_EDGE;
    double y = 18;
    y += TITLE_PITCH *
         page_put_broken(p, PAGE_EDGE, y, PAGE_TITLE_SIZE, PAGE_LEFT, wide, TITLE_PITCH, 0x111111, c->title);
    y += SUBTITLE_PITCH *
         page_put_broken(p, PAGE_EDGE, y, PAGE_SMALL, PAGE_LEFT, wide, SUBTITLE_PITCH, PAGE_GREY, c->subtitle);
    bool key = c->kind == CHART_OF_STACKS || c->kind == CHART_OF_STRIP || (c->kind == CHART_OF_DOTS && c->n_series > 1);
    y = key ? put_key(p, c, y + 3) : y - 2;
    switch (c->kind) {
    case CHART_OF_LINES:
        page_lay_out_lines(p, c, y);
        break;
    case CHART_OF_STRIP:
        page_lay_out_strip(p, c, y);
        break;
    case CHART_OF_DOTS:
    case CHART_OF_STACKS:
    case CHART_OF_SHAPES:
        page_lay_out_rows(p, c, y);
        break;
    case CHART_OF_MAP:
        page_lay_out_map(p, c, y);
        break;
    }
}

void page_release(struct page *p)
{
    free(p->text);
    free(p->line);
    *p = (struct page){0};
}
