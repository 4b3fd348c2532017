/* SPDX-License-Identifier: MIT */
/* Two runs, matched and judged; see runs.h. */
#include "harness/insight/runs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/apart.h"
#include "harness/insight/compare.h"
#include "harness/insight/runs_doubt.h"
#include "harness/stats/order.h"
#include "harness/stats/ratio.h"

int runs_fit(const struct summary *s, const char *name, struct err *e)
{
    char unfit[200];
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        if (s->cells[i].voided) {
            char id[CELL_ID_MAX];
            plan_cell_id(s->plan, i, id, sizeof id);
            return err_set(e, EBADMSG, "%s is not for comparing: in %s %s", name, id, s->cells[i].reason);
        }
    if (!s->environment)
        return err_set(e, EPERM, "%s is not for comparing: it has no environment file that tells which build made it",
                       name);
    if (facts_build_unfit(&s->environment->start, unfit, sizeof unfit))
        return err_set(e, EPERM, "%s is not for comparing: it was made by %s; build with -DCMAKE_BUILD_TYPE=Release",
                       name, unfit);
    return 0;
}

static int by_name(const void *x, const void *y, void *plan)
{
    unsigned a = *(const unsigned *)x, b = *(const unsigned *)y;
    const struct plan *p = plan;
    int order = cell_compare(&p->cells[a], &p->cells[b]);
    return order ? order : a < b ? -1 : a > b; /* twins (another amount of work) keep their order, and meet in it */
}

static int by_plan(const void *x, const void *y)
{
    const struct comparison *a = x, *b = y;
    return a->b < b->b ? -1 : a->b > b->b;
}

/* Those that the run is to measure: a skip is in neither. */
static unsigned *sorted_cells(const struct plan *p, unsigned *n)
{
    unsigned *cells = malloc((p->n_cells + 1) * sizeof *cells);
    *n = 0;
    for (unsigned i = 0; cells && i < p->n_cells; i++)
        if (!plan_skipped(p, i, NULL))
            cells[(*n)++] = i;
    if (cells)
        qsort_r(cells, *n, sizeof *cells, by_name, (void *)p);
    return cells;
}

/* Both lists in the order of names, merged. */
static int match(struct runs *r)
{
    const struct plan *a = r->run[RUN_A]->plan, *b = r->run[RUN_B]->plan;
    unsigned n_a, n_b;
    CLEANUP_FREE unsigned *in_a = sorted_cells(a, &n_a), *in_b = sorted_cells(b, &n_b);
    r->matched = calloc(a->n_cells + 1, sizeof *r->matched);
    r->only[RUN_A] = calloc(a->n_cells + 1, sizeof(unsigned));
    r->only[RUN_B] = calloc(b->n_cells + 1, sizeof(unsigned));
    if (!in_a || !in_b || !r->matched || !r->only[RUN_A] || !r->only[RUN_B])
        return -ENOMEM;
    for (unsigned i = 0, k = 0; i < n_a || k < n_b;) {
        int order = i == n_a ? 1 : k == n_b ? -1 : cell_compare(&a->cells[in_a[i]], &b->cells[in_b[k]]);
        if (order < 0)
            r->only[RUN_A][r->n_only[RUN_A]++] = in_a[i++];
        else if (order > 0)
            r->only[RUN_B][r->n_only[RUN_B]++] = in_b[k++];
        else
            r->matched[r->n_matched++] = (struct comparison){.a = in_b[k++], .b = in_a[i++]};
    }
    qsort(r->matched, r->n_matched, sizeof *r->matched, by_plan);
    return 0;
}

static struct estimate estimate_of(const struct stats_interval *i, unsigned n, const char *why)
{
    return (struct estimate){i->estimate, i->lower, i->upper, i->level, n, isnan(i->lower) ? why : NULL};
}

/* x over y, each by block, of a live comparison; *p of "no difference". `scratch` has room as by scratch_for. */
static struct estimate ratio_of_pairs(const struct runs *r, const double *x, const double *y, double *p,
                                      double *scratch)
{
    unsigned nx = r->run[RUN_B]->plan->blocks, ny = r->run[RUN_A]->plan->blocks;
    struct stats_interval i;
    unsigned n = stats_log_ratios(x, y, nx < ny ? nx : ny, scratch);
    *p = sequence_ratio(r->looks, scratch, n, &i);
    return estimate_of(&i, n, "not enough pairs yet for a confidence sequence");
}

static double *scratch_for(const struct runs *r)
{
    size_t blocks = (size_t)r->run[RUN_A]->plan->blocks + r->run[RUN_B]->plan->blocks;
    return malloc((blocks + 1) * sizeof(double));
}

/* The same amount of the same work, by two builds: was it the same? */
static int same_work(const struct runs *r, const struct comparison *c, struct err *e)
{
    const struct cell *cell = &r->run[RUN_A]->plan->cells[c->b], *other = &r->run[RUN_B]->plan->cells[c->a];
    const struct cell_summary *a = &r->run[RUN_A]->cells[c->b], *b = &r->run[RUN_B]->cells[c->a];
    if (cell->mode != MODE_BATCH || cell->tasks != other->tasks || !cell_same_work(cell, other))
        return 0;
    const char *what = a->units != b->units                         ? "units"
                       : memcmp(a->ops, b->ops, sizeof a->ops) != 0 ? "ops"
                       : a->bytes != b->bytes                       ? "bytes"
                       : a->checksum != b->checksum                 ? "checksums"
                                                                    : NULL;
    char id[CELL_ID_MAX];
    plan_cell_id(r->run[RUN_A]->plan, c->b, id, sizeof id);
    return what ? err_set(e, EBADMSG, "the work is not the same in A and B: the %s of %s differ", what, id) : 0;
}

static const char *no_ratio(enum trial_status a, enum trial_status b)
{
    static const char *const why[2][4] = {
        {NULL, "every trial failed in A", "work was void in A", "it was not measured in A"},
        {NULL, "every trial failed in B", "work was void in B", "it was not measured in B"}};
    return a != TRIAL_OK ? why[0][a] : why[1][b];
}

/* If all pairs were won by one side, would Holm's first step see it? */
static bool is_too_few(const struct runs *r, unsigned family)
{
    unsigned pairs = stats_looks_count(r->looks);
    return !pairs || stats_looks_least_at(r->looks, pairs, (1 - INTERVAL_LEVEL) / family) > pairs;
}

/* Cell by cell, before Holm. */
static int estimate_cells(struct runs *r, struct apart *apart, double *scratch, unsigned *family, struct err *e)
{
    const struct summary *a = r->run[RUN_A], *b = r->run[RUN_B];
    for (unsigned i = 0; i < r->n_matched; i++) {
        struct comparison *c = &r->matched[i];
        const char *why = no_ratio(a->cells[c->b].status, b->cells[c->a].status);
        c->p = c->spread = NAN;
        c->estimate_from = r->paired ? "pairs" : between_how_names[BETWEEN_NOTHING];
        c->ratio = (struct estimate){.median = NAN, .lower = NAN, .upper = NAN, .level = NAN, .why = why};
        r->broken += runs_broken(r, c);
        if (why)
            continue;
        if (same_work(r, c, e))
            return -EBADMSG;
        ++*family;
        if (r->paired)
            c->ratio = ratio_of_pairs(r, b->throughput + (size_t)c->a * b->plan->blocks,
                                      a->throughput + (size_t)c->b * a->plan->blocks, &c->p, scratch);
        else if (apart_ratio(apart, i, c))
            return err_set(e, ENOMEM, "out of memory");
    }
    return 0;
}

static int judge_cells(struct runs *r, struct err *e)
{
    CLEANUP_FREE double *scratch = scratch_for(r);
    unsigned family = 0;
    struct apart *apart = scratch && !r->paired ? apart_new(r) : NULL;
    int rc = !scratch || (!r->paired && !apart) ? err_set(e, ENOMEM, "out of memory") : 0;
    if (!rc)
        rc = estimate_cells(r, apart, scratch, &family, e);
    if (!rc && (judge_family(r->matched, r->n_matched, r->equiv) || (apart && apart_machine(apart, r))))
        rc = err_set(e, ENOMEM, "out of memory");
    apart_free(apart);
    for (unsigned i = 0; !rc && i < r->n_matched; i++)
        runs_doubt(r, &r->matched[i]);
    for (unsigned i = 0; !rc && i < r->n_matched; i++)
        if (r->matched[i].ratio.n)
            r->counts[r->matched[i].verdict]++;
    r->too_few = !rc && r->paired && family && is_too_few(r, family);
    return rc;
}

/* Where this comparison stands as a live one. */
static void look_at(struct runs *r, unsigned blocks, double spent_ns)
{
    const struct plan_stop *rule = &r->run[RUN_A]->plan->stop;
    struct look *l = &r->look;
    *l = (struct look){.blocks = blocks, .spent_ns = spent_ns, .stop = STATS_GO_ON};
    for (unsigned i = 0; i < r->n_matched; i++) {
        const struct comparison *c = &r->matched[i];
        if (!c->ratio.n)
            continue;
        l->comparisons++;
        l->unclear += c->verdict == VERDICT_INCONCLUSIVE;
        l->widest = isnan(c->ratio.lower) || isnan(l->widest) ? NAN : fmax(l->widest, half_width(&c->ratio));
    }
    if (rule->precision > 0 && l->comparisons && l->widest <= rule->precision)
        l->stop = STATS_STOP_PRECISION;
    else if (rule->clear && l->comparisons && !l->unclear)
        l->stop = STATS_STOP_CLEAR;
    else if (rule->budget_ns && blocks && spent_ns >= (double)rule->budget_ns)
        l->stop = STATS_STOP_BUDGET;
}

/* facts_changed tells indexes in A; those of the build come first, since a build is what most comparisons are about. */
static int differing_facts(struct runs *r)
{
    const struct environment *a = r->run[RUN_A]->environment, *b = r->run[RUN_B]->environment;
    unsigned changed[FACTS_MAX], n = a && b ? facts_changed(&a->start, &b->start, changed) : 0;
    r->facts = calloc(n + 1, sizeof *r->facts);
    for (int build = 1; r->facts && build >= 0; build--)
        for (unsigned i = 0; i < n; i++) {
            const struct fact *f = &a->start.all[changed[i]];
            bool of_build = strncmp(f->name, "build.", 6) == 0 || strncmp(f->name, "library.", 8) == 0 ||
                            strncmp(f->name, "plugin.", 7) == 0;
            if (of_build == build)
                r->facts[r->n_facts++] = (struct runs_fact){{f, facts_find(&b->start, f->name)}};
        }
    return r->facts ? 0 : -ENOMEM;
}

/* Side by side: the canary's time in A over that in B is the speed of B over that of A. */
static int compare_canaries(struct runs *r)
{
    CLEANUP_FREE double *scratch = scratch_for(r);
    double unused;
    for (unsigned k = 0; scratch && k < CANARIES; k++) {
        r->speed[k] = ratio_of_pairs(r, r->run[RUN_A]->canaries[k], r->run[RUN_B]->canaries[k], &unused, scratch);
        if (!r->speed[k].n)
            r->speed[k].why = "the trials have no canary of this kind, in one run or both";
        const struct stats_interval i = {r->speed[k].median, r->speed[k].lower, r->speed[k].upper, r->speed[k].level};
        r->moved[k] = stats_verdict(&i, r->equiv);
    }
    r->foreign[RUN_A] = r->foreign[RUN_B] = NAN;
    return scratch ? 0 : -ENOMEM;
}

/* What both sides' trials of each block took decides how much of the run was used up at each look. */
static int look_after(const struct summary *a, const struct summary *b, unsigned blocks, struct stats_looks *looks)
{
    CLEANUP_FREE double *spent_ns = malloc((blocks + 1) * sizeof *spent_ns);
    for (unsigned i = 0; spent_ns && i < blocks; i++)
        spent_ns[i] = (a->spent_ns[i] + b->spent_ns[i]) / 2;
    return spent_ns ? looks_after(looks, a->plan, spent_ns, blocks) : -ENOMEM;
}

/* Also a block that was cut short. */
static unsigned begun(const struct summary *s)
{
    unsigned n = s->look.blocks;
    return n < s->plan->blocks && s->spent_ns[n] > 0 ? n + 1 : n;
}

/* Beyond those that were begun by both there is no pair. */
static int look_after_all(struct runs *r)
{
    unsigned n = begun(r->run[RUN_A]), of_b = begun(r->run[RUN_B]);
    r->looks = stats_looks_new(INTERVAL_LEVEL);
    return r->looks ? look_after(r->run[RUN_A], r->run[RUN_B], n < of_b ? n : of_b, r->looks) : -ENOMEM;
}

bool runs_paired(const struct summary *a, const struct summary *b)
{
    const struct plan_pair *x = &a->plan->pair, *y = &b->plan->pair;
    return x->id && x->id == y->id && x->side != y->side;
}

static struct runs begin(const struct summary *a, const struct summary *b, double equiv)
{
    return (struct runs){.run = {a, b}, .equiv = equiv, .paired = runs_paired(a, b)};
}

int runs_compare(const struct summary *a, const struct summary *b, double equiv, const struct runs_floor *floor,
                 struct runs *out, struct err *e)
{
    static const struct runs_floor none = {.why = "no floor was asked for"};
    *out = begin(a, b, equiv);
    out->floor = floor ? floor : &none;
    if (match(out) || differing_facts(out) || (out->paired && (look_after_all(out) || compare_canaries(out))))
        return err_set(e, ENOMEM, "out of memory");
    if (!out->n_matched)
        return err_set(e, ENOENT,
                       "no cell is in both runs: they are matched by workload, parameters, model, workers, "
                       "concurrency, mode, placement and libc threads");
    int rc = judge_cells(out, e);
    if (!rc && out->paired) {
        const struct look *x = &a->look, *y = &b->look;
        look_at(out, x->blocks < y->blocks ? x->blocks : y->blocks, x->spent_ns + y->spent_ns);
    }
    return rc;
}

int runs_look(const struct summary *a, const struct summary *b, unsigned blocks, struct stats_looks *looks,
              struct look *out, struct err *e)
{
    struct runs r = begin(a, b, a->plan->equiv);
    double spent_ns = 0;
    for (unsigned i = 0; i < blocks; i++)
        spent_ns += a->spent_ns[i] + b->spent_ns[i];
    r.looks = looks;
    int rc = match(&r) || look_after(a, b, blocks, looks) ? err_set(e, ENOMEM, "out of memory") : judge_cells(&r, e);
    if (!rc)
        look_at(&r, blocks, spent_ns);
    *out = r.look;
    r.looks = NULL;
    runs_release(&r);
    return rc;
}

void runs_release(struct runs *r)
{
    free(r->facts);
    free(r->matched);
    free(r->only[RUN_A]);
    free(r->only[RUN_B]);
    stats_looks_free(r->looks);
    *r = (struct runs){0};
}
