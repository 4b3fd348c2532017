/* SPDX-License-Identifier: MIT */
/* Names of files; see filename.h. */
#include "harness/figure/filename.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/param_value.h"

enum { NAME = 200, NO_PARAM = WORKLOAD_MAX_PARAMS };

/* "-" and the text, what a shell or a file system might take for something else as "-". */
static void put_part(char *buf, size_t n, const char *text)
{
    size_t at = strlen(buf);
    text_append(buf, n, "-%s", text);
    for (; buf[at]; at++)
        if (!isascii((unsigned char)buf[at]) || (!isalnum((unsigned char)buf[at]) && buf[at] != '_'))
            buf[at] = '-';
}

static bool param_varies(const struct plan *p, const struct cell *c, unsigned param)
{
    for (unsigned i = 0; i < p->n_cells; i++)
        if (p->cells[i].workload == c->workload && p->cells[i].p[param] != c->p[param])
            return true;
    return false;
}

static bool mode_varies(const struct plan *p, const struct cell *c)
{
    for (unsigned i = 0; i < p->n_cells; i++)
        if (p->cells[i].workload == c->workload && p->cells[i].mode != c->mode)
            return true;
    return false;
}

/* Without a number; of the parameter `named` the name alone. */
static void plain_name(char *buf, size_t n, const struct plan *p, const struct cell *c, unsigned named)
{
    const struct workload *w = workload_find(c->workload);
    filename_of_text(buf, n, c->workload);
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        char text[40];
        if (i != named && !param_varies(p, c, i))
            continue;
        put_part(buf, n, w->params[i].name);
        if (i == named)
            continue;
        value_label(&w->params[i], c->p[i], text, sizeof text);
        put_part(buf, n, text);
    }
    if (mode_varies(p, c))
        put_part(buf, n, mode_names[c->mode]);
}

/* Is the cell the first of its work? */
static bool is_first(const struct plan *p, unsigned cell)
{
    for (unsigned i = 0; i < cell; i++)
        if (cell_same_work(&p->cells[i], &p->cells[cell]))
            return false;
    return true;
}

void filename_of_work(char *buf, size_t n, const struct plan *p, unsigned like)
{
    unsigned before = 0;
    char other[NAME];
    plain_name(buf, n < NAME ? n : NAME, p, &p->cells[like], NO_PARAM);
    for (unsigned i = 0; i < like; i++) {
        if (p->cells[i].workload != p->cells[like].workload || !is_first(p, i))
            continue;
        plain_name(other, sizeof other, p, &p->cells[i], NO_PARAM);
        before += strcmp(other, buf) == 0;
    }
    if (before)
        text_append(buf, n, ".%u", before + 1);
}

void filename_without(char *buf, size_t n, const struct plan *p, unsigned like, unsigned param)
{
    plain_name(buf, n < NAME ? n : NAME, p, &p->cells[like], param);
}

void filename_of_text(char *buf, size_t n, const char *name)
{
    buf[0] = 0;
    put_part(buf, n, name);
    memmove(buf, buf + 1, strlen(buf)); /* the "-" */
}

void filename_of_map(char *buf, size_t n, const struct plan *p, const struct crossover *maps, unsigned n_maps,
                     unsigned i)
{
    unsigned before = 0;
    bool of_several = false;
    char other[NAME];
    plain_name(buf, n < NAME ? n : NAME, p, &p->cells[maps[i].like], maps[i].param);
    for (unsigned k = 0; k < n_maps; k++) {
        plain_name(other, sizeof other, p, &p->cells[maps[k].like], maps[k].param);
        if (strcmp(other, buf) != 0)
            continue;
        of_several |= maps[k].offered != maps[i].offered;
        before += k < i && maps[k].offered == maps[i].offered;
    }
    if (of_several)
        text_append(buf, n, "-o%u", maps[i].offered);
    if (before)
        text_append(buf, n, ".%u", before + 1);
}
