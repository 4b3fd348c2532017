/* SPDX-License-Identifier: MIT */
/* A comparison as JSON: contend/compare/1. */
#include <math.h>

#include "harness/base/base.h"
#include "harness/record/fields.h"
#include "harness/report/compare.h"

static void put_run(struct json_writer *w, const char *key, const char *name, const struct summary *s)
{
    json_key(w, key);
    json_begin(w, '{');
    put_string(w, "run", name);
    put_string(w, "name", s->plan->name);
    put_hex(w, "seed", s->plan->seed);
    put_string(w, "started", s->started);
    put_string(w, "finished", s->finished);
    put_bool(w, "complete", s->complete);
    put_u64(w, "blocks", s->look.blocks);
    put_build(w, s);
    json_end(w, '}');
}

static void put_environment(struct json_writer *w, const struct runs *r)
{
    json_key(w, "environment");
    json_begin(w, '{');
    json_key(w, "differs");
    json_begin(w, '[');
    for (unsigned i = 0; i < r->n_facts; i++) {
        const struct fact *const *f = r->facts[i].of;
        json_begin(w, '{');
        put_string(w, "fact", f[RUN_A]->name);
        put_string(w, "a", compare_fact(f[RUN_A]));
        put_string(w, "b", compare_fact(f[RUN_B]));
        json_end(w, '}');
    }
    json_end(w, ']');
    put_estimate(w, "canary_speed", &r->speed[CANARY_CHAIN], NULL);
    put_string(w, "machine", verdict_names[r->moved[CANARY_CHAIN]]);
    json_key(w, "canaries");
    json_begin(w, '{');
    for (unsigned k = 0; k < CANARIES; k++) {
        json_key(w, canary_kinds[k].name);
        json_begin(w, '{');
        put_estimate(w, "speed", &r->speed[k], NULL);
        put_string(w, "verdict", verdict_names[r->moved[k]]);
        json_end(w, '}');
    }
    json_end(w, '}');
    put_known_double(w, "foreign_cpus_a", r->foreign[RUN_A], "not counted in this run, or A and B alternated");
    put_known_double(w, "foreign_cpus_b", r->foreign[RUN_B], "not counted in this run, or A and B alternated");
    json_end(w, '}');
}

/* Where the two runs stand in time, and what is known of the machine between. */
static void put_between(struct json_writer *w, const struct runs *r)
{
    const struct kept_floor *f = r->floor->kept;
    if (r->paired) {
        put_missing(w, "between", "A and B alternated: there is no time between them");
        return;
    }
    json_key(w, "between");
    json_begin(w, '{');
    put_double(w, "apart_s", r->lag_s);
    put_double(w, "span_s", r->span_s);
    put_u64(w, "visits_a", r->visits[RUN_A]);
    put_u64(w, "visits_b", r->visits[RUN_B]);
    if (f) {
        json_key(w, "floor");
        json_begin(w, '{');
        put_string(w, "file", r->floor->name);
        put_string(w, "started", f->started);
        put_string(w, "finished", f->finished);
        put_u64(w, "blocks", f->n);
        json_end(w, '}');
    } else {
        put_missing(w, "floor", r->floor->why);
    }
    json_end(w, '}');
}

static void put_of(struct json_writer *w, const char *key, const struct cell *c, const struct cell_summary *s)
{
    json_key(w, key);
    json_begin(w, '{');
    put_string(w, "status", trial_status_names[s->status]);
    put_string(w, "reason", s->reason);
    put_u64(w, "trials", s->trials);
    put_u64(w, "failed", s->failed);
    put_u64(w, "units", c->units);
    put_estimate(w, "throughput", &s->throughput, "units/s");
    json_end(w, '}');
}

/* What the two are matched by. */
static void put_named(struct json_writer *w, const struct plan *p, unsigned cell)
{
    const struct cell *c = &p->cells[cell];
    char id[CELL_ID_MAX];
    plan_cell_id(p, cell, id, sizeof id);
    put_string(w, "id", id);
    put_string(w, "workload", c->workload);
    put_params(w, c);
    put_string(w, "model", c->model);
    put_u64(w, "offered", c->offered);
    put_u64(w, "workers", c->workers);
    put_u64(w, "concurrency", c->concurrency);
    put_string(w, "mode", mode_names[c->mode]);
    put_string(w, "order", c->order);
    put_string(w, "libc_threads", libc_threads_names[c->libc_threads]);
}

static void put_cell_of(struct json_writer *w, const struct runs *r, const struct comparison *c)
{
    const struct summary *a = r->run[RUN_A], *b = r->run[RUN_B];
    json_begin(w, '{');
    put_named(w, a->plan, c->b);
    put_of(w, "a", &a->plan->cells[c->b], &a->cells[c->b]);
    put_of(w, "b", &b->plan->cells[c->a], &b->cells[c->a]);
    put_estimate(w, "ratio", &c->ratio, NULL);
    put_known_string(w, "verdict", c->ratio.n ? verdict_names[c->verdict] : NULL, c->ratio.why);
    put_string(w, "estimate_from", c->estimate_from);
    put_known_double(w, "visit_spread", c->spread, "the interval rests on no visits");
    put_known_double(w, "slow_down_not_excluded", runs_not_excluded(c),
                     "there is no interval: any slow-down is possible");
    json_key(w, "withheld");
    json_string(w, c->withheld);
    json_key(w, "widened");
    json_string(w, c->widened);
    if (isnan(c->p)) {
        const char *why = c->ratio.why ? c->ratio.why
                          : c->widened
                              ? "the interval was widened, and the test does not allow for what it was widened for"
                              : "too few trials for a test";
        put_missing(w, "p", why);
        put_missing(w, "p_adjusted", why);
    } else {
        put_double(w, "p", c->p);
        put_double(w, "p_adjusted", c->p_adjusted);
    }
    json_end(w, '}');
}

static void put_only(struct json_writer *w, const char *key, const struct runs *r, unsigned side)
{
    json_key(w, key);
    json_begin(w, '[');
    for (unsigned i = 0; i < r->n_only[side]; i++) {
        json_begin(w, '{');
        put_named(w, r->run[side]->plan, r->only[side][i]);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void put_stop(struct json_writer *w, const struct runs *r)
{
    const struct plan *p = r->run[RUN_A]->plan;
    const struct look *l = &r->look;
    if (!r->paired) {
        put_missing(w, "stop", "the two runs were not measured side by side");
        return;
    }
    json_key(w, "stop");
    json_begin(w, '{');
    put_u64(w, "blocks", l->blocks);
    put_u64(w, "most_blocks", p->blocks);
    put_double(w, "precision", p->stop.precision);
    put_bool(w, "until_clear", p->stop.clear);
    put_u64(w, "budget_ns", p->stop.budget_ns);
    put_u64(w, "spent_ns", (uint64_t)l->spent_ns);
    put_string(w, "ended_by",
               l->stop                 ? stats_stop_names[l->stop]
               : !l->comparisons       ? "no cell can be compared"
               : l->blocks < p->blocks ? "interruption"
                                       : "all blocks");
    json_end(w, '}');
}

void compare_to_json(FILE *out, const struct runs *r, const char *const name[2])
{
    struct json_writer w;
    json_init(&w, out, 1);
    json_begin(&w, '{');
    put_string(&w, "schema", "contend/compare/1");
    put_run(&w, "a", name[RUN_A], r->run[RUN_A]);
    put_run(&w, "b", name[RUN_B], r->run[RUN_B]);
    put_environment(&w, r);
    put_string(&w, "design", r->paired ? "paired" : "unpaired");
    put_string(&w, "intervals", r->paired ? "confidence sequence" : "t of visits");
    char caution[CAUTION_MOST];
    compare_caution(caution, sizeof caution, r);
    put_string(&w, "caution", caution);
    put_between(&w, r);
    put_double(&w, "equiv", r->equiv);
    put_bool(&w, "too_few_trials", r->too_few);
    put_stop(&w, r);
    json_key(&w, "counts");
    json_begin(&w, '{');
    for (unsigned i = 0; i < ARRAY_LEN(r->counts); i++)
        put_u64(&w, verdict_names[i], r->counts[i]);
    put_u64(&w, "broken", r->broken);
    json_end(&w, '}');
    json_key(&w, "cells");
    json_begin(&w, '[');
    for (unsigned i = 0; i < r->n_matched; i++)
        put_cell_of(&w, r, &r->matched[i]);
    json_end(&w, ']');
    put_only(&w, "only_a", r, RUN_A);
    put_only(&w, "only_b", r, RUN_B);
    json_end(&w, '}');
    fputc('\n', out);
}
