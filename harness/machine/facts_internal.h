/* SPDX-License-Identifier: MIT */
/* For the files that read facts, one a group. Paths are absolute; the copy of another machine is put before them. */
#ifndef CONTEND_MACHINE_FACTS_INTERNAL_H
#define CONTEND_MACHINE_FACTS_INTERNAL_H

#include "harness/machine/facts.h"

void facts_cpu(struct facts *f);
void facts_kernel(struct facts *f);
void facts_container(struct facts *f);
void facts_load(struct facts *f, const struct facts_request *q);
void facts_noise(struct facts *f, const struct facts_request *q);
void facts_limits(struct facts *f, const struct facts_request *q);
void facts_build(struct facts *f);

void fact_text(struct facts *f, const char *name, const char *source, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void fact_number(struct facts *f, const char *name, const char *source, double v);
/* code EACCES or EPERM: denied; else absent. `why` NULL: the text of the code. */
void fact_missing(struct facts *f, const char *name, const char *source, int code, const char *why);
/* The first line of a file, as text or as a number times `scale`. */
void fact_file(struct facts *f, const char *name, const char *path);
void fact_file_number(struct facts *f, const char *name, const char *path, double scale);

/* The path below the facts' root. */
void fact_path(const struct facts *f, const char *path, char *buf, size_t n);
/* A small file's text without the newline at its end: its length, or -errno. */
int fact_read(const struct facts *f, const char *path, char *buf, size_t n);
/* The value after "KEY" and ":" or blanks on its own line of a file; 0 or -errno (-ENOENT: no such line). */
int fact_read_key(const struct facts *f, const char *path, const char *key, char *buf, size_t n);
/* The word in [brackets]: how the kernel shows which of several settings holds. */
void fact_chosen(struct facts *f, const char *name, const char *path);
bool facts_are_remote(const struct facts *f); /* read from a copy */

#endif
