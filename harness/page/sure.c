/* SPDX-License-Identifier: MIT */
/* How sure a choice is; see sure.h. */
#include "harness/page/sure.h"

#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/insight/findings.h"
#include "harness/page/parts.h"
#include "harness/report/text.h"

struct sure sure_of(const struct summary *s, const struct choice_at *x)
{
    if (s->work_differs)
        return (struct sure){"void: work differs", "bad", 0};
    switch (x->is) {
    case CHOICE_WON:
        return x->field.n_missing ? (struct sure){"sure of those measured", "good", 5}
                                  : (struct sure){"sure", "good", 6};
    case CHOICE_EQUIVALENT:
        return (struct sure){"sure: alike", "good", 5};
    case CHOICE_UNSURE:
        return x->n_beaten ? (struct sure){"partly sure", "warn", 3} : (struct sure){"not sure", "warn", 2};
    case CHOICE_IN_TIME:
        return (struct sure){"none was late", "good", 4};
    case CHOICE_LATE:
        return (struct sure){"each was late at times", "warn", 2};
    case CHOICE_ALONE:
        return (struct sure){"no contest", "plain", 1};
    case CHOICE_NONE:
        break;
    }
    return (struct sure){"not known", "plain", 0};
}

static void put_tests(char *buf, size_t n, const struct summary *s, const struct choice_at *x)
{
    char p[32];
    say_p(p, sizeof p, x->p);
    text_append(buf, n, " (");
    if (!isnan(x->p))
        text_append(buf, n, "%sp %s after correction, ", x->n_beaten > 1 ? "largest " : "", p);
    text_append(buf, n, "%u blocks)", s->look.blocks);
}

/* What the run could have seen between those that it did not tell apart. */
static void put_floor(char *buf, size_t n, const struct summary *s, const struct choice_at *x)
{
    const struct noise_floor *f = &s->floors[x->point];
    const struct plan_point *t = &s->plan->points[x->point];
    const unsigned need = point_blocks_needed(s->plan, t);
    char percent[32];
    if (s->look.blocks < need) {
        text_append(buf, n, "; with %u block%s nothing can be told among %u models: it takes %u", s->look.blocks,
                    s->look.blocks == 1 ? "" : "s", t->n_cells, need);
        return;
    }
    say_percent(percent, sizeof percent, f->smallest);
    if (!f->why && !f->smallest_why)
        text_append(buf, n, "; such a run tells a true difference of %s in 4 of 5 cases", percent);
}

void sure_why(char *buf, size_t n, const struct summary *s, const struct choice_at *x)
{
    const unsigned others = x->n_beaten;
    buf[0] = 0;
    switch (x->is) {
    case CHOICE_WON:
        text_append(buf, n, others > 1 ? "shown to be faster than each of the %u others" : "shown to be faster",
                    others);
        put_tests(buf, n, s, x);
        break;
    case CHOICE_EQUIVALENT:
        text_append(buf, n, "each interval lies within ±%.3g %%", 100 * s->plan->equiv);
        if (others)
            text_append(buf, n, "; faster than %s", others > 1 ? "each other one" : "the other one");
        put_tests(buf, n, s, x);
        break;
    case CHOICE_UNSURE:
        if (x->field.disputed)
            text_append(buf, n, "taken in pairs, they are in no consistent order");
        else
            text_append(buf, n, "%s was not shown to differ from the other%s named", s->plan->cells[x->best[0]].model,
                        x->n_best > 2 ? "s" : "");
        if (others)
            text_append(buf, n, "; that it beats %s is sure", others > 1 ? "the rest" : "the one left");
        put_floor(buf, n, s, x);
        break;
    case CHOICE_IN_TIME:
    case CHOICE_LATE:
        text_append(buf, n, "counted over all units of %u blocks; a single late one can be the machine's",
                    s->look.blocks);
        break;
    case CHOICE_ALONE:
        text_append(buf, n, "there is nothing to compare it with here");
        break;
    case CHOICE_NONE:
        break;
    }
    if (x->field.n_missing)
        text_append(buf, n, "; %u other%s no whole trial here", x->field.n_missing,
                    x->field.n_missing == 1 ? " has" : "s have");
}
