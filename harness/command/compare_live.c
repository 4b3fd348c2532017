/* SPDX-License-Identifier: MIT */
/* compare --live: two programs measured side by side into two runs, which are then compared as any two are. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/words.h"
#include "harness/command/compare.h"
#include "harness/command/dry_run.h"
#include "harness/command/run_dir.h"
#include "harness/command/run_files.h"
#include "harness/experiment/blocks.h"
#include "harness/experiment/live.h"
#include "harness/experiment/pilot.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"
#include "harness/report/report.h"
#include "harness/trial/plugin.h"
#include "harness/trial/program.h"
#include "harness/trial/scratch.h"
#include "harness/trial/spawn.h"

static volatile int stop_asked; /* set by SIGINT, SIGTERM and SIGHUP */

static void on_stop(int sig)
{
    (void)sig;
    stop_asked = 1;
}

struct side {
    char *words;      /* as the user wrote it, split; owned */
    const char *name; /* of the program, below words */
    struct plugin_set plugins;
    struct facts own;
    struct plan plan; /* borrows all but its pair from the session's */
    struct run_dir dir;
    struct environment environment;
};

struct session {
    struct run_options o;
    struct plan plan;
    double *expected_ns;
    struct run_dir dir;
    struct side side[2];
    struct live live;
    bool refused;
};

/* PROGRAM [--plugin FILE.so]…, and after its own those that --plugin outside of the programs gives to both. */
static int read_program(struct side *s, const char *text, const struct run_flags *f, struct err *e)
{
    char *words[2 * PLUGIN_SET_MOST + 1];
    s->words = strdup(text);
    int n = s->words ? words_split(s->words, words, ARRAY_LEN(words)) : -ENOMEM, rc = 0;
    if (n == -ENOMEM)
        return err_set(e, ENOMEM, "out of memory");
    if (n < 1)
        return err_set(e, EINVAL, "--live: expected PROGRAM [--plugin FILE.so]…, got '%s'%s", text,
                       n == -EINVAL ? ", of which a quote is not closed" : "");
    s->name = words[0];
    for (int i = 1; !rc && i < n; i += 2)
        rc = i + 1 < n && strcmp(words[i], "--plugin") == 0
                 ? plugin_add_to(&s->plugins, words[i + 1], e)
                 : err_set(e, EINVAL, "--live: expected PROGRAM [--plugin FILE.so]…, got '%s' in '%s'", words[i], text);
    for (unsigned i = 0; !rc && i < f->n_plugins; i++)
        rc = plugin_add_to(&s->plugins, f->plugins[i], e);
    return rc ? -EINVAL : 0; /* whatever is wrong with it, the request can't be met */
}

/* They must be contends of builds that may be compared and that run trials as this one asks for them. */
static int meet(struct session *s, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = program_identify(s->side[i].name, &s->side[i].own, e);
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = program_probe(s->side[i].name, s->o.scratch, &stop_asked, e);
    return rc;
}

/* One line, redrawn on a terminal between pairs only; elsewhere a line a block. */
static void progress(void *arg, unsigned block, unsigned position, const struct look *look)
{
    const struct session *s = arg;
    const struct plan *p = &s->plan;
    bool tty = isatty(STDERR_FILENO), last = position + 1 == p->n_runnable;
    double done = block + (position + 1.0) / p->n_runnable;
    if (s->o.quiet || (!tty && !last))
        return;
    fprintf(stderr, "%sblock %u of at most %u, pair %u of %u", tty ? "\r\033[K" : "", block + 1, p->blocks,
            position + 1, p->n_runnable);
    if (look->comparisons && look->widest >= 0)
        fprintf(stderr, ", ratios known to ±%.2g %%", 100 * look->widest);
    if (p->stop.precision > 0)
        fprintf(stderr, " (goal ±%.2g %%)", 100 * p->stop.precision);
    if (look->comparisons)
        fprintf(stderr, ", %u of %u cells unclear", look->unclear, look->comparisons);
    fprintf(stderr, ", at most %.0f s left%s",
            blocks_left_s(p, done, &(struct expected){.trial_ns = s->expected_ns}, look), tty ? "" : "\n");
}

static void say_calibrating(const char *line)
{
    fprintf(stderr, "%s\n", line);
}

/* By side A's program, so that the amount of work is one that it has; the same for both. */
static int calibrate(struct session *s, struct err *e)
{
    s->expected_ns = calloc(s->plan.n_cells + 1, sizeof *s->expected_ns);
    if (!s->expected_ns)
        return err_set(e, ENOMEM, "out of memory");
    struct pilot pilot = {.scratch = s->o.scratch,
                          .stop = &stop_asked,
                          .say = s->o.quiet ? NULL : say_calibrating,
                          .expected_ns = s->expected_ns,
                          .program = s->side[0].name,
                          .plugins = &s->side[0].plugins,
                          .try_models = true};
    int rc = plan_calibrate(&s->plan, &s->o.request, &pilot, e);
    for (unsigned i = 0; !rc && i < s->plan.n_cells; i++)
        s->expected_ns[i] *= 2; /* a block has two trials of each */
    return rc ? rc : plan_order(&s->plan, e);
}

static int begin_side(struct session *s, unsigned i, const struct topology *t, struct err *e)
{
    struct side *side = &s->side[i];
    struct live_side *live = &s->live.side[i];
    char path[4200];
    snprintf(path, sizeof path, "%.4080s/%c", s->dir.path, 'a' + (int)i);
    side->plan = s->plan;
    side->plan.pair.side = i;
    side->plan.plugins = &side->plugins;
    int rc = run_dir_make(&side->dir, path, NULL, e);
    snprintf(path, sizeof path, "%s/topology.xml", side->dir.path);
    if (!rc)
        rc = topology_export_xml(t, path, e);
    if (!rc && i)
        side->environment = s->side[0].environment;
    facts_take_build(&side->environment.start, &side->own);
    run_note_plugins(&side->environment.start, &side->plan);
    if (!rc)
        rc = environment_write(side->dir.path, "environment.json", &side->environment, e);
    *live = (struct live_side){.program = side->name, .plan = &side->plan, .summarizer = summarizer_new(&side->plan)};
    if (!rc && !live->summarizer)
        rc = err_set(e, ENOMEM, "out of memory");
    return rc ? rc : journal_create(&live->journal, side->dir.path, &side->plan, e);
}

static int begin(struct session *s, struct err *e)
{
    static const char *const of_side[] = {"topology.xml", "environment.json", "trials.jsonl", NULL}, *const none[] = {
                                                                                                         NULL};
    struct topology *t = NULL;
    scratch_sweep(s->o.scratch); /* what a killed run left there */
    int rc = run_look_around(&s->side[0].environment, &s->o, &s->refused, e);
    if (!rc)
        rc = run_dir_make(&s->dir, s->o.out, "compare", e);
    if (rc)
        return rc;
    rc = calibrate(s, e);
    s->plan.pair.id = mix64(now_ns() ^ ((uint64_t)getpid() << 40)) | 1;
    s->live = (struct live){.scratch = s->o.scratch, .stop = &stop_asked, .tell = progress, .arg = s};
    if (!rc)
        rc = topology_load(&t, NULL, e);
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = begin_side(s, i, t, e);
    topology_free(t);
    for (unsigned i = 0; i < 2 && rc; i++)
        if (s->side[i].dir.path[0])
            run_dir_abandon(&s->side[i].dir, of_side);
    if (rc)
        run_dir_abandon(&s->dir, none);
    return rc;
}

/* What each side has, as a run of its own. */
static int finish_side(struct session *s, unsigned i, struct err *e)
{
    struct side *side = &s->side[i];
    struct summary sum;
    int rc = summarizer_finish(s->live.side[i].summarizer, &sum, e);
    s->live.side[i].summarizer = NULL;
    if (rc)
        return rc;
    rc = environment_write(side->dir.path, "environment.json", &side->environment, e);
    if (!rc)
        rc = run_judge(side->dir.path, &sum, e);
    if (!rc)
        rc = summary_write(side->dir.path, &sum, e);
    summary_release(&sum);
    return rc;
}

static int finish(struct session *s, int ended, const struct compare_options *o, struct err *e)
{
    const char *const name[2] = {s->side[0].dir.path, s->side[1].dir.path};
    struct err second = {0};
    int rc = 0;
    environment_end(&s->side[0].environment, s->o.scratch, ended ? 0 : RUN_SAMPLE_MS);
    struct facts *end = &s->side[1].environment.end;
    *end = s->side[0].environment.end;
    for (unsigned i = 0; i < 2; i++) {
        struct environment *v = &s->side[i].environment;
        facts_take_build(&v->end, &s->side[i].own);
        environment_close(v, &v->end);
        rc = rc ? rc : finish_side(s, i, &second);
    }
    if (isatty(STDERR_FILENO) && !s->o.quiet)
        fputc('\n', stderr);
    if (rc)
        return command_fail(&second, EXIT_ERROR);
    int code = compare_dirs(name, -1, o, s->dir.path);
    if (o->format == COMPARE_TABLE)
        printf("\n%s: the runs a and b; again: contend compare %s/a %s/b\n", s->dir.path, s->dir.path, s->dir.path);
    if (ended == -EINTR) {
        fprintf(stderr, "contend: interrupted; what was measured is in %s\n", s->dir.path);
        return EXIT_INTERRUPTED;
    }
    return ended && ended != -EBADMSG ? command_fail(e, EXIT_ERROR) : code;
}

/* The pilots are measured with the first program; nothing is kept of them. */
static int dry_run(struct session *s)
{
    struct err e = {0};
    uint64_t begin = now_ns();
    if (calibrate(s, &e))
        return stop_asked ? EXIT_INTERRUPTED : command_fail(&e, EXIT_ERROR);
    dry_run_tell(&s->plan, s->expected_ns, (double)(now_ns() - begin), 2); /* the experiment calibrates anew */
    return EXIT_DONE;
}

static int whole(struct session *s, const struct compare_options *o)
{
    struct err e = {0};
    int rc = trial_supervise(&e);
    struct sigaction sa = {.sa_handler = on_stop};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    if (signal(SIGHUP, SIG_IGN) != SIG_IGN) /* nohup's wish is kept */
        sigaction(SIGHUP, &sa, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error with its line, as a full disk is */
    if (rc)
        return command_fail(&e, EXIT_ERROR);
    rc = plan_build(&s->plan, &s->o.request, &e);
    if (rc)
        return command_fail(&e, rc == -EINVAL || rc == -E2BIG ? EXIT_USAGE : EXIT_ERROR);
    rc = meet(s, &e);
    if (!rc && s->o.dry_run)
        return dry_run(s);
    if (!rc)
        rc = begin(s, &e);
    if (rc)
        return rc == -EINTR && stop_asked ? EXIT_INTERRUPTED
                                          : command_fail(&e, s->refused     ? EXIT_MACHINE_REFUSED
                                                             : rc == -EBADE ? EXIT_WORK_DIFFERS
                                                                            : EXIT_ERROR);
    return finish(s, live_measure(&s->live, &e), o, &e);
}

/* Unless the user says how long: until every cell is clear, whatever a suite says of its own runs. */
static void until_clear(struct request *r, const struct run_flags *f)
{
    if (run_flags_given(f, "blocks") || run_flags_given(f, "precision"))
        return;
    r->stop.clear = true;
    r->blocks = 0;
}

int compare_live(const struct command *self, const struct run_flags *f, int argc, char **argv,
                 const struct compare_options *o)
{
    static struct session s; /* large: it holds facts and paths */
    struct compare_options options = *o;
    struct err e = {0};
    for (const char *const *b = self->but; *b; b++)
        if (run_flags_given(f, *b))
            return command_usage_error(self, "--live takes no --%s%s", *b,
                                       strcmp(*b, "resume") == 0 ? "" : ": its trials alternate, without pauses");
    if (argc - f->first < 2)
        return command_usage_error(self, "--live expects two programs, each one argument");
    int rc = 0, code;
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = read_program(&s.side[i], argv[f->first + (int)i], f, &e);
    if (rc)
        return command_fail(&e, rc == -EINVAL ? EXIT_USAGE : EXIT_ERROR);
    struct run_flags without = *f; /* --plugin is dealt with */
    without.n_plugins = 0;
    code = run_options_apply(&without, argc, argv, f->first + 2, &s.o);
    if (code >= 0)
        return code;
    s.o.request.visits = 0; /* of a suite: they are for runs that stand apart in time */
    until_clear(&s.o.request, f);
    options.format = s.o.json ? COMPARE_JSON : o->format;
    code = whole(&s, &options);
    for (unsigned i = 0; i < 2; i++) {
        journal_close(s.live.side[i].journal);
        run_dir_release(&s.side[i].dir);
        free(s.side[i].words);
    }
    run_dir_release(&s.dir);
    free(s.expected_ns);
    plan_release(&s.plan);
    request_release(&s.o.request);
    return code;
}
