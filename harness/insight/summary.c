/* SPDX-License-Identifier: MIT */
/* The end of a summary; the summarizer makes it. */
#include "harness/insight/cell.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/measure/clock.h"

void summary_release(struct summary *s)
{
    for (unsigned i = 0; s->cells && i < s->plan->n_cells; i++)
        cell_release(&s->cells[i]);
    free(s->cells);
    free(s->throughput);
    for (unsigned i = 0; i < CANARIES; i++)
        free(s->canaries[i]);
    free(s->spent_ns);
    free(s->at_s);
    free(s->foreign_ns);
    free(s->watched_ns);
    stats_looks_free(s->looks);
    free(s->comparisons);
    free(s->floors);
    free(s->findings);
    free(s->expectations);
    free(s->trial_failed);
    free(s->marks);
    free(s->environment);
    *s = (struct summary){0};
}

int summary_times_init(struct summary *s)
{
    unsigned n = s->plan->blocks + 1;
    s->at_s = malloc(n * sizeof *s->at_s);
    s->foreign_ns = calloc(n, sizeof *s->foreign_ns);
    s->watched_ns = calloc(n, sizeof *s->watched_ns);
    s->marks = calloc((size_t)s->plan->n_cells * s->plan->blocks + 1, sizeof *s->marks);
    for (unsigned i = 0; s->at_s && i < n; i++)
        s->at_s[i] = NAN;
    return s->at_s && s->foreign_ns && s->watched_ns && s->marks ? 0 : -ENOMEM;
}

static enum trial_label label_of(const struct summary *s, const struct trial_record *r)
{
    double share[DISTURBANCES], most = DISTURBED_LEAST;
    int by = -1;
    if (r->status != TRIAL_OK)
        return r->status == TRIAL_VOID ? LABEL_VOID : LABEL_FAILED;
    trial_lost(&s->plan->cells[r->cell], r, share);
    for (int i = 0; i < DISTURBANCES; i++)
        if (share[i] > most) {
            most = share[i];
            by = i;
        }
    return by < 0 ? LABEL_UNDISTURBED : (enum trial_label)(LABEL_DISTURBED + by);
}

void summary_note_times(struct summary *s, const struct trial_record *r)
{
    double at_s = wall_seconds(r->started);
    if (!(s->at_s[r->block] <= at_s))
        s->at_s[r->block] = at_s;
    s->marks[(size_t)r->cell * s->plan->blocks + r->block] =
        (struct trial_mark){at_s, (unsigned short)r->position, (unsigned char)label_of(s, r)};
    if (r->foreign_cpu_ns.why)
        return;
    s->foreign_ns[r->block] += (double)r->foreign_cpu_ns.value;
    s->watched_ns[r->block] += (double)(r->startup_ns + r->run_ns + r->teardown_ns);
}

void summary_note_void(struct summary *s, unsigned cell)
{
    for (unsigned b = 0; b < s->plan->blocks; b++) {
        struct trial_mark *m = &s->marks[(size_t)cell * s->plan->blocks + b];
        if (m->label != LABEL_NONE && m->label != LABEL_FAILED)
            m->label = LABEL_VOID;
    }
}

double summary_foreign(const struct summary *s, unsigned first, unsigned end)
{
    double used = 0, watched = 0;
    for (unsigned i = first; i < end; i++) {
        used += s->foreign_ns[i];
        watched += s->watched_ns[i];
    }
    return watched > 0 ? used / watched : (double)NAN;
}

bool time_is_up(const struct plan_time *t, unsigned most_blocks, unsigned blocks, const double *spent_ns)
{
    double spent = 0;
    if (!t->asked_ns || !t->trials_ns || !blocks || blocks < t->blocks_least || blocks >= most_blocks)
        return false;
    for (unsigned i = 0; i < blocks; i++)
        spent += spent_ns[i];
    /* The first one finds golden values, which later ones are handed. */
    double next = blocks > 1 ? (spent - spent_ns[0]) / (blocks - 1) : spent;
    double over = blocks < t->blocks_planned ? TIME_OVER * (double)t->asked_ns : 0;
    return spent + next > (double)t->trials_ns + over;
}
