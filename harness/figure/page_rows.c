/* SPDX-License-Identifier: MIT */
/* Lays out charts of rows (dots, stacks, shapes) and maps; see page.h. */
#include <math.h>

#include "harness/figure/page_parts.h"
#include "harness/figure/text_width.h"

enum { STACK_HEIGHT = 24, SHAPE_HEIGHT = 44, DOT_HEIGHT = 12, RULE_PITCH = 13, ARROW = 14 };
enum { FIELD_EDGE = 6, HEAD_PITCH = 16, TEXT_PITCH = 12, FIELD_LEAST = 34, Y_LABEL = 18 };
#define GROUP_GAP 0.5

double page_row(const struct chart *c, unsigned row)
{
    double y = 0.5;
    for (unsigned i = c->n_rows; i-- > row + 1;)
        y += c->row[i].begins_group ? 1 + GROUP_GAP : 1;
    return y;
}

static double height_of_row(const struct chart *c)
{
    switch (c->kind) {
    case CHART_OF_STACKS:
        return STACK_HEIGHT;
    case CHART_OF_SHAPES:
        return SHAPE_HEIGHT;
    default:
        return DOT_HEIGHT * (c->n_series > 1 ? c->n_series : 1) + 10;
    }
}

double page_dot(const struct chart *c, unsigned row, unsigned series)
{
    if (c->n_series < 2)
        return page_row(c, row);
    return page_row(c, row) + ((c->n_series - 1) / 2.0 - series) * DOT_HEIGHT / height_of_row(c);
}

static void put_arrows(struct page *p, const struct chart *c, double row)
{
    for (unsigned i = 0; i < c->n_rows; i++)
        for (unsigned k = 0; k < c->n_series; k++) {
            double y = p->bottom[0] - row * page_dot(c, i, k);
            if (c->row[i].at[k].lower < c->x.least)
                page_draw(p, (struct page_line){p->left + ARROW, y, p->left, y, 0x666666, false, true});
            if (c->row[i].at[k].upper > c->x.most)
                page_draw(p, (struct page_line){p->right - ARROW, y, p->right, y, 0x666666, false, true});
        }
}

void page_lay_out_rows(struct page *p, const struct chart *c, double y)
{
    double names = 0, notes = 0;
    for (unsigned i = 0; i < c->n_rows; i++) {
        names = fmax(names, text_width(c->row[i].name, PAGE_SIZE));
        notes = fmax(notes, text_width(c->row[i].note, PAGE_SMALL));
    }
    names = fmin(names, 0.36 * p->width);
    notes = fmin(notes, 0.3 * p->width);
    p->left = PAGE_EDGE + names + 10;
    p->right = p->width - 2 * PAGE_EDGE - (notes > 0 ? notes + 8 : 0);
    p->rows = page_row(c, 0) + 0.5;
    p->top[0] = y + 6 + RULE_PITCH * page_rule_rows(p, c);
    double row = height_of_row(c);
    p->bottom[0] = p->top[0] + row * p->rows;
    p->height = ceil(p->bottom[0] + PAGE_BOTTOM);
    for (unsigned i = 0; i < c->n_rows; i++) {
        double at = p->bottom[0] - row * page_row(c, i);
        page_put_short(p, p->left - 9, at, PAGE_SIZE, PAGE_RIGHT, names + 1, c->row[i].name);
        struct page_text *t = page_put_short(p, p->right + 8, at, PAGE_SMALL, PAGE_LEFT, notes + 1, c->row[i].note);
        if (t)
            t->rgb = PAGE_GREY;
    }
    if (c->kind == CHART_OF_DOTS)
        put_arrows(p, c, row);
    page_put_rules(p, c, p->top[0] - 8);
    page_put_x(p, c);
}

/* The largest size in which the head of a field fits on a line. */
static unsigned size_of_heads(const struct chart *c, double width)
{
    unsigned size = PAGE_SIZE;
    for (unsigned i = 0; i < c->n_fields; i++)
        while (size > PAGE_TINY && text_width(c->field[i].head, size) > width)
            size--;
    return size;
}

static void put_fields(struct page *p, const struct chart *c, double row, double width, unsigned head)
{
    for (unsigned i = 0; i < c->n_fields; i++) {
        const struct chart_field *f = &c->field[i];
        unsigned heads = page_lines_of(head, width, f->head), lines = page_lines_of(PAGE_TINY, width, f->text);
        double x = p->left + (f->x + 0.5) * (p->right - p->left) / c->n_x,
               y = p->bottom[0] - (f->y + 0.5) * row - (heads * HEAD_PITCH + lines * TEXT_PITCH) / 2.0 +
                   HEAD_PITCH / 2.0;
        y += HEAD_PITCH * page_put_broken(p, x, y, head, PAGE_CENTRE, width, HEAD_PITCH, 0x111111, f->head);
        page_put_broken(p, x, y - 2, PAGE_TINY, PAGE_CENTRE, width, TEXT_PITCH, PAGE_INK, f->text);
    }
}

void page_lay_out_map(struct page *p, const struct chart *c, double y)
{
    double names = 0, row = FIELD_LEAST;
    for (unsigned i = 0; i < c->n_y; i++)
        names = fmax(names, text_width(c->row_name[i], PAGE_SMALL));
    names = fmin(names, 0.3 * p->width);
    p->left = PAGE_EDGE + Y_LABEL + names + 8;
    p->right = p->width - PAGE_EDGE;
    const double width = (p->right - p->left) / c->n_x - FIELD_EDGE;
    const unsigned head = size_of_heads(c, width);
    for (unsigned i = 0; i < c->n_fields; i++)
        row = fmax(row, HEAD_PITCH * page_lines_of(head, width, c->field[i].head) +
                            TEXT_PITCH * page_lines_of(PAGE_TINY, width, c->field[i].text) + 10);
    p->rows = c->n_y;
    p->top[0] = y + 4;
    p->bottom[0] = p->top[0] + row * c->n_y;
    p->height = ceil(p->bottom[0] + PAGE_BOTTOM);
    put_fields(p, c, row, width, head);
    for (unsigned i = 0; i < c->n_y; i++)
        page_put_short(p, p->left - 6, p->bottom[0] - (i + 0.5) * row, PAGE_SMALL, PAGE_RIGHT, names + 1,
                       c->row_name[i]);
    for (unsigned i = 0; i < c->n_x; i++)
        page_put(p, p->left + (i + 0.5) * (p->right - p->left) / c->n_x, p->bottom[0] + 12, PAGE_SMALL, PAGE_CENTRE,
                 c->column_name[i]);
    page_put_short(p, (p->left + p->right) / 2, p->height - 14, PAGE_SIZE, PAGE_CENTRE, p->width - 2 * PAGE_EDGE,
                   c->x_label);
    struct page_text *t = page_put_short(p, PAGE_EDGE + 4, (p->top[0] + p->bottom[0]) / 2, PAGE_SIZE, PAGE_CENTRE,
                                         p->bottom[0] - p->top[0] + 20, c->y_label);
    if (t)
        t->upright = true;
}
