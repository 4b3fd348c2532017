/* SPDX-License-Identifier: MIT */
/* Steady or not, trial by trial, and the split of a cell's variance; see course.h. */
#include "harness/insight/course.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/stats/variance.h"

enum { UNITS_A_SLICE = 4 /* on average: with fewer, counting whole units is what makes slices differ */ };

struct kept {
    uint8_t shift, n;
    uint32_t units[SLICES]; /* saturated */
};

struct course_keeper {
    unsigned n, room, without;
    struct kept *at;
};

int course_add(struct course_keeper **k, const struct trial_record *r)
{
    if (!*k && !(*k = calloc(1, sizeof **k)))
        return -ENOMEM;
    struct course_keeper *c = *k;
    if (r->slices_why) {
        c->without++;
        return 0;
    }
    if (c->n == c->room) {
        unsigned room = c->room ? 2 * c->room : 8;
        struct kept *more = realloc(c->at, room * sizeof *more);
        if (!more)
            return -ENOMEM;
        c->at = more;
        c->room = room;
    }
    struct kept *t = &c->at[c->n++];
    t->shift = (uint8_t)r->slices.shift;
    t->n = (uint8_t)r->n_slices;
    for (unsigned i = 0; i < r->n_slices; i++)
        t->units[i] = r->slices.units[i] < UINT32_MAX ? (uint32_t)r->slices.units[i] : UINT32_MAX;
    return 0;
}

/* Units by slice, folded until a slice is 2^shift ns wide or, with shift 0, until slices hold enough units; how many.
 */
static unsigned folded(const struct kept *t, unsigned shift, double *x)
{
    unsigned n = t->n, now = t->shift;
    double sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += x[i] = t->units[i];
    while (n >= 2 && (shift ? now < shift : n >= 2 * STATS_LEAST_SLICES && sum < (double)UNITS_A_SLICE * n)) {
        n /= 2;
        for (unsigned i = 0; i < n; i++)
            x[i] = x[2 * i] + x[2 * i + 1];
        now++;
    }
    return sum < (double)UNITS_A_SLICE * n && !shift ? 0 : n;
}

/* Times per unit, from units: a slice without any counts as half a unit, since it took at least twice its width. */
static int judge_one(const struct kept *t, double tolerance, struct course *out)
{
    double x[SLICES], scratch[SLICES];
    unsigned at[SLICES], n = folded(t, 0, x), from;
    enum stats_course course;
    for (unsigned i = 0; i < n; i++)
        x[i] = 1 / (x[i] > 0 ? x[i] : 0.5);
    int changes = stats_changepoints(x, n, stats_change_penalty(n), at);
    if (changes < 0)
        return changes;
    if (stats_course(x, n, at, (unsigned)changes, tolerance, scratch, &course, &from))
        out->unjudged++;
    else
        out->trials[course]++;
    return 0;
}

static int split(const struct course_keeper *k, struct course *out)
{
    unsigned shift = 0, all = 0;
    for (unsigned i = 0; i < k->n; i++)
        shift = k->at[i].shift > shift ? k->at[i].shift : shift;
    CLEANUP_FREE double *x = malloc((k->n * (size_t)SLICES + 1) * sizeof *x);
    CLEANUP_FREE unsigned *len = malloc((k->n + 1) * sizeof *len);
    if (!x || !len)
        return -ENOMEM;
    unsigned groups = 0;
    for (unsigned i = 0; i < k->n; i++) {
        unsigned n = folded(&k->at[i], shift, x + all);
        if (n)
            len[groups++] = n;
        all += n;
    }
    struct stats_variance v;
    if (groups < 2 || !stats_variance_split(&(struct stats_groups){x, len, groups}, &v) || isnan(v.between_share)) {
        out->why = k->n < 2 ? "fewer than 2 trials have slices" : "all slices are alike";
        return 0;
    }
    out->between = v.between_share;
    return 0;
}

int course_judge(const struct course_keeper *k, double tolerance, struct course *out)
{
    *out = (struct course){.between = NAN};
    if (!k) {
        out->why = "no trial";
        return 0;
    }
    out->unjudged = k->without;
    int rc = 0;
    for (unsigned i = 0; i < k->n && !rc; i++)
        rc = judge_one(&k->at[i], tolerance, out);
    return rc ? rc : split(k, out);
}

void course_free(struct course_keeper *k)
{
    if (k)
        free(k->at);
    free(k);
}
