/* SPDX-License-Identifier: MIT */
/*
 * file-scan: what a search through many files does: open one, read it from end to end, look for a word, close it, go on
 * with the next. The files are a directory of the user's or text made from the seed; setup has read what will be read.
 * Cached as that is, it is the way into the kernel for each small piece that counts. The golden value reads without
 * ops and follows the word letter by letter.
 */
#include "bench/support/buffers.h"
#include "bench/support/digits.h"
#include "bench/support/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { P_DIR, P_FILES, P_FILE_SIZE, P_SIZE, P_WORD };
enum { BEFORE = 64, CHECK_EVERY = 1 << 18 }; /* BEFORE: room for what is kept, and the piece begins on a line */

static const char *const words[] = {"the", "kernel", "zeal", NULL};

struct state {
    struct texts *texts;
    char **paths; /* one a file */
};

struct task {
    struct span span;
    const struct state *state;
    const char *word;
    size_t word_len, room, kept, len, done; /* kept: bytes before the piece that a match may have begun in */
    uint64_t at, matches, reads;            /* reads: whole ones, of the unit under way */
    int fd;
    enum { BEGIN, OPENED, READ, SEARCHED, CLOSED } step;
    char *piece; /* room bytes; before it is what is kept */
    struct buffer buf;
};

static const struct text_file *file_of(const struct state *st, uint64_t unit)
{
    return &st->texts->file[unit % st->texts->n];
}

static void release(struct state *st)
{
    for (unsigned i = 0; st->paths && i < st->texts->n; i++)
        free(st->paths[i]);
    free(st->paths);
    texts_close(st->texts);
    free(st);
}

/* A descriptor's path, so that a task can open the file anew; NULL: it has none. */
static char *path_of(int fd)
{
    char link[48] = "/proc/self/fd/", path[PATH_MAX];
    put_digits(link + strlen(link), (unsigned)fd, 10);
    ssize_t len = readlink(link, path, sizeof path - 1);
    if (len <= 0)
        return NULL;
    path[len] = 0;
    return strdup(path);
}

static const char *const seeded[] = {"seeded", NULL};
static const struct param params[] = {
    {"dir", "a directory (or a file) to search, or text made from the seed", PARAM_PATH, 0, 0, 0, seeded},
    {"files", "how many files are made", PARAM_COUNT, 64, 1, 10000, NULL},
    {"file-size", "bytes of each file that is made", PARAM_SIZE, 64 << 10, 1, 1 << 30, NULL},
    {"size", "bytes a read", PARAM_SIZE, 16 << 10, 16, 64 << 20, NULL},
    {"word", "what is looked for", PARAM_CHOICE, 1, 0, 2, words},
    {0},
};

/* Bytes of the endless text that all units together read; all there is when nobody knows how many there will be. */
static uint64_t bytes_read(const struct wl_env *env, const struct texts *t)
{
    return env->units < t->n ? t->file[env->units].first : t->bytes;
}

static int setup(struct wl_env *env)
{
    struct state *st = calloc(1, sizeof *st);
    if (!st)
        return -ENOMEM;
    const char *dir = wl_path(env->p[P_DIR]);
    uint64_t files = (uint64_t)env->p[P_FILES], bytes = (uint64_t)env->p[P_FILE_SIZE];
    int rc = texts_refuse_made(env, params, P_DIR, P_FILES, P_FILE_SIZE - P_FILES + 1);
    if (!rc)
        rc = texts_open(env, dir, (unsigned)files, bytes, &st->texts);
    if (rc) {
        free(st);
        return rc;
    }
    rc = texts_cache(env, st->texts, bytes_read(env, st->texts));
    st->paths = calloc(st->texts->n, sizeof *st->paths);
    for (unsigned i = 0; st->paths && i < st->texts->n; i++)
        if (!(st->paths[i] = path_of(st->texts->file[i].fd)))
            rc = wl_error(env, ENOENT, "the files' paths can't be read in /proc/self/fd");
    if (!rc)
        rc = st->paths ? buffers_make(env, BEFORE + (size_t)env->p[P_SIZE], 128, 0) : -ENOMEM;
    if (rc)
        release(st);
    else
        env->state = st;
    return rc;
}

static void teardown(struct wl_env *env)
{
    wl_unmap(env);
    release(env->state);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->state = env->state;
    t->word = words[env->p[P_WORD]];
    t->word_len = strlen(t->word);
    t->room = (size_t)env->p[P_SIZE];
    t->fd = -1;
    int rc = buffer_take(&t->buf, env, share);
    t->piece = rc ? NULL : t->buf.at + BEFORE;
    return rc;
}

/* Looks in the piece and in what was kept before it, then keeps the end in which a match may have begun. */
static void search(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    const char *from = t->piece - t->kept, *end = t->piece + t->len, *hit, *checked = from;
    while ((hit = memmem(from, (size_t)(end - from), t->word, t->word_len))) {
        t->matches++;
        from = hit + 1;
        if (from - checked > CHECK_EVERY) {
            checked = from;
            cpu_checkpoint(cx);
        }
    }
    size_t whole = t->kept + t->len, keep = whole < t->word_len - 1 ? whole : t->word_len - 1;
    memmove(t->piece - keep, end - keep, keep);
    t->kept = keep;
}

/* With what was read and in how many pieces: of a user's files, each as long as it is, the counts of ops and bytes of
 * two trials in closed mode can't be compared, but each unit's must be what its file asks for. */
static uint64_t contribution(uint64_t unit, uint64_t matches, uint64_t reads, uint64_t bytes)
{
    return mix64(mix64(mix64(mix64(unit) + matches) + reads) + bytes);
}

static enum step read_next(struct task *t, struct op *op)
{
    uint64_t left = file_of(t->state, t->span.at)->bytes - t->at;
    t->len = left < t->room ? (size_t)left : t->room;
    t->done = 0;
    t->step = READ;
    return op_file(op, OP_PREAD, t->fd, t->piece, t->len, (off_t)t->at);
}

static enum step step_on(struct task *t, struct op *op)
{
    switch (t->step) {
    case BEGIN:
        if (!span_next(&t->span, op))
            return STEP_DONE;
        t->step = OPENED;
        op->kind = OP_OPEN;
        op->buf = t->state->paths[t->span.at % t->state->texts->n];
        return STEP_OP;
    case OPENED:
        if (op->res < 0)
            return STEP_FAIL;
        t->fd = (int)op->res;
        t->at = t->matches = t->reads = t->kept = 0;
        return read_next(t, op);
    case READ:
        t->at += t->len;
        t->reads++;
        t->step = SEARCHED;
        return op_compute(op, search, t);
    case SEARCHED:
        if (t->at < file_of(t->state, t->span.at)->bytes)
            return read_next(t, op);
        t->step = CLOSED;
        op->kind = OP_FCLOSE;
        op->fd = t->fd;
        t->fd = -1;
        return STEP_OP;
    case CLOSED:
        if (op->res < 0)
            return STEP_FAIL;
        t->step = BEGIN;
        t->span.sum += contribution(t->span.at, t->matches, t->reads, t->at);
        return STEP_UNIT;
    }
    return STEP_FAIL;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->step == READ) {
        int rc = transfer(op, &t->done, t->len);
        if (rc <= 0)
            return rc < 0 ? STEP_FAIL : STEP_OP;
    }
    return step_on(t, op);
}

static void task_fini(void *task)
{
    struct task *t = task;
    if (t->fd >= 0)
        close(t->fd);
    buffer_give(&t->buf);
}

/* Matches in a file, letter by letter. */
static uint64_t count(const struct wl_env *env, uint64_t unit, const char *word)
{
    const struct state *st = env->state;
    const struct text_file *f = file_of(st, unit);
    size_t len = strlen(word);
    uint64_t n = 0;
    char *text = malloc(f->bytes);
    int rc = text ? text_copy(st->texts, f->first, text, f->bytes) : -ENOMEM;
    if (rc) {
        free(text);
        return wl_unknown(env, -rc);
    }
    for (size_t i = 0; i + len <= f->bytes; i++) {
        size_t k = 0;
        while (k < len && text[i + k] == word[k])
            k++;
        n += k == len;
    }
    free(text);
    return n;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    const struct state *st = env->state;
    uint64_t sum = 0, files = st->texts->n;
    uint64_t once = n < files ? n : files, size = (uint64_t)env->p[P_SIZE];
    for (uint64_t i = first; i < first + once; i++) {
        uint64_t matches = count(env, i, words[env->p[P_WORD]]), bytes = file_of(st, i)->bytes;
        for (uint64_t again = i; again < first + n; again += files)
            sum += contribution(again, matches, (bytes + size - 1) / size, bytes);
    }
    return sum;
}

/* A unit is a file, and a user's files are of many sizes. */
static bool uneven_of(const int64_t *p)
{
    return p[P_DIR] != 0;
}

static const struct expectation_reason cold[] = {
    {.text = "the files are not in the page cache, or so large that searching takes the time"}, {0}};
static const struct expectation expectations[] = {
    {.id = "calls-beat-trips",
     .text = "Threads and processes, which just make the calls, search at least 1.2 times as many cached files as one "
             "loop, on as many CPUs",
     .least = 1.2,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES},
     .b = {.kinds = KIND_LOOP},
     .where = {{"file-size", 1, 256 << 10}},
     .reasons = cold},
    {0}};

const struct workload workload_file_scan = {
    .name = "file-scan",
    .family = "io",
    .summary = "open, read and search many cached files: small calls on files beside a little computing",
    .unit = "one file searched",
    .params = params,
    .needs = NEED_FILES | NEED_CPU,
    .uneven_of = uneven_of,
    .scales = "file-size",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .task_fini = task_fini,
    .expected = expected,
    .expectations = expectations,
};
