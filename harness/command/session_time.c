/* SPDX-License-Identifier: MIT */
/* A session keeps its time: what is given up for it, and what is told of that. */
#include <errno.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/command/session_parts.h"
#include "harness/experiment/settle.h"
#include "harness/measure/clock.h"

/* After the last trial: facts of the machine, tables, figures. Next to other load it was 1.0 s of 171 cells, 0.5 s of
 * 13 and 0.2 s of 3. */
#define AFTER_NS 0.5e9
#define AFTER_CELL_NS 10e6

/* A trial of the run's length: it is not kept. */
static int try_again(void *arg, unsigned cell, double *ns, struct err *e)
{
    const struct session *s = arg;
    const struct spawn how = session_spawn(s, &s->run[0]);
    struct cell c = s->plan.cells[cell];
    struct trial_record r;
    c.golden_known = true; /* what it does is compared with nothing */
    int rc = *s->stop ? -EINTR : trial_spawn(&how, &c, &r, e);
    if (rc)
        return rc;
    *ns = r.status == TRIAL_OK ? (double)(r.took_ns - r.golden_ns) : *ns;
    trial_record_release(&r);
    return 0;
}

static struct price price_now(struct session *s)
{
    return (struct price){.again = try_again,
                          .arg = s,
                          .trial_ns = s->expected_ns,
                          .golden = s->golden,
                          .before_ns = (double)(now_ns() - s->began_ns),
                          .after_ns = AFTER_NS + AFTER_CELL_NS * s->plan.n_cells};
}

/* Those that are left out, as many as a line has room for. */
static void name_left_out(const struct plan *p, char *buf, size_t n)
{
    enum { NAMED = 4 };
    unsigned named = 0;
    text_append(buf, n, " and %u cell%s left out: ", p->time.cells_left_out,
                p->time.cells_left_out == 1 ? " is" : "s are");
    for (unsigned i = p->n_skips - p->time.cells_left_out; i < p->n_skips && named < NAMED; i++, named++) {
        const struct cell *c = &p->cells[p->skips[i].cell];
        char work[200] = "";
        settle_name(p, p->skips[i].cell, work, sizeof work);
        text_append(buf, n, "%s%s under %s with %u in flight on %u", named ? ", " : "", work, c->model, c->concurrency,
                    c->offered);
    }
    if (p->time.cells_left_out > named)
        text_append(buf, n, " and %u others", p->time.cells_left_out - named);
}

static void tell(const struct plan *p)
{
    const struct plan_time *t = &p->time;
    char line[1024] = "", asked[32], whole[32], planned[32];
    text_span(asked, sizeof asked, (double)t->asked_ns);
    text_span(whole, sizeof whole, (double)t->whole_ns);
    text_span(planned, sizeof planned, (double)t->planned_ns);
    const char *most = plan_is_sequential(p) ? "at most " : "";
    bool all = t->blocks_planned == t->blocks_asked && !t->cells_left_out;
    text_append(line, sizeof line, "%s: %s asked; its %s%u block%s %s %sabout %s here", p->name, asked, most,
                t->blocks_asked, t->blocks_asked == 1 ? "" : "s",
                !all                   ? "would take"
                : t->blocks_asked == 1 ? "takes"
                                       : "take",
                most, whole);
    if (!all)
        text_append(line, sizeof line, ", so about %u %s measured", t->blocks_planned,
                    t->blocks_planned == 1 ? "is" : "are");
    if (t->cells_left_out)
        name_left_out(p, line, sizeof line);
    if (t->planned_ns > t->asked_ns)
        text_append(line, sizeof line, "; that still takes about %s", planned);
    if (!all || t->planned_ns > t->asked_ns)
        text_append(line, sizeof line, " (--time none measures all)");
    fprintf(stderr, "%s\n", line);
}

static void tell_kept_blocks(const struct session *s, const struct price *x)
{
    const struct plan *p = &s->plan;
    char asked[32], takes[32];
    double ns = price_ns(p, x);
    text_span(asked, sizeof asked, (double)s->o.request.time_ns);
    text_span(takes, sizeof takes, ns);
    fprintf(stderr, "%s: --blocks %u take%s about %s here%s%s%s\n", p->name, p->blocks, p->blocks == 1 ? "s" : "",
            takes, ns > (double)s->o.request.time_ns ? ", not the suite's " : "; the suite's time is ", asked,
            ns > (double)s->o.request.time_ns ? "; --time would keep it" : "");
}

int session_keep_time(struct session *s, struct err *e)
{
    const struct price x = price_now(s);
    if (!s->o.request.time_ns)
        return 0;
    if (s->o.request.blocks_are_kept) {
        if (!s->o.quiet)
            tell_kept_blocks(s, &x);
        return 0;
    }
    int rc = keep_time(&s->plan, s->o.request.time_ns, &x, e);
    for (unsigned i = 0; !rc && i < s->plan.n_skips; i++)
        s->expected_ns[s->plan.skips[i].cell] = 0;
    if (!rc && !s->o.quiet)
        tell(&s->plan);
    return rc;
}
