/* SPDX-License-Identifier: MIT */
/*
 * Draws figures with gnuplot. Numbers go in through a data file in a private directory, texts as arguments, so nothing
 * that a user wrote is ever part of a script. The output is checked before it takes its name.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/trial/scratch.h"
#include "harness/base/child.h"
#include "harness/report/filename.h"
#include "harness/report/look.h"
#include "harness/report/map.h"
#include "harness/report/report.h"
#include "harness/report/series.h"

#define FIGURE(x, s, a, b) {#x, s, #x ".gp"},
static const struct figure table[] = {
#include "harness/report/figures.def"
};
#undef FIGURE
#define FIGURE(x, s, a, b) {a, b},
static const struct {
    const char *x, *y;
} axes[] = {
#include "harness/report/figures.def"
};
#undef FIGURE
const struct figure *const figures[] = {&table[0], &table[1], &table[2], NULL};

enum { LIMIT_MS = 30000 };

static double within(const struct axis *a, double v)
{
    return fmin(fmax(v, a->least), a->most);
}

/* An arrow at the end of an interval that the axis cuts: x, y where it begins, 0, and how far it goes. */
static void write_arrow(FILE *f, const struct axis *a, double x, double end)
{
    if (end >= a->least && end <= a->most)
        return;
    double from = axis_value(a, end > a->most ? 0.95 : 0.05), to = end > a->most ? a->most : a->least;
    fprintf(f, "%.17g %.17g 0 %.17g\n", x, from, to - from);
}

/* Where the names of the lines stand, right of all that is drawn. */
static double names_x(const struct series *s)
{
    double most = s->most_x;
    for (unsigned i = 0; i < s->n_lines; i++)
        most = fmax(most, s->line[i].at[s->line[i].n - 1].drawn_x);
    return most * exp(0.1 * log(s->most_x / s->least_x));
}

/* A block a line: x, y, its interval, and throughput; a block of names: x, y, name, row, and the line's end; a block of
 * the ideal line; a block of arrows. */
static int write_data(const struct series *s, const char *path)
{
    FILE *f = fopen(path, "we");
    if (!f)
        return -errno;
    for (unsigned i = 0; i < s->n_lines; i++) {
        const struct series_line *l = &s->line[i];
        for (unsigned k = 0; k < l->n; k++)
            fprintf(f, "%.17g %.17g %.17g %.17g %.17g\n", l->at[k].drawn_x, l->at[k].y, within(&s->y, l->at[k].lower),
                    within(&s->y, l->at[k].upper), l->at[k].y * (s->per_task ? l->at[k].x : 1));
        fputs("\n\n", f);
    }
    for (unsigned i = 0; i < s->n_lines; i++) { /* models' names are ours: no space, no quote */
        const struct series_line *l = &s->line[i];
        fprintf(f, "%.17g %.17g %s %u %.17g %.17g\n", names_x(s), l->label_y, l->model, i, l->at[l->n - 1].drawn_x,
                l->at[l->n - 1].y);
    }
    fprintf(f, "\n\n%.17g %.17g\n%.17g %.17g\n\n\n", s->least_x, s->least_x, s->most_x, s->most_x);
    fprintf(f, "%.17g %.17g 0 0\n", s->most_x, s->line[0].at[0].y); /* of no length: gnuplot wants a line at least */
    for (unsigned i = 0; i < s->n_lines; i++)
        for (unsigned k = 0; k < s->line[i].n; k++) {
            write_arrow(f, &s->y, s->line[i].at[k].drawn_x, s->line[i].at[k].lower);
            write_arrow(f, &s->y, s->line[i].at[k].drawn_x, s->line[i].at[k].upper);
        }
    return fclose(f) ? -errno : 0;
}

static void put_axis(char *buf, size_t n, const struct axis *a)
{
    text_append(buf, n, " %.9g %.9g %u", a->least, a->most, a->n_ticks);
    for (unsigned i = 0; i < AXIS_TICKS; i++) {
        char text[24] = "-";
        if (i < a->n_ticks)
            axis_tick_text(text, sizeof text, a->tick[i]);
        text_append(buf, n, " %.9g %s", i < a->n_ticks ? a->tick[i] : 0, text);
    }
}

/* For common.gp, which says what stands where. */
static void put_numbers(char *buf, size_t n, const struct series *s)
{
    double least = s->least_x;
    for (unsigned i = 0; i < s->n_lines; i++)
        least = fmin(least, s->line[i].at[0].drawn_x);
    snprintf(buf, n, "%u %.9g %.9g %d %d", s->n_lines, least * 0.95, names_x(s) * 1.001, s->bars, s->per_task);
    put_axis(buf, n, &s->y);
    put_axis(buf, n, s->per_task ? &s->whole : &s->y);
    for (unsigned i = 0; i < s->n_lines; i++) {
        const struct model_look look = look_of(s->line[i].model);
        text_append(buf, n, " %u %u", look.rgb, look.marker);
    }
}

/* Runs gnuplot with a time limit; its stderr, of which there must be none, goes into `said`. 0, -ENOENT, or -EIO. */
static int gnuplot(char *const argv[], const volatile int *stop, char *said, size_t room)
{
    int p[2];
    pid_t pid;
    if (pipe2(p, O_CLOEXEC))
        return -errno;
    char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8", home[] = "HOME=/nonexistent";
    const char *own = getenv("PATH");
    CLEANUP_FREE char *own_path = NULL;
    if (own && asprintf(&own_path, "PATH=%s", own) < 0)
        own_path = NULL;
    char *envp[] = {own_path ? own_path : path, locale, home, NULL};
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&fa, p[1], 1);
    posix_spawn_file_actions_adddup2(&fa, p[1], 2);
    int rc = child_spawn_attributes(&attr);
    if (!rc) {
        rc = -posix_spawnp(&pid, "gnuplot", &fa, &attr, argv, envp);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&fa);
    close(p[1]);
    size_t n = 0;
    struct pollfd f = {.fd = p[0], .events = POLLIN};
    ssize_t got = 1;
    while (!rc && got > 0 && n + 1 < room) {
        int ready = *stop ? 0 : poll(&f, 1, LIMIT_MS);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0) {
            kill(pid, SIGKILL);
            break;
        }
        got = read(p[0], said + n, room - n - 1);
        n += got > 0 ? (size_t)got : 0;
    }
    said[n] = 0;
    close(p[0]);
    int status;
    if (rc)
        return rc;
    (void)child_wait(pid, &status); /* a status that can't be read is a failure's */
    if (*stop)
        return -EINTR;
    if (!n && WIFSIGNALED(status))
        snprintf(said, room, "it was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return child_succeeded(status) && !n ? 0 : -EIO;
}

static bool well_formed(const char *path, const char *format)
{
    static const struct {
        const char *format, *begins;
    } known[] = {{"svg", "<?xml"}, {"png", "\x89PNG"}, {"pdf", "%PDF"}};
    char head[8] = "";
    struct stat st;
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || st.st_size < 1000 || read(fd, head, sizeof head) != sizeof head)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(known[i].format, format) == 0)
            return memcmp(head, known[i].begins, strlen(known[i].begins)) == 0;
    return false;
}

/* What a script is given beside its data. */
struct drawing {
    enum figure_kind kind;
    const char *title, *subtitle, *y;
    const volatile int *stop;
    char numbers[1600];
};

/* written: what came of writing `data`, which is removed here. */
static int draw(const struct drawing *d, const char *format, const char *data, int written, const char *to,
                struct err *e)
{
    char out[PATH_MAX], script[PATH_MAX], folder[PATH_MAX], said[512] = "";
    snprintf(out, sizeof out, "%.4000s.tmp", to);
    if (data_path("plots", folder, sizeof folder))
        return err_set(e, ENOENT, "the folder of plot scripts is neither in the source tree nor installed");
    snprintf(script, sizeof script, "%.4000s/%s", folder, table[d->kind].script);
    if (written)
        return err_sys(e, -written, "%s can't be written", data);
    const char *argv[] = {"gnuplot",       "-d", "-c",       script, data, format, out, d->title, d->subtitle,
                          axes[d->kind].x, d->y, d->numbers, folder, NULL};
    int rc = gnuplot((char *const *)(uintptr_t)argv, d->stop, said, sizeof said);
    unlink(data);
    if (!rc && !well_formed(out, format))
        rc = -EIO;
    if (!rc && rename(out, to))
        rc = -errno;
    if (rc)
        unlink(out);
    if (rc == -EINTR)
        return err_set(e, EINTR, "interrupted");
    return rc == -ENOENT
               ? err_set(e, ENOENT, "gnuplot is not installed, so no figure was drawn; install the package gnuplot-nox")
           : rc ? err_set(e, EIO, "gnuplot could not draw %s: %.200s", to, said[0] ? said : "its output is not whole")
                : 0;
}

/* Is there such a figure, of which this point of the plan is the first? Fills its data. */
static bool has_figure(struct series *data, const struct summary *s, unsigned point, unsigned kind, const char *only)
{
    if ((only && strcmp(only, table[kind].name) != 0) || !series_fill(data, s, point, (enum figure_kind)kind))
        return false;
    return kind != FIGURE_speedup || workload_find(data->of->workload)->needs & NEED_CPU;
}

static const char *y_label(const struct series *s, unsigned kind)
{
    return s->per_task ? "units/s for each task in flight" : axes[kind].y;
}

static int draw_point(const struct summary *s, unsigned point, const char *dir, const char *format, const char *only,
                      const volatile int *stop, const char *data_file, unsigned *made, struct err *e)
{
    static struct series data; /* large; only ever used here */
    for (unsigned kind = 0; kind < FIGURE_crossover; kind++) {
        char to[PATH_MAX], name[256];
        if (!has_figure(&data, s, point, kind, only))
            continue;
        filename_of_work(name, sizeof name, s->plan, data.like);
        snprintf(to, sizeof to, "%.3800s/%s-%s%s.%s", dir, table[kind].name, name, data.suffix, format);
        struct drawing d = {(enum figure_kind)kind, data.title, data.subtitle, y_label(&data, kind), stop, ""};
        put_numbers(d.numbers, sizeof d.numbers, &data);
        int rc = draw(&d, format, data_file, write_data(&data, data_file), to, e);
        if (rc)
            return rc;
        ++*made;
    }
    return 0;
}

unsigned report_text_figures(FILE *out, const struct summary *s, const char *only)
{
    static struct series data;
    unsigned n = 0;
    for (unsigned i = 0; i < s->plan->n_points; i++)
        for (unsigned kind = 0; kind < FIGURE_crossover; kind++)
            if (has_figure(&data, s, i, kind, only)) {
                text_figure(out, &data, axes[kind].x, y_label(&data, kind), kind == FIGURE_speedup);
                n++;
            }
    struct crossover *maps;
    int n_maps = !only || strcmp(only, table[FIGURE_crossover].name) == 0 ? crossover_maps(s, &maps) : -1;
    for (int i = 0; i < n_maps; i++, n++)
        map_print(out, s, &maps[i]);
    if (n_maps >= 0)
        free(maps);
    return n;
}

static int draw_maps(const struct summary *s, const char *dir, const char *format, const volatile int *stop,
                     const char *data_file, unsigned *made, struct err *e)
{
    struct crossover *maps;
    int n = crossover_maps(s, &maps), rc = n < 0 ? err_set(e, ENOMEM, "out of memory") : 0;
    for (int i = 0; i < n && !rc; i++) {
        char to[PATH_MAX], name[256], title[256], subtitle[256];
        const struct crossover *m = &maps[i];
        const struct cell *c = &s->plan->cells[m->like];
        const struct workload *w = workload_find(c->workload);
        struct drawing d = {FIGURE_crossover, title, subtitle, w->params[m->param].summary, stop, ""};
        map_title(title, sizeof title, s, m);
        map_subtitle(subtitle, sizeof subtitle, s, m);
        snprintf(d.numbers, sizeof d.numbers, "%u %u", m->n_x, m->n_y);
        filename_of_map(name, sizeof name, s->plan, maps, (unsigned)n, (unsigned)i);
        snprintf(to, sizeof to, "%.3800s/%s-%s.%s", dir, table[FIGURE_crossover].name, name, format);
        rc = draw(&d, format, data_file, map_write(data_file, s, m), to, e);
        *made += !rc;
    }
    free(maps);
    return rc;
}

int report_figures(const struct summary *s, const char *dir, const char *format, const char *only,
                   const volatile int *stop, unsigned *made, struct err *e)
{
    struct scratch private; /* what a run that was killed while it drew has left, the next one clears away */
    *made = 0;
    if (mkdir(dir, 0777) && errno != EEXIST)
        return err_call(e, errno, "mkdir", "the directory %s can't be made", dir);
    scratch_sweep("/tmp");
    int rc = scratch_make(&private, "/tmp", e);
    if (rc)
        return rc;
    char data[64];
    snprintf(data, sizeof data, "%.58s/data", private.path);
    for (unsigned i = 0; i < s->plan->n_points && !rc; i++)
        rc = draw_point(s, i, dir, format, only, stop, data, made, e);
    if (!rc && (!only || strcmp(only, table[FIGURE_crossover].name) == 0))
        rc = draw_maps(s, dir, format, stop, data, made, e);
    scratch_remove(&private);
    return rc;
}
