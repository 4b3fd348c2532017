/* SPDX-License-Identifier: MIT */
/* Floors as files: what is written is read again, what is no floor is refused with its place, and a write that fails
 * leaves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/record/kept_floor.h"
#include "harness/stats/rng.h"

static char dir[] = "/tmp/contend-floor-XXXXXX";
static char path[80];

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/floor.json", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir); /* which fails when a test left something */
}

static unsigned files(void)
{
    unsigned n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (const struct dirent *entry; (entry = readdir(d));)
        n += entry->d_name[0] != '.';
    closedir(d);
    return n;
}

/* Some blocks of two cells and one canary, of which some values are missing. */
static struct kept_floor made(unsigned n)
{
    struct kept_floor f;
    struct stats_rng r;
    stats_rng_init(&r, 1);
    assert_int_equal(kept_floor_init(&f, n, 2, 1), 0);
    f.machine = (struct machine_id){.cpu = "a \"CPU\"", .kernel = "6.1", .host = "here", .boot = NULL};
    snprintf(f.started, sizeof f.started, "2026-01-02T03:04:05.678Z");
    snprintf(f.finished, sizeof f.finished, "2026-01-02T04:04:05.678Z");
    snprintf(f.commit, sizeof f.commit, "0123456789ab");
    f.cells[0] =
        (struct floor_series){"null threads", "null", "cpu", "threads", f.cells[0].log, f.cells[0].waited, NAN};
    f.cells[1] =
        (struct floor_series){"sleep serial", "sleep", "io", "serial", f.cells[1].log, f.cells[1].waited, 0.25};
    f.canaries[0].id = "chain";
    for (unsigned i = 0; i < n; i++) {
        f.at_s[i] = 0.5 * i;
        f.foreign[i] = i % 5 ? 0.01 * i : (double)NAN;
        f.cells[0].log[i] = 20 + 3 * stats_rng_uniform(&r);
        f.cells[1].log[i] = i % 3 ? -4 - stats_rng_uniform(&r) : (double)NAN;
        f.canaries[0].log[i] = i < n / 2 ? log(250000) : (double)NAN;
    }
    return f;
}

static void same(const double *a, const double *b, unsigned n, double room)
{
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(isnan(a[i]), isnan(b[i]));
        assert_true(isnan(a[i]) || fabs(a[i] - b[i]) <= room);
    }
}

static void test_round_trip(void **state)
{
    enum { N = 200 };
    struct kept_floor f = made(N), g;
    struct err e = {0};
    (void)state;
    assert_int_equal(kept_floor_write(&f, path, &e), 0);
    assert_int_equal(kept_floor_read(&g, path, &e), 0);
    assert_true(g.n == N && g.n_cells == 2 && g.n_canaries == 1);
    assert_string_equal(g.machine.cpu, "a \"CPU\"");
    assert_string_equal(g.machine.host, "here");
    assert_null(g.machine.boot);
    assert_string_equal(g.started, f.started);
    assert_string_equal(g.finished, f.finished);
    assert_string_equal(g.commit, f.commit);
    assert_string_equal(g.cells[1].workload, "sleep");
    assert_string_equal(g.cells[1].family, "io");
    assert_string_equal(g.cells[1].model, "serial");
    assert_string_equal(g.canaries[0].id, "chain");
    assert_null(g.canaries[0].workload);
    assert_true(isnan(g.cells[0].busy) && g.cells[1].busy == 0.25 && isnan(g.canaries[0].busy));
    same(f.at_s, g.at_s, N, 0.001);
    same(f.foreign, g.foreign, N, 0.01);
    for (unsigned i = 0; i < 2; i++)
        same(f.cells[i].log, g.cells[i].log, N, 1e-4);
    same(f.canaries[0].log, g.canaries[0].log, N, 1e-4);
    kept_floor_release(&g);
    kept_floor_release(&f);
}

/* A series without a single value, and a floor without a series. */
static void test_nothing_in_it(void **state)
{
    struct kept_floor f, g;
    struct err e = {0};
    (void)state;
    for (unsigned many = 0; many < 2; many++) {
        assert_int_equal(kept_floor_init(&f, 3, many, many), 0);
        for (unsigned i = 0; i < 3; i++)
            f.at_s[i] = i;
        for (unsigned i = 0; i < many; i++) {
            f.cells[i] = (struct floor_series){"x", "null", "cpu", "serial", f.cells[i].log, f.cells[i].waited, NAN};
            f.canaries[i].id = "chain";
        }
        assert_int_equal(kept_floor_write(&f, path, &e), 0);
        assert_int_equal(kept_floor_read(&g, path, &e), 0);
        assert_true(g.n == 3 && g.n_cells == many && g.n_canaries == many);
        for (unsigned i = 0; i < 3; i++)
            assert_true(isnan(g.foreign[i]) && (!many || isnan(g.cells[0].log[i])));
        kept_floor_release(&g);
        kept_floor_release(&f);
    }
}

static const char whole[] =
    "{\"schema\":\"contend/floor/1\",\"machine\":{\"cpu\":\"c\",\"kernel\":\"k\",\"host\":\"h\",\"boot\":null},"
    "\"commit\":\"x\",\"started\":\"s\",\"finished\":\"f\",\"blocks\":3,\"at_ms\":[0,500,1000],"
    "\"foreign_percent\":[null,1,2],\"cells\":[{\"id\":\"i\",\"workload\":\"w\",\"family\":\"f\",\"model\":\"m\","
    "\"center\":7.5,\"steps\":[1,null,-1]}],\"canaries\":[{\"id\":\"chain\",\"center\":12,\"steps\":[0,0,null]}]}\n";

static void put_text(const char *text)
{
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

/* `whole` with one part replaced. */
static const char *with(const char *part, const char *other)
{
    static char text[2000];
    const char *at = strstr(whole, part);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, other, at + strlen(part));
    return text;
}

static void test_whole(void **state)
{
    struct kept_floor f;
    struct err e = {0};
    (void)state;
    put_text(whole);
    assert_int_equal(kept_floor_read(&f, path, &e), 0);
    assert_true(f.n == 3 && f.at_s[2] == 1 && isnan(f.foreign[0]) && fabs(f.foreign[2] - 0.02) < 1e-12);
    assert_true(fabs(f.cells[0].log[0] - 7.5001) < 1e-9 && isnan(f.cells[0].log[1]) && f.canaries[0].log[0] == 12);
    kept_floor_release(&f);
    put_text(with("\"commit\"", "\"later\":{\"n\":[1]},\"commit\"")); /* a member of a later version is ignored */
    assert_int_equal(kept_floor_read(&f, path, &e), 0);
    kept_floor_release(&f);
    put_text(with("\"id\":\"i\"", "\"later\":3,\"id\":\"i\""));
    assert_int_equal(kept_floor_read(&f, path, &e), 0);
    assert_true(isnan(f.cells[0].busy)); /* floors from before have none */
    kept_floor_release(&f);
    put_text(with("\"center\":7.5", "\"busy\":null,\"center\":7.5"));
    assert_int_equal(kept_floor_read(&f, path, &e), 0);
    assert_true(isnan(f.cells[0].busy));
    kept_floor_release(&f);
    put_text(with("\"center\":7.5", "\"busy\":1,\"center\":7.5"));
    assert_int_equal(kept_floor_read(&f, path, &e), 0);
    assert_true(f.cells[0].busy == 1);
    kept_floor_release(&f);
}

/* Where it is told: the value that begins with `place`. */
static void test_refused(void **state)
{
    static const struct {
        const char *part, *other, *place, *says;
    } cases[] = {
        {"floor/1", "floor/2", "\"contend/floor", "this program reads \"contend/floor/1\", not \"contend/floor/2\""},
        {"\"schema\":\"contend/floor/1\",", "", "{", "\"schema\""},
        {"\"blocks\":3", "\"blocks\":0", "0,\"at_ms", "from 1 to"},
        {"\"blocks\":3", "\"blocks\":1000001", "1000001", "from 1 to"},
        {"\"blocks\":3", "\"blocks\":4", "[0,500", "\"at_ms\" must hold 4 values"},
        {"[null,1,2]", "[null,1]", "[null,1]", "\"foreign_percent\" must hold 3 values"},
        {"[1,null,-1]", "[1,null,-1,2]", "[1,null", "\"steps\" must hold 3 values"},
        {"[0,0,null]", "[0]", "[0]", "\"steps\" must hold 3 values"},
        {"[0,500,1000]", "[0,500,499]", "[0,500", "must rise"},
        {"[0,500,1000]", "[0,null,1000]", "[0,null", "must rise"},
        {"[1,null,-1]", "[1,null,1000001]", "1000001", "whole numbers up to 1000000, or null"},
        {"[1,null,-1]", "[1,null,-9223372036854775808]", "-9223372036854775808", "whole numbers up to"},
        {"[1,null,-1]", "[1,null,1e400]", "1e400", "whole numbers up to"},
        {"[1,null,-1]", "[1,null,0.5]", "0.5", "whole numbers up to"},
        {"[1,null,-1]", "[1,null,\"1\"]", "\"1\"", "whole numbers up to"},
        {"[0,500,1000]", "[0,500,1000000000001]", "1000000000001", "whole numbers up to"},
        {"7.5", "101", "101", "\"center\" must be from -100 to 100"},
        {"7.5", "-1e308", "-1e308", "\"center\" must be from -100 to 100"},
        {"7.5", "null", "null,\"steps", "\"center\""},
        {"\"machine\":{\"cpu\":\"c\"", "\"machine\":{\"cpu\":1", "1,\"kernel", "\"cpu\""},
        {"\"canaries\":[{\"id\":\"chain\",\"center\":12,\"steps\":[0,0,null]}]", "\"canaries\":[7]", "7]}",
         "\"steps\" must hold 3 values"},
        {"\"id\":\"chain\",", "", "{\"center\":12", "\"id\""},
        {"\"blocks\":3", "\"blocks\":1000000", "[0,500", "\"at_ms\" must hold 1000000 values"},
        {"[0,500,1000]", "[1,500,1000]", "[1,500", "from 0 on"},
        {"\"center\":7.5", "\"busy\":1.5,\"center\":7.5", "1.5,\"center", "\"busy\" must be from 0 to 1, or null"},
        {"\"center\":7.5", "\"busy\":\"all\",\"center\":7.5", "\"all\"", "\"busy\" must be from 0 to 1, or null"},
        {"\"workload\":\"w\",", "", "{\"id\":\"i\"", "\"workload\""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct kept_floor f;
        struct err e = {0};
        char place[120];
        const char *text = with(cases[i].part, cases[i].other), *at = strstr(text, cases[i].place);
        assert_non_null(at);
        put_text(text);
        assert_int_equal(kept_floor_read(&f, path, &e), -EINVAL);
        snprintf(place, sizeof place, "%s:1:%d: ", path, (int)(at - text) + 1);
        if (strncmp(e.text, place, strlen(place)) != 0 || !strstr(e.text, cases[i].says))
            fail_msg("case %zu: \"%s\", not \"%s… %s\"", i, e.text, place, cases[i].says);
        assert_true(!f.n && !f.cells); /* nothing is left to release */
    }
}

/* Many series and blocks are told, but not there: room for them would be 8 GB. */
static void test_huge(void **state)
{
    enum { SERIES = 1000 };
    static char text[SERIES * 100];
    struct kept_floor f;
    struct err e = {0};
    struct rlimit had;
    (void)state;
    int at =
        snprintf(text, sizeof text, "{\"schema\":\"contend/floor/1\",\"blocks\":1000000,\"at_ms\":[0],\"canaries\":[]");
    for (unsigned i = 0; i < SERIES; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%s{\"id\":\"i\",\"workload\":\"w\",\"steps\":[0]}",
                       i ? "," : ",\"cells\":[");
    snprintf(text + at, sizeof text - (size_t)at, "]}");
    put_text(text);
    assert_int_equal(getrlimit(RLIMIT_DATA, &had), 0);
    const struct rlimit few = {(rlim_t)1 << 30, had.rlim_max};
    if (!CONTEND_SANITIZE[0]) /* a sanitizer has far more */
        assert_int_equal(setrlimit(RLIMIT_DATA, &few), 0);
    int rc = kept_floor_read(&f, path, &e);
    assert_int_equal(setrlimit(RLIMIT_DATA, &had), 0);
    assert_int_equal(rc, -EINVAL);
    assert_non_null(strstr(e.text, "\"at_ms\" must hold 1000000 values"));
}

static void test_no_object(void **state)
{
    struct kept_floor f;
    struct err e = {0};
    char place[120];
    (void)state;
    put_text("\n  [1]\n");
    assert_int_equal(kept_floor_read(&f, path, &e), -EINVAL);
    snprintf(place, sizeof place, "%s:2:3: a floor is an object", path);
    assert_non_null(strstr(e.text, place));
    put_text("{\"schema\":");
    assert_int_equal(kept_floor_read(&f, path, &e), -EINVAL);
    unlink(path);
    assert_int_equal(kept_floor_read(&f, path, &e), -ENOENT);
}

/* A device that is full, by a limit of size; a place that is none; and a place that is taken by a directory. */
static void test_unwritable(void **state)
{
    struct kept_floor f = made(2000), g;
    struct err e = {0};
    struct rlimit had, few;
    char other[120];
    (void)state;
    put_text(whole);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &had), 0);
    few = (struct rlimit){1000, had.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
    int rc = kept_floor_write(&f, path, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &had), 0);
    assert_int_equal(rc, -EFBIG);
    assert_non_null(strstr(e.text, path));
    assert_int_equal(files(), 1); /* that which was there, and is whole */
    assert_int_equal(kept_floor_read(&g, path, &e), 0);
    assert_int_equal(g.n, 3);
    kept_floor_release(&g);
    snprintf(other, sizeof other, "%s/nosuch/floor.json", dir);
    assert_int_equal(kept_floor_write(&f, other, &e), -ENOENT);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(kept_floor_write(&f, path, &e) < 0);
    assert_int_equal(files(), 1);
    assert_int_equal(rmdir(path), 0);
    kept_floor_release(&f);
}

static void test_machines(void **state)
{
    const struct machine_id a = {"c", "k", "h", "b"}, none = {0};
    const struct {
        struct machine_id other;
        const char *differs, *carried;
    } cases[] = {
        {{"c", "k", "h", "b"}, NULL, NULL},         {{"c", "k", "h", "another boot"}, NULL, NULL},
        {{"c", "k", "h", NULL}, NULL, NULL},        {{"x", "y", "z", "b"}, "CPU", "CPU"},
        {{"c", "y", "z", "b"}, "kernel", "kernel"}, {{"c", "k", "z", "b"}, "host", NULL},
        {{NULL, "k", "h", "b"}, "CPU", "CPU"},      {{"c", NULL, "h", "b"}, "kernel", "kernel"},
        {{"c", "k", NULL, "b"}, "host", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (int carried = 0; carried < 2; carried++) {
            const char *want = carried ? cases[i].carried : cases[i].differs;
            const char *one = machine_id_differs(&a, &cases[i].other, carried);
            const char *two = machine_id_differs(&cases[i].other, &a, carried);
            assert_true((!want && !one && !two) || (want && one && two));
            if (want) {
                assert_string_equal(one, want);
                assert_string_equal(two, want);
            }
        }
    assert_string_equal(machine_id_differs(&none, &none, true), "CPU"); /* what neither tells is not the same */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_nothing_in_it), cmocka_unit_test(test_whole),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_no_object),     cmocka_unit_test(test_unwritable),
        cmocka_unit_test(test_machines),   cmocka_unit_test(test_huge),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
