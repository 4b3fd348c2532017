/* SPDX-License-Identifier: MIT */
/* Tables of a page; see parts.h. A cell's number stands in data-v for the script, to all its digits. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/page/parts.h"

void table_open_below(struct page *p, const char *heading, const struct column *columns, unsigned n)
{
    struct html *h = &p->h;
    /* It may be wider than the page: then it is scrolled by itself, by keyboard too. */
    html_open(h, "div", "class", "scroll", "role", "group", "tabindex", "0", "aria-labelledby", heading, NULL);
    html_open(h, "table", "class", "sort", "aria-labelledby", heading, NULL);
    html_open(h, "thead", NULL);
    html_open(h, "tr", NULL);
    for (unsigned i = 0; i < n; i++)
        html_element(h, "th", columns[i].head, "scope", "col", "data-sort", columns[i].number ? "number" : "text",
                     "class", columns[i].number ? "number" : NULL, NULL);
    html_close(h, "tr");
    html_close(h, "thead");
    html_newline(h);
    html_open(h, "tbody", NULL);
}

void table_open(struct page *p, const char *caption, const struct column *columns, unsigned n)
{
    char id[24];
    snprintf(id, sizeof id, "caption-%u", ++p->n_captions);
    html_element(&p->h, "p", caption, "class", "caption", "id", id, NULL);
    table_open_below(p, id, columns, n);
}

void table_close(struct page *p)
{
    html_close(&p->h, "tbody");
    html_close(&p->h, "table");
    html_close(&p->h, "div");
    html_newline(&p->h);
}

void row_open(struct page *p, const char *id)
{
    html_open(&p->h, "tr", "id", id, NULL);
}

void row_close(struct page *p)
{
    html_close(&p->h, "tr");
    html_newline(&p->h);
}

void cell_text(struct page *p, const char *text)
{
    html_element(&p->h, "td", text, NULL);
}

void cell_number(struct page *p, double v, const char *text)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.17g", v);
    html_element(&p->h, "td", isnan(v) ? "n/a" : text, "class", "number", "data-v", isnan(v) ? NULL : digits, NULL);
}

void cell_count(struct page *p, uint64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, v);
    cell_number(p, (double)v, text);
}

void cell_estimate(struct page *p, const struct estimate *e, say_number *say)
{
    char text[WORDS];
    say(text, sizeof text, e->median);
    cell_number(p, e->median, text);
}

void cell_interval(struct page *p, const struct estimate *e, say_number *say)
{
    char lower[64], upper[64], text[WORDS];
    if (isnan(e->median)) {
        cell_number(p, (double)NAN, NULL);
        return;
    }
    if (isnan(e->lower)) {
        snprintf(text, sizeof text, "none (%u trial%s)", e->n, e->n == 1 ? "" : "s");
        html_element(&p->h, "td", text, "class", "number", NULL);
        return;
    }
    say(lower, sizeof lower, e->lower);
    say(upper, sizeof upper, e->upper);
    snprintf(text, sizeof text, "%s … %s", lower, upper);
    cell_number(p, (e->upper - e->lower) / e->median, text);
}
