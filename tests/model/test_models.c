/* SPDX-License-Identifier: MIT */
/*
 * Every workload under every model, in both modes: units, ops by kind, bytes and checksum must be those of serial (or,
 * in closed mode, in proportion), and the checksum the golden one. Each trial runs in a forked process, as in earnest.
 */
#include "tests/model/one_trial.h"

#include <errno.h>
#include <fcntl.h>

#include "harness/machine/machine.h"
#include "harness/trial/golden.h"

/* Parameters other than the defaults: with `always`, so that tests stay short; else a variant that is run as well. */
static const struct setting settings[] = {
    {"squares", "chunk", 1, false},
    {"sum", "size", 1 << 20, true},
    {"sum", "stride", 1 << 12, false},
    {"mandelbrot", "height", 40, true},
    {"mandelbrot", "shares", 0, false},
    {"sha256", "size", 1, false},
    {"sort", "records", 777, true},
    {"sort", "record", 40, false},
    {"matmul", "n", 64, true},
    {"matmul", "block", 8, false},
    {"matmul", "block", 64, false},
    {"matmul", "barrier", 1, false},
    {"matmul", "barrier", 3, false},
    {"letters", "piece", 777, false},
    {"letters", "files", 100, false},
    {"stream", "size", 1 << 20, true},
    {"chase", "size", 1 << 20, true},
    {"chase", "hops", 1, false},
    {"alloc", "sizes", 0, false},
    {"alloc", "sizes", 2, false},
    {"alloc", "live", 1, false},
    {"alloc", "freed", 1, false},
    {"faults", "size", 4 << 20, false},
    {"faults", "pages", 7, false},
    {"falseshare", "layout", 1, false},
    {"falseshare", "add", 1, false},
    {"file-scan", "files", 5, true},
    {"file-scan", "word", 0, true},
    {"file-scan", "size", 100, false},
    {"pipeline", "records", 16, true},
    {"pipeline", "shape", 1, false},
    {"pipeline", "record", 1, false},
    {"file-read", "direct", 1, false},
    {"file-read", "size", 160 << 10, false},
    {"file-write", "file-size", 40000, true},
    {"file-write", "sync", 2, false},
    {"file-write", "sync", 0, false},
    {"file-write", "direct", 1, false},
    {"switch", "ring", 4, false},
    {"switch", "size", 640, false},
    {"responsive", "period", 100000, true},
    {"responsive", "job", 5000, true},
    {"responsive", "every", 1, false},
    {"fetch", "keep_alive", 0, false},
    {"fetch", "chunked", 1, false},
    {"fetch", "delay", 300000, false},
    {"fetch", "size", 0, false},
    {"fetch", "size", 100000, false},
    {"echo", "active", 1, false},
    {"echo", "turn", 1, false},
    {"echo", "size", 100000, false},
};

static struct cell make_cell(const char *workload, const char *model, unsigned offered, unsigned concurrency)
{
    struct cell c = plain_cell(workload, model, offered, concurrency);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (settings[i].always && strcmp(settings[i].workload, workload) == 0)
            apply(&c, &settings[i]);
    return c;
}

/* Is there direct I/O where run_cell has its files? */
static bool has_direct(void)
{
    int fd = open("/tmp", O_TMPFILE | O_RDWR | O_DIRECT | O_CLOEXEC, 0600);
    bool has = fd >= 0 && !wl_in_memory(fd);
    if (fd >= 0)
        close(fd);
    return has;
}

/* variant: NULL or what to change */
static void same_work(const char *workload, unsigned concurrency, const struct setting *variant)
{
    struct trial_record *reference = NULL;
    struct cell like = make_cell(workload, "threads", 2, concurrency);
    unsigned group = workload_group(workload_find(workload), like.p);
    concurrency = concurrency < group ? group : concurrency;
    for (size_t i = 0; models[i]; i++) {
        struct cell c = make_cell(workload, models[i]->name, 2, concurrency);
        struct err e;
        if (variant)
            apply(&c, variant);
        if (model_shape(models[i], workload_find(workload), &c, &e) ||
            (variant && reference && spared(i, (size_t)(variant - settings))))
            continue;
        struct trial_record *r = run_cell(&c);
        assert_int_equal(r->status, TRIAL_OK);
        assert_int_equal(r->units, c.units);
        assert_true(r->checksum == r->expected);
        assert_int_equal(r->worker_count, c.workers);
        if (!r->slices_why) { /* all but what ended in the last slice, which the end cut short */
            uint64_t sliced = 0;
            for (unsigned k = 0; k < r->n_slices; k++)
                sliced += r->slices.units[k];
            assert_true(sliced <= r->units);
        }
        if (!reference) {
            reference = r;
            continue;
        }
        assert_memory_equal(r->ops, reference->ops, sizeof r->ops);
        assert_true(r->bytes == reference->bytes);
        assert_true(r->checksum == reference->checksum);
        drop(r);
    }
    assert_non_null(reference);
    drop(reference);
}

static void test_batch(void **state)
{
    (void)state;
    for (size_t i = 0; workloads[i]; i++) {
        if (!CONTEND_SANITIZE[0])
            same_work(workloads[i]->name, 2, NULL);
        same_work(workloads[i]->name, 7, NULL);
    }
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (strcmp(settings[i].param, "direct") == 0 && !has_direct())
            print_message("skipped: %s with direct I/O, which /tmp does not have\n", settings[i].workload);
        else if (!settings[i].always)
            same_work(settings[i].workload, 4, &settings[i]);
}

/* As in a run, what a trial finds its work should come to is a part of what the next reckons with. */
static void test_closed(void **state)
{
    (void)state;
    int file = golden_file();
    assert_true(file > 0);
    for (size_t w = 0; workloads[w]; w++) {
        struct golden golden = {0};
        for (size_t i = 0; models[i]; i++) {
            struct cell c = make_cell(workloads[w]->name, models[i]->name, 2, 4);
            struct err e;
            if (model_shape(models[i], workloads[w], &c, &e) || spared(w, i))
                continue;
            c.mode = MODE_CLOSED;
            c.tasks = c.concurrency;
            c.units = 0;
            c.duration_ns = 30 * NS_PER_MS;
            golden_hand_over(&golden, file, &c);
            assert_int_equal(c.golden_fd, file);
            struct trial_record *r = run_cell(&c);
            assert_int_equal(r->status, TRIAL_OK);
            golden_take(&golden, &c, r);
            assert_true(golden.n_marks > 0);
            assert_true(r->units >= 1);
            assert_true(r->checksum == r->expected);
            for (unsigned o = 0; o < OP_KINDS && !workloads[w]->uneven; o++)
                assert_int_equal(r->ops[o] % r->units, 0);
            assert_true(workloads[w]->uneven || r->bytes % r->units == 0);
            assert_true(r->run_ns >= c.duration_ns);
            drop(r);
        }
        golden_release(&golden);
    }
    close(file);
}

/* Blocks that a partner frees, in shares of any size: all must be freed by the end, or the trial fails. */
static void test_partners(void **state)
{
    (void)state;
    const struct setting other = {"alloc", "freed", 1, false};
    unsigned seen = 0;
    for (size_t i = 0; models[i]; i++)
        for (uint64_t units = 0; units < 8; units += units ? 3 : 1) { /* 0: closed mode */
            struct cell c = make_cell("alloc", models[i]->name, 2, 4);
            struct err e;
            apply(&c, &other);
            if (model_shape(models[i], workload_find("alloc"), &c, &e))
                continue;
            c.mode = units ? MODE_BATCH : MODE_CLOSED;
            c.tasks = 4;
            c.units = units;
            c.duration_ns = units ? 0 : 30 * NS_PER_MS;
            struct trial_record *r = run_cell(&c);
            assert_int_equal(r->status, TRIAL_OK);
            assert_true(units ? r->units == units : r->units >= 4);
            assert_true(r->checksum == r->expected);
            drop(r);
            seen++;
        }
    assert_true(seen > 4);
    struct cell serial = make_cell("alloc", "serial", 2, 4);
    struct err e;
    apply(&serial, &other); /* nobody is there to free them */
    assert_int_equal(model_shape(model_find("serial"), workload_find("alloc"), &serial, &e), -ENOTSUP);
}

/* Groups begin far apart in closed mode, at multiples of the picture's height: that must not be the same row. */
static void test_rows_mix(void **state)
{
    (void)state;
    const struct workload *w = workload_find("mandelbrot");
    struct wl_env batch = {.units = 256}, closed = {.units = UINT64_MAX};
    unsigned moved = 0;
    for (unsigned i = 0; w->params[i].name; i++)
        batch.p[i] = closed.p[i] = w->params[i].fallback;
    for (uint64_t g = 1; g < 9; g++)
        moved += w->expected(&batch, g << 40, 1) != w->expected(&closed, g << 40, 1);
    assert_true(moved >= 7);
}

/* Messages larger than a pipe or a socket buffer: short reads and writes, waits for room. */
static void test_big_messages(void **state)
{
    (void)state;
    for (int transport = 0; transport < 3; transport++) {
        struct trial_record *reference = NULL;
        for (size_t i = 0; models[i]; i++) {
            struct cell c = make_cell("pingpong", models[i]->name, 2, 4);
            struct err e;
            if (model_shape(models[i], workload_find("pingpong"), &c, &e))
                continue;
            c.tasks = 4;
            c.units = 9;
            c.p[0] = transport;
            c.p[1] = 1000003;
            struct trial_record *r = run_cell(&c);
            assert_int_equal(r->status, TRIAL_OK);
            assert_true(r->checksum == r->expected);
            assert_true(r->bytes == 9 * 2 * 2 * UINT64_C(1000003));
            if (!reference) {
                reference = r;
                continue;
            }
            assert_memory_equal(r->ops, reference->ops, sizeof r->ops);
            drop(r);
        }
        assert_non_null(reference);
        drop(reference);
    }
}

/* Nothing sleeps less than it was asked to, whatever waits. */
static void test_sleep_floor(void **state)
{
    (void)state;
    for (size_t i = 0; models[i]; i++) {
        struct cell c = make_cell("sleep", models[i]->name, 2, 16);
        c.p[0] = 1500000;
        c.tasks = 48;
        c.units = 96;
        struct trial_record *r = run_cell(&c);
        assert_int_equal(r->status, TRIAL_OK);
        assert_true(r->run_ns >= (uint64_t)c.p[0] * (models[i]->traits & MODEL_SERIAL ? 96u : 6u));
        drop(r);
    }
}

/* Whether each of two threads got more than a twentieth of the units of a trial of so long. */
static bool lock_goes_round(uint64_t duration_ns)
{
    struct cell c = make_cell("null", "threads-gil", 1, 2);
    c.mode = MODE_CLOSED;
    c.tasks = 2;
    c.units = 0;
    c.latency_stride = 0;
    c.duration_ns = duration_ns;
    c.limit_ns += 2 * duration_ns;
    struct trial_record *r = run_cell(&c);
    bool both = true;
    assert_int_equal(r->n_workers, 2);
    for (unsigned i = 0; i < 2; i++)
        both &= r->workers[i].units > r->units / 20;
    drop(r);
    return both;
}

/* The interpreter lock goes round although no op of this workload ever offers it. Where others keep a thread from its
 * processing unit for much of a trial it has few of the units all the same: then a longer trial tells. */
static void test_gil_hands_over(void **state)
{
    (void)state;
    bool both = false;
    for (uint64_t ms = 200; !both && ms <= 12800; ms *= 4)
        both = lock_goes_round(ms * NS_PER_MS);
    assert_true(both);
}

/* A model with many workers does not pay for their histograms. */
static void test_memory_without_recorders(void **state)
{
    (void)state;
    for (int forks = 0; forks < 2; forks++) {
        const char *model = forks ? "processes" : "threads";
        struct cell few = make_cell("sleep", model, 1, 2), many = make_cell("sleep", model, 1, 64);
        few.p[0] = many.p[0] = 100000;
        few.tasks = many.tasks = 64;
        few.units = many.units = 128;
        struct trial_record *a = run_cell(&few), *b = run_cell(&many);
        assert_null(a->pss_bytes.why);
        assert_null(b->pss_bytes.why);
        /* A forked process has page tables and copies of its own, a sanitizer its shadow: far more than a histogram. */
        if (!forks && !CONTEND_SANITIZE[0])
            assert_true(b->pss_bytes.value - a->pss_bytes.value < 62 * (int64_t)sizeof(struct histogram));
        assert_true(a->pss_bytes.value > 0 && b->pss_bytes.value > a->pss_bytes.value);
        assert_true(b->peak_rss_bytes.value > b->pss_bytes.value);
        drop(a);
        drop(b);
    }
}

/* What is read about each worker is that of the run. */
static void test_worker_accounts(void **state)
{
    (void)state;
    for (size_t i = 0; models[i]; i++) {
        struct cell c = make_cell("sleep", models[i]->name, 1, 4);
        c.p[0] = 1000000;
        struct trial_record *r = run_cell(&c);
        bool each = models[i]->traits & MODEL_EACH;
        assert_true(each == (r->queue_wait_ns.why != NULL));
        assert_true(each ||
                    (r->queue_wait_ns.value >= 0 && (uint64_t)r->queue_wait_ns.value <= r->run_ns * r->worker_count));
        assert_true(r->migrations.why || r->migrations.value == 0); /* each worker is pinned before the gate */
        bool last = false;
        for (unsigned w = 0; w < r->n_workers; w++) {
            const struct metric *tail = &r->workers[w].idle_tail_ns;
            assert_true(each || !tail->why); /* a place that no task came to has none */
            assert_true(tail->why || (tail->value >= 0 && (uint64_t)tail->value <= r->run_ns));
            last |= !tail->why && tail->value == 0;
        }
        assert_true(last || each); /* the run ends with its last worker; that of a dispatcher may end sooner */
        drop(r);
    }
}

/* The state of the libc is recorded as each model makes it, and is the same for all where it is asked for. */
static void test_libc_threads(void **state)
{
    (void)state;
    for (size_t i = 0; models[i]; i++)
        for (int how = 0; how < 3; how++) {
            struct cell c = make_cell("sleep", models[i]->name, 2, 4);
            struct err e = {0};
            c.p[0] = 100000;
            c.libc_threads = (enum libc_threads)how;
            bool forks = models[i]->traits & MODEL_FORKS;
            bool alone = models[i]->traits & (MODEL_SERIAL | MODEL_ONE) && !(models[i]->traits & MODEL_OFFLOADS);
            if (model_shape(models[i], workload_find("sleep"), &c, &e)) {
                assert_true(how == LIBC_SINGLE && !forks && !alone);
                continue;
            }
            assert_true(how != LIBC_SINGLE || forks || alone);
            struct trial_record *r = run_cell(&c);
            assert_int_equal(r->status, TRIAL_OK);
            for (unsigned w = 0; w < r->n_workers; w++)
                assert_int_equal(r->workers[w].single_threaded, how != LIBC_MULTI && (forks || alone));
            drop(r);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch),           cmocka_unit_test(test_closed),
        cmocka_unit_test(test_partners),        cmocka_unit_test(test_rows_mix),
        cmocka_unit_test(test_big_messages),    cmocka_unit_test(test_sleep_floor),
        cmocka_unit_test(test_gil_hands_over),  cmocka_unit_test(test_memory_without_recorders),
        cmocka_unit_test(test_worker_accounts), cmocka_unit_test(test_libc_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
