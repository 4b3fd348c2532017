/* SPDX-License-Identifier: MIT */
/* Trials and workers of a cell, for summary.json; see trials_json.h. */
#include "harness/report/trials_json.h"

#include <math.h>

#include "harness/insight/noise_profile.h"
#include "harness/measure/clock.h"
#include "harness/record/fields.h"

static void put_parts(struct json_writer *w, const struct worker_time *t, unsigned worker)
{
    double ns[WORKER_PARTS];
    worker_time_means(t, worker, ns);
    json_begin(w, '{');
    for (unsigned i = 0; i < WORKER_PARTS; i++)
        if (i == PART_UNTOLD || worker_time_knows(t, (enum worker_part)i))
            put_u64(w, worker_part_keys[i], (uint64_t)llround(ns[i]));
        else
            put_missing(w, worker_part_keys[i], t->why);
    json_end(w, '}');
}

void put_worker_time(struct json_writer *w, const struct worker_time *t)
{
    if (!t->trials) {
        put_missing(w, "worker_time", "no trial tells of its workers");
        return;
    }
    json_key(w, "worker_time");
    json_begin(w, '{');
    put_u64(w, "trials", t->trials);
    put_u64(w, "wall_ns", (uint64_t)llround(t->wall_ns / t->trials));
    put_known_double(w, "other_ns", round(t->other_ns / t->trials), "not all of its workers were kept");
    json_key(w, "mean");
    put_parts(w, t, t->workers);
    json_key(w, "workers");
    json_begin(w, '[');
    for (unsigned i = 0; i < t->workers; i++)
        put_parts(w, t, i);
    json_end(w, ']');
    json_end(w, '}');
}

void put_each_trial(struct json_writer *w, const struct summary *s, unsigned cell)
{
    double begin = wall_seconds(s->started);
    json_key(w, "each_trial");
    json_begin(w, '[');
    for (unsigned b = 0; b < s->plan->blocks; b++) {
        size_t at = (size_t)cell * s->plan->blocks + b;
        const struct trial_mark *m = &s->marks[at];
        if (m->label == LABEL_NONE)
            continue;
        json_begin(w, '{');
        put_u64(w, "block", b);
        put_u64(w, "position", m->position);
        put_known_double(w, "began_s", m->began_s - begin, "the time it began at can't be read");
        put_known_double(w, "throughput", s->throughput[at], "the trial is not ok");
        put_string(w, "label", trial_label_name(m->label));
        json_end(w, '}');
    }
    json_end(w, ']');
}
