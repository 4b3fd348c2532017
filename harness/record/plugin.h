/* SPDX-License-Identifier: MIT */
/*
 * A shared object that brought workloads: where it is, what its content was, and what its workloads call themselves.
 * The description alone is kept here, never code: the run plans, prints and resumes by it, and only the processes of a
 * trial load the object. So a plug-in can't take the run along, and a run can be shown where its plug-in is gone.
 */
#ifndef CONTEND_RECORD_PLUGIN_H
#define CONTEND_RECORD_PLUGIN_H

#include "bench/workload.h"
#include "harness/base/err.h"

enum { PLUGIN_MOST_WORKLOADS = 64 };
struct plugin {
    const char *path;   /* absolute, interned */
    const char *sha256; /* of the file's content, 64 hex digits, interned */
    unsigned n_workloads;
    struct workload *workloads; /* owned with their parameters, choices and services; without functions; they are in the
                                   table of workloads as long as the program runs */
    struct plugin *next;        /* in the order of reading */
};

const struct plugin *plugin_of(const char *workload); /* that brought it; NULL: built in, or unknown */
const struct plugin *plugin_with(const char *path, const char *sha256); /* the last read with these; NULL: none */

/* The plug-ins of one of several programs, where more than one may bring the same workload. */
enum { PLUGIN_SET_MOST = 16 };
struct plugin_set {
    unsigned n;
    const struct plugin *of[PLUGIN_SET_MOST];
};
/* The last of the set that brings the workload, NULL when none does; with no set (NULL) plugin_of. */
const struct plugin *plugin_in(const struct plugin_set *set, const char *workload);

/* Takes over a plug-in that was described, and puts its workloads into the table of workloads. In order are also one
 * that is there already (the same path and content), and workloads described alike by another; what is not needed is
 * freed. -EINVAL: a name is taken, and nothing was added; -ENOMEM. */
int plugin_keep(struct plugin *p, struct err *e);
/* One that was not kept; also when it is only half filled. */
void plugin_free(struct plugin *p);

#endif
