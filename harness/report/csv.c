/* SPDX-License-Identifier: MIT */
/* Comma-separated values; see csv.h. */
#include "harness/report/csv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/report/text.h"

static bool begins_like_formula(const char *s)
{
    static const char *const begins[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'"};
    for (unsigned i = 0; i < ARRAY_LEN(begins); i++)
        if (strncmp(s, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static void put_text(FILE *out, const char *s)
{
    bool quoted = strpbrk(s, ",\"\r\n") != NULL;
    if (quoted)
        fputc('"', out);
    if (begins_like_formula(s))
        fputc('\'', out);
    for (struct text_walk t = {.at = s, .keep = "\t\n\r"}; text_step(&t);) {
        if (*t.now == '"')
            fputc('"', out);
        fwrite(t.now, 1, t.n, out);
    }
    if (quoted)
        fputc('"', out);
}

/* true if the value is to be written: the name was not. */
static bool cell(struct csv *w, const char *name)
{
    if (w->begun)
        fputc(',', w->out);
    w->begun = true;
    if (w->head)
        put_text(w->out, name);
    return !w->head;
}

void csv_text(struct csv *w, const char *name, const char *s)
{
    if (cell(w, name) && s)
        put_text(w->out, s);
}

void csv_u64(struct csv *w, const char *name, uint64_t v)
{
    if (cell(w, name))
        fprintf(w->out, "%" PRIu64, v);
}

void csv_i64(struct csv *w, const char *name, int64_t v)
{
    if (cell(w, name))
        fprintf(w->out, "%" PRId64, v);
}

void csv_double(struct csv *w, const char *name, double v)
{
    char text[TEXT_EXACT_MAX];
    if (cell(w, name) && isfinite(v))
        fputs(text_exact(text, v), w->out);
}

void csv_bool(struct csv *w, const char *name, bool v)
{
    if (cell(w, name))
        fputs(v ? "TRUE" : "FALSE", w->out);
}

void csv_metric(struct csv *w, const char *name, const struct metric *m)
{
    if (m->why)
        csv_missing(w, name);
    else
        csv_i64(w, name, m->value);
}

void csv_missing(struct csv *w, const char *name)
{
    cell(w, name);
}

void csv_estimate(struct csv *w, const char *measure, const char *unit, const struct estimate *e)
{
    const struct {
        const char *name;
        double value;
    } parts[] = {{"median", e->median}, {"lower", e->lower}, {"upper", e->upper}};
    for (unsigned i = 0; i < ARRAY_LEN(parts); i++) {
        char name[96];
        snprintf(name, sizeof name, "%s_%s%s%s", measure, parts[i].name, unit ? "_" : "", unit ? unit : "");
        csv_double(w, name, parts[i].value);
    }
}

void csv_end(struct csv *w)
{
    fputc('\n', w->out);
    w->begun = false;
}
