/* SPDX-License-Identifier: MIT */
/*
 * The machine: its topology and where workers go (the only user of hwloc), and
 * the noise on it. Everything about the machine that other layers need is declared here.
 */
#ifndef CONTEND_MACHINE_MACHINE_H
#define CONTEND_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/err.h"
#include "harness/record/record.h"

/* --- topology and placement (topology.c, place.c) --- */
struct topology;
/* source NULL: this machine, restricted to the mask at start (which cgroup cpusets already limit); "synthetic:DESC" or
 * an XML file's path: another machine, on which nothing can be bound. Topology is freed by topology_free. */
int topology_load(struct topology **out, const char *source, struct err *e);
void topology_free(struct topology *t);
bool topology_is_this_machine(const struct topology *t);
unsigned topology_allowed(const struct topology *t); /* allowed processing units */
int topology_export_xml(const struct topology *t, const char *path,
                        struct err *e); /* without the host's name; temp + rename */

struct place_unit {
    int os_index;
    int package, numa, l3, core, smt_rank; /* logical indexes; -1: unknown or absent */
    int kind;                              /* rank of the CPU kind, 0 the fastest; -1: no kinds */
};
/* The allowed units in the given order (compact, scatter, smt-last, one-per-l3, one-per-numa, none, list), at most
 * `want` of them (fewer when there are fewer). order "list" takes `list`
 * ("0,2-5"): a unit that is not allowed is an error that names it. order "none": *n = 0. A level that the machine does
 * not have is an error that says so. out has room for CELL_MAX_PUS. */
int place_units(const struct topology *t, const char *order, const char *list, unsigned want, struct place_unit *out,
                unsigned *n, struct err *e);
/* bytes[i]: of the cache for data of level i + 1 that the unit has, for i below `levels`; 0: none, or not known. */
void topology_caches(const struct topology *t, int os_index, size_t *bytes, unsigned levels);
/* How two units stand to each other: "same", "smt", "l2", "l3", "numa", "package", "cross". */
const char *place_pair_class(const struct topology *t, int os_a, int os_b);

/* --- pinning of the calling thread (pin.c; sched_setaffinity, then the mask is read back) --- */
int pin_self(int os_index);                         /* 0, or -errno; -EXDEV when the mask read back differs */
int pin_self_to(const int *os_indexes, unsigned n); /* to the set of them */
/* pin_self for a while: pin_back(*was) restores the caller's mask, also after -errno; when that could not be read
 * nothing was changed. */
int pin_away(int os_index, void **was);
void pin_back(void *was);
int pin_try(void);     /* whether pinning is possible: to where the caller runs, and back; 0 or -errno */
int pin_current(void); /* the one unit in the caller's mask; -1 when there are several */
/* The units of the caller's mask, by rising index, at most `most`; how many there are, 0: the mask can't be
 * read, and errno says why. */
unsigned pin_allowed(int *os_indexes, unsigned most);
enum { PIN_MOST = 8192 }; /* the indexes that these know: 0 … PIN_MOST - 1 */

/* --- noise around a trial (noise.c) --- */
/* The CPUs that a cell's workers, pool and service are pinned to; n 0: they are not pinned. */
struct noise_cpus {
    unsigned n;
    bool used[PIN_MOST];
};
void noise_cpus(struct noise_cpus *cpus, const struct cell *c);
struct noise_mark {
    uint64_t busy_ns, steal_ns;           /* of the machine, from /proc/stat; resolution 10 ms */
    uint64_t used_busy_ns, used_steal_ns; /* of those CPUs */
    uint64_t throttled_ns;
    uint64_t pressure_ns; /* in which something waited for a CPU, since boot */
    bool have_stat, have_used, have_throttle, have_pressure;
};
void noise_mark(struct noise_mark *m, const struct noise_cpus *cpus);
/* Fills foreign_cpu_ns, foreign_used_ns, steal_ns, throttled_ns and pressure_ns of the record from two marks and the
 * trial's own CPU time between them. */
void noise_fill(const struct noise_mark *before, const struct noise_mark *after, uint64_t own_cpu_ns,
                struct trial_record *r);

#endif
