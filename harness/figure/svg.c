/* SPDX-License-Identifier: MIT */
/* Finishes SVGs; see svg.h. */
#include "harness/figure/svg.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"

static void put_escaped(FILE *out, const char *text)
{
    for (const char *p = text; *p; p++)
        switch (*p) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        default:
            fputc(*p, out);
        }
}

/* What an id follows within a tag, where it is made and where it is meant. */
static size_t before_id(const char *at)
{
    static const char *const keys[] = {" id=\"", " id='", "url(#", "href=\"#", "href='#"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strncmp(at, keys[i], strlen(keys[i])) == 0)
            return strlen(keys[i]);
    return 0;
}

/* Copies the text; within tags alone ids get the prefix, for a text that is drawn may look like one. Without the titles
 * of its parts ("gnuplot_plot_1"), which a pointer over them would bring up. */
static void put_with_ids(FILE *out, const char *p, const char *prefix)
{
    static const char title[] = "<title>", end[] = "</title>";
    bool tag = false;
    while (*p) {
        const char *skip = strncmp(p, title, strlen(title)) == 0 ? strstr(p, end) : NULL;
        if (skip) {
            p = skip + strlen(end);
            continue;
        }
        size_t n = tag ? before_id(p) : 0;
        if (n) {
            fwrite(p, 1, n, out);
            fputs(prefix, out);
            fputc('-', out);
            p += n;
            continue;
        }
        tag = *p == '<' || (tag && *p != '>');
        fputc(*p++, out);
    }
}

/* Behind the element that begins at p. */
static const char *after(const char *p, const char *end)
{
    const char *at = p ? strstr(p, end) : NULL;
    return at ? at + strlen(end) : NULL;
}

int svg_finish(char **svg, size_t *size, const char *prefix, const char *title, const char *description)
{
    const char *element = strstr(*svg, "<svg"), *body = after(element, ">"), *desc = after(element, "</desc>");
    if (!element || !body || !desc || desc < body)
        return -EBADMSG;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return -ENOMEM;
    fwrite(*svg, 1, (size_t)(element + 4 - *svg), out);
    fprintf(out, " role=\"img\" aria-labelledby=\"%s-title %s-desc\"", prefix, prefix);
    fwrite(element + 4, 1, (size_t)(body - element - 4), out);
    fprintf(out, "\n\n<title id=\"%s-title\">", prefix);
    put_escaped(out, title);
    fprintf(out, "</title>\n<desc id=\"%s-desc\">", prefix);
    put_escaped(out, description);
    fputs("</desc>", out);
    put_with_ids(out, desc, prefix);
    if (fclose(out)) {
        free(text);
        return -ENOMEM;
    }
    free(*svg);
    *svg = text;
    *size = n;
    return 0;
}
