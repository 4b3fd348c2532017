/* SPDX-License-Identifier: MIT */
/*
 * Draws charts with gnuplot: the variables and tables of script.h, and then the figure's own script, which is loaded
 * for each format. What comes out is checked.
 */
#include "harness/figure/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/figure/script.h"
#include "harness/figure/svg.h"
#include "harness/record/file.h"

enum { LIMIT_MS = 30000, LEAST_SIZE = 1000, MOST_SIZE = 64 << 20 };

/* What has closed its output may go on all the same: it is given as long again, and killed. */
static void wait_for_end(pid_t pid, const volatile int *stop, int *status)
{
    const struct timespec step = {.tv_nsec = 2000000};
    for (int ms = 0; ms < LIMIT_MS && !*stop; ms += 2) {
        siginfo_t ended = {0};
        if (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) || ended.si_pid)
            break;
        nanosleep(&step, NULL);
    }
    kill(pid, SIGKILL);            /* what has ended is there until it is waited for, and takes no harm */
    (void)child_wait(pid, status); /* a status that can't be read is a failure's */
}

/* Runs gnuplot with a time limit; its stderr, of which there must be none, goes into `said`. 0, -ENOENT, or -EIO. Where
 * the machine's list of fonts is out of date, as after their installation, the library of fonts writes one of its own
 * into private_dir: else it would complain of having no place for it. It runs in `dir`, so that a script names files
 * without their directory, whose name may hold what no line of a script can. */
static int run_gnuplot(char *const argv[], const char *dir, const char *private_dir, const volatile int *stop,
                       char *said, size_t room)
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
    char cache[PATH_MAX];
    snprintf(cache, sizeof cache, "XDG_CACHE_HOME=%.4000s", private_dir);
    char *envp[] = {own_path ? own_path : path, locale, home, cache, NULL};
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addchdir_np(&fa, dir);
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
    wait_for_end(pid, stop, &status);
    if (*stop)
        return -EINTR;
    if (!n && WIFSIGNALED(status))
        snprintf(said, room, "it was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return child_succeeded(status) && !n ? 0 : -EIO;
}

/* pdf: cairo writes when it was made, which would make no two files alike. The date keeps its length. */
static void without_date(char *text, size_t n)
{
    static const char key[] = "/CreationDate (D:";
    char *at = memmem(text, n, key, sizeof key - 1);
    for (char *p = at ? at + sizeof key - 1 : text + n; p < text + n && *p != ')'; p++)
        if (*p >= '0' && *p <= '9')
            *p = '0';
}

static int write_all(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "we");
    if (!f)
        return -errno;
    fwrite(text, 1, n, f);
    return fclose(f) ? -errno : 0;
}

/* Is the file whole? Then it becomes what it is to be in the end. */
static int finish(const struct gnuplot_file *f, const struct chart *c, const char *id, const char *alt)
{
    static const struct {
        const char *format, *begins, *ends;
    } known[] = {{"svg", "<?xml", "</svg>\n"}, {"png", "\x89PNG", "IEND\xae\x42\x60\x82"}, {"pdf", "%PDF", "%%EOF\n"}};
    CLEANUP_FREE char *text = NULL;
    size_t n;
    struct err e;
    if (file_read(f->to, MOST_SIZE, &text, &n, &e) || n < LEAST_SIZE)
        return -EIO;
    size_t k = 0;
    while (strcmp(known[k].format, f->format) != 0)
        k++;
    size_t ends = strlen(known[k].ends);
    while (n > ends && k == 0 && text[n - 1] == '\n' && text[n - 2] == '\n')
        n--;
    if (memcmp(text, known[k].begins, strlen(known[k].begins)) != 0 ||
        memcmp(text + n - ends, known[k].ends, ends) != 0)
        return -EIO;
    if (strcmp(f->format, "png") == 0)
        return 0;
    if (strcmp(f->format, "pdf") == 0) {
        without_date(text, n);
        return write_all(f->to, text, n);
    }
    char *svg = strndup(text, n);
    if (!svg)
        return -ENOMEM;
    int rc = svg_finish(&svg, &n, id, c->title, alt);
    rc = rc == -EBADMSG ? -EIO : rc ? rc : write_all(f->to, svg, n);
    free(svg);
    return rc;
}

/* What stands behind the last slash. */
static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int write_script(const char *path, const struct chart *c, const char *script, const char *folder,
                        const struct gnuplot_file *files, unsigned n)
{
    struct page page;
    FILE *f = fopen(path, "we");
    if (!f)
        return -errno;
    page_lay_out(&page, c);
    script_text(f, "folder", folder);
    script_write(f, c, &page);
    for (unsigned i = 0; i < n; i++) {
        script_text(f, "format_name", files[i].format);
        script_text(f, "out", name_in(files[i].to));
        fprintf(f, "reset\nload folder.'/%s.gp'\nunset output\n", script);
    }
    bool no_memory = page.no_memory;
    page_release(&page);
    return fclose(f) ? -errno : no_memory ? -ENOMEM : 0;
}

int gnuplot_draw(const struct chart *c, const char *script, const char *id, const char *alt,
                 const struct gnuplot_file *files, unsigned n, const char *private_dir, const volatile int *stop,
                 struct err *e)
{
    char own[PATH_MAX], folder[PATH_MAX], said[512] = "";
    if (data_path("plots", folder, sizeof folder))
        return err_set(e, ENOENT, "the folder of plot scripts is neither in the source tree nor installed");
    snprintf(own, sizeof own, "%.4000s/chart.gp", private_dir);
    int rc = write_script(own, c, script, folder, files, n);
    if (rc)
        return err_sys(e, -rc, "%s can't be written", own);
    for (unsigned i = 0; i < n; i++) /* one that was left; and whatever it leads to is nothing to write to */
        unlink(files[i].to);
    const char *argv[] = {"gnuplot", "-d", own, NULL};
    CLEANUP_FREE char *dir = NULL;
    if (asprintf(&dir, "%s%.*s", files[0].to[0] == '/' ? "" : "./", (int)(name_in(files[0].to) - files[0].to),
                 files[0].to) < 0)
        return err_set(e, ENOMEM, "out of memory");
    rc = run_gnuplot((char *const *)(uintptr_t)argv, dir, private_dir, stop, said, sizeof said);
    unlink(own);
    for (unsigned i = 0; i < n && !rc; i++)
        rc = finish(&files[i], c, id, alt);
    for (unsigned i = 0; i < n && rc; i++)
        unlink(files[i].to);
    if (rc == -EINTR)
        return err_set(e, EINTR, "interrupted");
    if (rc == -ENOENT)
        return err_set(e, ENOENT, "gnuplot is not installed, so no figure was drawn; install the package gnuplot-nox");
    return rc ? err_set(e, rc == -ENOMEM ? ENOMEM : EIO, "gnuplot could not draw %s: %.200s", files[0].to,
                        said[0] ? said : "its output is not whole; is there room for it?")
              : 0;
}
