/* SPDX-License-Identifier: MIT */
/* Small things that every layer needs and that depend on nothing. */
#ifndef CONTEND_BASE_BASE_H
#define CONTEND_BASE_BASE_H

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

/* `CLEANUP_FD int fd = open(...)`: closed at the end of the scope when it is >= 0. `CLEANUP_FREE`: freed. */
static inline void cleanup_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
static inline void cleanup_free(void *p)
{
    free(*(void **)p);
}
#define CLEANUP_FD __attribute__((cleanup(cleanup_fd)))
#define CLEANUP_FREE __attribute__((cleanup(cleanup_free)))

/* A copy of `s` that lives as long as the program, the same pointer for equal strings; for the few distinct reasons and
 * names that records repeat. Thread-safe. NULL for NULL; when memory is out, the static text "(out of memory)". */
const char *intern(const char *s);

/* Appends to the text in buf, which holds n bytes with the NUL; what does not fit is cut off. */
void text_append(char *buf, size_t n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* How long something takes, as one would say it: "350 ms", "34 s", "27 min", "1.5 h"; two digits at least. */
void text_span(char *buf, size_t n, double ns);

/* Where suites and plots are: share/contend beside the program's own folder, as installed, else the source tree it was
 * built in when it is still there, else where it was to be installed. "bench/suites", "plots". Writes a path of at most
 * n bytes; -ENOENT when neither exists. */
int data_path(const char *below, char *buf, size_t n);

#endif
