/* SPDX-License-Identifier: MIT */
/* Expectations of plug-ins; see plugin_expectations.h. */
#include "harness/trial/plugin_expectations.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"

enum { MOST_TEXT = 300 };

/* `of`: "mywork: its expectation 'alike'". */
static int value_ok(const struct workload *w, const struct expectation_value *v, const char *of, struct err *e)
{
    if (v->param && workload_param(w, v->param) < 0)
        return err_set(e, EINVAL, "%s names no parameter of it: '%s'", of, v->param);
    return v->param && v->least > v->most ? err_set(e, EINVAL, "%s: the range of '%s' is empty", of, v->param) : 0;
}

static int limits_ok(const struct expectation *x, const char *of, struct err *e)
{
    bool numbers = isfinite(x->least) && isfinite(x->most) && x->least >= 0 && x->most >= 0;
    if (!numbers || (!(x->least > 0) && !(x->most > 0)) || (x->most > 0 && x->most < x->least))
        return err_set(e, EINVAL, "%s must have .least, .most or both, above 0 and in this order", of);
    if ((unsigned)x->quantity >= EXPECT_QUANTITIES)
        return err_set(e, EINVAL, "%s: its .quantity is unknown", of);
    return x->a.kinds ? 0 : err_set(e, EINVAL, "%s: its .a.kinds is missing", of);
}

static int reasons_ok(const struct expectation *x, const char *of, struct err *e)
{
    int rc = 0;
    unsigned n = 0;
    for (const struct expectation_reason *r = x->reasons; !rc && r && r->text; r++) {
        rc = n++ == EXPECTATION_MOST_REASONS
                 ? err_set(e, EINVAL, "%s has more than %d reasons, or no {0} ends them", of, EXPECTATION_MOST_REASONS)
                 : plugin_text_ok(r->text, "reason", of, MOST_TEXT, e);
        if (!rc && (!isfinite(r->least) || !isfinite(r->most)))
            rc = err_set(e, EINVAL, "%s: the limits of a reason are no numbers", of);
        const char *const names[] = {r->what, r->over, r->has};
        for (unsigned i = 0; !rc && i < ARRAY_LEN(names); i++)
            if (names[i])
                rc = plugin_text_ok(names[i], "name of a cost or fact", of, MOST_TEXT, e);
    }
    return rc;
}

static int one_ok(const struct workload *w, const struct expectation *x, struct err *e)
{
    char of[120];
    int rc = plugin_name_ok(x->id, "expectation's id", w->name, e);
    if (rc)
        return rc;
    snprintf(of, sizeof of, "%s: its expectation '%s'", w->name, x->id);
    for (const struct expectation *y = w->expectations; y < x; y++)
        if (strcmp(y->id, x->id) == 0)
            return err_set(e, EINVAL, "%s is there twice", of);
    const struct expectation_value *const values[] = {&x->a.with, &x->b.with, &x->where[0], &x->where[1]};
    rc = plugin_text_ok(x->text, "text", of, MOST_TEXT, e);
    rc = rc ? rc : limits_ok(x, of, e);
    for (unsigned i = 0; !rc && i < ARRAY_LEN(values); i++)
        rc = value_ok(w, values[i], of, e);
    return rc ? rc : reasons_ok(x, of, e);
}

int plugin_expectations_ok(const struct workload *w, struct err *e)
{
    int rc = 0;
    unsigned n = 0;
    for (const struct expectation *x = w->expectations; !rc && x && x->id; x++)
        rc = n++ == EXPECTATIONS_MOST ? err_set(e, EINVAL, "%s: it has more than %d expectations, or no {0} ends them",
                                                w->name, EXPECTATIONS_MOST)
                                      : one_ok(w, x, e);
    return rc;
}

/* `each` bytes of every element lie in the plug-in, `full` here; an element ends the list whose first member is NULL.
 */
static void *list_widened(const void *from, size_t each, size_t full, size_t most, void *(*keep)(size_t bytes))
{
    char *all = keep((most + 2) * full);
    for (size_t i = 0; all && i <= most; i++) {
        const void *first;
        memcpy(all + i * full, (const char *)from + i * each, each);
        memcpy(&first, all + i * full, sizeof first);
        if (!first)
            break;
    }
    return all;
}

const struct expectation *plugin_expectations_widened(const struct expectation *from, const uint32_t *sizes,
                                                      void *(*keep)(size_t bytes))
{
    struct expectation *all = list_widened(from, sizes[SIZE_EXPECTATION], sizeof *all, EXPECTATIONS_MOST, keep);
    for (struct expectation *x = all; x && x->id; x++)
        if (x->reasons && !(x->reasons = list_widened(x->reasons, sizes[SIZE_REASON], sizeof *x->reasons,
                                                      EXPECTATION_MOST_REASONS, keep)))
            return NULL;
    return all;
}
