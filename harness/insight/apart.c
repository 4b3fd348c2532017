/* SPDX-License-Identifier: MIT */
/* Two runs at two times, cell by cell; see apart.h. */
#include "harness/insight/apart.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/compare.h"
#include "harness/stats/verdict.h"

/* What is asked of a floor once for all cells of a workload. */
struct asked {
    const char *workload;
    struct between_known known;
};

struct apart {
    const struct runs *runs;
    struct between between;
    unsigned most;         /* visits of both sides */
    double *values;        /* [matched][most]: those of A, then of B, each less the mean of its side */
    double *inside;        /* [matched]: spread inside the visits, see between_inside */
    unsigned *n[2];        /* [matched]: how many of them */
    struct stats_two *two; /* [matched] */
    struct asked *asked;   /* [n_asked] */
    unsigned n_asked;
    double *scratch, *logs[2];
};

static const struct cell *cell_of(const struct apart *a, unsigned matched)
{
    return &a->runs->run[RUN_A]->plan->cells[a->runs->matched[matched].b];
}

/* ln of x[0 … n), what is no rate NaN. */
static const double *logs_of(struct apart *a, unsigned side, const double *x)
{
    for (unsigned i = 0; i < a->runs->run[side]->plan->blocks; i++)
        a->logs[side][i] = x[i] > 0 ? log(x[i]) : (double)NAN;
    return a->logs[side];
}

static struct stats_two groups(struct apart *a, const double *x, const double *y, double *values, unsigned n[2],
                               double *inside)
{
    const struct between_side *side = a->between.side;
    const double *of_a = logs_of(a, RUN_A, x), *of_b = logs_of(a, RUN_B, y);
    n[0] = between_values(&side[0], of_a, values, a->scratch);
    n[1] = between_values(&side[1], of_b, values + n[0], a->scratch);
    *inside = between_inside(&a->between, of_a, of_b, a->scratch);
    return stats_two_groups(values + n[0], n[1], values, n[0]);
}

static void center(double *x, unsigned n)
{
    double sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += x[i];
    for (unsigned i = 0; i < n; i++)
        x[i] -= sum / n;
}

static void take(struct apart *a, unsigned i)
{
    const struct summary *x = a->runs->run[RUN_A], *y = a->runs->run[RUN_B];
    const struct comparison *c = &a->runs->matched[i];
    unsigned n[2];
    double *values = a->values + (size_t)i * a->most;
    a->two[i] = groups(a, x->throughput + (size_t)c->b * x->plan->blocks,
                       y->throughput + (size_t)c->a * y->plan->blocks, values, n, &a->inside[i]);
    center(values, n[0]);
    center(values + n[0], n[1]);
    for (unsigned k = 0; k < 2; k++)
        a->n[k][i] = n[k];
}

struct apart *apart_new(const struct runs *r)
{
    const struct summary *x = r->run[RUN_A], *y = r->run[RUN_B];
    struct apart *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->runs = r;
    int rc = between_init(&a->between, x, y);
    unsigned blocks = x->plan->blocks > y->plan->blocks ? x->plan->blocks : y->plan->blocks;
    a->most = a->between.side[0].visits + a->between.side[1].visits;
    size_t n = r->n_matched + 1;
    a->values = malloc(n * (a->most + 1) * sizeof *a->values);
    a->two = calloc(n, sizeof *a->two);
    a->n[0] = calloc(n, sizeof(unsigned));
    a->n[1] = calloc(n, sizeof(unsigned));
    a->asked = calloc(n, sizeof *a->asked);
    a->scratch = malloc(((size_t)blocks * 2 + a->most + 2) * sizeof *a->scratch);
    a->inside = calloc(n, sizeof *a->inside);
    a->logs[0] = malloc(((size_t)blocks + 1) * sizeof(double));
    a->logs[1] = malloc(((size_t)blocks + 1) * sizeof(double));
    if (rc || !a->values || !a->two || !a->n[0] || !a->n[1] || !a->asked || !a->scratch || !a->inside || !a->logs[0] ||
        !a->logs[1])
        return apart_free(a), NULL;
    for (unsigned i = 0; i < r->n_matched; i++)
        take(a, i);
    return a;
}

void apart_free(struct apart *a)
{
    if (!a)
        return;
    between_release(&a->between);
    free(a->values);
    free(a->two);
    free(a->n[0]);
    free(a->n[1]);
    free(a->asked);
    free(a->scratch);
    free(a->inside);
    free(a->logs[0]);
    free(a->logs[1]);
    free(a);
}

/* The sum of the products of their visits' deviations. */
static double product(const struct apart *a, unsigned i, unsigned j)
{
    const double *x = a->values + (size_t)i * a->most, *y = a->values + (size_t)j * a->most;
    double sum = 0;
    for (unsigned k = 0; k < a->n[0][i] + a->n[1][i]; k++)
        sum += x[k] * y[k];
    return sum;
}

enum { MOST_OF_FAMILY = 100 }; /* cells that a prior is made of: more add nothing */

/* As many visits in both runs, in the same family, and a variance. */
static bool tells_of(const struct apart *a, unsigned i, unsigned matched)
{
    return i != matched && a->n[0][i] == a->n[0][matched] && a->n[1][i] == a->n[1][matched] && a->two[i].own.s2 > 0 &&
           strcmp(between_family(cell_of(a, i)->workload), between_family(cell_of(a, matched)->workload)) == 0;
}

/*
 * The spread of the family, from its other cells. What moves all cells of a visit alike makes their variances alike,
 * too: n cells, this one among them, are worth n^2 / sum of r_ij^2 independent ones, r_ij being the correlation of
 * their visits, and the others tell no more than those less one.
 */
static struct stats_spread family_prior(const struct apart *a, unsigned matched)
{
    unsigned of[MOST_OF_FAMILY], n = 0;
    double s2[MOST_OF_FAMILY], sum = 0, df = a->two[matched].own.df;
    of[n] = matched;
    s2[n++] = a->two[matched].own.s2;
    for (unsigned i = 0; i < a->runs->n_matched && n < MOST_OF_FAMILY; i++)
        if (tells_of(a, i, matched)) {
            of[n] = i;
            s2[n++] = a->two[i].own.s2;
        }
    if (n < 2 || !(s2[0] > 0))
        return (struct stats_spread){NAN, 0};
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++) {
            double r = product(a, of[i], of[j]);
            sum += r * r / (s2[i] * s2[j]) / (df * df);
        }
    struct stats_spread prior = n == 2 ? (struct stats_spread){s2[1], df} : stats_spread_prior(s2 + 1, n - 1, df);
    double most = df * ((double)n * n / sum - 1);
    if (prior.df > most)
        prior.df = most > 0 ? most : 0;
    return prior;
}

/* What the floor knows of a workload. NULL with rc 0: there is no floor. */
static const struct between_known *ask_floor(struct apart *a, const char *workload, int *rc)
{
    const struct kept_floor *f = a->runs->floor->kept;
    unsigned i = 0;
    *rc = 0;
    if (!f)
        return NULL;
    while (i < a->n_asked && strcmp(a->asked[i].workload, workload) != 0)
        i++;
    if (i < a->n_asked)
        return &a->asked[i].known;
    a->asked[i].workload = workload;
    *rc = between_ask_cell(f, workload, &a->between, &a->asked[i].known);
    a->n_asked += *rc ? 0 : 1;
    return *rc ? NULL : &a->asked[i].known;
}

/* The mean over a side's visits of the median share that its workers waited for a CPU; NaN: not known. */
static double waited_of(struct apart *a, unsigned side, const double *waited)
{
    if (!waited)
        return NAN;
    unsigned n = between_values(&a->between.side[side], waited, a->logs[side], a->scratch);
    double sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += a->logs[side][i];
    return n ? sum / n : (double)NAN;
}

static void take_waited(struct apart *a, struct comparison *c)
{
    const struct summary *x = a->runs->run[RUN_A], *y = a->runs->run[RUN_B];
    const unsigned cell[2] = {c->b, c->a};
    const struct summary *const run[2] = {x, y};
    for (unsigned i = 0; i < 2; i++)
        c->waited[i] = waited_of(a, i, run[i]->waited ? run[i]->waited + (size_t)cell[i] * run[i]->plan->blocks : NULL);
}

int apart_ratio(struct apart *a, unsigned matched, struct comparison *c)
{
    int rc;
    take_waited(a, c);
    const struct stats_two *two = &a->two[matched];
    const struct between_known *known = ask_floor(a, cell_of(a, matched)->workload, &rc);
    if (rc)
        return rc;
    struct stats_spread family = two->own.df > 0 ? family_prior(a, matched) : (struct stats_spread){NAN, 0};
    struct between_spread s = between_judge(&a->between, two, family, known, a->inside[matched]);
    struct stats_interval i;
    c->p = between_ratio(two, &s, INTERVAL_LEVEL, &i);
    unsigned n = a->n[0][matched] < a->n[1][matched] ? a->n[0][matched] : a->n[1][matched];
    c->ratio = (struct estimate){i.estimate, i.lower, i.upper, i.level, n, NULL};
    if (isnan(i.lower))
        c->ratio.why = s.why ? s.why : "no visit of one side has a good trial";
    c->estimate_from = between_how_names[s.how];
    c->waited_seen = s.how == BETWEEN_FLOOR || s.how == BETWEEN_BOTH ? known->waited : 0;
    c->spread = s.how == BETWEEN_NOTHING ? (double)NAN : sqrt(s.of.s2);
    return 0;
}

/* One kind of canary as a cell: its time in A over that in B is the speed of B over that of A. */
static int canary(struct apart *a, struct runs *r, unsigned kind)
{
    const struct kept_floor *f = r->floor->kept;
    unsigned n[2];
    double inside, *values = malloc((a->most + 1) * sizeof *values);
    if (!values)
        return -ENOMEM;
    struct stats_two two = groups(a, r->run[RUN_A]->canaries[kind], r->run[RUN_B]->canaries[kind], values, n, &inside);
    free(values);
    two.shift = -two.shift;
    struct between_known known = {.why = "the floor has no canary of this kind"};
    for (unsigned i = 0; f && i < f->n_canaries; i++)
        if (strcmp(f->canaries[i].id, canary_kinds[kind].name) == 0 &&
            between_ask(f, &f->canaries[i], &a->between, &known))
            return -ENOMEM;
    struct between_spread s =
        between_judge(&a->between, &two, (struct stats_spread){NAN, 0}, f ? &known : NULL, inside);
    struct stats_interval i;
    between_ratio(&two, &s, INTERVAL_LEVEL, &i);
    r->speed[kind] = (struct estimate){i.estimate, i.lower, i.upper, i.level, n[0] < n[1] ? n[0] : n[1], NULL};
    if (!r->speed[kind].n)
        r->speed[kind].why = "the trials have no canary of this kind, in one run or both";
    else if (isnan(i.lower))
        r->speed[kind].why = s.why ? s.why : "no interval";
    r->moved[kind] = stats_verdict(&i, r->equiv);
    return 0;
}

/* What others used in each visit of a side; how many are known. */
static unsigned foreign_of(const struct between_side *side, const struct summary *run, double *out)
{
    unsigned n = 0;
    for (unsigned v = 0; v < side->visits; v++) {
        unsigned first = side->block[side->first[v]], last = side->block[side->first[v + 1] - 1];
        double cpus = summary_foreign(run, first, last + 1);
        if (!isnan(cpus))
            out[n++] = cpus;
    }
    return n;
}

static int load_differs(struct apart *a, struct runs *r)
{
    const struct summary *x = r->run[RUN_A], *y = r->run[RUN_B];
    unsigned n = foreign_of(&a->between.side[0], x, a->scratch);
    unsigned m = foreign_of(&a->between.side[1], y, a->scratch + n);
    struct stats_two two = stats_two_groups(a->scratch + n, m, a->scratch, n);
    double most = 0;
    int rc = r->floor->kept ? between_foreign(r->floor->kept, &a->between, &most) : 0;
    r->other_load = fabs(two.shift) > fmax(most, RUNS_FOREIGN_MOST * (x->cpus > 0 ? x->cpus : 1));
    return rc;
}

int apart_machine(struct apart *a, struct runs *r)
{
    int rc = 0;
    for (unsigned k = 0; !rc && k < CANARIES; k++)
        rc = canary(a, r, k);
    for (unsigned i = 0; i < 2; i++) {
        r->foreign[i] = summary_foreign(r->run[i], 0, r->run[i]->plan->blocks);
        r->visits[i] = a->between.side[i].visits;
    }
    rc = rc ? rc : load_differs(a, r);
    r->lag_s = a->between.lag_s;
    r->span_s = a->between.span_s;
    return rc;
}
