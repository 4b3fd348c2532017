/* SPDX-License-Identifier: MIT */
/*
 * Makes the man page and the shells' completions, at build time, of what the program itself has: the commands with
 * their option tables, the exit codes, the workloads with their parameters. contend.1.in and its neighbours are those
 * files but for some lines @NAME@, each of which a part stands for.
 *
 *     contend_manual TEMPLATE OUT DATE
 */
#ifndef CONTEND_MANUAL_MANUAL_H
#define CONTEND_MANUAL_MANUAL_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/command/command.h"

/* What takes the place of the line @NAME@. */
struct part {
    const char *name;
    void (*print)(FILE *out);
};
extern const struct part man_parts[], bash_parts[], zsh_parts[], fish_parts[]; /* each ends with a NULL name */
extern const char *manual_date;                                                /* "2026-01-02" */

/* An option of a command, its own or of `more`. */
struct option_row {
    const char *name, *summary;
    char value[32];   /* what --help puts in the value's place, without brackets; "": a flag */
    const char *kind; /* of values.def; NULL: a flag */
    bool optional;    /* the value may be left out; else it may stand behind a blank */
    bool many;        /* several values, joined by commas */
    bool more;        /* of `more` */
};
/* The i-th option of `c`, those of `more` behind its own; false behind the last. */
bool option_at(const struct command *c, unsigned i, struct option_row *row);
/* The i-th command that is not hidden; NULL behind the last. */
const struct command *command_at(unsigned i);
/* The kind of the i-th operand of `c`; NULL behind the last. */
const char *operand_at(const struct command *c, unsigned i);

enum { WORD_MAX = 48 };
struct word {
    char name[WORD_MAX];
    const char *summary; /* NULL: it has none */
};
/* The i-th kind that is a list of words; NULL behind the last. */
const char *word_kind_at(unsigned i);
/* The i-th word of that kind; false behind the last, or where the kind has no words. */
bool word_at(const char *kind, unsigned i, struct word *word);

struct param;
/* The i-th of the words that a parameter may be, where these are few: of a choice, or no and yes; NULL behind them. */
const char *choice_at(const struct param *p, unsigned i);

/* Entries of an associative array, a line each: OPEN key MIDDLE words, and a quote. Of each workload its parameters; of
 * each "WORKLOAD PARAMETER" what it may be, @files for a path. */
void put_parameters(FILE *out, const char *open, const char *middle);
void put_choices(FILE *out, const char *open, const char *middle);

/* true if all that is printed is known and fits: each value has a row in values.def and each row a value, a command
 * whose usage begins with an operand has a list of them, and all that a shell is to read as a word has letters, digits,
 * '.', '_' and '-' alone. Else a line on stderr says what does not. */
bool tables_are_sound(void);

#endif
