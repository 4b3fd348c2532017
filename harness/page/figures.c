/* SPDX-License-Identifier: MIT */
/* The figures of a page. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/page/parts.h"
#include "harness/page/svg.h"
#include "harness/record/file.h"
#include "harness/report/report.h"
#include "harness/trial/scratch.h"

enum { SVG_MOST = 8 << 20 };

/* The SVG as it stands in the page, malloc'ed; NULL: it is not one, or out of memory. */
static char *markup(const char *svg, size_t n, const char *prefix, const char *label)
{
    char *text = NULL;
    size_t size;
    struct html h;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return NULL;
    html_init(&h, f);
    int rc = svg_copy(&h, svg, n, prefix, label);
    if (fclose(f) || rc || h.fault || h.depth) {
        free(text);
        return NULL;
    }
    return text;
}

static int add(struct page_figures *out, const char *name, const char *title, const char *caption, const char *svg,
               size_t n, struct err *e)
{
    char prefix[24];
    struct page_figure *more = realloc(out->all, (out->n + 1) * sizeof *more);
    if (!more)
        return err_set(e, ENOMEM, "out of memory");
    out->all = more;
    snprintf(prefix, sizeof prefix, "f%u-", out->n);
    char *text = markup(svg, n, prefix, title);
    if (!text) {
        snprintf(out->why, sizeof out->why, "%.100s can't be shown: it is no SVG as gnuplot writes them", name);
        return 0;
    }
    more[out->n++] = (struct page_figure){strdup(name), strdup(title), strdup(caption), text};
    return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int take_all(struct page_figures *out, const char *dir, struct err *e)
{
    struct dirent **names;
    int n = scandir(dir, &names, NULL, by_name), rc = 0;
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX], *svg = NULL, *dot = strstr(names[i]->d_name, ".svg");
        size_t size;
        snprintf(path, sizeof path, "%.3000s/%.1000s", dir, names[i]->d_name);
        if (!rc && dot && !dot[4] && !(rc = file_read(path, SVG_MOST, &svg, &size, e))) {
            char *whole = realloc(svg, size + 1);
            svg = whole ? whole : svg;
            *dot = 0;
            if (whole) {
                svg[size] = 0;
                rc = add(out, names[i]->d_name, names[i]->d_name, "", svg, size, e);
            }
        }
        free(svg);
        free(names[i]);
    }
    free(n >= 0 ? names : NULL);
    return rc;
}

int page_figures_draw(struct page_figures *out, const struct summary *s, const volatile int *stop, struct err *e)
{
    struct scratch private;
    char dir[PATH_MAX];
    unsigned made;
    *out = (struct page_figures){0};
    int rc = scratch_make(&private, "/tmp", e);
    if (!rc) {
        snprintf(dir, sizeof dir, "%.4000s/figures", private.path);
        rc = report_figures(s, dir, "svg", NULL, stop, &made, e);
        if (!rc)
            rc = take_all(out, dir, e);
        scratch_remove(&private);
    }
    if (rc && rc != -EINTR && rc != -ENOMEM) {
        snprintf(out->why, sizeof out->why, "%.390s", e->text);
        rc = 0;
    }
    return rc;
}

void page_figures_release(struct page_figures *f)
{
    for (unsigned i = 0; i < f->n; i++) {
        free(f->all[i].name);
        free(f->all[i].title);
        free(f->all[i].caption);
        free(f->all[i].markup);
    }
    free(f->all);
    *f = (struct page_figures){0};
}

void part_figures(struct page *p)
{
    section_open(p, "figures", "Figures");
    for (unsigned i = 0; i < p->figures->n; i++) {
        const struct page_figure *f = &p->figures->all[i];
        char id[24];
        snprintf(id, sizeof id, "figure-%u", i + 1);
        html_open(&p->h, "figure", "id", id, NULL);
        html_open(&p->h, "div", "class", "scroll", "role", "group", "tabindex", "0", "aria-label", f->title, NULL);
        fputs(f->markup, p->h.out); /* all of it has been through html_escape: see markup() */
        html_close(&p->h, "div");
        html_open(&p->h, "figcaption", NULL);
        html_printf(&p->h, "Figure %u. %s", i + 1, f->caption);
        html_close(&p->h, "figcaption");
        html_close(&p->h, "figure");
        html_newline(&p->h);
    }
    if (p->figures->why[0])
        html_element(&p->h, "p", p->figures->why, "class", "missing", NULL);
    section_close(p);
}
