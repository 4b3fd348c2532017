/* SPDX-License-Identifier: MIT */
/* The plain SHA-256 that the golden value of the workload sha256 comes from, and the library's, against the examples
 * that NIST publishes for FIPS 180-4 and messages around a block's end. The workload's file is included: its functions
 * are its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "bench/cpu/sha256.c"

static struct library loaded;

static void hex(const uint8_t digest[SHA256_DIGEST], char text[2 * SHA256_DIGEST + 1])
{
    for (size_t i = 0; i < SHA256_DIGEST; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void library_sha256(const uint8_t *p, size_t size, uint8_t digest[SHA256_DIGEST])
{
    struct cpu_ctx cx = {0};
    struct task t = {.library = &loaded, .buffer = p, .size = size, .context = loaded.context_new()};
    assert_non_null(t.context);
    assert_true(loaded.init(t.context, loaded.sha256, NULL));
    hash(&t, &cx);
    assert_false(t.failed);
    task_fini(&t);
    memcpy(digest, t.digest, SHA256_DIGEST);
}

static void check(const uint8_t *p, size_t size, const char *want)
{
    uint8_t digest[SHA256_DIGEST];
    char text[2 * SHA256_DIGEST + 1];
    sha256_digest(p, size, digest);
    hex(digest, text);
    assert_string_equal(text, want);
    library_sha256(p, size, digest);
    hex(digest, text);
    assert_string_equal(text, want);
}

static void test_published(void **state)
{
    (void)state;
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    check((const uint8_t *)"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check((const uint8_t *)"abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check((const uint8_t *)two, strlen(two), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    uint8_t *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    check(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

static void test_all_lengths(void **state)
{
    (void)state;
    uint8_t text[3 * SHA256_BLOCK], plain[SHA256_DIGEST], library[SHA256_DIGEST];
    for (size_t n = 0; n < sizeof text; n++) {
        text[n] = (uint8_t)mix64(n);
        sha256_digest(text, n, plain);
        library_sha256(text, n, library);
        assert_memory_equal(plain, library, SHA256_DIGEST);
    }
}

static int close_library(void **state)
{
    (void)state;
    library_close(&loaded);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_all_lengths),
    };
    return library_open(&loaded) || cmocka_run_group_tests(tests, NULL, close_library);
}
