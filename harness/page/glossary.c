/* SPDX-License-Identifier: MIT */
/* What the page's words mean: the models, as far as the run has them, and the terms of tables and verdicts. */
#include <string.h>

#include "harness/base/base.h"
#include "harness/model/model.h"
#include "harness/page/parts.h"

static bool has_model(const struct plan *p, const char *name)
{
    for (unsigned i = 0; i < p->n_cells; i++)
        if (strcmp(p->cells[i].model, name) == 0)
            return true;
    return false;
}

static void put_models(struct page *p)
{
    static const struct column columns[] = {{"Model", false}, {"What it is", false}, {"Programs built so", false}};
    table_open(p, "The models of this run.", columns, ARRAY_LEN(columns));
    for (size_t i = 0; models[i]; i++) {
        if (!has_model(p->s->plan, models[i]->name))
            continue;
        row_open(p, NULL);
        html_element(&p->h, "th", models[i]->name, "scope", "row", NULL);
        html_element(&p->h, "td", models[i]->summary, "class", "wide", NULL);
        html_element(&p->h, "td", models[i]->like, "class", "wide", NULL);
        row_close(p);
    }
    table_close(p);
}

static void put_terms(struct page *p)
{
    static const struct {
        const char *term, *is;
    } terms[] = {
        {"unit", "One piece of work, such as one request. Throughput is in units a second."},
        {"in flight",
         "Tasks that are under way at once, over all workers. A thread or a process that blocks holds one; "
         "a loop holds many."},
        {"on 2 CPUs", "How many CPUs a model is offered. One loop uses one of them."},
        {"block", "One pass over all cells, in a balanced random order. Ratios are paired by block, so what the "
                  "machine does meanwhile falls out of them."},
        {"interval", "Of at least 95 %. That of a median covers this run; that of a ratio is of trials side by side."},
        {"p50, p99", "Half of all units, and 99 of 100, took at most so long. Not told (n/a) where fewer than 10 units "
                     "lie beyond."},
        {"noise floor",
         "How far a cell differs from itself from block to block, in this run: what no ratio can be told "
         "apart from. A floor that is kept (contend verify --long) says so of another time."},
        {"speedup", "Throughput over that of serial, one task at a time, in the same block."},
        {"memory", "Proportional share (PSS) of all processes of a trial at its end."},
        {"closed loop", "Each task starts its next unit when the last is done: such latencies can't see queueing."},
        {"cell", "One combination that was measured. o2 w16 c16 is: 2 CPUs offered, 16 workers, 16 tasks in flight."},
    };
    html_open(&p->h, "dl", "class", "facts", NULL);
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        html_element(&p->h, "dt", terms[i].term, NULL);
        html_element(&p->h, "dd", terms[i].is, NULL);
    }
    html_close(&p->h, "dl");
    html_newline(&p->h);
}

void part_glossary(struct page *p)
{
    section_open(p, "words", "What the words mean");
    put_models(p);
    put_terms(p);
    section_close(p);
}
