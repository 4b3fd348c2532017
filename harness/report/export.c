/* SPDX-License-Identifier: MIT */
/* The table of formats; see export.h. */
#include "harness/report/export.h"

#include "harness/report/export_run.h"

const char *const export_what_names[EXPORT_WHATS] = {
    [EXPORT_TRIALS] = "trials",
    [EXPORT_CELLS] = "cells",
    [EXPORT_COMPARISONS] = "comparisons",
};

#define EXPORT(function, name, summary, tables, traits) {name, summary, tables, traits, export_##function},
const struct export_format export_formats[] = {
#include "harness/report/export.def"
    {0}};
#undef EXPORT

int export_write(FILE *out, const struct export_format *f, enum export_what what, const char *dir,
                 const struct summary *s, const volatile int *stop, struct err *e)
{
    struct export_run x = {.dir = dir, .summary = s, .what = what, .stop = stop};
    int rc = export_run_init(&x, e);
    rc = rc ? rc : f->write(out, &x, e);
    export_run_release(&x);
    return rc;
}
