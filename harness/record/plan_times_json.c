/* SPDX-License-Identifier: MIT */
/* How long a plan's run goes on, as JSON: its visits, what ends it, and the time that it keeps. */
#include "harness/record/plan_times_json.h"

#include <inttypes.h>

#include "harness/base/base.h"

void put_plan_stop(struct json_writer *w, const struct plan_stop *s)
{
    json_key(w, "stop");
    json_begin(w, '{');
    put_double(w, "precision", s->precision);
    put_bool(w, "clear", s->clear);
    put_u64(w, "budget_ns", s->budget_ns);
    json_end(w, '}');
}

void read_plan_stop(struct fields *f, struct plan_stop *s)
{
    struct fields stop = field_object(f, "stop");
    const struct json_value *precision = field_value(&stop, "precision", JSON_NUMBER);
    if (precision)
        json_get_double(precision, &s->precision);
    s->clear = field_bool(&stop, "clear");
    s->budget_ns = field_u64(&stop, "budget_ns");
    f->rc = f->rc ? f->rc : stop.rc;
}

void put_plan_time(struct json_writer *w, const struct plan_time *t)
{
    if (!t->asked_ns) {
        put_missing(w, "time", "the run keeps no time");
        return;
    }
    json_key(w, "time");
    json_begin(w, '{');
    put_u64(w, "asked_ns", t->asked_ns);
    put_u64(w, "trials_ns", t->trials_ns);
    put_u64(w, "whole_ns", t->whole_ns);
    put_u64(w, "planned_ns", t->planned_ns);
    put_u64(w, "blocks_least", t->blocks_least);
    put_u64(w, "blocks_planned", t->blocks_planned);
    put_u64(w, "blocks_asked", t->blocks_asked);
    put_u64(w, "cells_left_out", t->cells_left_out);
    json_end(w, '}');
}

/* After the blocks were found to be in range. Journals from before visits have neither. */
static void read_visits(struct fields *f, struct plan *p)
{
    const struct json_value *visits = json_get(f->object, "visits"), *pause = json_get(f->object, "pause_ns");
    const unsigned most = p->blocks < PLAN_MAX_VISITS ? p->blocks : PLAN_MAX_VISITS;
    p->visits = visits ? field_unsigned(f, "visits") : 1;
    p->pause_ns = pause ? field_u64(f, "pause_ns") : 0;
    if (!f->rc && (p->visits < 1 || p->visits > most))
        f->rc = json_error(f->json, visits, f->e, "\"visits\" must be from 1 to %u", most);
    if (!f->rc && p->pause_ns > PLAN_MAX_PAUSE_S * NS_PER_S)
        f->rc = json_error(f->json, pause, f->e, "\"pause_ns\" must be at most %" PRIu64, PLAN_MAX_PAUSE_S * NS_PER_S);
}

/* Journals from before have none. */
static void read_time(struct fields *f, struct plan *p)
{
    const struct json_value *v = json_get(f->object, "time");
    if (f->rc || !v || json_type(v) == JSON_NULL)
        return;
    struct fields in = field_object(f, "time");
    p->time = (struct plan_time){.asked_ns = field_u64(&in, "asked_ns"),
                                 .trials_ns = field_u64(&in, "trials_ns"),
                                 .whole_ns = field_u64(&in, "whole_ns"),
                                 .planned_ns = field_u64(&in, "planned_ns"),
                                 .blocks_least = field_unsigned(&in, "blocks_least"),
                                 .blocks_planned = field_unsigned(&in, "blocks_planned"),
                                 .blocks_asked = field_unsigned(&in, "blocks_asked"),
                                 .cells_left_out = field_unsigned(&in, "cells_left_out")};
    f->rc = in.rc;
    if (!f->rc && !p->time.asked_ns)
        f->rc = json_error(f->json, v, f->e, "\"asked_ns\" must be more than 0: a run that keeps no time has none");
}

void read_plan_times(struct fields *f, struct plan *p)
{
    read_visits(f, p);
    read_time(f, p);
}
