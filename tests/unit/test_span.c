/* SPDX-License-Identifier: MIT */
/* How long something takes, as one would say it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/base.h"

static void test_spans(void **state)
{
    (void)state;
    static const struct {
        double ns;
        const char *said;
    } spans[] = {{0, "0 ms"},       {2.5e6, "2.5 ms"},     {20e6, "20 ms"},   {999e6, "999 ms"}, {1e9, "1 s"},
                 {1.25e9, "1.2 s"}, {34.4e9, "34 s"},      {89e9, "89 s"},    {90e9, "1.5 min"}, {600e9, "10 min"},
                 {612e9, "10 min"}, {89 * 60e9, "89 min"}, {5400e9, "1.5 h"}, {36000e9, "10 h"}};
    for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
        char text[32];
        text_span(text, sizeof text, spans[i].ns);
        assert_string_equal(text, spans[i].said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spans)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
