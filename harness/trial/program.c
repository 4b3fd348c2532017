/* SPDX-License-Identifier: MIT */
/* Who is that program? See program.h. */
#include "harness/trial/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/measure/clock.h"
#include "harness/record/fields.h"
#include "harness/trial/spawn.h"
#include "harness/trial/trial.h"

extern char **environ;
enum { ANSWER_MOST = 1 << 20, PATIENCE_MS = 20000 };

static int start(const char *program, char *const argv[], int to, pid_t *pid)
{
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t attr;
    short flags;
    int rc = -child_spawn_attributes(&attr);
    if (rc)
        return rc;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&fa, to, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&fa, STDERR_FILENO, "/dev/null", O_WRONLY, 0); /* it may not be contend at all */
    posix_spawnattr_getflags(&attr, &flags);
    posix_spawnattr_setpgroup(&attr, 0); /* so that all of a wrapper is killed when it takes too long */
    posix_spawnattr_setflags(&attr, (short)(flags | POSIX_SPAWN_SETPGROUP));
    rc = posix_spawnp(pid, program, &fa, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&fa);
    posix_spawnattr_destroy(&attr);
    return rc;
}

/* Until the end of what it prints. -ETIMEDOUT, -EFBIG, or -errno. */
static int listen_to(int from, char *text, size_t *n)
{
    uint64_t until = now_ns() + PATIENCE_MS * NS_PER_MS;
    for (*n = 0;;) {
        uint64_t now = now_ns();
        struct pollfd p = {.fd = from, .events = POLLIN};
        if (now >= until)
            return -ETIMEDOUT;
        if (*n == ANSWER_MOST)
            return -EFBIG;
        if (poll(&p, 1, (int)((until - now) / NS_PER_MS) + 1) < 0 && errno != EINTR)
            return -errno;
        if (!p.revents)
            continue;
        ssize_t got = read(from, text + *n, ANSWER_MOST - *n);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            return 0;
        *n += got > 0 ? (size_t)got : 0;
    }
}

/* What it prints on its standard output, with a NUL behind; malloc'ed. */
static int ask(const char *program, char *const argv[], char **text, size_t *n, struct err *e)
{
    int ends[2], status = 0;
    pid_t pid;
    *text = malloc(ANSWER_MOST + 1);
    if (!*text)
        return err_set(e, ENOMEM, "out of memory");
    if (pipe2(ends, O_CLOEXEC))
        return err_call(e, errno, "pipe2", "a pipe can't be made");
    int rc = start(program, argv, ends[1], &pid);
    close(ends[1]);
    if (rc) {
        close(ends[0]);
        return err_call(e, rc, "posix_spawn", "%s can't be started", program);
    }
    rc = listen_to(ends[0], *text, n);
    close(ends[0]);
    if (rc)
        kill(-pid, SIGKILL);
    int unseen = child_wait(pid, &status);
    (*text)[rc ? 0 : *n] = 0;
    if (rc)
        return err_sys(e, -rc, "'%s %s' gives no answer", program, argv[1]);
    if (unseen)
        return err_call(e, -unseen, "waitpid", "the end of '%s %s' can't be read", program, argv[1]);
    return 0;
}

/* "contend VERSION (COMMIT, TYPE[, SANITIZERS])", and no more than the line's end behind it. */
static bool read_version(const char *line, char part[4][128])
{
    int end = -1;
    memset(part, 0, 4 * sizeof part[0]);
    const char *tail = line;
    if (sscanf(line, "contend %127[^ (] (%127[^,)], %127[^,)]%n", part[0], part[1], part[2], &end) != 3 || end < 0)
        return false;
    tail += end;
    if (strncmp(tail, ", ", 2) == 0) {
        size_t n = strcspn(tail + 2, ")\n");
        snprintf(part[3], sizeof part[3], "%.*s", (int)(n < 127 ? n : 127), tail + 2);
        tail += 2 + n;
    }
    return strcmp(tail, ")\n") == 0;
}

/* Its compiler, flags and libraries: what a build too old for the question does not tell stays unknown. */
static void ask_facts(const char *program, struct facts *own)
{
    char *argv[] = {(char *)(uintptr_t)program, (char[]){"doctor"}, (char[]){"--json"},
                    (char[]){"--sample"},       (char[]){"1ms"},    NULL};
    CLEANUP_FREE char *text = NULL;
    struct err unused = {0};
    struct json *j = NULL;
    size_t n = 0;
    if (ask(program, argv, &text, &n, &unused) || json_parse(&j, text, n, program, &unused))
        return;
    const struct json_value *facts = json_type(json_root(j)) == JSON_OBJECT ? json_get(json_root(j), "facts") : NULL;
    if (!facts || json_type(facts) != JSON_OBJECT || facts_from_json(j, facts, own, &unused))
        *own = (struct facts){.root = ""};
    json_free(j);
}

int program_identify(const char *program, struct facts *own, struct err *e)
{
    char *argv[] = {(char *)(uintptr_t)program, (char[]){"--version"}, NULL};
    char part[4][128], unfit[200];
    CLEANUP_FREE char *text = NULL;
    size_t n = 0;
    int rc = ask(program, argv, &text, &n, e);
    if (rc)
        return rc;
    if (strlen(text) != n || !read_version(text, part))
        return err_set(e, EINVAL, "%s is not contend: its --version says '%.*s'", program,
                       (int)(strcspn(text, "\n") < 80 ? strcspn(text, "\n") : 80), text);
    *own = (struct facts){.root = ""};
    ask_facts(program, own);
    facts_put(own, "build.version", "its --version", part[0]);
    facts_put(own, "build.commit", "its --version", part[1]);
    facts_put(own, "build.type", "its --version", part[2]);
    facts_put(own, "build.sanitize", "its --version", part[3][0] ? part[3] : "none");
    if (facts_build_unfit(own, unfit, sizeof unfit))
        return err_set(e, EPERM, "%s is %s: its numbers are not for comparing; build with -DCMAKE_BUILD_TYPE=Release",
                       program, unfit);
    return 0;
}

int program_probe(const char *program, const char *scratch, const volatile int *stop, struct err *e)
{
    struct cell c = {.workload = intern("null"),
                     .model = intern("serial"),
                     .offered = 1,
                     .workers = 1,
                     .concurrency = 1,
                     .order = intern("none"),
                     .units = 1,
                     .tasks = 1,
                     .limit_ns = 20 * NS_PER_S};
    struct trial_record r;
    int rc = trial_spawn(&(struct spawn){.program = program, .scratch = scratch, .stop = stop}, &c, &r, e);
    if (!rc && r.status != TRIAL_OK)
        rc = err_set(e, EPROTO,
                     "%s does not run trials as this program asks for them (%s): build both from versions that do",
                     program, r.reason);
    trial_record_release(&r);
    return rc;
}
