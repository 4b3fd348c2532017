/* SPDX-License-Identifier: MIT */
/* The catalogue's expectations: each is whole, each side names a model, and a plan of the command that is shown for it
 * has its cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/insight/expectations.h"
#include "harness/machine/machine.h"
#include "harness/model/model.h"
#include "harness/plan/sweep.h"

/* Every kind is one model's, so that each side names somebody. */
static void test_kinds(void **state)
{
    (void)state;
    unsigned seen = 0;
    for (unsigned i = 0; models[i]; i++) {
        assert_int_equal(models[i]->kind & (models[i]->kind - 1), 0);
        assert_int_equal(seen & models[i]->kind, 0);
        seen |= models[i]->kind;
    }
    assert_int_equal(seen, 2 * KIND_FIBERS - 1);
}

static bool knows(const struct workload *w, const struct expectation_value *v)
{
    int i = v->param ? workload_param(w, v->param) : 0;
    return !v->param ||
           (i >= 0 && v->least <= v->most && v->least <= w->params[i].most && v->most >= w->params[i].least);
}

static void test_catalogue(void **state)
{
    (void)state;
    const struct workload *w;
    for (size_t i = 0; (w = workloads[i]); i++) {
        unsigned n = 0;
        assert_null(w->lesson);
        for (const struct expectation *x = w->expectations; x && x->id; x++) {
            unsigned reasons = 0;
            for (const struct expectation_reason *r = x->reasons; r && r->text; r++)
                reasons++;
            bool sound = (x->least > 0 || x->most > 0) && (!(x->most > 0) || x->least < x->most) && x->a.kinds &&
                         reasons <= EXPECTATION_MOST_REASONS && knows(w, &x->a.with) && knows(w, &x->b.with) &&
                         knows(w, &x->where[0]) && knows(w, &x->where[1]) && strlen(x->text) <= 300;
            if (!sound)
                fail_msg("%s: %s", w->name, x->id);
            n++;
        }
        if (!n || n > EXPECTATIONS_MOST)
            fail_msg("%s has %u expectations", w->name, n);
    }
}

/* The options of a command that the program shows, as far as they are there, into a request. */
static void take(struct request *q, const char *command)
{
    char text[EXPECTATION_COMMAND_MAX], *rest = text, *word;
    struct err e = {0};
    struct sweep *s = NULL;
    snprintf(text, sizeof text, "%s", command);
    assert_true(strlen(command) < sizeof text - 1);
    strsep(&rest, " ");
    strsep(&rest, " ");
    while ((word = strsep(&rest, " "))) {
        char *value = strsep(&rest, " ");
        assert_non_null(value);
        int rc = 0;
        if (strcmp(word, "--workload") == 0)
            s = request_add(q, workload_find(value));
        else if (strcmp(word, "--models") == 0)
            rc = sweep_models(s, value, &e);
        else if (strcmp(word, "--workers") == 0)
            rc = sweep_numbers(value, "workers", s->workers, &s->n_workers, &e);
        else if (strcmp(word, "--concurrency") == 0)
            rc = sweep_numbers(value, "concurrency", s->concurrency, &s->n_concurrency, &e);
        else if (strcmp(word, "--mode") == 0)
            s->mode = MODE_CLOSED;
        else if (strcmp(word, "--set") == 0) {
            char *name = strsep(&value, "=");
            rc = sweep_set(s, name, value, &e);
        } else
            fail_msg("%s: %s", command, word);
        if (rc)
            fail_msg("%s: %s", command, e.text);
    }
}

/* Each expectation of the catalogue can be measured, on a machine with two CPUs. */
static void test_commands(void **state)
{
    (void)state;
    const struct workload *w;
    unsigned done = 0;
    int allowed[CELL_MAX_PUS];
    const unsigned cpus = pin_allowed(allowed, CELL_MAX_PUS);
    for (size_t i = 0; (w = workloads[i]); i++)
        for (const struct expectation *x = w->expectations; x && x->id; x++) {
            char command[EXPECTATION_COMMAND_MAX];
            struct request q;
            struct plan p = {0};
            struct err e = {0};
            struct expectation_pair *pairs;
            expectation_command(command, sizeof command, w, x);
            request_init(&q);
            take(&q, command);
            if (plan_build(&p, &q, &e))
                fail_msg("%s: %s", command, e.text);
            int n = expectation_pairs(&p, w, x, &pairs);
            /* on one CPU two workers have none of their own */
            if (n < 0 || (!n && !(strstr(command, "--workers") && cpus == 1)))
                fail_msg("%s of %s has no cells in: %s", x->id, w->name, command);
            free(pairs);
            plan_release(&p);
            request_release(&q);
            done++;
        }
    assert_true(done > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds), cmocka_unit_test(test_catalogue),
                                       cmocka_unit_test(test_commands)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
