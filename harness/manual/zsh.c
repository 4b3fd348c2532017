/* SPDX-License-Identifier: MIT */
/* The parts of zsh's completion: words with what they are, and the specifications of _arguments. Texts stand in single
 * quotes, and what _arguments and _describe would read in them is escaped. */
#include <string.h>

#include "harness/manual/manual.h"

/* The characters of `special` behind a backslash. */
static void put_escaped(FILE *out, const char *text, const char *special)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fprintf(out, "%s%c", strchr(special, *text) ? "\\" : "", *text);
}

static void words(FILE *out)
{
    const char *kind;
    struct word w;
    for (unsigned k = 0; (kind = word_kind_at(k)); k++) {
        fprintf(out, "    %s '", kind);
        for (unsigned i = 0; word_at(kind, i, &w); i++) {
            fprintf(out, "%s%s%s", i ? "\n" : "", w.name, w.summary ? ":" : "");
            put_escaped(out, w.summary ? w.summary : "", "");
        }
        fputs("'\n", out);
    }
}

static void parameters(FILE *out)
{
    put_parameters(out, "'", "' '");
}

static void choices(FILE *out)
{
    put_choices(out, "'", "' '");
}

/* What adds up when it is given again is offered again. */
static void put_option(FILE *out, const struct option_row *o)
{
    bool again = o->many || (o->kind && strcmp(o->kind, "objects") == 0);
    fprintf(out, " \\\n            '%s--%s%s[", again ? "*" : "", o->name, !o->kind ? "" : o->optional ? "=-" : "=");
    put_escaped(out, o->summary, "\\[]:");
    fputc(']', out);
    if (o->kind) {
        fputs(o->optional ? "::" : ":", out);
        put_escaped(out, o->value, "\\[]:");
        fprintf(out, ": _contend_offer %s%s", o->kind, o->many ? "," : "");
    }
    fputc('\'', out);
}

static void commands_part(FILE *out)
{
    const struct command *c;
    const char *kind;
    struct option_row o;
    for (unsigned k = 0; (c = command_at(k)); k++) {
        fprintf(out, "    %s)\n        _arguments -S", c->name);
        for (unsigned i = 0; option_at(c, i, &o); i++)
            put_option(out, &o);
        fputs(" \\\n            '(- *)--help[this text]'", out);
        for (unsigned i = 0; (kind = operand_at(c, i)); i++)
            fprintf(out, " \\\n            '%u:%s: _contend_offer %s'", i + 1, kind, kind);
        fputs("\n        ;;\n", out);
    }
}

const struct part zsh_parts[] = {{"zsh-words", words},
                                 {"zsh-parameters", parameters},
                                 {"zsh-choices", choices},
                                 {"zsh-commands", commands_part},
                                 {0}};
