/* SPDX-License-Identifier: MIT */
/* Time slices of a trial: whatever the order and the widening, they hold what counting afterwards would give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/measure/slices.h"

enum { EVENTS = 5000 };

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void count(struct slices *s, const uint64_t *at, unsigned n, uint64_t shift)
{
    slices_init(s);
    s->shift = shift;
    for (unsigned i = 0; i < n; i++)
        if (at[i] >> shift < SLICES)
            s->units[at[i] >> shift] += i;
}

static void test_widening(void **state)
{
    (void)state;
    static uint64_t at[EVENTS];
    uint64_t seed = 7;
    for (unsigned length = 1; length < 60; length += 3) {
        struct slices grown, truth, parts[2];
        slices_init(&grown);
        slices_init(&parts[0]);
        slices_init(&parts[1]);
        for (unsigned i = 0; i < EVENTS; i++) {
            at[i] = ((next(&seed) << 31) ^ next(&seed)) >> (62 - (length < 62 ? length : 62));
            slices_add(&grown, at[i], i);
            slices_add(&parts[i % 7 == 0], at[i], i); /* two workers, one of them rarely at work */
        }
        count(&truth, at, EVENTS, grown.shift);
        slices_merge(&parts[0], &parts[1]);
        assert_true(grown.shift == parts[0].shift);
        uint64_t all = 0;
        for (unsigned i = 0; i < SLICES; i++) {
            assert_true(grown.units[i] == truth.units[i] && parts[0].units[i] == truth.units[i]);
            all += grown.units[i];
        }
        assert_true(all == (uint64_t)EVENTS * (EVENTS - 1) / 2);
        uint64_t used = 0;
        for (unsigned i = SLICES / 2; i < SLICES; i++)
            used += grown.units[i];
        assert_true(used || grown.shift == SLICES_LEAST_SHIFT); /* never wider than it need be */
    }
}

static void test_whole(void **state)
{
    (void)state;
    struct slices s;
    slices_init(&s);
    assert_int_equal(slices_whole(&s, (UINT64_C(1) << SLICES_LEAST_SHIFT) - 1), 0);
    assert_int_equal(slices_whole(&s, UINT64_C(1) << SLICES_LEAST_SHIFT), 1);
    assert_int_equal(slices_whole(&s, UINT64_MAX), SLICES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_widening), cmocka_unit_test(test_whole)};
    return cmocka_run_group_tests_name("slices", tests, NULL, NULL);
}
