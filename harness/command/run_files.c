/* SPDX-License-Identifier: MIT */
/* A run read back from its journal; see run_files.h. */
#include "harness/command/run_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/command/kept.h"
#include "harness/insight/again.h"
#include "harness/insight/expectations.h"
#include "harness/insight/findings.h"
#include "harness/base/base.h"
#include "harness/record/journal.h"
#include "harness/record/plugin.h"

struct loader {
    struct plan *plan;
    struct summarizer *summarizer;
    struct err *e;
};

static int each(void *arg, struct trial_record *r)
{
    struct loader *l = arg;
    if (!l->summarizer)
        l->summarizer = summarizer_new(l->plan);
    return l->summarizer ? summarizer_add(l->summarizer, r, l->e) : err_set(l->e, ENOMEM, "out of memory");
}

static bool is_run(const char *dir, const char *side)
{
    char path[4200];
    snprintf(path, sizeof path, "%.4000s/%s/trials.jsonl", dir, side);
    return access(path, F_OK) == 0;
}

bool run_is_pair(const char *dir)
{
    return is_run(dir, "a") && is_run(dir, "b");
}

int run_load(const char *dir, struct plan *plan, struct summary *summary, struct err *e)
{
    bool torn;
    struct loader l = {.plan = plan, .e = e};
    int rc = journal_read(dir, plan, each, &l, &torn, e);
    if (rc == -ENOENT && run_is_pair(dir))
        return err_set(e, ENOENT,
                       "%s holds the two runs of a comparison: name %s/a or %s/b, or compare them again with: "
                       "contend compare %s/a %s/b",
                       dir, dir, dir, dir, dir);
    if (rc) {
        summarizer_free(l.summarizer);
        return rc;
    }
    if (torn)
        fprintf(stderr, "contend: the last line of %s/trials.jsonl is unfinished and was left out\n", dir);
    if (!l.summarizer)
        l.summarizer = summarizer_new(plan); /* a run without a trial yet */
    if (!l.summarizer)
        return err_set(e, ENOMEM, "out of memory");
    rc = summarizer_finish(l.summarizer, summary, e);
    if (rc || !(rc = run_judge(dir, summary, e)))
        return rc;
    summary_release(summary);
    plan_release(plan);
    return rc;
}

/* The run as a whole, however often it was resumed: its start is that of the first file, its end what the last knows.
 */
static int whole_environment(const char *dir, struct environment *v, struct err *e)
{
    const char *first = environment_first(dir), *last = environment_last(dir);
    int rc = environment_read(dir, first, v, e);
    if (rc || first == last)
        return rc;
    struct environment *later = malloc(sizeof *later);
    if (!later)
        return err_set(e, ENOMEM, "out of memory");
    rc = environment_read(dir, last, later, e);
    if (!rc)
        environment_close(v, later->ended ? &later->end : &later->start);
    free(later);
    return rc;
}

int run_judge(const char *dir, struct summary *summary, struct err *e)
{
    const char *name = environment_first(dir);
    if (name) {
        summary->environment = malloc(sizeof *summary->environment);
        if (!summary->environment)
            return err_set(e, ENOMEM, "out of memory");
        int rc = whole_environment(dir, summary->environment, e);
        if (rc)
            return rc;
        facts_number(&summary->environment->start, "cpu.online_count", &summary->cpus);
    }
    summary->environment_file = name;
    struct kept_floor memory;
    struct runs_floor floor;
    int rc = kept_floor_for(summary, NULL, NULL, &memory, &floor, e);
    rc = rc ? rc : again_find(summary, &floor) ? err_set(e, ENOMEM, "out of memory") : 0;
    kept_floor_release(&memory);
    if (rc)
        return rc;
    return findings_make(summary) || expectations_find(summary) ? err_set(e, ENOMEM, "out of memory") : 0;
}

int run_same_machine(const char *dir, const struct environment *now, struct err *e)
{
    const char *name = environment_first(dir);
    if (!name)
        return 0;
    struct environment *then = malloc(sizeof *then);
    if (!then)
        return err_set(e, ENOMEM, "out of memory");
    int rc = environment_read(dir, name, then, e);
    const struct fact *was = rc ? NULL : facts_other_machine(&then->start, &now->start);
    if (was)
        rc = err_set(
            e, EPERM,
            "%s was begun by another program or on another machine: %s was '%.100s' and is '%.100s'; start a new run",
            dir, was->name, was->text, facts_find(&now->start, was->name)->text);
    free(then);
    return rc;
}

enum { COSTS_MS = 400, COSTS_LEAST_MS = 40, COSTS_ROUNDS = 11 };

/* Enough for intervals of 11 batches, some 50 ms; on a busy or slow machine fewer. Of a run that has a budget, a
 * twentieth at most. With the topology, and what the last batch takes beyond the time, below 0.5 s. */
static void look_at_costs(struct costs *c, const struct run_options *o)
{
    uint64_t ms = o->request.stop.budget_ns / NS_PER_MS / 20;
    ms = !o->request.stop.budget_ns || ms > COSTS_MS ? COSTS_MS : ms < COSTS_LEAST_MS ? COSTS_LEAST_MS : ms;
    costs_measure(
        c, &(struct costs_request){.rounds = COSTS_ROUNDS, .budget_ns = ms * NS_PER_MS, .program = "/proc/self/exe"});
}

int run_look_around(struct environment *v, const struct run_options *o, bool *refused, struct err *e)
{
    unsigned worse = 0;
    environment_start(v, o->scratch, RUN_SAMPLE_MS);
    for (unsigned i = 0; i < v->n_checks; i++) {
        const struct check_result *c = &v->checks[i];
        if (c->severity < SEVERITY_WARNING)
            continue;
        worse++;
        if (!o->quiet || o->strict)
            fprintf(stderr, "%s: %s: %s\n", severity_names[c->severity], c->id, c->evidence);
    }
    *refused = worse && o->strict;
    if (*refused)
        return err_set(e, EPERM, "this machine is refused by --strict; see: contend doctor");
    if (worse && !o->quiet)
        fprintf(stderr, "contend doctor tells how to mend %s\n", worse == 1 ? "it" : "them");
    look_at_costs(&v->costs, o);
    return 0;
}

void run_note_plugins(struct facts *f, const struct plan *plan)
{
    for (unsigned i = 0; i < plan->n_cells; i++) {
        char name[80], text[sizeof f->all[0].text];
        const struct plugin *p = plugin_in(plan->plugins, plan->cells[i].workload);
        if (!p)
            continue;
        snprintf(name, sizeof name, "plugin.%s", plan->cells[i].workload);
        snprintf(text, sizeof text, "%.200s (sha256 %.12s…)", p->path, p->sha256);
        facts_put(f, intern(name), "the plug-in's file", text);
    }
}
