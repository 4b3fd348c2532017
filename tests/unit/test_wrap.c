/* SPDX-License-Identifier: MIT */
/* Lines that fit where they are read: how they are broken, and how wide that is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/unit/page_width.h"

/* Words are kept whole and in order, whatever the width; colour takes no room; what follows is indented. */
static void test_wrap(void **state)
{
    (void)state;
    static const char said[] =
        "  one \033[31mtwo\033[0m three … four× five-and-a-long-word-that-is-wider-than-the-rest six";
    for (unsigned width = 10; width < 100; width++) {
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);
        wrap_print(f, width, 6, "%s", said);
        fclose(f);
        assert_true(size && text[size - 1] == '\n');
        text[size - 1] = 0;
        check_width(text, width);
        assert_true((strchr(text, '\n') != NULL) == (width < text_columns(said)));
        assert_true(strchr(text, '\n') == NULL || strncmp(strchr(text, '\n') + 1, "      ", 6) == 0);
        char joined[200] = " ", *rest = text, *word;
        while ((word = strsep(&rest, " \n")))
            if (*word)
                text_append(joined, sizeof joined, " %s", word);
        assert_string_equal(joined, said);
    }
}

/* A number and its %, and both ends of an interval, stay together; what is wider than half of the line does not. */
static void test_joined(void **state)
{
    (void)state;
    static const char said[] = "they lost 12 % of it (1.23 … 4.56) and 7 %; … so 1 … 2 … 3 … 4";
    for (unsigned width = 28; width < 80; width++) {
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);
        wrap_print(f, width, 2, "%s", said);
        fclose(f);
        check_width(text, width);
        assert_non_null(strstr(text, "12 % of"));
        assert_non_null(strstr(text, "(1.23 … 4.56)"));
        assert_non_null(strstr(text, " 7 %; …"));
    }
}

/* What this program marks is in colour; what names bring along is not, and moves nothing. */
static void test_marked(void **state)
{
    (void)state;
    static const struct {
        const char *mark, *colour, *said, *want;
    } cases[] = {
        {"  did not hold", "\033[33m", "  a \033[31mred\033[0m word \033[2J",
         "  \033[33mdid not hold\033[0m  a ?[31mred?[0m word ?[2J\n"},
        {"  bad", "", " \r\n\t\x7f \xc2\x85 \xff é", "  bad ?  ? ? ? é\n"},
        {"", "", "  plain", "  plain\n"},
        {"", "", "", "\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);
        wrap_print_marked(f, 80, 4, cases[i].mark, cases[i].colour, "%s", cases[i].said);
        fclose(f);
        assert_string_equal(text, cases[i].want);
    }
    CLEANUP_FREE char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    wrap_print_marked(f, 20, 4, "  did not hold", "\033[33m", "  one two three four five");
    fclose(f);
    assert_string_equal(text, "  \033[33mdid not hold\033[0m  one\n    two three four\n    five\n");
}

/* A name can begin no line of its own; the program's empty lines stay. */
static void test_lines_of_a_name(void **state)
{
    (void)state;
    static const char name[] = "\nfinding: all is well\n";
    for (unsigned marked = 0; marked < 2; marked++) {
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);
        if (marked)
            wrap_print_marked(f, 0, 0, "\nrun", "", " %s ends\n", name);
        else
            wrap_print(f, 0, 0, "\n%s ends\n", name);
        fclose(f);
        assert_string_equal(text,
                            marked ? "\nrun  finding: all is well  ends\n\n" : "\n finding: all is well  ends\n\n");
    }
}

static void test_report_width(void **state)
{
    (void)state;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC), ptm = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(null >= 0 && ptm >= 0);
    static const struct {
        const char *columns;
        unsigned short terminal;
        unsigned width;
    } cases[] = {{NULL, 0, 0}, {NULL, 72, 72}, {NULL, 10, 40},  {"64", 0, 64}, {"64", 72, 64},
                 {"", 72, 72}, {"7", 72, 72},  {"80x", 72, 72}, {"-90", 0, 0}, {"99999999999999999999", 72, 72}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct winsize w = {.ws_col = cases[i].terminal, .ws_row = 24};
        if (cases[i].columns)
            setenv("COLUMNS", cases[i].columns, 1);
        else
            unsetenv("COLUMNS");
        assert_int_equal(ioctl(ptm, TIOCSWINSZ, &w), 0);
        assert_int_equal(report_width(cases[i].terminal ? ptm : null), cases[i].width);
    }
    unsetenv("COLUMNS");
    close(null);
    close(ptm);
}

/* Where standard output is no terminal: a pipe is read by a pager, which is as wide as the terminal of the messages. */
static void test_page_width(void **state)
{
    (void)state;
    int pipes[2], null = open("/dev/null", O_WRONLY | O_CLOEXEC), ptm = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(null >= 0 && ptm >= 0 && pipe2(pipes, O_CLOEXEC) == 0);
    const struct winsize w = {.ws_col = 72, .ws_row = 24};
    assert_int_equal(ioctl(ptm, TIOCSWINSZ, &w), 0);
    unsetenv("COLUMNS");
    assert_int_equal(report_page_width(ptm, null), 72);
    assert_int_equal(report_page_width(pipes[1], ptm), 72);
    assert_int_equal(report_page_width(pipes[1], null), 0);
    assert_int_equal(report_page_width(null, ptm), 0); /* a file is read elsewhere */
    setenv("COLUMNS", "123", 1);
    assert_int_equal(report_page_width(ptm, ptm), 123);
    assert_int_equal(report_page_width(pipes[1], ptm), 123);
    assert_int_equal(report_page_width(null, null), 123);
    setenv("COLUMNS", "0", 1);
    assert_int_equal(report_page_width(pipes[1], ptm), 72);
    unsetenv("COLUMNS");
    close(null);
    close(ptm);
    close(pipes[0]);
    close(pipes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_wrap),         cmocka_unit_test(test_joined),
                                       cmocka_unit_test(test_marked),       cmocka_unit_test(test_lines_of_a_name),
                                       cmocka_unit_test(test_report_width), cmocka_unit_test(test_page_width)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
