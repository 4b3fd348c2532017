/* SPDX-License-Identifier: MIT */
/*
 * A figure inside a page. An SVG is copied element by element, and only what draws is copied: no script, no style
 * sheet, no event, no reference to anything outside of it, whatever a name in it was made to look like. Its ids get a
 * prefix, so that many figures stand in one page; the declarations of a style attribute become attributes, so that the
 * page needs no inline styles.
 */
#ifndef CONTEND_PAGE_SVG_H
#define CONTEND_PAGE_SVG_H

#include <stddef.h>

#include "harness/page/html.h"

/* Copies `svg` (n bytes of XML and a NUL, with or without a prolog) into the page, as an image. `prefix`: letters,
 * digits and '-', the page's own. `label` is its alternative text, where it has none of its own (<title> or <desc> and
 * aria-labelledby); NULL: it has. 0; -EINVAL: it is not well-formed; -ENOMEM. After an error what was
 * written must be thrown away. */
int svg_copy(struct html *h, const char *svg, size_t n, const char *prefix, const char *label);

#endif
