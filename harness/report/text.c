/* SPDX-License-Identifier: MIT */
/* Numbers as people read them; see text.h. */
#include "harness/report/text.h"

#include <math.h>

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
