/* SPDX-License-Identifier: MIT */
/* Copies what draws of an SVG, and nothing else; see svg.h. A reader of as much XML as a plotter writes: elements,
 * attributes, text and the predefined entities. */
#include "harness/page/svg.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"

/* What may be in a figure. All else is left out with what is inside of it. */
static const char elements[] =
    " svg g path line rect circle ellipse polygon polyline text tspan defs clipPath use title "
    "desc marker pattern ";
/* Those in which text is seen or heard: elsewhere it only takes room. */
static const char texts[] = " text tspan title desc ";
/* Attributes whose value is drawn as it stands. */
static const char plain[] = " x y x1 y1 x2 y2 cx cy r rx ry dx dy d points transform width height viewBox "
                            "preserveAspectRatio font-family font-size font-weight font-style text-anchor "
                            "dominant-baseline opacity fill-opacity fill-rule stroke-width stroke-opacity "
                            "stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset "
                            "shape-rendering vector-effect xml:space clipPathUnits patternUnits patternContentUnits "
                            "refX refY orient markerUnits markerWidth markerHeight aria-label aria-hidden ";
/* Those whose value is a colour, or may be url(#id). */
static const char paints[] = " fill stroke color clip-path marker-start marker-mid marker-end ";

static bool is_among(const char *name, const char *words)
{
    char word[HTML_TAG + 2];
    snprintf(word, sizeof word, " %s ", name);
    return *name && !strchr(name, ' ') && strstr(words, word);
}

enum { NAME = HTML_TAG, VALUE = 1 << 20 }; /* a path of a thousand blocks is long */

struct reader {
    const char *at, *end;
    struct html *h;
    const char *prefix, *label;
    bool drawn;              /* the element itself was there */
    unsigned depth, dropped; /* elements that are open; the depth of the outermost that is left out, 0: none */
    char open[HTML_DEPTH][NAME];
    char *value; /* scratch: the text that was read last */
    size_t room;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && blank(*r->at))
        r->at++;
}

static bool begins(const struct reader *r, const char *with)
{
    size_t n = strlen(with);
    return (size_t)(r->end - r->at) >= n && memcmp(r->at, with, n) == 0;
}

/* Goes behind the next `end`; false: there is none. */
static bool skip_to(struct reader *r, const char *end)
{
    for (; r->at < r->end; r->at++)
        if (begins(r, end)) {
            r->at += strlen(end);
            return true;
        }
    return false;
}

static bool read_name(struct reader *r, char name[NAME])
{
    unsigned n = 0;
    while (r->at < r->end && *r->at && (isalnum((unsigned char)*r->at) || strchr("-_:.", *r->at))) {
        if (n + 1 < NAME)
            name[n++] = *r->at;
        r->at++;
    }
    name[n] = 0;
    return n > 0;
}

static unsigned put_utf8(char *to, unsigned long c)
{
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = 0xfffd;
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    unsigned n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (unsigned i = n - 1; i; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
    return n;
}

/* One character, or the entity that stands for one, to `to`; at most 4 bytes. */
static unsigned read_char(struct reader *r, char *to)
{
    static const struct {
        const char *name;
        char is;
    } named[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; *r->at == '&' && i < ARRAY_LEN(named); i++)
        if (begins(r, named[i].name)) {
            r->at += strlen(named[i].name);
            *to = named[i].is;
            return 1;
        }
    if (begins(r, "&#")) {
        const char *digits = r->at + 2;
        int base = digits < r->end && (*digits == 'x' || *digits == 'X') ? 16 : 10;
        char *after;
        unsigned long c = strtoul(digits + (base == 16), &after, base); /* ends at ';' or what is no digit */
        if (after < r->end && *after == ';') {
            r->at = after + 1;
            return put_utf8(to, c);
        }
    }
    *to = *r->at ? *r->at : ' ';
    r->at++;
    return 1;
}

/* What stands up to `stop` (a quote or '<'), into r->value. */
static int read_text(struct reader *r, char stop)
{
    size_t n = 0;
    while (r->at < r->end && *r->at != stop) {
        if (n + 5 > r->room) {
            size_t more = r->room ? 2 * r->room : 4096;
            char *grown = more > VALUE ? NULL : realloc(r->value, more);
            if (!grown)
                return more > VALUE ? -EINVAL : -ENOMEM;
            r->value = grown;
            r->room = more;
        }
        n += read_char(r, r->value + n);
    }
    if (!r->value && !(r->value = malloc(r->room = 4096)))
        return -ENOMEM;
    r->value[n] = 0;
    return 0;
}

static bool is_id(const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)s[i]) && !strchr("-_.", s[i]))
            return false;
    return n > 0 && n < 200;
}

/* before PREFIX id after, where `id` is one. */
static void put_id(struct reader *r, const char *name, const char *before, const char *id, const char *after)
{
    char text[320];
    if (!is_id(id))
        return;
    snprintf(text, sizeof text, "%s%s%s%s", before, r->prefix, id, after);
    html_attribute(r->h, name, text);
}

/* "rgb(1, 2, 3)": a function of colour, and nothing behind it. */
static bool is_colour(const char *value)
{
    static const char *const functions[] = {"rgb(", "rgba(", "hsl(", "hsla("};
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        const size_t n = strlen(functions[i]);
        if (strncmp(value, functions[i], n) == 0)
            return strspn(value + n, "0123456789.,% ") + n + 1 == strlen(value) && value[strlen(value) - 1] == ')';
    }
    return false;
}

/* Thousands of points have a colour each: "#b0b0b0" is a third of the bytes of "rgb(176, 176, 176)". */
static void put_colour(struct reader *r, const char *name, const char *value)
{
    unsigned red, green, blue;
    char end, text[16];
    bool three = sscanf(value, "rgb(%3u , %3u , %3u %c", &red, &green, &blue, &end) == 4 && end == ')';
    if (three && red < 256 && green < 256 && blue < 256) {
        snprintf(text, sizeof text, "#%02x%02x%02x", red, green, blue);
        value = text;
    }
    html_attribute(r->h, name, value);
}

/* url(#id) of this figure; any other url is left out. */
static void put_paint(struct reader *r, const char *name, char *value)
{
    char *id = value + strspn(value, " ");
    if (!strchr(id, '(') || is_colour(id)) {
        put_colour(r, name, id);
        return;
    }
    char *end = strchr(id, ')');
    if (strncmp(id, "url(#", 5) != 0 || !end || end[1])
        return;
    *end = 0;
    put_id(r, name, "url(#", id + 5, ")");
}

/* A list of ids, as aria-labelledby has. */
static void put_ids(struct reader *r, const char *name, char *value)
{
    char text[640] = "", *rest = value, *id;
    while ((id = strsep(&rest, " ")))
        if (is_id(id))
            text_append(text, sizeof text, "%s%s%s", text[0] ? " " : "", r->prefix, id);
    if (text[0])
        html_attribute(r->h, name, text);
}

static void put_style(struct reader *r, char *value)
{
    char *rest = value, *one;
    while ((one = strsep(&rest, ";"))) {
        char *is = strchr(one, ':');
        if (!is)
            continue;
        *is++ = 0;
        one += strspn(one, " \t\n");
        is += strspn(is, " \t\n");
        if (is_among(one, paints))
            put_paint(r, one, is);
        else if (is_among(one, plain) && !strchr(is, '('))
            html_attribute(r->h, one, is);
    }
}

/* The root is as wide as the page lets it be. */
static void put_attribute(struct reader *r, const char *name, char *value)
{
    const bool root = r->depth == 1;
    if (root && (strcmp(name, "width") == 0 || strcmp(name, "height") == 0 || strcmp(name, "role") == 0))
        return;
    if (strcmp(name, "id") == 0)
        put_id(r, name, "", value, "");
    else if ((strcmp(name, "href") == 0 || strcmp(name, "xlink:href") == 0) && *value == '#')
        put_id(r, "href", "#", value + 1, "");
    else if (strcmp(name, "aria-labelledby") == 0)
        put_ids(r, name, value);
    else if (strcmp(name, "style") == 0)
        put_style(r, value);
    else if (is_among(name, paints))
        put_paint(r, name, value);
    else if (is_among(name, plain))
        html_attribute(r->h, name, value);
}

static int attributes(struct reader *r)
{
    for (;;) {
        char name[NAME];
        skip_blanks(r);
        if (r->at >= r->end)
            return -EINVAL;
        if (*r->at == '>' || *r->at == '/')
            return 0;
        if (!read_name(r, name))
            return -EINVAL;
        skip_blanks(r);
        if (r->at >= r->end || *r->at++ != '=')
            return -EINVAL;
        skip_blanks(r);
        char quote = r->at < r->end ? *r->at++ : 0;
        if (quote != '"' && quote != '\'')
            return -EINVAL;
        int rc = read_text(r, quote);
        if (rc || r->at >= r->end)
            return rc ? rc : -EINVAL;
        r->at++;
        if (!r->dropped)
            put_attribute(r, name, r->value);
    }
}

static int close_element(struct reader *r, const char *name)
{
    if (!r->depth || strcmp(r->open[r->depth - 1], name) != 0)
        return -EINVAL;
    if (!r->dropped)
        html_close(r->h, name);
    r->dropped = r->dropped == r->depth ? 0 : r->dropped;
    r->depth--;
    return 0;
}

static int open_element(struct reader *r)
{
    char name[NAME];
    if (!read_name(r, name) || r->depth == HTML_DEPTH || r->h->depth == HTML_DEPTH ||
        (!r->depth && strcmp(name, "svg") != 0))
        return -EINVAL;
    memcpy(r->open[r->depth++], name, NAME);
    r->drawn = true;
    if (!r->dropped && !is_among(name, elements))
        r->dropped = r->depth;
    if (!r->dropped)
        html_begin(r->h, name);
    if (!r->dropped && r->depth == 1) {
        html_attribute(r->h, "role", "img");
        html_attribute(r->h, "aria-label", r->label);
    }
    int rc = attributes(r);
    if (rc)
        return rc;
    if (!r->dropped)
        html_begun(r->h);
    bool empty = *r->at == '/';
    r->at += empty;
    if (r->at >= r->end || *r->at++ != '>')
        return -EINVAL;
    return empty ? close_element(r, name) : 0;
}

static int one_part(struct reader *r)
{
    char name[NAME];
    if (*r->at != '<') {
        int rc = read_text(r, '<');
        if (!rc && !r->dropped && r->depth && is_among(r->open[r->depth - 1], texts))
            html_text(r->h, r->value);
        return rc;
    }
    if (begins(r, "<!--"))
        return skip_to(r, "-->") ? 0 : -EINVAL;
    if (begins(r, "<?"))
        return skip_to(r, "?>") ? 0 : -EINVAL;
    if (begins(r, "<!")) /* a document type; one with a subset, or CDATA, is not what a plotter writes */
        return r->depth == 0 && skip_to(r, ">") ? 0 : -EINVAL;
    r->at++;
    if (r->at < r->end && *r->at == '/') {
        r->at++;
        bool named = read_name(r, name);
        skip_blanks(r);
        return named && r->at < r->end && *r->at++ == '>' ? close_element(r, name) : -EINVAL;
    }
    return open_element(r);
}

int svg_copy(struct html *h, const char *svg, size_t n, const char *prefix, const char *label)
{
    struct reader r = {.at = svg, .end = svg + n, .h = h, .prefix = prefix, .label = label};
    int rc = 0;
    while (!rc && r.at < r.end && !(r.drawn && !r.depth))
        rc = one_part(&r);
    free(r.value);
    return rc ? rc : r.drawn && !r.depth ? 0 : -EINVAL;
}
