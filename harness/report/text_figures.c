/* SPDX-License-Identifier: MIT */
/* All figures of a run in the terminal. */
#include "harness/report/report.h"
#include "harness/report/text_chart.h"

struct printing {
    FILE *out;
    unsigned width;
    int n;
};

static int print(void *arg, const struct figure *f, const struct chart *c)
{
    struct printing *p = arg;
    (void)f;
    text_chart(p->out, c, p->width);
    p->n++;
    return 0;
}

int report_text_figures(FILE *out, const struct figure_source *of, const char *only, unsigned width)
{
    struct printing p = {.out = out, .width = width};
    int rc = figures_each(of, only, print, &p);
    return rc ? rc : p.n;
}
