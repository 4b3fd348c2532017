/* SPDX-License-Identifier: MIT */
/* The meaning of failed calls; see errno_text.h and the table, errno_meaning.def. */
#include "harness/base/errno_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "harness/base/base.h"

enum limit { LIMIT_NONE, LIMIT_FILES, LIMIT_TASKS };

static const struct meaning {
    const char *call;
    int code;
    enum limit limit;
    const char *text;
} meanings[] = {
#define MEANING(call, code, limit, text) {call, code, LIMIT_##limit, text},
#include "harness/base/errno_meaning.def"
#undef MEANING
};

static const struct meaning *meaning_of(const char *call, int code)
{
    const struct meaning *any = NULL;
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        const struct meaning *m = &meanings[i];
        if (m->code == code && call && strcmp(m->call, call) == 0)
            return m;
        if (m->code == code && strcmp(m->call, "*") == 0)
            any = m;
    }
    return any;
}

static long number_in(const char *path)
{
    long n = 0;
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%ld", &n) != 1)
        n = 0;
    if (f)
        fclose(f);
    return n;
}

/* The greatest number is not one that anybody would read as what it means. */
static void put_number(char *buf, size_t n, const char *name, rlim_t limit)
{
    if (limit == RLIM_INFINITY)
        text_append(buf, n, "%s unlimited", name);
    else
        text_append(buf, n, "%s %llu", name, (unsigned long long)limit);
}

static void put_limit(char *buf, size_t n, enum limit which)
{
    struct rlimit r = {0}, space = {.rlim_cur = RLIM_INFINITY};
    if (which == LIMIT_FILES) {
        getrlimit(RLIMIT_NOFILE, &r);
        text_append(buf, n, "open files limit: %llu; ", (unsigned long long)r.rlim_cur);
    }
    if (which != LIMIT_TASKS)
        return;
    getrlimit(RLIMIT_NPROC, &r);
    getrlimit(RLIMIT_AS, &space);
    text_append(buf, n, "limits: ");
    if (space.rlim_cur != RLIM_INFINITY)
        text_append(buf, n, "address space (ulimit -v) %llu KiB, ", (unsigned long long)space.rlim_cur / 1024);
    put_number(buf, n, "nproc", r.rlim_cur);
    text_append(buf, n, ", kernel.threads-max %ld, kernel.pid_max %ld; ", number_in("/proc/sys/kernel/threads-max"),
                number_in("/proc/sys/kernel/pid_max"));
}

const char *errno_text(char *buf, size_t n, const char *call, int code)
{
    const struct meaning *m = meaning_of(call, code);
    snprintf(buf, n, "%s%s%s", call ? call : "", call ? ": " : "", strerror(code));
    if (!m)
        return buf;
    text_append(buf, n, " (");
    put_limit(buf, n, m->limit);
    text_append(buf, n, "%s)", m->text);
    return buf;
}
