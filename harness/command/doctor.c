/* SPDX-License-Identifier: MIT */
/* doctor: what on this machine would spoil the numbers, how bad, and how to fix it. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/command/doctor_costs.h"
#include "harness/command/doctor_history.h"
#include "harness/command/doctor_noise.h"
#include "harness/command/run_options.h"
#include "harness/machine/checks.h"
#include "harness/base/value.h"
#include "harness/record/fields.h"
#include "harness/report/wrap.h"

enum { STRICT, FACTS, SAMPLE, NOISE, COSTS_TABLE, LONG, HISTORY, SCRATCH, ROOT, JSON };
static const struct command_option options[] = {
    [STRICT] = {"strict", NULL, "exit with 5 when a check is a warning or an error"},
    [FACTS] = {"facts", NULL, "print every fact with its source, too"},
    [SAMPLE] = {"sample", "TIME", "how long load and steal are watched (default 500ms)"},
    [NOISE] = {"noise", "[TIME]", "spin on all allowed CPUs and tell each pause over 20 us and its cause (default 3s)"},
    [COSTS_TABLE] = {"costs", NULL,
                     "instead of the checks: the numbers of this machine, what basic operations cost on it, and what "
                     "unexpected ones bend"},
    [LONG] = {"long", NULL, "with --costs: all of them, in up to a minute"},
    [HISTORY] = {"history", "[N]",
                 "instead: the last N floors and runs kept here (default 40; --history=all), what fixed work cost in "
                 "each, and when the machine changed"},
    [SCRATCH] = {"scratch", "DIR", "where a run's workloads would make files (default: TMPDIR, else /tmp)"},
    [ROOT] = {"root", "DIR", "another machine, from a copy of its /proc and /sys below DIR"},
    [JSON] = {"json", NULL, "as JSON"},
    {0},
};

static void print_json(const struct facts *f, const struct check_result *r, unsigned n, const struct noise *noise,
                       const struct costs *costs)
{
    struct json_writer w;
    json_init(&w, stdout, 1);
    json_begin(&w, '{');
    put_string(&w, "schema", "contend/doctor/1");
    json_key(&w, "facts");
    facts_to_json(&w, f);
    json_key(&w, "checks");
    checks_to_json(&w, r, n);
    noise_to_json(&w, noise);
    put_costs(&w, costs);
    json_end(&w, '}');
    putchar('\n');
}

/* Columns of a line: without a terminal each is whole, as scripts want it. */
static unsigned width(void)
{
    unsigned columns = report_width(STDOUT_FILENO);
    return columns ? columns : UINT_MAX;
}

static void print_facts(const struct facts *f)
{
    for (unsigned i = 0; i < f->n; i++) {
        const struct fact *x = &f->all[i];
        if (x->status == FACT_OK)
            wrap_print(stdout, width(), 31, "%-30s %s", x->name, x->text[0] ? x->text : "(empty)");
        else
            wrap_print(stdout, width(), 31, "%-30s unavailable (%s: %s: %s)", x->name, fact_status_names[x->status],
                       x->source, x->text);
    }
    putchar('\n');
}

enum { HANG = 25 };

static const char *colour_of(enum severity s, bool colour)
{
    static const char *const codes[] = {"\033[32m", "\033[36m", "\033[35m", "\033[33m", "\033[31m"};
    return colour ? codes[s] : "";
}

/* The worst first; what is well, in one line at the end. */
static void print_checks(const struct check_result *r, unsigned n)
{
    bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    unsigned count[SEVERITY_ERROR + 1] = {0};
    for (int s = SEVERITY_ERROR; s > SEVERITY_OK; s--) {
        for (unsigned i = 0; i < n; i++) {
            if (r[i].severity != (enum severity)s)
                continue;
            wrap_print(stdout, width(), HANG, "%s%-8s%s %-15s %s", colour_of(r[i].severity, colour), severity_names[s],
                       colour ? "\033[0m" : "", r[i].id, r[i].evidence);
            if (s == SEVERITY_UNKNOWN)
                continue;
            wrap_print(stdout, width(), HANG + 8, "%*seffect: %s", HANG, "", r[i].effect);
            wrap_print(stdout, width(), HANG + 8, "%*smend:   %s", HANG, "", r[i].mend);
        }
    }
    char well[1024] = "";
    for (unsigned i = 0; i < n; i++) {
        count[r[i].severity]++;
        if (r[i].severity == SEVERITY_OK)
            text_append(well, sizeof well, " %s", r[i].id);
    }
    wrap_print(stdout, width(), 9, "%-8s%s", "ok", well);
    printf("\n%u error%s, %u warning%s, %u to know, %u unknown, %u ok\n", count[SEVERITY_ERROR],
           count[SEVERITY_ERROR] == 1 ? "" : "s", count[SEVERITY_WARNING], count[SEVERITY_WARNING] == 1 ? "" : "s",
           count[SEVERITY_INFO], count[SEVERITY_UNKNOWN], count[SEVERITY_OK]);
}

struct asked {
    struct facts_request q;
    uint64_t noise_ns;
    unsigned history;   /* entries; 0: not asked for */
    const char *beside; /* the last option that does not go with it; NULL: none */
    bool strict, json, all, costs, with_long;
};

/* -1: go on; else the exit code. */
static int read_options(const struct command *self, int argc, char **argv, struct asked *a)
{
    const char *value;
    struct err e = {0};
    struct stat st;
    uint64_t ns = 0;
    int o, first;
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0) {
        if (o == SAMPLE) {
            if (value_time(value, "--sample", &ns, &e))
                return command_fail(&e, EXIT_USAGE);
            if (ns > 60 * NS_PER_S)
                return command_usage_error(self, "--sample is at most 60s");
            a->q.sample_ms = (unsigned)(ns / NS_PER_MS);
        }
        if (o == NOISE && value_duration(value ? value : "3s", "--noise", &a->noise_ns, &e))
            return command_fail(&e, EXIT_USAGE);
        if (o == HISTORY && doctor_history_most(value, &a->history, &e))
            return command_fail(&e, EXIT_USAGE);
        if (o != HISTORY && o != JSON)
            a->beside = options[o].name;
        a->strict |= o == STRICT;
        a->all |= o == FACTS;
        a->json |= o == JSON;
        a->costs |= o == COSTS_TABLE;
        a->with_long |= o == LONG;
        if (o == SCRATCH)
            a->q.scratch = value;
        if (o == ROOT)
            a->q.root = value;
    }
    if (o < -1)
        return o == -3 ? EXIT_DONE : EXIT_USAGE;
    if (first < argc)
        return command_usage_error(self, "'%s' is not expected here", argv[first]);
    if (a->history && a->beside)
        return command_usage_error(self, "--history is of what is kept, and --%s of the machine now: give one of them",
                                   a->beside);
    if (a->with_long && !a->costs)
        return command_usage_error(self, "--long is of --costs: give both");
    if (a->costs && a->strict)
        return command_usage_error(self,
                                   "--costs prints costs in place of the checks, and --strict judges these: give one "
                                   "of them");
    if (a->costs && a->q.root)
        return command_usage_error(self, "--costs measures this machine, and --root names another");
    if (a->noise_ns > 3600 * NS_PER_S)
        return command_usage_error(self, "--noise is at most 60min");
    if (a->q.root && a->noise_ns)
        return command_usage_error(self, "--noise samples this machine, and --root names another");
    if (a->q.root && (stat(a->q.root, &st) || !S_ISDIR(st.st_mode)))
        return command_usage_error(self, "--root %s is not a directory", a->q.root);
    return -1;
}

static int run(const struct command *self, int argc, char **argv)
{
    static struct facts f;
    static struct costs costs;
    static struct check_result r[CHECKS_MAX]; /* with its texts too large for a small stack */
    struct asked a = {.q = {.sample_ms = 500, .scratch = run_scratch_default()}};
    struct noise noise = {0};
    struct err e = {0};
    int code = read_options(self, argc, argv, &a);
    if (code >= 0)
        return code;
    if (a.history)
        return doctor_history(a.history, a.json, &e) ? command_fail(&e, EXIT_ERROR) : EXIT_DONE;
    if (a.noise_ns && noise_sample(&noise, a.noise_ns, &e)) {
        noise_release(&noise);
        return command_fail(&e, EXIT_ERROR);
    }
    if (a.q.root)
        costs_none(&costs, "--root names another machine, of which there are files alone");
    else
        doctor_costs_measure(&costs, a.with_long, a.q.scratch);
    a.q.gaps = noise.units;
    a.q.n_gaps = noise.n;
    facts_read(&f, &a.q);
    unsigned n = checks_run(&f, r);
    if (a.json) {
        print_json(&f, r, n, &noise, &costs);
    } else {
        if (a.all)
            print_facts(&f);
        if (a.noise_ns)
            noise_print(&noise);
        if (a.costs)
            doctor_costs_print(&costs, &f, width());
        else
            print_checks(r, n);
        if (!a.costs)
            doctor_costs_judge(&costs, width());
    }
    noise_release(&noise);
    if (!a.strict || checks_worst(r, n) < SEVERITY_WARNING)
        return EXIT_DONE;
    fprintf(stderr, "contend: this machine is refused by --strict: mend the warnings and errors above\n");
    return EXIT_MACHINE_REFUSED;
}

const struct command command_doctor = {
    .name = "doctor",
    .usage = "doctor [options]",
    .summary = "what on this machine would spoil the numbers, how bad, and how to fix it",
    .options = options,
    .run = run,
};
