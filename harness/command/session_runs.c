/* SPDX-License-Identifier: MIT */
/* The runs of a session and their directories: begun, taken up again, summed up; see session.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/run_files.h"
#include "harness/command/session_parts.h"
#include "harness/insight/compare.h"
#include "harness/machine/machine.h"
#include "harness/report/report.h"
#include "harness/trial/plugin.h"
#include "harness/trial/scratch.h"

const char *session_path(const struct session *s, unsigned i)
{
    return s->n == 1 ? s->dir.path : s->run[i].dir.path;
}

static void below(const struct session *s, unsigned i, char *path, size_t n)
{
    snprintf(path, n, "%.4080s/%c", s->dir.path, 'a' + (int)i);
}

/* The loop without sides; once, when the plan is known. */
static int prepare(struct session *s, struct err *e)
{
    s->blocks = (struct blocks){.plan = &s->plan,
                                .stop = s->stop,
                                .look = s->n == 2 ? rule_of_live : rule_of_run,
                                .look_arg = &s->rule,
                                .tell = session_progress,
                                .tell_pause = session_progress_pause,
                                .arg = s};
    s->rule = (struct rule){s->blocks.side, s->n == 2 ? stats_looks_new(INTERVAL_LEVEL) : NULL};
    return s->n == 1 || s->rule.looks ? 0 : err_set(e, ENOMEM, "out of memory");
}

/* Side i of the loop, once the plan is known. A run by itself has no pair, and its trials take the plug-ins that were
 * read last. */
static int add_side(struct session *s, unsigned i, struct plan_pair pair, struct err *e)
{
    struct session_run *run = &s->run[i];
    struct side *side = &s->blocks.side[i];
    int rc = i ? 0 : prepare(s, e);
    if (rc)
        return rc;
    run->plan = s->plan;
    run->plan.pair = pair;
    run->plan.plugins = pair.id ? &run->plugins : NULL;
    *side = (struct side){.how = session_spawn(s, run), .plan = &run->plan, .summarizer = summarizer_new(&run->plan)};
    s->blocks.n_sides = i + 1;
    return side->summarizer ? side_init(side, e) : err_set(e, ENOMEM, "out of memory");
}

/* The facts of this machine as the start of all runs, each with the build of its own program. */
static int look_around(struct session *s, struct err *e)
{
    int rc = run_look_around(&s->run[0].environment, &s->o, &s->refused, e);
    if (!rc && s->n == 2)
        s->run[1].environment = s->run[0].environment;
    for (unsigned i = 0; !rc && i < s->n; i++)
        if (s->run[i].program)
            facts_take_build(&s->run[i].environment.start, &s->run[i].own);
    return rc;
}

static int record_start(struct session *s, unsigned i, struct err *e)
{
    struct session_run *run = &s->run[i];
    const char *path = session_path(s, i);
    run->environment_file = environment_next(path);
    if (!run->environment_file)
        return err_set(e, EEXIST, "%s has a thousand environment files: start a new run", path);
    run_note_plugins(&run->environment.start, &run->plan);
    return environment_write(path, run->environment_file, &run->environment, e);
}

/* What the journal names can be found from any directory; what is looked up in PATH stays so. Interned. */
static const char *absolute(const char *program)
{
    char path[2 * PATH_MAX], here[PATH_MAX];
    if (!program || !strchr(program, '/') || program[0] == '/' || !getcwd(here, sizeof here))
        return program ? intern(program) : NULL;
    snprintf(path, sizeof path, "%s/%s", here, program);
    return intern(path);
}

static int begin_run(struct session *s, unsigned i, const struct topology *t, struct err *e)
{
    struct plan_pair pair = {s->plan.pair.id, i, absolute(s->run[i].program)};
    char path[4200];
    below(s, i, path, sizeof path);
    int rc = s->n == 2 ? run_dir_make(&s->run[i].dir, path, NULL, e) : 0;
    if (!rc)
        rc = add_side(s, i, pair, e);
    snprintf(path, sizeof path, "%s/topology.xml", session_path(s, i));
    if (!rc)
        rc = topology_export_xml(t, path, e);
    if (!rc)
        rc = record_start(s, i, e);
    return rc ? rc : journal_create(&s->blocks.side[i].journal, session_path(s, i), &s->run[i].plan, e);
}

/* Nothing that looks like a run is left. */
static void abandon(const struct session *s)
{
    static const char *const files[] = {"topology.xml", "environment.json", "trials.jsonl", NULL}, *const none[] = {
                                                                                                       NULL};
    for (unsigned i = 0; s->n == 2 && i < s->n; i++)
        if (s->run[i].dir.path[0])
            run_dir_abandon(&s->run[i].dir, files);
    run_dir_abandon(&s->dir, s->n == 1 ? files : none);
}

int session_begin(struct session *s, const char *name, struct err *e)
{
    struct topology *t = NULL;
    scratch_sweep(s->o.scratch); /* what a killed run left there */
    int rc = look_around(s, e);
    if (!rc && *s->stop)
        rc = -EINTR;
    if (!rc)
        rc = run_dir_make(&s->dir, s->o.out, name, e);
    if (rc)
        return rc;
    rc = session_calibrate(s, e);
    if (!rc)
        rc = plan_order(&s->plan, e);
    if (!rc)
        rc = topology_load(&t, NULL, e);
    if (!rc && *s->stop)
        rc = -EINTR;
    for (unsigned i = 0; i < s->n && !rc; i++)
        rc = begin_run(s, i, t, e);
    topology_free(t);
    if (rc)
        abandon(s);
    return rc;
}

struct replay {
    struct session *session;
    unsigned i;
    struct plan *plan;   /* as it is read */
    unsigned most, seen; /* trials that are taken, and those that were met */
    bool opened;
    struct err *e;
};

/* The two sides of a comparison have one plan; those of a directory that was put together by hand may not. */
static bool one_plan(const struct plan *a, const struct plan *b)
{
    bool same = a->pair.id == b->pair.id && !a->pair.side && b->pair.side && a->seed == b->seed &&
                a->blocks == b->blocks && a->n_cells == b->n_cells && a->n_runnable == b->n_runnable;
    for (unsigned i = 0; same && i < a->n_cells; i++)
        same = cell_compare(&a->cells[i], &b->cells[i]) == 0 && shared_golden_alike(&a->cells[i], &b->cells[i]);
    return same && memcmp(a->order, b->order, (size_t)a->blocks * a->n_runnable * sizeof *a->order) == 0;
}

/* As soon as the plan is known. */
static int open_side(struct replay *p)
{
    struct session_run *run = &p->session->run[p->i];
    p->opened = true;
    run->program = p->plan->pair.program;
    run->plugins = p->plan->brought ? *p->plan->brought : (struct plugin_set){.n = 0};
    return add_side(p->session, p->i, p->plan->pair, p->e);
}

static int replay_one(void *arg, struct trial_record *r)
{
    struct replay *p = arg;
    struct session *s = p->session;
    struct side *side = &s->blocks.side[p->i];
    int rc = p->opened ? 0 : open_side(p);
    if (rc || p->seen++ >= p->most || !side_mark(side, r->block, r->cell))
        return rc;
    s->run[p->i].n_measured++;
    s->blocks.golden_before_ns += (double)r->golden_ns;
    s->golden_ns += (double)r->golden_ns; /* nothing of it is kept: it is computed again */
    return summarizer_add(side->summarizer, r, p->e);
}

/* The session's plan is that of the first. */
static int replay(struct session *s, unsigned i, unsigned most, struct err *e)
{
    struct plan second = {0};
    struct replay p = {s, i, i ? &second : &s->plan, most, 0, false, e};
    int rc = journal_read(session_path(s, i), p.plan, replay_one, &p, &s->run[i].torn, e);
    if (!rc && !p.opened)
        rc = open_side(&p);
    plan_release(&second);
    return rc;
}

static int count(void *arg, struct trial_record *r)
{
    (void)r;
    ++*(unsigned *)arg;
    return 0;
}

/*
 * How many trials of each side are taken: those of whole pairs. A pair is two trials next to each other in time, so
 * half of one that the end came in the middle of, the last trial of the one side, is cut off and the pair measured
 * anew. More than that lies apart for no reason that is known here.
 */
static int whole_pairs(struct session *s, unsigned *most, struct err *e)
{
    unsigned there[2] = {0, 0};
    struct plan plan[2] = {{0}, {0}};
    int rc = 0;
    for (unsigned i = 0; i < 2 && !rc; i++) {
        char path[4200];
        bool torn;
        below(s, i, path, sizeof path);
        rc = run_dir_open(&s->run[i].dir, path, e);
        if (!rc)
            rc = journal_read(session_path(s, i), &plan[i], count, &there[i], &torn, e);
    }
    if (!rc && !one_plan(&plan[0], &plan[1]))
        rc = err_set(e, EINVAL, "%s holds two runs that are not the sides of one live comparison", s->dir.path);
    for (unsigned i = 0; i < 2; i++)
        plan_release(&plan[i]);
    if (rc)
        return rc;
    unsigned more = there[1] > there[0];
    *most = there[!more];
    if (there[more] > *most + 1)
        return err_set(e, EINVAL,
                       "%s has %u trials and %s %u, and pairs are measured together: keep the first %u lines of "
                       "trials.jsonl in both (head -n %u) and go on with --resume",
                       session_path(s, 0), there[0], session_path(s, 1), there[1], *most + 1, *most + 1);
    s->run[more].half = there[more] > *most;
    return 0;
}

static int same_trials(const struct session *s, struct err *e)
{
    const struct plan *p = &s->plan;
    for (unsigned b = 0; b < p->blocks; b++)
        for (unsigned c = 0; c < p->n_cells; c++)
            if (side_has(&s->blocks.side[0], b, c) != side_has(&s->blocks.side[1], b, c))
                return err_set(
                    e, EINVAL,
                    "%s: block %u of %s was measured by one of the two alone: its trials are no pairs, so it "
                    "can't be gone on with",
                    s->dir.path, b + 1, p->cells[c].workload);
    return 0;
}

int session_replay(struct session *s, struct err *e)
{
    unsigned most = UINT_MAX;
    scratch_sweep(s->o.scratch);
    int rc = run_dir_open(&s->dir, s->o.resume, e);
    if (!rc && s->n == 2)
        rc = whole_pairs(s, &most, e);
    for (unsigned i = 0; i < s->n && !rc; i++)
        rc = replay(s, i, most, e);
    return rc || s->n < 2 ? rc : same_trials(s, e);
}

int session_go_on(struct session *s, struct err *e)
{
    unsigned there = 0;
    bool torn = false, half = false;
    int rc = 0;
    for (unsigned i = 0; i < s->n && !rc; i++)
        rc = plugins_unchanged(&s->run[i].plan, e);
    if (!rc)
        rc = look_around(s, e);
    for (unsigned i = 0; i < s->n && !rc; i++)
        rc = run_same_machine(session_path(s, i), &s->run[i].environment, e);
    for (unsigned i = 0; i < s->n && !rc; i++) {
        rc = journal_reopen(&s->blocks.side[i].journal, session_path(s, i), s->run[i].half, e);
        if (!rc)
            rc = record_start(s, i, e);
        there += s->run[i].n_measured;
        torn |= s->run[i].torn;
        half |= s->run[i].half;
    }
    if (!rc && !s->o.quiet)
        fprintf(stderr, "%s: %u of %u trials are there%s%s\n", s->dir.path, there,
                s->n * s->plan.blocks * s->plan.n_runnable, torn ? "; an unfinished last line was cut off" : "",
                half ? "; half a pair was cut off" : "");
    return rc;
}

void session_end(struct session *s, bool cut)
{
    struct err left = {0};
    int rc = scratch_sweep(s->o.scratch); /* a trial that failed to has not told anyone */
    if (rc) {
        err_call(&left, -rc, "remove", "directories of trials are left as %s/contend-scratch-*", s->o.scratch);
        fprintf(stderr, "contend: warning: %s\n", left.text);
    }
    environment_end(&s->run[0].environment, s->o.scratch, cut ? 0 : RUN_SAMPLE_MS);
    if (s->n == 2)
        s->run[1].environment.end = s->run[0].environment.end;
    for (unsigned i = 0; i < s->n; i++) {
        struct environment *v = &s->run[i].environment;
        if (s->run[i].program)
            facts_take_build(&v->end, &s->run[i].own);
        environment_close(v, &v->end);
    }
}

int session_sum_up(struct session *s, unsigned i, struct summary *out, struct err *e)
{
    const struct session_run *run = &s->run[i];
    const char *path = session_path(s, i);
    int rc = summarizer_finish(s->blocks.side[i].summarizer, out, e);
    s->blocks.side[i].summarizer = NULL;
    if (rc)
        return rc;
    rc = environment_write(path, run->environment_file, &run->environment, e);
    if (!rc)
        rc = run_judge(path, out, e);
    if (!rc)
        rc = summary_write(path, out, e);
    if (rc)
        summary_release(out);
    return rc;
}
