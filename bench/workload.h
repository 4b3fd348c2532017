/* SPDX-License-Identifier: MIT */
/*
 * The contract between a workload (what is done) and the harness (how it is waited for). This is the only header of the
 * project that a workload includes. A workload knows no model, no clock and no output: it says which op a task needs
 * next, and reads the result when it is stepped again.
 *
 * To add a workload: one file that defines `const struct workload workload_NAME`, one row in workloads.def. Or a file
 * of its own, outside this tree, loaded with --plugin: see WORKLOAD_PLUGIN at the end and template/README.md.
 *
 *     setup ─▶ task_init ─▶ step ⇄ op … ─▶ STEP_UNIT … ─▶ STEP_DONE ─▶ checksum ─▶ task_fini ─▶ teardown
 *     (once)   (each task)                  (each unit)                (each task)              (once)
 *
 * setup and teardown run in the trial's first process, before the first worker exists and after the last is gone; what
 * they make (descriptors, mappings) is inherited by threads and forked processes alike. A task may run in any thread
 * or process, and its memory is private to it.
 */
#ifndef CONTEND_BENCH_WORKLOAD_H
#define CONTEND_BENCH_WORKLOAD_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "expectation.h" /* what comparing models should show */

/* What a task can ask for: a row each in ops.def, which says what it does. The order is that of records and of the
 * `ops` object in JSON. */
enum op_kind {
#define OP(KIND, name, verb, traits, since) OP_##KIND,
#include "ops.def"
#undef OP
    OP_KINDS
};
/* What is the same in several kinds of op. */
enum {
    OP_WAITS = 1 << 0,     /* it may wait for something else than a CPU */
    OP_HAS_BYTES = 1 << 1, /* a result above 0 is a number of bytes */
    OP_GIVES_FD = 1 << 2,  /* a result of 0 or more is a descriptor */
    OP_NEEDS_POOL = 1 << 3 /* of a regular file, which can't be polled: a loop hands it to its thread pool */
};

struct cpu_ctx;
/* A piece of computing. A long one calls cpu_checkpoint(cx) every millisecond or oftener: there a model with an
 * interpreter lock may hand it over. It costs one relaxed load elsewhere. */
typedef void cpu_fn(void *arg, struct cpu_ctx *cx);

struct op {
    enum op_kind kind;
    int fd;
    void *buf;
    size_t len;       /* bytes */
    off_t offset;     /* bytes; OP_PREAD and OP_PWRITE */
    uint64_t ns;      /* OP_SLEEP; OP_TICK: the same in each of a task's */
    bool data_only;   /* OP_FSYNC: as fdatasync */
    uint16_t port;    /* OP_CONNECT */
    cpu_fn *fn;       /* OP_CPU */
    void *arg;        /* OP_CPU */
    ssize_t res;      /* result: bytes, 0 at end of file or for ops without bytes, OP_OPEN's descriptor, or -errno */
    bool resumed;     /* set by the task: goes on with the op before, after a short result, -EINTR or -EAGAIN; such ops
                         are counted apart, since how a transfer is cut up is the kernel's choice, not the task's */
    bool last;        /* set by the harness: the unit that starts now must be the task's last (closed mode) */
    uint64_t room[6]; /* zeros, for the operands of later kinds: they take their place from its front, so that the size
                         stays what plug-ins were built with */
};

enum step {
    STEP_OP,    /* the op is filled in: do it, then step again */
    STEP_UNIT,  /* a unit is complete: count it, then step again */
    STEP_READY, /* the unit under way begins only now: what was waited for until here is none of its latency */
    STEP_DONE,  /* the task is complete */
    STEP_FAIL   /* the task can't go on: op->res holds -errno, or 0 for "result not as expected" */
};

/* Parameters: every value is an integer in the base unit of its type. */
enum param_type {
    PARAM_COUNT,  /* a plain number */
    PARAM_SIZE,   /* bytes; written 64KiB */
    PARAM_TIME,   /* nanoseconds; written 200ms */
    PARAM_BOOL,   /* 0 or 1; written no or yes */
    PARAM_CHOICE, /* index into choices; written by its name */
    PARAM_PATH,   /* a file or directory that is there and can be read; 0, written choices[0], is what stands in when
                     none is named; else wl_path has it. No range */
};
struct param {
    const char *name, *summary;
    enum param_type type;
    int64_t fallback; /* the default */
    int64_t least, most;
    const char *const *choices; /* NULL-terminated; PARAM_CHOICE; one, PARAM_PATH */
};
enum { WORKLOAD_MAX_PARAMS = 8 };

/* What all tasks of a trial share. The harness fills it in; setup may set `state`. */
struct wl_env {
    int64_t p[WORKLOAD_MAX_PARAMS]; /* in the order of workload.params */
    uint64_t seed;
    uint64_t units; /* of all tasks together; UINT64_MAX when they run until told (closed mode) */
    unsigned tasks;
    unsigned concurrency; /* tasks in flight at once, at most */
    uint16_t port;        /* of the service, in host order; 0 when the workload has none */
    const char *scratch;  /* a directory for files that is the trial's own; all in it is removed at the trial's end */
    void *state;          /* of setup, for the workload alone */
    void *shared;         /* of wl_map; NULL: none */
    size_t shared_bytes;
    char error[256];      /* setup may say here, in one line, what it could not do and what would help */
    char warning[256];    /* of wl_warn: what readers of this trial's numbers must know */
    int *unknown;         /* of wl_unknown: the harness's */
    uint64_t memory_left; /* bytes that setup may take: of the machine, and of the limits that the trial runs under; at
                             least 1; 0: not known */
};

/* The part of the work that one task has. A group is the tasks that work on the same units together. */
struct share {
    unsigned task;   /* 0 … tasks-1 */
    unsigned group;  /* task / workload_group() */
    unsigned member; /* task % workload_group() */
    uint64_t first;  /* index of its first unit: what a unit does depends on its index alone, never on the task */
    uint64_t units;  /* how many; UINT64_MAX: until op->last */
};

enum {                        /* workload.needs */
       NEED_FILES = 1 << 0,   /* ops on regular files: a loop hands these to its thread pool */
       NEED_STREAMS = 1 << 1, /* OP_READ or OP_WRITE */
       NEED_CPU = 1 << 2,     /* OP_CPU that is worth parallel processing units */
       NEED_HEAP = 1 << 3,    /* tasks hand one another blocks of the heap: workers in one address space */
       NEED_SCRATCH =
           1 << 4, /* files in env->scratch, where NEED_FILES does not say so; a plug-in has it in any case */
};

/* What a service sends for one request: head, then body_n bytes of a ring (byte k is ring[(at + k) % ring_n]), then
 * tail. The texts must stay until it is sent: what lies in the request does. */
struct answer {
    const char *head, *ring, *tail;
    size_t head_n, ring_n, tail_n, at;
    uint64_t body_n;
    uint64_t delay_ns; /* sent no sooner than so long after the request was whole; the same for all of a trial */
    bool close;        /* afterwards the connection is closed */
    enum { TURN_GOES_ON, TURN_OVER, TURN_LAST } turn; /* see service.active */
};

/*
 * The server side of a workload: what its tasks connect to. It is no part of what is measured, so the trial runs it in
 * a process of its own, on other processing units than the workers where there are any, and accounts for it apart. The
 * harness has the sockets, the timers and the loops; a service says what is answered.
 */
struct service {
    const char *name;
    const char *summary; /* one line: what it does */
    /* Before the first connection, in the service's process; what it returns is only read afterwards. NULL: no memory.
     */
    const void *(*open)(const struct wl_env *env);
    size_t (*room)(const struct wl_env *env); /* bytes of the longest request */
    /* How many connections may be active at a time; 0: all. When it is not 0, a connection waits for its turn: it is
     * sent one byte, SERVICE_GO, when the turn comes, in the order of asking, and keeps it until an answer says
     * TURN_OVER (it then asks again) or TURN_LAST. NULL counts as 0. */
    unsigned (*active)(const struct wl_env *env);
    /* Bytes of the request at in[0 … n-1], with `out` filled in (it is given zeroed); 0 when it is not whole yet;
     * -errno when it is none: the connection is then closed. From several threads at once. */
    ssize_t (*answer)(const void *state, const char *in, size_t n, struct answer *out);
};
enum { SERVICE_GO = 'g' };

struct workload {
    const char *name;           /* as on the command line */
    const char *family;         /* the folder: cpu, io, … */
    const char *summary;        /* one line: what is done and what of the machine it stresses */
    const char *lesson;         /* what the author of a plug-in expects, in words that nothing checks; NULL: see
                                   `expectations` */
    const char *unit;           /* what one unit is: "one sieve", "one round trip" */
    const struct param *params; /* ends with a NULL name; NULL for none */
    unsigned needs;
    unsigned (*needs_of)(const int64_t *p); /* what parameters need beyond that; may be NULL */
    unsigned group;                         /* tasks that must be in flight together; 0 counts as 1 */
    unsigned (*group_of)(const int64_t *p); /* the same where parameters decide it; NULL: `group` holds */
    unsigned rounds; /* tasks that each place of the concurrency gets in batch mode; 0 counts as 8 */
    /* Units that each task has in batch mode (the last may have fewer), for a workload that is about how work is given
     * out; NULL or 0: the tasks follow from rounds and share the units evenly. */
    uint64_t (*task_units)(const int64_t *p);
    bool uneven; /* some ops belong to no unit (connecting, waiting for a turn): in closed mode, where tasks do unequal
                    numbers of units, ops and bytes are not in proportion to units and aren't compared */
    bool (*uneven_of)(const int64_t *p); /* the same where parameters decide it (units as large as a user's files are):
                                            the checksum must then tell what ops a unit did. NULL: `uneven` holds */
    size_t task_size;                    /* bytes; given zeroed and aligned to 64 */
    const struct service *service;       /* NULL: none; env->port is where it listens */
    const char *scales; /* the parameter that the CPU time of a unit is about in proportion to when all have their
                           defaults; a run then begins with pilots that detect work which the compiler removed: a
                           multiple of the parameter must take more CPU time. NULL: there is none */

    const char *late_after; /* the parameter, of type PARAM_TIME, that no unit's latency should exceed, for a workload
                    whose throughput is given (beats) and tells nothing of the models: it is judged by how late its
                    units are, and has no verdicts on throughput. NULL: it is judged by throughput */

    int (*setup)(struct wl_env *env);     /* 0 or -errno; may be NULL */
    void (*teardown)(struct wl_env *env); /* may be NULL; called when setup returned 0 */
    int (*task_init)(void *task, const struct wl_env *env, const struct share *share); /* 0 or -errno; inside the timed
        run, as each task is taken up: what is dear belongs in setup */
    enum step (*step)(void *task, struct op *op);
    uint64_t (*checksum)(const void *task); /* of the units done; the trial's is the sum modulo 2^64 */
    void (*task_fini)(void *task);          /* may be NULL */

    /* The golden value, by a way that does none of the work's ops: the sum of the checksums of units first …
     * first+n-1, so that of two parts is the sum of theirs. Called after the run, and not for what trials before this
     * one have found out: the same units always come to the same. */
    uint64_t (*expected)(const struct wl_env *env, uint64_t first, uint64_t n);
    /* The least time in ns that a unit can take by its definition (what it sleeps); NULL or 0: none is known. A trial
     * with a faster unit is void. */
    uint64_t (*floor_ns)(const int64_t *p);

    /* Touches what the tasks of one worker, of which `in_flight` are in flight there at once, would else touch first in
     * the run: heap that has to grow, a library's first call. Called before the run begins by each worker, in its own
     * thread or process, under every model alike; but not under those that make a new one for each task, where starting
     * it is part of the run. From several threads at once; it does none of the work. 0 or -errno; NULL: the harness's
     * own touching (code, shared memory, a task's memory, 4 KiB of stack) is enough. */
    int (*warm)(const struct wl_env *env, unsigned in_flight);
    const struct expectation *expectations; /* ends with a NULL id; at most EXPECTATIONS_MOST; NULL: none */
};

extern const struct workload *const workloads[];        /* in the order of workloads.def, ends with NULL */
const struct workload *workload_at(size_t i);           /* the built-in ones, then those added; NULL after the last */
const struct workload *workload_find(const char *name); /* NULL when there is none */
/* Adds one that is not built in, for as long as the program runs. 0; -EEXIST when the name is taken, -ENOMEM. Before
 * any other thread exists. */
int workload_add(const struct workload *w);

/* A kind of op: its row of ops.def. */
struct op_info {
    const char *name; /* in JSON */
    const char *verb; /* what a task does in it: "reading a file" */
    unsigned traits;  /* OP_WAITS, … */
    unsigned since;   /* the version of contend/trial that has it first */
};
extern const struct op_info op_kinds[OP_KINDS];
/* true if the kind has the trait. With a trait known to the compiler that is one test of a bit. */
static inline bool op_has(enum op_kind kind, unsigned trait)
{
    const uint64_t kinds = 0
#define OP(KIND, name, verb, traits, since) | ((trait & (traits)) ? UINT64_C(1) << OP_##KIND : 0)
#include "ops.def"
#undef OP
        ;
    return kinds >> kind & 1;
}

/* Puts a line into env->error; returns -code. */
int wl_error(struct wl_env *env, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same for a system call that failed with `code`, such as "pwrite": its name, the kernel's word for the errno, what
 * that means here and what to do about it are appended. */
int wl_error_call(struct wl_env *env, int code, const char *call, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* For setup: puts a line into env->warning, which goes into the trial's record. */
void wl_warn(struct wl_env *env, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* For expected, when the value can't be had (out of memory): the trial then fails with that reason, and is not taken
 * for one whose work was wrong. Returns 0. */
uint64_t wl_unknown(const struct wl_env *env, int code);
int workload_param(const struct workload *w, const char *name); /* its index, or -1 */
/* The value of a PARAM_PATH with this path, which is absolute and is copied: 1 for the first path that this process has
 * named, 2 for the next; equal paths, equal values. -ENOMEM. */
int64_t workload_path(const char *path);
/* What a unit's latency should not exceed with these parameters, in ns; 0: it is not judged by that. */
uint64_t workload_late_after(const struct workload *w, const int64_t *p);
unsigned workload_needs(const struct workload *w, const int64_t *p); /* with those of the parameters */
unsigned workload_group(const struct workload *w, const int64_t *p); /* how many tasks work on the same units; >= 1 */
bool workload_uneven(const struct workload *w, const int64_t *p);    /* see `uneven` */
/* For setup, once: zeroed memory that all tasks share, in threads and in forked processes alike; a forked worker has
 * its pages mapped before the gate opens. NULL after wl_error(env, ENOMEM), also when less memory is available.
 * wl_unmap is for teardown, and what setup undoes. */
void *wl_map(struct wl_env *env, size_t bytes);
void wl_unmap(struct wl_env *env);
/* The same with `each` bytes for every task; wl_slice is a task's part, on pages of its own. What a task would else get
 * from malloc: its mapping and first touch lie before the gate, in threads and processes alike. */
void *wl_map_slices(struct wl_env *env, size_t each);
void *wl_slice(const struct wl_env *env, unsigned task);
/* The absolute path of a PARAM_PATH's value, which stays; NULL: none is named. */
const char *wl_path(int64_t value);
/* Bytes of the largest cache that a core has; 0 when the machine does not tell. */
uint64_t wl_cache_bytes(void);
/* For setup: a pipe whose ends all workers inherit; 0, or wl_error with what the limit of open files is. */
int wl_pipe(struct wl_env *env, int *in, int *out);
/* For setup: 0 when scratch has room for `bytes` more, else wl_error(env, ENOSPC) with both numbers. */
int wl_scratch_room(struct wl_env *env, uint64_t bytes);
/* For setup: makes and opens the file `name` in scratch (O_RDWR, O_CLOEXEC, `flags`; O_DIRECT may be among them). Its
 * descriptor, or wl_error with what went wrong; O_DIRECT is refused where files are in memory alone. */
int wl_scratch_file(struct wl_env *env, const char *name, int flags);
/* Whether the file lies in memory alone (tmpfs, ramfs): there is no device to wait for. */
bool wl_in_memory(int fd);

#include "task.h" /* what steps are written with */

/*
 * Workloads in a shared object of the user's own.
 *
 * `WORKLOAD_PLUGIN(&workload_mine, &workload_other);` at the end of the file; --plugin ./mine.so then adds them.
 *
 * A program loads what was built with its own workload.h or with an older one of the same WORKLOAD_ABI. So the structs
 * of WORKLOAD_SIZES_HERE grow at their ends only, by members whose zero means what was done without them; struct op has
 * room of its own and doesn't grow. What a plug-in has made is copied into this program's structs, with zeros for what
 * its own lack. What the program has made may be larger than a plug-in knows.
 */
enum { WORKLOAD_ABI = 2 }; /* goes up when something in this file changes its place or its meaning */
enum {
    WORKLOAD_SIZES = 16, /* with room for later structs: 0 */
    SIZE_WORKLOAD = 0,
    SIZE_OP,
    SIZE_PARAM,
    SIZE_ENV,
    SIZE_SHARE,
    SIZE_CPU_CTX,
    SIZE_SERVICE,
    SIZE_ANSWER,
    SIZE_EXPECTATION,
    SIZE_REASON
};
#define WORKLOAD_SIZES_HERE                                                                                            \
    {                                                                                                                  \
        [SIZE_WORKLOAD] = sizeof(struct workload), [SIZE_OP] = sizeof(struct op), [SIZE_PARAM] = sizeof(struct param), \
        [SIZE_ENV] = sizeof(struct wl_env), [SIZE_SHARE] = sizeof(struct share),                                       \
        [SIZE_CPU_CTX] = sizeof(struct cpu_ctx), [SIZE_SERVICE] = sizeof(struct service),                              \
        [SIZE_ANSWER] = sizeof(struct answer), [SIZE_EXPECTATION] = sizeof(struct expectation),                        \
        [SIZE_REASON] = sizeof(struct expectation_reason)                                                              \
    }
/* What the program looks for, by the name contend_plugin. The first member stays the first in every version, the others
 * in this one. */
struct workload_plugin {
    uint32_t abi;
    uint32_t kinds;                          /* of op: OP_KINDS as the plug-in's compiler saw it */
    const struct workload *const *workloads; /* ends with NULL */
    uint32_t sizes[WORKLOAD_SIZES];          /* as the plug-in's compiler saw them: WORKLOAD_SIZES_HERE */
};
#define WORKLOAD_PLUGIN(...)                                                                                           \
    extern const struct workload_plugin contend_plugin __attribute__((visibility("default")));                         \
    const struct workload_plugin contend_plugin = {.abi = WORKLOAD_ABI,                                                \
                                                   .kinds = OP_KINDS,                                                  \
                                                   .workloads = (const struct workload *const[]){__VA_ARGS__, NULL},   \
                                                   .sizes = WORKLOAD_SIZES_HERE}

#endif
