/* SPDX-License-Identifier: MIT */
/* See listen_queue.h. */
#include "harness/machine/listen_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"

static const struct {
    const char *file, *group, *key;
} counters[NETS] = {
#define NET(NAME, name, file, group, key) [NET_##NAME] = {"/proc/net/" file, group, key},
#include "harness/record/net.def"
#undef NET
};

/* The file's text, at most n - 1 bytes of it; 0 or -errno. */
static int read_file(const char *path, char *buf, size_t n)
{
    size_t have = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC), code = 0;
    if (fd < 0)
        return -errno;
    while (have < n - 1) {
        ssize_t got = read(fd, buf + have, n - 1 - have);
        if (got < 0 && errno == EINTR)
            continue;
        code = got < 0 ? errno : 0;
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    close(fd);
    buf[have] = 0;
    return -code;
}

int64_t listen_queue_limit(void)
{
    char text[32], *end = text;
    int rc = read_file("/proc/sys/net/core/somaxconn", text, sizeof text);
    if (rc)
        return rc;
    long long n = strtoll(text, &end, 10);
    return end == text || n < 0 ? -EINVAL : n;
}

unsigned listeners_needed(uint64_t connections, int64_t limit)
{
    if (limit < 0 || connections <= (uint64_t)limit)
        return 1;
    for (unsigned n = 2; n <= LISTENERS_MOST; n++) {
        double mean = (double)connections / n, left = (double)limit - mean;
        if (left > 0 && left * left >= 36 * mean)
            return n;
    }
    return 0;
}

/* Line by line, so that a name is looked for in its own group alone. */
int64_t net_counter(const char *text, const char *group, const char *key)
{
    size_t len = strlen(group), key_len = strlen(key);
    while (*text) {
        const char *next = strchr(text, '\n');
        bool names = strncmp(text, group, len) == 0 && text[len] == ':';
        next = next ? next + 1 : text + strlen(text);
        if (names && strncmp(next, group, len) == 0 && next[len] == ':') {
            const char *name = text + len + 1, *value = next + len + 1;
            for (;;) {
                size_t n = strcspn(name += strspn(name, " "), " \n"), v = strcspn(value += strspn(value, " "), " \n");
                if (!n || !v)
                    return -ENOENT;
                if (n == key_len && strncmp(name, key, n) == 0)
                    return strtoll(value, NULL, 10);
                name += n;
                value += v;
            }
        }
        text = next;
    }
    return -ENOENT;
}

void net_mark(struct net_mark *m)
{
    char text[8192]; /* netstat has some 4 KiB */
    const char *read = NULL;
    int rc = 0;
    for (unsigned i = 0; i < NETS; i++) {
        if (!read || strcmp(read, counters[i].file) != 0)
            rc = read_file(read = counters[i].file, text, sizeof text);
        m->n[i] = rc ? rc : net_counter(text, counters[i].group, counters[i].key);
    }
}

void net_between(const struct net_mark *from, const struct net_mark *to, struct metric out[NETS])
{
    for (unsigned i = 0; i < NETS; i++) {
        int64_t bad = from->n[i] < 0 ? from->n[i] : to->n[i] < 0 ? to->n[i] : 0;
        char why[160];
        snprintf(why, sizeof why, "%s %s of %s: %s", counters[i].group, counters[i].key, counters[i].file,
                 bad == -ENOENT ? "not there" : strerror((int)-bad));
        out[i] = bad ? (struct metric){.why = intern(why)} : (struct metric){.value = to->n[i] - from->n[i]};
    }
}
