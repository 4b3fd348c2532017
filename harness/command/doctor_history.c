/* SPDX-License-Identifier: MIT */
/* Gathers what is kept of this machine and prints it; see doctor_history.h. */
#include "harness/command/doctor_history.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/state.h"
#include "harness/base/value.h"
#include "harness/command/kept.h"
#include "harness/insight/timeline.h"
#include "harness/record/fields.h"
#include "harness/report/text.h"
#include "harness/report/wrap.h"

enum { FLOOR_NOTES = 4, TIME_COLUMNS = 16, WHAT_COLUMNS = 28, COST_COLUMNS = 7, TABLE_COLUMNS = 100, INDENT = 4 };

struct gathered {
    char dir[PATH_MAX]; /* where it is kept; "": nowhere, and `why` */
    struct err why;
    unsigned most; /* to be shown */
    struct history history;
    unsigned floors, floors_bad; /* kept; of those looked at, those that can't be read */
    unsigned n_notes;
    char notes[FLOOR_NOTES][512]; /* about the latter */
    unsigned n, room;
    struct timeline_entry *entries; /* of the newest floors and all runs */
};

int doctor_history_most(const char *text, unsigned *most, struct err *e)
{
    uint64_t n = HISTORY_SHOWN;
    if (text && strcmp(text, "all") == 0)
        n = UINT_MAX;
    else if (text && value_count(text, "--history", 1, UINT_MAX - 1, &n, e))
        return err_set(e, EINVAL, "--history is a number of entries of at least 1, or --history=all, not '%s'", text);
    *most = (unsigned)n;
    return 0;
}

static struct timeline_entry *add(struct gathered *g)
{
    if (g->n == g->room) {
        unsigned room = g->room ? 2 * g->room : 64;
        struct timeline_entry *more = realloc(g->entries, room * sizeof *more);
        if (!more)
            return NULL;
        g->entries = more;
        g->room = room;
    }
    return &g->entries[g->n++];
}

/* The newest come first: more than are shown, and one before them, are counted and not read. */
static int take_floor(void *arg, const char *path)
{
    struct gathered *g = arg;
    struct kept_floor f;
    struct err e = {0};
    if (g->floors++ > g->most)
        return 0;
    int rc = kept_floor_read(&f, path, &e);
    if (rc && rc != -ENOMEM) {
        g->floors_bad++;
        if (g->n_notes < FLOOR_NOTES)
            snprintf(g->notes[g->n_notes++], sizeof g->notes[0], "%s", e.text);
        return 0;
    }
    struct timeline_entry *t = rc ? NULL : add(g);
    if (!rc)
        rc = t ? timeline_of_floor(&f, strrchr(path, '/') + 1, t) : -ENOMEM;
    kept_floor_release(&f);
    return rc;
}

/* 0 or -errno. */
static int gather(struct gathered *g, struct err *e)
{
    char path[PATH_MAX];
    if (state_path("", g->dir, sizeof g->dir, &g->why) || state_path("history.jsonl", path, sizeof path, &g->why)) {
        g->dir[0] = 0;
        return 0;
    }
    g->dir[strlen(g->dir) - 1] = 0; /* the slash */
    int rc = kept_floors_each(take_floor, g, e);
    if (rc == -ENOMEM)
        return err_set(e, ENOMEM, "out of memory");
    if (!rc)
        rc = history_read(path, &g->history, e);
    for (unsigned i = 0; !rc && i < g->history.n; i++) {
        struct timeline_entry *t = add(g);
        if (!t)
            return err_set(e, ENOMEM, "out of memory");
        timeline_of_run(&g->history.runs[i], t);
    }
    if (!rc)
        timeline_link(g->entries, g->n);
    return rc;
}

static void tell_left_out(const struct gathered *g)
{
    unsigned left = g->history.damaged + g->history.later + g->floors_bad;
    for (unsigned i = 0; i < g->history.n_notes; i++)
        fprintf(stderr, "contend: left out: %s\n", g->history.notes[i]);
    for (unsigned i = 0; i < g->n_notes; i++)
        fprintf(stderr, "contend: left out: %s\n", g->notes[i]);
    left -= g->history.n_notes + g->n_notes;
    if (left)
        fprintf(stderr, "contend: left out: %u more that can't be read\n", left);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* --- text --- */

struct page {
    unsigned width; /* columns; without a terminal TABLE_COLUMNS */
    bool colour;
};

static const char *on(const struct page *p)
{
    return p->colour ? "\033[33m" : "";
}

static const char *off(const struct page *p)
{
    return p->colour ? "\033[0m" : "";
}

static unsigned columns_of(unsigned kind)
{
    unsigned name = text_columns(canary_kinds[kind].name);
    return name > COST_COLUMNS ? name : COST_COLUMNS;
}

static void print_head(const struct page *p)
{
    if (p->width < TABLE_COLUMNS)
        return;
    printf("%-*s %-*s", TIME_COLUMNS, "time (UTC)", WHAT_COLUMNS, "what");
    for (unsigned k = 0; k < CANARIES; k++)
        text_column(stdout, canary_kinds[k].name, columns_of(k));
    putchar('\n');
}

/* Of no more than `width` bytes; names of runs and files are ASCII. */
static void name_entry(const struct timeline_entry *t, char *buf, size_t width)
{
    if (t->is_floor)
        snprintf(buf, width + 1, "floor %.3g min, %u blocks", t->spans_s / 60, t->blocks);
    else
        snprintf(buf, width + 1, "run %s", t->name);
}

static void print_costs(const struct page *p, const struct timeline_entry *t)
{
    char what[96], cost[24], text[256] = "";
    bool table = p->width >= TABLE_COLUMNS;
    name_entry(t, what, table ? WHAT_COLUMNS : sizeof what - 1);
    if (table) {
        printf("%.10s %.5s %-*s", t->when, t->when + 11, WHAT_COLUMNS, what);
        for (unsigned k = 0; k < CANARIES; k++) {
            text_duration(cost, sizeof cost, t->ns[k]);
            text_column(stdout, cost, columns_of(k));
        }
        putchar('\n');
        return;
    }
    wrap_print(stdout, p->width, INDENT, "%.10s %.5s %s", t->when, t->when + 11, what);
    for (unsigned k = 0; k < CANARIES; k++) {
        text_duration(cost, sizeof cost, t->ns[k]);
        text_append(text, sizeof text, "%s%s %s", k ? ", " : "", canary_kinds[k].name, cost);
    }
    wrap_print(stdout, p->width, INDENT, "%*s%s", INDENT, "", text);
}

static void print_changed(const struct page *p, const struct timeline_entry *was, const struct timeline_entry *t)
{
    char text[1024] = "";
    for (unsigned i = 0; i < TIMELINE_PARTS; i++) {
        if (!(t->changed >> i & 1))
            continue;
        const char *from = timeline_part_of(&was->machine, i), *to = timeline_part_of(&t->machine, i);
        text_append(text, sizeof text, "%sthe %s changed: %.120s → %.120s", text[0] ? "; " : "", timeline_parts[i].name,
                    from ? from : "not known", to ? to : "not known");
    }
    if (text[0])
        wrap_print(stdout, p->width, INDENT, "%s-- %s%s", on(p), text, off(p));
}

static void print_moved(const struct page *p, const struct timeline_entry *t)
{
    char text[256] = "";
    for (unsigned k = 0; k < CANARIES; k++)
        if (!isnan(t->moved[k]))
            text_append(text, sizeof text, "%s%s %+.0f %%", text[0] ? ", " : "", canary_kinds[k].name,
                        100 * t->moved[k]);
    if (text[0])
        wrap_print(stdout, p->width, INDENT, "%*s%s%s%s since the entry before on this machine", INDENT, "", on(p),
                   text, off(p));
}

static void print_families(const struct page *p, const struct timeline_entry *t)
{
    char known[1024] = "", unknown[512] = "";
    const char *why = NULL;
    for (unsigned i = 0; i < t->n_families; i++) {
        const struct timeline_family *x = &t->families[i];
        if (!isnan(x->differ))
            text_append(known, sizeof known, x->differ < 0.995 ? "%s%s ± %.2g %%" : "%s%s ± %.0f %%",
                        known[0] ? ", " : "", x->name, 100 * x->differ);
        else
            text_append(unknown, sizeof unknown, "%s%s", unknown[0] ? ", " : "", x->name);
        why = isnan(x->differ) ? x->why : why;
    }
    if (known[0])
        wrap_print(stdout, p->width, INDENT, "%*sidentical 1-visit runs of %d blocks %d min apart differ by up to: %s",
                   INDENT, "", TIMELINE_BLOCKS, TIMELINE_APART_S / 60, known);
    if (unknown[0])
        wrap_print(stdout, p->width, INDENT, "%*show far identical runs lie apart is not known of %s: %s", INDENT, "",
                   unknown, why);
}

static void print_text(const struct gathered *g)
{
    unsigned width = report_width(STDOUT_FILENO), shown = least(g->most, g->n);
    struct page p = {width ? width : TABLE_COLUMNS, isatty(STDOUT_FILENO) && !getenv("NO_COLOR")};
    unsigned line = width ? width : UINT_MAX; /* a message to a script is one line */
    if (!g->dir[0])
        wrap_print(stdout, line, 0, "%s", g->why.text);
    else if (!g->n)
        wrap_print(stdout, line, 0,
                   "nothing is kept yet in %s: contend verify --long records a floor there, and any run its costs",
                   g->dir);
    if (!g->n)
        return;
    char cut[96] = "";
    if (shown < g->floors + g->history.n)
        snprintf(cut, sizeof cut, "; the last %u of them (all: contend doctor --history=all)", shown);
    wrap_print(stdout, line, 0, "kept in %s: %u floor%s, %u run%s%s\n", g->dir, g->floors, g->floors == 1 ? "" : "s",
               g->history.n, g->history.n == 1 ? "" : "s", cut);
    print_head(&p);
    for (unsigned i = g->n - shown; i < g->n; i++) {
        const struct timeline_entry *t = &g->entries[i];
        if (i)
            print_changed(&p, t - 1, t);
        print_costs(&p, t);
        print_moved(&p, t);
        print_families(&p, t);
    }
}

/* --- JSON --- */

static void put_changes(struct json_writer *w, const struct timeline_entry *was, const struct timeline_entry *t)
{
    json_key(w, "changed");
    json_begin(w, '[');
    for (unsigned i = 0; i < TIMELINE_PARTS; i++)
        if (t->changed >> i & 1) {
            const char *texts[] = {timeline_part_of(&was->machine, i), timeline_part_of(&t->machine, i)};
            const char *const keys[] = {"from", "to"};
            json_begin(w, '{');
            put_string(w, "what", timeline_parts[i].key);
            for (unsigned k = 0; k < 2; k++)
                if (texts[k])
                    put_string(w, keys[k], texts[k]);
                else
                    put_missing(w, keys[k], "could not be read");
            json_end(w, '}');
        }
    json_end(w, ']');
    json_key(w, "moved");
    json_begin(w, '{');
    for (unsigned k = 0; k < CANARIES; k++)
        if (!isnan(t->moved[k]))
            put_double(w, canary_kinds[k].name, t->moved[k]);
    json_end(w, '}');
}

static void put_families(struct json_writer *w, const struct timeline_entry *t)
{
    json_key(w, "families");
    json_begin(w, '[');
    for (unsigned i = 0; i < t->n_families; i++) {
        const struct timeline_family *x = &t->families[i];
        json_begin(w, '{');
        put_string(w, "name", x->name);
        put_string(w, "cell", x->cell);
        if (isnan(x->differ))
            put_missing(w, "differ", x->why);
        else
            put_double(w, "differ", x->differ);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void put_entry(struct json_writer *w, const struct timeline_entry *was, const struct timeline_entry *t)
{
    json_begin(w, '{');
    put_string(w, "kind", t->is_floor ? "floor" : "run");
    put_string(w, "when", t->when);
    put_string(w, "name", t->name);
    put_u64(w, "blocks", t->blocks);
    put_machine_id(w, &t->machine);
    put_canaries_ns(w, t->ns);
    put_changes(w, was, t);
    if (t->is_floor) {
        put_double(w, "spans_s", t->spans_s);
        put_families(w, t);
    }
    json_end(w, '}');
}

static void print_json(const struct gathered *g)
{
    struct json_writer w;
    json_init(&w, stdout, 1);
    json_begin(&w, '{');
    put_string(&w, "schema", "contend/doctor-history/1");
    if (g->dir[0])
        put_string(&w, "directory", g->dir);
    else
        put_missing(&w, "directory", g->why.text);
    put_u64(&w, "floors", g->floors);
    put_u64(&w, "runs", g->history.n);
    put_u64(&w, "left_out", g->history.damaged + g->history.later + g->floors_bad);
    json_key(&w, "entries");
    json_begin(&w, '[');
    for (unsigned i = g->n - least(g->most, g->n); i < g->n; i++)
        put_entry(&w, i ? &g->entries[i - 1] : NULL, &g->entries[i]);
    json_end(&w, ']');
    json_end(&w, '}');
    putchar('\n');
}

int doctor_history(unsigned most, bool json, struct err *e)
{
    struct gathered g = {.most = most};
    int rc = gather(&g, e);
    if (!rc) {
        tell_left_out(&g);
        if (json)
            print_json(&g);
        else
            print_text(&g);
    }
    history_release(&g.history);
    free(g.entries);
    return rc;
}
