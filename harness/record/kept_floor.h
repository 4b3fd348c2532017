/* SPDX-License-Identifier: MIT */
/*
 * A floor that is kept: how fast the same cells were on one machine over a long time, block by block, so that it can be
 * told how far two identical runs lie apart there. Recorded by `verify --long`; a file of schema contend/floor/1, which
 * may be carried to where it is needed. Numbers are kept to 1/100 %.
 */
#ifndef CONTEND_RECORD_KEPT_FLOOR_H
#define CONTEND_RECORD_KEPT_FLOOR_H

#include <stdbool.h>

#include "harness/base/err.h"
#include "harness/record/fields.h"

/* What a floor is good for. NULL: not known. The texts are interned. */
struct machine_id {
    const char *cpu, *kernel, *host, *boot;
};

/* One cell, or one kind of canary. */
struct floor_series {
    const char *id;                        /* of the cell; of a canary: its kind. Interned, as the next */
    const char *workload, *family, *model; /* NULL: a canary */
    double *log;    /* [n]: ln of units/s, of a canary ln of ns; NaN: there was no good trial. Owned */
    double *waited; /* [n]: share of the run that its workers waited for a CPU; NaN: not known. Owned; NULL: a canary */
    double busy;    /* share of its CPU's time that it computes, 0 … 1; NaN: not known, or a canary */
};

struct kept_floor {
    struct machine_id machine;
    char started[40], finished[40]; /* RFC 3339 */
    char commit[48];                /* of the build that recorded it */
    unsigned n;                     /* blocks */
    double *at_s;                   /* [n]: when each began, seconds from the first; ascending; owned */
    double *foreign;                /* [n]: CPUs that others used meanwhile; NaN: not known; owned */
    unsigned n_cells, n_canaries;
    struct floor_series *cells, *canaries; /* owned */
};

/* Room for n blocks of so many series, all NaN. 0 or -ENOMEM; released by kept_floor_release in any case. */
int kept_floor_init(struct kept_floor *f, unsigned n, unsigned n_cells, unsigned n_canaries);
void kept_floor_release(struct kept_floor *f);

/* 0 or -errno; the file is whole or absent. */
int kept_floor_write(const struct kept_floor *f, const char *path, struct err *e);
/* -EINVAL with FILE:LINE:COLUMN when it is no floor; -errno. Released by the caller when 0. */
int kept_floor_read(struct kept_floor *f, const char *path, struct err *e);

/* The member "machine" of an object; a fact that is not known is null with the reason. Read back as NULL. */
void put_machine_id(struct json_writer *w, const struct machine_id *m);
void read_machine_id(struct fields *f, struct machine_id *out);

/* What differs and matters: "CPU", "kernel" or "host"; NULL: nothing. A fact that one of them lacks differs. `carried`:
 * the host is not asked for. */
const char *machine_id_differs(const struct machine_id *a, const struct machine_id *b, bool carried);

#endif
