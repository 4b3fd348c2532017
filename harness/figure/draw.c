/* SPDX-License-Identifier: MIT */
/* Figures into files and into memory; see draw.h. */
#include "harness/figure/draw.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/figure/gnuplot.h"
#include "harness/record/file.h"
#include "harness/trial/scratch.h"

enum { ALT = 4000, NAME = 320, FORMATS = 3 };
enum { MOST_SVG = 64 << 20 };

/* What is passed to each chart. */
struct drawing {
    struct scratch private; /* what a run that was killed while it drew has left, the next one clears away */
    const volatile int *stop;
    struct err *e;
    const char *dir, *formats; /* files */
    unsigned *made;
    int (*each)(void *arg, const struct figure_drawn *d); /* memory */
    void *arg;
    int (*draw)(void *arg, const struct figure *f, const struct chart *c); /* one chart; arg is this */
};

static void name_of(char *buf, size_t n, const struct figure *f, const struct chart *c)
{
    snprintf(buf, n, "%s%s%s", f->name, c->file[0] ? "-" : "", c->file);
}

static int to_memory(void *arg, const struct figure *f, const struct chart *c)
{
    const struct drawing *d = arg;
    char path[PATH_MAX], name[NAME], alt[ALT];
    CLEANUP_FREE char *text = NULL, *svg = NULL;
    size_t n;
    snprintf(path, sizeof path, "%.4000s/chart.svg", d->private.path);
    name_of(name, sizeof name, f, c);
    chart_alt(c, alt, sizeof alt);
    const struct gnuplot_file file = {"svg", path};
    int rc = gnuplot_draw(c, f->name, name, alt, &file, 1, d->private.path, d->stop, d->e);
    if (!rc)
        rc = file_read(path, MOST_SVG, &text, &n, d->e);
    unlink(path);
    if (rc)
        return rc;
    svg = strndup(text, n);
    if (!svg)
        return err_set(d->e, ENOMEM, "out of memory");
    const char *element = strstr(svg, "<svg"); /* it is there: that was checked */
    const struct figure_drawn drawn = {.figure = f,
                                       .name = name,
                                       .title = c->title,
                                       .subtitle = c->subtitle,
                                       .caption = c->caption,
                                       .alt = alt,
                                       .svg = element,
                                       .size = strlen(element)};
    return d->each(d->arg, &drawn);
}

/* The files of a chart under their temporary names, one a format; the caller frees what they point to. */
static unsigned files_of(const struct drawing *d, const char *name, struct gnuplot_file files[FORMATS])
{
    unsigned n = 0;
    for (const char *at = d->formats; *at && n < FORMATS; n++) {
        char *format = NULL, *to = NULL;
        size_t bytes = strcspn(at, ",");
        if (asprintf(&format, "%.*s", (int)bytes, at) < 0)
            return n;
        if (asprintf(&to, "%s/%s.%s.tmp", d->dir, name, format) < 0) {
            free(format);
            return n;
        }
        files[n] = (struct gnuplot_file){format, to};
        at += bytes + (at[bytes] == ',');
    }
    return n;
}

/* Without ".tmp" at its end. */
static int name_last(const char *to, struct err *e)
{
    char last[PATH_MAX];
    snprintf(last, sizeof last, "%.*s", (int)(strlen(to) - strlen(".tmp")), to);
    return rename(to, last) ? err_call(e, errno, "rename", "%s can't be renamed", to) : 0;
}

static int to_files(void *arg, const struct figure *f, const struct chart *c)
{
    struct drawing *d = arg;
    char name[NAME], alt[ALT];
    struct gnuplot_file files[FORMATS];
    name_of(name, sizeof name, f, c);
    chart_alt(c, alt, sizeof alt);
    unsigned n = files_of(d, name, files);
    int rc = n ? gnuplot_draw(c, f->name, name, alt, files, n, d->private.path, d->stop, d->e) : -ENOMEM;
    for (unsigned i = 0; i < n && !rc; i++)
        rc = name_last(files[i].to, d->e);
    for (unsigned i = 0; i < n; i++) {
        if (rc)
            unlink(files[i].to);
        free((char *)(uintptr_t)files[i].format);
        free((char *)(uintptr_t)files[i].to);
    }
    *d->made += !rc;
    return rc;
}

/* Has another program taken the directory away, or is about to, what is in it first? */
static bool is_swept(const struct drawing *d)
{
    enum { LOOKS = 10 };
    const struct timespec pause = {.tv_nsec = 20000000};
    unsigned looks = 0;
    while (access(d->private.path, F_OK) == 0 && looks++ < LOOKS && !*d->stop)
        nanosleep(&pause, NULL);
    return access(d->private.path, F_OK) != 0;
}

/* Where locks of files are refused, a directory that is used is not told from one that was left, and any other program
 * of these that starts removes it: then again, in a new one. */
static int draw_one(void *arg, const struct figure *f, const struct chart *c)
{
    enum { TRIES = 8 };
    struct drawing *d = arg;
    int rc = d->draw(d, f, c);
    for (unsigned i = 1; i < TRIES && rc && rc != -EINTR && is_swept(d); i++) {
        scratch_remove(&d->private);
        rc = scratch_make(&d->private, "/tmp", d->e);
        rc = rc ? rc : d->draw(d, f, c);
    }
    return rc;
}

static int draw(const struct figure_source *of, const char *only, struct drawing *d,
                int (*fn)(void *arg, const struct figure *f, const struct chart *c))
{
    d->e->text[0] = 0;
    scratch_sweep("/tmp");
    int rc = scratch_make(&d->private, "/tmp", d->e);
    if (rc)
        return rc;
    d->draw = fn;
    rc = figures_each(of, only, draw_one, d);
    scratch_remove(&d->private);
    return rc == -ENOMEM && !d->e->text[0] ? err_set(d->e, ENOMEM, "out of memory") : rc;
}

int figures_svg(const struct figure_source *of, const char *only, const volatile int *stop,
                int (*each)(void *arg, const struct figure_drawn *d), void *arg, struct err *e)
{
    struct drawing d = {.stop = stop, .e = e, .each = each, .arg = arg};
    return draw(of, only, &d, to_memory);
}

int figures_files(const struct figure_source *of, const char *dir, const char *formats, const char *only,
                  const volatile int *stop, unsigned *made, struct err *e)
{
    struct drawing d = {.stop = stop, .e = e, .dir = dir, .formats = formats, .made = made};
    *made = 0;
    struct stat st;
    if (mkdir(dir, 0777) && (errno != EEXIST || stat(dir, &st) || !S_ISDIR(st.st_mode)))
        return err_call(e, errno, "mkdir", "the directory %s can't be made", dir);
    return draw(of, only, &d, to_files);
}
