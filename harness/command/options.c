/* SPDX-License-Identifier: MIT */
/* The table of commands; getopt_long and --help from each command's own option table; messages. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/command/command.h"

#define COMMAND(x) extern const struct command command_##x;
#include "harness/command/commands.def"
#undef COMMAND

#define COMMAND(x) &command_##x,
const struct command *const commands[] = {
#include "harness/command/commands.def"
    NULL};
#undef COMMAND

enum { MOST_OPTIONS = 48, HELP = 1000 };

static void help_options(const struct command_option *o)
{
    for (; o && o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-26s %s\n", left, o->summary);
    }
}

static void help(const struct command *self)
{
    printf("Usage: contend %s\n\n%s\n", self->usage, self->summary);
    for (unsigned i = 0; self->details && self->details[i]; i++)
        printf("%s%s\n", i ? "" : "\n", self->details[i]);
    printf("\nOptions:\n");
    help_options(self->options);
    printf("  %-26s %s\n", "--help", "this text");
    if (self->more)
        printf("\n%s\n", self->more_heading);
    help_options(self->more);
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

/* A value in brackets, "[TIME]", may be left out. */
static int takes(const struct command_option *o)
{
    return !o->value ? no_argument : o->value[0] == '[' ? optional_argument : required_argument;
}

static struct option long_option(const struct command_option *o, int index)
{
    return (struct option){.name = o->name, .has_arg = takes(o), .val = index + 1};
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
    bool may = c > 0 && c <= n && takes(&self->options[c - 1]) == optional_argument;
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
            command_usage_error(self, "unknown, ambiguous or misused option '%s'", word);
        return -2;
    }
    return c - 1;
}
