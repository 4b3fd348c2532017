/* SPDX-License-Identifier: MIT */
/* The trials of one cell as JSON; see trials.h. */
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/insight/cell_trials.h"
#include "harness/record/fields.h"
#include "harness/report/report.h"
#include "harness/report/trials.h"

static void put_losses(struct json_writer *w, const struct trial_row *row, const struct trial_record *r)
{
    const char *why = r->status == TRIAL_FAILED ? "the trial failed"
                      : !r->run_ns              ? "no time was measured"
                                                : "the counter is missing, or tells nothing of such a cell";
    put_known_double(w, "capacity_ns", row->capacity_ns, why);
    json_key(w, "disturbed");
    json_begin(w, '[');
    for (unsigned i = 0; i < DISTURBANCES; i++)
        if (row->disturbed >> i & 1)
            json_string(w, disturbance_names[i]);
    json_end(w, ']');
    json_key(w, "lost_ns");
    json_begin(w, '{');
    for (unsigned i = 0; i < DISTURBANCES; i++)
        put_known_double(w, disturbance_names[i], row->lost_ns[i], why);
    json_end(w, '}');
}

struct document {
    struct json_writer w;
    const struct trials_of *of;
    const char *id;
};

/* The record is the line of the journal. */
static int each(void *arg, const struct trial_row *row, const struct trial_record *r)
{
    struct document *d = arg;
    struct json_writer *w = &d->w;
    json_begin(w, '{');
    put_u64(w, "line", row->line);
    put_u64(w, "visit", row->visit);
    put_known_double(w, "since_start_s", row->since_s,
                     "the wall clock was set back during the run, or was not recorded");
    put_losses(w, row, r);
    json_key(w, "record");
    json_begin(w, '{');
    put_string(w, "id", d->id);
    put_cell(w, &d->of->summary->plan->cells[r->cell]);
    put_record(w, r);
    json_end(w, '}');
    json_end(w, '}');
    return 0;
}

int trials_to_json(FILE *out, const struct trials_of *t, struct err *e)
{
    const struct summary *s = t->summary;
    char id[CELL_ID_MAX];
    struct document d = {.of = t, .id = id};
    plan_cell_id(s->plan, t->cell, id, sizeof id);
    json_init(&d.w, out, 1);
    json_begin(&d.w, '{');
    put_string(&d.w, "schema", "contend/cell/1");
    put_string(&d.w, "name", s->plan->name);
    put_hex(&d.w, "seed", s->plan->seed);
    put_string(&d.w, "started", s->started);
    put_bool(&d.w, "complete", s->complete);
    put_u64(&d.w, "number", t->cell);
    json_key(&d.w, "cell");
    put_cell_summary(&d.w, s, t->cell);
    json_key(&d.w, "trials");
    json_begin(&d.w, '[');
    int rc = cell_trials_read(t->dir, s, t->cell, NULL, each, &d, e);
    json_end(&d.w, ']');
    json_end(&d.w, '}');
    fputc('\n', out);
    return rc;
}
