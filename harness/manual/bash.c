/* SPDX-License-Identifier: MIT */
/* The parts of bash's completion: entries of associative arrays, all words that need no quoting (tables_are_sound). */
#include "harness/manual/manual.h"

static void options(FILE *out)
{
    const struct command *c;
    struct option_row o;
    for (unsigned k = 0; (c = command_at(k)); k++) {
        fprintf(out, "    ['%s']='", c->name);
        for (unsigned i = 0; option_at(c, i, &o); i++)
            fprintf(out, "--%s ", o.name);
        fputs("--help'\n", out);
    }
}

static void takes(FILE *out)
{
    const struct command *c;
    struct option_row o;
    for (unsigned k = 0; (c = command_at(k)); k++)
        for (unsigned i = 0; option_at(c, i, &o); i++)
            if (o.kind && !o.optional) /* else the next word is another matter */
                fprintf(out, "    ['%s --%s']='%s%s'\n", c->name, o.name, o.kind, o.many ? "," : "");
}

static void operands(FILE *out)
{
    const struct command *c;
    const char *kind;
    for (unsigned k = 0; (c = command_at(k)); k++) {
        fprintf(out, "    ['%s']='", c->name);
        for (unsigned i = 0; (kind = operand_at(c, i)); i++)
            fprintf(out, "%s%s", i ? " " : "", kind);
        fputs("'\n", out);
    }
}

static void words(FILE *out)
{
    const char *kind;
    struct word w;
    for (unsigned k = 0; (kind = word_kind_at(k)); k++) {
        fprintf(out, "    ['%s']='", kind);
        for (unsigned i = 0; word_at(kind, i, &w); i++)
            fprintf(out, "%s%s", i ? " " : "", w.name);
        fputs("'\n", out);
    }
}

static void parameters(FILE *out)
{
    put_parameters(out, "['", "']='");
}

static void choices(FILE *out)
{
    put_choices(out, "['", "']='");
}

const struct part bash_parts[] = {{"bash-options", options},
                                  {"bash-takes", takes},
                                  {"bash-operands", operands},
                                  {"bash-words", words},
                                  {"bash-parameters", parameters},
                                  {"bash-choices", choices},
                                  {0}};
