/* SPDX-License-Identifier: MIT */
/* An SVG of gnuplot's made fit for a page: named and described for those who can't see it, with ids of its own. */
#ifndef CONTEND_FIGURE_SVG_H
#define CONTEND_FIGURE_SVG_H

#include <stddef.h>

/*
 * Rewrites the malloc'ed text in *svg: title and description are these, the element says that it is an image, and every
 * id in it, and what refers to one, begins with `prefix` (letters, digits, '_', '-' and '.'), so that many stand in one
 * page. 0; -EBADMSG: it is no SVG; -ENOMEM. *svg stays the caller's to free.
 */
int svg_finish(char **svg, size_t *size, const char *prefix, const char *title, const char *description);

#endif
