/* SPDX-License-Identifier: MIT */
/* Kept floors: what is refused has one line with its place; what is taken is sound, and the same after writing and
 * reading to half a step, whose size the writer says. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/record/kept_floor.h"
#include "tests/fuzz/fuzz.h"

static char dir[] = "/dev/shm/contend-fuzz-XXXXXX", elsewhere[] = "/tmp/contend-fuzz-XXXXXX";
static char again[64];

static void remove_again(void)
{
    unlink(again);
    *strrchr(again, '/') = 0;
    rmdir(again);
}

/* The file that is written again: one for all inputs. */
static void find_again(void)
{
    char *at = mkdtemp(dir) ? dir : mkdtemp(elsewhere);
    MUST(at);
    snprintf(again, sizeof again, "%s/floor", at);
    atexit(remove_again);
}

/* More than a rate can be; what lies closer together than that can be written again. */
static const double HUGE_LOG = 50;

static bool small(const struct floor_series *s, unsigned many, unsigned n)
{
    for (unsigned i = 0; i < many; i++)
        for (unsigned k = 0; k < n; k++)
            if (fabs(s[i].log[k]) > HUGE_LOG)
                return false;
    return true;
}

static void sound(const struct floor_series *s, unsigned many, unsigned n, bool cells)
{
    for (unsigned i = 0; i < many; i++) {
        MUST(s[i].id && (!cells || (s[i].workload && s[i].family && s[i].model)));
        for (unsigned k = 0; k < n; k++)
            MUST(isnan(s[i].log[k]) || fabs(s[i].log[k]) <= 200);
    }
}

static void same(const struct floor_series *a, const struct floor_series *b, unsigned many, unsigned n)
{
    for (unsigned i = 0; i < many; i++)
        for (unsigned k = 0; k < n; k++)
            MUST(isnan(a[i].log[k]) ? isnan(b[i].log[k]) : fabs(a[i].log[k] - b[i].log[k]) < 0.6e-4);
}

static void once_more(const struct kept_floor *f)
{
    struct kept_floor g;
    struct err e = {0};
    if (!again[0])
        find_again();
    MUST(kept_floor_write(f, again, &e) == 0);
    MUST(kept_floor_read(&g, again, &e) == 0);
    MUST(g.n == f->n && g.n_cells == f->n_cells && g.n_canaries == f->n_canaries);
    for (unsigned i = 0; i < f->n; i++)
        MUST(fabs(f->at_s[i] - g.at_s[i]) < 0.001);
    same(f->cells, g.cells, f->n_cells, f->n);
    same(f->canaries, g.canaries, f->n_canaries, f->n);
    kept_floor_release(&g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kept_floor f;
    struct err e = {0};
    char path[64];
    int fd = memfd_create("floor", MFD_CLOEXEC);
    MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    int there = snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int rc = kept_floor_read(&f, path, &e);
    close(fd);
    MUST(rc == 0 || rc == -EINVAL);
    unsigned line, column;
    if (rc) {
        MUST(sscanf(e.text + there, ":%u:%u: ", &line, &column) == 2);
        return 0;
    }
    MUST(f.n >= 1 && isfinite(f.at_s[0]));
    for (unsigned i = 1; i < f.n; i++)
        MUST(f.at_s[i] >= f.at_s[i - 1]);
    sound(f.cells, f.n_cells, f.n, true);
    sound(f.canaries, f.n_canaries, f.n, false);
    if (small(f.cells, f.n_cells, f.n) && small(f.canaries, f.n_canaries, f.n))
        once_more(&f);
    kept_floor_release(&f);
    return 0;
}
