/* SPDX-License-Identifier: MIT */
/* The trials of one cell: in words, in records of one line, as JSON; what is missing in them, what was disturbed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "harness/insight/cell_trials.h"
#include "harness/record/journal.h"
#include "harness/record/json.h"
#include "harness/report/trials.h"
#include "tests/unit/made_run.h"
#include "tests/unit/page_width.h"

enum { BLOCKS = 5, CELLS = 2, THREADS = 1, WORKERS = 2, FAILED = 2, VOID = 3, DISTURBED = 1, SET_BACK = 4 };

struct made {
    char dir[64];
    struct plan plan;
    struct summary summary;
};

/* Cell 1 has a trial of each kind: sound, disturbed, failed, void, and one before which the clock was set back. */
static struct trial_record trial_of(const struct plan *p, unsigned cell, unsigned block)
{
    struct trial_record r = made_trial(p, cell, block, 1e6 * (1 + cell));
    r.position = cell;
    snprintf(r.started, sizeof r.started, "2026-01-01T00:00:%02u.%uZ", 10 + 2 * block, 5 * cell);
    if (cell != THREADS)
        return r;
    r.worker_count = r.n_workers = WORKERS;
    r.workers = calloc(WORKERS, sizeof *r.workers);
    assert_non_null(r.workers);
    for (unsigned i = 0; i < WORKERS; i++)
        r.workers[i] = (struct worker_record){.pu = (int)i,
                                              .units = 4000 + 2000 * i,
                                              .user_ns = 400000 + 100000 * i,
                                              .system_ns = 50000,
                                              .migrations = {(int64_t)i, NULL},
                                              .queue_wait_ns = {1000 * (1 + (int64_t)i), NULL}};
    r.latency = malloc(sizeof *r.latency);
    assert_non_null(r.latency);
    histogram_init(r.latency);
    for (unsigned i = 0; i < 100; i++)
        histogram_record(r.latency, 1000);
    r.latency_why = NULL;
    if (block == DISTURBED)
        r.throttled_ns.value = (int64_t)(r.run_ns / 2);
    if (block == FAILED || block == VOID) {
        r.status = block == FAILED ? TRIAL_FAILED : TRIAL_VOID;
        snprintf(r.reason, sizeof r.reason, "%s", block == FAILED ? "killed by signal 9" : "its checksum differs");
    }
    if (block == SET_BACK)
        snprintf(r.started, sizeof r.started, "2025-12-31T23:59:59Z");
    trial_record_warn(&r, "a warning of it");
    return r;
}

static void make(struct made *m)
{
    static const char *const names[CELLS] = {"serial", "threads"};
    struct err e = {0};
    struct journal *j;
    *m = (struct made){.dir = "/tmp/contend-trials-XXXXXX", .plan = made_plan(BLOCKS, CELLS, 1)};
    struct plan *p = &m->plan;
    p->visits = 1;
    made_models(p, "primes", 2, 2, names, CELLS)->serial = 0;
    p->order = calloc((size_t)BLOCKS * CELLS, sizeof *p->order);
    assert_non_null(p->order);
    for (unsigned i = 0; i < BLOCKS * CELLS; i++)
        p->order[i] = i % CELLS;
    assert_non_null(mkdtemp(m->dir));
    assert_int_equal(journal_create(&j, m->dir, p, &e), 0);
    struct summarizer *z = summarizer_new(p);
    assert_non_null(z);
    for (unsigned i = 0; i < BLOCKS * CELLS; i++) {
        struct trial_record r = trial_of(p, i % CELLS, i / CELLS);
        assert_int_equal(journal_append(j, p, &r, &e), 0);
        assert_int_equal(summarizer_add(z, &r, &e), 0);
        trial_record_release(&r);
    }
    journal_close(j);
    assert_int_equal(summarizer_finish(z, &m->summary, &e), 0);
}

static void unmake(struct made *m)
{
    char path[100];
    snprintf(path, sizeof path, "%s/trials.jsonl", m->dir);
    unlink(path);
    assert_int_equal(rmdir(m->dir), 0);
    summary_release(&m->summary);
    plan_release(&m->plan);
}

struct kept {
    unsigned n;
    struct trial_row rows[BLOCKS];
};

static int keep(void *arg, const struct trial_row *w, const struct trial_record *r)
{
    struct kept *k = arg;
    assert_int_equal(r->cell, THREADS);
    assert_true(k->n < BLOCKS);
    k->rows[k->n++] = *w;
    return 0;
}

static void test_rows(void **state)
{
    (void)state;
    struct made m;
    struct kept k = {0};
    struct err e = {0};
    make(&m);
    assert_int_equal(cell_trials_read(m.dir, &m.summary, THREADS, NULL, keep, &k, &e), 0);
    assert_int_equal(k.n, BLOCKS);
    for (unsigned b = 0; b < BLOCKS; b++) {
        const struct trial_row *w = &k.rows[b];
        assert_int_equal(w->line, 2 + CELLS * b + THREADS);
        assert_int_equal(w->block, b);
        assert_int_equal(w->position, THREADS);
        assert_true(b == SET_BACK ? isnan(w->since_s) : fabs(w->since_s - (2 * b + 0.5)) < 1e-9);
        assert_true(isnan(w->rate) == (b == FAILED || b == VOID));
        assert_true(isnan(w->wall_ns) == (b == FAILED) && isnan(w->cpu_ns) == (b == FAILED));
        assert_true(isnan(w->latest_ns) == (b == FAILED));
        assert_true(isnan(w->units.least) == (b == FAILED) && isnan(w->worker_wait_ns.most) == (b == FAILED));
        if (b == FAILED)
            continue;
        assert_true(w->latency_ns[0] == 1000 && isnan(w->latency_ns[2])); /* p50; p99 has too few beyond it */
        assert_true(w->units.least == 4000 && w->units.most == 6000);
        assert_true(w->worker_cpu_ns.least == 450000 && w->worker_cpu_ns.most == 550000);
        assert_true(w->worker_wait_ns.most == 2000);
        assert_int_equal(w->worker_moves, 1);
        assert_int_equal(w->disturbed, b == DISTURBED ? 1u << DISTURBED_QUOTA : 0);
        assert_true(fabs(w->capacity_ns - 2 * w->wall_ns) < 1);
        assert_true(fabs(w->lost_ns[DISTURBED_QUOTA] - (b == DISTURBED ? w->wall_ns / 2 : 0)) < 2);
    }
    const volatile int stop = 1;
    assert_int_equal(cell_trials_read(m.dir, &m.summary, THREADS, &stop, keep, &k, &e), -EINTR);
    assert_int_equal(cell_trials_read("/nowhere", &m.summary, THREADS, NULL, keep, &k, &e), -ENOENT);
    unmake(&m);
}

enum form { WORDS, RECORDS, DOCUMENT };

static char *printed(const struct made *m, unsigned cell, enum form form, unsigned width)
{
    char *text = NULL;
    size_t size;
    struct err e = {0};
    const struct trials_of of = {m->dir, &m->summary, cell};
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    int rc = form == WORDS     ? report_trials(f, &of, width, false, &e)
             : form == RECORDS ? report_trials_plain(f, &of, &e)
                               : trials_to_json(f, &of, &e);
    assert_int_equal(rc, 0);
    fclose(f);
    return text;
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void test_words(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    for (unsigned width = WIDTH_LEAST; width <= 160; width++) {
        CLEANUP_FREE char *text = printed(&m, THREADS, WORDS, width);
        check_width(text, width);
    }
    CLEANUP_FREE char *text = printed(&m, THREADS, WORDS, 160);
    assert_non_null(strstr(text, "cell 1 of made up: primes "));
    assert_non_null(strstr(text, "3 of 5 trials ok, 1 disturbed; median 2.00M units/s"));
    assert_non_null(strstr(text, "lost to quota 2.50ms (25 %)"));
    assert_non_null(strstr(text, "\n  quota: a control group's CPU quota stopped it\n"));
    assert_null(strstr(text, "\n  load: "));
    assert_non_null(strstr(text, "failed: killed by signal 9"));
    assert_non_null(strstr(text, "void: its checksum differs"));
    assert_int_equal(count(text, "warning: a warning of it"), BLOCKS);
    assert_int_equal(count(text, "4.00k … 6.00k"), BLOCKS - 1);
    assert_non_null(strstr(text, "  n/a     ok")); /* the clock was set back */
    CLEANUP_FREE char *serial = printed(&m, 0, WORDS, 80);
    assert_non_null(strstr(serial, "Nothing was recorded of its workers."));
    assert_null(strstr(serial, "lost"));
    m.summary.cells[0] = (struct cell_summary){.status = TRIAL_SKIPPED, .reason = "no room"};
    CLEANUP_FREE char *skipped = printed(&m, 0, WORDS, 80);
    assert_non_null(strstr(skipped, "\nskipped: no room\n"));
    unmake(&m);
}

static void test_records(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    CLEANUP_FREE char *text = printed(&m, THREADS, RECORDS, 0);
    for (const char *p = text; *p; p++)
        assert_true((unsigned char)*p < 0x7f && ((unsigned char)*p >= 0x20 || *p == '\n'));
    assert_true(strncmp(text, "cell number=1 id=\"primes ", 25) == 0);
    assert_int_equal(count(text, "\ntrial cell=1 block="), BLOCKS);
    assert_int_equal(count(text, "\nworker cell=1 block="), WORKERS * (BLOCKS - 1));
    assert_int_equal(count(text, "\nwarning cell=1 block="), BLOCKS);
    assert_non_null(strstr(text, "\ntrial cell=1 block=1 line=5 visit=0 position=1 at=2.50s started="));
    assert_non_null(strstr(text, " disturbed=quota lost_load=0.00ns lost_steal=0.00ns lost_quota=2.50ms "));
    assert_non_null(strstr(text, " status=failed reason=\"killed by signal 9\" units=n/a rate=n/a wall=n/a "));
    assert_non_null(strstr(text, "\nworker cell=1 block=0 line=3 worker=1 on=1 units=6000 cpu_user=500us "));
    assert_non_null(strstr(text, " idle_tail="));
    unmake(&m);
}

static void test_document(void **state)
{
    (void)state;
    struct made m;
    struct json *j = NULL;
    struct err e = {0};
    make(&m);
    CLEANUP_FREE char *text = printed(&m, THREADS, DOCUMENT, 0);
    assert_int_equal(json_parse(&j, text, strlen(text), "the cell", &e), 0);
    const struct json_value *root = json_root(j), *trials = json_get(root, "trials"), *t = json_first(trials);
    int64_t line;
    double lost;
    assert_int_equal(json_size(trials), BLOCKS);
    for (unsigned b = 0; b < BLOCKS; b++, t = json_next(t)) {
        assert_int_equal(json_get_i64(json_get(t, "line"), &line), 0);
        assert_int_equal(line, 2 + CELLS * b + THREADS);
        assert_int_equal(json_type(json_get(t, "since_start_s")) == JSON_NULL, b == SET_BACK);
        assert_int_equal(json_size(json_get(t, "disturbed")), b == DISTURBED);
        const struct json_value *quota = json_get(json_get(t, "lost_ns"), "quota");
        assert_int_equal(json_type(quota) == JSON_NULL, b == FAILED);
        if (b == DISTURBED) {
            assert_int_equal(json_get_double(quota, &lost), 0);
            assert_true(fabs(lost - 2.5e6) < 2);
        }
        assert_int_equal(json_size(json_get(json_get(t, "record"), "workers_detail")), WORKERS);
    }
    json_free(j);
    unmake(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_words),
                                       cmocka_unit_test(test_records), cmocka_unit_test(test_document)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
