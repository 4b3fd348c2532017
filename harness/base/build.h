/* SPDX-License-Identifier: MIT */
/* What this build is. One generated source defines it (build.c.in, filled in by build.cmake at each build), so that a
 * commit recompiles that one object. Never NULL. */
#ifndef CONTEND_BASE_BUILD_H
#define CONTEND_BASE_BUILD_H

extern const char build_version[];  /* "0.1.0" */
extern const char build_commit[];   /* as git describes it, with "-dirty" after uncommitted changes; "": not known */
extern const char build_type[];     /* "Release", "Debug" … */
extern const char build_sanitize[]; /* what makes its numbers worthless: "address,undefined", "coverage"; "": nothing */
extern const char build_compiler[]; /* "GNU 12.2.0" */
extern const char build_flags[];    /* the compiler's, as set for this type of build */
extern const char build_source_dir[];
extern const char build_data_dir[]; /* where the files that ship with the program were to be installed */

#endif
