/* SPDX-License-Identifier: MIT */
/* How a page says things; see parts.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/model/model.h"
#include "harness/page/parts.h"
#include "harness/record/param_value.h"
#include "harness/figure/look.h"
#include "harness/report/text.h"

void say_ratio(char *buf, size_t n, double v)
{
    if (isnan(v))
        snprintf(buf, n, "n/a");
    else
        snprintf(buf, n, v < 0.1 ? "%.2g" : v < 10 ? "%.2f" : v < 100 ? "%.1f" : "%.0f", v); /* little is not nothing */
}

void say_times(char *buf, size_t n, double v)
{
    say_ratio(buf, n, v);
    if (!isnan(v))
        text_append(buf, n, "×");
}

void say_percent(char *buf, size_t n, double v)
{
    if (isnan(v))
        snprintf(buf, n, "n/a");
    else
        snprintf(buf, n, "%.*f %%", text_decimals(100 * fabs(v), 2), 100 * v);
}

void say_bytes(char *buf, size_t n, double v)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", NULL};
    text_scaled(buf, n, v, units, 1024);
}

void say_p(char *buf, size_t n, double v)
{
    if (isnan(v))
        snprintf(buf, n, "n/a");
    else
        snprintf(buf, n, v < 0.0001 ? "%.1e" : "%.2g", v);
}

void say_interval(char *buf, size_t n, const struct estimate *e)
{
    char lower[32], upper[32];
    if (isnan(e->lower)) {
        snprintf(buf, n, "no interval: %s", e->why ? e->why : "nothing was measured");
        return;
    }
    say_ratio(lower, sizeof lower, e->lower);
    say_ratio(upper, sizeof upper, e->upper);
    if (strcmp(lower, "1.00") == 0 || strcmp(upper, "1.00") == 0) { /* on which side of 1 it ends is what counts */
        snprintf(lower, sizeof lower, e->lower < 10 ? "%.3f" : "%.1f", e->lower);
        snprintf(upper, sizeof upper, e->upper < 10 ? "%.3f" : "%.1f", e->upper);
    }
    snprintf(buf, n, "%s … %s", lower, upper);
}

void say_params(char *buf, size_t n, const struct plan *p, unsigned cell)
{
    const struct cell *c = &p->cells[cell];
    const struct workload *w = workload_find(c->workload);
    buf[0] = 0;
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        char value[VALUE_TEXT_MAX];
        value_label(&w->params[i], c->p[i], value, sizeof value);
        text_append(buf, n, "%s%s=%s", i ? " " : "", w->params[i].name, value);
    }
}

void say_work(char *buf, size_t n, const struct plan *p, unsigned cell)
{
    char params[NAMES];
    say_params(params, sizeof params, p, cell);
    snprintf(buf, n, "%s%s%.1200s", p->cells[cell].workload, params[0] ? " " : "", params);
}

void say_where(char *buf, size_t n, const struct plan_point *t)
{
    snprintf(buf, n, "%u in flight on %u CPU%s", t->concurrency, t->offered, t->offered == 1 ? "" : "s");
}

void say_how(char *buf, size_t n, const struct cell *c)
{
    buf[0] = 0;
    if (c->mode == MODE_CLOSED)
        text_append(buf, n, ", closed loop");
    if (strcmp(c->order, "compact") != 0)
        text_append(buf, n, ", placed %s", c->order);
    if (c->libc_threads)
        text_append(buf, n, ", libc %s", libc_threads_names[c->libc_threads]);
}

const char *family_of(const char *model)
{
    const struct model *m = model_find(model);
    return m ? m->family : model;
}

bool is_measured(const struct summary *s, unsigned cell)
{
    return !isnan(s->cells[cell].throughput.median);
}

/* A dot of the model's colour, as it is in the figures. */
static void put_dot(struct html *h, const char *model)
{
    char colour[16];
    snprintf(colour, sizeof colour, "#%06x", look_of(model).rgb & 0xffffff);
    html_open(h, "svg", "class", "dot", "viewBox", "0 0 10 10", "aria-hidden", "true", NULL);
    html_element(h, "circle", "", "cx", "5", "cy", "5", "r", "4.5", "fill", colour, NULL);
    html_close(h, "svg");
}

void put_cell_link(struct page *p, unsigned cell)
{
    char to[24];
    snprintf(to, sizeof to, "#cell-%u", cell);
    html_open(&p->h, "span", "class", "model", NULL); /* dot and name stay on one line */
    put_dot(&p->h, p->s->plan->cells[cell].model);
    html_element(&p->h, "a", p->s->plan->cells[cell].model, "href", to, NULL);
    html_close(&p->h, "span");
}

void put_badge(struct page *p, const char *class, const char *word)
{
    char classes[40];
    snprintf(classes, sizeof classes, "badge %s", class);
    html_element(&p->h, "span", word, "class", classes, NULL);
}

void put_lines(struct page *p, char *text)
{
    char *line;
    while (text && (line = strsep(&text, "\n"))) {
        line += strspn(line, " ");
        if (*line)
            html_element(&p->h, "li", line, NULL);
    }
}

void section_open(struct page *p, const char *id, const char *heading)
{
    html_open(&p->h, "section", "id", id, NULL);
    html_element(&p->h, "h2", heading, NULL);
    html_newline(&p->h);
}

void section_close(struct page *p)
{
    html_close(&p->h, "section");
    html_newline(&p->h);
}
