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
    if (j->fd < 0) {
        int rc = err_sys(e, errno, "%s can't be opened", j->path);
        free(j);
        return rc;
    }
    *out = j;
    return 0;
}

static int put_line(struct journal *j, char *text, struct err *e)
{
    if (!text)
        return err_set(e, ENOMEM, "out of memory for a line of %s", j->path);
    size_t n = strlen(text);
    text[n] = '\n'; /* in the place of the NUL: one buffer, one write */
    ssize_t put = write(j->fd, text, n + 1);
    if (put == (ssize_t)(n + 1)) {
        j->end += put;
        return 0;
    }
    int code = put < 0 ? errno : ENOSPC;
    if (ftruncate(j->fd, j->end))
        code = errno;
    return err_sys(
        e, code,
        "%s can't be written; it was cut back to its last whole line, so free some space and go on with --resume",
        j->path);
}

int journal_create(struct journal **out, const char *dir, const struct plan *p, struct err *e)
{
    int rc = open_at(out, dir, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, e);
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
    rc = put_line(*out, text, e);
    free(text);
    if (rc) {
        unlink((*out)->path);
        journal_close(*out);
        *out = NULL;
    }
    return rc;
}

/* Where the last whole line ends. */
static off_t whole_lines(int fd)
{
    char buf[65536];
    off_t at = lseek(fd, 0, SEEK_END);
    while (at > 0) {
        off_t from = at > (off_t)sizeof buf ? at - (off_t)sizeof buf : 0;
        ssize_t n = pread(fd, buf, (size_t)(at - from), from);
        for (ssize_t i = n; i > 0; i--)
            if (buf[i - 1] == '\n')
                return from + i;
        if (n <= 0)
            break;
        at = from;
    }
    return 0;
}

int journal_reopen(struct journal **out, const char *dir, struct err *e)
{
    int rc = open_at(out, dir, O_RDWR | O_APPEND, e);
    if (rc)
        return rc;
    (*out)->end = whole_lines((*out)->fd);
    if (ftruncate((*out)->fd, (*out)->end)) {
        rc = err_sys(e, errno, "%s can't be cut back to its last whole line", (*out)->path);
        journal_close(*out);
    }
    return rc;
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
    close(j->fd);
    free(j);
}

static int read_line(const char *name, char *line, size_t n, bool first, struct plan *p,
                     int (*each)(void *, struct trial_record *), void *arg, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, line, n, name, e);
    if (rc)
        return rc;
    struct fields f = {.json = j, .object = json_root(j), .e = e};
    if (first) {
        rc = read_plan(f, p);
    } else {
        struct trial_record r;
        rc = read_record(f, &r);
        if (!rc && (r.cell >= p->n_cells || r.block >= p->blocks))
            rc = json_error(j, json_root(j), e, "its cell or block is not in the plan");
        if (!rc)
            rc = each(arg, &r);
        trial_record_release(&r);
    }
    json_free(j);
    return rc;
}

int journal_read(const char *dir, struct plan *p, int (*each)(void *arg, struct trial_record *r), void *arg, bool *torn,
                 struct err *e)
{
    char path[4096], name[4160];
    snprintf(path, sizeof path, "%s/trials.jsonl", dir);
    FILE *f = fopen(path, "re");
    if (!f)
        return err_sys(e, errno, "%s is not a run: %s can't be read", dir, path);
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    int rc = 0;
    ssize_t n;
    *torn = false;
    *p = (struct plan){0};
    while (!rc && (n = getline(&line, &room, f)) > 0) {
        if (line[n - 1] != '\n') {
            *torn = true;
            break;
        }
        snprintf(name, sizeof name, "%s line %u", path, ++number);
        rc = read_line(name, line, (size_t)n - 1, number == 1, p, each, arg, e);
    }
    free(line);
    fclose(f);
    if (!rc && !number)
        rc = err_set(e, EINVAL, "%s has no plan: nothing of this run was written", path);
    if (rc)
        plan_release(p);
    return rc;
}
