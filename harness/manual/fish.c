/* SPDX-License-Identifier: MIT */
/* The parts of fish's completion. Texts stand in single quotes. */
#include <string.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/manual/manual.h"

static void put_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++)
        fprintf(out, "%s%c", strchr("'\\", *text) ? "\\" : "", *text);
    fputc('\'', out);
}

static void words(FILE *out)
{
    const char *kind;
    struct word w;
    for (unsigned k = 0; (kind = word_kind_at(k)); k++) {
        fprintf(out, "        case %s\n", kind);
        for (unsigned i = 0; word_at(kind, i, &w); i++) {
            fprintf(out, w.summary ? "            printf '%%s\\t%%s\\n' %s " : "            echo %s", w.name);
            if (w.summary)
                put_quoted(out, w.summary);
            fputc('\n', out);
        }
    }
}

static void parameters(FILE *out)
{
    const struct workload *x;
    for (size_t i = 0; (x = workload_at(i)); i++) {
        if (!x->params || !x->params->name)
            continue;
        fprintf(out, "        case %s\n            printf '%%s\\n'", x->name);
        for (const struct param *p = x->params; p->name; p++)
            fprintf(out, " %s", p->name);
        fputc('\n', out);
    }
}

static void choices(FILE *out)
{
    const struct workload *x;
    const char *choice;
    for (size_t i = 0; (x = workload_at(i)); i++)
        for (const struct param *p = x->params; p && p->name; p++) {
            if (p->type != PARAM_PATH && !choice_at(p, 0))
                continue;
            fprintf(out, "        case '%s %s'\n            printf '%%s\\n'%s", x->name, p->name,
                    p->type == PARAM_PATH ? " @files" : "");
            for (unsigned k = 0; (choice = choice_at(p, k)); k++)
                fprintf(out, " %s", choice);
            fputc('\n', out);
        }
}

static void takes(FILE *out)
{
    const struct command *c;
    struct option_row o;
    fputs("        case", out);
    for (unsigned k = 0; (c = command_at(k)); k++)
        for (unsigned i = 0; option_at(c, i, &o); i++)
            if (o.kind && !o.optional) /* else the next word is another matter */
                fprintf(out, " \\\n            '%s --%s'", c->name, o.name);
    fputc('\n', out);
}

/* How `complete` is told what a value of that kind may be. */
static void put_kind(FILE *out, const char *kind, bool many)
{
    static const struct {
        const char *kind, *how;
    } own[] = {
        {"none", "-x"},
        {"files", "-r -F"},
        {"objects", "-x -a '(__contend_objects)'"},
        {"directories", "-x -a '(__fish_complete_directories (__contend_value))'"},
        {"suites", "-r -k -F -a '(__contend_words suites)'"},
        {"parameters", "-x -a '(__contend_set)'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (strcmp(own[i].kind, kind) == 0) {
            fprintf(out, " %s", own[i].how);
            return;
        }
    fprintf(out, " -x -a '(%s %s)'", many ? "__contend_many" : "__contend_words", kind);
}

static void put_option(FILE *out, const char *command, const struct option_row *o)
{
    fprintf(out, "complete -c contend -n '__contend_in %s' -l %s", command, o->name);
    if (o->kind && !o->optional)
        put_kind(out, o->kind, o->many);
    fputs(" -d ", out);
    put_quoted(out, o->summary);
    fputc('\n', out);
}

static void completions(FILE *out)
{
    static const struct option_row help = {.name = "help", .summary = "this text"};
    const struct command *c;
    const char *kind;
    struct option_row o;
    for (unsigned k = 0; (c = command_at(k)); k++) {
        for (unsigned i = 0; option_at(c, i, &o); i++)
            put_option(out, c->name, &o);
        put_option(out, c->name, &help);
        for (unsigned i = 0; (kind = operand_at(c, i)); i++) {
            fprintf(out, "complete -c contend -n '__contend_at %s %u'", c->name, i + 1);
            put_kind(out, kind, false);
            fputc('\n', out);
        }
    }
}

const struct part fish_parts[] = {{"fish-words", words}, {"fish-parameters", parameters},   {"fish-choices", choices},
                                  {"fish-takes", takes}, {"fish-completions", completions}, {0}};
