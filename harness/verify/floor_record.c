/* SPDX-License-Identifier: MIT */
/* The long recording; see floor_record.h. */
#include "harness/verify/floor_record.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/experiment/pilot.h"
#include "harness/insight/disturbance.h"
#include "harness/measure/clock.h"
#include "harness/plan/williams.h"
#include "harness/verify/sample.h"

enum { TRIAL_MS = 20, KEEP_EVERY_S = 300, FIRST_ROOM = 1024 };

static const struct {
    const char *workload, *param;
    int64_t value;
    unsigned concurrency;
} rows[] = {
#define FLOOR_CELL(...) {__VA_ARGS__},
#include "harness/verify/floor_cells.def"
#undef FLOOR_CELL
};

static int ask(struct request *r, struct err *e)
{
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        const struct workload *w = workload_find(rows[i].workload);
        struct sweep *s = w ? request_add(r, w) : NULL;
        if (!s)
            return w ? err_set(e, ENOMEM, "out of memory")
                     : err_set(e, EINVAL, "unknown workload %s", rows[i].workload);
        s->models[s->n_models++] = model_find("threads");
        s->n_concurrency = 1;
        s->concurrency[0] = rows[i].concurrency;
        s->trial_ns = TRIAL_MS * NS_PER_MS;
        s->trial_is_set = true;
        for (unsigned k = 0; rows[i].param && w->params && w->params[k].name; k++)
            if (strcmp(w->params[k].name, rows[i].param) == 0) {
                s->set[k].n = 1;
                s->set[k].v[0] = rows[i].value;
            }
    }
    return 0;
}

static int make_plan(struct verify *v, struct plan *p, struct err *e)
{
    struct request r;
    request_init(&r);
    *p = (struct plan){0};
    r.name = "floor";
    r.seed = v->seed;
    int rc = ask(&r, e);
    if (!rc)
        rc = plan_build(p, &r, e);
    CLEANUP_FREE double *expected_ns = calloc(p->n_cells + 1, sizeof *expected_ns);
    struct pilot pilot = {.how = {.scratch = v->scratch, .stop = v->stop}, .expected_ns = expected_ns};
    if (!rc)
        rc = expected_ns ? plan_calibrate(p, &r, &pilot, e) : err_set(e, ENOMEM, "out of memory");
    if (!rc)
        rc = plan_order(p, e);
    request_release(&r);
    return rc;
}

struct recording {
    struct verify *v;
    struct plan plan;
    struct kept_floor *out;
    struct busy {
        double cpu_ns, run_ns;
    } * busy;                     /* [cell] */
    unsigned room;                /* blocks that `out` holds */
    struct work_reference *works; /* [cell] */
    uint64_t began_ns;
    unsigned ok;
    char reason[512]; /* of the last trial that was not ok */
};

static void name_series(struct recording *r)
{
    struct kept_floor *f = r->out;
    for (unsigned i = 0; i < f->n_cells; i++) {
        const struct cell *c = &r->plan.cells[i];
        char id[CELL_ID_MAX];
        plan_cell_id(&r->plan, i, id, sizeof id);
        f->cells[i].id = intern(id);
        f->cells[i].workload = c->workload;
        f->cells[i].family = workload_find(c->workload)->family;
        f->cells[i].model = c->model;
    }
    for (unsigned i = 0; i < f->n_canaries; i++)
        f->canaries[i].id = canary_kinds[i].name;
}

/* Twice the room; what is there already is copied. */
static int grow(struct recording *r)
{
    struct kept_floor more, *was = r->out;
    unsigned room = r->room ? 2 * r->room : FIRST_ROOM;
    int rc = kept_floor_init(&more, room, r->plan.n_cells, CANARIES);
    if (rc) {
        kept_floor_release(&more);
        return rc;
    }
    for (unsigned i = 0; i < more.n_cells && was->n; i++) {
        memcpy(more.cells[i].log, was->cells[i].log, was->n * sizeof(double));
        memcpy(more.cells[i].waited, was->cells[i].waited, was->n * sizeof(double));
    }
    for (unsigned i = 0; i < more.n_canaries && was->n; i++)
        memcpy(more.canaries[i].log, was->canaries[i].log, was->n * sizeof(double));
    if (was->n) {
        memcpy(more.at_s, was->at_s, was->n * sizeof(double));
        memcpy(more.foreign, was->foreign, was->n * sizeof(double));
    }
    more.n = was->n;
    more.machine = was->machine;
    memcpy(more.commit, was->commit, sizeof more.commit);
    memcpy(more.started, was->started, sizeof more.started);
    kept_floor_release(was);
    *was = more;
    r->room = room;
    name_series(r);
    return 0;
}

struct sums {
    double foreign_ns, watched_ns, canary[CANARIES];
    unsigned canaries[CANARIES];
};

static void add(struct sums *s, const struct trial_record *t)
{
    if (!t->foreign_cpu_ns.why) {
        s->foreign_ns += (double)t->foreign_cpu_ns.value;
        s->watched_ns += (double)(t->startup_ns + t->run_ns + t->teardown_ns);
    }
    for (unsigned k = 0; k < CANARIES; k++) {
        const struct metric *both[] = {&t->canaries[k].before_ns, &t->canaries[k].after_ns};
        for (unsigned i = 0; i < 2; i++)
            if (!both[i]->why && both[i]->value > 0) {
                s->canary[k] += log((double)both[i]->value);
                s->canaries[k]++;
            }
    }
}

static int trial(struct recording *r, unsigned cell, struct sums *s, struct err *e)
{
    struct trial_record t;
    int rc = sample_trial(r->v, &r->plan.cells[cell], &r->works[cell], &t, e);
    if (!rc && t.status == TRIAL_OK && t.run_ns && t.units) {
        r->out->cells[cell].log[r->out->n] = log((double)t.units / ((double)t.run_ns / 1e9));
        r->out->cells[cell].waited[r->out->n] = trial_waited(&r->plan.cells[cell], &t);
        r->ok++;
        add(s, &t);
        r->busy[cell].cpu_ns += (double)(t.cpu_user_ns + t.cpu_system_ns);
        r->busy[cell].run_ns += (double)t.run_ns;
    } else if (!rc) {
        snprintf(r->reason, sizeof r->reason, "%s", t.reason);
    }
    trial_record_release(&t);
    return rc;
}

static int block(struct recording *r, struct err *e)
{
    const struct plan *p = &r->plan;
    struct kept_floor *f = r->out;
    struct sums s = {0};
    int rc = f->n == r->room && grow(r) ? err_set(e, ENOMEM, "out of memory") : 0;
    if (!f->n)
        r->began_ns = now_ns(); /* its times are from the first block on */
    double at_s = f->n ? (double)(now_ns() - r->began_ns) / 1e9 : 0;
    for (unsigned i = 0; !rc && i < p->n_runnable; i++)
        rc = *r->v->stop ? -EINTR : trial(r, p->order[f->n % p->blocks * p->n_runnable + i], &s, e);
    if (rc)
        return rc;
    f->at_s[f->n] = at_s;
    f->foreign[f->n] = s.watched_ns > 0 ? s.foreign_ns / s.watched_ns : (double)NAN;
    for (unsigned k = 0; k < CANARIES; k++)
        if (s.canaries[k])
            f->canaries[k].log[f->n] = s.canary[k] / s.canaries[k];
    f->n++;
    for (unsigned i = 0; i < f->n_cells; i++)
        if (r->busy[i].run_ns > 0)
            f->cells[i].busy = fmin(1, r->busy[i].cpu_ns / r->busy[i].run_ns);
    return !r->ok ? err_set(e, EIO, "no trial succeeded: %s", r->reason) : 0;
}

static int record(struct recording *r, double seconds, int (*keep)(void *, const struct kept_floor *, struct err *),
                  void *arg, struct err *e)
{
    double next_s = KEEP_EVERY_S, at_s = 0;
    int rc = 0;
    r->began_ns = now_ns();
    wall_rfc3339(r->out->started);
    while (!rc && at_s < seconds) {
        rc = block(r, e);
        at_s = (double)(now_ns() - r->began_ns) / 1e9;
        wall_rfc3339(r->out->finished);
        if (rc || at_s < next_s)
            continue;
        next_s += KEEP_EVERY_S;
        verify_say(r->v, "floor: %.0f of %.0f s, %u blocks", at_s, seconds, r->out->n);
        rc = keep(arg, r->out, e);
    }
    if (rc == -EINTR && at_s >= FLOOR_LEAST_S && r->out->n)
        rc = 0;
    return rc ? rc : keep(arg, r->out, e);
}

int floor_record(struct verify *v, double seconds, int (*keep)(void *arg, const struct kept_floor *f, struct err *e),
                 void *arg, struct kept_floor *out, struct err *e)
{
    struct recording r = {.v = v, .out = out};
    int rc = make_plan(v, &r.plan, e);
    if (!rc) {
        r.works = calloc(r.plan.n_cells + 1, sizeof *r.works);
        r.busy = calloc(r.plan.n_cells + 1, sizeof *r.busy);
        rc = r.works && r.busy ? 0 : err_set(e, ENOMEM, "out of memory");
    }
    if (!rc)
        rc = record(&r, seconds, keep, arg, e);
    free(r.works);
    free(r.busy);
    plan_release(&r.plan);
    return rc;
}
