/* SPDX-License-Identifier: MIT */
/* See consumers.h. The kernel tells a process's CPU time in ticks of 10 ms, so a short interval is coarse. */
#include "harness/machine/consumers.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"

enum { PROCESSES_MOST = 4096 };

struct process {
    int pid;
    uint64_t ticks;
    char name[32];
};

struct consumers {
    uint64_t at_ns;
    unsigned n;
    struct process all[PROCESSES_MOST];
};

static bool read_process(int pid, struct process *p)
{
    char path[64], text[512];
    unsigned long long user, system;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    char *open = strchr(text, '('), *close = strrchr(text, ')'); /* the name may hold blanks and brackets */
    if (!open || !close ||
        sscanf(close + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system) != 2)
        return false;
    *p = (struct process){.pid = pid, .ticks = user + system};
    snprintf(p->name, sizeof p->name, "%.*s", (int)(close - open - 1), open + 1);
    return true;
}

struct consumers *consumers_mark(void)
{
    struct consumers *c = calloc(1, sizeof *c);
    DIR *dir = c ? opendir("/proc") : NULL;
    for (struct dirent *d; dir && c->n < PROCESSES_MOST && (d = readdir(dir));)
        if (isdigit((unsigned char)d->d_name[0]) && read_process(atoi(d->d_name), &c->all[c->n]))
            c->n++;
    if (dir)
        closedir(dir);
    if (c)
        c->at_ns = now_ns();
    return c;
}

void consumers_free(struct consumers *c)
{
    free(c);
}

/* The largest first. */
static void place(struct process *top, unsigned most, struct process p)
{
    for (unsigned k = 0; k < most; k++) {
        if (p.ticks > top[k].ticks) {
            struct process lower = top[k];
            top[k] = p;
            p = lower;
        }
    }
}

void consumers_since(const struct consumers *c, unsigned most, char *text, size_t n)
{
    struct process now, top[CONSUMERS_MOST] = {{0, 0, {0}}};
    double ticks = (double)(now_ns() - c->at_ns) / NS_PER_S * (double)sysconf(_SC_CLK_TCK);
    text[0] = 0;
    for (unsigned i = 0; i < c->n; i++) {
        const struct process *was = &c->all[i];
        if (was->pid == getpid() || !read_process(was->pid, &now) || now.ticks <= was->ticks)
            continue;
        now.ticks -= was->ticks;
        place(top, most, now);
    }
    for (unsigned k = 0; k < most && top[k].ticks; k++) {
        double percent = 100 * (double)top[k].ticks / ticks;
        text_append(text, n, "%s%s %d %.*f %%", text[0] ? ", " : "", top[k].name, top[k].pid, percent < 10, percent);
    }
}
