/* SPDX-License-Identifier: MIT */
/* A figure in fewer bytes: what draws nothing is left out, numbers are rounded, and all that is seen stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/page/compact.h"

static void test_compact(void **state)
{
    static const struct {
        const char *markup, *is;
    } cases[] = {
        {"", ""},
        {"<svg></svg>", "<svg></svg>"},
        /* groups and texts with nothing in them, also one in the other */
        {"<svg><g fill=\"none\"></g><g><text x=\"1\"><tspan> </tspan></text></g></svg>", "<svg></svg>"},
        {"<svg><g><g></g><path d=\"M0,0\"></path><g></g></g></svg>", "<svg><g><path d=\"M0,0\"></path></g></svg>"},
        {"<svg><g></g><text>a<tspan></tspan> b</text><g></g></svg>", "<svg><text>a b</text></svg>"},
        {"<svg><g><title></title></g></svg>", "<svg><g><title></title></g></svg>"},
        /* symbols that nothing refers to; a reference may stand before or behind */
        {"<svg><defs><path id=\"p-a\" d=\"M0\"></path><g id=\"p-b\"><path></path></g></defs><use "
         "href=\"#p-b\"></use></svg>",
         "<svg><defs><g id=\"p-b\"><path></path></g></defs><use href=\"#p-b\"></use></svg>"},
        {"<svg><g clip-path=\"url(#p-c)\"><rect></rect></g><defs><clipPath id=\"p-c\"></clipPath></defs></svg>",
         "<svg><g clip-path=\"url(#p-c)\"><rect></rect></g><defs><clipPath id=\"p-c\"></clipPath></defs></svg>"},
        {"<svg><defs><path id=\"p-1\"></path><path id=\"p-12\"></path></defs><use href=\"#p-12\"></use></svg>",
         "<svg><defs><path id=\"p-12\"></path></defs><use href=\"#p-12\"></use></svg>"},
        {"<svg><path id=\"p-a\"></path></svg>", "<svg><path id=\"p-a\"></path></svg>"}, /* not in <defs>: it is seen */
        /* neighbours of the same attributes, with or without something between them that draws nothing */
        {"<svg><g x=\"1.00\"><path></path></g><g x=\"1\"></g><g fill=\"a\"></g><g x=\"1\"><rect></rect></g></svg>",
         "<svg><g x=\"1\"><path></path><rect></rect></g></svg>"},
        {"<svg><g x=\"1\"><path></path></g><g x=\"12\"><rect></rect></g><g><path></path></g><g><path></path></g></svg>",
         "<svg><g x=\"1\"><path></path></g><g "
         "x=\"12\"><rect></rect></g><g><path></path></g><g><path></path></g></svg>"},
        {"<svg><g id=\"p-a\"><path></path></g><g id=\"p-a\"><path></path></g></svg>",
         "<svg><g id=\"p-a\"><path></path></g><g id=\"p-a\"><path></path></g></svg>"},
        {"<svg><g x=\"1\"><path></path></g><rect></rect><g x=\"1\"><path></path></g></svg>",
         "<svg><g x=\"1\"><path></path></g><rect></rect><g x=\"1\"><path></path></g></svg>"},
        {"<svg><g x=\"1\"><path></path><g x=\"1\"><path></path></g></g></svg>",
         "<svg><g x=\"1\"><path></path><g x=\"1\"><path></path></g></g></svg>"}, /* inside is not behind */
        /* numbers */
        {"<svg><path d=\"M215.14,709.01 L-0.666,9.996  1.00 10.04\n-100.96 \"></path></svg>",
         "<svg><path d=\"M215.1,709 L-0.67,10 1 10 -101\"></path></svg>"},
        {"<svg><path d=\"M1.5.5 1.00.5 1.25e3 1e-3 7 0.5\"></path></svg>",
         "<svg><path d=\"M1.5.5 1.00.5 1.25e3 1e-3 7 0.5\"></path></svg>"},
        {"<svg><text x=\"12.00\" transform=\"translate(378.81,352.55) scale(2.36)\" "
         "fill-opacity=\"0.350000\">12.00</text></svg>",
         "<svg><text x=\"12\" transform=\"translate(378.8,352.6) scale(2.36)\" "
         "fill-opacity=\"0.35\">12.00</text></svg>"},
        {"<svg><g id=\"p-1.00\" fill=\"1.00\"><rect></rect></g></svg>",
         "<svg><g id=\"p-1.00\" fill=\"1.00\"><rect></rect></g></svg>"}, /* names and colours are no numbers */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP_FREE char *markup = strdup(cases[i].markup);
        assert_non_null(markup);
        compact_svg(markup);
        assert_string_equal(markup, cases[i].is);
        compact_svg(markup); /* it stays as it is */
        assert_string_equal(markup, cases[i].is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_compact)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
