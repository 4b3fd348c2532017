/* SPDX-License-Identifier: MIT */
/* Words for the fields of a crossover map; see map.h. */
#include "harness/report/map.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/param_value.h"
#include "harness/report/look.h"

enum { FIELD = 34, ROW = 24 }; /* columns of text */
enum { DRAWN = 108 };          /* that a page has for the fields of a row */

static const char *model_of(const struct summary *s, unsigned cell)
{
    return s->plan->cells[cell].model;
}

/* The field has a model's name only where it beat all others that were measured, or there are none. */
static bool has_winner(const struct crossover_field *f)
{
    return f->winner >= 0 && f->n_tied == 0;
}

/* "threads", "no winner", "tie:" */
static const char *winner_of(const struct summary *s, const struct crossover_field *f)
{
    return f->winner < 0   ? "-"
           : has_winner(f) ? model_of(s, (unsigned)f->winner)
           : f->equivalent ? "tie:"
                           : "no winner";
}

/* What is said beside it: "1.7×" (over the closest), "async, threads", "of 3 models", "(2 missing)", "(alone)" */
static void how(char *buf, size_t n, const struct summary *s, const struct crossover_field *f)
{
    buf[0] = 0;
    const char *of = f->equivalent ? "" : "of ";
    if (f->n_tied == 1)
        text_append(buf, n, "%s%s, %s", of, model_of(s, (unsigned)f->winner), model_of(s, f->tied[0]));
    else if (f->n_tied)
        text_append(buf, n, "%s%u models", of, f->n_tied + 1);
    else if (f->is == FIELD_WON)
        text_append(buf, n, "%.3g×", f->ratio.median);
    if (f->n_missing)
        text_append(buf, n, "%s(%u missing)", buf[0] ? " " : "", f->n_missing);
    else if (f->is == FIELD_UNMATCHED)
        text_append(buf, n, "(alone)");
}

static void row_name(char *buf, size_t n, const struct crossover *m, unsigned y, const struct summary *s)
{
    const struct workload *w = workload_find(s->plan->cells[m->like].workload);
    char value[32];
    value_text(&w->params[m->param], m->y[y], value, sizeof value);
    if (isnan(m->waiting[y]))
        snprintf(buf, n, "%s", value);
    else
        snprintf(buf, n, "%s (%.0f %%)", value, 100 * m->waiting[y]);
}

static const char *param_name(const struct summary *s, const struct crossover *m)
{
    return workload_find(s->plan->cells[m->like].workload)->params[m->param].name;
}

/* Pads to `width` columns; × is one column and two bytes. */
static void padded(FILE *out, const char *text, int width)
{
    int columns = 0;
    for (const char *p = text; *p; p++)
        columns += ((unsigned char)*p & 0xc0) != 0x80;
    fprintf(out, "%s%*s", text, width > columns ? width - columns : 1, "");
}

void map_title(char *buf, size_t n, const struct summary *s, const struct crossover *m)
{
    unsigned wins[CROSSOVER_MODELS] = {0}, by[FIELD_UNMATCHED + 1] = {0}, kinds = 0;
    const char *names[CROSSOVER_MODELS];
    for (unsigned y = 0; y < m->n_y; y++)
        for (unsigned x = 0; x < m->n_x; x++) {
            const struct crossover_field *f = &m->at[y][x];
            by[f->is]++;
            if (f->is != FIELD_WON)
                continue;
            unsigned k = 0;
            while (k < kinds && names[k] != model_of(s, (unsigned)f->winner))
                k++;
            if (k == CROSSOVER_MODELS)
                continue;
            if (k == kinds)
                names[kinds++] = model_of(s, (unsigned)f->winner);
            wins[k]++;
        }
    static const char *const others[] = {
        [FIELD_TIED] = "tie", [FIELD_UNSURE] = "without a winner", [FIELD_UNMATCHED] = "not contested"};
    const char *comma = "";
    snprintf(buf, n, "Of %u fields,", m->n_x * m->n_y);
    for (unsigned k = 0; k < kinds; k++, comma = ",")
        text_append(buf, n, "%s %s wins %u", comma, names[k], wins[k]);
    for (unsigned k = FIELD_TIED; k <= FIELD_UNMATCHED; k++)
        if (by[k]) {
            text_append(buf, n, "%s %u %s", comma, by[k], others[k]);
            comma = ",";
        }
}

void map_subtitle(char *buf, size_t n, const struct summary *s, const struct crossover *m)
{
    const struct cell *c = &s->plan->cells[m->like];
    const struct workload *w = workload_find(c->workload);
    size_t at = (size_t)snprintf(buf, n, "%s", c->workload);
    for (unsigned i = 0; w->params[i].name && at < n; i++) {
        char value[32];
        value_text(&w->params[i], c->p[i], value, sizeof value);
        if (i != m->param)
            at += (size_t)snprintf(buf + at, n - at, " %s=%s", w->params[i].name, value);
    }
    if (at < n)
        snprintf(buf + at, n - at, ", %u processing unit%s%s%s, %u blocks; ×: over the closest; tie: equivalent",
                 m->offered, m->offered == 1 ? "" : "s", c->libc_threads ? ", libc " : "",
                 c->libc_threads ? libc_threads_names[c->libc_threads] : "", s->look.blocks);
}

void map_print(FILE *out, const struct summary *s, const struct crossover *m)
{
    char text[256], more[64];
    map_title(text, sizeof text, s, m);
    fprintf(out, "\nWho wins where. %s.\n", text);
    map_subtitle(text, sizeof text, s, m);
    fprintf(out, "%s\n  ", text);
    snprintf(text, sizeof text, "%s%s \\ in flight", param_name(s, m), isnan(m->waiting[0]) ? "" : " (waits)");
    padded(out, text, ROW);
    for (unsigned x = 0; x < m->n_x; x++) {
        snprintf(text, sizeof text, "%u", m->x[x]);
        padded(out, text, x + 1 < m->n_x ? FIELD : 0);
    }
    for (unsigned y = 0; y < m->n_y; y++) {
        row_name(text, sizeof text, m, y, s);
        fprintf(out, "\n  ");
        padded(out, text, ROW);
        for (unsigned x = 0; x < m->n_x; x++) {
            how(more, sizeof more, s, &m->at[y][x]);
            snprintf(text, sizeof text, "%s %s", winner_of(s, &m->at[y][x]), more);
            padded(out, text, x + 1 < m->n_x ? FIELD : 0);
        }
    }
    fputc('\n', out);
}

/* A model's own colour, paler, is for where it wins. */
static unsigned colour_of(const struct summary *s, const struct crossover_field *f)
{
    enum { PALER = 0x70000000 };
    return f->is == FIELD_WON    ? look_of(model_of(s, (unsigned)f->winner)).rgb | PALER
           : f->is == FIELD_TIED ? 0xD8D8D8
                                 : 0xEEEEEE;
}

int map_write(const char *path, const struct summary *s, const struct crossover *m)
{
    FILE *f = fopen(path, "we");
    if (!f)
        return -errno;
    char name[96], much[64];
    for (unsigned y = 0; y < m->n_y; y++)
        for (unsigned x = 0; x < m->n_x; x++) {
            const struct crossover_field *c = &m->at[y][x];
            if (c->winner < 0)
                continue;
            how(much, sizeof much, s, c);
            if (c->n_tied == 1 && !c->n_missing && strlen(much) > DRAWN / m->n_x)
                snprintf(much, sizeof much, "%s2 models", c->equivalent ? "" : "of ");
            fprintf(f, "%u %u %u \"%s\" \"%s\"\n", x, y, colour_of(s, c), winner_of(s, c), much);
        }
    fputs("\n\n", f);
    for (unsigned x = 0; x < m->n_x; x++)
        fprintf(f, "%u \"%u\"\n", x, m->x[x]);
    fputs("\n\n", f);
    for (unsigned y = 0; y < m->n_y; y++) {
        row_name(name, sizeof name, m, y, s);
        fprintf(f, "%u \"%s\"\n", y, name);
    }
    return fclose(f) ? -errno : 0;
}
