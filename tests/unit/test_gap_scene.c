/* SPDX-License-Identifier: MIT */
/* Which of the gaps that a sampler saw count as made, on made-up scenes: by moments, by stretches, by length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/verify/gap_scene.h"

static struct gap_scene scene;

static void anew(void)
{
    scene.n_made = scene.n_seen = 0;
    scene.have = 1u << GAP_READ_WAIT;
}

static void made(uint64_t begin, uint64_t end, bool whole)
{
    scene_made(&scene, (struct gap_stretch){begin, end, whole});
}

static void seen(uint64_t begin, uint64_t end, enum gap_cause cause)
{
    scene.seen[scene.n_seen++] = (struct seen_gap){{begin, end, false}, end - begin, cause};
}

static struct gap_tally added(unsigned made, uint64_t longest_ns)
{
    struct gap_tally t = {.have = ~0u};
    const struct gap_scene_kind k = {.longest_ns = longest_ns};
    assert_int_equal(scene_add(&t, &k, &scene), made);
    assert_int_equal(t.made, made);
    assert_int_equal(t.scenes, 1);
    assert_int_equal(t.seen, scene.n_seen);
    assert_int_equal(t.have, scene.have);
    return t;
}

static void test_moments(void **state)
{
    (void)state;
    anew();
    made(100, 100 + 1, true);
    made(300, 300 + 1, true);
    made(500, 500 + 1, true);
    seen(90, 120, GAP_INTERRUPTS);
    seen(130, 160, GAP_HOST);   /* between two */
    seen(300, 330, GAP_FAULTS); /* made, and called something else */
    seen(470, 500, GAP_HOST);   /* over when it was made */
    struct gap_tally t = added(2, 0);
    assert_int_equal(t.by[GAP_INTERRUPTS], 1);
    assert_int_equal(t.by[GAP_FAULTS], 1);
    assert_int_equal(t.by[GAP_HOST], 0);
}

static void test_stretches(void **state)
{
    (void)state;
    anew();
    made(100, 150, false);
    made(200, 240, false);
    made(245, 250, false);
    seen(60, 100, GAP_HOST);        /* before */
    seen(130, 170, GAP_PREEMPTION); /* half of it inside */
    seen(180, 240, GAP_PREEMPTION);
    seen(243, 260, GAP_HOST); /* less than half */
    seen(900, 950, GAP_HOST); /* long after */
    struct gap_tally t = added(2, 0);
    assert_int_equal(t.by[GAP_PREEMPTION], 2);
    anew(); /* two stretches together are half of one gap */
    made(100, 130, false);
    made(140, 160, false);
    seen(90, 190, GAP_PREEMPTION);
    added(1, 0);
}

static void test_what_is_far_longer_was_made_by_something_else(void **state)
{
    (void)state;
    anew();
    for (unsigned i = 1; i <= 5; i++) {
        made(1000 * i, 1000 * i + 1, true);
        seen(1000 * i - 5, 1000 * i + (i == 5 ? 95 : 5), i == 5 ? GAP_HOST : GAP_INTERRUPTS);
    }
    struct gap_tally t = added(4, 0);
    assert_int_equal(t.by[GAP_HOST], 0);
    added(4, 10); /* a limit of the kind's own */
    added(0, 9);
    anew();
    added(0, 0);
}

static void test_a_scene_that_is_too_short_adds_none(void **state)
{
    (void)state;
    const struct gap_scene_kind sized = {.size_most = 9};
    struct gap_tally t = {0};
    anew();
    for (unsigned i = 1; i <= 5; i++)
        made(1000 * i, 1000 * i + 9, true);
    seen(1002, 1020, GAP_INTERRUPTS);
    seen(2005, 2030, GAP_HOST);
    assert_int_equal(scene_add(&t, &sized, &scene), 2);
    assert_int_equal(t.made, 0);
    assert_int_equal(t.by[GAP_HOST], 0);
    assert_int_equal(t.seen, 2);
    seen(3005, 3030, GAP_INTERRUPTS);
    assert_int_equal(scene_add(&t, &sized, &scene), 3);
    assert_int_equal(t.made, 3);
    assert_int_equal(t.by[GAP_INTERRUPTS], 2);
    assert_int_equal(t.scenes, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_stretches),
        cmocka_unit_test(test_what_is_far_longer_was_made_by_something_else),
        cmocka_unit_test(test_a_scene_that_is_too_short_adds_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
