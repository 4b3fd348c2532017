/* SPDX-License-Identifier: MIT */
/* The journal: one line a trial, one write each; see journal.h. */
#include "harness/record/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/record/plan_json.h"
#include "harness/record/record_read.h"

enum { READ_BYTES = 1 << 18 }; /* a run's journal may have hundreds of megabytes */

struct journal {
    int fd;
    off_t end; /* of the last whole line */
    char path[4096];
};

static int open_at(struct journal **out, const char *dir, int flags, struct err *e)
{
    struct journal *j = calloc(1, sizeof *j);
    if (!j)
        return err_set(e, ENOMEM, "out of memory");
    snprintf(j->path, sizeof j->path, "%s/trials.jsonl", dir);
    j->fd = open(j->path, flags | O_CLOEXEC, 0666);
    int rc = j->fd < 0 ? err_call(e, errno, "open", "%s can't be opened", j->path) : 0;
    if (rc)
        journal_close(j);
    else
        *out = j;
    return rc;
}

/* One write; the rest of a short one is tried once more for the sake of the reason. */
static int put_line(struct journal *j, char *text, struct err *e)
{
    if (!text)
        return err_set(e, ENOMEM, "out of memory for a line of %s", j->path);
    size_t n = strlen(text) + 1, done = 0;
    text[n - 1] = '\n'; /* in the place of the NUL: one buffer */
    int code = 0;
    while (!code && done < n) {
        ssize_t put = write(j->fd, text + done, n - done);
        done += put > 0 ? (size_t)put : 0;
        code = put < 0 && errno != EINTR ? errno : put == 0 ? EIO : 0;
    }
    if (!code) {
        j->end += (off_t)n;
        return 0;
    }
    bool whole = !done || ftruncate(j->fd, j->end) == 0;
    return err_call(e, code, "write",
                    "%s can't be written; it ends with %s, so free some space and go on with --resume", j->path,
                    whole ? "its last whole line" : "an unfinished line, which --resume cuts off");
}

int journal_create(struct journal **out, const char *dir, const struct plan *p, struct err *e)
{
    struct journal *j;
    int rc = open_at(&j, dir, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, e);
    if (rc)
        return rc;
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    struct json_writer w;
    if (f) {
        json_init(&w, f, 0);
        json_begin(&w, '{');
        put_plan(&w, p);
        json_end(&w, '}');
        fclose(f);
    }
    /* err_set is never 0. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
    rc = put_line(j, text, e);
    free(text);
    if (rc) {
        unlink(j->path);
        journal_close(j);
    } else
        *out = j;
    return rc;
}

/* Where the last line ends that is whole before `at`; -errno: it can't be told, and nothing may be cut. */
static off_t whole_lines(int fd, off_t at)
{
    char buf[8192];
    while (at > 0) {
        off_t from = at > (off_t)sizeof buf ? at - (off_t)sizeof buf : 0;
        ssize_t n = pread(fd, buf, (size_t)(at - from), from);
        if (n < 0 && errno == EINTR)
            continue;
        if (n != at - from)
            return n < 0 ? -errno : -EIO;
        const char *last = memrchr(buf, '\n', (size_t)n);
        if (last)
            return from + (last - buf) + 1;
        at = from;
    }
    return at < 0 ? -errno : 0;
}

int journal_reopen(struct journal **out, const char *dir, bool without_last, struct err *e)
{
    struct journal *j;
    int rc = open_at(&j, dir, O_RDWR | O_APPEND, e);
    if (rc)
        return rc;
    /* err_set is never 0. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    j->end = whole_lines(j->fd, lseek(j->fd, 0, SEEK_END));
    if (without_last && j->end > 0)
        j->end = whole_lines(j->fd, j->end - 1);
    int code = j->end < 0 ? (int)-j->end : ftruncate(j->fd, j->end) ? errno : 0;
    if (code) {
        rc = err_call(e, code, "ftruncate", "%s can't be cut back to its last whole line", j->path);
        journal_close(j);
        return rc;
    }
    *out = j;
    return 0;
}

int journal_append(struct journal *j, const struct plan *p, const struct trial_record *r, struct err *e)
{
    CLEANUP_FREE char *text = record_to_json(p, r);
    return put_line(j, text, e);
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    if (j->fd >= 0)
        close(j->fd);
    free(j);
}

static int first_line(const char *path, const char *line, size_t n, struct plan *p, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, line, n, path, e);
    if (rc)
        return rc;
    rc = read_plan((struct fields){.json = j, .object = json_root(j), .e = e}, p);
    json_free(j);
    return rc;
}

/* Its place in the plan, once. */
static void check_place(struct json_cursor *c, const struct plan *p, const struct trial_record *r, bool *seen)
{
    if (r->cell >= p->n_cells || r->block >= p->blocks)
        cursor_error(c, 0, "its cell or block is not in the plan");
    /* err_set is never 0. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    else if (seen[(size_t)r->block * p->n_cells + r->cell])
        cursor_error(c, 0, "the trial of cell %u in block %u stands twice", r->cell, r->block);
    else
        seen[(size_t)r->block * p->n_cells + r->cell] = true;
}

static int trial_line(struct json_cursor *c, const struct plan *p, int (*each)(void *, struct trial_record *),
                      void *arg, bool *seen)
{
    struct trial_record r;
    int rc = record_read(c, &r);
    if (!rc) {
        check_place(c, p, &r, seen);
        rc = c->rc;
    }
    if (!rc)
        rc = each(arg, &r);
    trial_record_release(&r);
    return rc;
}

int journal_read(const char *dir, struct plan *p, int (*each)(void *arg, struct trial_record *r), void *arg, bool *torn,
                 struct err *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/trials.jsonl", dir);
    FILE *f = fopen(path, "re");
    if (!f)
        return err_call(e, errno, "open", "%s is not a run: %s can't be read", dir, path);
    CLEANUP_FREE char *buffer = malloc(READ_BYTES);
    if (buffer)
        setvbuf(f, buffer, _IOFBF, READ_BYTES);
    struct json_cursor c = {.rc = 0};
    char *line = NULL;
    bool *seen = NULL;
    size_t room = 0;
    unsigned number = 0;
    int rc = 0;
    ssize_t n = 0;
    *torn = false;
    *p = (struct plan){0};
    while (!rc && !*torn && (n = getline(&line, &room, f)) > 0) {
        if (line[n - 1] != '\n') {
            *torn = true;
        } else if (!number++) {
            rc = first_line(path, line, (size_t)n - 1, p, e);
            seen = rc ? NULL : calloc((size_t)p->blocks * p->n_cells + 1, sizeof *seen);
            if (!rc && !seen)
                rc = err_set(e, ENOMEM, "out of memory");
        } else {
            cursor_init(&c, line, (size_t)n - 1, path, number, e);
            rc = trial_line(&c, p, each, arg, seen);
            if (c.rc && c.rc != -ENOMEM)
                text_append(e->text, sizeof e->text,
                            "; what is before it is whole: keep the first %u lines of the file (head -n %u) and go on "
                            "with --resume, or measure again",
                            number - 1, number - 1);
        }
    }
    if (!rc && n < 0 && !feof(f))
        rc = err_call(e, errno, "read", "%s can't be read", path);
    cursor_release(&c);
    free(line);
    free(seen);
    fclose(f);
    if (!rc && !number)
        rc = err_set(e, EINVAL, "%s has no plan: nothing of this run was written", path);
    if (rc)
        plan_release(p);
    return rc;
}
