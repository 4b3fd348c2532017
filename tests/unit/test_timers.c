/* SPDX-License-Identifier: MIT */
/* Sleeping lanes come out in the order in which they are due, whatever order they went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka's header needs those before it */
#include <cmocka.h>

#include "bench/workload.h"
#include "harness/engine/timers.h"

enum { ROOM = 61, ROUNDS = 20000 };

static struct lane *lane(size_t i)
{
    return (struct lane *)(uintptr_t)(64 * (i + 1)); /* an address to be known again by */
}

/* Pushes and pops at random, next to a plain table of who sleeps until when. `apart`: how far due times lie apart; 0:
 * all sleep equally long. */
static void against_a_table(uint64_t seed, uint64_t apart)
{
    struct timers t;
    uint64_t due[ROOM] = {0}, now = 1;
    unsigned asleep = 0;
    assert_int_equal(timers_init(&t, ROOM), 0);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        uint64_t r = mix64(seed + i);
        unsigned k = (unsigned)(r % ROOM);
        now++;
        if (!due[k]) {
            due[k] = now + 100 + (apart ? (r >> 32) % apart : 0);
            timers_push(&t, due[k], lane(k));
            asleep++;
        }
        uint64_t least = UINT64_MAX;
        for (unsigned j = 0; j < ROOM; j++)
            least = due[j] && due[j] < least ? due[j] : least;
        assert_true(timers_next(&t) == least);
        if ((r >> 20) % 3 && asleep == ROOM) {
            struct lane *l = timers_pop(&t);
            size_t at = (uintptr_t)l / 64 - 1;
            assert_true(at < ROOM && due[at] == least);
            due[at] = 0;
            asleep--;
        }
    }
    for (; asleep; asleep--) {
        uint64_t next = timers_next(&t);
        size_t at = (uintptr_t)timers_pop(&t) / 64 - 1;
        assert_true(at < ROOM && due[at] == next);
        due[at] = 0;
    }
    assert_true(timers_next(&t) == 0);
    timers_release(&t);
}

static void test_order(void **state)
{
    (void)state;
    against_a_table(1, 0);
    against_a_table(2, 3);
    against_a_table(3, 1000);
    against_a_table(4, UINT64_C(1) << 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
