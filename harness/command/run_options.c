/* SPDX-License-Identifier: MIT */
/* The options of `run`; see run_options.h. A suite's sweeps come first, then the flags change all of them. */
#include "harness/command/run_options.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/nearest.h"
#include "harness/machine/machine.h"
#include "harness/base/value.h"
#include "harness/trial/plugin.h"
#include "harness/trial/scratch.h"

enum opt {
    WORKLOAD,
    MODELS,
    WORKERS,
    CONCURRENCY,
    MODE,
    SET,
    ORDER,
    PUS,
    BLOCKS,
    PRECISION,
    UNTIL_CLEAR,
    BUDGET,
    TIME,
    VISITS,
    PAUSE,
    UNITS,
    TASKS,
    TRIAL,
    DURATION,
    LIMIT,
    LIBC_THREADS,
    PLUGIN,
    GAPS,
    SEED,
    EQUIV,
    SCRATCH,
    OUT,
    RESUME,
    DRY_RUN,
    JSON,
    STRICT,
    QUIET
};

const struct command_option run_option_table[] = {
    [WORKLOAD] = {"workload", "W,…", "workloads to run, or to keep of a suite (see 'contend list workloads')"},
    [MODELS] = {"models", "M,…", "models, or all (the default; of a suite, its own)"},
    [WORKERS] = {"workers", "N,…", "CPUs offered to each model (default 1)"},
    [CONCURRENCY] =
        {"concurrency", "N,…",
         "tasks in flight (default: as many as workers, or as the workload needs); blocking models start one "
         "worker each"},
    [MODE] = {"mode", "MODE", "batch (default): fixed units; closed: for --duration"},
    [SET] = {"set", "NAME=VALUE,…",
             "a parameter of the workload; several values make a sweep; given again: another parameter, or more "
             "values"},
    [ORDER] = {"order", "ORDER", "placement: compact (default), scatter, smt-last, one-per-l3, one-per-numa, none"},
    [PUS] = {"pus", "LIST", "an explicit list of CPUs to place workers on, such as 0,2-5"},
    [BLOCKS] = {"blocks", "N",
                "passes over all cells, at most (default 10, or 400 with the next two; an interval needs 6, there 9)"},
    [PRECISION] = {"precision", "PERCENT", "stop once every ratio is known to this, such as 1%"},
    [UNTIL_CLEAR] = {"until-clear", NULL, "stop once every comparison is faster, slower or equivalent"},
    [BUDGET] = {"budget", "TIME", "stop after the block in which the trials have used this up"},
    [TIME] =
        {"time", "TIME",
         "how long it all may take, in place of what the suite says: as many blocks as fit, and where too few would, "
         "without the most expensive cells; none: whatever it takes"},
    [VISITS] = {"visits", "N",
                "spread the blocks over N stretches with a pause between them, so that a comparison with another run "
                "knows how far the machine moves meanwhile (at least 2 blocks each by default)"},
    [PAUSE] = {"pause", "TIME", "with --visits: how long each pause is, at most 60min (default 10s)"},
    [UNITS] = {"units", "N", "batch: units of a trial (default: calibrated on serial)"},
    [TASKS] = {"tasks", "N", "batch: tasks that share the units"},
    [TRIAL] = {"trial", "TIME",
               "batch: how long a serial trial should take, or auto: what suits the noise best (default 100ms)"},
    [DURATION] = {"duration", "TIME", "closed: how long tasks start new units (default 200ms)"},
    [LIMIT] = {"limit", "TIME", "a trial that takes longer is killed (default 60s)"},
    [LIBC_THREADS] = {"libc-threads", "HOW",
                      "glibc's shortcuts for one thread: model (as it comes, default), single, multi (for all models)"},
    [PLUGIN] = {"plugin", "FILE.so", "a shared object with workloads of your own; may be given again"},
    [GAPS] = {"gaps", NULL, "watch for pauses on a CPU that a cell leaves free, and tell their causes in its trials"},
    [SEED] = {"seed", "N", "seed of the order and of the work (default 1)"},
    [EQUIV] = {"equiv", "PERCENT", "ratios within this are equivalent (default 2%; 0%: none are)"},
    [SCRATCH] = {"scratch", "DIR", "where workloads make files (default: TMPDIR, else /tmp)"},
    [OUT] = {"out", "DIR", "the run's directory (default: runs/NAME-TIME)"},
    [RESUME] = {"resume", "DIR", "go on with what was cut short"},
    [DRY_RUN] = {"dry-run", NULL, "print the plan, after short pilots; keep and write nothing"},
    [JSON] = {"json", NULL, "the summary as JSON on standard output"},
    [STRICT] = {"strict", NULL, "refuse, with exit code 5, a machine that doctor warns of"},
    [QUIET] = {"quiet", NULL, "no progress"},
    {0},
};

static_assert((int)QUIET < (int)RUN_FLAGS, "struct run_flags holds them all");

static const char *workload_name(unsigned i)
{
    const struct workload *w = workload_at(i);
    return w ? w->name : NULL;
}

/* Moves the sweeps of `w` from kept … n-1 to the front; how many are at the front then. */
static unsigned keep(struct request *r, const struct workload *w, unsigned kept)
{
    for (unsigned i = kept; i < r->n_sweeps; i++)
        if (r->sweeps[i].workload == w) {
            struct sweep s = r->sweeps[i];
            memmove(&r->sweeps[kept + 1], &r->sweeps[kept], (i - kept) * sizeof s);
            r->sweeps[kept++] = s;
        }
    return kept;
}

/* Without a suite the workloads of `list` are what is run; of a suite their runs are kept and the others left out. */
static int choose_workloads(struct request *r, const char *list, bool suite, struct err *e)
{
    CLEANUP_FREE char *copy = strdup(list);
    char *rest = copy, *item;
    unsigned kept = 0;
    while (copy && (item = strsep(&rest, ","))) {
        const struct workload *w = workload_find(item);
        char hint[DID_YOU_MEAN_MAX];
        if (!w)
            return err_set(e, EINVAL, "unknown workload '%s'%s; see 'contend list workloads'", item,
                           did_you_mean(hint, sizeof hint, '\'', "", nearest_name(item, workload_name)));
        unsigned before = kept;
        if (suite && (kept = keep(r, w, kept)) == before)
            return err_set(e, EINVAL, "--workload: '%s' is not in the suite, or named twice", item);
        if (!suite && !request_add(r, w))
            return err_set(e, ENOMEM, "out of memory");
    }
    if (suite && copy)
        r->n_sweeps = kept;
    return copy ? 0 : err_set(e, ENOMEM, "out of memory");
}

int run_suite_path(const char *name, char *path, size_t n)
{
    char below[256];
    snprintf(below, sizeof below, "bench/suites/%.200s.json", name);
    return strchr(name, '/') ? -ENOENT : data_path(below, path, n);
}

static int add_suite(struct request *r, const char *name, struct err *e)
{
    char path[4096];
    if (strchr(name, '/') || strstr(name, ".json")) {
        int rc = suite_read(r, name, e);
        return !rc || rc == -ENOMEM ? rc : -EINVAL; /* a file that is not there is as wrong as an unknown name */
    }
    if (run_suite_path(name, path, sizeof path))
        return err_set(e, EINVAL, "unknown suite '%s'; see 'contend list suites'", name);
    return suite_read(r, path, e);
}

/* An option that none of the run's cells would heed is refused; of a suite with both modes it changes those it can. */
static int check_modes(const struct request *r, const struct run_flags *f, struct err *e)
{
    static const struct {
        enum opt option;
        enum mode mode;
    } only[] = {{UNITS, MODE_BATCH}, {TASKS, MODE_BATCH}, {TRIAL, MODE_BATCH}, {DURATION, MODE_CLOSED}};
    for (unsigned k = 0; k < ARRAY_LEN(only); k++) {
        bool heeded = !f->at[only[k].option] || !r->n_sweeps;
        for (unsigned i = 0; i < r->n_sweeps; i++)
            heeded |= r->sweeps[i].mode == only[k].mode;
        if (!heeded)
            return err_set(
                e, EINVAL, "--%s goes with --mode %s, and this run is %s: there %s say how much is done",
                run_option_table[only[k].option].name, mode_names[only[k].mode], mode_names[r->sweeps[0].mode],
                only[k].mode == MODE_BATCH ? "--duration and --concurrency" : "--trial, or --units and --tasks,");
    }
    return 0;
}

static int apply_sweep(struct sweep *s, const struct run_flags *f, struct err *e)
{
    int rc = 0;
    uint64_t n = 0;
    if (f->at[MODELS])
        rc = sweep_models(s, f->at[MODELS], e);
    if (!rc && f->at[WORKERS])
        rc = sweep_numbers(f->at[WORKERS], "--workers", s->workers, &s->n_workers, e);
    if (!rc && f->at[CONCURRENCY])
        rc = sweep_numbers(f->at[CONCURRENCY], "--concurrency", s->concurrency, &s->n_concurrency, e);
    if (!rc && f->at[MODE]) {
        s->mode = strcmp(f->at[MODE], "closed") == 0 ? MODE_CLOSED : MODE_BATCH;
        if (s->mode == MODE_BATCH && strcmp(f->at[MODE], "batch") != 0)
            rc = err_set(e, EINVAL, "--mode: expected batch or closed, got '%s'", f->at[MODE]);
    }
    if (!rc && f->at[LIBC_THREADS])
        rc = sweep_libc_threads(s, f->at[LIBC_THREADS], e);
    if (!rc && f->at[UNITS])
        rc = value_count(f->at[UNITS], "--units", 1, UINT64_C(1) << 50, &s->units, e);
    if (!rc && f->at[TASKS] && !(rc = value_count(f->at[TASKS], "--tasks", 1, 1000000, &n, e)))
        s->tasks = (unsigned)n;
    if (!rc && f->at[TRIAL])
        rc = sweep_trial(s, f->at[TRIAL], "--trial", e);
    if (!rc && f->at[DURATION])
        rc = value_duration(f->at[DURATION], "--duration", &s->duration_ns, e);
    return rc;
}

const char *run_scratch_default(void)
{
    const char *tmp = getenv("TMPDIR");
    return tmp && *tmp ? tmp : "/tmp";
}

static int apply_run(struct run_options *o, const struct run_flags *f, struct err *e)
{
    struct request *r = &o->request;
    uint64_t n = r->blocks;
    int rc = f->at[BLOCKS] ? value_count(f->at[BLOCKS], "--blocks", 1, PLAN_MAX_BLOCKS, &n, e) : 0;
    r->blocks = (unsigned)n;
    if (!rc && f->at[PRECISION])
        rc = value_percent(f->at[PRECISION], "--precision", &r->stop.precision, e);
    r->gaps = f->at[GAPS] != NULL;
    r->stop.clear |= f->at[UNTIL_CLEAR] != NULL;
    if (!rc && f->at[BUDGET])
        rc = value_duration(f->at[BUDGET], "--budget", &r->stop.budget_ns, e);
    if (!rc && f->at[LIMIT])
        rc = value_duration(f->at[LIMIT], "--limit", &r->limit_ns, e);
    if (!rc && f->at[SEED])
        rc = value_count(f->at[SEED], "--seed", 0, UINT64_MAX / 2, &r->seed, e);
    if (!rc && f->at[EQUIV])
        rc = value_margin(f->at[EQUIV], "--equiv", &r->equiv, e);
    if (f->at[ORDER])
        r->order = f->at[ORDER];
    if (!rc && strcmp(r->order, "list") == 0 && !f->at[PUS])
        rc = err_set(e, EINVAL, "--order list needs --pus LIST, such as --pus 0,2-5");
    if (f->at[PUS]) {
        r->order = "list";
        r->list = f->at[PUS];
    }
    o->scratch = f->at[SCRATCH] ? f->at[SCRATCH] : run_scratch_default();
    bool used = f->at[SCRATCH] != NULL;
    for (unsigned i = 0; i < r->n_sweeps; i++)
        used |= scratch_is_needed(r->sweeps[i].workload->name);
    if (!rc && used && access(o->scratch, W_OK))
        rc = err_call(e, errno, "access", "--scratch: %s can't be written to", o->scratch);
    o->out = f->at[OUT];
    o->resume = f->at[RESUME];
    o->dry_run = f->at[DRY_RUN];
    o->json = f->at[JSON];
    if (!rc && o->dry_run && o->json)
        rc = err_set(e, EINVAL, "--dry-run takes no --json: the plan is text");
    o->quiet = f->at[QUIET];
    o->strict = f->at[STRICT];
    return rc;
}

const char *run_flags_value(const struct run_flags *f, const char *name)
{
    for (unsigned i = 0; run_option_table[i].name; i++)
        if (strcmp(run_option_table[i].name, name) == 0)
            return f->at[i];
    return NULL;
}

bool run_flags_given(const struct run_flags *f, const char *name)
{
    return run_flags_value(f, name) != NULL;
}

const char *run_flags_beside(const struct run_flags *f, const char *const *names)
{
    for (unsigned i = 0; run_option_table[i].name; i++) {
        bool other = f->at[i] != NULL;
        for (const char *const *n = names; *n; n++)
            other &= strcmp(*n, run_option_table[i].name) != 0;
        if (other)
            return run_option_table[i].name;
    }
    return NULL;
}

/* Lists add up when they are given again, as if joined by a comma; of anything else the last holds. */
static const char *with_more(enum opt i, const char *was, const char *value)
{
    static const enum opt lists[] = {WORKLOAD, MODELS, WORKERS, CONCURRENCY, PUS};
    for (unsigned k = 0; was && k < ARRAY_LEN(lists); k++)
        if (lists[k] == i) {
            CLEANUP_FREE char *both = NULL;
            return asprintf(&both, "%s,%s", was, value) < 0 ? NULL : intern(both);
        }
    return value ? value : "yes";
}

int run_flags_read(const struct command *self, int argc, char **argv, struct run_flags *f,
                   int (*own)(void *arg, int option, const char *value), void *arg)
{
    const char *value;
    int i, n_own = 0;
    *f = (struct run_flags){.first = 0};
    while (own && self->options != run_option_table && self->options[n_own].name)
        n_own++;
    while ((i = command_next(self, argc, argv, &value, &f->first)) >= 0) {
        if (i < n_own) {
            int code = own(arg, i, value);
            if (code >= 0)
                return code;
            continue;
        }
        i -= n_own;
        f->at[i] = with_more((enum opt)i, f->at[i], value);
        if (!f->at[i])
            return command_usage_error(self, "out of memory");
        if (i == SET && f->n_set == ARRAY_LEN(f->set))
            return command_usage_error(self, "more than %zu times --set", ARRAY_LEN(f->set));
        if (i == SET)
            f->set[f->n_set++] = value;
        if (i == PLUGIN && f->n_plugins == ARRAY_LEN(f->plugins))
            return command_usage_error(self, "more than %zu times --plugin", ARRAY_LEN(f->plugins));
        if (i == PLUGIN)
            f->plugins[f->n_plugins++] = value;
    }
    return i == -1 ? -1 : i == -3 ? EXIT_DONE : EXIT_USAGE;
}

int run_options_apply(const struct run_flags *f, int argc, char **argv, int first, struct run_options *o)
{
    struct err e = {0};
    int rc = 0;
    *o = (struct run_options){0};
    request_init(&o->request);
    for (unsigned p = 0; p < f->n_plugins && !rc; p++)
        rc = plugin_add(f->plugins[p], &e) ? -EINVAL : 0; /* whatever is wrong with it, the request can't be met */
    bool suite = first < argc;
    if (!rc && argc - first > 1)
        rc = err_set(&e, EINVAL, "one suite at a time: '%s' and '%s' are two runs", argv[first], argv[first + 1]);
    if (!rc && suite)
        rc = add_suite(&o->request, argv[first], &e);
    if (!rc && f->at[WORKLOAD])
        rc = choose_workloads(&o->request, f->at[WORKLOAD], suite, &e);
    for (unsigned s = 0; s < o->request.n_sweeps && !rc; s++)
        rc = apply_sweep(&o->request.sweeps[s], f, &e);
    if (!rc)
        rc = check_modes(&o->request, f, &e);
    if (!rc)
        rc = run_sets_apply(&o->request, f, &e);
    if (!rc)
        rc = apply_run(o, f, &e);
    if (rc) {
        request_release(&o->request);
        return command_fail(&e, rc == -EINVAL ? EXIT_USAGE : EXIT_ERROR);
    }
    return -1;
}

int run_flags_resume(const struct command *self, const struct run_flags *f, int argc, const char *what,
                     const char *operand)
{
    static const char *const free_still[] = {"scratch", "resume", "json", "strict", "quiet", NULL};
    const char *planned = run_flags_beside(f, free_still);
    if (f->first == argc && !planned)
        return -1;
    return command_usage_error(self, "--resume goes on with the plan that is in the %s; it takes no %s%s", what,
                               planned ? "--" : "", planned ? planned : operand);
}

int run_options_read(const struct command *self, int argc, char **argv, struct run_options *o)
{
    struct run_flags f;
    int code = run_flags_read(self, argc, argv, &f, NULL, NULL);
    if (code < 0 && f.at[RESUME])
        code = run_flags_resume(self, &f, argc, "run", "suite");
    if (code < 0)
        code = run_options_apply(&f, argc, argv, f.first, o);
    if (code >= 0)
        return code;
    struct err e = {0};
    if (run_time_apply(&o->request, &f, &e) || run_visits_apply(&o->request, &f, &e)) {
        request_release(&o->request);
        return command_fail(&e, EXIT_USAGE);
    }
    return -1;
}
