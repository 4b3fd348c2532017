/* SPDX-License-Identifier: MIT */
/* The history of costs as a file: back as it was written, under damage, grown too long, and with many that append. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/record/history.h"

static char dir[64], path[96];

static int set_up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/contend-history-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/history.jsonl", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    rmdir(path); /* what one test makes of it */
    return rmdir(dir);
}

static struct history_run made(unsigned i)
{
    struct history_run r = {.when = "2026-01-02T03:04:05.678901Z",
                            .name = "a \"name\" …",
                            .machine = {"A Processor", "6.1.0", "0123456789ab", NULL},
                            .blocks = i};
    for (unsigned k = 0; k < CANARIES; k++)
        r.ns[k] = 1000.25 * (k + 1) + i;
    r.ns[CANARY_LOADS] = NAN;
    return r;
}

static void append(unsigned i)
{
    const struct history_run r = made(i);
    struct err e = {0};
    assert_int_equal(history_append(path, &r, &e), 0);
}

static void put(const char *text)
{
    FILE *f = fopen(path, "ae");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static struct history read_all(void)
{
    struct history h;
    struct err e = {0};
    assert_int_equal(history_read(path, &h, &e), 0);
    return h;
}

static void round_trip(void **state)
{
    (void)state;
    struct history h = read_all();
    assert_int_equal(h.n, 0);
    history_release(&h);
    append(1);
    append(2);
    h = read_all();
    assert_int_equal(h.n, 2);
    assert_int_equal(h.later + h.damaged + h.n_notes + h.torn, 0);
    for (unsigned i = 0; i < h.n; i++) {
        const struct history_run want = made(i + 1), *got = &h.runs[i];
        assert_string_equal(got->when, want.when);
        assert_string_equal(got->name, want.name);
        assert_string_equal(got->machine.cpu, want.machine.cpu);
        assert_string_equal(got->machine.kernel, want.machine.kernel);
        assert_string_equal(got->machine.host, want.machine.host);
        assert_null(got->machine.boot);
        assert_int_equal(got->blocks, want.blocks);
        for (unsigned k = 0; k < CANARIES; k++)
            assert_true(got->ns[k] == want.ns[k] || (isnan(got->ns[k]) && isnan(want.ns[k])));
    }
    history_release(&h);
}

/* Cut within the last line, at any byte of it: it is left out, and the next one is whole. */
static void torn(void **state)
{
    (void)state;
    struct stat st;
    append(1);
    assert_int_equal(stat(path, &st), 0);
    for (off_t cut = 1; cut < st.st_size; cut += 41) {
        unlink(path);
        append(1);
        append(2);
        assert_int_equal(truncate(path, st.st_size + cut), 0);
        struct history h = read_all();
        assert_int_equal(h.n, 1);
        assert_int_equal(h.damaged, 1);
        assert_true(h.torn);
        assert_non_null(strstr(h.notes[0], "/history.jsonl:2:1: the last line is unfinished"));
        history_release(&h);
        append(3);
        h = read_all();
        assert_int_equal(h.n, 2);
        assert_int_equal(h.runs[1].blocks, 3);
        assert_int_equal(h.damaged, 1);
        assert_false(h.torn);
        history_release(&h);
    }
}

static void other_lines(void **state)
{
    (void)state;
    append(1);
    put("{\"schema\":\"contend/history/2\",\"what\":[1]}\n\n");
    put("{\"schema\":\"contend/floor/2\"}\n");
    put("{\"schema\":\"contend/history/1\",\"when\":\"yesterday\"}\n");
    put("[1]\nnot JSON\n");
    append(2);
    struct history h = read_all();
    assert_int_equal(h.n, 2);
    assert_int_equal(h.runs[1].blocks, 2);
    assert_int_equal(h.later, 1);
    assert_int_equal(h.damaged, 4);
    assert_int_equal(h.n_notes, HISTORY_NOTES);
    assert_non_null(strstr(h.notes[0], "history.jsonl:2:1: it was written by a later program"));
    assert_non_null(strstr(h.notes[1], "history.jsonl:4:11: this program reads \"contend/history/1\""));
    assert_non_null(strstr(h.notes[2], "history.jsonl:5:38: \"when\" must be a time in UTC"));
    assert_non_null(strstr(h.notes[3], "history.jsonl:6:1: a line is an object"));
    history_release(&h);
}

/* What a program without a kind of canary wrote is read; one that is no time is not. */
static void other_canaries(void **state)
{
    (void)state;
    static const char line[] =
        "{\"schema\":\"contend/history/1\",\"when\":\"2026-01-02T03:04:05Z\",\"name\":\"x\","
        "\"blocks\":3,\"machine\":{\"cpu\":\"c\",\"kernel\":\"k\",\"host\":\"h\",\"boot\":\"b\"},"
        "\"canaries_ns\":{\"chain\":%s,\"another\":5}}\n";
    char text[400];
    snprintf(text, sizeof text, line, "100");
    put(text);
    snprintf(text, sizeof text, line, "-1");
    put(text);
    struct history h = read_all();
    assert_int_equal(h.n, 1);
    assert_true(h.runs[0].ns[CANARY_CHAIN] == 100);
    assert_true(isnan(h.runs[0].ns[CANARY_LOADS]));
    assert_int_equal(h.damaged, 1);
    assert_non_null(strstr(h.notes[0], "\"chain\" must be a time above 0"));
    history_release(&h);
}

static void trims(void **state)
{
    (void)state;
    const size_t most = 5000;
    struct stat st;
    unsigned fewest = 1000;
    for (unsigned i = 1; i <= 200; i++) {
        const struct history_run r = made(i);
        struct err e = {0};
        assert_int_equal(history_append_within(path, &r, most, &e), 0);
        assert_int_equal(stat(path, &st), 0);
        assert_true((size_t)st.st_size <= most);
        struct history h = read_all(); /* the newest, all of them whole, one after the other */
        assert_int_equal(h.damaged, 0);
        for (unsigned k = 0; k < h.n; k++)
            assert_int_equal(h.runs[k].blocks, i - h.n + 1 + k);
        if (i > h.n && h.n < fewest)
            fewest = h.n;
        history_release(&h);
    }
    assert_in_range(fewest, 4, 8); /* half of 5000 bytes, less a line */
}

static void append_many(unsigned from, unsigned n, size_t most)
{
    for (unsigned i = 0; i < n; i++) {
        const struct history_run r = made(from + i);
        if (history_append_within(path, &r, most, NULL))
            _exit(1);
    }
}

/* With a limit that trims now and then, and without one: then no line is lost. */
static void at_once(void **state)
{
    (void)state;
    enum { WRITERS = 4, EACH = 50 };
    static const size_t mosts[] = {6000, 1 << 20};
    for (unsigned m = 0; m < ARRAY_LEN(mosts); m++) {
        unlink(path);
        for (unsigned i = 0; i < WRITERS; i++) {
            pid_t pid = fork();
            assert_true(pid >= 0);
            if (!pid) {
                append_many(1000 * i, EACH, mosts[m]);
                _exit(0);
            }
        }
        for (unsigned i = 0; i < WRITERS; i++) {
            int status;
            assert_true(wait(&status) > 0);
            assert_int_equal(status, 0);
        }
        struct history h = read_all();
        unsigned next[WRITERS] = {0};
        assert_int_equal(h.damaged, 0);
        for (unsigned i = 0; i < h.n; i++) { /* each writer's own in their order */
            unsigned writer = h.runs[i].blocks / 1000, number = h.runs[i].blocks % 1000;
            assert_true(number >= next[writer]);
            next[writer] = number + 1;
        }
        assert_true(m == 0 ? h.n > 4 : h.n == WRITERS * EACH);
        history_release(&h);
    }
}

static void no_file(void **state)
{
    (void)state;
    const struct history_run r = made(1);
    struct history h;
    struct err e = {0};
    assert_int_equal(history_append("/nowhere/history.jsonl", &r, &e), -ENOENT);
    assert_non_null(strstr(e.text, "/nowhere/history.jsonl can't be written: "));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(history_append(path, &r, &e), -EINVAL);
    assert_non_null(strstr(e.text, "is not a file"));
    assert_int_equal(history_read(path, &h, &e), -EINVAL); /* at once, though no one writes into it */
    history_release(&h);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(history_append(path, &r, &e), -EISDIR);
    assert_int_equal(history_read(path, &h, &e), -EINVAL);
    history_release(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(torn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_canaries, set_up, tear_down),
        cmocka_unit_test_setup_teardown(trims, set_up, tear_down),
        cmocka_unit_test_setup_teardown(at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_file, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
