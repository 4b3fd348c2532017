/* SPDX-License-Identifier: MIT */
/* Numbers as people read them; see text.h. */
#include "harness/report/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/utf8.h"
#include "harness/report/wrap.h"

void text_scaled(char *buf, size_t n, double v, const char *const *units, double step)
{
    unsigned u = 0;
    if (isnan(v)) {
        snprintf(buf, n, "n/a");
        return;
    }
    while (fabs(v) >= step && units[u + 1]) {
        v /= step;
        u++;
    }
    snprintf(buf, n, "%.*f%s", v < 10 ? 2 : v < 100 ? 1 : 0, v, units[u]);
}

void text_rate(char *buf, size_t n, double v)
{
    static const char *const units[] = {"", "k", "M", "G", NULL};
    text_scaled(buf, n, v, units, 1000);
}

void text_duration(char *buf, size_t n, double ns)
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    text_scaled(buf, n, ns, units, 1000);
}

void text_bytes(char *buf, size_t n, double v)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", NULL};
    text_scaled(buf, n, v, units, 1024);
}

int text_decimals(double percent, int most)
{
    int n = percent < 1 ? 2 : percent < 10 ? 1 : 0;
    return n < most ? n : most;
}

void text_column(FILE *out, const char *text, unsigned width)
{
    unsigned n = text_columns(text);
    fprintf(out, " %*s%s", width > n ? (int)(width - n) : 0, "", text);
}

const char *text_exact(char *buf, double v)
{
    enum { SURE = 17 }; /* digits that any double reads back from */
    for (int digits = 15; digits <= SURE; digits++) {
        snprintf(buf, TEXT_EXACT_MAX, "%.*g", digits, v);
        if (strtod(buf, NULL) == v)
            break;
    }
    return buf;
}

static bool is_control(const char *s, unsigned n)
{
    unsigned char c = (unsigned char)s[0];
    return (n == 1 && (c < 0x20 || c == 0x7f)) || (n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0);
}

bool text_step(struct text_walk *t)
{
    static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
    if (!*t->at)
        return false;
    unsigned n = utf8_length(t->at, strnlen(t->at, 4));
    bool fine = n && (!is_control(t->at, n) || (n == 1 && strchr(t->keep, *t->at)));
    t->now = fine ? t->at : replacement;
    t->n = fine ? n : sizeof replacement - 1;
    t->at += n ? n : 1;
    return true;
}
