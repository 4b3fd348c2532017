/* SPDX-License-Identifier: MIT */
/* compare: two runs, cell by cell; or, with --live, two programs measured side by side (compare_live.c). */
#include "harness/command/compare.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/value.h"
#include "harness/command/kept.h"
#include "harness/command/run_files.h"
#include "harness/record/file.h"
#include "harness/report/compare.h"
#include "harness/report/wrap.h"

enum { LIVE, FAIL_ON, FLOOR, FORMAT };
static const struct command_option options[] = {
    [LIVE] = {"live", NULL, "measure two programs side by side, instead of reading two runs"},
    [FAIL_ON] =
        {"fail-on", "WHAT",
         "regression[:PERCENT][,inconclusive]: exit 3 when a cell is slower, 4 when that can't be excluded; see "
         "below"},
    [FLOOR] = {"floor", "FILE",
               "how far identical runs lie apart on this machine, by `verify --long` (default: the one "
               "kept here)"},
    [FORMAT] = {"format", "FORMAT", "table (default), markdown (for a pull request) or json"},
    {0},
};

static int read_fail_on(struct compare_options *o, const char *text, struct err *e)
{
    char copy[64], *rest = copy, *item;
    int rc = 0;
    snprintf(copy, sizeof copy, "%s", text);
    while (!rc && (item = strsep(&rest, ","))) {
        char *percent = strchr(item, ':');
        if (percent)
            *percent++ = 0;
        if (strcmp(item, "regression") == 0) {
            o->fail_on_regression = true;
            rc = percent ? value_percent(percent, "--fail-on regression", &o->least, e) : 0;
        } else if (strcmp(item, "inconclusive") == 0 && !percent) {
            o->fail_on_inconclusive = true;
        } else {
            rc = err_set(e, EINVAL, "--fail-on: expected regression, regression:PERCENT or inconclusive, got '%s'",
                         text);
        }
    }
    return rc;
}

static int own_option(void *arg, int option, const char *value)
{
    static const char *const formats[] = {"table", "markdown", "json"};
    struct compare_options *o = arg;
    struct err e = {0};
    int rc = 0;
    if (option == LIVE) {
        o->live = true;
    } else if (option == FAIL_ON) {
        rc = read_fail_on(o, value, &e);
    } else if (option == FLOOR) {
        o->floor = value;
    } else {
        unsigned i = 0;
        while (i < ARRAY_LEN(formats) && strcmp(formats[i], value) != 0)
            i++;
        o->format = (enum compare_format)i;
        if (i == ARRAY_LEN(formats))
            rc = err_set(&e, EINVAL, "--format: expected table, markdown or json, got '%s'", value);
    }
    return rc ? command_fail(&e, EXIT_USAGE) : -1;
}

struct both {
    const struct runs *runs;
    const char *const *name;
};

static void put_json(FILE *out, const void *arg)
{
    const struct both *b = arg;
    compare_to_json(out, b->runs, b->name);
}

static int give_out(const struct runs *r, const char *const name[2], const struct compare_options *o, const char *dir,
                    struct err *e)
{
    if (o->format == COMPARE_JSON)
        compare_to_json(stdout, r, name);
    else if (o->format == COMPARE_MARKDOWN)
        compare_markdown(stdout, r, name);
    else
        compare_table(stdout, r, name, report_width(STDOUT_FILENO), isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/compare.json", dir ? dir : "");
    return dir ? file_replace(path, put_json, &(struct both){r, name}, e) : 0;
}

/* How many cells do not exclude a slow-down of B by more than `least`; the largest not excluded, NaN: any. */
static unsigned not_excluded(const struct runs *r, double least, double *largest)
{
    unsigned n = 0;
    *largest = 0;
    for (unsigned i = 0; i < r->n_matched; i++) {
        double share = runs_not_excluded(&r->matched[i]);
        n += !(share <= least);
        *largest = isnan(share) || isnan(*largest) ? (double)NAN : fmax(*largest, share);
    }
    return n;
}

static int regression_code(const struct runs *r, const struct compare_options *o)
{
    /* Without a percentage what counts is a slow-down that is not equivalent. */
    double largest, least = o->least > 0 ? o->least : 1 - 1 / (1 + r->equiv);
    unsigned regressed = 0, n = not_excluded(r, least, &largest), lost = r->n_only[RUN_A];
    char asked[32], most[32];
    compare_share(asked, sizeof asked, least);
    compare_share(most, sizeof most, largest);
    for (unsigned i = 0; i < r->n_matched; i++)
        regressed += runs_regressed(r, &r->matched[i], o->least);
    if (regressed)
        fprintf(stderr, "contend: regression: %u of %u cells became slower, or failed in B alone\n", regressed,
                r->n_matched);
    else if (n && isnan(largest))
        fprintf(stderr, "contend: a slow-down of %s can't be excluded in %u of %u cells, and in some none can\n", asked,
                n, r->n_matched);
    else if (n)
        fprintf(stderr, "contend: a slow-down of %s can't be excluded in %u of %u cells: up to %s is possible\n", asked,
                n, r->n_matched, most);
    else if (lost)
        fprintf(stderr, "contend: %u cell%s of A %s not in B, so a slow-down can't be excluded there\n", lost,
                lost == 1 ? "" : "s", lost == 1 ? "is" : "are");
    return regressed ? EXIT_REGRESSION : n || lost ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

static int code_for(const struct runs *r, const struct compare_options *o)
{
    bool unclear = r->counts[VERDICT_INCONCLUSIVE] > 0;
    for (unsigned i = 0; i < r->n_matched; i++)
        unclear |= !r->matched[i].ratio.n;
    int code = o->fail_on_regression ? regression_code(r, o) : EXIT_DONE;
    return code ? code : o->fail_on_inconclusive && unclear ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

int compare_dirs(const char *const name[2], double equiv, const struct compare_options *o, const char *dir)
{
    struct plan plan[2] = {{0}};
    struct summary s[2] = {{0}};
    struct runs r = {0};
    struct kept_floor memory = {0};
    struct runs_floor floor = {0};
    struct err e = {0};
    int rc = 0;
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = run_load(name[i], &plan[i], &s[i], &e);
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = runs_fit(&s[i], name[i], &e);
    if (!rc && !runs_paired(&s[RUN_A], &s[RUN_B]))
        rc = kept_floor_for(&s[RUN_A], &s[RUN_B], o->floor, &memory, &floor, &e);
    if (!rc)
        rc = runs_compare(&s[RUN_A], &s[RUN_B], equiv < 0 ? plan[RUN_A].equiv : equiv, &floor, &r, &e);
    if (!rc)
        rc = give_out(&r, name, o, dir, &e);
    int code = !rc ? code_for(&r, o) : command_fail(&e, rc == -EBADMSG ? EXIT_WORK_DIFFERS : EXIT_ERROR);
    runs_release(&r);
    kept_floor_release(&memory);
    for (unsigned i = 0; i < 2; i++) {
        if (s[i].plan)
            summary_release(&s[i]);
        plan_release(&plan[i]);
    }
    return code;
}

static int run(const struct command *self, int argc, char **argv)
{
    static const char *const of_two_runs[] = {"equiv", "json", NULL};
    struct compare_options o = {0};
    struct run_flags f;
    struct run_options run_options;
    int code = run_flags_read(self, argc, argv, &f, own_option, &o);
    if (code >= 0)
        return code;
    if (o.live && o.floor)
        return command_usage_error(self, "--live takes no --floor: there is no time between the two");
    if (o.live)
        return compare_live(self, &f, argc, argv, &o);
    for (const char *const *b = self->but; *b; b++)
        if (run_flags_given(&f, *b))
            return command_usage_error(self, "--%s is for run: two runs are compared as they are", *b);
    const char *other = run_flags_beside(&f, of_two_runs);
    if (other)
        return command_usage_error(self, "--%s is for --live: two runs are compared as they are", other);
    if (argc - f.first != 2)
        return command_usage_error(self, "expected the directories of two runs");
    const char *const name[2] = {argv[f.first], argv[f.first + 1]};
    code = run_options_apply(&f, argc, argv, argc, &run_options);
    if (code >= 0)
        return code;
    if (run_options.json)
        o.format = COMPARE_JSON;
    double equiv = run_flags_given(&f, "equiv") ? run_options.request.equiv : -1;
    request_release(&run_options.request);
    return compare_dirs(name, equiv, &o, NULL);
}

static const char *const details[] = {
    "Best measure both programs at once: with --live trials of both alternate in one experiment, which ends when every",
    "cell is faster, slower or equivalent, unless --blocks or --precision say otherwise. PROGRAM is a contend, or",
    "'contend --plugin FILE.so …'. DIR/a and DIR/b are then runs, and `compare DIR/a DIR/b` gives the same answer "
    "again.",
    "Two runs A and B were made at two times, and the machine may have changed its speed between them. There is a "
    "verdict",
    "only where something tells how far identical runs lie apart: visits (`run --visits 5`), or a floor of this "
    "machine",
    "(`verify --long`). Cells are matched by workload, parameters, model, workers, concurrency, mode and placement.",
    "--fail-on regression:10% ends with 0 only if a slow-down of 10 % is excluded in every cell; with 3 if one is "
    "slower by",
    "that much, or fails in B alone; else with 4: it can't be told. Without a percentage it is that of --equiv.",
    NULL};

static const char *const but[] = {"resume", "visits", "pause", NULL};

const struct command command_compare = {
    .name = "compare",
    .usage = "compare A B [--floor FILE] [--fail-on WHAT] [--format FORMAT] [--equiv PERCENT] [--json]\n"
             "       contend compare --live 'PROGRAM_A' 'PROGRAM_B' [SUITE] [options]",
    .summary = "two runs, or two programs side by side: faster, slower, equivalent or inconclusive",
    .details = details,
    .options = options,
    .more = run_option_table,
    .but = but,
    .more_heading =
        "With --live, those of run but --resume, --visits and --pause (--equiv and --json go with two runs, too):",
    .run = run,
};
