/* SPDX-License-Identifier: MIT */
/* The table of figures; see figure.h. */
#include "harness/figure/figure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"

#define FIGURE(id, name, summary, needs, command) {name, summary, needs, command, figure_##id},
static const struct figure table[] = {
#include "harness/figure/figures.def"
};
#undef FIGURE
#define FIGURE(id, name, summary, needs, command) FIGURE_##id,
enum {
#include "harness/figure/figures.def"
    FIGURES
};
#undef FIGURE
#define FIGURE(id, name, summary, needs, command) &table[FIGURE_##id],
const struct figure *const figures[] = {
#include "harness/figure/figures.def"
    NULL};
#undef FIGURE

const struct figure *figure_find(const char *name)
{
    for (unsigned i = 0; i < FIGURES; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* Charts that are called alike get their tags, and what is still called alike a number: "request", "request.2". */
static void name_apart(const struct charts *list)
{
    for (unsigned i = 0; i < list->n; i++) {
        struct chart *c = list->at[i];
        bool shared = false;
        for (unsigned k = i + 1; k < list->n; k++)
            if (strcmp(c->file, list->at[k]->file) == 0) {
                shared = true;
                text_append(list->at[k]->file, sizeof c->file, "%s", list->at[k]->tag);
            }
        if (shared)
            text_append(c->file, sizeof c->file, "%s", c->tag);
    }
    for (unsigned i = 0; i < list->n; i++)
        for (unsigned k = i + 1, n = 2; k < list->n; k++)
            if (strcmp(list->at[i]->file, list->at[k]->file) == 0)
                text_append(list->at[k]->file, sizeof list->at[k]->file, ".%u", n++);
}

int figures_each(const struct figure_source *of, const char *only,
                 int (*fn)(void *arg, const struct figure *f, const struct chart *c), void *arg)
{
    int rc = 0;
    for (unsigned i = 0; i < FIGURES && !rc; i++) {
        struct charts list = {0};
        bool of_two = table[i].charts == figure_compare; /* all others are of one run */
        if ((only && strcmp(only, table[i].name) != 0) || of_two != (of->runs != NULL))
            continue;
        table[i].charts(of, &list);
        name_apart(&list);
        rc = list.no_memory ? -ENOMEM : 0;
        for (unsigned k = 0; k < list.n && !rc; k++)
            rc = fn(arg, &table[i], list.at[k]);
        charts_release(&list);
    }
    return rc;
}
