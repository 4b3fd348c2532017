/* SPDX-License-Identifier: MIT */
/* The table of bars, the session, and the one place where a measured value becomes a verdict; see verify.h. */
#include "harness/verify/verify.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"
#include "harness/stats/proportion.h"
#include "harness/verify/trace.h"

const char *const bar_verdict_names[BAR_VERDICTS] = {"pass", "fail", "undecided", "unreachable", "not ruled out"};

#define BAR(x) extern const struct bar bar_##x;
#include "harness/verify/bars.def"
#undef BAR

#define BAR(x) &bar_##x,
const struct bar *const bars[] = {
#include "harness/verify/bars.def"
    NULL};
#undef BAR

const struct bar *bar_find(const char *name)
{
    for (unsigned i = 0; bars[i]; i++)
        if (strcmp(bars[i]->name, name) == 0)
            return bars[i];
    return NULL;
}

/* How far beyond an end of the bar what it lets through is doubled. */
static double room(const struct bar_row *r)
{
    if (isinf(r->least))
        return r->most;
    return isinf(r->most) ? 100 - r->least : (r->most - r->least) / 2;
}

enum bar_verdict bar_judge(const struct bar_row *r)
{
    if (isnan(r->measured) || isnan(r->sure_lower) || isnan(r->sure_upper))
        return BAR_UNDECIDED;
    if (r->sure_lower > r->most || r->sure_upper < r->least)
        return r->unreachable ? BAR_UNREACHABLE : BAR_FAIL;
    bool within = r->measured >= r->least && r->measured <= r->most;
    bool narrow = r->lower >= r->least - room(r) && r->upper <= r->most + room(r);
    return within && narrow ? BAR_PASS : BAR_NOT_RULED_OUT;
}

void verify_row(struct verify *v, struct bar_row *r)
{
    uint64_t now = now_ns();
    r->verdict = bar_judge(r);
    if (r->verdict == BAR_UNDECIDED && !isnan(r->measured))
        text_append(r->note, sizeof r->note, "%stoo few values for an interval", r->note[0] ? "; " : "");
    r->seconds = (double)(now - v->row_began_ns) / 1e9;
    v->row_began_ns = now;
    v->tell(v->arg, r);
}

void verify_say(const struct verify *v, const char *fmt, ...)
{
    char line[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (v->say)
        v->say(v->arg, line);
}

void row_share(struct bar_row *r, unsigned k, unsigned n)
{
    struct stats_interval i, sure;
    stats_proportion_interval(k, n, 0.95, &i);
    stats_proportion_interval(k, n, SURE_LEVEL, &sure);
    r->unit = "%";
    row_estimate(r, &i, &sure, 100);
}

void row_estimate(struct bar_row *r, const struct stats_interval *i, const struct stats_interval *sure, double scale)
{
    r->measured = scale * i->estimate;
    r->lower = scale * i->lower;
    r->upper = scale * i->upper;
    r->sure_lower = scale * sure->lower;
    r->sure_upper = scale * sure->upper;
}

void row_exact(struct bar_row *r, double value)
{
    r->measured = r->lower = r->upper = r->sure_lower = r->sure_upper = value;
}

int verify_run(struct verify *v, const struct bar *const *chosen, unsigned n, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; !rc && i < n; i++) {
        verify_say(v, "%s: %s", chosen[i]->name, chosen[i]->summary);
        v->row_began_ns = now_ns();
        rc = *v->stop ? -EINTR : chosen[i]->run(v, e);
        if (rc && rc != -EINTR)
            err_prefix(e, "%s", chosen[i]->name);
    }
    return rc;
}

void verify_release(struct verify *v)
{
    traces_release(v);
}
