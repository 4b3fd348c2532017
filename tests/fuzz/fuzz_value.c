/* SPDX-License-Identifier: MIT */
/* Values with units: the first byte says which kind, the rest is the text. What is taken lies in its range, and its own
 * text gives it again. */
#include <errno.h>
#include <string.h>

#include "harness/base/value.h"
#include "harness/record/param_value.h"
#include "tests/fuzz/fuzz.h"

static const char *const choices[] = {"row", "column", "both", NULL};
static const struct param params[] = {
    {"t", "", PARAM_TIME, 1000000, 1, 3600000000000, NULL},
    {"s", "", PARAM_SIZE, 65536, 1, INT64_C(1) << 40, NULL},
    {"n", "", PARAM_COUNT, 1, 0, 1000000000, NULL},
    {"b", "", PARAM_BOOL, 0, 0, 1, NULL},
    {"c", "", PARAM_CHOICE, 0, 0, 2, choices},
};
enum { PARAMS = sizeof params / sizeof *params };

static void param(const struct param *p, const char *text)
{
    struct err e = {0};
    int64_t v, again;
    char own[64];
    int rc = value_param(p, text, &v, &e);
    MUST(rc == 0 || (rc == -EINVAL && e.text[0]));
    if (rc)
        return;
    MUST(v >= p->least && v <= p->most);
    value_text(p, v, own, sizeof own);
    MUST(value_param(p, own, &again, &e) == 0 && again == v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct err e = {0};
    char *text = strndup((const char *)data + 1, size - 1);
    MUST(text);
    unsigned kind = (data[0] - '0') % (PARAMS + 2u);
    double fraction;
    uint64_t n;
    if (kind < PARAMS)
        param(&params[kind], text);
    else if (kind == PARAMS) {
        MUST(value_margin(text, "--equiv", &fraction, &e) || (fraction >= 0 && fraction < 1));
        MUST(value_percent(text, "--precision", &fraction, &e) || (fraction > 0 && fraction < 1));
    } else
        MUST(value_count(text, "--blocks", 3, UINT64_MAX, &n, &e) || n >= 3);
    free(text);
    return 0;
}
