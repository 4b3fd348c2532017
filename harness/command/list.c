/* SPDX-License-Identifier: MIT */
/* list: what there is, with parameters and units. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/insight/expectations.h"
#include "harness/insight/findings.h"
#include "harness/machine/checks.h"
#include "harness/model/model.h"
#include "harness/record/fields.h"
#include "harness/record/param_value.h"
#include "harness/report/report.h"
#include "harness/report/wrap.h"
#include "harness/trial/plugin.h"

enum { JSON, NAMES, PLUGIN };
static const struct command_option options[] = {
    [JSON] = {"json", NULL, "as JSON: an array of objects"},
    [NAMES] = {"names", NULL, "names alone, one a line"},
    [PLUGIN] = {"plugin", "FILE.so", "with the workloads of this shared object; may be given again"},
    {0},
};
static const char *const type_names[] = {"count", "size", "time", "bool", "choice", "path"};
static const char *const type_units[] = {NULL, "bytes", "ns", NULL, NULL, NULL};

static void put_value(struct json_writer *w, const char *key, const struct param *p, int64_t v)
{
    json_key(w, key);
    if (p->type == PARAM_CHOICE || (p->type == PARAM_PATH && !strcmp(key, "default")))
        json_string(w, p->choices[v]);
    else if (p->type == PARAM_PATH)
        json_null(w);
    else if (p->type == PARAM_BOOL)
        json_bool(w, v != 0);
    else
        json_int(w, v);
}

/* All that it can be, in their order, where it is one of some. */
static void put_choices(struct json_writer *w, const struct param *p)
{
    json_key(w, "choices");
    if (p->type != PARAM_CHOICE) {
        json_null(w);
        return;
    }
    json_begin(w, '[');
    for (unsigned i = 0; p->choices[i]; i++)
        json_string(w, p->choices[i]);
    json_end(w, ']');
}

static void put_params_of(struct json_writer *w, const struct param *p)
{
    json_key(w, "params");
    json_begin(w, '[');
    for (; p && p->name; p++) {
        json_begin(w, '{');
        put_string(w, "name", p->name);
        put_string(w, "summary", p->summary);
        put_string(w, "type", type_names[p->type]);
        put_string(w, "unit", type_units[p->type]);
        put_value(w, "default", p, p->fallback);
        put_value(w, "min", p, p->least);
        put_value(w, "max", p, p->most);
        put_choices(w, p);
        json_end(w, '}');
    }
    json_end(w, ']');
}

/* What is asked for, and where it goes. */
struct listing {
    struct json_writer *json; /* NULL: text */
    const char *name;         /* the only one; NULL: all */
    const char *kind;         /* whose heading is still to be printed */
    bool names;               /* names alone */
    unsigned found, width;    /* columns of a line of text */
};

/* Is this one to be listed with all there is of it? Then the heading of its kind stands before it. */
static bool wanted(struct listing *l, const char *name)
{
    if (l->name && strcmp(l->name, name) != 0)
        return false;
    if (l->names)
        puts(name);
    else if (!l->json && l->kind)
        printf("%s%s:\n", l->found ? "\n" : "", l->kind);
    l->kind = NULL;
    l->found++;
    return !l->names;
}

enum { HANG = 23 };

static void print_param(const struct listing *l, const struct param *p)
{
    char text[3][32], range[400] = "";
    value_text(p, p->fallback, text[0], sizeof text[0]);
    value_text(p, p->least, text[1], sizeof text[1]);
    value_text(p, p->most, text[2], sizeof text[2]);
    if (p->type == PARAM_PATH)
        text_append(range, sizeof range, "or a path");
    for (unsigned i = 0; p->type == PARAM_CHOICE && p->choices[i]; i++)
        text_append(range, sizeof range, "%s%s", i ? ", " : "", p->choices[i]);
    if (p->type == PARAM_BOOL)
        text_append(range, sizeof range, "no, yes");
    if (!range[0])
        text_append(range, sizeof range, "%s … %s", text[1], text[2]);
    wrap_print(stdout, l->width, HANG + 4, "%*s%s=%s (%s): %s", HANG + 2, "", p->name, text[0], range, p->summary);
}

static void print_expectations(const struct listing *l, const struct workload *x)
{
    for (const struct expectation *e = x->expectations; e && e->id; e++)
        wrap_print(stdout, l->width, HANG + 2, "%22s expect: %s (%s)", "", e->text, e->id);
    if (x->lesson)
        wrap_print(stdout, l->width, HANG + 2, "%22s its author expects: %s", "", x->lesson);
}

static void put_expectation(struct json_writer *w, const struct workload *x, const struct expectation *e)
{
    char command[EXPECTATION_COMMAND_MAX], limits[64];
    json_begin(w, '{');
    put_string(w, "id", e->id);
    put_string(w, "text", e->text);
    put_string(w, "quantity", expectation_quantity_names[e->quantity]);
    expectation_limits(limits, sizeof limits, e);
    put_string(w, "ratio", limits);
    expectation_command(command, sizeof command, x, e);
    put_string(w, "command", command);
    json_key(w, "reasons");
    json_begin(w, '[');
    for (const struct expectation_reason *r = e->reasons; r && r->text; r++)
        json_string(w, r->text);
    json_end(w, ']');
    json_end(w, '}');
}

/* x: NULL, or a workload; nothing else has any. */
static void put_expectations(struct json_writer *w, const struct workload *x)
{
    json_key(w, "expectations");
    json_begin(w, '[');
    for (const struct expectation *e = x ? x->expectations : NULL; e && e->id; e++)
        put_expectation(w, x, e);
    json_end(w, ']');
}

/* With --json also how it is measured; in text that is for whoever asks for one. */
static void print_commands(const struct listing *l, const struct workload *x)
{
    for (const struct expectation *e = x->expectations; l->name && e && e->id; e++) {
        char command[EXPECTATION_COMMAND_MAX];
        expectation_command(command, sizeof command, x, e);
        wrap_print(stdout, l->width, HANG + 2, "%22s check %s: %s", "", e->id, command);
    }
}

/* Which cells a figure needs, and what measures them; NULL: it is no figure. */
static void put_needs(struct json_writer *w, const struct figure *f)
{
    put_string(w, "needs", f ? f->needs : NULL);
    put_string(w, "command", f ? f->command : NULL);
}

static void workload_row(struct listing *l, const struct workload *x)
{
    struct json_writer *w = l->json;
    if (!w) {
        wrap_print(stdout, l->width, HANG, "  %-12s %-7s stresses: %s", x->name, x->family, x->summary);
        print_expectations(l, x);
        wrap_print(stdout, l->width, HANG, "%22s unit: %s", "", x->unit);
        for (const struct param *p = x->params; p && p->name; p++)
            print_param(l, p);
        print_commands(l, x);
        return;
    }
    json_begin(w, '{');
    put_string(w, "name", x->name);
    put_string(w, "family", x->family);
    put_string(w, "summary", x->summary);
    put_string(w, "lesson", x->lesson);
    put_expectations(w, x);
    put_string(w, "unit", x->unit);
    put_string(w, "time", NULL); /* only suites have one */
    put_needs(w, NULL);
    put_params_of(w, x->params);
    json_end(w, '}');
}

/* `time`: how long it is to take; NULL: nothing of the kind has one. f: NULL, or a figure. */
static void row(struct listing *l, const char *name, const char *family, const char *summary, const char *time,
                const struct figure *f)
{
    struct json_writer *w = l->json;
    if (!wanted(l, name))
        return;
    if (!w) {
        wrap_print(stdout, l->width, HANG, "  %-16s %s%s%s", name, summary, time ? "; time: " : "", time ? time : "");
        if (f) {
            wrap_print(stdout, l->width, HANG, "%18s needs: %s", "", f->needs);
            wrap_print(stdout, l->width, HANG, "%18s as in: %s", "", f->command);
        }
        return;
    }
    json_begin(w, '{');
    put_string(w, "name", name);
    put_string(w, "family", family);
    put_string(w, "summary", summary);
    put_string(w, "lesson", NULL); /* only of workloads something is expected, and only they count */
    put_expectations(w, NULL);
    put_string(w, "unit", NULL);
    put_string(w, "time", time);
    put_needs(w, f);
    put_params_of(w, NULL);
    json_end(w, '}');
}

static void named_row(struct listing *l, const char *name, const char *family, const char *summary)
{
    row(l, name, family, summary, NULL, NULL);
}

static void list_workloads(struct listing *l)
{
    const struct workload *x;
    for (size_t i = 0; (x = workload_at(i)); i++)
        if (wanted(l, x->name))
            workload_row(l, x);
}

static void list_models(struct listing *l)
{
    for (size_t i = 0; models[i]; i++)
        named_row(l, models[i]->name, models[i]->family, models[i]->summary);
}

static void list_suites(struct listing *l)
{
    char pattern[4096];
    glob_t g;
    if (data_path("bench/suites", pattern, sizeof pattern - 8))
        return;
    text_append(pattern, sizeof pattern, "/*.json");
    if (glob(pattern, 0, NULL, &g))
        return;
    for (size_t i = 0; i < g.gl_pathc; i++) {
        struct json *j;
        struct err e;
        const char *name = "", *summary = "", *time = NULL;
        if (json_parse_file(&j, g.gl_pathv[i], 1 << 20, &e))
            continue;
        json_get_string(json_get(json_root(j), "name"), &name);
        json_get_string(json_get(json_root(j), "summary"), &summary);
        json_get_string(json_get(json_root(j), "time"), &time);
        row(l, name, NULL, summary, time, NULL);
        json_free(j);
    }
    globfree(&g);
}

static void list_figures(struct listing *l)
{
    for (size_t i = 0; figures[i]; i++)
        row(l, figures[i]->name, NULL, figures[i]->summary, NULL, figures[i]);
}

static void list_checks(struct listing *l)
{
    for (const struct check *c = checks; c->id; c++)
        named_row(l, c->id, NULL, c->summary);
}

static void list_findings(struct listing *l)
{
    for (const struct finding_rule *r = finding_rules; r->id; r++)
        named_row(l, r->id, NULL, r->summary);
}

static const struct {
    const char *name;
    void (*list)(struct listing *l);
} kinds[] = {{"workloads", list_workloads}, {"models", list_models}, {"suites", list_suites},
             {"figures", list_figures},     {"checks", list_checks}, {"findings", list_findings}};

static bool is_kind(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0)
            return true;
    return false;
}

static void list_all(struct listing *l, const char *kind)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (kind && strcmp(kind, kinds[i].name) != 0)
            continue;
        l->kind = kinds[i].name;
        kinds[i].list(l);
    }
}

static int run(const struct command *self, int argc, char **argv)
{
    const char *value, *kind = NULL;
    bool json = false, names = false;
    int o, first;
    struct err e = {0};
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0) {
        if (o == PLUGIN && plugin_add(value, &e))
            return command_fail(&e, EXIT_USAGE);
        json |= o == JSON;
        names |= o == NAMES;
    }
    if (o == -3)
        return EXIT_DONE;
    if (o == -2)
        return EXIT_USAGE;
    unsigned width = report_width(STDOUT_FILENO);
    struct listing l = {.width = width ? width : UINT_MAX, .names = names};
    if (first < argc && is_kind(argv[first]))
        kind = argv[first++];
    if (first < argc)
        l.name = argv[first++];
    if (first < argc)
        return command_usage_error(self, "'%s' is not expected here", argv[first]);
    if (json && names)
        return command_usage_error(self, "--names takes no --json: it is text");
    struct json_writer w;
    CLEANUP_FREE char *text = NULL;
    size_t n;
    FILE *out = json ? open_memstream(&text, &n) : NULL; /* nothing is printed when there is nothing of that name */
    if (json && !out)
        return command_fail((err_set(&e, ENOMEM, "out of memory"), &e), EXIT_ERROR);
    if (json) {
        json_init(&w, out, 2);
        json_begin(&w, '[');
        l.json = &w;
    }
    list_all(&l, kind);
    if (json) {
        json_end(&w, ']');
        fclose(out);
    }
    if (!l.found)
        return command_usage_error(
            self,
            "%s%s is called '%s'; expected workloads, models, suites, figures, checks, findings or "
            "the name of one",
            kind ? "none of the " : "nothing", kind ? kind : "", l.name);
    if (json)
        puts(text);
    return EXIT_DONE;
}

const struct command command_list = {
    .name = "list",
    .usage = "list [workloads|models|suites|figures|checks|findings] [NAME] [--json | --names] [--plugin FILE.so]",
    .summary = "what there is, or the one of that name, with parameters and units",
    .options = options,
    .operands = (const char *const[]){"KIND", "NAME", NULL},
    .run = run,
};
