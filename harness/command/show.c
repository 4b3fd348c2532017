/* SPDX-License-Identifier: MIT */
/* show: the tables of a run again, from its journal, or the trials of one of its cells. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/command/run_files.h"
#include "harness/record/cell_find.h"
#include "harness/report/report.h"
#include "harness/report/trials.h"
#include "harness/report/wrap.h"

enum { CELL, PLAIN, JSON };
static const struct command_option options[] = {
    [CELL] = {"cell", "ID", "the trials of one cell: its number in the column #, its name, or words of its name"},
    [PLAIN] = {"plain", NULL, "for logs and grep: one record a line, ASCII, no colour"},
    [JSON] = {"json", NULL, "the summary as JSON; with --cell the cell and its trials"},
    {0},
};

/* How it is to be shown. */
struct view {
    const char *dir, *cell; /* cell NULL: the whole run */
    bool json, plain;
};

static bool colours(void)
{
    return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static unsigned width(void)
{
    unsigned columns = report_page_width(STDOUT_FILENO, STDERR_FILENO);
    return columns ? columns : WIDTH_PAGE;
}

/* Commands are not broken, so that they can be copied. */
static void tell_what_next(const char *dir, bool complete)
{
    static const struct {
        const char *what, *command, *behind;
        bool cut_short; /* only of a run that was */
    } next[] = {{"what is missing of this run", "run --resume", "", true},
                {"the trials of one cell, by its number (#)", "show", " --cell N", false},
                {"figures", "plot", "", false},
                {"a table for pandas, R or a spreadsheet", "export", " >trials.csv", false}};
    wrap_print(stdout, width(), 2, "\nnext:");
    for (size_t i = 0; i < ARRAY_LEN(next); i++) {
        if (next[i].cut_short && complete)
            continue;
        wrap_print(stdout, width(), 4, "  %s:", next[i].what);
        wrap_print_marked(stdout, 0, 0, "", "", "    contend %s %s%s", next[i].command, command_operand(dir),
                          next[i].behind);
    }
}

static void show_run(const struct view *v, const struct summary *s)
{
    if (v->json) {
        summary_to_json(stdout, s);
    } else if (v->plain) {
        report_plain(stdout, s);
    } else {
        report_tables(stdout, s, width(), colours());
        tell_what_next(v->dir, s->complete);
    }
}

/* A cell's name for a message that has three: of a long one the workload, which stands first, and what stands last. */
static void short_name(char *buf, size_t n, const struct plan *p, unsigned cell)
{
    enum { WHOLE = 100, FIRST = 36, LAST = 60 };
    char id[CELL_ID_MAX];
    plan_cell_id(p, cell, id, sizeof id);
    size_t length = strlen(id);
    const char *tail = length > WHOLE ? strchr(id + length - LAST, ' ') : NULL;
    if (tail)
        snprintf(buf, n, "%.*s …%s", (int)strcspn(id, " ") < FIRST ? (int)strcspn(id, " ") : FIRST, id, tail);
    else
        snprintf(buf, n, "%.*s", WHOLE, id);
}

/* One line that says which cells may have been meant. EXIT_USAGE. */
static int no_cell(const struct command *self, const struct view *v, const struct plan *p,
                   const struct cells_near *near)
{
    char what[100] = "is no cell of this run", like[400] = "";
    struct err line = {0};
    if (near->matching)
        snprintf(what, sizeof what, "may be any of %u cells: give more words, or a number", near->matching);
    for (unsigned i = 0; i < near->n; i++) {
        char name[128];
        short_name(name, sizeof name, p, near->cells[i]);
        text_append(like, sizeof like, "%s%u (%s)",
                    i                ? ", "
                    : near->matching ? ", such as "
                                     : "; near it are ",
                    near->cells[i], name);
    }
    if (!p->n_cells)
        text_append(like, sizeof like, "; the run has none");
    else if (!near->n)
        text_append(like, sizeof like, "; they are numbered from 0 to %u in the column # of the tables",
                    p->n_cells - 1);
    err_set(&line, EINVAL, "--cell: '%.60s' %s%s", v->cell, what, like);
    return command_usage_error(self, "%s", line.text);
}

static int show_cell(const struct command *self, const struct view *v, const struct summary *s)
{
    struct cells_near near;
    struct err e = {0};
    int found = cell_find(s->plan, v->cell, &near);
    if (found == -ENOMEM) {
        err_set(&e, ENOMEM, "out of memory");
        return command_fail(&e, EXIT_ERROR);
    }
    if (found < 0)
        return no_cell(self, v, s->plan, &near);
    const struct trials_of of = {v->dir, s, (unsigned)found};
    int rc = v->json    ? trials_to_json(stdout, &of, &e)
             : v->plain ? report_trials_plain(stdout, &of, &e)
                        : report_trials(stdout, &of, width(), colours(), &e);
    return rc ? command_fail(&e, EXIT_ERROR) : EXIT_DONE;
}

static int show(const struct command *self, const struct view *v)
{
    struct plan plan;
    struct summary s;
    struct err e = {0};
    int code = EXIT_DONE;
    if (run_load(v->dir, &plan, &s, &e))
        return command_fail(&e, EXIT_ERROR);
    if (v->cell)
        code = show_cell(self, v, &s);
    else
        show_run(v, &s);
    if (code == EXIT_DONE && s.work_differs)
        code = EXIT_WORK_DIFFERS;
    summary_release(&s);
    plan_release(&plan);
    return code;
}

static int run(const struct command *self, int argc, char **argv)
{
    const char *value;
    struct view v = {0};
    int o, first;
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0) {
        v.cell = o == CELL ? value : v.cell;
        v.json |= o == JSON;
        v.plain |= o == PLAIN;
    }
    if (o == -3)
        return EXIT_DONE;
    if (o == -2)
        return EXIT_USAGE;
    if (argc - first != 1)
        return command_usage_error(self, "expected one run's directory");
    if (v.json && v.plain)
        return command_usage_error(self, "--json and --plain are two forms: give one of them");
    v.dir = argv[first];
    return show(self, &v);
}

static const char *const details[] = {
    "Tables are as wide as COLUMNS says, else as the terminal of standard output; in a pipe, as into a pager, as the",
    "terminal that standard error shows; where there is none, 80 columns.", NULL};

const struct command command_show = {
    .name = "show",
    .usage = "show RUN [--cell ID] [--plain | --json]",
    .summary = "the tables of a run again, or the trials of one of its cells",
    .details = details,
    .options = options,
    .operands = (const char *const[]){"RUN", NULL},
    .run = run,
};
