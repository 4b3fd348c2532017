/* SPDX-License-Identifier: MIT */
/* SHA-256 against the vectors of FIPS 180-4; descriptions of plug-ins, there and back, and the ones that are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/support/sha256.h"
#include "harness/base/base.h"
#include "harness/record/plugin.h"

static void test_sha256(void **state)
{
    (void)state;
    static const struct {
        const char *text, *digest;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char out[SHA256_TEXT];
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        sha256_text(known[i].text, strlen(known[i].text), out);
        assert_string_equal(out, known[i].digest);
    }
    static char million[1000000];
    memset(million, 'a', sizeof million);
    sha256_text(million, sizeof million, out);
    assert_string_equal(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(million, 1, sizeof million, f), sizeof million);
    fflush(f);
    assert_int_equal(sha256_file(fileno(f), out), 0);
    assert_string_equal(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    fclose(f);
    assert_int_equal(sha256_file(-1, out), -9); /* EBADF */
}

static int read_text(const char *text, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, text, strlen(text), "<test>", e);
    assert_int_equal(rc, 0);
    rc = read_plugin((struct fields){.json = j, .object = json_root(j), .e = e});
    json_free(j);
    return rc;
}

#define PLUGIN(path, name, params)                                                                                     \
    "{\"path\":\"" path "\",\"sha256\":\"00\",\"workloads\":[{\"name\":\"" name "\",\"family\":\"f\","                 \
    "\"summary\":\"s\",\"lesson\":\"l\",\"unit\":\"u\",\"scales\":null,"                                               \
    "\"late_after\":\"n\",\"service\":\"shop\",\"needs\":4,\"group\":2,"                                               \
    "\"rounds\":0,\"uneven\":true,\"task_size\":64,\"params\":[" params "]}]}"
#define CHOICE                                                                                                         \
    "{\"name\":\"way\",\"summary\":\"s\",\"type\":\"choice\",\"default\":1,\"min\":0,\"max\":1,\"choices\":[\"left\"," \
    "\"right\"]}"
#define COUNT(least) "{\"name\":\"n\",\"summary\":\"s\",\"type\":\"count\",\"default\":5,\"min\":" least ",\"max\":9}"

static void test_description(void **state)
{
    (void)state;
    struct err e = {0};
    assert_int_equal(read_text(PLUGIN("/a.so", "described", CHOICE "," COUNT("1")), &e), 0);
    const struct workload *w = workload_find("described");
    assert_non_null(w);
    assert_int_equal(w->group, 2);
    assert_int_equal(w->needs, NEED_CPU);
    assert_int_equal(workload_param(w, "n"), 1);
    assert_int_equal(w->params[0].fallback, 1);
    assert_string_equal(w->params[0].choices[1], "right");
    assert_null(w->step);
    assert_true(w->uneven);
    assert_string_equal(w->late_after, "n");
    assert_string_equal(w->service->name, "shop");
    assert_string_equal(plugin_of("described")->path, "/a.so");
    assert_null(plugin_of("sleep"));

    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    struct json_writer jw;
    json_init(&jw, f, 0);
    json_begin(&jw, '{');
    put_plugin(&jw, plugin_of("described"), NULL);
    json_end(&jw, '}');
    fclose(f);
    assert_string_equal(text, PLUGIN("/a.so", "described", CHOICE "," COUNT("1")));
    assert_int_equal(read_text(text, &e), 0); /* known already */
    free(text);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {PLUGIN("/b.so", "sleep", ""), "'sleep' has the name of a built-in one"},
        {PLUGIN("/b.so", "described", COUNT("1")), "'described' is another one in /a.so"},
        {PLUGIN("/b.so", "new", COUNT("6")), "\"n\" does not hold its default"},
        {"{\"path\":\"/b.so\",\"sha256\":\"00\",\"workloads\":[]}", "1 to 64 workloads"},
        {"{\"path\":\"/b.so\",\"sha256\":\"00\",\"workloads\":[{}]}", "no \"name\""},
        {"{\"path\":\"/b.so\",\"workloads\":[]}", "no \"sha256\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = {0};
        assert_int_not_equal(read_text(bad[i].text, &e), 0);
        if (!strstr(e.text, bad[i].says))
            fail_msg("case %zu says: %s", i, e.text);
    }
    assert_null(workload_find("new"));
    struct err e = {0};
    assert_int_equal(read_text(PLUGIN("/b.so", "described", CHOICE "," COUNT("1")), &e), 0); /* alike: another run's */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sha256), cmocka_unit_test(test_description),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
