/* SPDX-License-Identifier: MIT */
/* The figures of a page: drawn, taken in, and put in their place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/draw.h"
#include "harness/page/compact.h"
#include "harness/page/parts.h"
#include "harness/page/svg.h"

/* The SVG as it stands in the page, malloc'ed; NULL: it is not one, or out of memory. */
static char *markup(const char *svg, size_t n, const char *prefix)
{
    char *text = NULL;
    size_t size;
    struct html h;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return NULL;
    html_init(&h, f);
    int rc = svg_copy(&h, svg, n, prefix, NULL);
    if (fclose(f) || rc || h.fault || h.depth) {
        free(text);
        return NULL;
    }
    compact_svg(text);
    return text;
}

static void release(struct page_figure *f)
{
    free(f->name);
    free(f->title);
    free(f->caption);
    free(f->markup);
}

struct taking {
    struct page_figures *out;
    struct err *e;
};

static int take(void *arg, const struct figure_drawn *d)
{
    const struct taking *t = arg;
    struct page_figures *out = t->out;
    char prefix[24];
    struct page_figure *more = realloc(out->all, (out->n + 1) * sizeof *more);
    if (!more)
        return err_set(t->e, ENOMEM, "out of memory");
    out->all = more;
    snprintf(prefix, sizeof prefix, "f%u-", out->n + 1);
    struct page_figure f = {strdup(d->name), strdup(d->title), strdup(d->caption), NULL};
    CLEANUP_FREE char *svg = strndup(d->svg, d->size);
    f.markup = svg ? markup(svg, d->size, prefix) : NULL;
    if (!f.name || !f.title || !f.caption || !svg) {
        release(&f);
        return err_set(t->e, ENOMEM, "out of memory");
    }
    if (!f.markup) {
        snprintf(out->why, sizeof out->why, "the figure %.200s can't be shown: it is no SVG as gnuplot writes them",
                 d->name);
        release(&f);
        return 0;
    }
    out->all[out->n++] = f;
    return 0;
}

int page_figures_draw(struct page_figures *out, const struct figure_source *of, const volatile int *stop, struct err *e)
{
    /* A comparison has a figure of its own; the others would be of A alone. */
    const char *only = of->runs ? "compare" : NULL;
    struct taking t = {out, e};
    *out = (struct page_figures){0};
    int rc = !only || figure_find(only) ? figures_svg(of, only, stop, take, &t, e) : 0;
    if (!rc || rc == -EINTR || rc == -ENOMEM)
        return rc;
    snprintf(out->why, sizeof out->why, "%.390s", e->text);
    return 0;
}

void page_figures_release(struct page_figures *f)
{
    for (unsigned i = 0; i < f->n; i++)
        release(&f->all[i]);
    free(f->all);
    *f = (struct page_figures){0};
}

/* What each finds, as a list that leads to them; its name says of which work. */
static void list_of_figures(struct page *p)
{
    html_open(&p->h, "ol", "class", "titles", NULL);
    for (unsigned i = 0; i < p->figures->n; i++) {
        char to[24];
        snprintf(to, sizeof to, "#figure-%u", i + 1);
        html_open(&p->h, "li", NULL);
        html_element(&p->h, "a", p->figures->all[i].title, "href", to, NULL);
        html_text(&p->h, " ");
        html_element(&p->h, "code", p->figures->all[i].name, NULL);
        html_close(&p->h, "li");
    }
    html_close(&p->h, "ol");
    html_newline(&p->h);
}

void part_figures(struct page *p)
{
    section_open(p, "figures", "Figures");
    if (p->figures->n > 1)
        list_of_figures(p);
    for (unsigned i = 0; i < p->figures->n; i++) {
        const struct page_figure *f = &p->figures->all[i];
        char id[24];
        snprintf(id, sizeof id, "figure-%u", i + 1);
        html_open(&p->h, "figure", "id", id, NULL);
        html_open(&p->h, "div", "class", "scroll", "role", "group", "tabindex", "0", "aria-label", f->title, NULL);
        fputs(f->markup, p->h.out); /* all of it has been through html_escape: see markup() */
        html_close(&p->h, "div");
        html_open(&p->h, "figcaption", NULL);
        html_printf(&p->h, "Figure %u (", i + 1);
        html_element(&p->h, "code", f->name, NULL);
        html_printf(&p->h, "). %s", f->caption);
        html_close(&p->h, "figcaption");
        html_close(&p->h, "figure");
        html_newline(&p->h);
    }
    if (p->figures->why[0])
        html_element(&p->h, "p", p->figures->why, "class", "missing", NULL);
    section_close(p);
}
