/* SPDX-License-Identifier: MIT */
/*
 * A run as OpenMetrics text: a family a measure, with a sample for each cell's median and for the ends of its interval.
 * Only types that the older text format of Prometheus knows, too, and no timestamps, so that its textfile collector and
 * its push gateway take the same text. Units are the base units of OpenMetrics: seconds and bytes.
 */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/param_value.h"
#include "harness/report/export_run.h"
#include "harness/report/text.h"

struct metrics {
    FILE *out;
    const struct export_run *x;
    const char *family;
    bool labelled; /* the sample under way has a label */
};

/* `unit` may be NULL; else the name ends with it. */
static void family(struct metrics *m, const char *name, const char *type, const char *unit, const char *help)
{
    m->family = name;
    fprintf(m->out, "# TYPE %s %s\n", name, type);
    if (unit)
        fprintf(m->out, "# UNIT %s %s\n", name, unit);
    fprintf(m->out, "# HELP %s %s\n", name, help);
}

/* A sample is begun, has labels, and ends with its value. `suffix`: "", "_count" … */
static void begin(struct metrics *m, const char *suffix)
{
    fprintf(m->out, "%s%s", m->family, suffix);
    m->labelled = false;
}

static void label(struct metrics *m, const char *name, const char *value)
{
    fprintf(m->out, "%c%s=\"", m->labelled ? ',' : '{', name);
    m->labelled = true;
    for (struct text_walk t = {.at = value, .keep = "\t\n"}; text_step(&t);)
        if (*t.now == '\n')
            fputs("\\n", m->out);
        else if (*t.now == '"' || *t.now == '\\')
            fprintf(m->out, "\\%c", *t.now);
        else
            fwrite(t.now, 1, t.n, m->out);
    fputc('"', m->out);
}

static void label_number(struct metrics *m, const char *name, unsigned n)
{
    char text[24];
    snprintf(text, sizeof text, "%u", n);
    label(m, name, text);
}

static void end(struct metrics *m, double v)
{
    char text[TEXT_EXACT_MAX];
    fprintf(m->out, "%s %s\n", m->labelled ? "}" : "", text_exact(text, v));
}

static void params_text(char *buf, size_t n, const struct cell *c)
{
    const struct workload *w = workload_find(c->workload);
    buf[0] = 0;
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        char text[VALUE_TEXT_MAX];
        value_text(&w->params[i], c->p[i], text, sizeof text);
        text_append(buf, n, "%s%s=%s", i ? " " : "", w->params[i].name, text);
    }
}

static void label_work(struct metrics *m, const struct cell *c)
{
    char text[4096];
    params_text(text, sizeof text, c);
    label(m, "workload", c->workload);
    label(m, "params", text);
}

static void label_cell(struct metrics *m, unsigned cell)
{
    const struct cell *c = &m->x->summary->plan->cells[cell];
    label(m, "cell", m->x->ids[cell]);
    label_work(m, c);
    label(m, "model", c->model);
    label_number(m, "offered", c->offered);
    label_number(m, "workers", c->workers);
    label_number(m, "concurrency", c->concurrency);
    label(m, "mode", mode_names[c->mode]);
    label(m, "placement", c->order);
}

/* --- the run --- */

static void label_fact(struct metrics *m, const char *name, const char *fact)
{
    const struct environment *v = m->x->summary->environment;
    const char *text = v ? facts_text(&v->start, fact) : NULL;
    if (text)
        label(m, name, text);
}

static void put_run(struct metrics *m)
{
    const struct summary *s = m->x->summary;
    const struct {
        const char *status;
        unsigned n;
    } counts[] = {{"planned", s->planned}, {"ok", s->ok}, {"failed", s->failed}, {"void", s->voided}};
    char seed[24];
    snprintf(seed, sizeof seed, "0x%016" PRIx64, s->plan->seed);
    family(m, "contend_run_info", "gauge", NULL, "Which run this is, and where it was made; always 1.");
    begin(m, "");
    label(m, "run", m->x->dir);
    label(m, "name", s->plan->name);
    label(m, "seed", seed);
    label(m, "started", s->started);
    label(m, "finished", s->finished);
    label_fact(m, "host", "host.id");
    label_fact(m, "cpu", "cpu.model");
    label_fact(m, "kernel", "kernel.release");
    label_fact(m, "version", "build.version");
    label_fact(m, "commit", "build.commit");
    label_fact(m, "build", "build.type");
    end(m, 1);
    family(m, "contend_run_complete", "gauge", NULL, "1: the run has all trials that it was to have; 0: it has not.");
    begin(m, "");
    end(m, s->complete);
    family(m, "contend_run_blocks", "gauge", NULL, "Whole blocks of the run.");
    begin(m, "");
    end(m, s->look.blocks);
    family(m, "contend_run_trials", "gauge", NULL,
           "Trials of the run, those planned and those made, by how they ended.");
    for (unsigned i = 0; i < ARRAY_LEN(counts); i++) {
        begin(m, "");
        label(m, "status", counts[i].status);
        end(m, counts[i].n);
    }
    family(m, "contend_run_skipped_cells", "gauge", NULL, "Cells that could not run, or were left out.");
    begin(m, "");
    end(m, s->skipped);
}

/* --- cells --- */

/* Estimates of a cell; `divide` by what to have the unit. */
static const struct {
    const char *name, *unit, *help;
    size_t offset;
    double divide;
} estimates[] = {
#define OF(member) offsetof(struct cell_summary, member)
    {"contend_cell_throughput_units_per_second", "units_per_second", "Units of work done per second.", OF(throughput),
     1},
    {"contend_cell_run_seconds", "seconds", "From the gate's opening until the last worker was done.", OF(run_ns), 1e9},
    {"contend_cell_startup_seconds", "seconds", "From the first worker's creation until all were ready.",
     OF(startup_ns), 1e9},
    {"contend_cell_teardown_seconds", "seconds", "From the last worker's end until all were gone.", OF(teardown_ns),
     1e9},
    {"contend_cell_cpu_user_seconds", "seconds", "CPU time of the run in user mode.", OF(cpu_user_ns), 1e9},
    {"contend_cell_cpu_system_seconds", "seconds", "CPU time of the run in the kernel.", OF(cpu_system_ns), 1e9},
    {"contend_cell_voluntary_switches", NULL, "Context switches of workers that waited.", OF(voluntary), 1},
    {"contend_cell_involuntary_switches", NULL, "Context switches of workers that could have gone on.", OF(involuntary),
     1},
    {"contend_cell_migrations", NULL, "Moves of workers from one CPU to another.", OF(migrations), 1},
    {"contend_cell_peak_rss_bytes", "bytes", "Sum over the processes of the peak of resident memory.",
     OF(peak_rss_bytes), 1},
    {"contend_cell_pss_bytes", "bytes", "Proportional share of memory at the end of the run.", OF(pss_bytes), 1},
    {"contend_cell_speedup_ratio", "ratio", "Throughput over that of serial, paired by block.", OF(speedup), 1},
#undef OF
};

/* The median, and where there is an interval, its ends. What is missing has no sample. */
static void put_estimate_of(struct metrics *m, const struct estimate *e, double divide,
                            void (*labels)(struct metrics *m, unsigned i), unsigned i)
{
    const struct {
        const char *statistic;
        double v;
    } parts[] = {{"median", e->median}, {"lower", e->lower}, {"upper", e->upper}};
    for (unsigned k = 0; k < ARRAY_LEN(parts); k++) {
        if (!isfinite(parts[k].v))
            continue;
        begin(m, "");
        labels(m, i);
        label(m, "statistic", parts[k].statistic);
        end(m, parts[k].v / divide);
    }
}

static void put_estimates(struct metrics *m)
{
    const struct summary *s = m->x->summary;
    for (unsigned i = 0; i < ARRAY_LEN(estimates); i++) {
        family(m, estimates[i].name, "gauge", estimates[i].unit, estimates[i].help);
        for (unsigned c = 0; c < s->plan->n_cells; c++) {
            const void *at = (const char *)&s->cells[c] + estimates[i].offset;
            put_estimate_of(m, at, estimates[i].divide, label_cell, c);
        }
    }
}

static void put_cell_trials(struct metrics *m)
{
    const struct summary *s = m->x->summary;
    family(m, "contend_cell_trials", "gauge", NULL, "Trials of the cell, by how they ended.");
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        const struct cell_summary *c = &s->cells[i];
        const struct {
            const char *status;
            unsigned n;
        } counts[] = {{"ok", c->trials - c->failed - c->voided}, {"failed", c->failed}, {"void", c->voided}};
        for (unsigned k = 0; k < ARRAY_LEN(counts); k++) {
            begin(m, "");
            label_cell(m, i);
            label(m, "status", counts[k].status);
            end(m, counts[k].n);
        }
    }
    family(m, "contend_cell_disturbed_trials", "gauge", NULL,
           "Trials of the cell that something disturbed, by what; one may count in several.");
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        for (unsigned k = 0; k < DISTURBANCES; k++) {
            begin(m, "");
            label_cell(m, i);
            label(m, "by", disturbance_names[k]);
            end(m, s->cells[i].disturbed_by[k]);
        }
}

static void put_work(struct metrics *m)
{
    const struct summary *s = m->x->summary;
    family(m, "contend_cell_units", "gauge", NULL, "Units of work of one trial; in closed mode, of the last one.");
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        if (s->cells[i].status == TRIAL_OK) {
            begin(m, "");
            label_cell(m, i);
            end(m, (double)s->cells[i].units);
        }
}

static void put_latencies(struct metrics *m)
{
    const struct summary *s = m->x->summary;
    family(m, "contend_cell_latency_seconds", "summary", "seconds", "Latencies of units, of all trials together.");
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        const struct histogram *h = s->cells[i].latency;
        if (!h || !h->count)
            continue;
        for (unsigned k = 0; k < LATENCY_QUANTILES; k++) {
            char text[TEXT_EXACT_MAX];
            if (!histogram_tells(h, latency_quantiles[k].q))
                continue;
            begin(m, "");
            label_cell(m, i);
            label(m, "quantile", text_exact(text, latency_quantiles[k].q));
            end(m, (double)histogram_quantile(h, latency_quantiles[k].q) / 1e9);
        }
        begin(m, "_count");
        label_cell(m, i);
        end(m, (double)h->count);
        begin(m, "_sum");
        label_cell(m, i);
        end(m, (double)h->sum / 1e9);
    }
}

/* --- comparisons --- */

static void label_comparison(struct metrics *m, unsigned i)
{
    const struct summary *s = m->x->summary;
    const struct comparison *c = &s->comparisons[i];
    const struct cell *a = &s->plan->cells[c->a], *b = &s->plan->cells[c->b];
    label(m, "a", m->x->ids[c->a]);
    label(m, "b", m->x->ids[c->b]);
    label_work(m, a);
    label(m, "a_model", a->model);
    label(m, "b_model", b->model);
}

static void put_comparisons(struct metrics *m)
{
    const struct summary *s = m->x->summary;
    family(m, "contend_comparison_ratio", "gauge", "ratio",
           "Throughput of cell a over that of cell b, paired by block.");
    for (unsigned i = 0; i < s->n_comparisons; i++)
        put_estimate_of(m, &s->comparisons[i].ratio, 1, label_comparison, i);
    family(m, "contend_comparison_verdict", "gauge", NULL, "What cell a is against cell b: 1 for the verdict.");
    for (unsigned i = 0; i < s->n_comparisons; i++) {
        begin(m, "");
        label_comparison(m, i);
        label(m, "verdict", verdict_names[s->comparisons[i].verdict]);
        end(m, 1);
    }
    family(m, "contend_comparison_p_adjusted", "gauge", NULL, "The sign test's p, adjusted by Holm over its point.");
    for (unsigned i = 0; i < s->n_comparisons; i++) {
        if (isnan(s->comparisons[i].p_adjusted))
            continue;
        begin(m, "");
        label_comparison(m, i);
        end(m, s->comparisons[i].p_adjusted);
    }
}

int export_openmetrics(FILE *out, const struct export_run *x, struct err *e)
{
    struct metrics m = {.out = out, .x = x};
    (void)e;
    put_run(&m);
    put_cell_trials(&m);
    put_work(&m);
    put_estimates(&m);
    put_latencies(&m);
    put_comparisons(&m);
    fputs("# EOF\n", out);
    return 0;
}
