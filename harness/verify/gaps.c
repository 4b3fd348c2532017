/* SPDX-License-Identifier: MIT */
/*
 * gaps: whether the cause that the sampler names for a gap is the right one. Each cause is made for real next to a
 * sampler, again and again until enough gaps have come of it; a machine on which one can't be made, or too seldom,
 * leaves that row undecided.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/verify/gap_scene.h"

enum { JUDGED_LEAST = 20, WANTED = 300, WANTED_QUICK = 100 };

#define BUDGET_NS (20 * NS_PER_S)
#define BUDGET_QUICK_NS (4 * NS_PER_S)

/* What else was named, in the order of causes. */
static void note_others(struct bar_row *r, const struct gap_tally *t, enum gap_cause right)
{
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        if (i != right && t->by[i])
            text_append(r->note, sizeof r->note, "%s%u %s", r->note[0] ? ", " : "named otherwise: ", t->by[i],
                        gap_cause_names[i]);
}

static void note_unreadable(struct bar_row *r, unsigned needs)
{
    for (unsigned i = 0; i < GAP_SOURCES; i++)
        if (needs >> i & 1)
            text_append(r->note, sizeof r->note, "%s%s", r->note[0] ? " and " : "", gap_source_names[i]);
    text_append(r->note, sizeof r->note, " can't be read here, so this cause can't be named");
}

static void row(struct verify *v, const struct gap_scene_kind *k, const struct gap_tally *t)
{
    struct bar_row r = {.bar = "gaps", .unit = "%", .least = 95, .most = INFINITY};
    bool readable = !k->needs || (t->have & k->needs);
    snprintf(r.name, sizeof r.name, "gaps %s", gap_cause_names[k->cause]);
    snprintf(r.how, sizeof r.how, "%u gaps made, of which %u were named %s, in %u scene%s of %.1f s: %s", t->made,
             t->by[k->cause], gap_cause_names[k->cause], t->scenes, t->scenes == 1 ? "" : "s",
             (double)k->duration_ns / 1e9, k->what);
    if (k->size_most && t->scenes)
        text_append(r.how, sizeof r.how, " %u", t->size);
    if (t->why[0])
        snprintf(r.note, sizeof r.note, "%s", t->why);
    else if (!readable)
        note_unreadable(&r, k->needs);
    else
        note_others(&r, t, k->cause);
    if (t->made < JUDGED_LEAST)
        text_append(r.note, sizeof r.note, "%s%u gaps made of at least %u (%u seen in all)", r.note[0] ? "; " : "",
                    t->made, JUDGED_LEAST, t->seen);
    if (t->ordinary)
        text_append(r.note, sizeof r.note, "%sSCHED_FIFO is not allowed: foreign load could interfere",
                    r.note[0] ? "; " : "");
    if (t->made >= JUDGED_LEAST && readable)
        row_share(&r, t->by[k->cause], t->made);
    else
        row_exact(&r, (double)NAN);
    verify_row(v, &r);
}

static int run(struct verify *v, struct err *e)
{
    static const struct gap_scene_kind *const kinds[] = {&gap_scene_load, &gap_scene_interrupts, &gap_scene_faults,
                                                         &gap_scene_migration, &gap_scene_quota};
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(kinds) && !rc; i++) {
        struct gap_tally t;
        rc = scene_repeat(v, kinds[i], v->quick ? WANTED_QUICK : WANTED, v->quick ? BUDGET_QUICK_NS : BUDGET_NS, &t, e);
        if (!rc)
            row(v, kinds[i], &t);
    }
    return rc;
}

const struct bar bar_gaps = {
    .name = "gaps",
    .summary = "pauses of a CPU that are made for real, one cause at a time: how many are put down to the right cause",
    .run = run,
};
