/* SPDX-License-Identifier: MIT */
/*
 * removed-work: before a run, pilots detect a workload whose work the compiler removed. Every sound workload of the
 * catalogue must pass, again and again and whatever else the machine does: none may be accused, and few may be "cannot
 * tell". A planted workload without work must be accused each time.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/verify/planted.h"
#include "harness/verify/sample.h"

enum { SOUND = 20, SOUND_QUICK = 1, DEAD = 20, DEAD_QUICK = 2 }; /* pilots of each workload */

struct answers {
    unsigned n, accused, doubted;
    char accusation[600], doubt[600]; /* the last one */
};

/* One calibration, as each run begins with. */
static int look(struct verify *v, const struct workload *w, struct answers *a, struct err *e)
{
    static const char *const threads[] = {"threads", NULL}; /* some workloads need several tasks in flight */
    struct sample_request q = {.workload = w->name, .models = threads};
    struct plan p = {0};
    int64_t defaults[WORKLOAD_MAX_PARAMS] = {0};
    for (unsigned i = 0; w->params[i].name; i++)
        defaults[i] = w->params[i].fallback;
    q.concurrency = q.tasks = workload_group(w, defaults);
    q.units = q.tasks;
    int rc = *v->stop ? -EINTR : sample_plan(v, &q, &p, e);
    const char *left_out = NULL;
    if (!rc && (p.n_doubts || plan_skipped(&p, 0, &left_out))) {
        a->doubted++;
        snprintf(a->doubt, sizeof a->doubt, "%s", left_out ? left_out : p.doubts[0].reason);
    }
    plan_release(&p);
    if (rc && rc != -EBADE)
        return rc;
    if (rc) {
        a->accused++;
        snprintf(a->accusation, sizeof a->accusation, "%s", e->text);
    }
    a->n++;
    return 0;
}

static int look_at_all(struct verify *v, struct answers *a, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; workloads[i]; i++)
        for (unsigned k = 0; workloads[i]->scales && k < (v->quick ? SOUND_QUICK : SOUND); k++)
            if ((rc = look(v, workloads[i], a, e)) != 0)
                return rc;
    return 0;
}

static int run(struct verify *v, struct err *e)
{
    struct answers sound = {0}, dead = {0};
    int rc = look_at_all(v, &sound, e);
    if (rc)
        return rc;
    struct bar_row r = {.bar = "removed-work", .unit = "count", .least = -INFINITY, .most = 0};
    snprintf(r.name, sizeof r.name, "removed-work sound workloads accused");
    row_exact(&r, sound.accused);
    snprintf(r.how, sizeof r.how, "%u pilots of all workloads that say what their computing is in proportion to",
             sound.n);
    snprintf(r.note, sizeof r.note, "%s", sound.accusation);
    verify_row(v, &r);
    r = (struct bar_row){.bar = "removed-work", .least = -INFINITY, .most = 5};
    snprintf(r.name, sizeof r.name, "removed-work sound workloads not told");
    row_share(&r, sound.doubted, sound.n);
    snprintf(r.how, sizeof r.how, "%u of the same pilots could not tell, and the run went on with a warning",
             sound.doubted);
    snprintf(r.note, sizeof r.note, "%s", sound.doubt);
    verify_row(v, &r);
    for (unsigned k = 0; !rc && k < (v->quick ? DEAD_QUICK : DEAD); k++)
        rc = look(v, &workload_verify_dead, &dead, e);
    if (rc)
        return rc;
    r = (struct bar_row){.bar = "removed-work", .unit = "count", .least = -INFINITY, .most = 0};
    snprintf(r.name, sizeof r.name, "removed-work not accused");
    row_exact(&r, dead.n - dead.accused);
    snprintf(r.how, sizeof r.how, "%u pilots of a workload without work", dead.n);
    snprintf(r.note, sizeof r.note, "%s", dead.doubt);
    verify_row(v, &r);
    return 0;
}

const struct bar bar_removed_work = {
    .name = "removed-work",
    .summary = "pilots that detect work removed by the compiler: no sound workload accused, removed work always found",
    .run = run,
};
