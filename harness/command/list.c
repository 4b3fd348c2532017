/* SPDX-License-Identifier: MIT */
/* list: what there is, with parameters and units. */
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/insight/findings.h"
#include "harness/machine/checks.h"
#include "harness/model/model.h"
#include "harness/base/value.h"
#include "harness/record/fields.h"
#include "harness/report/report.h"
#include "harness/trial/plugin.h"

static const struct command_option options[] = {
    {"json", NULL, "as JSON: an array of objects"},
    {"plugin", "FILE.so", "with the workloads of this shared object; may be given again"},
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
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void workload_row(struct json_writer *w, const struct workload *x)
{
    if (!w) {
        printf("  %-12s %-7s stresses: %s\n  %20s teaches: %s\n", x->name, x->family, x->summary, "", x->lesson);
        for (const struct param *p = x->params; p && p->name; p++) {
            char text[3][32];
            value_text(p, p->fallback, text[0], sizeof text[0]);
            value_text(p, p->least, text[1], sizeof text[1]);
            value_text(p, p->most, text[2], sizeof text[2]);
            if (p->type == PARAM_PATH)
                printf("  %20s   %s=%s (or a path): %s\n", "", p->name, text[0], p->summary);
            else
                printf("  %20s   %s=%s (%s … %s): %s\n", "", p->name, text[0], text[1], text[2], p->summary);
        }
        return;
    }
    json_begin(w, '{');
    put_string(w, "name", x->name);
    put_string(w, "family", x->family);
    put_string(w, "summary", x->summary);
    put_string(w, "lesson", x->lesson);
    put_string(w, "unit", x->unit);
    put_params_of(w, x->params);
    json_end(w, '}');
}

static void named_row(struct json_writer *w, const char *name, const char *family, const char *summary)
{
    if (!w) {
        printf("  %-16s %s\n", name, summary);
        return;
    }
    json_begin(w, '{');
    put_string(w, "name", name);
    put_string(w, "family", family);
    put_string(w, "summary", summary);
    put_string(w, "lesson", NULL); /* only workloads teach, and count, something */
    put_string(w, "unit", NULL);
    put_params_of(w, NULL);
    json_end(w, '}');
}

static void list_workloads(struct json_writer *w)
{
    const struct workload *x;
    for (size_t i = 0; (x = workload_at(i)); i++)
        workload_row(w, x);
}

static void list_models(struct json_writer *w)
{
    for (size_t i = 0; models[i]; i++)
        named_row(w, models[i]->name, models[i]->family, models[i]->summary);
}

static void list_suites(struct json_writer *w)
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
        const char *name = "", *summary = "";
        if (json_parse_file(&j, g.gl_pathv[i], 1 << 20, &e))
            continue;
        json_get_string(json_get(json_root(j), "name"), &name);
        json_get_string(json_get(json_root(j), "summary"), &summary);
        named_row(w, name, NULL, summary);
        json_free(j);
    }
    globfree(&g);
}

static void list_figures(struct json_writer *w)
{
    for (size_t i = 0; figures[i]; i++)
        named_row(w, figures[i]->name, NULL, figures[i]->summary);
}

static void list_checks(struct json_writer *w)
{
    for (const struct check *c = checks; c->id; c++)
        named_row(w, c->id, NULL, c->summary);
}

static void list_findings(struct json_writer *w)
{
    for (const struct finding_rule *r = finding_rules; r->id; r++)
        named_row(w, r->id, NULL, r->summary);
}

static const struct {
    const char *name;
    void (*list)(struct json_writer *w);
} kinds[] = {{"workloads", list_workloads}, {"models", list_models}, {"suites", list_suites},
             {"figures", list_figures},     {"checks", list_checks}, {"findings", list_findings}};

static int run(const struct command *self, int argc, char **argv)
{
    const char *value;
    bool json = false, found = false;
    int o, first;
    struct err e = {0};
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0) {
        if (o == 1 && plugin_add(value, &e))
            return command_fail(&e, EXIT_USAGE);
        json |= o == 0;
    }
    if (o == -3)
        return EXIT_DONE;
    if (o == -2)
        return EXIT_USAGE;
    const char *only = first < argc ? argv[first] : NULL;
    if (first + 1 < argc)
        return command_usage_error(self, "'%s' is not expected here", argv[first + 1]);
    struct json_writer w;
    json_init(&w, stdout, 2);
    if (json)
        json_begin(&w, '[');
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (only && strcmp(only, kinds[i].name) != 0)
            continue;
        found = true;
        if (!json)
            printf("%s%s:\n", i && !only ? "\n" : "", kinds[i].name);
        kinds[i].list(json ? &w : NULL);
    }
    if (json && found) {
        json_end(&w, ']');
        putchar('\n');
    }
    return found ? EXIT_DONE
                 : command_usage_error(
                       self, "nothing is called '%s'; expected workloads, models, suites, figures, checks or findings",
                       only);
}

const struct command command_list = {
    .name = "list",
    .usage = "list [workloads|models|suites|figures|checks|findings] [--json] [--plugin FILE.so]",
    .summary = "what there is, with parameters and units",
    .options = options,
    .run = run,
};
