/* SPDX-License-Identifier: MIT */
/* The history of costs as lines of a file; see history.h. */
#include "harness/record/history.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/record/file.h"

static const char SCHEMA[] = "contend/history/";
enum { VERSION = 1, LOCK_TRIES = 100, LOCK_WAIT_US = 10000, MOST_READ = 64 << 20 };

void put_canaries_ns(struct json_writer *w, const double ns[CANARIES])
{
    json_key(w, "canaries_ns");
    json_begin(w, '{');
    for (unsigned k = 0; k < CANARIES; k++)
        if (isfinite(ns[k]))
            put_double(w, canary_kinds[k].name, ns[k]);
        else
            put_missing(w, canary_kinds[k].name, "no trial has it");
    json_end(w, '}');
}

static void put_run(struct json_writer *w, const void *what)
{
    const struct history_run *r = what;
    char schema[40];
    snprintf(schema, sizeof schema, "%s%d", SCHEMA, VERSION);
    put_string(w, "schema", schema);
    put_string(w, "when", r->when);
    put_string(w, "name", r->name);
    put_u64(w, "blocks", r->blocks);
    put_machine_id(w, &r->machine);
    put_canaries_ns(w, r->ns);
}

/* O_NONBLOCK: a FIFO of that name must not make us wait. */
static int open_file(const char *path, int flags, struct stat *st, struct err *e)
{
    int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0)
        return err_call(e, errno, "open", flags & O_CREAT ? "%s can't be written" : "%s can't be read", path);
    int rc = fstat(fd, st)           ? err_call(e, errno, "fstat", "%s can't be read", path)
             : !S_ISREG(st->st_mode) ? err_set(e, EINVAL, "%s is not a file", path)
                                     : 0;
    if (rc)
        close(fd);
    return rc ? rc : fd;
}

/* Trimming puts another file in the place of this one: the lock counts only while the file is still the one at `path`.
 */
static bool still_there(const char *path, const struct stat *st)
{
    struct stat now;
    return !stat(path, &now) && now.st_ino == st->st_ino && now.st_dev == st->st_dev;
}

/* The descriptor, or -errno. */
static int open_locked(const char *path, bool *locked, struct err *e)
{
    struct stat st;
    int fd;
    for (unsigned i = 0;; i++) {
        fd = open_file(path, O_RDWR | O_CREAT | O_APPEND, &st, e);
        if (fd < 0)
            return fd;
        bool taken = !flock(fd, LOCK_EX | LOCK_NB);
        *locked = taken && still_there(path, &st);
        if (*locked || i == LOCK_TRIES || (!taken && errno != EWOULDBLOCK && errno != EINTR))
            return fd;
        close(fd);
        if (!taken)
            usleep(LOCK_WAIT_US);
    }
}

/* Does the file end within a line? */
static bool is_torn(int fd)
{
    char last = '\n';
    off_t end = lseek(fd, 0, SEEK_END);
    return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

struct half {
    int fd;
    off_t from;
};

/* The whole lines from the middle on. */
static void put_half(FILE *out, const void *arg)
{
    const struct half *h = arg;
    char buf[8192];
    bool copying = false;
    off_t at = h->from;
    for (ssize_t n; (n = pread(h->fd, buf, sizeof buf, at)) > 0; at += n) {
        const char *start = buf;
        if (!copying && (start = memchr(buf, '\n', (size_t)n)))
            start++;
        copying |= start != NULL;
        if (start)
            fwrite(start, 1, (size_t)(buf + n - start), out);
    }
}

int history_append_within(const char *path, const struct history_run *r, size_t most, struct err *e)
{
    bool locked = false;
    CLEANUP_FREE char *text = object_text(put_run, r), *line = NULL;
    CLEANUP_FD int fd = text ? open_locked(path, &locked, e) : err_set(e, ENOMEM, "out of memory");
    if (fd < 0)
        return fd;
    int n = asprintf(&line, "%s%s\n", is_torn(fd) ? "\n" : "", text);
    if (n < 0) {
        line = NULL;
        return err_set(e, ENOMEM, "out of memory");
    }
    ssize_t wrote = write(fd, line, (size_t)n);
    if (wrote != n)
        return err_call(e, wrote < 0 ? errno : ENOSPC, "write", "%s can't be written", path);
    struct half h = {fd, lseek(fd, 0, SEEK_END)};
    if (!locked || h.from <= 0 || (size_t)h.from <= most)
        return 0;
    h.from /= 2;
    return file_replace(path, put_half, &h, e);
}

int history_append(const char *path, const struct history_run *r, struct err *e)
{
    return history_append_within(path, r, HISTORY_MOST_BYTES, e);
}

static bool is_time(const char *s)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    for (unsigned i = 0; form[i]; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)s[i]) : s[i] != form[i])
            return false;
    return s[strlen(s) - 1] == 'Z';
}

/* true if the schema is ours with a greater number. */
static bool is_later(const struct json_value *root)
{
    const char *schema = "";
    const struct json_value *v = json_get(root, "schema");
    if (!v || json_get_string(v, &schema) || strncmp(schema, SCHEMA, sizeof SCHEMA - 1) != 0)
        return false;
    return atoi(schema + sizeof SCHEMA - 1) > VERSION;
}

static int read_run(struct fields *f, struct history_run *r)
{
    char schema[40];
    *r = (struct history_run){.blocks = 0};
    field_copy(f, "schema", schema, sizeof schema);
    if (!f->rc && strcmp(schema, "contend/history/1") != 0)
        f->rc = json_error(f->json, json_get(f->object, "schema"), f->e, "this program reads \"contend/history/1\"");
    field_copy(f, "when", r->when, sizeof r->when);
    if (!f->rc && !is_time(r->when))
        f->rc = json_error(f->json, json_get(f->object, "when"), f->e,
                           "\"when\" must be a time in UTC, such as 2026-01-02T03:04:05.678901Z");
    field_copy(f, "name", r->name, sizeof r->name);
    r->blocks = field_unsigned(f, "blocks");
    read_machine_id(f, &r->machine);
    struct fields in = field_object(f, "canaries_ns");
    for (unsigned k = 0; k < CANARIES; k++) {
        const struct json_value *v = in.rc ? NULL : json_get(in.object, canary_kinds[k].name);
        r->ns[k] = NAN; /* also a kind that the program which wrote it did not have */
        if (v && json_type(v) != JSON_NULL && (json_get_double(v, &r->ns[k]) || !(r->ns[k] > 0)))
            in.rc = json_error(in.json, v, in.e, "\"%s\" must be a time above 0, in ns", canary_kinds[k].name);
    }
    f->rc = in.rc;
    return f->rc;
}

/* 0; -EINVAL: to be left out; -ENOMEM. */
static int read_line(const char *line, size_t n, struct history_run *r, bool *later, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, line, n, "", e);
    if (rc)
        return rc;
    *later = json_type(json_root(j)) == JSON_OBJECT && is_later(json_root(j));
    if (*later)
        rc = err_set(e, EINVAL, ":1:1: it was written by a later program");
    else if (json_type(json_root(j)) != JSON_OBJECT)
        rc = json_error(j, json_root(j), e, "a line is an object");
    else
        rc = read_run(&(struct fields){.json = j, .object = json_root(j), .e = e}, r);
    json_free(j);
    return rc;
}

static int room(struct history *h, unsigned *have)
{
    if (h->n < *have)
        return 0;
    unsigned more = *have ? 2 * *have : 64;
    struct history_run *runs = realloc(h->runs, more * sizeof *runs);
    if (!runs)
        return -ENOMEM;
    h->runs = runs;
    *have = more;
    return 0;
}

static int read_lines(FILE *f, const char *path, struct history *h, struct err *e)
{
    CLEANUP_FREE char *line = NULL;
    size_t bytes = 0;
    unsigned have = 0, number = 0;
    ssize_t n;
    while ((n = getline(&line, &bytes, f)) > 0) {
        bool later = false, torn = line[n - 1] != '\n';
        struct err why = {0};
        number++;
        int rc = room(h, &have);
        if (!rc && n == 1 && !torn)
            continue; /* an empty line hurts no one */
        if (!rc && torn)
            rc = err_set(&why, EINVAL, ":1:1: the last line is unfinished");
        else if (!rc)
            rc = read_line(line, (size_t)n - 1, &h->runs[h->n], &later, &why);
        if (rc == -ENOMEM)
            return err_set(e, ENOMEM, "out of memory");
        h->n += !rc;
        h->torn |= torn;
        h->later += later;
        h->damaged += rc && !later;
        if (rc && h->n_notes < HISTORY_NOTES) /* the text begins with the place in a file of this one line, ":1:" */
            snprintf(h->notes[h->n_notes++], sizeof h->notes[0], "%s:%u%.300s", path, number, why.text + 2);
    }
    return ferror(f) ? err_call(e, errno, "read", "%s can't be read", path) : 0;
}

int history_read(const char *path, struct history *h, struct err *e)
{
    struct stat st;
    *h = (struct history){.n = 0};
    int fd = open_file(path, O_RDONLY, &st, e);
    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    FILE *f = st.st_size > MOST_READ ? NULL : fdopen(fd, "r");
    if (!f) {
        int code = st.st_size > MOST_READ ? EFBIG : errno;
        close(fd);
        return err_sys(e, code, "%s can't be read", path);
    }
    int rc = read_lines(f, path, h, e);
    fclose(f);
    return rc;
}

void history_release(struct history *h)
{
    free(h->runs);
    *h = (struct history){.n = 0};
}
