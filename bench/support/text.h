/* SPDX-License-Identifier: MIT */
/*
 * Texts for workloads that read files: a directory of the user's, or text made from a seed, the same on every machine.
 * The files are taken end to end and over again, as one endless text, so a workload can cut equal pieces from files of
 * any size; every process that inherits the descriptors reads the same bytes.
 */
#ifndef CONTEND_BENCH_SUPPORT_TEXT_H
#define CONTEND_BENCH_SUPPORT_TEXT_H

#include "bench/workload.h"

struct text_file {
    int fd; /* for reading */
    uint64_t bytes;
    uint64_t first; /* its place in the endless text */
};
struct texts {
    uint64_t bytes; /* of all files; above 0 */
    unsigned n;
    unsigned room; /* entries that file has room for */
    struct text_file *file;
};

/* The first n bytes of the text of `seed`: English words in sentences and paragraphs, ASCII, lines of some 72 columns.
 * It depends on nothing but the seed, and a longer text begins with the shorter. */
void text_fill(uint64_t seed, char *buf, size_t n);

/* For setup: opens what the files' parameter names (wl_path; NULL: `files` files with `bytes` bytes each, of seeds
 * drawn from env->seed, made in env->scratch, which must have room for them). From a directory, all regular
 * files below it that are not empty, in the order of their paths byte by byte; links are not followed and names with a
 * leading dot are left out. A file's name stands for that one. 0, or -errno after wl_error. The caller calls
 * texts_close. */
int texts_open(struct wl_env *env, const char *path, unsigned files, uint64_t bytes, struct texts **out);
void texts_close(struct texts *t); /* NULL: nothing */

/* For setup: reads the first `bytes` of the endless text (all of it when there are fewer) and forgets them, so that the
 * files are in the page cache when the run begins: those of a user's directory need not be. 0, or -errno after
 * wl_error. */
int texts_cache(struct wl_env *env, const struct texts *t, uint64_t bytes);

/* For setup: 0, or wl_error when a directory is named and one of the n parameters from params[first] on, which say what
 * files to make, has another value than its default: it would stand in the results without having had an effect. */
int texts_refuse_made(struct wl_env *env, const struct param *params, unsigned dir, unsigned first, unsigned n);

/* For setup: these three for a workload with units of `unit` bytes. Of its parameters, number `dir` is the path,
 * `files` how many files to make and the one after it the bytes of all of them. 0, or -errno, mostly after wl_error;
 * the caller calls texts_close. */
int texts_setup(struct wl_env *env, const struct param *params, unsigned dir, unsigned files, uint64_t unit,
                struct texts **out);

/* Reading bytes at … at+len-1 of the endless text into a buffer, op by op:
 *     text_read(t, &r, op, at, buf, len); return STEP_OP;
 * and when stepped again: text_read_on is 1 when all is there, 0 when the op has been changed to go on (return
 * STEP_OP), -1 when it can't (return STEP_FAIL). Where a file ends inside a piece the read goes on in the next; such
 * ops count as resumed, so every piece is one op whatever files it lies in. */
struct text_reading {
    uint64_t at, len; /* what is still to come */
    char *buf;
};
void text_read(const struct texts *t, struct text_reading *r, struct op *op, uint64_t at, char *buf, size_t len);
int text_read_on(const struct texts *t, struct text_reading *r, struct op *op);

/* The same bytes without an op, for golden values: 0 or -errno. */
int text_copy(const struct texts *t, uint64_t at, char *buf, size_t len);

#endif
