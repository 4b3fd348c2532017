/* SPDX-License-Identifier: MIT */
/* The table of the kinds of op, and records whose kinds are not this program's: of an older one, which lacks some, and
 * of a newer one, which has more. Built twice: test_ops_newer knows the kind "zap" of newer_ops.def. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/journal.h"

enum { OLDEST_KINDS = OP_TICK + 1, NEWER = OP_KINDS > OLDEST_KINDS };

static void test_table(void **state)
{
    (void)state;
    for (unsigned k = 0; k < OP_KINDS; k++) {
        const struct op_info *kind = &op_kinds[k];
        assert_true(kind->name && *kind->name && kind->verb && *kind->verb);
        assert_true(kind->since >= 1 && (!k || kind->since >= op_kinds[k - 1].since)); /* later ones stand at the end */
        assert_false((kind->traits & OP_HAS_BYTES) && (kind->traits & OP_GIVES_FD)); /* a result is one or the other */
        for (unsigned j = 0; j < k; j++)
            assert_string_not_equal(op_kinds[j].name, kind->name);
        static const unsigned traits[] = {OP_WAITS, OP_HAS_BYTES, OP_GIVES_FD, OP_NEEDS_POOL};
        for (size_t t = 0; t < ARRAY_LEN(traits); t++)
            assert_true(op_has((enum op_kind)k, traits[t]) == ((kind->traits & traits[t]) != 0));
    }
    assert_false(op_has(OP_CPU, OP_WAITS));
    assert_true(op_has(OP_PREAD, OP_HAS_BYTES));
    assert_false(op_has(OP_OPEN, OP_HAS_BYTES)); /* a descriptor's number is no number of bytes */
}

/* A record with `ops` for its object of ops. */
static int read_ops_as(const char *ops, struct trial_record *got, struct err *e)
{
    struct trial_record r;
    trial_record_init(&r);
    char *text = record_to_json(NULL, &r), *at, *end, *changed = NULL;
    trial_record_release(&r);
    assert_non_null(text);
    at = strstr(text, "\"ops\":{");
    assert_non_null(at);
    end = strchr(at, '}');
    *at = 0;
    assert_true(asprintf(&changed, "%s\"ops\":%s%s", text, ops, end + 1) > 0);
    int rc = record_from_json(changed, strlen(changed), got, e);
    free(changed);
    free(text);
    return rc;
}

static void test_other_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *ops, *says; /* NULL: it is read */
        uint64_t cpu, tick, zap;
    } cases[] = {
        {"{\"cpu\":3,\"tick\":4}", NULL, 3, 4, 0}, /* the kinds between were not there yet */
        {"{}", NULL, 0, 0, 0},
        {"{\"tick\":4,\"zap\":0,\"cpu\":3}", NULL, 3, 4, 0}, /* a newer program's, which did none of them */
        {"{\"cpu\":3,\"zap\":1}", NEWER ? NULL : "unknown kind of op 'zap' (made by a newer contend?)", 3, 0, 1},
        {"{\"z\\u0061p\":\"0x1\"}", NEWER ? NULL : "unknown kind of op 'zap' (made by a newer contend?)", 0, 0, 1},
        {"{\"zop\":1}", "unknown kind of op 'zop' (made by a newer contend?)", 0, 0, 0},
        {"{\"zop\":{}}", "expected a whole number", 0, 0, 0},
        {"{\"zop\":0,\"zop\":0}", "a key that this object does not have yet", 0, 0, 0},
        {"{\"cpu\":-1}", "\"cpu\" must be a whole number", 0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct trial_record got;
        struct err e = {0};
        int rc = read_ops_as(cases[i].ops, &got, &e);
        if (rc != (cases[i].says ? -EINVAL : 0) || (rc && !strstr(e.text, cases[i].says)))
            fail_msg("%s: %d %s", cases[i].ops, rc, e.text);
        if (rc)
            continue;
        assert_int_equal(got.ops[OP_CPU], cases[i].cpu);
        assert_int_equal(got.ops[OP_TICK], cases[i].tick);
        for (unsigned k = OP_CPU + 1; k < OP_TICK; k++)
            assert_int_equal(got.ops[k], 0);
        for (unsigned k = OLDEST_KINDS; k < OP_KINDS; k++)
            assert_int_equal(got.ops[k], cases[i].zap);
        trial_record_release(&got);
    }
}

/* All kinds that the program knows are written. */
static void test_written(void **state)
{
    (void)state;
    struct trial_record r, got;
    struct err e = {0};
    trial_record_init(&r);
    for (unsigned k = 0; k < OP_KINDS; k++)
        r.ops[k] = 100 + k;
    char *text = record_to_json(NULL, &r);
    assert_non_null(text);
    assert_true((strstr(text, "\"zap\":112") != NULL) == NEWER);
    assert_int_equal(record_from_json(text, strlen(text), &got, &e), 0);
    assert_memory_equal(got.ops, r.ops, sizeof r.ops);
    free(text);
    trial_record_release(&got);
    trial_record_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_other_kinds),
                                       cmocka_unit_test(test_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
