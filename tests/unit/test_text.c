/* SPDX-License-Identifier: MIT */
/* The seeded text is the same on every machine and looks like text; endless texts are read the same by ops and without;
 * directories are read in one order; a path parameter is checked when it is written and stays as it is when read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/support/text.h"
#include "harness/record/param_value.h"

static char dir[64];

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/contend-test-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void put_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void put_dir(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static uint64_t fnv(const char *p, size_t n)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * UINT64_C(1099511628211);
    return h;
}

static void test_seeded(void **state)
{
    (void)state;
    enum { N = 100000 };
    static char a[N], b[N];
    text_fill(1, a, N);
    text_fill(1, b, N / 3);
    assert_memory_equal(a, b, N / 3);
    assert_true(fnv(a, N) == UINT64_C(0xa330b5fee88c32aa)); /* a change here is a change of every default text */
    unsigned count[256] = {0}, column = 0, widest = 0;
    for (size_t i = 0; i < N; i++) {
        count[(unsigned char)a[i]]++;
        column = a[i] == '\n' ? 0 : column + 1;
        widest = column > widest ? column : widest;
        assert_true(a[i] == '\n' || (a[i] >= ' ' && a[i] < 127));
    }
    for (int c = 'a'; c <= 'z'; c++)
        assert_true(count[c] > 0);
    assert_true(count['e'] > 3 * count['v']);
    assert_in_range(widest, 72, 100);
    text_fill(2, b, N);
    assert_true(memcmp(a, b, N) != 0);
}

/* Reads a piece by ops that a kernel gives short, `most` bytes at a time. */
static void read_by_ops(const struct texts *t, uint64_t at, char *buf, size_t len, size_t most)
{
    struct op op = {0};
    struct text_reading r;
    unsigned first = 0;
    text_read(t, &r, &op, at, buf, len);
    for (int rc = 0; rc == 0;) {
        first += !op.resumed;
        assert_int_equal(op.kind, OP_PREAD);
        op.res = pread(op.fd, op.buf, op.len < most ? op.len : most, op.offset);
        rc = text_read_on(t, &r, &op);
        assert_true(rc >= 0);
    }
    assert_int_equal(first, 1);
}

static void test_directory(void **state)
{
    (void)state;
    struct wl_env env = {.scratch = "/tmp"};
    struct texts *t = NULL;
    char buf[64] = "", want[64], whole[256];
    put_dir("b");
    put_dir("a-empty");
    put_dir(".hidden");
    assert_int_equal(texts_open(&env, dir, 1, 1, &t), -EINVAL);
    assert_non_null(strstr(env.error, "holds no file"));
    put_file("b/2", "two ");
    put_file("b/1", "one ");
    put_file("a", "zero ");
    put_file("c", "three ");
    put_file("empty", "");
    put_file(".hidden/x", "not this");
    snprintf(whole, sizeof whole, "%s/link", dir);
    assert_int_equal(symlink(dir, whole), 0); /* followed, it would never end */
    snprintf(whole, sizeof whole, "%s/pipe", dir);
    assert_int_equal(mkfifo(whole, 0600), 0);
    assert_int_equal(texts_open(&env, dir, 1, 1, &t), 0);
    assert_int_equal(t->n, 4);
    assert_int_equal(t->bytes, 19);
    assert_int_equal(text_copy(t, 0, buf, 38), 0);
    assert_string_equal(buf, "zero one two three zero one two three ");
    for (uint64_t at = 0; at < 40; at++)
        for (size_t most = 1; most < 8; most += 3) {
            read_by_ops(t, at, buf, 25, most);
            assert_int_equal(text_copy(t, at, want, 25), 0);
            assert_memory_equal(buf, want, 25);
        }
    snprintf(whole, sizeof whole, "%s/c", dir); /* a file that shrinks ends the reading with an error, not a hang */
    assert_int_equal(truncate(whole, 1), 0);
    assert_int_equal(text_copy(t, 0, buf, 38), -EPIPE);
    struct text_reading r;
    struct op op = {0};
    text_read(t, &r, &op, 15, buf, 4);
    op.res = 0;
    assert_int_equal(text_read_on(t, &r, &op), -1);
    assert_int_equal(op.res, -EPIPE);
    texts_close(t);
    assert_int_equal(texts_open(&env, "/nonexistent", 1, 1, &t), -ENOENT);
}

static void test_made(void **state)
{
    (void)state;
    struct wl_env env = {.scratch = dir, .seed = 5};
    struct texts *t = NULL;
    char a[100], b[100];
    assert_int_equal(texts_open(&env, NULL, 3, 100, &t), 0);
    assert_int_equal(t->bytes, 300);
    assert_int_equal(text_copy(t, 100, a, 100), 0);
    text_fill(mix64(5) + 1, b, 100);
    assert_memory_equal(a, b, 100);
    texts_close(t);
    assert_int_equal(texts_open(&env, NULL, 1, UINT64_C(1) << 60, &t), -ENOSPC);
    env.scratch = "/nonexistent";
    assert_int_equal(texts_open(&env, NULL, 3, 100, &t), -ENOENT);
    assert_non_null(strstr(env.error, "/nonexistent"));
}

/* Pages of a file that are in the page cache. */
static size_t cached_pages(int fd, size_t bytes)
{
    unsigned char in[64] = {0};
    size_t n = (bytes + 4095) / 4096, sum = 0;
    void *at = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    assert_true(at != MAP_FAILED && n <= sizeof in);
    assert_int_equal(mincore(at, bytes, in), 0);
    munmap(at, bytes);
    for (size_t i = 0; i < n; i++)
        sum += in[i] & 1;
    return sum;
}

static void test_cache(void **state)
{
    (void)state;
    struct wl_env env = {.scratch = dir};
    struct texts *t = NULL;
    assert_int_equal(texts_open(&env, NULL, 1, 200000, &t), 0);
    int fd = t->file[0].fd;
    assert_int_equal(fsync(fd), 0);
    assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    bool dropped = cached_pages(fd, 200000) == 0; /* not where files live in memory alone */
    assert_int_equal(texts_cache(&env, t, 4096), 0);
    assert_true(cached_pages(fd, 200000) >= 1);
    assert_int_equal(texts_cache(&env, t, UINT64_MAX), 0);
    assert_int_equal(cached_pages(fd, 200000), 49);
    assert_int_equal(ftruncate(fd, 10), 0);
    assert_int_equal(texts_cache(&env, t, 200000), -EPIPE);
    assert_non_null(strstr(env.error, "can't be read"));
    if (!dropped)
        print_message("the file system of %s keeps all pages: what was read there can't be told\n", dir);
    texts_close(t);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct param params[] = {
        {.name = "dir", .type = PARAM_PATH}, {.name = "files", .fallback = 16}, {.name = "size", .fallback = 9}, {0}};
    struct wl_env env = {.p = {0, 17, 9}};
    assert_int_equal(texts_refuse_made(&env, params, 0, 1, 2), 0);
    env.p[0] = workload_path(dir);
    assert_int_equal(texts_refuse_made(&env, params, 0, 1, 2), -EINVAL);
    assert_non_null(strstr(env.error, "files"));
    env.p[1] = 16;
    assert_int_equal(texts_refuse_made(&env, params, 0, 1, 2), 0);
    env.p[2] = 10;
    assert_int_equal(texts_refuse_made(&env, params, 0, 1, 1), 0);
    assert_int_equal(texts_refuse_made(&env, params, 0, 1, 2), -EINVAL);
}

static void test_path(void **state)
{
    (void)state;
    static const char *const none[] = {"seeded", NULL};
    const struct param p = {"dir", "", PARAM_PATH, 0, 0, 0, none};
    struct err e = {0};
    int64_t v = 1, same = 0;
    char text[VALUE_TEXT_MAX], name[VALUE_TEXT_MAX + 64], label[8];
    assert_int_equal(value_param(&p, "seeded", &v, &e), 0);
    assert_int_equal(v, 0);
    value_text(&p, 0, text, sizeof text);
    assert_string_equal(text, "seeded");
    assert_int_equal(value_param(&p, dir, &v, &e), 0);
    assert_string_equal(wl_path(v), dir);
    assert_true(v == workload_path(dir) && v > 0);
    assert_true(workload_path("/") != v);
    assert_string_equal(wl_path(workload_path("/")), "/");
    assert_null(wl_path(0));
    assert_null(wl_path(-1));
    assert_null(wl_path(workload_path("/") + 1)); /* nobody has named so many */
    snprintf(name, sizeof name, "%s/../%s", dir, dir + strlen("/tmp/"));
    assert_int_equal(value_param(&p, name, &same, &e), 0);
    assert_true(v == same);
    value_text(&p, v, text, sizeof text);
    assert_string_equal(text, dir);
    value_label(&p, v, label, sizeof label);
    assert_string_equal(label, "contend");
    assert_int_equal(value_param(&p, "/nonexistent", &v, &e), -EINVAL);
    assert_non_null(strstr(e.text, "dir: expected a file or directory"));
    put_dir("bad\xff");
    snprintf(name, sizeof name, "%s/bad\xff", dir);
    assert_int_equal(value_param(&p, name, &v, &e), -EINVAL);
    put_dir("new\nline");
    snprintf(name, sizeof name, "%s/new\nline", dir);
    assert_int_equal(value_param(&p, name, &v, &e), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeded),
        cmocka_unit_test_setup_teardown(test_directory, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(test_made, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(test_cache, make_dir, drop_dir),
        cmocka_unit_test(test_refused),
        cmocka_unit_test_setup_teardown(test_path, make_dir, drop_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
