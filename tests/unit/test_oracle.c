/* SPDX-License-Identifier: MIT */
/* Each statistic against scipy's answer on stored data: oracle/make writes the files and says how scipy was asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/record/json.h"
#include "harness/stats/distribution.h"
#include "harness/stats/hodges_lehmann.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"
#include "harness/stats/variance.h"

enum { MOST = 1000 };
static const double level = 0.95;

static double number(const struct json_value *object, const char *key)
{
    double v = NAN;
    const struct json_value *at = json_get(object, key);
    assert_non_null(at);
    if (json_type(at) != JSON_NULL)
        assert_int_equal(json_get_double(at, &v), 0);
    return v;
}

static unsigned append(const struct json_value *list, double *out, unsigned n)
{
    for (const struct json_value *v = json_first(list); v; v = json_next(v)) {
        assert_true(n < MOST);
        assert_int_equal(json_get_double(v, &out[n++]), 0);
    }
    return n;
}

static unsigned numbers(const struct json_value *object, const char *key, double *out)
{
    unsigned n = append(json_get(object, key), out, 0);
    assert_true(n > 0);
    return n;
}

/* Equal but for rounding; NaN answers null. */
static void agrees(const struct json_value *c, const char *key, double ours)
{
    double theirs = number(json_get(c, "answer"), key);
    if (isnan(theirs) ? !isnan(ours) : !(fabs(ours - theirs) <= 1e-9 * fabs(theirs) + 1e-13)) {
        const char *kind = "";
        json_get_string(json_get(c, "kind"), &kind);
        fail_msg("%s, %s: %.17g here, %.17g in scipy", kind, key, ours, theirs);
    }
}

static void interval_agrees(const struct json_value *c, bool known, const struct stats_interval *i)
{
    agrees(c, "estimate", i->estimate);
    agrees(c, "lower", i->lower);
    agrees(c, "upper", i->upper);
    assert_int_equal(known, !isnan(i->lower));
    assert_true(!known || (i->level >= level && i->level < 1));
}

/* A tail of 1e-300 must be right too, which `agrees` with its room for rounding near 0 can't tell. */
static void check_normal(const struct json_value *c)
{
    double cdf = stats_normal_cdf(number(c, "z")), theirs = number(json_get(c, "answer"), "cdf");
    assert_true(fabs(cdf / theirs - 1) < 1e-10);
    agrees(c, "quantile", stats_normal_quantile(number(c, "p")));
}

static void check_binomial(const struct json_value *c)
{
    double cdf = stats_binomial_cdf((unsigned)number(c, "n"), (long)number(c, "k"), number(c, "p"));
    agrees(c, "cdf", cdf);
}

static void check_log_beta(const struct json_value *c)
{
    agrees(c, "value", stats_log_beta(number(c, "a"), number(c, "b")));
}

/* The probability is a tail, of which an error is relative to it. */
static void check_student(const struct json_value *c)
{
    double df = number(c, "df"), cdf = stats_t_cdf(number(c, "t"), df), theirs = number(json_get(c, "answer"), "cdf");
    assert_true(fabs(cdf / theirs - 1) < 1e-9);
    agrees(c, "quantile", stats_t_quantile(number(c, "p"), df));
}

static void check_fisher(const struct json_value *c)
{
    double cdf = stats_f_cdf(number(c, "x"), number(c, "df1"), number(c, "df2"));
    assert_true(fabs(cdf / number(json_get(c, "answer"), "cdf") - 1) < 1e-9);
}

static void check_gamma(const struct json_value *c)
{
    agrees(c, "digamma", stats_digamma(number(c, "x")));
    agrees(c, "trigamma", stats_trigamma(number(c, "x")));
}

static void check_quantile(const struct json_value *c)
{
    double x[MOST], q = number(c, "q");
    unsigned n = numbers(c, "x", x);
    struct stats_interval i;
    stats_sort(x, n);
    bool known = stats_quantile_interval(x, n, q, level, &i);
    interval_agrees(c, known, &i);
}

static void check_sign(const struct json_value *c)
{
    double x[MOST];
    unsigned n = numbers(c, "x", x);
    agrees(c, "p", stats_sign_test(x, n));
}

static void check_hodges_lehmann(const struct json_value *c)
{
    double x[MOST];
    unsigned n = numbers(c, "x", x);
    struct stats_interval i;
    stats_sort(x, n);
    bool known = stats_hodges_lehmann(x, n, level, &i);
    interval_agrees(c, known, &i);
}

/* The analysis of variance's F is (within + n0 * between) / within. */
static void check_variance(const struct json_value *c)
{
    double x[MOST];
    unsigned len[MOST], n = 0, all = 0;
    for (const struct json_value *g = json_first(json_get(c, "groups")); g; g = json_next(g)) {
        unsigned before = all;
        all = append(g, x, all);
        len[n++] = all - before;
    }
    const struct stats_groups groups = {x, len, n};
    struct stats_variance v;
    assert_true(stats_variance_split(&groups, &v));
    agrees(c, "f", 1 + v.typical_len * v.between / v.within);
    agrees(c, "mean", v.mean);
}

static const struct {
    const char *kind;
    void (*check)(const struct json_value *c);
} checks[] = {
    {"normal", check_normal},     {"binomial", check_binomial}, {"log_beta", check_log_beta},
    {"student", check_student},   {"fisher", check_fisher},     {"gamma", check_gamma},
    {"quantile", check_quantile}, {"sign", check_sign},         {"hodges_lehmann", check_hodges_lehmann},
    {"variance", check_variance},
};

static void check_file(const char *name, size_t cases)
{
    char path[4096];
    struct json *j;
    struct err e = {0};
    size_t n = 0;
    snprintf(path, sizeof path, "%s/unit/oracle/%s.json", TEST_DATA_DIR, name);
    if (json_parse_file(&j, path, 1 << 20, &e))
        fail_msg("%s", e.text);
    for (const struct json_value *c = json_first(json_get(json_root(j), "cases")); c; c = json_next(c), n++) {
        const char *kind;
        size_t i = 0;
        assert_int_equal(json_get_string(json_get(c, "kind"), &kind), 0);
        while (i < sizeof checks / sizeof *checks && strcmp(checks[i].kind, kind) != 0)
            i++;
        assert_true(i < sizeof checks / sizeof *checks);
        checks[i].check(c);
    }
    assert_int_equal(n, cases);
    json_free(j);
}

static void test_distribution(void **state)
{
    (void)state;
    check_file("distribution", 54);
}

/* Where the degrees of freedom have no end, t is the normal distribution and F the chi-square; and the ends. */
static void test_without_end(void **state)
{
    (void)state;
    for (double t = -8; t <= 8; t += 0.5) {
        assert_true(fabs(stats_t_cdf(t, INFINITY) / stats_normal_cdf(t) - 1) < 1e-12);
        if (t > 0) /* the square of a normal value */
            assert_true(fabs(stats_f_cdf(t * t, 1, INFINITY) - (1 - 2 * stats_normal_cdf(-t))) < 1e-6);
    }
    assert_true(stats_t_quantile(0.975, INFINITY) == stats_normal_quantile(0.975));
    assert_true(isinf(stats_t_quantile(0, 3)) && isinf(stats_t_quantile(1, 3)) && isnan(stats_t_cdf(NAN, 3)));
    assert_true(stats_t_cdf(-1e200, 3) == 0 && stats_t_cdf(1e200, 3) == 1 && stats_f_cdf(0, 3, 4) == 0);
}

static void test_order(void **state)
{
    (void)state;
    check_file("order", 12);
}

static void test_rank(void **state)
{
    (void)state;
    check_file("rank", 7);
}

static void test_levels(void **state)
{
    (void)state;
    check_file("levels", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_distribution), cmocka_unit_test(test_without_end),
                                       cmocka_unit_test(test_order), cmocka_unit_test(test_rank),
                                       cmocka_unit_test(test_levels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
