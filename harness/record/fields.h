/* SPDX-License-Identifier: MIT */
/* Reading named members of an object with one clear line when one is missing or of another type. */
#ifndef CONTEND_RECORD_FIELDS_H
#define CONTEND_RECORD_FIELDS_H

#include "harness/record/json.h"
#include "harness/record/record.h"

/* An object being read. After the first failure every call is a no-op; `rc` is then -EINVAL and `e` says what and
 * where. */
struct fields {
    const struct json *json;
    const struct json_value *object;
    struct err *e;
    int rc;
};

uint64_t field_u64(struct fields *f, const char *key);
int64_t field_i64(struct fields *f, const char *key);
unsigned field_unsigned(struct fields *f, const char *key);
bool field_bool(struct fields *f, const char *key);
const char *field_string(struct fields *f, const char *key); /* interned */
/* Copied, not interned: for texts that differ in every record. Cut to n bytes with the NUL. */
void field_copy(struct fields *f, const char *key, char *buf, size_t n);
/* An index into a table of names. */
unsigned field_name(struct fields *f, const char *key, const char *const *names, unsigned n);
const struct json_value *field_value(struct fields *f, const char *key, enum json_type type);
/* The object below `key`. */
struct fields field_object(struct fields *f, const char *key);

void put_u64(struct json_writer *w, const char *key, uint64_t v);
void put_i64(struct json_writer *w, const char *key, int64_t v);
void put_string(struct json_writer *w, const char *key, const char *s);
void put_hex(struct json_writer *w, const char *key, uint64_t v);
void put_bool(struct json_writer *w, const char *key, bool v);
void put_double(struct json_writer *w, const char *key, double v);         /* not finite: put_missing */
void put_missing(struct json_writer *w, const char *key, const char *why); /* null and its sibling */
/* What may be unknown, NAN or NULL: put_missing with `why`. */
void put_known_double(struct json_writer *w, const char *key, double v, const char *why);
void put_known_string(struct json_writer *w, const char *key, const char *s, const char *why);
void put_metric(struct json_writer *w, const char *key, const struct metric *m);
/* One object in one line, filled by `put`: malloc'ed, NUL-terminated; NULL when memory is out. */
char *object_text(void (*put)(struct json_writer *w, const void *what), const void *what);

/* Members of a cell and of a record, without the braces; used by the journal, the trial process and the summary. */
void put_cell(struct json_writer *w, const struct cell *c);
void put_params(struct json_writer *w, const struct cell *c);
void put_pus(struct json_writer *w, const int *pus, unsigned n);
void put_service(struct json_writer *w, const struct cell *c); /* null for a workload without one */
/* Appends the units below "pus" of the object to pus[*n …], at most `most` in all. */
int read_pus(struct fields *f, int *pus, unsigned *n, unsigned most);
int read_service(struct fields *f, struct cell *c);
void put_latency(struct json_writer *w, const struct histogram *h, const char *why, bool buckets);
int read_cell(struct fields f, struct cell *c);
void put_record(struct json_writer *w, const struct trial_record *r);

#endif
