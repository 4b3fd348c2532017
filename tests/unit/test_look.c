/* SPDX-License-Identifier: MIT */
/* What models look like: each its own, and the same in whatever company. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/model/model.h"
#include "harness/figure/look.h"

static void test_each_has_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; models[i]; i++) {
        const struct model_look a = look_of(models[i]->name), none = look_of("no such model");
        assert_true(a.letter >= 'A' && a.letter <= 'Z' && a.letter != none.letter);
        assert_true(a.rgb != none.rgb && a.marker != none.marker);
        for (unsigned k = 0; k < i; k++) {
            const struct model_look b = look_of(models[k]->name);
            assert_true(a.rgb != b.rgb && a.marker != b.marker && a.letter != b.letter);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_has_its_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
