/* SPDX-License-Identifier: MIT */
/* export: a run in the formats of other programs. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/base.h"
#include "harness/base/nearest.h"
#include "harness/command/command.h"
#include "harness/command/run_files.h"
#include "harness/command/stop.h"
#include "harness/record/file.h"
#include "harness/report/export.h"

enum { FORMAT, WHAT, OUTPUT };
static const struct command_option options[] = {
    [FORMAT] = {"format", "FORMAT", "csv (default), google-benchmark, hyperfine or openmetrics"},
    [WHAT] = {"what", "WHAT", "of csv, what a row is: trials (default), cells or comparisons"},
    [OUTPUT] = {"output", "FILE", "where to, whole or not at all (default: standard output)"},
    {0},
};

/* What is to be written, and where it comes from. */
struct job {
    const struct export_format *format;
    enum export_what what;
    const char *dir, *output; /* output NULL: standard output */
    const struct summary *summary;
    const volatile int *stop;
};

static const char *format_name(unsigned i)
{
    return export_formats[i].name;
}

/* 0, or EXIT_USAGE after a message. */
static int find_format(const struct command *self, const char *name, const struct export_format **out)
{
    char all[200] = "", hint[DID_YOU_MEAN_MAX];
    for (const struct export_format *f = export_formats; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            *out = f;
            return 0;
        }
        text_append(all, sizeof all, "%s%s", f == export_formats ? "" : f[1].name ? ", " : " or ", f->name);
    }
    return command_usage_error(self, "--format: expected %s, got '%s'%s", all, name,
                               did_you_mean(hint, sizeof hint, '\'', "", nearest_name(name, format_name)));
}

/* Without a name: the first that the format has. */
static int find_what(const struct command *self, const struct export_format *f, const char *name, enum export_what *out)
{
    unsigned i = 0;
    while (i < EXPORT_WHATS && (name ? strcmp(export_what_names[i], name) != 0 : !(f->tables >> i & 1)))
        i++;
    if (i == EXPORT_WHATS)
        return command_usage_error(self, "--what: expected trials, cells or comparisons, got '%s'", name);
    if (!(f->tables >> i & 1))
        return command_usage_error(self, "--what %s: %s has no such table; --format csv has", name, f->name);
    *out = (enum export_what)i;
    return 0;
}

/* A line on stderr, in which a name can't forge another one. */
static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
    char text[1024];
    struct err line = {0};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err_set(&line, 0, "%s", text);
    fprintf(stderr, "contend: %s\n", line.text);
}

/* What the output itself may not tell its reader. */
static void tell(const struct job *j)
{
    const struct summary *s = j->summary;
    const char *format = j->format->name;
    unsigned left_out = s->failed + s->voided, made = s->ok + left_out, closed = 0;
    if (!s->complete)
        say("%s is not complete: it has %u of %u trials", j->dir, made, s->planned);
    if (left_out && (j->format->traits & EXPORT_GOOD_ONLY))
        say("%u of %u trials failed or are void: %s counts them, and leaves them out; csv has each", left_out, made,
            format);
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        closed += s->plan->cells[i].mode == MODE_CLOSED && s->cells[i].status == TRIAL_OK;
    if (closed && (j->format->traits & EXPORT_TIMES_ONLY))
        say("%u cell%s ran in closed mode, where a trial takes as long as it was told to: %s has no place for rates, "
            "so compare such cells by another format",
            closed, closed == 1 ? "" : "s", format);
}

static int put(FILE *out, void *arg, struct err *e)
{
    const struct job *j = arg;
    return export_write(out, j->format, j->what, j->dir, j->summary, j->stop, e);
}

/* Pipes and devices are written to as they are: there is nothing to be replaced. */
static int put_into(const char *path, struct job *j, struct err *e)
{
    FILE *f = fopen(path, "we");
    if (!f)
        return err_call(e, errno, "open", "%s can't be written", path);
    int rc = put(f, j, e);
    int code = fflush(f) || ferror(f) ? errno : 0;
    if (fclose(f) && !code)
        code = errno;
    return rc ? rc : code ? err_call(e, code, "write", "%s can't be written", path) : 0;
}

/* Through symbolic links, so that these stay what they are. */
static int put_file(struct job *j, struct err *e)
{
    struct stat st, own;
    char journal[PATH_MAX];
    snprintf(journal, sizeof journal, "%.4000s/trials.jsonl", j->dir);
    bool there = stat(j->output, &st) == 0;
    if (there && stat(journal, &own) == 0 && st.st_dev == own.st_dev && st.st_ino == own.st_ino)
        return err_set(e, EINVAL, "%s is the run's own journal; name another file", j->output);
    if (!there && lstat(j->output, &own) == 0)
        return err_set(e, ENOENT, "%s is a symbolic link to what is not there; name that file itself", j->output);
    CLEANUP_FREE char *whole = there ? realpath(j->output, NULL) : NULL;
    if (there && (!whole || !S_ISREG(st.st_mode))) /* without a path: /dev/stdout, where that is a pipe */
        return put_into(j->output, j, e);
    j->stop = stop_install();
    return file_replace_by(whole ? whole : j->output, put, j, e);
}

static int export_run(struct job *j)
{
    struct plan plan;
    struct summary s;
    struct err e = {0};
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error with its line, as a full disk is */
    if (run_load(j->dir, &plan, &s, &e))
        return command_fail(&e, EXIT_ERROR);
    j->summary = &s;
    int rc = j->output ? put_file(j, &e) : put(stdout, j, &e), code = s.work_differs ? EXIT_WORK_DIFFERS : EXIT_DONE;
    if (rc)
        code = command_fail(&e, rc == -EINTR ? EXIT_INTERRUPTED : EXIT_ERROR);
    else
        tell(j);
    summary_release(&s);
    plan_release(&plan);
    return code;
}

static int run(const struct command *self, int argc, char **argv)
{
    const char *value, *format = "csv", *what = NULL;
    struct job j = {0};
    int o, first;
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0) {
        if (o == FORMAT)
            format = value;
        else if (o == WHAT)
            what = value;
        else
            j.output = value;
    }
    if (o == -3)
        return EXIT_DONE;
    if (o == -2)
        return EXIT_USAGE;
    if (argc - first != 1)
        return command_usage_error(self, "expected one run's directory");
    j.dir = argv[first];
    int code = find_format(self, format, &j.format);
    code = code ? code : find_what(self, j.format, what, &j.what);
    return code ? code : export_run(&j);
}

static const char *const details[] = {
    "csv is a table for pandas, R or a spreadsheet: a row a trial, also of those that failed or are void. The other",
    "formats are what programs of their own write: google-benchmark (for its compare.py), hyperfine --export-json (for",
    "its scripts) and OpenMetrics (for Prometheus). They have the trials that are ok, and count the others.", NULL};

const struct command command_export = {
    .name = "export",
    .usage = "export RUN [--format FORMAT] [--what WHAT] [--output FILE]",
    .summary = "a run as a table (csv), or in the format of another program",
    .details = details,
    .options = options,
    .operands = (const char *const[]){"RUN", NULL},
    .run = run,
};
