/* SPDX-License-Identifier: MIT */
/* Where this program keeps what it has learnt of a machine from one call to the next. */
#ifndef CONTEND_BASE_STATE_H
#define CONTEND_BASE_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/err.h"

/* The path of `below` in the directory $CONTEND_STATE, else $XDG_STATE_HOME/contend, else ~/.local/state/contend
 * (XDG Base Directory Specification). 0; -ENOENT: none of these is set, or CONTEND_STATE is empty, which means "keep
 * nothing"; -ENAMETOOLONG. */
int state_path(const char *below, char *buf, size_t n, struct err *e);
/* The same, and every directory above the last part is made. -errno when one can't be. */
int state_path_make(const char *below, char *buf, size_t n, struct err *e);
/* true if CONTEND_STATE is empty: the user wants nothing kept, and that is no error. */
bool state_is_off(void);

#endif
