/* SPDX-License-Identifier: MIT */
/* Pages: what a user wrote is never markup, elements are nested, links lead somewhere, the same run gives the same
 * bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <errno.h>

#include "harness/page/html.h"
#include "harness/page/page.h"
#include "harness/page/svg.h"
#include "tests/unit/made_run.h"

static char *escaped(const char *text)
{
    char *out = NULL;
    size_t n;
    FILE *f = open_memstream(&out, &n);
    assert_non_null(f);
    html_escape(f, text);
    fclose(f);
    return out;
}

#define NO "\xef\xbf\xbd"

static void test_escape(void **state)
{
    static const struct {
        const char *text, *is;
    } cases[] = {
        {"", ""},
        {"plain é … ×", "plain é … ×"},
        {"<script>alert('1')</script>", "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"},
        {"\" onload=\"x", "&quot; onload=&quot;x"},
        {"&amp;", "&amp;amp;"},
        {"a\nb\tc", "a\nb\tc"},
        {"a\x01"
         "b\x7f\x1b[31m",
         "a" NO "b" NO NO "[31m"},
        {"\xff\xc3", NO NO},
        {"\xc0\xbcscript", NO NO "script"},                  /* < in two bytes where one will do */
        {"\xc2\x9b", NO},                                    /* a control character in two bytes */
        {"a\u202e\u2066\u200f\u2028z", "a" NO NO NO NO "z"}, /* what would turn the direction of the text */
        {"\ufeff\U0001fffe", NO NO},
        {"\U0001f600", "\U0001f600"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP_FREE char *is = escaped(cases[i].text);
        assert_string_equal(is, cases[i].is);
    }
}

static void test_nesting(void **state)
{
    (void)state;
    FILE *f = fopen("/dev/null", "w");
    struct html h;
    html_init(&h, f);
    html_open(&h, "p", "class", "a", NULL);
    html_element(&h, "b", "text", "title", NULL, NULL);
    html_void(&h, "br", NULL);
    html_close(&h, "p");
    assert_false(h.fault || h.depth);
    html_close(&h, "p"); /* nothing is open */
    assert_true(h.fault);
    html_init(&h, f);
    html_open(&h, "p", NULL);
    html_close(&h, "b");
    assert_true(h.fault);
    static const char *const wrong[] = {"", "a b", "p>", "1p", "p\"", "averyveryverylongnameoftag"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        html_init(&h, f);
        html_void(&h, wrong[i], NULL);
        assert_true(h.fault);
        html_init(&h, f);
        html_void(&h, "p", wrong[i], "value", NULL);
        assert_true(h.fault);
    }
    html_init(&h, f);
    for (unsigned i = 0; i <= HTML_DEPTH; i++)
        html_open(&h, "p", NULL);
    assert_true(h.fault);
    fclose(f);
}

/* An attribute's value and a printed text are escaped, too. */
static void test_attributes(void **state)
{
    char *out = NULL;
    size_t n;
    struct html h;
    (void)state;
    FILE *f = open_memstream(&out, &n);
    html_init(&h, f);
    html_open(&h, "a", "href", "x\"><img src=x onerror=y>", "left", NULL, NULL);
    html_printf(&h, "%s%%", "<b>");
    html_close(&h, "a");
    fclose(f);
    assert_string_equal(out, "<a href=\"x&quot;&gt;&lt;img src=x onerror=y&gt;\">&lt;b&gt;%</a>");
    free(out);
}

static char *copied(const char *svg, int expected)
{
    char *out = NULL;
    size_t n;
    struct html h;
    FILE *f = open_memstream(&out, &n);
    html_init(&h, f);
    int rc = svg_copy(&h, svg, strlen(svg), "p-", "label");
    fclose(f);
    if (rc != expected)
        print_error("%s: %d\n", svg, rc);
    assert_int_equal(rc, expected);
    if (!rc)
        assert_false(h.fault || h.depth);
    return out;
}

#define ROOT "<svg role=\"img\" aria-label=\"label\">"

static void test_svg(void **state)
{
    static const struct {
        const char *svg, *is;
    } cases[] = {
        {"<?xml version=\"1.0\"?><!DOCTYPE svg><!-- c --><svg xmlns='x' width='8' height=\"9\"/>\n", ROOT "</svg>"},
        {"<svg><script>alert(1)</script><g onload='x' id='a'/></svg>", ROOT "<g id=\"p-a\"></g></svg>"},
        {"<svg><foreignObject><p>x</p></foreignObject><style>*{}</style><image href='http://x'/><a "
         "href='x'><g/></a></svg>",
         ROOT "</svg>"},
        {"<svg><use xlink:href='#gp.1'/><use href='http://x/#a'/><use href='javascript:x'/></svg>",
         ROOT "<use href=\"#p-gp.1\"></use><use></use><use></use></svg>"},
        {"<svg><g fill='url(#a)' stroke='url(http://x)' clip-path='url(#b) x'/></svg>",
         ROOT "<g fill=\"url(#p-a)\"></g></svg>"},
        {"<svg><g fill=' hsl(10, 5%, .5)' stroke='rgb(1,2,3) url(http://x)' /><g fill='hslurl(#b)'/></svg>",
         ROOT "<g fill=\"hsl(10, 5%, .5)\"></g><g></g></svg>"},
        {"<svg><g style='fill:none; stroke: rgb(1,2,3);background:url(http://x);stroke-width:2;x y:1'/></svg>",
         ROOT "<g fill=\"none\" stroke=\"#010203\" stroke-width=\"2\"></g></svg>"},
        {"<svg><g color='rgb(176, 0,255)' fill='rgb(256,0,0)' stroke='rgb(1%,2,3)'/><g color='url(http://x)'/></svg>",
         ROOT "<g color=\"#b000ff\" fill=\"rgb(256,0,0)\" stroke=\"rgb(1%,2,3)\"></g><g></g></svg>"},
        {"<svg><g fill='rgb(1,2,3,4)' stroke='rgb(1,2)'/></svg>",
         ROOT "<g fill=\"rgb(1,2,3,4)\" stroke=\"rgb(1,2)\"></g></svg>"},
        {"<svg><text>a &lt;b&gt; &amp;#60; &#60;&#x3e; &apos;&#0;&nbsp;</text></svg>",
         ROOT "<text>a &lt;b&gt; &amp;#60; &lt;&gt; &#39;" NO "&amp;nbsp;</text></svg>"},
        {"<svg aria-labelledby='t d \"'><title id='t'>x</title></svg>",
         "<svg role=\"img\" aria-label=\"label\" aria-labelledby=\"p-t p-d\"><title id=\"p-t\">x</title></svg>"},
        {"<svg>\n a <g> b\n<text> c <tspan>d</tspan></text></g></svg>",
         ROOT "<g><text> c <tspan>d</tspan></text></g></svg>"},
        {"<svg><path d='M0,0 L1,1'></path ></svg><svg><script/></svg>", ROOT "<path d=\"M0,0 L1,1\"></path></svg>"},
    };
    static const char *const wrong[] = {"",
                                        "text",
                                        "<g/>",
                                        "<svg>",
                                        "<svg><g></svg>",
                                        "<svg></g></svg>",
                                        "<svg a></svg>",
                                        "<svg a=b></svg>",
                                        "<svg a='b></svg>",
                                        "<svg",
                                        "<svg><!-- </svg>",
                                        "<svg><![CDATA[<script>]]></svg>",
                                        "<svg><?x </svg>",
                                        "<svg><g/",
                                        "<svg><>"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP_FREE char *is = copied(cases[i].svg, 0);
        assert_string_equal(is, cases[i].is);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        free(copied(wrong[i], -EINVAL));
    char deep[HTML_DEPTH * 8 + 16] = "<svg>";
    for (unsigned i = 0; i < HTML_DEPTH; i++)
        text_append(deep, sizeof deep, "<g>");
    free(copied(deep, -EINVAL));
}

/* Does the page hold `<tag …>` of this name, and are all of them balanced? */
static void check_balanced(const char *page)
{
    static const char *const voids[] = {"meta", "link", "br"};
    char open[64][24];
    unsigned depth = 0;
    for (const char *at = page; (at = strchr(at, '<'));) {
        char name[24] = "";
        bool closes = at[1] == '/';
        at += 1 + closes;
        if (*at == '!') /* the document type */
            continue;
        size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        assert_true(n > 0 && n < sizeof name);
        memcpy(name, at, n);
        bool is_void = false;
        for (size_t i = 0; i < ARRAY_LEN(voids); i++)
            is_void |= strcmp(voids[i], name) == 0;
        if (closes) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else if (!is_void) {
            assert_true(depth < ARRAY_LEN(open));
            memcpy(open[depth++], name, sizeof name);
        }
        if (!closes && (strcmp(name, "style") == 0 || strcmp(name, "script") == 0)) { /* no markup inside */
            char end[32];
            snprintf(end, sizeof end, "</%s>", name);
            at = strstr(at, end);
            assert_non_null(at);
        }
    }
    assert_int_equal(depth, 0);
}

static bool has_id(const char *page, const char *id, size_t n)
{
    char text[160];
    snprintf(text, sizeof text, " id=\"%.*s\"", (int)n, id);
    const char *first = strstr(page, text);
    assert_true(!first || !strstr(first + 1, text)); /* once */
    return first;
}

static void check_links(const char *page)
{
    unsigned n = 0;
    for (const char *at = page; (at = strstr(at, " href=\"")); n++) {
        at += strlen(" href=\"");
        size_t length = strcspn(at, "\"");
        if (strncmp(at, "data:,", 6) == 0) /* no icon */
            continue;
        assert_int_equal(*at, '#');
        if (!has_id(page, at + 1, length - 1))
            print_error("nothing is at %.*s\n", (int)length, at);
        assert_true(has_id(page, at + 1, length - 1));
    }
    assert_true(n > 10);
}

static char *page_of(const struct summary *s, const char *dir)
{
    const struct page_figures none = {.why = "no figure <was> drawn"};
    struct err e = {0};
    char *page;
    size_t n;
    assert_int_equal(page_of_run(s, dir, &none, &page, &n, &e), 0);
    assert_int_equal(strlen(page), n);
    return page;
}

static const char *const names[] = {"serial", "threads", "processes", "async"};

static void test_page_of_a_run(void **state)
{
    (void)state;
    struct plan p = made_plan(12, 8, 2);
    made_models(&p, "primes", 2, 16, names, 4)->serial = 0;
    made_models(&p, "sleep", 1, 4, names, 4)->serial = 4;
    p.name = intern("<script>alert(1)</script>");
    p.command = intern("contend run '<b>'");
    struct summary s = made_summary(&p, (const double[]){1e6, 2e6, 2e6, 1e6, 1e3, 0, 2e3, 4e3});
    CLEANUP_FREE char *page = page_of(&s, "runs/<i>&"), *again = page_of(&s, "runs/<i>&");
    assert_string_equal(page, again);
    check_balanced(page);
    check_links(page);
    assert_null(strstr(page, "<script>alert"));
    assert_null(strstr(page, "<b>"));
    assert_null(strstr(page, "<i>"));
    assert_null(strstr(page, "<was>"));
    assert_null(strstr(page, " style="));
    assert_null(strstr(page, " onclick="));
    assert_null(strstr(page, "nan"));
    for (unsigned i = 0; i < p.n_cells; i++) {
        char id[CELL_ID_MAX], code[CELL_ID_MAX + 16];
        plan_cell_id(&p, i, id, sizeof id);
        snprintf(code, sizeof code, "<code>%.1000s</code>", id);
        assert_non_null(strstr(page, code));
    }
    static const char *const said[] = {"&lt;script&gt;alert(1)&lt;/script&gt;: which model for which work",
                                       "contend run &#39;&lt;b&gt;&#39;",
                                       "shown to be faster than each of the 2 others",
                                       "sure of those measured",
                                       "1 other has no whole trial here",
                                       "no difference (within 2 %)",
                                       "each interval lies within ±2 %",
                                       "no figure &lt;was&gt; drawn",
                                       "contend show &#39;runs/&lt;i&gt;&amp;&#39;\ncontend plot",
                                       "contend show &#39;runs/&lt;i&gt;&amp;&#39; --cell N",
                                       "--seed 7"};
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        if (!strstr(page, said[i]))
            print_error("the page does not say: %s\n", said[i]);
        assert_non_null(strstr(page, said[i]));
    }
    summary_release(&s);
    plan_release(&p);
}

/* 100 cells in 30 blocks, all compared with each other at their points, are at most 2 MB without their figures. */
static void test_large(void **state)
{
    static const char *const ten[] = {"serial",         "threads", "threads-each",  "threads-gil", "processes",
                                      "processes-pipe", "async",   "async-offload", "fibers",      "async-threads"};
    double rates[100];
    (void)state;
    struct plan p = made_plan(30, 100, 10);
    for (unsigned i = 0; i < 10; i++)
        made_models(&p, "request", 2, 1u << i, ten, 10)->serial = (int)(10 * i);
    for (unsigned i = 0; i < 100; i++)
        rates[i] = 1e4 * (1 + 0.01 * ((i * 37) % 100));
    struct summary s = made_summary(&p, rates);
    CLEANUP_FREE char *page = page_of(&s, "large");
    check_balanced(page);
    check_links(page);
    assert_int_equal(s.n_comparisons, 450);
    if (strlen(page) > 1500000)
        print_error("%zu bytes\n", strlen(page));
    assert_true(strlen(page) <= 1500000); /* figures have the rest */
    summary_release(&s);
    plan_release(&p);
}

/* Nothing was measured, and nothing is known of the machine: the page is whole all the same. */
static void test_empty(void **state)
{
    (void)state;
    struct plan p = made_plan(4, 4, 1);
    made_models(&p, "primes", 1, 2, names, 4);
    struct summary s = made_summary(&p, (const double[]){0, 0, 0, 0});
    CLEANUP_FREE char *page = page_of(&s, "there");
    check_balanced(page);
    assert_non_null(strstr(page, "No whole trial"));
    assert_non_null(strstr(page, "not measured"));
    assert_null(strstr(page, "nan"));
    summary_release(&s);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(plan_leave_out(&p, i, "it can't run"), 0);
    struct summary none = made_summary(&p, (const double[]){0, 0, 0, 0});
    CLEANUP_FREE char *skipped = page_of(&none, "there");
    check_balanced(skipped);
    assert_non_null(strstr(skipped, "No cell of this run could be measured"));
    assert_non_null(strstr(skipped, "it can&#39;t run"));
    summary_release(&none);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape), cmocka_unit_test(test_nesting), cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_svg),    cmocka_unit_test(test_empty),   cmocka_unit_test(test_page_of_a_run),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
