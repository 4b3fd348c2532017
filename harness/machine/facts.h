/* SPDX-License-Identifier: MIT */
/*
 * What the machine is and does: every fact is {value, source, status}. What could not be read is absent or denied with
 * the reason, never 0. Facts are read before and after a run; checks (checks.h) judge them.
 */
#ifndef CONTEND_MACHINE_FACTS_H
#define CONTEND_MACHINE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/machine/gaps.h"
#include "harness/record/json.h"
#include "harness/record/kept_floor.h"

enum fact_status { FACT_OK, FACT_ABSENT, FACT_DENIED };
extern const char *const fact_status_names[3]; /* "ok", "absent", "denied" */

enum { FACTS_MAX = 128 };

struct fact {
    const char *name; /* "cpu.governor"; static or interned */
    enum fact_status status;
    bool is_number;
    double number;
    char text[320];   /* the value, or the reason why there is none */
    char source[120]; /* the file, call or build setting it was read from */
};

struct facts {
    const char *root; /* "" for this machine */
    unsigned n;
    struct fact all[FACTS_MAX];
};

struct facts_request {
    const char *root; /* NULL: this machine. Else a directory that holds a copy of /proc and /sys of another one: what
                         only a system call tells is then absent */
    const char *scratch;           /* the directory that files are made in; NULL: the working directory */
    unsigned sample_ms;            /* how long load and steal are sampled for; 0: not at all (absent) */
    const struct gap_report *gaps; /* what gap samplers have seen, one a unit; NULL: not sampled (absent) */
    unsigned n_gaps;
};

/* Never fails as a whole: each fact says for itself what went wrong. `f` is large (about 60 KiB): keep it static or on
 * the heap. */
void facts_read(struct facts *f, const struct facts_request *q);
const struct fact *facts_find(const struct facts *f, const char *name); /* NULL when there is none */
/* The number or text of a fact that is ok; false (NULL) when it is missing. */
bool facts_number(const struct facts *f, const char *name, double *out);
const char *facts_text(const struct facts *f, const char *name);

/* The object {"NAME": {"value", "source", "status"[, "reason"]}, …}. */
void facts_to_json(struct json_writer *w, const struct facts *f);
/* Reads that object back. 0, or -EINVAL with FILE:LINE:COLUMN. Names are interned. */
int facts_from_json(const struct json *j, const struct json_value *object, struct facts *f, struct err *e);
/* Facts of one machine and one build never differ: the first that does, of `a`; NULL: none. */
const struct fact *facts_other_machine(const struct facts *a, const struct facts *b);
/* Which machine these facts are of; what is missing is NULL. */
struct machine_id facts_machine(const struct facts *f);
/* Is the build that these facts are of unfit for numbers (debug, sanitized, instrumented, not optimized, or not known)?
 * Then `what` says which: "a Debug build". */
bool facts_build_unfit(const struct facts *f, char *what, size_t n);
/* Adds a fact that is a text, or replaces it; `name` is static or interned. Nothing when there are FACTS_MAX. */
void facts_put(struct facts *f, const char *name, const char *source, const char *text);
/* Replaces the facts of the build and its libraries by those of another program, `own`; one that it does not tell is
 * absent.
 */
void facts_take_build(struct facts *f, const struct facts *own);
/* Facts that hold still on a quiet machine (not load, frequency or temperature) and whose values differ between the
 * two: their indexes in `a`, at most FACTS_MAX. */
unsigned facts_changed(const struct facts *a, const struct facts *b, unsigned *out);

#endif
