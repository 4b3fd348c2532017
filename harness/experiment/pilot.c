/* SPDX-License-Identifier: MIT */
/* How much work a trial holds and how long it will take; see pilot.h. */
#include "harness/experiment/pilot.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/experiment/grows.h"
#include "harness/experiment/settle.h"
#include "harness/stats/variance.h"

enum { LENGTH_TRIALS = 6, LENGTH_TRIAL_NS = 100000000, LENGTH_LEAST_NS = 20000000, LENGTH_MOST_NS = 500000000 };

/* The slices of all trials at one width, as rates; `len` of each. The width in ns. */
static double slices_of(struct slices *s, unsigned n, const uint64_t *run_ns, double *x, unsigned *len)
{
    uint64_t shift = 0;
    for (unsigned i = 0; i < n; i++)
        shift = s[i].shift > shift ? s[i].shift : shift;
    for (unsigned i = 0; i < n; i++) {
        slices_widen(&s[i], shift);
        len[i] = slices_whole(&s[i], run_ns[i]);
        for (unsigned k = 0; k < len[i]; k++)
            *x++ = (double)s[i].units[k];
    }
    return (double)(UINT64_C(1) << shift);
}

/* The best length of a trial in ns; LENGTH_TRIAL_NS where units are too short for slices, or too few for a variance. */
static int find_length(const struct cell *like, const struct pilot *pilot, const struct cost *cost, uint64_t *length,
                       struct err *e)
{
    struct slices s[LENGTH_TRIALS];
    uint64_t run_ns[LENGTH_TRIALS], units = (uint64_t)(LENGTH_TRIAL_NS / cost->unit_ns) + 1;
    double x[LENGTH_TRIALS * SLICES], start = 0;
    unsigned len[LENGTH_TRIALS], n = 0;
    struct cell c = *like;
    c.golden_known = true; /* what a pilot does is held against nothing: it need not be found out what it should be */
    *length = LENGTH_TRIAL_NS;
    for (unsigned i = 0; i < LENGTH_TRIALS; i++) {
        struct trial_record r;
        int rc = pilot_trial(&c, units, cost->each, pilot_stride(cost->unit_ns), pilot, &r, e);
        if (rc)
            return rc;
        if (!r.slices_why) {
            s[n] = r.slices;
            run_ns[n++] = r.run_ns;
            start += (double)(r.took_ns - r.run_ns);
        }
        trial_record_release(&r);
    }
    struct stats_variance v;
    double width = n ? slices_of(s, n, run_ns, x, len) : 0;
    if (!n || !stats_variance_split(&(struct stats_groups){x, len, n}, &v))
        return 0;
    unsigned most = (unsigned)(LENGTH_MOST_NS / width) + 1;
    double best = width * stats_best_len(&v, start / n, width, most);
    *length = (uint64_t)(best < LENGTH_LEAST_NS ? LENGTH_LEAST_NS : best > LENGTH_MOST_NS ? LENGTH_MOST_NS : best);
    return 0;
}

/* Has a cell before this one the same workload, so that its work has been seen to grow? */
static bool looked_at(const struct plan *p, unsigned cell)
{
    for (unsigned i = 0; i < cell; i++)
        if (p->cells[i].workload == p->cells[cell].workload && !plan_skipped(p, i, NULL))
            return true;
    return false;
}

static void say(const struct pilot *pilot, const char *what, const char *on)
{
    char line[1024];
    snprintf(line, sizeof line, "%s%s", what, on);
    if (pilot->say)
        pilot->say(line);
}

/* Work that is seen to be removed ends the run; work of which that can't be told is measured, with a warning. */
static int look_at_work(struct plan *p, unsigned cell, const struct pilot *pilot, struct err *e)
{
    char doubt[WORK_DOUBT_MAX];
    int rc = pilot_work_grows(&p->cells[cell], pilot, doubt, sizeof doubt, e);
    if (rc || !doubt[0])
        return rc;
    say(pilot, "warning: ", doubt);
    return plan_note_doubt(p, cell, doubt) ? err_set(e, ENOMEM, "out of memory") : 0;
}

int plan_calibrate(struct plan *p, const struct request *r, const struct pilot *asked_for, struct err *e)
{
    CLEANUP_FREE bool *settled = calloc(p->n_cells + 1, sizeof *settled);
    CLEANUP_FREE double *more_process_ns = calloc(p->n_cells + 1, sizeof *more_process_ns);
    struct pilot own = *asked_for;
    const struct pilot *pilot = &own;
    own.more_process_ns = more_process_ns;
    if (!settled || !more_process_ns)
        return err_set(e, ENOMEM, "out of memory");
    for (unsigned i = 0; i < p->n_cells; i++)
        more_process_ns[i] = -1;
    for (unsigned i = 0; i < p->n_cells; i++) {
        if (settled[i] || plan_skipped(p, i, NULL))
            continue;
        const struct sweep *asked = &r->sweeps[p->sweep_of[i]];
        bool find = !asked->trial_ns || (plan_is_sequential(p) && !asked->trial_is_set);
        uint64_t length = asked->trial_ns;
        struct cost cost;
        char name[512];
        settle_name(p, i, name, sizeof name);
        say(pilot, "calibrating ", name);
        int rc = pilot_cost(&p->cells[i], pilot, &cost, e);
        if (!rc && find && !asked->units && p->cells[i].mode == MODE_BATCH)
            rc = find_length(&p->cells[i], pilot, &cost, &length, e);
        if (!rc && !looked_at(p, i))
            rc = look_at_work(p, i, pilot, e);
        bool failed = rc == -EIO; /* its own cells are left out, not the run: they become skips with the reason */
        if (rc && !failed)
            return rc;
        if (failed)
            say(pilot, e->text, ": left out");
        for (unsigned k = i; k < p->n_cells; k++) {
            bool alike = settle_alike(p, r, i, k);
            settled[k] |= alike;
            if (failed && alike && !plan_skipped(p, k, NULL) && (rc = plan_leave_out(p, k, e->text)) != 0)
                return err_set(e, -rc, "out of memory");
        }
        if (!failed && (rc = pilot_settle_work(p, r, i, &cost, length, pilot, e)) != 0)
            return rc;
    }
    return p->n_cells == p->n_skips ? err_set(e, EIO, "nothing is left to measure: %s", p->skips[0].reason) : 0;
}
