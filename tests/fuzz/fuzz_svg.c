/* SPDX-License-Identifier: MIT */
/* Figures that a page takes in: whatever an SVG holds, what is copied has no element, attribute or address that does
 * anything but draw, is nested, and is an SVG again. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "harness/page/compact.h"
#include "harness/page/svg.h"
#include "tests/fuzz/fuzz.h"

static char *copied(const char *svg, size_t n, int *rc)
{
    char *out = NULL;
    size_t size;
    struct html h;
    FILE *f = open_memstream(&out, &size);
    MUST(f);
    html_init(&h, f);
    *rc = svg_copy(&h, svg, n, "p-", NULL);
    MUST(fclose(f) == 0);
    MUST(*rc || (!h.fault && !h.depth));
    MUST(strlen(out) == size);
    return out;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void check_attribute(const char *name, const char *value)
{
    static const char *const paints[] = {"fill", "stroke", "clip-path", "marker-start", "marker-mid", "marker-end"};
    MUST(!begins(name, "on") && strcmp(name, "style") != 0 && strcmp(name, "class") != 0 && strcmp(name, "src") != 0 &&
         !strchr(name, ':') == (strcmp(name, "xml:space") != 0));
    MUST(strcmp(name, "id") != 0 || begins(value, "p-"));
    MUST(strcmp(name, "href") != 0 || begins(value, "#p-"));
    for (size_t i = 0; i < sizeof paints / sizeof *paints; i++)
        MUST(strcmp(name, paints[i]) != 0 || !strstr(value, "url") || begins(value, "url(#p-") || !strchr(value, '('));
}

/* What stands between '<' and '>', neither of which is in a value: NAME, then NAME="VALUE" with a blank before each. */
static void check_tag(char *tag)
{
    static const char *const drawn[] = {"svg",      "g",       "path",     "line", "rect",   "circle",
                                        "ellipse",  "polygon", "polyline", "text", "tspan",  "defs",
                                        "clipPath", "use",     "title",    "desc", "marker", "pattern"};
    char *at = tag + (*tag == '/');
    size_t known = 0, n = strcspn(at, " ");
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
        known += strlen(drawn[i]) == n && strncmp(drawn[i], at, n) == 0;
    MUST(known == 1);
    for (at += n; *at == ' ';) {
        char *name = at + 1, *equals = strchr(name, '='), *value, *end;
        MUST(equals && equals[1] == '"');
        value = equals + 2;
        end = strchr(value, '"');
        MUST(end);
        *equals = *end = 0;
        check_attribute(name, value);
        *equals = '=';
        *end = '"';
        at = end + 1;
    }
    MUST(!*at);
}

/* In fewer bytes it is an SVG too, and compacting it again changes nothing that counts. */
static void check_compact(char *markup)
{
    int rc;
    size_t before = strlen(markup), once;
    compact_svg(markup);
    once = strlen(markup);
    MUST(once <= before);
    free(copied(markup, once, &rc));
    MUST(rc == 0);
    compact_svg(markup);
    MUST(strlen(markup) <= once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int rc;
    char *text = malloc(size + 1), *out;
    MUST(text);
    memcpy(text, data, size);
    text[size] = 0;
    out = copied(text, size, &rc);
    MUST(rc == 0 || rc == -EINVAL);
    if (!rc) {
        for (char *at = strchr(out, '<'); at; at = strchr(at, '<')) {
            char *end = strchr(at, '>');
            MUST(end);
            *end = 0;
            check_tag(at + 1);
            *end = '>';
            at = end;
        }
        free(copied(out, strlen(out), &rc));
        MUST(rc == 0);
        check_compact(out);
    }
    free(out);
    free(text);
    return 0;
}
