/* SPDX-License-Identifier: MIT */
/*
 * A subcommand: one file that defines `const struct command command_NAME` and one row in commands.def. Its option table
 * is the one source of getopt_long's input, of --help, and of the man page and the shells' completions
 * (harness/manual). A command prints results to stdout, everything else to stderr, and returns the exit code; only
 * main.c exits.
 */
#ifndef CONTEND_COMMAND_COMMAND_H
#define CONTEND_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/err.h"

enum exit_code {
#define EXIT_CODE(NAME, code, text) EXIT_##NAME = (code),
#include "harness/command/exit_codes.def"
#undef EXIT_CODE
};

struct command_option {
    const char *name;  /* "workers", without dashes */
    const char *value; /* "N,…" as --help shows it; NULL: a flag without a value. Each has a row in
                          harness/manual/values.def, which says what shells offer there */
    const char *summary;
};

struct command {
    const char *name, *usage, *summary;   /* usage: "run [SUITE] [options]"; summary: one line */
    const char *const *details;           /* more lines for --help, NULL-terminated; may be NULL */
    const struct command_option *options; /* ends with a NULL name; --help is added to all */
    const struct command_option *more;    /* of another command, below more_heading in --help; may be NULL */
    const char *more_heading;
    const char *const *but; /* those of `more` that this command refuses, so --help leaves them out, NULL-terminated;
                               may be NULL */
    const char *const *operands; /* what each stands for, such as "RUN", a row of values.def; NULL-terminated, may be
                                    NULL */
    bool hidden;
    int (*run)(const struct command *self, int argc, char **argv); /* argv[0] is the command's name */
};

extern const struct command *const commands[]; /* in the order of commands.def, ends with NULL */

/* "contend run --out 'a b'": the command with its words as a shell reads them, interned; NULL: out of memory. */
const char *command_line(int argc, char **argv);
/* A path as a shell reads it in a command that is told to the user: quoted where it has to be, and behind "./" where it
 * would be an option. Interned; the path itself where there is no memory. */
const char *command_operand(const char *path);
/* getopt_long over the command's tables. Returns the index of the option in self->options (those of self->more go on
 * behind its last) with *value set, -1 at the
 * end of options (*first_operand is the index of the first operand in argv), -2 after a usage error (already printed to
 * stderr, with the nearest valid name), -3 when --help was printed. */
int command_next(const struct command *self, int argc, char **argv, const char **value, int *first_operand);
/* "contend: <e->text>" on stderr, returns `code`. */
int command_fail(const struct err *e, int code);
/* "contend NAME: <message>; see 'contend NAME --help'" on stderr, returns EXIT_USAGE. */
int command_usage_error(const struct command *self, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
