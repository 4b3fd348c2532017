/* SPDX-License-Identifier: MIT */
/* verify: the program measured against known truths, on this machine. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/build.h"
#include "harness/base/nearest.h"
#include "harness/base/state.h"
#include "harness/base/value.h"
#include "harness/command/command.h"
#include "harness/command/doctor_costs.h"
#include "harness/command/kept.h"
#include "harness/command/stop.h"
#include "harness/measure/clock.h"
#include "harness/machine/facts.h"
#include "harness/model/model.h"
#include "harness/record/fields.h"
#include "harness/report/bars.h"
#include "harness/trial/spawn.h"
#include "harness/verify/floor_record.h"

enum { QUICK, LONG, BAR, MODELS, FLOOR, SEED, SCRATCH, LIST, JSON };
static const struct command_option options[] = {
    [QUICK] = {"quick", NULL,
               "a few minutes: too few values to meet most criteria, but enough to see one grossly missed"},
    [LONG] =
        {"long", "[TIME]",
         "record for so long (default 1h) how far identical runs lie apart here, keep it, and measure two-runs on it"},
    [BAR] = {"bar", "BAR,…", "only these criteria (default: all; see --list)"},
    [MODELS] = {"models", "MODEL,…", "the models whose noise is recorded (default serial,threads,async)"},
    [FLOOR] = {"floor", "FILE", "the recording that two-runs replays (default: the one kept of this machine)"},
    [SEED] = {"seed", "N", "of orders, simulations and replays (default 1)"},
    [SCRATCH] = {"scratch", "DIR", "directory for files (default: $TMPDIR or /tmp)"},
    [LIST] = {"list", NULL, "list the criteria"},
    [JSON] = {"json", NULL, "as JSON"},
    {0},
};
static const char *const details[] = {
    "Measures whether this program meets its criteria on this machine: a quarter to half an hour, best on a machine",
    "with nothing else to do. Exit: 0 all are met, 1 one is missed, 4 one is out of reach on this machine's noise, not",
    "ruled out by too few values, or undecided.", NULL};

struct session {
    struct verify v;
    const struct bar *chosen[32];
    unsigned n_chosen;
    bool json, list, colour, chosen_by_user;
    double long_s;          /* 0: no recording */
    const char *floor_file; /* NULL: the kept one */
    struct machine_id machine;
    struct kept_floor floor;
    struct runs_floor known;
    char kept[PATH_MAX]; /* where the recording is; "": nowhere yet */
    struct json_writer w;
    unsigned count[BAR_VERDICTS]; /* rows by verdict */
};

static void tell(void *arg, const struct bar_row *r)
{
    struct session *s = arg;
    s->count[r->verdict]++;
    if (s->json)
        bar_to_json(&s->w, r);
    else
        bar_print(stdout, r, s->colour);
    fflush(stdout);
}

static void say(void *arg, const char *line)
{
    (void)arg;
    fprintf(stderr, "%s\n", line);
}

static const char *bar_name(unsigned i)
{
    return bars[i] ? bars[i]->name : NULL;
}

static const char *model_name(unsigned i)
{
    return models[i] ? models[i]->name : NULL;
}

static int choose_bars(const struct command *self, struct session *s, const char *names)
{
    CLEANUP_FREE char *copy = strdup(names);
    char *rest = copy, *name;
    s->n_chosen = 0;
    while (copy && (name = strsep(&rest, ","))) {
        const struct bar *b = bar_find(name);
        char hint[DID_YOU_MEAN_MAX];
        if (!b)
            return command_usage_error(self, "unknown bar '%s'%s", name,
                                       did_you_mean(hint, sizeof hint, '\'', "", nearest_name(name, bar_name)));
        if (s->n_chosen < ARRAY_LEN(s->chosen))
            s->chosen[s->n_chosen++] = b;
    }
    return 0;
}

static int choose_models(const struct command *self, struct session *s, const char *names)
{
    CLEANUP_FREE char *copy = strdup(names);
    char *rest = copy, *name;
    s->v.n_models = 0;
    while (copy && (name = strsep(&rest, ","))) {
        const struct model *m = model_find(name);
        char hint[DID_YOU_MEAN_MAX];
        if (!m)
            return command_usage_error(self, "unknown model '%s'%s", name,
                                       did_you_mean(hint, sizeof hint, '\'', "", nearest_name(name, model_name)));
        if (s->v.n_models == VERIFY_MAX_MODELS)
            return command_usage_error(self, "--models takes at most %d", VERIFY_MAX_MODELS);
        s->v.models[s->v.n_models++] = m->name;
    }
    return 0;
}

static int take_long(const struct command *self, struct session *s, const char *value)
{
    struct err e = {0};
    uint64_t ns;
    if (value_duration(value, "--long", &ns, &e))
        return command_fail(&e, EXIT_USAGE);
    s->long_s = (double)ns / 1e9;
    if (s->long_s < FLOOR_LEAST_S || s->long_s > FLOOR_MOST_S)
        return command_usage_error(self, "--long is from 1min to 168h; an hour or more tells most");
    return 0;
}

static int take(const struct command *self, struct session *s, int option, const char *value)
{
    struct err e = {0};
    switch (option) {
    case QUICK:
        s->v.quick = true;
        return 0;
    case LONG:
        return take_long(self, s, value ? value : "1h");
    case FLOOR:
        s->floor_file = value;
        return 0;
    case BAR:
        s->chosen_by_user = true;
        return choose_bars(self, s, value);
    case MODELS:
        return choose_models(self, s, value);
    case SEED:
        return value_count(value, "--seed", 0, UINT64_MAX, &s->v.seed, &e) ? command_fail(&e, EXIT_USAGE) : 0;
    case SCRATCH:
        s->v.scratch = value;
        return 0;
    case LIST:
        s->list = true;
        return 0;
    default:
        s->json = true;
        return 0;
    }
}

static void print_list(const struct session *s)
{
    struct json_writer w;
    json_init(&w, stdout, 1);
    if (s->json)
        json_begin(&w, '[');
    for (unsigned i = 0; bars[i]; i++) {
        if (!s->json) {
            printf("%-14s %s\n", bars[i]->name, bars[i]->summary);
            continue;
        }
        json_begin(&w, '{');
        put_string(&w, "name", bars[i]->name);
        put_string(&w, "summary", bars[i]->summary);
        json_end(&w, '}');
    }
    if (s->json) {
        json_end(&w, ']');
        putchar('\n');
    }
}

static void begin_json(struct session *s)
{
    char started[40];
    wall_rfc3339(started);
    json_init(&s->w, stdout, 1);
    json_begin(&s->w, '{');
    put_string(&s->w, "schema", "contend/verify/1");
    put_bool(&s->w, "quick", s->v.quick);
    put_u64(&s->w, "seed", s->v.seed);
    put_string(&s->w, "started", started);
    json_key(&s->w, "bars");
    json_begin(&s->w, '[');
}

static int finish(struct session *s, int rc, const struct err *e)
{
    if (s->json) {
        json_end(&s->w, ']');
        put_bool(&s->w, "complete", rc == 0);
        json_end(&s->w, '}');
        putchar('\n');
    } else {
        printf("%u met, %u missed, %u neither met nor ruled out, %u out of reach on this machine, %u undecided\n",
               s->count[BAR_PASS], s->count[BAR_FAIL], s->count[BAR_NOT_RULED_OUT], s->count[BAR_UNREACHABLE],
               s->count[BAR_UNDECIDED]);
    }
    if (rc == -EINTR && *s->v.stop)
        return EXIT_INTERRUPTED;
    if (rc)
        return command_fail(e, EXIT_ERROR);
    if (s->count[BAR_FAIL]) {
        static struct costs costs; /* large */
        doctor_costs_measure(&costs, false, NULL);
        doctor_costs_note(stderr, &costs, "a missed bar may be for what basic operations cost here");
        return EXIT_ERROR;
    }
    return s->count[BAR_UNDECIDED] + s->count[BAR_UNREACHABLE] + s->count[BAR_NOT_RULED_OUT] ? EXIT_INCONCLUSIVE
                                                                                             : EXIT_DONE;
}

static int keep(void *arg, const struct kept_floor *f, struct err *e)
{
    struct session *s = arg;
    return kept_floor_keep(f, s->kept, e);
}

static bool chosen(const struct session *s, const char *bar)
{
    for (unsigned i = 0; i < s->n_chosen; i++)
        if (strcmp(s->chosen[i]->name, bar) == 0)
            return true;
    return false;
}

/* The floor that two-runs replays: a new one, that of --floor, or the one that is kept of this machine. */
static int prepare_floor(struct session *s, struct err *e)
{
    if (!(s->long_s > 0) && !chosen(s, "two-runs"))
        return 0;
    struct facts *f = malloc(sizeof *f); /* large */
    if (!f)
        return err_set(e, ENOMEM, "out of memory");
    facts_read(f, &(struct facts_request){.scratch = s->v.scratch});
    s->machine = facts_machine(f);
    free(f);
    int rc = 0;
    if (s->long_s > 0) {
        s->floor.machine = s->machine;
        snprintf(s->floor.commit, sizeof s->floor.commit, "%s", build_commit);
        rc = state_path_make("floors/", s->kept, sizeof s->kept, e); /* now, rather than after an hour */
        if (!rc)
            rc = floor_record(&s->v, s->long_s, keep, s, &s->floor, e);
        if (!rc)
            fprintf(stderr, "the floor is kept in %s\n", s->kept);
        stop_forget(); /* what was recorded is replayed; a second signal ends that */
        s->known.kept = &s->floor;
    } else {
        rc = kept_floor_of(&s->machine, s->floor_file, &s->floor, &s->known, e);
    }
    s->v.floor = s->known.kept;
    s->v.floor_why = s->known.why;
    return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
    static struct session s;
    static const char *const three[] = {"serial", "threads", "async"};
    const char *value;
    struct err e = {0};
    int o, first, code;
    s.v = (struct verify){.seed = 1, .tell = tell, .say = say, .arg = &s};
    s.v.scratch = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    s.v.n_models = ARRAY_LEN(three);
    memcpy(s.v.models, three, sizeof three);
    for (; bars[s.n_chosen]; s.n_chosen++)
        s.chosen[s.n_chosen] = bars[s.n_chosen];
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0)
        if ((code = take(self, &s, o, value)))
            return code;
    if (o < -1)
        return o == -3 ? EXIT_DONE : EXIT_USAGE;
    if (first < argc)
        return command_usage_error(self, "'%s' is not expected here", argv[first]);
    if (s.long_s > 0 && s.floor_file)
        return command_usage_error(self, "--long records a floor, and --floor names one: give one of them");
    if (s.long_s > 0 && !s.chosen_by_user && choose_bars(self, &s, "two-runs"))
        return EXIT_USAGE;
    s.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    if (s.list) {
        print_list(&s);
        return EXIT_DONE;
    }
    s.v.stop = stop_install();
    if (build_sanitize[0] || strcmp(build_type, "Debug") == 0)
        fprintf(stderr, "this is a %s build%s%s: its bars of cost say nothing\n", build_type,
                build_sanitize[0] ? " with sanitizers " : "", build_sanitize);
    verify_plant();
    if (trial_supervise(&e))
        return command_fail(&e, EXIT_ERROR);
    code = prepare_floor(&s, &e);
    if (code) {
        kept_floor_release(&s.floor);
        return code == -EINTR && *s.v.stop ? EXIT_INTERRUPTED : command_fail(&e, EXIT_ERROR);
    }
    if (s.json)
        begin_json(&s);
    code = finish(&s, verify_run(&s.v, s.chosen, s.n_chosen, &e), &e);
    verify_release(&s.v);
    kept_floor_release(&s.floor);
    return code;
}

const struct command command_verify = {
    .name = "verify",
    .usage = "verify [options]",
    .summary = "the program measured against known truths, on this machine",
    .details = details,
    .options = options,
    .run = run,
};
