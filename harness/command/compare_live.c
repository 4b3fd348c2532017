/* SPDX-License-Identifier: MIT */
/* compare --live: two programs measured side by side into two runs, which are then compared as any two are. */
#include "harness/command/compare_live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/words.h"
#include "harness/command/run_files.h"
#include "harness/command/session.h"
#include "harness/measure/clock.h"
#include "harness/trial/plugin.h"
#include "harness/trial/program.h"

/* PROGRAM [--plugin FILE.so]…, and after its own those that --plugin outside of the programs gives to both. */
static int read_program(struct session_run *run, const char *text, const struct run_flags *f, struct err *e)
{
    char *words[2 * PLUGIN_SET_MOST + 1];
    CLEANUP_FREE char *copy = strdup(text);
    int n = copy ? words_split(copy, words, ARRAY_LEN(words)) : -ENOMEM, rc = 0;
    if (n == -ENOMEM)
        return err_set(e, ENOMEM, "out of memory");
    if (n < 1)
        return err_set(e, EINVAL, "--live: expected PROGRAM [--plugin FILE.so]…, got '%s'%s", text,
                       n == -EINVAL ? ", of which a quote is not closed" : "");
    run->program = intern(words[0]);
    for (int i = 1; !rc && i < n; i += 2)
        rc = i + 1 < n && strcmp(words[i], "--plugin") == 0
                 ? plugin_add_to(&run->plugins, words[i + 1], e)
                 : err_set(e, EINVAL, "--live: expected PROGRAM [--plugin FILE.so]…, got '%s' in '%s'", words[i], text);
    for (unsigned i = 0; !rc && i < f->n_plugins; i++)
        rc = plugin_add_to(&run->plugins, f->plugins[i], e);
    return rc ? -EINVAL : 0; /* whatever is wrong with it, the request can't be met */
}

/* They must be contends of builds that may be compared and that run trials as this one asks for them. */
static int meet(struct session *s, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = program_identify(s->run[i].program, &s->run[i].own, e);
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = program_probe(s->run[i].program, s->o.scratch, s->stop, e);
    return rc;
}

/* What is whole may not have been summed up, when it was killed meanwhile. */
static bool is_summed_up(const struct session *s)
{
    char path[4200];
    struct environment *v = malloc(sizeof *v); /* large */
    struct err ignored = {0};
    bool all = v != NULL;
    for (unsigned i = 0; all && i < 2; i++) {
        const char *last = environment_last(session_path(s, i));
        snprintf(path, sizeof path, "%.4080s/summary.json", session_path(s, i));
        all =
            last && environment_read(session_path(s, i), last, v, &ignored) == 0 && v->ended && access(path, F_OK) == 0;
    }
    free(v);
    return all;
}

/* Is there anything left to measure? */
static int check_unfinished(struct session *s, struct err *e)
{
    const unsigned n = blocks_whole(&s->blocks);
    struct look look = {0};
    int rc = n ? s->blocks.look(s->blocks.look_arg, n, &look, e) : 0;
    if (rc || (n < s->plan.blocks && !look.stop) || !is_summed_up(s))
        return rc;
    return err_set(e, EALREADY, "%s is finished: compare its two runs again with: contend compare %s %s", s->dir.path,
                   command_operand(session_path(s, 0)), command_operand(session_path(s, 1)));
}

/* By the programs that are named in it. */
static int resume(struct session *s, struct err *e)
{
    if (access(s->o.resume, F_OK) == 0 && !run_is_pair(s->o.resume))
        return err_set(e, EINVAL,
                       "%s is no live comparison: it has no a/trials.jsonl and b/trials.jsonl; a run goes on with: "
                       "contend run --resume",
                       s->o.resume);
    int rc = session_replay(s, e);
    for (unsigned i = 0; i < 2 && !rc; i++)
        if (!s->run[i].program)
            rc = err_set(e, EINVAL, "%s does not name its program: it was begun by a version that can't be resumed",
                         session_path(s, i));
    if (!rc)
        rc = check_unfinished(s, e);
    if (!rc)
        rc = meet(s, e);
    return rc ? rc : session_go_on(s, e);
}

static int finish(struct session *s, int ended, const struct compare_options *o, const struct err *e)
{
    const char *const dir = s->dir.path, *const name[2] = {session_path(s, 0), session_path(s, 1)};
    struct err second = {0};
    int rc = 0;
    session_end(s, ended != 0);
    for (unsigned i = 0; i < 2 && !rc; i++) {
        struct summary sum;
        rc = session_sum_up(s, i, &sum, &second);
        if (!rc)
            summary_release(&sum);
    }
    if (isatty(STDERR_FILENO) && !s->o.quiet)
        fputc('\n', stderr);
    if (rc)
        return command_fail(&second, EXIT_ERROR);
    int code = compare_dirs(name, -1, o, dir, s->stop);
    if (o->format == COMPARE_TABLE)
        printf("\n%s: the runs a and b; again: contend compare %s %s\n", command_operand(dir), command_operand(name[0]),
               command_operand(name[1]));
    if (ended == -EINTR) {
        fprintf(stderr,
                "contend: interrupted; what was measured is in %s, go on with: contend compare --live --resume %s\n",
                command_operand(dir), command_operand(dir));
        return EXIT_INTERRUPTED;
    }
    return ended && ended != -EBADMSG ? command_fail(e, EXIT_ERROR) : code;
}

static int whole(struct session *s, const struct compare_options *o)
{
    struct err e = {0};
    int rc = session_start(s, &e);
    if (rc)
        return command_fail(&e, EXIT_ERROR);
    if (s->o.resume) {
        rc = resume(s, &e);
    } else {
        int code = session_plan(s);
        if (code >= 0)
            return code;
        s->plan.pair.id = mix64(now_ns() ^ ((uint64_t)getpid() << 40)) | 1;
        rc = meet(s, &e);
        if (!rc && s->o.dry_run)
            return session_dry_run(s);
        if (!rc)
            rc = session_begin(s, "compare", &e);
    }
    return rc ? session_fail(s, rc, &e) : finish(s, blocks_measure(&s->blocks, &e), o, &e);
}

/* Unless the user says how long: until every cell is clear, whatever a suite says of its own runs. */
static void until_clear(struct request *r, const struct run_flags *f)
{
    if (run_flags_given(f, "blocks") || run_flags_given(f, "precision"))
        return;
    r->stop.clear = true;
    r->blocks = 0;
}

/* -1 to go on, else the exit code. */
static int read_request(struct session *s, const struct command *self, const struct run_flags *f, int argc, char **argv)
{
    struct err e = {0};
    struct run_flags without = *f; /* --plugin is dealt with */
    const bool resumed = run_flags_given(f, "resume");
    if (resumed) {
        int code = run_flags_resume(self, f, argc, "comparison", "program or suite");
        if (code >= 0)
            return code;
    } else if (argc - f->first < 2) {
        return command_usage_error(self, "--live expects two programs, each one argument");
    }
    for (unsigned i = 0; i < 2 && !resumed; i++) {
        int rc = read_program(&s->run[i], argv[f->first + (int)i], f, &e);
        if (rc)
            return command_fail(&e, rc == -EINVAL ? EXIT_USAGE : EXIT_ERROR);
    }
    without.n_plugins = 0;
    int code = run_options_apply(&without, argc, argv, resumed ? argc : f->first + 2, &s->o);
    if (code >= 0)
        return code;
    s->o.request.visits = 0;  /* of a suite: they are for runs that stand apart in time */
    s->o.request.time_ns = 0; /* likewise: a rule or --budget ends a comparison */
    until_clear(&s->o.request, f);
    return -1;
}

int compare_live(const struct command *self, const struct run_flags *f, int argc, char **argv,
                 const struct compare_options *o)
{
    static struct session s = {.n = 2}; /* large: it holds facts and paths */
    struct compare_options options = *o;
    for (const char *const *b = self->but; *b; b++)
        if (run_flags_given(f, *b))
            return command_usage_error(self, "--live takes no --%s: its trials alternate, %s", *b,
                                       strcmp(*b, "time") == 0 ? "and a rule or --budget ends them" : "without pauses");
    int code = read_request(&s, self, f, argc, argv);
    if (code >= 0)
        return code;
    s.command = o->command;
    options.format = s.o.json ? COMPARE_JSON : o->format;
    code = whole(&s, &options);
    session_release(&s);
    return code;
}
