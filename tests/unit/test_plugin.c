/* SPDX-License-Identifier: MIT */
/* SHA-256 against the vectors of FIPS 180-4; descriptions of plug-ins, there and back, and the ones that are refused;
 * what a plug-in was built with, against what this program has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/support/sha256.h"
#include "harness/base/base.h"
#include "harness/record/journal.h"
#include "harness/record/plugin_json.h"
#include "harness/trial/plugin.h"

static void test_sha256(void **state)
{
    (void)state;
    static const struct {
        const char *text, *digest;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char out[SHA256_TEXT];
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        sha256_text(known[i].text, strlen(known[i].text), out);
        assert_string_equal(out, known[i].digest);
    }
    static char million[1000000];
    memset(million, 'a', sizeof million);
    sha256_text(million, sizeof million, out);
    assert_string_equal(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(million, 1, sizeof million, f), sizeof million);
    fflush(f);
    assert_int_equal(sha256_file(fileno(f), out), 0);
    assert_string_equal(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    fclose(f);
    assert_int_equal(sha256_file(-1, out), -9); /* EBADF */
}

static int read_text(const char *text, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, text, strlen(text), "<test>", e);
    assert_int_equal(rc, 0);
    rc = read_plugin((struct fields){.json = j, .object = json_root(j), .e = e});
    json_free(j);
    return rc;
}

#define WORKLOAD(name, params)                                                                                         \
    "{\"name\":\"" name "\",\"family\":\"f\","                                                                         \
    "\"summary\":\"s\",\"lesson\":\"l\",\"unit\":\"u\",\"scales\":null,"                                               \
    "\"late_after\":\"n\",\"service\":\"shop\",\"needs\":4,\"group\":2,"                                               \
    "\"rounds\":0,\"uneven\":true,\"task_size\":64,\"params\":[" params "],\"expectations\":[" EXPECTED "]}"
#define EXPECTED                                                                                                       \
    "{\"id\":\"alike\",\"text\":\"t\",\"quantity\":\"p99\",\"least\":0.5,\"most\":2,\"per_cpu\":true,"                 \
    "\"closed_only\":true,\"batch_only\":true,\"a\":" SIDE("2", "\"n\"") ",\"b\":" SIDE(                               \
        "16", "null") ",\"where\":[" VALUE("\"n\"") "," VALUE("null") "],\"reasons\":[{\"text\":\"r\",\"what\":"       \
                                                                      "\"process_switch\",\"over\":\"thread_"          \
                                                                      "switch\",\"least\":1.5,"                        \
                                                                      "\"most\":0,\"has\":null}]}"
#define VALUE(name) "{\"param\":" name ",\"least\":0,\"most\":9}"
#define SIDE(kinds, name)                                                                                              \
    "{\"kinds\":" kinds ",\"cpus_least\":1,\"cpus_most\":2,\"flight_least\":3,\"flight_most\":4,\"flight_each\":5,"    \
    "\"with\":" VALUE(name) "}"
#define PLUGIN(path, name, params)                                                                                     \
    "{\"path\":\"" path "\",\"sha256\":\"00\",\"workloads\":[" WORKLOAD(name, params) "]}"
#define CHOICE                                                                                                         \
    "{\"name\":\"way\",\"summary\":\"s\",\"type\":\"choice\",\"default\":1,\"min\":0,\"max\":1,\"choices\":[\"left\"," \
    "\"right\"]}"
#define COUNT(least) "{\"name\":\"n\",\"summary\":\"s\",\"type\":\"count\",\"default\":5,\"min\":" least ",\"max\":9}"

static void test_description(void **state)
{
    (void)state;
    struct err e = {0};
    assert_int_equal(read_text(PLUGIN("/a.so", "described", CHOICE "," COUNT("1")), &e), 0);
    const struct workload *w = workload_find("described");
    assert_non_null(w);
    assert_int_equal(w->group, 2);
    assert_int_equal(w->needs, NEED_CPU);
    assert_int_equal(workload_param(w, "n"), 1);
    assert_int_equal(w->params[0].fallback, 1);
    assert_string_equal(w->params[0].choices[1], "right");
    assert_null(w->step);
    assert_true(w->uneven);
    assert_string_equal(w->late_after, "n");
    assert_string_equal(w->service->name, "shop");
    const struct expectation *x = w->expectations;
    assert_string_equal(x->id, "alike");
    assert_int_equal(x->quantity, EXPECT_P99);
    assert_true(x->least == 0.5 && x->most == 2 && x->per_cpu && x->closed_only && x->batch_only);
    assert_true(x->a.kinds == KIND_THREADS && x->b.kinds == KIND_PROCESSES && x->b.flight_each == 5);
    assert_true(strcmp(x->a.with.param, "n") == 0 && !x->b.with.param && x->where[0].most == 9);
    assert_string_equal(x->reasons[0].over, "thread_switch");
    assert_null(x->reasons[1].text);
    assert_null(x[1].id);
    assert_string_equal(plugin_of("described")->path, "/a.so");
    assert_null(plugin_of("sleep"));

    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    struct json_writer jw;
    json_init(&jw, f, 0);
    json_begin(&jw, '{');
    put_plugin(&jw, plugin_of("described"), NULL);
    json_end(&jw, '}');
    fclose(f);
    assert_string_equal(text, PLUGIN("/a.so", "described", CHOICE "," COUNT("1")));
    assert_int_equal(read_text(text, &e), 0); /* known already */
    free(text);
}

#define WITH_EXPECTATIONS(list)                                                                                        \
    "{\"path\":\"/b.so\",\"sha256\":\"00\",\"workloads\":[{\"name\":\"new\",\"family\":\"f\",\"summary\":\"s\","       \
    "\"lesson\":null,\"unit\":\"u\",\"scales\":null,\"late_after\":null,\"service\":null,\"needs\":4,\"group\":2,"     \
    "\"rounds\":0,\"uneven\":true,\"task_size\":64,\"params\":[],\"expectations\":" list "}]}"

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {PLUGIN("/b.so", "sleep", ""), "'sleep' has the name of a built-in one"},
        {PLUGIN("/b.so", "described", COUNT("1")), "'described' is another one in /a.so"},
        {PLUGIN("/b.so", "new", COUNT("6")), "\"n\" does not hold its default"},
        {"{\"path\":\"/b.so\",\"sha256\":\"00\",\"workloads\":[]}", "1 to 64 workloads"},
        {"{\"path\":\"/b.so\",\"sha256\":\"00\",\"workloads\":[{}]}", "no \"name\""},
        {"{\"path\":\"/b.so\",\"workloads\":[]}", "no \"sha256\""},
        {WITH_EXPECTATIONS("7"), "\"expectations\" must be"},
        {WITH_EXPECTATIONS("[{}]"), "no \"id\""},
        {WITH_EXPECTATIONS("[{\"id\":\"i\",\"text\":\"t\",\"quantity\":\"joy\"}]"), "joy"},
        {WITH_EXPECTATIONS("[{\"id\":\"i\",\"text\":\"t\",\"quantity\":\"p99\",\"least\":\"x\"}]"),
         "\"least\" must be a number"},
        {WITH_EXPECTATIONS("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]"), "at most 16"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = {0};
        assert_int_not_equal(read_text(bad[i].text, &e), 0);
        if (!strstr(e.text, bad[i].says))
            fail_msg("case %zu says: %s", i, e.text);
    }
    assert_null(workload_find("new"));
    struct err e = {0};
    assert_int_equal(read_text(PLUGIN("/b.so", "described", CHOICE "," COUNT("1")), &e), 0); /* alike: another run's */
}

/* Journals from before say a lesson and no expectations; later ones need no lesson. */
static void test_without_expectations(void **state)
{
    (void)state;
    struct err e = {0};
    assert_int_equal(
        read_text("{\"path\":\"/old.so\",\"sha256\":\"00\",\"workloads\":[{\"name\":\"old\",\"family\":\"f\","
                  "\"summary\":\"s\",\"lesson\":\"l\",\"unit\":\"u\",\"scales\":null,\"late_after\":null,"
                  "\"service\":null,\"needs\":4,\"group\":2,\"rounds\":0,\"uneven\":true,\"task_size\":64,"
                  "\"params\":[]}]}",
                  &e),
        0);
    assert_null(workload_find("old")->expectations);
    assert_string_equal(workload_find("old")->lesson, "l");
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    (void)env;
    span_init(task, share);
    return 0;
}

static enum step step(void *task, struct op *op)
{
    return span_next(task, op) ? STEP_UNIT : STEP_DONE;
}

static uint64_t checksum(const void *task)
{
    return ((const struct span *)task)->next;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    return env->seed + first + n;
}

static int warm(const struct wl_env *env, unsigned in_flight)
{
    return env->tasks < in_flight;
}

static ssize_t answer(const void *state, const char *in, size_t n, struct answer *out)
{
    out->head = in;
    return state ? (ssize_t)n : 0;
}

#define PARAM(name)                                                                                                    \
    {                                                                                                                  \
        name, "s", PARAM_COUNT, 5, 1, 9, NULL                                                                          \
    }
static const struct service service = {.name = "shop", .summary = "s", .answer = answer};
static const struct param params[] = {PARAM("a"), PARAM("b"), {0}};
static const struct param nine[] = {PARAM("a"), PARAM("b"), PARAM("c"), PARAM("d"), PARAM("e"),
                                    PARAM("f"), PARAM("g"), PARAM("h"), PARAM("i"), {0}};
static const struct workload brought = {
    .name = "brought",
    .family = "f",
    .summary = "s",
    .lesson = "l",
    .unit = "u",
    .params = params,
    .rounds = 3,
    .service = &service,
    .task_size = sizeof(struct span),
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
};

/* NULL, or what is refused. */
static const char *refusal(const struct workload_plugin *from, const struct workload_plugin **out)
{
    static struct err e;
    e = (struct err){0};
    *out = plugin_contract(from, "x.so", &e);
    assert_int_equal(*out == NULL, e.code == EINVAL);
    return *out ? NULL : e.text;
}

static void test_contract(void **state)
{
    (void)state;
    const struct workload *const list[] = {&brought, NULL};
    const struct workload_plugin whole = {
        .abi = WORKLOAD_ABI, .kinds = OP_KINDS, .workloads = list, .sizes = WORKLOAD_SIZES_HERE};
    struct workload_plugin p = whole;
    const struct workload_plugin *got;
    assert_null(refusal(&p, &got));
    assert_ptr_not_equal(got->workloads[0], &brought);
    assert_memory_equal(&got->workloads[0]->params[0], &params[0], sizeof params);
    assert_memory_equal(got->workloads[0]->service, &service, sizeof service);
    assert_null(got->workloads[1]);

    p.kinds = 1; /* an older program's */
    p.sizes[SIZE_ENV] = p.sizes[SIZE_SHARE] = p.sizes[SIZE_ANSWER] = 8;
    p.sizes[SIZE_WORKLOAD] = offsetof(struct workload, expected); /* and with no golden value yet */
    assert_string_equal(refusal(&p, &got), "brought: .expected is missing");
    p.sizes[SIZE_WORKLOAD] = whole.sizes[SIZE_WORKLOAD];
    p.sizes[SIZE_SERVICE] = offsetof(struct service, answer);
    assert_string_equal(refusal(&p, &got), "brought: its service has no .answer");
    p.sizes[SIZE_SERVICE] = whole.sizes[SIZE_SERVICE];
    assert_null(refusal(&p, &got));

    struct workload has_warm = brought;
    has_warm.warm = warm;
    const struct workload *const warmed[] = {&has_warm, NULL};
    p = whole;
    p.workloads = warmed;
    assert_null(refusal(&p, &got));
    assert_ptr_equal(got->workloads[0]->warm, warm);
    p.sizes[SIZE_WORKLOAD] = offsetof(struct workload, warm); /* what stands there is none of its struct */
    assert_null(refusal(&p, &got));
    assert_null(got->workloads[0]->warm);

    for (unsigned i = 0; i < WORKLOAD_SIZES; i++) {
        p = whole;
        p.sizes[i]++;
        assert_non_null(strstr(refusal(&p, &got), "was built for a newer contend"));
    }
    p = whole;
    p.sizes[SIZE_PARAM] = offsetof(struct param, choices) - 1;
    assert_non_null(strstr(refusal(&p, &got), "its struct param has 47 bytes"));
    p.sizes[SIZE_PARAM] = whole.sizes[SIZE_PARAM];
    p.sizes[SIZE_OP]--;
    assert_non_null(strstr(refusal(&p, &got), "its struct op has"));
    p = whole;
    p.kinds++;
    assert_non_null(strstr(refusal(&p, &got), "use a newer contend"));
    p = (struct workload_plugin){.abi = WORKLOAD_ABI - 1, .kinds = UINT32_MAX};
    assert_non_null(strstr(refusal(&p, &got), "interface 1, this is 2: build it again with this workload.h"));

    struct workload many = brought;
    many.params = nine;
    const struct workload *const too_many[] = {&many, NULL};
    p = whole;
    p.workloads = too_many;
    assert_non_null(strstr(refusal(&p, &got), "more than 8 parameters"));
}

/* A side of a live comparison is resumed by its journal alone: the program, and which plug-in brings what to it, also
 * where two bring the same workload. */
static void test_sides_travel(void **state)
{
    (void)state;
    char dir[] = "/tmp/contend-sides-XXXXXX", path[64];
    struct err e = {0};
    struct journal *j;
    bool torn;
    assert_int_equal(read_text(PLUGIN("/late.so", "shared", COUNT("1")), &e), 0);
    assert_int_equal(read_text("{\"path\":\"/both.so\",\"sha256\":\"00\",\"workloads\":[" WORKLOAD(
                                   "shared", COUNT("1")) "," WORKLOAD("own", COUNT("1")) "]}",
                               &e),
                     0);
    const struct plugin *late = plugin_with("/late.so", "00"), *both = plugin_with("/both.so", "00");
    struct plugin_set set = {3, {both, both, late}};
    struct cell cells[2] = {{.workload = intern("shared")}, {.workload = intern("own")}};
    unsigned order[] = {1, 0};
    struct plan plan = {.name = intern("test"),
                        .blocks = 1,
                        .visits = 1,
                        .pair = {5, 1, intern("/usr/bin/contend")},
                        .plugins = &set,
                        .n_cells = 2,
                        .cells = cells,
                        .order = order,
                        .n_runnable = 2};
    for (unsigned i = 0; i < 2; i++) {
        cells[i].model = intern("serial");
        cells[i].order = intern("none");
        cells[i].offered = cells[i].workers = cells[i].concurrency = cells[i].tasks = 1;
        cells[i].units = 1;
        cells[i].p[0] = 5;
    }
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/trials.jsonl", dir);
    assert_int_equal(journal_create(&j, dir, &plan, &e), 0);
    journal_close(j);
    struct plan back;
    if (journal_read(dir, &back, NULL, NULL, &torn, &e))
        fail_msg("%s", e.text);
    unlink(path);
    rmdir(dir);
    assert_string_equal(back.pair.program, "/usr/bin/contend");
    assert_true(back.pair.id == 5 && back.pair.side == 1);
    assert_int_equal(back.brought->n, 2);
    assert_ptr_equal(plugin_in(back.brought, "shared"), late);
    assert_ptr_equal(plugin_in(back.brought, "own"), both);
    assert_ptr_equal(plugin_of("shared"), both); /* the last read */
    plan_release(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sha256),   cmocka_unit_test(test_description),
                                       cmocka_unit_test(test_refused),  cmocka_unit_test(test_without_expectations),
                                       cmocka_unit_test(test_contract), cmocka_unit_test(test_sides_travel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
