/* SPDX-License-Identifier: MIT */
/* Two runs read back and compared; see compare_runs.h. */
#include "harness/command/compare_runs.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/command/kept.h"
#include "harness/command/run_files.h"
#include "harness/figure/draw.h"
#include "harness/record/file.h"
#include "harness/report/compare.h"
#include "harness/report/wrap.h"

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

int compare_load(struct compared_runs *c, const char *const name[2], double equiv, const char *floor, struct err *e)
{
    int rc = 0;
    *c = (struct compared_runs){0};
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = run_load(name[i], &c->plan[i], &c->s[i], e);
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = runs_fit(&c->s[i], name[i], e);
    if (!rc && !runs_paired(&c->s[RUN_A], &c->s[RUN_B]))
        rc = kept_floor_for(&c->s[RUN_A], &c->s[RUN_B], floor, &c->memory, &c->floor, e);
    return rc ? rc
              : runs_compare(&c->s[RUN_A], &c->s[RUN_B], equiv < 0 ? c->plan[RUN_A].equiv : equiv, &c->floor, &c->runs,
                             e);
}

void compare_release(struct compared_runs *c)
{
    runs_release(&c->runs);
    kept_floor_release(&c->memory);
    for (unsigned i = 0; i < 2; i++) {
        if (c->s[i].plan)
            summary_release(&c->s[i]);
        plan_release(&c->plan[i]);
    }
}

/* Without gnuplot the comparison is whole all the same. */
static void draw_figures(const struct compared_runs *c, const char *const name[2], const char *dir,
                         const volatile int *stop)
{
    char path[PATH_MAX];
    struct err e = {0};
    unsigned made;
    snprintf(path, sizeof path, "%.4000s/figures", dir);
    const struct figure_source of = {.summary = &c->s[RUN_A], .runs = &c->runs, .name = {name[RUN_A], name[RUN_B]}};
    int rc = *stop ? 0 : figures_files(&of, path, "svg,png", NULL, stop, &made, &e);
    if (rc && rc != -EINTR)
        fprintf(stderr, "contend: %s; then: contend plot %s\n", e.text, command_operand(dir));
    rmdir(path); /* stays unless it is empty */
}

int compare_dirs(const char *const name[2], double equiv, const struct compare_options *o, const char *dir,
                 const volatile int *stop)
{
    struct compared_runs c;
    struct err e = {0};
    int rc = compare_load(&c, name, equiv, o->floor, &e);
    if (!rc)
        rc = give_out(&c.runs, name, o, dir, &e);
    int code = !rc ? code_for(&c.runs, o) : command_fail(&e, rc == -EBADMSG ? EXIT_WORK_DIFFERS : EXIT_ERROR);
    if (!rc && dir)
        draw_figures(&c, name, dir, stop);
    compare_release(&c);
    return code;
}
