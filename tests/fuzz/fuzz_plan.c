/* SPDX-License-Identifier: MIT */
/* The first line of a journal: a plan that is taken is in itself sound, and is the same after writing and reading. */
#include <errno.h>
#include <string.h>

#include "harness/record/plan_json.h"
#include "tests/fuzz/fuzz.h"

static int from(const char *text, size_t n, struct plan *p, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, text, n, "t", e);
    if (rc)
        return rc;
    rc = read_plan((struct fields){.json = j, .object = json_root(j), .e = e}, p);
    json_free(j);
    return rc;
}

static void put(struct json_writer *w, const void *p)
{
    put_plan(w, p);
}

static void sound(const struct plan *p)
{
    MUST(p->blocks >= 1 && p->blocks <= PLAN_MAX_BLOCKS && (uint64_t)p->n_cells * p->blocks <= PLAN_MAX_TRIALS);
    MUST(p->visits >= 1 && p->visits <= p->blocks && p->visits <= PLAN_MAX_VISITS);
    MUST(p->pause_ns <= UINT64_C(3600000000000));
    MUST(plan_visit_first(p, p->visits) == p->blocks && plan_visit_of(p, p->blocks - 1) == p->visits - 1);
    for (unsigned i = 0; i < p->blocks * p->n_runnable; i++)
        MUST(p->order[i] < p->n_cells && !plan_skipped(p, p->order[i], NULL));
    for (unsigned i = 0; i < p->n_points; i++) {
        MUST(p->points[i].serial < (int)p->n_cells);
        for (unsigned k = 0; k < p->points[i].n_cells; k++)
            MUST(p->points[i].cells[k] < p->n_cells);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan p, again;
    struct err e = {0};
    int rc = from((const char *)data, size, &p, &e);
    MUST(rc == 0 || (rc == -EINVAL && strncmp(e.text, "t:", 2) == 0));
    if (rc)
        return 0;
    sound(&p);
    char *first = object_text(put, &p);
    MUST(first && from(first, strlen(first), &again, &e) == 0);
    char *second = object_text(put, &again);
    MUST(second && strcmp(first, second) == 0);
    free(first);
    free(second);
    plan_release(&p);
    plan_release(&again);
    return 0;
}
