/* SPDX-License-Identifier: MIT */
/* Whether labels tell of a loss, by trials made up: with one, without, and too few to tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/base.h"
#include "harness/verify/label_loss.h"

enum { TRIALS = 60, EVERY = 3 };

/* Two cells of different rates, each trial within 1 % of its cell's; every third is labelled, and is slower by `slower`
 * times what its label says. */
static struct label_loss made(double slower)
{
    struct label_trial all[TRIALS];
    struct label_loss l = {0};
    for (unsigned i = 0; i < TRIALS; i++) {
        bool labelled = i % EVERY == 0;
        double noise = 0.01 * ((double)(i * 7 % 11) / 5 - 1), lost = labelled ? 0.05 : 0;
        all[i] = (struct label_trial){i % 2, labelled, (i % 2 ? 1e6 : 1e3) * (1 + noise) * (1 - slower * lost), lost};
    }
    label_loss_add(&l, all, TRIALS);
    assert_int_equal(l.judged, TRIALS / EVERY);
    return l;
}

static void test_real(void **state)
{
    (void)state;
    struct label_loss all = made(1), none = made(0), little = made(0.2);
    assert_true(label_loss_is_real(&all));
    assert_int_equal(all.slower, all.judged);
    assert_false(label_loss_is_real(&none));
    assert_int_equal(none.slower, 0);
    assert_false(label_loss_is_real(&little));
}

/* 5 of 5 may be chance once in 32 times; 4 of 5, 6 times in 32. */
static void test_chance(void **state)
{
    (void)state;
    assert_true(label_loss_is_real(&(struct label_loss){.judged = 5, .slower = 5}));
    assert_false(label_loss_is_real(&(struct label_loss){.judged = 5, .slower = 4}));
    assert_false(label_loss_is_real(&(struct label_loss){.judged = 4, .slower = 4}));
    assert_false(label_loss_is_real(&(struct label_loss){.judged = 100, .slower = 50}));
    assert_true(label_loss_is_real(&(struct label_loss){.judged = 100, .slower = 60}));
    assert_false(label_loss_is_real(&(struct label_loss){0}));
}

/* A cell of which nearly all are labelled has nothing to be compared with. */
static void test_too_few(void **state)
{
    (void)state;
    struct label_trial all[LABEL_LOSS_LEAST + 1] = {{0, true, 1, 0.5}};
    struct label_loss l = {0};
    for (unsigned i = 1; i < ARRAY_LEN(all); i++)
        all[i] = (struct label_trial){0, false, 2, 0};
    label_loss_add(&l, all, LABEL_LOSS_LEAST);
    assert_int_equal(l.judged, 0);
    label_loss_add(&l, all, LABEL_LOSS_LEAST + 1);
    assert_true(l.judged == 1 && l.slower == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real),
        cmocka_unit_test(test_chance),
        cmocka_unit_test(test_too_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
