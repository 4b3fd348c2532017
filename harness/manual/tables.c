/* SPDX-License-Identifier: MIT */
/* The tables of the program as the man page and the completions need them; see manual.h. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/figure/figure.h"
#include "harness/insight/findings.h"
#include "harness/machine/checks.h"
#include "harness/manual/manual.h"
#include "harness/model/model.h"
#include "harness/record/record.h"
#include "harness/verify/verify.h"

static const struct value {
    const char *placeholder, *kind, *words;
} values[] = {
#define VALUE(placeholder, kind, words) {placeholder, #kind, words},
#include "harness/manual/values.def"
#undef VALUE
};
static const char *const of_templates[] = {"none",   "files",      "objects", "directories",
                                           "suites", "parameters", "names",   NULL};

static bool set_word(struct word *w, const char *name, const char *summary)
{
    snprintf(w->name, sizeof w->name, "%s", name);
    w->summary = summary;
    return true;
}

static bool workload_word(unsigned i, struct word *w)
{
    const struct workload *x = workload_at(i);
    return x && set_word(w, x->name, x->summary);
}

static bool model_word(unsigned i, struct word *w)
{
    return models[i] && set_word(w, models[i]->name, models[i]->summary);
}

static bool model_or_all(unsigned i, struct word *w)
{
    return i ? model_word(i - 1, w) : set_word(w, "all", "all models");
}

static bool figure_word(unsigned i, struct word *w)
{
    return figures[i] && set_word(w, figures[i]->name, figures[i]->summary);
}

static bool check_word(unsigned i, struct word *w)
{
    return checks[i].id && set_word(w, checks[i].id, checks[i].summary);
}

static bool finding_word(unsigned i, struct word *w)
{
    return finding_rules[i].id && set_word(w, finding_rules[i].id, finding_rules[i].summary);
}

static bool bar_word(unsigned i, struct word *w)
{
    return bars[i] && set_word(w, bars[i]->name, bars[i]->summary);
}

static bool command_word(unsigned i, struct word *w)
{
    const struct command *c = command_at(i);
    return c && set_word(w, c->name, c->summary);
}

static bool mode_word(unsigned i, struct word *w)
{
    return i < ARRAY_LEN(mode_names) && set_word(w, mode_names[i], NULL);
}

static bool libc_word(unsigned i, struct word *w)
{
    return i < ARRAY_LEN(libc_threads_names) && set_word(w, libc_threads_names[i], NULL);
}

/* Those that `list` has too, under the names that it has for them: so `list KIND` finds its names here. */
static const struct {
    const char *kind;
    bool (*at)(unsigned i, struct word *w);
} word_sets[] = {{"workloads", workload_word}, {"models", model_word},     {"figures", figure_word},
                 {"checks", check_word},       {"findings", finding_word}, {"models_or_all", model_or_all},
                 {"commands", command_word},   {"bars", bar_word},         {"modes", mode_word},
                 {"libc_threads", libc_word}};

const char *word_kind_at(unsigned i)
{
    if (i < ARRAY_LEN(word_sets))
        return word_sets[i].kind;
    i -= (unsigned)ARRAY_LEN(word_sets);
    for (size_t k = 0; k < ARRAY_LEN(values); k++)
        if (values[k].words && !i--)
            return values[k].kind;
    return NULL;
}

/* The i-th of words that blanks part. */
static bool part_of(const char *words, unsigned i, struct word *w)
{
    for (; i && *words; i--) {
        words += strcspn(words, " ");
        words += strspn(words, " ");
    }
    snprintf(w->name, sizeof w->name, "%.*s", (int)strcspn(words, " "), words);
    w->summary = NULL;
    return w->name[0];
}

bool word_at(const char *kind, unsigned i, struct word *word)
{
    for (size_t k = 0; k < ARRAY_LEN(word_sets); k++)
        if (strcmp(word_sets[k].kind, kind) == 0)
            return word_sets[k].at(i, word);
    for (size_t k = 0; k < ARRAY_LEN(values); k++)
        if (values[k].words && strcmp(values[k].kind, kind) == 0)
            return part_of(values[k].words, i, word);
    return false;
}

/* Does the row say what the n bytes at `placeholder` are in that command? */
static bool stands_for(const struct value *v, const char *command, const char *placeholder, size_t n)
{
    const char *blank = strchr(v->placeholder, ' '), *own = blank ? blank + 1 : v->placeholder;
    if (blank &&
        (strncmp(v->placeholder, command, (size_t)(blank - v->placeholder)) != 0 || command[blank - v->placeholder]))
        return false;
    return strlen(own) == n && strncmp(own, placeholder, n) == 0;
}

/* Its row in values.def: that of the command, else the common one; NULL: none. */
static const struct value *value_of(const char *command, const char *placeholder, bool *many)
{
    size_t n = strlen(placeholder), dots = strlen(",…");
    const struct value *found = NULL;
    *many = n > dots && strcmp(placeholder + n - dots, ",…") == 0;
    if (*many)
        n -= dots;
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        if (stands_for(&values[i], command, placeholder, n) && (!found || strchr(values[i].placeholder, ' ')))
            found = &values[i];
    return found;
}

static bool refused(const struct command *c, const char *option)
{
    for (const char *const *b = c->but; b && *b; b++)
        if (strcmp(*b, option) == 0)
            return true;
    return false;
}

static const struct command_option *raw_option(const struct command *c, unsigned i, bool *more)
{
    *more = false;
    for (const struct command_option *o = c->options; o && o->name; o++)
        if (!i--)
            return o;
    *more = true;
    for (const struct command_option *o = c->more; o && o->name; o++)
        if (!refused(c, o->name) && !i--)
            return o;
    return NULL;
}

bool option_at(const struct command *c, unsigned i, struct option_row *row)
{
    bool more;
    const struct command_option *o = raw_option(c, i, &more);
    if (!o)
        return false;
    *row = (struct option_row){.name = o->name, .summary = o->summary, .more = more};
    if (!o->value)
        return true;
    row->optional = o->value[0] == '[';
    snprintf(row->value, sizeof row->value, "%.*s", (int)strcspn(o->value + row->optional, "]"),
             o->value + row->optional);
    const struct value *v = value_of(c->name, row->value, &row->many);
    row->kind = v ? v->kind : "none";
    return true;
}

const struct command *command_at(unsigned i)
{
    for (const struct command *const *c = commands; *c; c++)
        if (!(*c)->hidden && !i--)
            return *c;
    return NULL;
}

static const char *raw_operand(const struct command *c, unsigned i)
{
    for (const char *const *o = c->operands; o && *o; o++)
        if (!i--)
            return *o;
    return NULL;
}

const char *operand_at(const struct command *c, unsigned i)
{
    bool many;
    const char *operand = raw_operand(c, i);
    const struct value *v = operand ? value_of(c->name, operand, &many) : NULL;
    return v ? v->kind : operand ? "none" : NULL;
}

const char *choice_at(const struct param *p, unsigned i)
{
    static const char *const no_yes[] = {"no", "yes", NULL};
    const char *const *c = p->type == PARAM_CHOICE ? p->choices : p->type == PARAM_BOOL ? no_yes : NULL;
    while (c && *c && i--)
        c++;
    return c ? *c : NULL;
}

static bool is_word(const char *what, const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || (text[n] && strchr("._-", text[n])))
        n++;
    if (!text[n] && n && n + 1 < WORD_MAX) /* a longer one was cut off */
        return true;
    fprintf(stderr, "%s '%s': expected letters, digits, '.', '_' and '-' alone, and not too many\n", what, text);
    return false;
}

/* Notes in `used` that a value stands for it. */
static bool has_row(const char *command, const char *placeholder, bool used[])
{
    bool many;
    const struct value *v = value_of(command, placeholder, &many);
    if (!v)
        return fprintf(stderr, "%s: '%s' has no row in values.def\n", command, placeholder), false;
    used[v - values] = true;
    return true;
}

static bool kinds_are_sound(const bool used[])
{
    bool sound = true;
    struct word w;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        bool known = word_at(values[i].kind, 0, &w);
        for (const char *const *t = of_templates; *t; t++)
            known |= strcmp(*t, values[i].kind) == 0;
        if (!known || !used[i])
            fprintf(stderr, "values.def: '%s': %s\n", values[i].placeholder,
                    known ? "no option and no operand has such a value" : "its kind is none");
        sound &= known && used[i];
    }
    const char *kind;
    for (unsigned k = 0; (kind = word_kind_at(k)); k++)
        for (unsigned i = 0; word_at(kind, i, &w); i++)
            sound &= is_word(kind, w.name);
    return sound;
}

static bool parameters_are_sound(void)
{
    bool sound = true;
    const struct workload *x;
    for (size_t i = 0; (x = workload_at(i)); i++)
        for (const struct param *p = x->params; p && p->name; p++) {
            const char *choice;
            sound &= is_word(x->name, p->name);
            for (unsigned k = 0; (choice = choice_at(p, k)); k++)
                sound &= is_word(p->name, choice);
        }
    return sound;
}

/* A usage that begins with an operand, where the table has none: shells would offer nothing in its place. */
static bool has_operands(const struct command *c)
{
    const char *behind = c->usage + strlen(c->name);
    behind += strspn(behind, " [");
    bool begins = *behind && strncmp(behind, "--", 2) != 0 && strncmp(behind, "options]", 8) != 0;
    if (begins && !raw_operand(c, 0))
        return fprintf(stderr, "%s: its usage has an operand, which .operands lacks\n", c->name), false;
    return true;
}

bool tables_are_sound(void)
{
    bool used[ARRAY_LEN(values)] = {false}, sound = true;
    const struct command *c;
    const char *operand;
    struct option_row o;
    for (unsigned k = 0; (c = command_at(k)); k++) {
        sound &= is_word("command", c->name);
        sound &= has_operands(c);
        for (unsigned i = 0; option_at(c, i, &o); i++)
            sound &= is_word(c->name, o.name) && (!o.kind || has_row(c->name, o.value, used));
        for (unsigned i = 0; (operand = raw_operand(c, i)); i++)
            sound &= has_row(c->name, operand, used);
    }
    bool kinds = kinds_are_sound(used), parameters = parameters_are_sound();
    return sound && kinds && parameters;
}
