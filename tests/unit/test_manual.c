/* SPDX-License-Identifier: MIT */
/* What the man page and the completions are made of, with commands of this test's own: harness/manual/tables.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define commands test_commands
#include "harness/manual/tables.c"

static const struct command_option own[] = {
    {"out", "DIR", "where to"}, {"long", "[TIME]", "how long"}, {"json", NULL, "as JSON"}, {0}};
static const struct command_option others[] = {{"models", "M,…", "models"}, {"time", "TIME", "no"}, {0}};
static const char *const refused_here[] = {"time", NULL};
static const char *const run_operands[] = {"RUN", "NONSENSE", NULL};
static const struct command_option wrong[] = {
    {"wrong", "WRONG,…", "a value that has no row"}, {"$(x)", NULL, "no word"}, {0}};

static const struct command first = {.name = "first",
                                     .usage = "first RUN [options]",
                                     .options = own,
                                     .more = others,
                                     .but = refused_here,
                                     .operands = run_operands};
static const struct command hidden = {.name = "hidden", .hidden = true};
static const struct command second = {.name = "second", .usage = "second [options]", .options = wrong};
static const struct command third = {.name = "third", .usage = "third [KIND | FILE] [--json]", .options = own};
static const struct command fourth = {.name = "fourth", .usage = "fourth [--json]", .options = own};
const struct command *const test_commands[] = {&first, &hidden, &second, &third, &fourth, NULL};

static void test_commands_that_are_hidden_are_left_out(void **state)
{
    (void)state;
    assert_ptr_equal(command_at(0), &first);
    assert_ptr_equal(command_at(1), &second);
    assert_ptr_equal(command_at(3), &fourth);
    assert_null(command_at(4));
}

static void test_options_are_its_own_then_those_of_more_that_it_takes(void **state)
{
    (void)state;
    struct option_row o;
    assert_true(option_at(&first, 0, &o));
    assert_string_equal(o.name, "out");
    assert_string_equal(o.kind, "directories");
    assert_false(o.optional || o.many || o.more);
    assert_true(option_at(&first, 1, &o));
    assert_string_equal(o.value, "TIME");
    assert_true(o.optional);
    assert_true(option_at(&first, 2, &o));
    assert_null(o.kind);
    assert_string_equal(o.value, "");
    assert_true(option_at(&first, 3, &o));
    assert_string_equal(o.name, "models");
    assert_string_equal(o.value, "M,…");
    assert_string_equal(o.kind, "models_or_all");
    assert_true(o.many && o.more);
    assert_false(option_at(&first, 4, &o));
}

static void test_operands_have_kinds(void **state)
{
    (void)state;
    assert_string_equal(operand_at(&first, 0), "directories");
    assert_string_equal(operand_at(&first, 1), "none");
    assert_null(operand_at(&first, 2));
    assert_null(operand_at(&second, 0));
}

static void test_a_row_of_a_command_comes_before_the_common_one(void **state)
{
    (void)state;
    static const char *const name[] = {"NAME", "FORMAT", "RUN", NULL};
    static const struct command plot = {.name = "plot", .operands = name}, plo = {.name = "plo", .operands = name},
                                plots = {.name = "plots", .operands = name};
    assert_string_equal(operand_at(&plot, 0), "figures");
    assert_string_equal(operand_at(&plot, 1), "figure_types");
    assert_string_equal(operand_at(&plot, 2), "directories");
    assert_string_equal(operand_at(&plo, 0), "names");
    assert_string_equal(operand_at(&plots, 0), "names");
    assert_string_equal(operand_at(&plots, 1), "none");
}

static void test_words_come_from_tables_and_from_rows(void **state)
{
    (void)state;
    struct word w;
    assert_true(word_at("models", 0, &w));
    assert_string_equal(w.name, models[0]->name);
    assert_true(word_at("models_or_all", 0, &w));
    assert_string_equal(w.name, "all");
    assert_true(word_at("models_or_all", 1, &w));
    assert_string_equal(w.summary, models[0]->summary);
    assert_true(word_at("formats", 2, &w));
    assert_string_equal(w.name, "json");
    assert_null(w.summary);
    assert_false(word_at("formats", 3, &w));
    assert_false(word_at("files", 0, &w));
    const char *kind;
    for (unsigned i = 0; (kind = word_kind_at(i)); i++)
        assert_true(word_at(kind, 0, &w));
}

static void test_choices(void **state)
{
    (void)state;
    static const char *const of[] = {"own", "other", NULL};
    static const struct param choice = {.name = "freed", .type = PARAM_CHOICE, .choices = of};
    static const struct param yes_or_no = {.name = "direct", .type = PARAM_BOOL};
    static const struct param path = {.name = "dir", .type = PARAM_PATH, .choices = of};
    assert_string_equal(choice_at(&choice, 1), "other");
    assert_null(choice_at(&choice, 2));
    assert_string_equal(choice_at(&yes_or_no, 0), "no");
    assert_null(choice_at(&yes_or_no, 2));
    assert_null(choice_at(&path, 0));
}

/* What tables_are_sound() writes to stderr, to be freed. */
static char *complaints(void)
{
    FILE *kept = tmpfile();
    int was = dup(STDERR_FILENO);
    assert_true(kept && was >= 0);
    fflush(stderr);
    dup2(fileno(kept), STDERR_FILENO);
    bool sound = tables_are_sound();
    fflush(stderr);
    dup2(was, STDERR_FILENO);
    close(was);
    assert_false(sound);
    rewind(kept);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, kept) > 0);
    fclose(kept);
    return text;
}

static void test_what_does_not_fit_is_reported(void **state)
{
    (void)state;
    char *text = complaints();
    assert_non_null(strstr(text, "second: 'WRONG,…' has no row in values.def"));
    assert_non_null(strstr(text, "first: 'NONSENSE' has no row in values.def"));
    assert_non_null(strstr(text, "second '$(x)': expected letters"));
    assert_non_null(strstr(text, "values.def: 'SUITE': no option and no operand has such a value"));
    assert_non_null(strstr(text, "third: its usage has an operand, which .operands lacks"));
    for (unsigned i = 0; i < 3; i++)
        assert_null(strstr(text, (const char *const[]){"first: its usage", "second: its usage", "fourth: its"}[i]));
    assert_null(strstr(text, "'DIR'"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_that_are_hidden_are_left_out),
        cmocka_unit_test(test_options_are_its_own_then_those_of_more_that_it_takes),
        cmocka_unit_test(test_operands_have_kinds),
        cmocka_unit_test(test_a_row_of_a_command_comes_before_the_common_one),
        cmocka_unit_test(test_words_come_from_tables_and_from_rows),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_what_does_not_fit_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
