/* SPDX-License-Identifier: MIT */
/* What of a record goes straight into its cell's summary; see cell.h. */
#include "harness/insight/cell.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <stdlib.h>

static int add_latency(struct cell_summary *c, const struct trial_record *r)
{
    if (!r->latency) {
        if (!c->latency)
            c->latency_why = r->latency_why;
        return 0;
    }
    if (!c->latency) {
        c->latency = malloc(sizeof *c->latency);
        if (!c->latency)
            return -ENOMEM;
        histogram_init(c->latency);
    }
    c->latency_why = NULL;
    histogram_merge(c->latency, r->latency);
    return 0;
}

void cell_add_warning(struct cell_summary *c, const char *text)
{
    for (unsigned i = 0; i < c->n_warnings; i++)
        if (c->warnings[i] == text)
            return;
    if (c->n_warnings < RECORD_MAX_WARNINGS)
        c->warnings[c->n_warnings++] = text;
}

static void add_net(struct cell_summary *c, const struct trial_record *r)
{
    for (unsigned i = 0; i < NETS; i++)
        c->net[i] += r->net[i].why ? 0 : r->net[i].value;
}

static void add_disturbances(struct cell_summary *s, const struct cell *c, const struct trial_record *r)
{
    double share[DISTURBANCES];
    unsigned set = trial_disturbances(c, r);
    trial_lost(c, r, share);
    s->disturbed += set != 0;
    for (unsigned i = 0; i < DISTURBANCES; i++)
        if (set >> i & 1) {
            s->disturbed_by[i]++;
            s->lost_to[i] += share[i];
        }
}

double cell_minor_faults(const struct trial_record *r)
{
    double sum = 0;
    for (unsigned i = 0; i < r->n_workers; i++)
        sum += (double)r->workers[i].minor_faults;
    return r->n_workers ? sum * r->worker_count / r->n_workers : NAN;
}

enum trial_status cell_status(const struct cell_summary *c)
{
    return c->voided ? TRIAL_VOID : c->trials > c->failed ? TRIAL_OK : c->trials ? TRIAL_FAILED : TRIAL_SKIPPED;
}

int cell_add(struct cell_summary *s, const struct cell *c, const struct trial_record *r)
{
    s->units = r->units;
    memcpy(s->ops, r->ops, sizeof s->ops);
    s->bytes = r->bytes;
    s->checksum = r->checksum;
    add_net(s, r);
    add_disturbances(s, c, r);
    int rc = worker_time_add(&s->time, r);
    return rc ? rc : add_latency(s, r);
}

void cell_release(struct cell_summary *c)
{
    free(c->latency);
    c->latency = NULL;
    worker_time_release(&c->time);
}
