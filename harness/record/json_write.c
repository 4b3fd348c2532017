/* SPDX-License-Identifier: MIT */
/* The exact writer: integers whole, doubles with 17 significant digits, strings as valid UTF-8. See json.h. */
#include "harness/record/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/utf8.h"

void json_init(struct json_writer *w, FILE *out, int indent)
{
    *w = (struct json_writer){.out = out, .indent = indent, .first = true};
}

static void newline(struct json_writer *w)
{
    if (w->indent)
        fprintf(w->out, "\n%*s", (int)w->depth * w->indent, "");
}

static void before_value(struct json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (!w->first)
        fputc(',', w->out);
    if (w->depth)
        newline(w);
    w->first = false;
}

void json_begin(struct json_writer *w, char open)
{
    before_value(w);
    fputc(open, w->out);
    w->depth++;
    w->first = true;
}

void json_end(struct json_writer *w, char close)
{
    w->depth--;
    if (!w->first)
        newline(w);
    fputc(close, w->out);
    w->first = false;
}

static void put_string(FILE *out, const char *s)
{
    fputc('"', out);
    size_t left = strlen(s);
    while (left) {
        unsigned n = utf8_length(s, left);
        unsigned char c = (unsigned char)*s;
        if (!n)
            fputs("\xef\xbf\xbd", out); /* U+FFFD */
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fwrite(s, 1, n, out);
        s += n ? n : 1;
        left -= n ? n : 1;
    }
    fputc('"', out);
}

void json_key(struct json_writer *w, const char *key)
{
    before_value(w);
    put_string(w->out, key);
    fputs(w->indent ? ": " : ":", w->out);
    w->after_key = true;
}

void json_string(struct json_writer *w, const char *s)
{
    if (!s) {
        json_null(w);
        return;
    }
    before_value(w);
    put_string(w->out, s);
}

void json_int(struct json_writer *w, int64_t v)
{
    before_value(w);
    fprintf(w->out, "%" PRId64, v);
}

void json_uint(struct json_writer *w, uint64_t v)
{
    before_value(w);
    fprintf(w->out, "%" PRIu64, v);
}

void json_hex(struct json_writer *w, uint64_t v)
{
    before_value(w);
    fprintf(w->out, "\"0x%016" PRIx64 "\"", v);
}

void json_double(struct json_writer *w, double v)
{
    if (!isfinite(v)) {
        json_null(w);
        return;
    }
    before_value(w);
    fprintf(w->out, "%.17g", v);
}

void json_bool(struct json_writer *w, bool v)
{
    before_value(w);
    fputs(v ? "true" : "false", w->out);
}

void json_null(struct json_writer *w)
{
    before_value(w);
    fputs("null", w->out);
}
