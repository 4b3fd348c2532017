/* SPDX-License-Identifier: MIT */
/*
 * A shared object that brought workloads: where it is, what its content was, and what its workloads call themselves.
 * The description alone is kept here, never code: the run plans, prints and resumes by it, and only the processes of a
 * trial load the object. So a plug-in can't take the run along, and a run can be shown where its plug-in is gone.
 */
#ifndef CONTEND_RECORD_PLUGIN_H
#define CONTEND_RECORD_PLUGIN_H

#include "bench/workload.h"
#include "harness/record/fields.h"

struct plugin {
    const char *path;   /* absolute, interned */
    const char *sha256; /* of the file's content, 64 hex digits, interned */
    unsigned n_workloads;
    struct workload *workloads; /* without functions; they are in the table of workloads as long as the program runs */
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

/* The members of one plug-in, without the braces. `only`: with that workload alone; NULL: with all. */
void put_plugin(struct json_writer *w, const struct plugin *p, const char *only);
/* The member "workloads" alone, from the object itself: for the process that has loaded it. */
void put_plugin_workloads(struct json_writer *w, const struct workload *const *list);

/* Reads one and puts its workloads into the table. -EINVAL with the line when it can't be read or a name is taken; a
 * plug-in that is there already (the same path and content), or workloads described alike by another run, are in order.
 */
int read_plugin(struct fields f);

#endif
