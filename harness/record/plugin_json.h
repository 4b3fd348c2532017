/* SPDX-License-Identifier: MIT */
/* Descriptions of plug-ins as JSON, both ways: in a plan's line, in a cell for its trial, from the process that has
 * loaded one. */
#ifndef CONTEND_RECORD_PLUGIN_JSON_H
#define CONTEND_RECORD_PLUGIN_JSON_H

#include "harness/record/fields.h"
#include "harness/record/plugin.h"

/* The members of one plug-in, without the braces. `only`: with that workload alone; NULL: with all. */
void put_plugin(struct json_writer *w, const struct plugin *p, const char *only);
/* The member "workloads" alone, from the object itself: for the process that has loaded it. */
void put_plugin_workloads(struct json_writer *w, const struct workload *const *list);

/* Reads one and keeps it (plugin_keep). -EINVAL with the place when it can't be read or a name is taken. */
int read_plugin(struct fields f);

#endif
