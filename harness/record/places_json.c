/* SPDX-License-Identifier: MIT */
/* Processing units of a cell's workers and of its service as JSON, both ways. */
#include <stddef.h>

#include "harness/record/fields.h"

void put_pus(struct json_writer *w, const int *pus, unsigned n)
{
    json_key(w, "pus");
    json_begin(w, '[');
    for (unsigned i = 0; i < n; i++)
        json_int(w, pus[i]);
    json_end(w, ']');
}

void put_service(struct json_writer *w, const struct cell *c)
{
    const struct workload *wl = workload_find(c->workload);
    json_key(w, "service");
    if (!wl || !wl->service) {
        json_null(w);
        return;
    }
    json_begin(w, '{');
    put_string(w, "name", wl->service->name);
    put_pus(w, c->service_pus, c->n_service_pus);
    put_bool(w, "shares", c->service_shares);
    json_end(w, '}');
}

int read_pus(struct fields *f, int *pus, unsigned *n, unsigned most)
{
    const struct json_value *list = field_value(f, "pus", JSON_ARRAY);
    for (const struct json_value *v = f->rc ? NULL : json_first(list); v; v = json_next(v)) {
        int64_t pu;
        if (*n == most || json_get_i64(v, &pu) || pu < 0 || pu > 1 << 20)
            return f->rc =
                       json_error(f->json, v, f->e, "\"pus\" must hold at most %u indexes of processing units", most);
        pus[(*n)++] = (int)pu;
    }
    return f->rc;
}

int read_service(struct fields *f, struct cell *c)
{
    const struct json_value *v = json_get(f->object, "service");
    if (f->rc || !v || json_type(v) == JSON_NULL)
        return f->rc;
    struct fields s = field_object(f, "service");
    c->service_shares = field_bool(&s, "shares");
    return read_pus(&s, c->service_pus, &c->n_service_pus, CELL_MAX_SERVICE_PUS);
}
