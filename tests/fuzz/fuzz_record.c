/* SPDX-License-Identifier: MIT */
/* A trial's line: what the reader takes can be written and read again, and is then the same. */
#include <errno.h>
#include <string.h>

#include "harness/record/journal.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial_record r, again;
    struct err e = {0};
    int rc = record_from_json((const char *)data, size, &r, &e);
    MUST(rc == 0 || (rc == -EINVAL && strncmp(e.text, "<record>:", 9) == 0));
    if (rc)
        return 0;
    MUST(!!r.latency == !r.latency_why);
    char *first = record_to_json(NULL, &r);
    MUST(first);
    rc = record_from_json(first, strlen(first), &again, &e);
    MUST(rc == 0);
    char *second = record_to_json(NULL, &again);
    MUST(second && strcmp(first, second) == 0);
    free(first);
    free(second);
    trial_record_release(&r);
    trial_record_release(&again);
    return 0;
}
