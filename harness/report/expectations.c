/* SPDX-License-Identifier: MIT */
/* Expectations of a run in words and as JSON; see expectations.h. */
#include "harness/report/expectations.h"

#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/expectations.h"
#include "harness/record/fields.h"
#include "harness/record/param_value.h"
#include "harness/report/report.h"
#include "harness/report/text.h"
#include "harness/report/wrap.h"

enum { LINE_MAX_BYTES = 1600 };

static void number(char *buf, size_t n, double v)
{
    snprintf(buf, n, v >= 1000 ? "%.0f" : v < 0.1 ? "%.2g" : "%.2f", v);
}

/* "layout=padded", or what else the cell has that the other has not. */
static void tell_side(char *buf, size_t n, const struct cell *c, const struct cell *other)
{
    const struct workload *w = workload_find(c->workload);
    char value[VALUE_TEXT_MAX];
    size_t before = strlen(buf);
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        if (c->p[i] == other->p[i])
            continue;
        value_label(&w->params[i], c->p[i], value, sizeof value);
        text_append(buf, n, " %s=%s", w->params[i].name, value);
    }
    if (c->offered != other->offered)
        text_append(buf, n, " %u CPU%s", c->offered, c->offered == 1 ? "" : "s");
    if (c->concurrency != other->concurrency || strlen(buf) == before)
        text_append(buf, n, " %u in flight", c->concurrency);
}

/* "async/threads units/s 1.67 (1.60 … 1.84)"; of two cells of one model "threads layout=padded / layout=packed units/s
 * …". */
static void tell_ratio(char *buf, size_t n, const struct summary *s, const struct expectation_result *r)
{
    char v[3][24];
    const struct cell *x = &s->plan->cells[r->a], *y = &s->plan->cells[r->b];
    text_append(buf, n, "%s", x->model);
    if (strcmp(x->model, y->model) == 0) {
        tell_side(buf, n, x, y);
        text_append(buf, n, " /");
        tell_side(buf, n, y, x);
    } else {
        text_append(buf, n, "/%s", y->model);
    }
    text_append(buf, n, ", %s%s", expectation_quantity_words[r->x->quantity], r->x->per_cpu ? " for each CPU" : "");
    if (isnan(r->ratio.median))
        return;
    number(v[0], sizeof v[0], r->ratio.median);
    text_append(buf, n, ": %s", v[0]);
    if (isnan(r->ratio.lower))
        return;
    number(v[1], sizeof v[1], r->ratio.lower);
    number(v[2], sizeof v[2], r->ratio.upper);
    text_append(buf, n, " (%s … %s)", v[1], v[2]);
}

/* Those that are true here, then those that could not be looked up. */
static void tell_reasons(char *buf, size_t n, const struct expectation_result *r)
{
    const char *between = "; likely: ";
    for (unsigned i = 0; i < r->n_reasons; i++) {
        if (r->reasons[i].is != REASON_HERE)
            continue;
        text_append(buf, n, "%s%s", between, r->x->reasons[i].text);
        if (!isnan(r->reasons[i].value))
            text_append(buf, n, " (%.3g)", r->reasons[i].value);
        between = ", and ";
    }
    between = "; possibly: ";
    for (unsigned i = 0; i < r->n_reasons; i++) {
        if (r->reasons[i].is != REASON_UNKNOWN)
            continue;
        text_append(buf, n, "%s%s", between, r->x->reasons[i].text);
        between = ", or ";
    }
}

/* What did not hold is told in full; what can't be told by its id. */
static void tell_one(FILE *out, const struct summary *s, const struct expectation_result *r, unsigned width,
                     const char *code)
{
    char line[LINE_MAX_BYTES] = "", limits[64];
    const bool unknown = r->outcome == EXPECTATION_UNKNOWN;
    expectation_limits(limits, sizeof limits, r->x);
    text_append(line, sizeof line, "%s: %s: ", r->workload->name, unknown ? r->x->id : r->x->text);
    tell_ratio(line, sizeof line, s, r);
    text_append(line, sizeof line, ", expected %s", limits);
    if (r->not_held && r->pairs > 1)
        text_append(line, sizeof line, " (the farthest of %u of %u pairs)", r->not_held, r->pairs);
    if (!unknown)
        tell_reasons(line, sizeof line, r);
    else if (isnan(r->ratio.lower))
        text_append(line, sizeof line, ": %s", r->why);
    wrap_print_marked(out, width, 16, unknown ? "  can't tell  " : "  did not hold", code, "  %s", line);
}

/* "  held          sleep: loop-holds, in-flight": by their ids, which list explains. */
static void tell_held(FILE *out, const struct summary *s, unsigned width)
{
    char line[LINE_MAX_BYTES] = "";
    const struct workload *last = NULL;
    for (unsigned i = 0; i < s->n_expectations; i++) {
        const struct expectation_result *r = &s->expectations[i];
        if (r->outcome != EXPECTATION_HELD)
            continue;
        if (r->workload != last)
            text_append(line, sizeof line, "%s%s: %s", last ? "; " : "", r->workload->name, r->x->id);
        else
            text_append(line, sizeof line, ", %s", r->x->id);
        last = r->workload;
    }
    if (last)
        wrap_print(out, width, 16, "  %-12s  %s", "held here", line);
}

static bool has_wide(const struct summary *s)
{
    for (unsigned i = 0; i < s->n_expectations; i++)
        if (s->expectations[i].outcome == EXPECTATION_UNKNOWN && !isnan(s->expectations[i].ratio.lower))
            return true;
    return false;
}

void expectations_print(FILE *out, const struct summary *s, unsigned width, bool colour)
{
    static const enum expectation_outcome order[] = {EXPECTATION_NOT_HELD, EXPECTATION_UNKNOWN};
    if (!s->n_expectations)
        return;
    fprintf(out, "\nexpectations (each by its own 95 %% interval; contend list NAME says what each is):\n");
    for (size_t k = 0; k < ARRAY_LEN(order); k++)
        for (unsigned i = 0; i < s->n_expectations; i++)
            if (s->expectations[i].outcome == order[k])
                tell_one(out, s, &s->expectations[i], width,
                         colour && order[k] == EXPECTATION_NOT_HELD ? "\033[33m" : "");
    tell_held(out, s, width);
    if (has_wide(s))
        wrap_print(out, width, 16, "  %-12s  %s", "",
                   "where it can't be told with a ratio, its interval reaches beyond "
                   "the limit: more --blocks narrow it");
}

static void put_reason(struct json_writer *w, const struct expectation_reason *why, const struct reason_seen *seen)
{
    json_begin(w, '{');
    put_string(w, "text", why->text);
    if (seen->is == REASON_UNKNOWN)
        put_missing(w, "here",
                    why->what ? "what it rests on was not measured here" : "nothing can be looked up for it");
    else
        put_bool(w, "here", seen->is == REASON_HERE);
    put_string(w, "by", why->what);
    put_known_double(w, "value", seen->value, "it is no number, or was not measured here");
    json_end(w, '}');
}

static void put_limit(struct json_writer *w, const char *key, double v)
{
    put_known_double(w, key, v > 0 ? v : (double)NAN, "it has no such limit");
}

static void put_evidence(struct json_writer *w, const struct summary *s, const struct expectation_result *r)
{
    char id[CELL_ID_MAX];
    json_key(w, "evidence");
    json_begin(w, '{');
    plan_cell_id(s->plan, r->a, id, sizeof id);
    put_string(w, "a", id);
    plan_cell_id(s->plan, r->b, id, sizeof id);
    put_string(w, "b", id);
    put_string(w, "quantity", expectation_quantity_names[r->x->quantity]);
    put_bool(w, "per_cpu", r->x->per_cpu);
    put_estimate(w, "ratio", &r->ratio, NULL);
    put_limit(w, "least", r->x->least);
    put_limit(w, "most", r->x->most);
    put_u64(w, "pairs", r->pairs);
    put_u64(w, "held", r->held);
    put_u64(w, "not_held", r->not_held);
    put_string(w, "why", r->why[0] ? r->why : NULL);
    json_end(w, '}');
}

void expectations_to_json(struct json_writer *w, const struct summary *s)
{
    json_key(w, "expectations");
    json_begin(w, '[');
    for (unsigned i = 0; i < s->n_expectations; i++) {
        const struct expectation_result *r = &s->expectations[i];
        json_begin(w, '{');
        put_string(w, "id", r->x->id);
        put_string(w, "workload", r->workload->name);
        put_string(w, "outcome", expectation_outcome_names[r->outcome]);
        put_string(w, "text", r->x->text);
        put_evidence(w, s, r);
        json_key(w, "reasons");
        json_begin(w, '[');
        for (unsigned k = 0; k < r->n_reasons; k++)
            put_reason(w, &r->x->reasons[k], &r->reasons[k]);
        json_end(w, ']');
        json_end(w, '}');
    }
    json_end(w, ']');
}
