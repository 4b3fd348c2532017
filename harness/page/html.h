/* SPDX-License-Identifier: MIT */
/*
 * Writes HTML. All text and every attribute's value goes through one function that escapes it, so that nothing a user
 * wrote is ever markup. Elements are closed in the order in which they were opened; `fault` says that they were not.
 * Errors of the stream are the FILE's.
 */
#ifndef CONTEND_PAGE_HTML_H
#define CONTEND_PAGE_HTML_H

#include <stdbool.h>
#include <stdio.h>

enum { HTML_DEPTH = 48, HTML_TAG = 24 };

struct html {
    FILE *out;
    unsigned depth;
    char open[HTML_DEPTH][HTML_TAG]; /* the elements that are open, outermost first */
    bool fault; /* wrongly nested, too deep, or a name that is none, which are the caller's errors; or out of memory */
};

void html_init(struct html *h, FILE *out);

/* Escapes into `out`: the five characters of markup; what is no UTF-8, control characters but newline and tab, and
 * those that turn the direction of the text around them become U+FFFD. The same in text and in a value. */
void html_escape(FILE *out, const char *text);

/* <tag name="value" …>. Pairs of names and values follow, then NULL; a value of NULL leaves its attribute out. Tags and
 * names are the program's own. */
void html_open(struct html *h, const char *tag, ...) __attribute__((sentinel));
/* The same of an element that has no end: meta, link, col. */
void html_void(struct html *h, const char *tag, ...) __attribute__((sentinel));
void html_close(struct html *h, const char *tag);
void html_text(struct html *h, const char *text);
void html_printf(struct html *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Open, text, close. */
void html_element(struct html *h, const char *tag, const char *text, ...) __attribute__((sentinel));
/* A line's end in the source, where it means nothing to the reader. */
void html_newline(struct html *h);

/* An element piece by piece, for who copies one: begin, attributes, go on with what is inside. */
void html_begin(struct html *h, const char *tag);
void html_attribute(struct html *h, const char *name, const char *value);
void html_begun(struct html *h);

#endif
