/* SPDX-License-Identifier: MIT */
/* Golden values and their marks; see golden.h. */
#include "harness/trial/golden.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"

enum {
    MOST_MARKS =
        1 << 18, /* of a piece of work: 6 MB, which a trial reads in milliseconds; the largest plans have less */
    NEAR = 64,   /* this part of the way from a mark to the next there is no other: few marks do for all */
    AT_ONCE = 256,
    LEAST_FD = 16 /* above those that a trial's process has */
};

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* For each task the mark nearest to what it did; where none is nearer, that of no units stays. */
static void nearest_marks(const struct trial *t, struct golden_mark *nearest)
{
    struct golden_mark m[AT_ONCE];
    off_t at = 0;
    for (ssize_t got; t->engine.cell->golden_fd && (got = pread(t->engine.cell->golden_fd, m, sizeof m, at)) > 0;
         at += got)
        for (size_t i = 0; i < (size_t)got / sizeof *m; i++) {
            if (m[i].task >= t->engine.cell->tasks)
                continue;
            uint64_t done = t->engine.task_units[m[i].task];
            if (apart(m[i].units, done) < apart(nearest[m[i].task].units, done))
                nearest[m[i].task] = m[i];
        }
}

/* Behind those that were handed over; what can't be kept is reckoned again. */
static void leave_marks(const struct trial *t, const struct golden_mark *m, size_t n)
{
    struct stat st;
    if (!n || !t->engine.cell->golden_fd || fstat(t->engine.cell->golden_fd, &st))
        return;
    ssize_t kept = pwrite(t->engine.cell->golden_fd, m, n * sizeof *m, st.st_size);
    (void)kept;
}

static uint64_t closed_value(struct trial *t)
{
    CLEANUP_FREE struct golden_mark *marks = calloc(t->engine.cell->tasks, sizeof *marks);
    uint64_t sum = 0;
    size_t n = 0;
    if (!marks)
        return wl_unknown(&t->engine.env, ENOMEM);
    nearest_marks(t, marks);
    for (unsigned i = 0; i < t->engine.cell->tasks; i++) {
        struct golden_mark m = marks[i];
        uint64_t done = t->engine.task_units[i], first = engine_share(&t->engine, i).first;
        if (done > m.units)
            m.sum += t->engine.workload->expected(&t->engine.env, first + m.units, done - m.units);
        else if (done < m.units)
            m.sum -= t->engine.workload->expected(&t->engine.env, first + done, m.units - done);
        sum += m.sum;
        if (apart(done, m.units) > done / NEAR) /* n <= i: what is overwritten has been looked at */
            marks[n++] = (struct golden_mark){i, done, m.sum};
    }
    if (!t->unknown)
        leave_marks(t, marks, n);
    return sum;
}

uint64_t golden_value(struct trial *t)
{
    if (t->engine.cell->golden_known)
        return t->engine.cell->golden;
    return t->engine.cell->mode == MODE_CLOSED ? closed_value(t)
                                               : t->engine.workload->expected(&t->engine.env, 0, t->engine.cell->units);
}

void golden_release(struct golden *g)
{
    free(g->marks);
    *g = (struct golden){0};
}

int golden_file(void)
{
    CLEANUP_FD int fd = memfd_create("golden", MFD_CLOEXEC);
    int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, LEAST_FD);
    return high < 0 ? 0 : high;
}

void golden_hand_over(const struct golden *g, int file, struct cell *c)
{
    c->golden_known = c->mode == MODE_BATCH && g->known;
    c->golden = c->golden_known ? g->value : 0;
    size_t bytes = g->n_marks * sizeof *g->marks;
    bool whole = c->mode == MODE_CLOSED && file && ftruncate(file, 0) == 0 &&
                 (!bytes || pwrite(file, g->marks, bytes, 0) == (ssize_t)bytes);
    c->golden_fd = whole ? file : 0;
}

void golden_take(struct golden *g, const struct cell *c, const struct trial_record *r)
{
    struct stat st;
    if (c->mode == MODE_BATCH) {
        g->value = g->known ? g->value : r->expected;
        g->known = true;
        return;
    }
    size_t had = g->n_marks;
    if (!c->golden_fd || fstat(c->golden_fd, &st) || (size_t)st.st_size / sizeof *g->marks <= had)
        return;
    size_t n = (size_t)st.st_size / sizeof *g->marks, bytes = (n - had) * sizeof *g->marks;
    struct golden_mark *more = n > MOST_MARKS ? NULL : realloc(g->marks, n * sizeof *more);
    if (!more) /* the next trial goes on from those that there are */
        return;
    g->marks = more;
    if (pread(c->golden_fd, more + had, bytes, (off_t)(had * sizeof *more)) == (ssize_t)bytes)
        g->n_marks = n;
}
