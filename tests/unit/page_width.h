/* SPDX-License-Identifier: MIT */
/* For tests of what is printed: whether a page fits. */
#ifndef CONTEND_TESTS_PAGE_WIDTH_H
#define CONTEND_TESTS_PAGE_WIDTH_H

#include <stdbool.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/report/wrap.h"

/* A line is too wide only when it is one word. */
static inline void check_width(const char *text, unsigned width)
{
    CLEANUP_FREE char *copy = strdup(text);
    char *rest = copy;
    for (char *line; (line = strsep(&rest, "\n"));) {
        bool one_word = !strchr(line + strspn(line, " "), ' ');
        if (text_columns(line) > width && !one_word)
            print_error("%u columns of %u: %s\n", text_columns(line), width, line);
        assert_true(text_columns(line) <= width || one_word);
    }
}

#endif
