/* SPDX-License-Identifier: MIT */
/* The table of commands; getopt_long and --help from each command's own option table; messages. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/nearest.h"
#include "harness/base/words.h"
#include "harness/command/command.h"
#include "harness/report/wrap.h"

#define COMMAND(x) extern const struct command command_##x;
#include "harness/command/commands.def"
#undef COMMAND

#define COMMAND(x) &command_##x,
const struct command *const commands[] = {
#include "harness/command/commands.def"
    NULL};
#undef COMMAND

enum { MOST_OPTIONS = 48, HELP = 1000 };

enum { HELP_LEFT = 26 };

static void help_row(const char *left, const char *summary)
{
    unsigned width = report_width(STDOUT_FILENO), columns = text_columns(left);
    wrap_print(stdout, width ? width : UINT_MAX, HELP_LEFT + 3, "  %s%*s %s", left,
               columns < HELP_LEFT ? (int)(HELP_LEFT - columns) : 0, "", summary);
}

static bool is_among(const char *name, const char *const *names)
{
    while (names && *names && strcmp(*names, name) != 0)
        names++;
    return names && *names;
}

static void help_options(const struct command_option *o, const char *const *but)
{
    for (; o && o->name; o++) {
        char left[64];
        if (is_among(o->name, but))
            continue;
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        help_row(left, o->summary);
    }
}

static void help(const struct command *self)
{
    printf("Usage: contend %s\n\n%s\n", self->usage, self->summary);
    for (unsigned i = 0; self->details && self->details[i]; i++)
        printf("%s%s\n", i ? "" : "\n", self->details[i]);
    printf("\nOptions:\n");
    help_options(self->options, NULL);
    help_row("--help", "this text");
    if (self->more)
        printf("\n%s\n", self->more_heading);
    help_options(self->more, self->but);
}

int command_usage_error(const struct command *self, const char *fmt, ...)
{
    va_list ap;
    fprintf(stderr, "contend %s: ", self->name);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "; see 'contend %s --help'\n", self->name);
    return EXIT_USAGE;
}

int command_fail(const struct err *e, int code)
{
    fprintf(stderr, "contend: %s\n", e->text);
    return code;
}

const char *command_line(int argc, char **argv)
{
    CLEANUP_FREE char *words = words_join((const char *const *)(uintptr_t)argv, argc), *all = NULL;
    return words && asprintf(&all, "contend %s", words) >= 0 ? intern(all) : NULL;
}

const char *command_operand(const char *path)
{
    CLEANUP_FREE char *behind = NULL;
    if (path[0] == '-' && asprintf(&behind, "./%s", path) < 0)
        behind = NULL;
    const char *word = behind ? behind : path;
    CLEANUP_FREE char *quoted = words_join(&word, 1);
    return quoted ? intern(quoted) : path;
}

/* A value in brackets, "[TIME]", may be left out. */
static struct option long_option(const struct command_option *o, int index)
{
    int takes = !o->value ? no_argument : o->value[0] == '[' ? optional_argument : required_argument;
    return (struct option){.name = o->name, .has_arg = takes, .val = index + 1};
}

/* Says what is wrong with an option that getopt did not take. */
static void misused(const struct command *self, const struct option *longs, const char *word)
{
    const char *names[MOST_OPTIONS + 2] = {NULL}, *text = word + strspn(word, "-");
    char like[400] = "", name[64], hint[DID_YOU_MEAN_MAX];
    unsigned n = 0, begin_so = 0;
    size_t length = strcspn(text, "=");
    bool exact = false;
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    for (; longs[n].name; n++) {
        names[n] = longs[n].name;
        exact |= strcmp(longs[n].name, name) == 0;
        if (strncmp(longs[n].name, name, length) == 0)
            text_append(like, sizeof like, "%s--%s", begin_so++ ? ", " : "", longs[n].name);
    }
    bool is_long = strncmp(word, "--", 2) == 0;
    if (is_long && text[length] && (exact || begin_so == 1))
        command_usage_error(self, "--%s takes no value, but '%s' gives it one", name, word);
    else if (is_long && begin_so > 1)
        command_usage_error(self, "'%s' may be %s", word, like);
    else
        command_usage_error(self, "unknown option '%s'%s", word,
                            did_you_mean(hint, sizeof hint, '\'', "--", nearest_of(name, names)));
}

int command_next(const struct command *self, int argc, char **argv, const char **value, int *first_operand)
{
    struct option longs[MOST_OPTIONS + 2] = {{0}};
    int n = 0;
    for (const struct command_option *o = self->options; o && o->name && n < MOST_OPTIONS; o++, n++)
        longs[n] = long_option(o, n);
    for (const struct command_option *o = self->more; o && o->name && n < MOST_OPTIONS; o++, n++)
        longs[n] = long_option(o, n);
    longs[n] = (struct option){.name = "help", .has_arg = no_argument, .val = HELP};
    opterr = 0;
    int was = optind ? optind : 1, c = getopt_long(argc, argv, ":", longs, NULL);
    /* getopt knows only --name=VALUE for a value that may be left out; a number behind a blank is one, too. */
    bool may = c > 0 && c <= n && longs[c - 1].has_arg == optional_argument;
    if (may && !optarg && optind < argc && isdigit((unsigned char)argv[optind][0]))
        optarg = argv[optind++];
    *value = optarg;
    *first_operand = optind;
    if (c == -1)
        return -1;
    if (c == HELP) {
        help(self);
        return -3;
    }
    if (c == ':' || c == '?') {
        const char *word = optind > was ? argv[optind - 1] : argv[was];
        if (c == ':')
            command_usage_error(self, "%s needs a value", word);
        else
            misused(self, longs, word);
        return -2;
    }
    return c - 1;
}
