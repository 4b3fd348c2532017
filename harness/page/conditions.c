/* SPDX-License-Identifier: MIT */
/* In which conditions a run was made: whether its numbers can be trusted at all, whether the machine was quiet, and
 * what its intervals cover. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/machine/environment.h"
#include "harness/page/parts.h"
#include "harness/report/covers.h"

#define MANY_DISTURBED 0.1 /* of the trials: as for the finding */

static void item_open(struct page *p, const char *class, const char *word)
{
    html_open(&p->h, "li", NULL);
    put_badge(p, class, word);
    html_text(&p->h, " ");
}

static void item_close(struct page *p)
{
    html_close(&p->h, "li");
    html_newline(&p->h);
}

/* What makes numbers worthless. */
void put_soundness(struct page *p, const struct summary *s)
{
    char unfit[200];
    if (s->work_differs) {
        item_open(p, "bad", "work differs");
        html_printf(&p->h, "%u trial%s did other work than the rest: trust no ratio of their cells.", s->voided,
                    s->voided == 1 ? "" : "s");
    } else {
        item_open(p, "good", "same work");
        html_printf(&p->h,
                    "%u of %u trials are whole; all of a work did the same units, ops and bytes, and came to "
                    "the same checksum.",
                    s->ok, s->planned);
    }
    item_close(p);
    if (s->failed) {
        item_open(p, "warn", "failed trials");
        html_printf(&p->h, "%u trial%s failed; in each ratio such a block is lost by the one that failed.", s->failed,
                    s->failed == 1 ? "" : "s");
        item_close(p);
    }
    if (s->environment && facts_build_unfit(&s->environment->start, unfit, sizeof unfit)) {
        item_open(p, "bad", "unfit build");
        html_printf(&p->h, "It was made by %s: its numbers are not for comparing.", unfit);
        item_close(p);
    }
    if (!s->complete) {
        item_open(p, "warn", "incomplete");
        html_printf(&p->h, "%u whole block%s of %u were measured before it was cut short.", s->look.blocks,
                    s->look.blocks == 1 ? "" : "s", s->plan->blocks);
        item_close(p);
    }
}

/* The kind that most of the disturbed trials lost time to. */
static const char *main_cause(const struct summary *s)
{
    unsigned most = 0;
    const char *name = "";
    for (unsigned k = 0; k < DISTURBANCES; k++) {
        unsigned by = 0;
        for (unsigned i = 0; i < s->plan->n_cells; i++)
            by += s->cells[i].disturbed_by[k];
        if (by > most) {
            most = by;
            name = disturbance_names[k];
        }
    }
    return name;
}

static void warned(struct page *p, const struct environment *v)
{
    unsigned n = 0;
    char names[400] = "";
    for (unsigned i = 0; i < v->n_checks; i++)
        if (v->checks[i].severity >= SEVERITY_WARNING)
            text_append(names, sizeof names, "%s%s", n++ ? ", " : "", v->checks[i].id);
    item_open(p, n ? "warn" : "good", n ? "warnings" : "no warning");
    if (n)
        html_printf(&p->h, "%u check%s of the machine warned when the run began: %s. ", n, n == 1 ? "" : "s", names);
    else
        html_text(&p->h, "No check of the machine warned when the run began. ");
    html_element(&p->h, "a", p->runs ? "What differs" : "The machine", "href", "#environment", NULL);
    item_close(p);
    if (v->ended && v->n_changed) {
        item_open(p, "warn", "changed");
        html_printf(&p->h, "%u fact%s of the machine changed during the run.", v->n_changed,
                    v->n_changed == 1 ? "" : "s");
        item_close(p);
    }
}

void put_quiet(struct page *p, const struct summary *s)
{
    unsigned n = 0;
    char percent[32];
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        n += s->cells[i].disturbed;
    const double share = s->ok ? (double)n / s->ok : 0;
    say_percent(percent, sizeof percent, share);
    item_open(p, share > MANY_DISTURBED ? "warn" : "good", share > MANY_DISTURBED ? "disturbed" : "quiet");
    if (n)
        html_printf(&p->h,
                    "%u of %u trials (%s) lost more than 1 %% of their time to something else, most often: %s. "
                    "They are kept, and each is one vote of its block.",
                    n, s->ok, percent, main_cause(s));
    else
        html_text(&p->h, "No trial lost more than 1 % of its time to anything else on the machine.");
    item_close(p);
    if (s->environment)
        warned(p, s->environment);
}

/* As the terminal says it. */
static void covered(struct page *p, const struct summary *s)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    FILE *lines = open_memstream(&text, &size);
    if (!lines) {
        p->h.fault = true;
        return;
    }
    covers_print(lines, s, UINT_MAX);
    p->h.fault |= fclose(lines) != 0;
    put_lines(p, text);
}

void part_conditions(struct page *p)
{
    const struct summary *s = p->s;
    html_open(&p->h, "div", "class", "conditions", NULL);
    html_element(&p->h, "h3", "Conditions of this run", NULL);
    html_open(&p->h, "ul", NULL);
    put_soundness(p, s);
    put_quiet(p, s);
    html_close(&p->h, "ul");
    html_open(&p->h, "ul", "class", "notes", NULL);
    covered(p, s);
    html_close(&p->h, "ul");
    html_close(&p->h, "div");
    html_newline(&p->h);
}
