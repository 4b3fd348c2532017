/* SPDX-License-Identifier: MIT */
/* Lays out charts with an axis of y: lines and strips; see page.h. */
#include <math.h>

#include "harness/figure/page_parts.h"
#include "harness/figure/text_width.h"

enum { ONE_PANEL = 330, UPPER_PANEL = 160, LOWER_PANEL = 240, BETWEEN = 26, RULE_PITCH = 13 };
enum { Y_LABEL = 16, NAME_AT = 22, NAME_MARKER = 10, NAME_PITCH = 15, ARROW = 14 };

static double widest_tick(const struct axis *a)
{
    double most = 0;
    for (unsigned i = 0; i < a->n_ticks; i++) {
        char text[32];
        axis_tick_text(a, text, sizeof text, a->tick[i]);
        most = fmax(most, text_width(text, PAGE_SMALL));
    }
    return most;
}

static double widest_name(const struct chart *c)
{
    double most = 0;
    for (unsigned i = 0; i < c->n_lines; i++)
        most = fmax(most, text_width(c->line[i].name, PAGE_SIZE));
    return most;
}

static void put_y(struct page *p, const struct chart *c, unsigned panel)
{
    const struct chart_panel *of = &c->panel[panel];
    for (unsigned i = 0; i < of->y.n_ticks; i++) {
        char text[32];
        axis_tick_text(&of->y, text, sizeof text, of->y.tick[i]);
        page_put(p, p->left - 8, page_y(p, c, panel, of->y.tick[i]), PAGE_SMALL, PAGE_RIGHT, text);
    }
    struct page_text *t = page_put_short(p, PAGE_EDGE + 4, (p->top[panel] + p->bottom[panel]) / 2, PAGE_SIZE,
                                         PAGE_CENTRE, p->bottom[panel] - p->top[panel] + BETWEEN - 6, of->label);
    if (t)
        t->upright = true;
    if (!isnan(of->level)) {
        double y = page_y(p, c, panel, of->level);
        page_draw(p, (struct page_line){p->left, y, p->right, y, 0x999999, true, false});
    }
}

/* Each line's name right of its end, with a thin line from there. */
static void put_names(struct page *p, const struct chart *c)
{
    const double from = p->right + NAME_AT;
    for (unsigned i = 0; i < c->n_lines; i++) {
        const struct chart_line *l = &c->line[i];
        const struct chart_point *end = &l->at[l->n - 1];
        double y = p->bottom[0] - l->name_place * (p->bottom[0] - p->top[0]);
        struct page_text *t =
            page_put_short(p, from, y, PAGE_SIZE, PAGE_LEFT, p->width - PAGE_EDGE / 2.0 - from, l->name);
        if (!t)
            return;
        t->look = l->look;
        page_draw(p, (struct page_line){page_x(p, c, end->drawn_x), page_y(p, c, 0, end->at[0].y),
                                        from - NAME_MARKER - 7, y, 0xCCCCCC, false, false});
    }
}

/* The panels below y, one above the other. */
static void put_panels(struct page *p, const struct chart *c, double y)
{
    double lower = c->n_panels > 1 ? LOWER_PANEL : ONE_PANEL;
    double names = c->n_lines * NAME_PITCH + 8; /* all of them have room next to the lower panel */
    lower = fmax(lower, names);
    if (c->n_panels > 1) {
        p->top[1] = y;
        p->bottom[1] = y + UPPER_PANEL;
        y = p->bottom[1] + BETWEEN;
    }
    p->top[0] = y;
    p->bottom[0] = y + lower;
    p->height = ceil(p->bottom[0] + PAGE_BOTTOM);
}

static void put_axes(struct page *p, const struct chart *c, double y)
{
    double ticks = widest_tick(&c->panel[0].y);
    if (c->n_panels > 1)
        ticks = fmax(ticks, widest_tick(&c->panel[1].y));
    p->left = PAGE_EDGE + Y_LABEL + ticks + 10;
    double rules = RULE_PITCH * page_rule_rows(p, c);
    put_panels(p, c, y + rules + 8);
    for (unsigned k = 0; k < c->n_panels; k++)
        put_y(p, c, k);
    page_put_x(p, c);
    page_put_rules(p, c, p->top[c->n_panels - 1] - 8);
}

/* An arrow at each end of an interval that the axis has no room for. */
static void put_arrows(struct page *p, const struct chart *c, unsigned panel)
{
    const struct axis *a = &c->panel[panel].y;
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++) {
            const struct chart_point *at = &c->line[i].at[k];
            double x = page_x(p, c, at->drawn_x);
            if (at->at[panel].lower < a->least)
                page_draw(p,
                          (struct page_line){x, p->bottom[panel] - ARROW, x, p->bottom[panel], 0x666666, false, true});
            if (at->at[panel].upper > a->most)
                page_draw(p, (struct page_line){x, p->top[panel] + ARROW, x, p->top[panel], 0x666666, false, true});
        }
}

void page_lay_out_lines(struct page *p, const struct chart *c, double y)
{
    p->right = p->width - fmin(NAME_AT + widest_name(c) + PAGE_EDGE / 2.0, 0.4 * p->width);
    put_axes(p, c, y);
    for (unsigned k = 0; k < c->n_panels; k++)
        put_arrows(p, c, k);
    put_names(p, c);
}

void page_lay_out_strip(struct page *p, const struct chart *c, double y)
{
    p->right = p->width - 2 * PAGE_EDGE;
    put_axes(p, c, y);
}
