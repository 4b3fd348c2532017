/* SPDX-License-Identifier: MIT */
/* Words as a shell reads and writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/base/words.h"

static void test_words(void **state)
{
    static const struct {
        const char *text;
        int n;
        const char *words[3];
    } cases[] = {
        {"", 0, {0}},
        {" \t", 0, {0}},
        {"a", 1, {"a"}},
        {"  a  b\tc ", 3, {"a", "b", "c"}},
        {"'a b' \"c d\"", 2, {"a b", "c d"}},
        {"a\\ b", 1, {"a b"}},
        {"it\\'s", 1, {"it's"}},
        {"'it'\\''s'", 1, {"it's"}},
        {"\"a\\\"b\\$c\\d\"", 1, {"a\"b$c\\d"}},
        {"'a\\b'", 1, {"a\\b"}},
        {"'' x", 2, {"", "x"}},
        {"a\"b\"'c'", 1, {"abc"}},
        {"a b c d", -E2BIG, {0}},
        {"'a", -EINVAL, {0}},
        {"\"a", -EINVAL, {0}},
        {"a\\", -EINVAL, {0}},
        {"\"a\\", -EINVAL, {0}},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[64], *words[3];
        snprintf(text, sizeof text, "%s", cases[i].text);
        assert_int_equal(words_split(text, words, 3), cases[i].n);
        for (int k = 0; k < cases[i].n; k++)
            assert_string_equal(words[k], cases[i].words[k]);
    }
}

/* What is joined is split into the same words again; what no line can hold is told byte by byte. */
static void test_joined(void **state)
{
    static const char *const words[] = {"contend", "run",  "--out=a b", "it's",   "",  "$HOME",
                                        "`id`",    "a\\b", "\"",        "\u00e9", "~", "#"};
    static const char *const odd[] = {"a\nb'\\", "\x1b[31m", "\xff", "\xc2\x9b"};
    char *back[ARRAY_LEN(words)];
    (void)state;
    CLEANUP_FREE char *text = words_join(words, ARRAY_LEN(words));
    assert_non_null(text);
    assert_int_equal(words_split(text, back, ARRAY_LEN(back)), ARRAY_LEN(words));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        assert_string_equal(back[i], words[i]);
    CLEANUP_FREE char *control = words_join(odd, ARRAY_LEN(odd));
    assert_string_equal(control, "$'a\\x0ab\\'\\\\' $'\\x1b[31m' $'\\xff' $'\\xc2\\x9b'");
    CLEANUP_FREE char *none = words_join(odd, 0);
    assert_string_equal(none, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_joined)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
