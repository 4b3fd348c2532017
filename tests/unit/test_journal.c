/* SPDX-License-Identifier: MIT */
/* The journal under all that can happen to it: cut at any byte, a full disk, a file that can't be cut back, lines that
 * contradict the plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/record/journal.h"

enum { CELLS = 2, BLOCKS = 3, TRIALS = CELLS * BLOCKS };

/* In memory where that can be: each line is synced, thousands of times, and how long a disk takes for that is no matter
 * here. */
static char dir[64] = "/dev/shm/contend-journal-XXXXXX", path[96];
static struct cell cells[CELLS];
static unsigned order[TRIALS] = {0, 1, 1, 0, 0, 1};
static struct plan_cut less = {.cell = 1, .units_before = 99, .slowest_ns = 5, .pilot_ns = 3};
static struct plan_doubt doubt = {.cell = 1};
static struct plan plan = {.seed = 7,
                           .blocks = BLOCKS,
                           .visits = 2,
                           .pause_ns = 10000000000,
                           .equiv = 0.02,
                           .n_cells = CELLS,
                           .cells = cells,
                           .cuts = &less,
                           .n_cuts = 1,
                           .doubts = &doubt,
                           .n_doubts = 1,
                           .order = order,
                           .n_runnable = CELLS};

static int set_up(void **state)
{
    (void)state;
    plan.name = intern("test");
    plan.command = intern("contend run --out 'a b'");
    less.pilot_model = intern("threads");
    doubt.reason = intern("it can't be told");
    for (unsigned i = 0; i < CELLS; i++)
        cells[i] = (struct cell){.workload = intern("null"),
                                 .model = intern(i ? "threads" : "serial"),
                                 .offered = 1,
                                 .workers = 1,
                                 .concurrency = 1,
                                 .order = intern("compact"),
                                 .n_pus = 1,
                                 .units = 16,
                                 .tasks = 4};
    const struct workload *w = workload_find("null");
    for (unsigned k = 0; w->params && w->params[k].name; k++)
        cells[0].p[k] = cells[1].p[k] = w->params[k].fallback;
    if (!mkdtemp(dir)) {
        snprintf(dir, sizeof dir, "/tmp/contend-journal-XXXXXX");
        if (!mkdtemp(dir))
            return -1;
    }
    snprintf(path, sizeof path, "%s/trials.jsonl", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static struct trial_record trial(unsigned i)
{
    struct trial_record r;
    trial_record_init(&r);
    r.cell = order[i];
    r.block = i / CELLS;
    r.position = i % CELLS;
    r.units = 16 + i;
    r.run_ns = 1000 * (i + 1);
    r.latency_why = r.slices_why = "none in this test";
    return r;
}

static int append(struct journal *j, unsigned i, struct err *e)
{
    struct trial_record r = trial(i);
    return journal_append(j, &plan, &r, e);
}

/* A whole journal, anew. */
static void write_all(void)
{
    struct journal *j;
    struct err e = {0};
    unlink(path);
    assert_int_equal(journal_create(&j, dir, &plan, &e), 0);
    for (unsigned i = 0; i < TRIALS; i++)
        assert_int_equal(append(j, i, &e), 0);
    journal_close(j);
}

static char *content(size_t *n)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    *n = (size_t)st.st_size;
    char *text = malloc(*n + 1);
    assert_true(read(fd, text, *n) == st.st_size);
    text[*n] = 0;
    close(fd);
    return text;
}

static void put_content(const char *text, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    assert_true(fd >= 0 && write(fd, text, n) == (ssize_t)n);
    close(fd);
}

/* Trials come in the order in which they were written. */
static int next_trial(void *arg, struct trial_record *r)
{
    unsigned *n = arg;
    struct trial_record due = trial(*n);
    assert_true(r->cell == due.cell && r->block == due.block && r->position == due.position && r->units == due.units &&
                r->run_ns == due.run_ns);
    (*n)++;
    return 0;
}

static int read_all(unsigned *n, bool *torn, struct err *e)
{
    struct plan p;
    *n = 0;
    int rc = journal_read(dir, &p, next_trial, n, torn, e);
    if (!rc) {
        assert_true(p.seed == plan.seed && p.n_cells == CELLS && p.n_runnable == CELLS && p.blocks == BLOCKS);
        assert_true(p.visits == plan.visits && p.pause_ns == plan.pause_ns);
        assert_string_equal(p.command, plan.command);
        assert_memory_equal(p.order, order, sizeof order);
        assert_int_equal(p.n_cuts, 1);
        assert_true(p.cuts[0].cell == less.cell && p.cuts[0].units_before == less.units_before);
        assert_true(p.cuts[0].slowest_ns == less.slowest_ns && p.cuts[0].pilot_ns == less.pilot_ns);
        assert_string_equal(p.cuts[0].pilot_model, "threads");
        assert_int_equal(p.n_doubts, 1);
        assert_int_equal(p.doubts[0].cell, 1);
        assert_string_equal(p.doubts[0].reason, "it can't be told");
        plan_release(&p);
    }
    return rc;
}

/* A kill leaves a prefix: whatever its length, whole lines are read, and going on gives the very same file. */
static void test_cut_at_every_byte(void **state)
{
    (void)state;
    size_t n, now;
    write_all();
    char *all = content(&n);
    size_t first = strcspn(all, "\n") + 1;
    for (size_t cut = 0; cut <= n; cut++) {
        unsigned lines = 0, seen;
        bool torn;
        struct err e = {0};
        struct journal *j;
        for (size_t i = 0; i < cut; i++)
            lines += all[i] == '\n';
        put_content(all, cut);
        int rc = read_all(&seen, &torn, &e);
        assert_int_equal(rc, cut < first ? -EINVAL : 0);
        assert_true(cut >= first || strstr(e.text, "has no plan"));
        if (rc)
            continue;
        assert_int_equal(seen, lines - 1);
        assert_int_equal(torn, all[cut - 1] != '\n');
        assert_int_equal(journal_reopen(&j, dir, false, &e), 0);
        for (unsigned i = seen; i < TRIALS; i++)
            assert_int_equal(append(j, i, &e), 0);
        journal_close(j);
        char *again = content(&now);
        assert_int_equal(now, n);
        assert_memory_equal(again, all, n);
        free(again);
    }
    free(all);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* No room, at each byte of a line: the file ends with its last whole line, and once there is room it goes on. */
static void test_disk_full(void **state)
{
    (void)state;
    size_t n, now;
    write_all();
    char *all = content(&n);
    size_t first = strcspn(all, "\n") + 1, second = first + strcspn(all + first, "\n") + 1;
    signal(SIGXFSZ, SIG_IGN);
    for (size_t room = 0; room < second; room++) {
        struct journal *j = NULL;
        struct err e = {0};
        unlink(path);
        if (room >= first)
            assert_int_equal(journal_create(&j, dir, &plan, &e), 0);
        limit_files(room);
        int rc = j ? append(j, 0, &e) : journal_create(&j, dir, &plan, &e);
        limit_files(RLIM_INFINITY);
        assert_int_equal(rc, -EFBIG);
        assert_non_null(strstr(e.text, strerror(EFBIG)));
        assert_non_null(strstr(e.text, "ends with its last whole line"));
        if (room < first) { /* no journal without a plan */
            assert_null(j);
            assert_int_equal(access(path, F_OK), -1);
            continue;
        }
        char *left = content(&now);
        assert_int_equal(now, first);
        free(left);
        for (unsigned i = 0; i < TRIALS; i++)
            assert_int_equal(append(j, i, &e), 0);
        journal_close(j);
        left = content(&now);
        assert_true(now == n && memcmp(left, all, n) == 0);
        free(left);
    }
    free(all);
}

/* A file that may grow but not shrink: the message must not say that it was cut back. */
static void test_can_not_be_cut(void **state)
{
    (void)state;
    size_t n;
    struct journal *j;
    struct err e = {0};
    char target[64];
    write_all();
    char *all = content(&n);
    int fd = memfd_create("journal", MFD_ALLOW_SEALING | MFD_CLOEXEC);
    assert_true(fd >= 0 && write(fd, all, n) == (ssize_t)n && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
    free(all);
    snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
    unlink(path);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(journal_reopen(&j, dir, false, &e), 0);
    signal(SIGXFSZ, SIG_IGN);
    limit_files((rlim_t)n + 10);
    int rc = append(j, 0, &e);
    limit_files(RLIM_INFINITY);
    assert_int_equal(rc, -EFBIG);
    assert_non_null(strstr(e.text, "ends with an unfinished line"));
    journal_close(j);
    j = NULL;
    assert_int_equal(journal_reopen(&j, dir, false, &e), -EPERM); /* the unfinished line is still there */
    assert_non_null(strstr(e.text, "can't be cut back"));
    assert_null(j);
    close(fd);
    unlink(path);
}

static void test_open(void **state)
{
    (void)state;
    struct journal *j = NULL;
    struct err e = {0};
    unlink(path);
    assert_int_equal(journal_reopen(&j, dir, false, &e), -ENOENT);
    assert_int_equal(symlink("/dev/full", path), 0); /* neither can be cut */
    assert_int_equal(journal_reopen(&j, dir, false, &e), -EINVAL);
    assert_null(j);
    write_all();
    assert_int_equal(journal_create(&j, dir, &plan, &e), -EEXIST);
    assert_int_equal(journal_create(&j, "/nonexistent", &plan, &e), -ENOENT);
    assert_null(j);
    assert_int_equal(journal_reopen(&j, dir, false, &e), 0);
    journal_close(j);
}

/* Replaces the first `was` of the text behind its first `skip` lines. */
static void change(const char *text, unsigned skip, const char *was, const char *is)
{
    const char *from = text;
    while (skip--)
        from = strchr(from, '\n') + 1;
    const char *at = strstr(from, was);
    assert_non_null(at);
    size_t before = (size_t)(at - text), n = strlen(text) - strlen(was) + strlen(is);
    char *changed = malloc(n + 1);
    memcpy(changed, text, before);
    strcpy(stpcpy(changed + before, is), at + strlen(was));
    put_content(changed, n);
    free(changed);
}

static void test_contradictions(void **state)
{
    (void)state;
    static const struct {
        unsigned line; /* from 0 */
        const char *was, *is, *says;
    } bad[] = {
        {2, "\"cell\":1", "\"cell\":0",
         "trials.jsonl:3:1: the trial of cell 0 in block 0 stands twice; what is before it is whole: keep the first 2 "
         "lines"},
        {2, "\"cell\":1", "\"cell\":2", "trials.jsonl:3:1: its cell or block is not in the plan"},
        {6, "\"block\":2", "\"block\":3", "trials.jsonl:7:1: its cell or block is not in the plan"},
        {0, "\"order\":[0,1,", "\"order\":[0,0,", "\"order\" must hold each cell that is not skipped once a block"},
        {0, "\"order\":[0,1,", "\"order\":[0,1,1,", "\"order\" must hold blocks × runnable indexes"},
        {0, "\"order\":[0,1,", "\"order\":[0,2,", "\"order\" must hold indexes below 2"},
        {0, "\"runnable\":2", "\"runnable\":4294967295", "\"order\" must hold blocks × runnable indexes"},
        {0, "\"skips\":[]", "\"skips\":[{\"cell\":1,\"reason\":\"x\"}]", "\"runnable\" must be 1"},
        {0, "\"cuts\":[{\"cell\":1", "\"cuts\":[{\"cell\":2", "\"cell\" is no cell with a number of units"},
        {0, "\"doubts\":[{\"cell\":1", "\"doubts\":[{\"cell\":2", "\"cell\" is no cell of the plan"},
        {0, "\"units_before\"", "\"before\"", "units_before"},
        {0, "\"blocks\":3", "\"blocks\":100001", "\"blocks\" must be from 1 to 100000"},
        {0, "\"blocks\":3", "\"blocks\":4294967295", "\"blocks\" must be from 1 to 100000"},
        {0, "\"blocks\":3", "\"blocks\":100000", "\"order\" must hold blocks × runnable indexes"},
        {0, "\"visits\":2", "\"visits\":0", "\"visits\" must be from 1 to 3"},
        {0, "\"visits\":2", "\"visits\":4", "\"visits\" must be from 1 to 3"},
        {0, "\"visits\":2", "\"visits\":2.5", "visits"},
        {0, "\"pause_ns\":10000000000", "\"pause_ns\":3600000000001", "\"pause_ns\" must be at most 3600000000000"},
        {0, "\"pause_ns\":10000000000", "\"pause_ns\":-1", "pause_ns"},
        {0, "contend/trial/1", "contend/trial/2", "this program reads \"contend/trial/1\""},
        {3, "\"units\":18", "\"units\":18.5", "trials.jsonl:4:"},
        {3, "\"units\":18", "\"units\":\"\\ud800\"", "expected a low surrogate after a high one"},
    };
    size_t n;
    write_all();
    char *all = content(&n);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        unsigned seen;
        bool torn;
        struct err e = {0};
        change(all, bad[i].line, bad[i].was, bad[i].is);
        assert_int_equal(read_all(&seen, &torn, &e), -EINVAL);
        if (!strstr(e.text, bad[i].says))
            fail_msg("case %zu: '%s' lacks '%s'", i, e.text, bad[i].says);
    }
    free(all);
}

/* More trials than are read or planned. */
static void test_too_large(void **state)
{
    (void)state;
    struct err e = {0};
    struct plan p = {.n_cells = 11, .blocks = 100000};
    assert_int_equal(plan_check_size(&p, &e), -E2BIG);
    assert_non_null(strstr(e.text, "1100000 trials"));
    p.n_cells = 10;
    assert_int_equal(plan_check_size(&p, &e), 0);
    p.n_cells = p.blocks = 1u << 31; /* their product wraps to 0 */
    assert_int_equal(plan_check_size(&p, &e), -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_at_every_byte), cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_can_not_be_cut),    cmocka_unit_test(test_open),
        cmocka_unit_test(test_contradictions),    cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
