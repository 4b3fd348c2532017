/* SPDX-License-Identifier: MIT */
/* Charts on their pages: no text on another, none beyond the edge; hostile texts are neither script nor markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/figure.h"
#include "harness/figure/look.h"
#include "harness/figure/page.h"
#include "harness/figure/script.h"
#include "harness/figure/svg.h"
#include "harness/figure/text_width.h"
#include "harness/report/text_chart.h"

struct box {
    double left, right, top, bottom;
};

static struct box box_of(const struct page_text *t)
{
    const double wide = text_width(t->text, t->size), half = 0.45 * t->size; /* capitals are 0.73 of the size high */
    const double along = t->align == PAGE_LEFT ? 0 : t->align == PAGE_CENTRE ? wide / 2 : wide;
    if (t->upright)
        return (struct box){t->x - half, t->x + half, t->y - wide + along, t->y + along};
    return (struct box){t->x - along, t->x - along + wide, t->y - half, t->y + half};
}

static void check_page(const struct chart *c)
{
    struct page p;
    page_lay_out(&p, c);
    assert_false(p.no_memory);
    assert_true(p.left > 0 && p.right > p.left + 100 && p.right <= p.width);
    assert_true(p.bottom[0] > p.top[0] && p.bottom[0] < p.height);
    for (unsigned i = 0; i < p.n_texts; i++) {
        const struct box a = box_of(&p.text[i]);
        if (!p.text[i].text[0])
            continue;
        if (a.left < 0 || a.right > p.width || a.top < 0 || a.bottom > p.height)
            fail_msg("'%s' is cut: %g … %g of %g, %g … %g of %g", p.text[i].text, a.left, a.right, p.width, a.top,
                     a.bottom, p.height);
        for (unsigned k = 0; k < i; k++) {
            const struct box b = box_of(&p.text[k]);
            if (p.text[k].text[0] && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
                fail_msg("'%s' lies on '%s'", p.text[i].text, p.text[k].text);
        }
    }
    page_release(&p);
}

static const char long_text[] =
    "On 8 CPUs, threads-with-a-very-long-name is fastest, 2.00× processes (2.00 … 2.00) and 4.00× serial (3.99 … "
    "4.00); "
    "and more is said than has room on one line, or on two of them, since the verdicts of many models are told here";

static struct chart *begin(struct charts *list, enum chart_kind kind)
{
    struct chart *c = chart_add(list, kind);
    assert_non_null(c);
    snprintf(c->title, sizeof c->title, "%s", long_text);
    snprintf(c->subtitle, sizeof c->subtitle, "%s %s", long_text, long_text);
    snprintf(c->x_label, sizeof c->x_label, "tasks in flight");
    return c;
}

static void test_lines(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 16; n += 3)
        for (unsigned panels = 1; panels <= 2; panels++) {
            struct charts list = {0};
            struct chart *c = begin(&list, CHART_OF_LINES);
            c->x = (struct axis){.unit = AXIS_POWERS, .logarithmic = true};
            c->n_panels = panels;
            for (unsigned k = 0; k < panels; k++) {
                c->panel[k].y = (struct axis){.unit = AXIS_NS, .logarithmic = true};
                snprintf(c->panel[k].label, sizeof c->panel[k].label, "99th percentile");
            }
            chart_rule(c, 2, "L1d 32 KiB");
            chart_rule(c, 3, "L2 1 MiB, shared by two CPUs");
            chart_rule(c, 60000, "this machine: 65536 CPUs");
            for (unsigned i = 0; i < n; i++) {
                char name[32];
                snprintf(name, sizeof name, "%s%u", i ? "model-" : "a-model-with-a-long-name-", i);
                struct chart_line *l = chart_line(c, name, look_of("threads"));
                for (unsigned k = 0; k < 17; k++)
                    for (unsigned p = 0; p < panels; p++)
                        assert_true(chart_point(l, p, 1 << k, chart_exact(1e6 + i), CHART_NO_CELL));
            }
            assert_true(chart_fit(c));
            check_page(c);
            charts_release(&list);
        }
}

static void test_rows(void **state)
{
    (void)state;
    static const enum chart_kind kinds[] = {CHART_OF_DOTS, CHART_OF_STACKS, CHART_OF_SHAPES};
    for (size_t kind = 0; kind < ARRAY_LEN(kinds); kind++)
        for (unsigned series = 1; series <= 6; series++) {
            struct charts list = {0};
            struct chart *c = begin(&list, kinds[kind]);
            c->x = (struct axis){
                .unit = AXIS_NS, .least = 1e3, .most = 1e9, .logarithmic = kinds[kind] != CHART_OF_STACKS};
            for (unsigned i = 0; i < series; i++) {
                char name[80];
                snprintf(name, sizeof name, "part %u, of which more is to be said than fits", i);
                chart_series(c, name, chart_part_look(i));
            }
            for (unsigned i = 0; i < 12; i++) {
                struct chart_row *r =
                    chart_row(c, i % 3 ? "threads" : "a row whose name goes on and on, beyond all measure");
                assert_non_null(r);
                r->begins_group = i % 4 == 0;
                snprintf(r->note, sizeof r->note, "1.25 ms, %u ms", i);
                for (unsigned k = 0; k < series; k++)
                    r->at[k] = (struct chart_value){1e5 * (i + 1), 1e5 * i, 1e5 * (i + 3)};
                if (kinds[kind] == CHART_OF_SHAPES) {
                    r->height = calloc(CHART_BINS, sizeof *r->height);
                    assert_non_null(r->height);
                    r->height[i] = 1;
                }
            }
            assert_true(chart_fit(c));
            check_page(c);
            charts_release(&list);
        }
}

static void test_maps(void **state)
{
    (void)state;
    for (unsigned n = 2; n <= 6; n++) {
        struct charts list = {0};
        struct chart *c = begin(&list, CHART_OF_MAP);
        c->n_x = c->n_y = n;
        snprintf(c->y_label, sizeof c->y_label, "wait (waits)");
        for (unsigned i = 0; i < n; i++) {
            snprintf(c->column_name[i], sizeof c->column_name[i], "%u", 1 << i);
            snprintf(c->row_name[i], sizeof c->row_name[i], "%u ms (50 %%)", i);
            for (unsigned k = 0; k < n; k++) {
                struct chart_field *f = chart_field(c, i, k, 0xEEEEEE);
                snprintf(f->head, sizeof f->head, "%s", k % 2 ? "processes-each" : "no winner");
                snprintf(f->text, sizeof f->text,
                         "threads, processes, async, threads-each, processes-pipe, async-threads");
            }
        }
        assert_true(chart_fit(c));
        check_page(c);
        charts_release(&list);
    }
}

static void test_strips(void **state)
{
    (void)state;
    struct charts list = {0};
    struct chart *c = begin(&list, CHART_OF_STRIP);
    c->x.unit = AXIS_NS;
    c->panel[0].y.unit = AXIS_PERCENT;
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "rate over its cell's median");
    for (unsigned i = 0; i < 300; i++) {
        char name[40];
        snprintf(name, sizeof name, "label %u", i % 7);
        assert_true(chart_mark(c, 1e9 * i, 1 + 0.01 * (i % 5), chart_series(c, name, chart_part_look(i % 7))));
    }
    assert_true(chart_fit(c));
    check_page(c);
    charts_release(&list);
}

/* A name is shortened only where it has no room, and says so. */
static void test_names(void **state)
{
    (void)state;
    struct charts list = {0};
    struct page p;
    struct chart *c = begin(&list, CHART_OF_LINES);
    c->x = (struct axis){.unit = AXIS_POWERS, .logarithmic = true};
    static const char *const names[] = {"processes",
                                        "a-model-whose-name-is-so-long-that-it-does-not-fit-next-to-its-line"};
    for (unsigned i = 0; i < 2; i++)
        for (unsigned k = 1; k < 4; k++)
            chart_point(chart_line(c, names[i], look_of(names[i])), 0, k, chart_exact(k + i), CHART_NO_CELL);
    assert_true(chart_fit(c));
    page_lay_out(&p, c);
    unsigned whole = 0, cut = 0;
    for (unsigned i = 0; i < p.n_texts; i++) {
        const char *text = p.text[i].text;
        whole += strcmp(text, names[0]) == 0;
        cut += strncmp(text, names[1], 10) == 0 && strcmp(text + strlen(text) - 3, "…") == 0;
    }
    assert_true(whole == 1 && cut == 1);
    page_release(&p);
    charts_release(&list);
}

/* Breaks lie at spaces where there are any; nothing is lost, and no line is wider than it may be. */
static void test_breaks(void **state)
{
    (void)state;
    for (double width = 60; width < 800; width += 37) {
        char again[sizeof long_text] = "";
        size_t skip;
        for (const char *p = long_text; *p; p += skip) {
            size_t n = text_break(p, 12, width, &skip);
            char line[sizeof long_text];
            assert_true(n > 0 && skip >= n);
            snprintf(line, sizeof line, "%.*s", (int)n, p);
            if (strchr(line, ' '))
                assert_true(text_width(line, 12) <= width + 1e-9);
            text_append(again, sizeof again, "%s%s", again[0] && p[-1] == ' ' ? " " : "", line);
        }
        assert_string_equal(again, long_text);
    }
    size_t skip;
    assert_int_equal(text_break("ééééé", 10, 12, &skip), 2); /* whole characters alone */
    assert_true(fabs(text_width("AB", 1000) - 684 - 686) < 1e-9);
}

static const char hostile[] =
    "a'; system('touch /tmp/x') #`touch x`\n!\" @a $b {/Bold c}\x1b[31m \xff\xc2\x9b\xe2\x80\xae<&>%d";

static void test_hostile_texts(void **state)
{
    (void)state;
    char text[256], script[512], *out;
    size_t n;
    snprintf(text, sizeof text, "%s", hostile);
    chart_clean_text(text);
    assert_string_equal(text, "a'; system('touch /tmp/x') #`touch x` !\" @a $b {/Bold c} [31m ?  <&>%d");
    FILE *f = fmemopen(script, sizeof script, "w");
    script_text(f, "title", hostile);
    fclose(f);
    assert_non_null(strstr(script, "title = 'a'.\"'\".'; system('.\"'\".'touch /tmp/x'.\"'\".') #`touch x` !\""));
    assert_ptr_equal(strchr(script, '\n'), script + strlen(script) - 1); /* one line */
    /* nothing but texts in single quotes with quotes between them */
    for (const char *p = script + strlen("title = "); *p != '\n';) {
        assert_int_equal(*p, '\'');
        p += 1 + strcspn(p + 1, "'\n");
        assert_int_equal(*p++, '\'');
        assert_true(*p == '\n' || strncmp(p, ".\"'\".", 5) == 0);
        p += *p == '\n' ? 0 : 5;
    }
    /* all texts of a chart are cleaned, whatever it is of */
    struct charts list = {0};
    struct chart *c = chart_add(&list, CHART_OF_LINES);
    c->x = (struct axis){.unit = AXIS_POWERS, .logarithmic = true};
    snprintf(c->title, sizeof c->title, "%s", hostile);
    struct chart_line *l = chart_line(c, hostile, look_of(hostile));
    chart_point(l, 0, 1, chart_exact(1), CHART_NO_CELL);
    chart_point(l, 0, 2, chart_exact(2), CHART_NO_CELL);
    assert_true(chart_fit(c));
    f = open_memstream(&out, &n);
    text_chart(f, c, 0);
    fclose(f);
    for (const char *p = out; *p; p++)
        assert_true((unsigned char)*p >= ' ' || *p == '\n');
    assert_null(strstr(out, "\xc2\x9b"));
    free(out);
    charts_release(&list);
}

static void test_svg(void **state)
{
    (void)state;
    char *svg = strdup(
        "<?xml?>\n<svg \n width=\"720\"\n>\n\n<title>Gnuplot</title>\n<desc>Produced</desc>\n\n<g "
        "id=\"canvas\"><title>plot_1"
        "</title><path id='p'/><use xlink:href='#p' fill=\"url(#p)\"/><text> id=\"p\" url(#p)</text></g></svg>\n");
    size_t n = strlen(svg);
    assert_int_equal(svg_finish(&svg, &n, "a-b", "5 < 6 & \"more\"", "<desc>"), 0);
    assert_string_equal(
        svg, "<?xml?>\n<svg role=\"img\" aria-labelledby=\"a-b-title a-b-desc\" \n width=\"720\"\n>\n\n"
             "<title id=\"a-b-title\">5 &lt; 6 &amp; \"more\"</title>\n<desc id=\"a-b-desc\">&lt;desc&gt;</desc>\n\n"
             "<g id=\"a-b-canvas\"><path id='a-b-p'/><use xlink:href='#a-b-p' fill=\"url(#a-b-p)\"/>"
             "<text> id=\"p\" url(#p)</text></g></svg>\n");
    assert_int_equal(n, strlen(svg));
    free(svg);
    svg = strdup("no svg");
    n = strlen(svg);
    assert_int_equal(svg_finish(&svg, &n, "a", "b", "c"), -EBADMSG);
    free(svg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),         cmocka_unit_test(test_rows),  cmocka_unit_test(test_maps),
        cmocka_unit_test(test_strips),        cmocka_unit_test(test_names), cmocka_unit_test(test_breaks),
        cmocka_unit_test(test_hostile_texts), cmocka_unit_test(test_svg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
