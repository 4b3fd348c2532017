/* SPDX-License-Identifier: MIT */
/* What the intervals of a run's rates cover; see covers.h. */
#include "harness/report/covers.h"

#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/record/fields.h"
#include "harness/report/text.h"
#include "harness/report/wrap.h"

void covers_print(FILE *out, const struct summary *s, unsigned width)
{
    const struct covers *c = &s->covers;
    const struct again *a = &s->again;
    if (!c->visits)
        return;
    if (c->machine)
        wrap_print(
            out, width, 0,
            "The intervals of units/s are of %u visits over %.0f s: they cover the machine over that time. The ratios "
            "below the tables are of trials side by side.",
            c->visits, c->span_s);
    else
        wrap_print(
            out, width, 0,
            "The intervals of units/s cover the %.0f s of this run, and not another time on this machine. The ratios "
            "below the tables are of trials side by side: the machine's speed falls out of them.",
            fmax(1, s->look.blocks > 1 ? c->span_s * s->look.blocks / (s->look.blocks - 1) : 0)); /* with the last */
    char id[CELL_ID_MAX];
    if (isnan(a->most)) {
        wrap_print(out, width, 0, "How far the same run would lie from this one at another time is not known (%s).",
                   a->why);
        return;
    }
    plan_cell_id(s->plan, a->most_cell, id, sizeof id);
    char others[80] = "";
    if (a->least_cell != a->most_cell)
        snprintf(others, sizeof others, ", other cells by less");
    if (a->unknown)
        text_append(others, sizeof others, "; of %u cells it is not known", a->unknown);
    wrap_print(out, width, 0,
               "The same run a minute later would differ by up to %.*f %% (95 %%; %s)%s, by the floor of %s.",
               text_decimals(100 * a->most, 1), 100 * a->most, id, others, a->floor);
}

void covers_to_json(struct json_writer *w, const struct summary *s)
{
    const struct again *a = &s->again;
    json_key(w, "intervals_cover");
    json_begin(w, '{');
    put_string(w, "what", s->covers.machine ? "machine" : "run");
    put_u64(w, "visits", s->covers.visits);
    put_double(w, "span_s", s->covers.span_s);
    json_end(w, '}');
    if (isnan(a->most)) {
        put_missing(w, "again", a->why[0] ? a->why : "no floor was asked for");
        return;
    }
    json_key(w, "again");
    json_begin(w, '{');
    put_double(w, "least", a->least);
    put_double(w, "most", a->most);
    put_u64(w, "least_cell", a->least_cell);
    put_u64(w, "most_cell", a->most_cell);
    put_u64(w, "unknown_cells", a->unknown);
    put_string(w, "floor", a->floor);
    json_end(w, '}');
}
