/* SPDX-License-Identifier: MIT */
/*
 * Looking at a plug-in in a child, since its constructors are code that may crash, hang, end the process or leave
 * others behind. Two processes, as for a trial: a keeper that reaps all that comes of it (so this process never reaps
 * children that aren't its own), and below it the one that loads. Both answer in one shared mapping.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/measure/clock.h"
#include "harness/record/plugin_json.h"
#include "harness/trial/plugin.h"
#include "harness/trial/trial.h"

enum { LIMIT_MS = 10000, LOOK_MS = 100, ROOM = 1 << 18 };

struct probe {
    bool ended, late;     /* by the keeper: the loader has ended; it had to be killed */
    int status;           /* of waitpid */
    bool cannot;          /* a call of the keeper's own failed: err says which */
    unsigned left_behind; /* processes that outlived it */
    struct err err;       /* by the loader: what is wrong with the object */
    bool described;       /* text is whole */
    char text[ROOM];      /* JSON */
    bool beside;          /* in: other plug-ins may have its names */
};

static void describe(struct probe *p, const char *path, const char *sha256, const struct workload_plugin *loaded)
{
    FILE *f = fmemopen(p->text, sizeof p->text, "w");
    struct json_writer w;
    if (!f)
        return;
    json_init(&w, f, 0);
    json_begin(&w, '{');
    put_string(&w, "path", path);
    put_string(&w, "sha256", sha256);
    put_plugin_workloads(&w, loaded->workloads);
    json_end(&w, '}');
    bool whole = fflush(f) == 0 && !ferror(f);
    p->described = fclose(f) == 0 && whole;
}

/* `beside`: plug-ins that are known may have them, too. */
static int names_free(const struct workload_plugin *loaded, const char *path, bool beside, struct err *e)
{
    for (unsigned i = 0; loaded->workloads[i]; i++) {
        const char *name = loaded->workloads[i]->name;
        const struct plugin *other = plugin_of(name);
        if (workload_find(name) && !(other && beside))
            return err_set(e, EINVAL, "%s: its workload '%s' has the name of one %s%s: rename it", path, name,
                           other ? "from " : "that is built in", other ? other->path : "");
        for (unsigned j = 0; j < i; j++)
            if (strcmp(loaded->workloads[j]->name, name) == 0)
                return err_set(e, EINVAL, "%s: it has two workloads '%s'", path, name);
    }
    return 0;
}

static _Noreturn void loader(struct probe *p, const char *path, const char *sha256)
{
    int null = open("/dev/null", O_RDWR);
    if (null >= 0) { /* what it prints while loading must not stand in this program's output */
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
    }
    const struct workload_plugin *loaded = plugin_load(path, &p->err);
    if (loaded && names_free(loaded, path, p->beside, &p->err) == 0)
        describe(p, path, sha256, loaded);
    _exit(0);
}

static void cannot(struct probe *p, int code, const char *call, const char *path)
{
    err_call(&p->err, code, call, "the plug-in %s can't be looked at in a process of its own", path);
    p->cannot = true;
}

/* Until it has ended, is late, or nobody wants to know any more. */
static void watch(struct probe *p, pid_t pid, int pidfd, pid_t run)
{
    struct pollfd f = {.fd = pidfd, .events = POLLIN};
    uint64_t until = now_ns() + LIMIT_MS * NS_PER_MS;
    while (getppid() == run && now_ns() < until) {
        int rc = poll(&f, 1, LOOK_MS);
        if (rc > 0 || (rc < 0 && errno != EINTR)) { /* which can't be awaited so is awaited without a limit */
            p->ended = child_wait(pid, &p->status) == 0;
            return;
        }
    }
    p->late = true;
}

static _Noreturn void keeper(struct probe *p, const char *path, const char *sha256, pid_t run)
{
    setsid();
    signal(SIGINT, SIG_IGN); /* the run's own end is seen by its pid */
    if (prctl(PR_SET_CHILD_SUBREAPER, 1)) {
        cannot(p, errno, "prctl", path);
        _exit(1);
    }
    pid_t self = getpid(), pid = fork();
    if (pid == 0) {
        child_in_order(self);
        loader(p, path, sha256);
    }
    int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (pidfd < 0)
        cannot(p, errno, pid > 0 ? "pidfd_open" : "fork", path);
    else
        watch(p, pid, pidfd, run);
    p->left_behind = reap_descendants();
    _exit(0);
}

static int judge(const struct probe *p, const char *path, struct err *e)
{
    if (p->cannot) {
        *e = p->err;
        return -p->err.code;
    }
    if (p->late)
        return err_set(e, EINVAL, "the plug-in %s hangs when it is loaded (killed after %d s)", path, LIMIT_MS / 1000);
    if (!p->ended)
        return err_set(e, EINVAL, "the process that looked at the plug-in %s was killed", path);
    if (WIFSIGNALED(p->status))
        return err_set(e, EINVAL, "the plug-in %s crashes when it is loaded: signal %d (%s) in a constructor", path,
                       WTERMSIG(p->status), strsignal(WTERMSIG(p->status)));
    if (p->err.code) {
        *e = p->err;
        return -p->err.code;
    }
    if (!p->described)
        return err_set(e, EINVAL, "the plug-in %s ends the process with exit code %d when it is loaded", path,
                       WEXITSTATUS(p->status));
    if (p->left_behind)
        return err_set(e, EINVAL, "the plug-in %s starts %u process%s when it is loaded (killed)", path, p->left_behind,
                       p->left_behind == 1 ? "" : "es");
    return 0;
}

static int read_description(const struct probe *p, const char *path, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, p->text, strnlen(p->text, sizeof p->text), path, e);
    if (rc)
        return rc;
    rc = read_plugin((struct fields){.json = j, .object = json_root(j), .e = e});
    json_free(j);
    return rc;
}

static int look_and_add(const char *path, bool beside, char sha256[SHA256_TEXT], struct err *e)
{
    CLEANUP_FREE char *whole = realpath(path, NULL);
    if (!whole)
        return err_call(e, errno, "open", "the plug-in %s can't be opened", path);
    int rc = plugin_digest(whole, sha256, e);
    if (rc)
        return rc;
    struct probe *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return err_call(e, errno, "mmap", "the plug-in %s can't be looked at", path);
    p->beside = beside;
    fflush(NULL);
    pid_t run = getpid(), pid = fork();
    if (pid == 0)
        keeper(p, whole, sha256, run);
    if (pid < 0)
        cannot(p, errno, "fork", whole);
    else
        child_wait_gone(pid); /* what it saw stands in *p */
    rc = judge(p, whole, e);
    if (!rc)
        rc = read_description(p, whole, e);
    munmap(p, sizeof *p);
    return rc;
}

int plugin_add(const char *path, struct err *e)
{
    char sha256[SHA256_TEXT];
    return look_and_add(path, false, sha256, e);
}

int plugin_add_to(struct plugin_set *set, const char *path, struct err *e)
{
    char sha256[SHA256_TEXT];
    if (set->n == PLUGIN_SET_MOST)
        return err_set(e, E2BIG, "more than %d plug-ins for one program", PLUGIN_SET_MOST);
    int rc = look_and_add(path, true, sha256, e);
    CLEANUP_FREE char *whole = rc ? NULL : realpath(path, NULL);
    if (rc)
        return rc;
    set->of[set->n] = whole ? plugin_with(whole, sha256) : NULL;
    return set->of[set->n++] ? 0 : err_set(e, ENOENT, "the plug-in %s vanished while it was looked at", path);
}
