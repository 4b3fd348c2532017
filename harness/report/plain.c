/* SPDX-License-Identifier: MIT */
/* Records of one line; see plain.h. */
#include "harness/report/plain.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"
#include "harness/report/text.h"

/* What this program's own texts have beyond ASCII. */
static const struct {
    const char *sign, *ascii;
} signs[] = {{"…", ".."}, {"×", "x"},  {"→", "->"}, {"±", "+-"}, {"−", "-"}, {"–", "-"},
             {"≤", "<="}, {"≥", ">="}, {"µ", "u"},  {"·", "."},  {"’", "'"}};

static const char missing[] = "n/a", replacement[] = "\xef\xbf\xbd"; /* U+FFFD, as text_step gives it out */

static void put_character(FILE *out, const char *c, unsigned n)
{
    if (utf8_is_hidden(c, n) || (n == sizeof replacement - 1 && memcmp(c, replacement, n) == 0)) {
        fputc('?', out);
        return;
    }
    for (unsigned i = 0; i < ARRAY_LEN(signs); i++)
        if (strlen(signs[i].sign) == n && memcmp(signs[i].sign, c, n) == 0) {
            fputs(signs[i].ascii, out);
            return;
        }
    if (*c == '"' || *c == '\\')
        fputc('\\', out);
    fwrite(c, 1, n, out);
}

static bool needs_quotes(const char *s)
{
    static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:+-/%,<>#";
    return s[strspn(s, bare)] || strcmp(s, missing) == 0;
}

static void begin_field(FILE *out, const char *name)
{
    fprintf(out, " %s=", name);
}

void plain_begin(FILE *out, const char *kind)
{
    fputs(kind, out);
}

void plain_end(FILE *out)
{
    fputc('\n', out);
}

void plain_missing(FILE *out, const char *name)
{
    begin_field(out, name);
    fputs(missing, out);
}

void plain_text(FILE *out, const char *name, const char *text)
{
    if (!text || !*text) {
        plain_missing(out, name);
        return;
    }
    const char *quote = needs_quotes(text) ? "\"" : "";
    begin_field(out, name);
    fputs(quote, out);
    for (struct text_walk t = {.at = text, .keep = ""}; text_step(&t);)
        put_character(out, t.now, t.n);
    fputs(quote, out);
}

void plain_count(FILE *out, const char *name, uint64_t n)
{
    begin_field(out, name);
    fprintf(out, "%" PRIu64, n);
}

void plain_signed(FILE *out, const char *name, int64_t n)
{
    begin_field(out, name);
    fprintf(out, "%" PRId64, n);
}

void plain_bool(FILE *out, const char *name, bool yes)
{
    plain_text(out, name, yes ? "yes" : "no");
}

/* By one of the functions of text.h. */
static void put_scaled(FILE *out, const char *name, double v, void (*scale)(char *buf, size_t n, double v))
{
    char text[32];
    scale(text, sizeof text, v);
    plain_text(out, name, isfinite(v) ? text : NULL);
}

static void four_digits(char *buf, size_t n, double v)
{
    snprintf(buf, n, v == rint(v) && fabs(v) < 1e15 ? "%.0f" : "%.4g", v);
}

static void percent(char *buf, size_t n, double v)
{
    snprintf(buf, n, "%.*f%%", text_decimals(100 * v, 2), 100 * v);
}

void plain_number(FILE *out, const char *name, double v)
{
    put_scaled(out, name, v, four_digits);
}

void plain_share(FILE *out, const char *name, double v)
{
    put_scaled(out, name, v, percent);
}

void plain_rate(FILE *out, const char *name, double v)
{
    put_scaled(out, name, v, text_rate);
}

void plain_duration(FILE *out, const char *name, double ns)
{
    put_scaled(out, name, ns, text_duration);
}

void plain_bytes(FILE *out, const char *name, double bytes)
{
    put_scaled(out, name, bytes, text_bytes);
}

void plain_metric(FILE *out, const char *name, const struct metric *m,
                  void (*put)(FILE *out, const char *name, double v))
{
    put(out, name, m->why ? (double)NAN : (double)m->value);
}
