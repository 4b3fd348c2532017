/* SPDX-License-Identifier: MIT */
/*
 * Shared objects that bring workloads. Their code is run in child processes only: one that is made to look at it, and
 * the processes of a trial. What such a child does, crashes or hangs at is one line for the user.
 */
#ifndef CONTEND_TRIAL_PLUGIN_H
#define CONTEND_TRIAL_PLUGIN_H

#include "bench/support/sha256.h"
#include "harness/base/err.h"
#include "harness/record/plan.h"
#include "harness/record/plugin.h"

/* Looks at the object in a child and adds its workloads to the table. -EINVAL: it is none, it was built for another
 * contract, it crashes or hangs (10 s) when it is loaded, a name is taken; another -errno when the machine refused. */
int plugin_add(const char *path, struct err *e);

/* The same for one of several programs: into its set, and other plug-ins may bring the same workloads, so long as they
 * are described alike. -E2BIG: the set is full. */
int plugin_add_to(struct plugin_set *set, const char *path, struct err *e);

/* Is the content of each plug-in that the plan's cells need the one that was planned with? -ESTALE, or -errno of the
 * file. */
int plugins_unchanged(const struct plan *p, struct err *e);

/* The workload with its code: the built-in one, or that of its plug-in, which is loaded into this process for good
 * after its content has been compared. NULL with the reason. */
const struct workload *plugin_workload(const char *name, struct err *e);

/* What the child that looks does, without the child: loads `path`, for good, and checks it against the contract. NULL
 * with the reason. */
const struct workload_plugin *plugin_load(const char *path, struct err *e);

/* Checks what a plug-in says of itself. Its workloads in structs of this program, with zeros for the members that an
 * older workload.h lacked; they stay for as long as the program runs. NULL with the reason. */
const struct workload_plugin *plugin_contract(const struct workload_plugin *from, const char *path, struct err *e);

/* Is the file one that can be a plug-in, and what is its content? 0, -EINVAL, or -errno of the file. */
int plugin_digest(const char *path, char sha256[SHA256_TEXT], struct err *e);

#endif
