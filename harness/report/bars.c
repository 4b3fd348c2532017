/* SPDX-License-Identifier: MIT */
/* Rows of bars given out; see bars.h. */
#include "harness/report/bars.h"

#include <math.h>
#include <string.h>

#include "harness/record/fields.h"

static const char *unit_text(const struct bar_row *r)
{
    return strcmp(r->unit, "count") == 0 ? "" : r->unit;
}

void bar_text(const struct bar_row *r, char *buf, size_t n)
{
    const char *unit = unit_text(r), *gap = unit[0] ? " " : "";
    if (isinf(r->least))
        snprintf(buf, n, "at most %.4g%s%s", r->most, gap, unit);
    else if (isinf(r->most))
        snprintf(buf, n, "at least %.4g%s%s", r->least, gap, unit);
    else
        snprintf(buf, n, "%.4g to %.4g%s%s", r->least, r->most, gap, unit);
}

void bar_print(FILE *out, const struct bar_row *r, bool colour)
{
    static const char *const codes[BAR_VERDICTS] = {"\033[32m", "\033[31m", "\033[33m", "\033[33m", "\033[33m"};
    char bar[80], measured[96];
    bar_text(r, bar, sizeof bar);
    const char *unit = unit_text(r), *gap = unit[0] ? " " : "";
    if (isnan(r->measured))
        snprintf(measured, sizeof measured, "not measured");
    else if (isnan(r->lower) || isnan(r->upper) || (r->lower == r->measured && r->upper == r->measured))
        snprintf(measured, sizeof measured, "%.3g%s%s", r->measured, gap, unit);
    else
        snprintf(measured, sizeof measured, "%.3g%s%s (%.3g … %.3g)", r->measured, gap, unit, r->lower, r->upper);
    fprintf(out, "%s%-13s%s %-40s %s; bar: %s\n", colour ? codes[r->verdict] : "", bar_verdict_names[r->verdict],
            colour ? "\033[0m" : "", r->name, measured, bar);
    fprintf(out, "              %s\n", r->how);
    if (r->note[0])
        fprintf(out, "              %s\n", r->note);
}

static void put_end(struct json_writer *w, const char *key, double v)
{
    json_key(w, key);
    if (isfinite(v))
        json_double(w, v);
    else
        json_null(w);
}

void bar_to_json(struct json_writer *w, const struct bar_row *r)
{
    char bar[80];
    bar_text(r, bar, sizeof bar);
    json_begin(w, '{');
    put_string(w, "name", r->name);
    put_string(w, "family", r->bar);
    put_string(w, "bar", bar);
    put_end(w, "least", r->least);
    put_end(w, "most", r->most);
    put_string(w, "unit", r->unit);
    put_end(w, "measured", r->measured);
    put_end(w, "lower", r->lower);
    put_end(w, "upper", r->upper);
    put_end(w, "sure_lower", r->sure_lower);
    put_end(w, "sure_upper", r->sure_upper);
    json_key(w, "pass");
    if (r->verdict == BAR_UNDECIDED || r->verdict == BAR_NOT_RULED_OUT)
        json_null(w);
    else
        json_bool(w, r->verdict == BAR_PASS);
    put_string(w, "verdict", bar_verdict_names[r->verdict]);
    put_string(w, "how", r->how);
    put_string(w, "note", r->note);
    put_double(w, "seconds", r->seconds);
    json_end(w, '}');
}
