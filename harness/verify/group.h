/* SPDX-License-Identifier: MIT */
/* Control groups that checks make for a while, of v1 or v2. */
#ifndef CONTEND_VERIFY_GROUP_H
#define CONTEND_VERIFY_GROUP_H

#include <stdbool.h>
#include <stddef.h>

/* Writes text into a file of the group; false: errno says why. */
bool group_put(const char *group, const char *file, const char *text);
/* So many us of CPU time in each period, both in decimal. */
bool group_quota(const char *group, const char *quota_us, const char *period_us);
/* Its share among its siblings: 100 and 1024 are the usual ones of v2 and v1. */
void group_weigh(const char *group, const char *weight, const char *shares);
/* Makes "<parent>/contend-<kind>-<pid>", and first removes what of that kind processes that are gone have left there.
 * Its path into group[n]; false, and group empty: it can't be made. */
bool group_make(char *group, size_t n, const char *parent, const char *kind);
/* Tries for a while: a group is still busy for a moment after its last process was reaped. */
void group_remove(const char *group);
/* Asks `make` to make a group below a directory: that of the own group, where the rules of v2 or the rights allow it,
 * else of one above. true as soon as it says so. */
bool group_somewhere(bool (*make)(void *arg, const char *parent), void *arg);

#endif
