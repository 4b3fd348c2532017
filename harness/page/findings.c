/* SPDX-License-Identifier: MIT */
/* Findings, worst first, and what a run shows of its workloads' expectations. */
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/expectations.h"
#include "harness/page/parts.h"

static const char *class_of(const struct finding *f)
{
    return strcmp(f->severity, "bad") == 0 ? "bad" : strcmp(f->severity, "warn") == 0 ? "warn" : "plain";
}

static void cells_of(struct page *p, const struct summary *s, const struct finding *f)
{
    for (unsigned i = 0; i < f->n_cells; i++) {
        char id[CELL_ID_MAX];
        html_text(&p->h, i ? ", " : "; cells: ");
        if (p->runs) { /* whose page has no row for each cell of a run */
            plan_cell_id(s->plan, f->cells[i], id, sizeof id);
            html_text(&p->h, id);
        } else {
            put_cell_link(p, f->cells[i]);
        }
    }
}

int doubt_of(const struct summary *s, unsigned cell)
{
    for (unsigned i = 0; i < s->n_findings; i++)
        for (unsigned k = 0; k < s->findings[i].n_cells; k++)
            if (s->findings[i].cells[k] == cell && strcmp(s->findings[i].severity, "info") != 0)
                return (int)i;
    return -1;
}

static void finding(struct page *p, const struct summary *s, const struct finding *f)
{
    char id[24];
    snprintf(id, sizeof id, "finding-%u", (unsigned)(f - s->findings));
    html_open(&p->h, "li", "id", p->runs ? NULL : id, NULL); /* of two runs both have a first one */
    put_badge(p, class_of(f), f->severity);
    html_open(&p->h, "div", NULL);
    html_element(&p->h, "p", f->text, NULL);
    html_open(&p->h, "p", "class", "advice", NULL);
    html_printf(&p->h, "→ %s", f->advice);
    html_close(&p->h, "p");
    html_open(&p->h, "small", NULL);
    html_printf(&p->h, "%s: %s = %.4g", f->id, f->evidence_name, f->evidence);
    cells_of(p, s, f);
    html_close(&p->h, "small");
    html_close(&p->h, "div");
    html_close(&p->h, "li");
    html_newline(&p->h);
}

bool has_findings(const struct page *p)
{
    return p->s->n_findings > 0;
}

void part_findings(struct page *p)
{
    if (!has_findings(p))
        return;
    section_open(p, "findings", "Findings");
    html_element(&p->h, "p",
                 "Judgements over the whole run, the worst first. bad: trust no ratio of these cells; warn: it bends "
                 "the numbers; info: what the run shows.",
                 NULL);
    html_open(&p->h, "ul", "class", "findings", NULL);
    for (unsigned i = 0; i < p->s->n_findings; i++)
        finding(p, p->s, &p->s->findings[i]);
    html_close(&p->h, "ul");
    section_close(p);
}

static unsigned count_doubts(const struct summary *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->n_findings; i++)
        n += strcmp(s->findings[i].severity, "info") != 0;
    return n;
}

bool has_doubts(const struct page *p)
{
    return count_doubts(p->runs->run[RUN_A]) + count_doubts(p->runs->run[RUN_B]) > 0;
}

void part_doubts(struct page *p)
{
    section_open(p, "findings", "What endangers the numbers");
    for (unsigned i = 0; i < 2; i++) {
        const struct summary *s = p->runs->run[i];
        if (!count_doubts(s))
            continue;
        html_element(&p->h, "h3", i == RUN_A ? "A" : "B", NULL);
        html_open(&p->h, "ul", "class", "findings", NULL);
        for (unsigned k = 0; k < s->n_findings; k++)
            if (strcmp(s->findings[k].severity, "info") != 0)
                finding(p, s, &s->findings[k]);
        html_close(&p->h, "ul");
    }
    section_close(p);
}

static void reasons(char *buf, size_t n, const struct expectation_result *r)
{
    const char *between = "likely: ";
    buf[0] = 0;
    for (unsigned i = 0; i < r->n_reasons; i++)
        if (r->reasons[i].is == REASON_HERE) {
            text_append(buf, n, "%s%s", between, r->x->reasons[i].text);
            if (!isnan(r->reasons[i].value))
                text_append(buf, n, " (%.3g)", r->reasons[i].value);
            between = ", and ";
        }
    between = buf[0] ? "; possibly: " : "possibly: ";
    for (unsigned i = 0; i < r->n_reasons; i++)
        if (r->reasons[i].is == REASON_UNKNOWN) {
            text_append(buf, n, "%s%s", between, r->x->reasons[i].text);
            between = ", or ";
        }
}

static void expectation(struct page *p, const struct expectation_result *r)
{
    static const struct {
        const char *class, *word;
    } outcomes[] = {[EXPECTATION_HELD] = {"good", "held"},
                    [EXPECTATION_NOT_HELD] = {"warn", "did not hold"},
                    [EXPECTATION_UNKNOWN] = {"plain", "can't tell"}};
    char text[1600], limits[64], interval[WORDS];
    row_open(p, NULL);
    html_open(&p->h, "td", NULL);
    put_badge(p, outcomes[r->outcome].class, outcomes[r->outcome].word);
    html_close(&p->h, "td");
    html_open(&p->h, "th", "scope", "row", "class", "wide", NULL);
    html_element(&p->h, "strong", r->workload->name, NULL);
    html_printf(&p->h, ": %s (%s)", r->x->text, r->x->id);
    if (r->outcome == EXPECTATION_NOT_HELD)
        reasons(text, sizeof text, r);
    else
        snprintf(text, sizeof text, "%s", r->outcome == EXPECTATION_UNKNOWN ? r->why : "");
    if (text[0])
        html_element(&p->h, "small", text, NULL);
    html_close(&p->h, "th");
    html_open(&p->h, "td", NULL);
    put_cell_link(p, r->a);
    html_text(&p->h, " / ");
    put_cell_link(p, r->b);
    html_open(&p->h, "small", NULL);
    html_printf(&p->h, "%s%s", expectation_quantity_words[r->x->quantity], r->x->per_cpu ? ", for each CPU" : "");
    html_close(&p->h, "small");
    html_close(&p->h, "td");
    cell_estimate(p, &r->ratio, say_ratio);
    say_interval(interval, sizeof interval, &r->ratio);
    cell_text(p, isnan(r->ratio.lower) ? "n/a" : interval);
    expectation_limits(limits, sizeof limits, r->x);
    cell_text(p, limits);
    snprintf(text, sizeof text, "%u of %u", r->held, r->pairs);
    cell_number(p, r->pairs ? (double)r->held / r->pairs : (double)NAN, text);
    row_close(p);
}

bool has_expectations(const struct page *p)
{
    return p->s->n_expectations > 0;
}

void part_expectations(struct page *p)
{
    static const struct column columns[] = {{"Outcome", false},       {"Expected here", false}, {"Cells", false},
                                            {"Ratio", true},          {"95 % interval", false}, {"Should be", false},
                                            {"Pairs that held", true}};
    static const enum expectation_outcome order[] = {EXPECTATION_NOT_HELD, EXPECTATION_UNKNOWN, EXPECTATION_HELD};
    if (!has_expectations(p))
        return;
    section_open(p, "expectations", "Expectations");
    table_open(p,
               "What comparing models on a workload is expected to show, and whether it did on this machine. Each is "
               "judged by its own 95 % interval, over all pairs of cells that it is about; the ratio is of the pair "
               "that decides.",
               columns, ARRAY_LEN(columns));
    for (size_t k = 0; k < ARRAY_LEN(order); k++)
        for (unsigned i = 0; i < p->s->n_expectations; i++)
            if (p->s->expectations[i].outcome == order[k])
                expectation(p, &p->s->expectations[i]);
    table_close(p);
    section_close(p);
}
