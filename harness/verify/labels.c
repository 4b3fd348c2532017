/* SPDX-License-Identifier: MIT */
/*
 * labels: whether "disturbed" means that time was lost. Trials that nobody disturbs must go without a label, or readers
 * learn to skip it; trials that are disturbed on purpose must have it. Steal and a change of speed can't be made here:
 * these are the host's.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/base/base.h"
#include "harness/machine/consumers.h"
#include "harness/machine/machine.h"
#include "harness/verify/label_scene.h"
#include "harness/verify/sample.h"

enum { QUIET = 500, QUIET_QUICK = 60, PLANTED = 100, PLANTED_QUICK = 20, JUDGED_LEAST = 20, OTHERS_TOLD = 3 };
/* CPUs that others may use on average on a machine that has nothing else to do. */
static const double others_most = 0.05;

#define QUIET_NS (100 * NS_PER_MS)
#define PLANTED_NS (200 * NS_PER_MS)

static void note_labels(struct bar_row *r, const struct label_scene *s, unsigned without)
{
    for (unsigned i = 0; i < DISTURBANCES; i++)
        if (s->by[i] && !(without >> i & 1))
            text_append(r->note, sizeof r->note, "%s%s %u (%.3g %% of one at most)",
                        r->note[0] ? ", "
                        : without  ? "also labelled: "
                                   : "labelled: ",
                        disturbance_names[i], s->by[i], 100 * s->most[i]);
}

static void note_failed(struct bar_row *r, const struct label_scene *s)
{
    if (s->failed)
        text_append(r->note, sizeof r->note, "%s%u trials failed: %s", r->note[0] ? "; " : "", s->failed, s->reason);
}

/* Whether the machine was one that has nothing else to do: if not, the row is no verdict on the labels. */
static void tell_machine(struct bar_row *r, const struct label_scene *s, const struct label_loss *l)
{
    const char *sep = r->note[0] ? "; " : "";
    if (l->judged)
        text_append(r->note, sizeof r->note, "%s%u of %u labelled were slower by half or more of what their label says",
                    sep, l->slower, l->judged);
    sep = r->note[0] ? "; " : "";
    if (!(s->others <= others_most))
        text_append(r->note, sizeof r->note, "%sothers load this machine: %.3g %% of these trials were labelled", sep,
                    r->measured);
    else if (r->measured > r->most && label_loss_is_real(l))
        text_append(
            r->note, sizeof r->note,
            "%sthe machine did take the time (its host, or kernel threads): %.3g %% of these trials were labelled", sep,
            r->measured);
    else
        return;
    row_exact(r, (double)NAN);
}

static void tell_quiet(struct verify *v, const struct label_scene *s, const struct label_loss *l, unsigned works,
                       const char *others)
{
    struct bar_row r = {.bar = "labels", .name = "labels of undisturbed trials", .least = -INFINITY, .most = 2};
    row_share(&r, s->labelled, s->trials);
    snprintf(r.how, sizeof r.how,
             "%u of %u trials (100 ms of serial work) of %u workloads that nobody disturbed were labelled; others used "
             "%.2f CPUs",
             s->labelled, s->trials, works, s->others);
    note_labels(&r, s, 0);
    note_failed(&r, s);
    tell_machine(&r, s, l);
    if (s->labelled && others[0])
        text_append(r.note, sizeof r.note, "; others that used CPUs: %s", others);
    verify_row(v, &r);
}

static void tell_planted(struct verify *v, const struct label_kind *k, const struct label_scene *s)
{
    struct bar_row r = {.bar = "labels", .unit = "%", .least = 95, .most = INFINITY};
    snprintf(r.name, sizeof r.name, "labels of %s", k->name);
    snprintf(r.how, sizeof r.how, "%u of %u disturbed trials were labelled so: %s", s->labelled, s->trials, k->what);
    note_labels(&r, s, k->labels);
    note_failed(&r, s);
    if (s->why[0])
        snprintf(r.note, sizeof r.note, "%s", s->why);
    else if (s->trials < JUDGED_LEAST)
        text_append(r.note, sizeof r.note, "%s%u trials could be disturbed of at least %d", r.note[0] ? "; " : "",
                    s->trials, JUDGED_LEAST);
    if (s->trials >= JUDGED_LEAST)
        row_share(&r, s->labelled, s->trials);
    else
        row_exact(&r, (double)NAN);
    verify_row(v, &r);
}

static int quiet(struct verify *v, struct label_scene *s, struct err *e)
{
    static const char *const works[] = {"primes", "sleep", "pingpong", "fetch"};
    const char *models[VERIFY_MAX_MODELS + 1] = {NULL};
    int cpus[2];
    unsigned workers = pin_allowed(cpus, ARRAY_LEN(cpus)) > 1 ? 2 : 1;
    char largest[160] = "";
    double others = 0;
    struct label_scene all = {.cpu = 0};
    struct label_loss loss = {0};
    struct consumers *before = consumers_mark();
    int rc = before ? 0 : err_set(e, ENOMEM, "out of memory");
    memcpy(models, v->models, v->n_models * sizeof *models);
    for (size_t i = 0; i < ARRAY_LEN(works) && !rc; i++) {
        struct plan p;
        const struct sample_request q = {
            .workload = works[i], .models = models, .workers = workers, .concurrency = 2, .trial_ns = QUIET_NS};
        rc = sample_plan(v, &q, &p, e);
        *s = (struct label_scene){.other = -1};
        if (!rc)
            rc = label_scene_play(v, NULL, &p, (v->quick ? QUIET_QUICK : QUIET) / (unsigned)ARRAY_LEN(works), s, e);
        plan_release(&p);
        label_loss_add(&loss, s->each, s->n_each);
        all.trials += s->trials;
        all.labelled += s->labelled;
        all.failed += s->failed;
        others += s->others / ARRAY_LEN(works);
        if (s->failed)
            memcpy(all.reason, s->reason, sizeof all.reason);
        for (unsigned k = 0; k < DISTURBANCES; k++) {
            all.by[k] += s->by[k];
            all.most[k] = fmax(all.most[k], s->most[k]);
        }
    }
    all.others = others;
    if (!rc) {
        consumers_since(before, OTHERS_TOLD, largest, sizeof largest);
        tell_quiet(v, &all, &loss, ARRAY_LEN(works), largest);
    }
    consumers_free(before);
    return rc;
}

static int planted(struct verify *v, const struct label_kind *k, const struct plan *p, struct label_scene *s,
                   struct err *e)
{
    int cpus[2], rc = 0;
    unsigned n = pin_allowed(cpus, 2);
    *s = (struct label_scene){.cpu = p->cells[0].pus[0], .other = -1};
    if (n > 1)
        s->other = cpus[0] == s->cpu ? cpus[1] : cpus[0];
    if (k->two_cpus && s->other < 0)
        snprintf(s->why, sizeof s->why, "there is no second CPU");
    else if (!k->prepare || k->prepare(s, s->why, sizeof s->why))
        rc = label_scene_play(v, k, p, v->quick ? PLANTED_QUICK : PLANTED, s, e);
    if (k->done)
        k->done(s);
    if (!rc)
        tell_planted(v, k, s);
    return rc;
}

static int run(struct verify *v, struct err *e)
{
    static const char *const models[] = {"threads", "processes", NULL};
    struct label_scene *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        return err_set(e, ENOMEM, "out of memory");
    struct plan p;
    int rc = quiet(v, s, e);
    if (!rc) {
        rc = sample_plan(v, &(struct sample_request){.workload = "primes", .models = models, .trial_ns = PLANTED_NS},
                         &p, e);
        for (unsigned i = 0; i < LABEL_KINDS && !rc; i++)
            rc = planted(v, &label_kinds[i], &p, s, e);
        plan_release(&p);
    }
    munmap(s, sizeof *s);
    return rc;
}

const struct bar bar_labels = {
    .name = "labels",
    .summary = "trials that nobody disturbs, and trials that are disturbed on purpose: how many are labelled",
    .run = run,
};
