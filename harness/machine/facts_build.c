/* SPDX-License-Identifier: MIT */
/* Facts of this build and of the libraries it runs with. */
#include <gnu/libc-version.h>
#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "harness/base/build.h"
#include "harness/machine/facts_internal.h"

void facts_build(struct facts *f)
{
    unsigned v = hwloc_get_api_version();
    fact_text(f, "build.version", "build", "%s", build_version);
    fact_text(f, "build.commit", "build", "%s", build_commit[0] ? build_commit : "unknown");
    fact_text(f, "build.clean", "build", "%s",
              !build_commit[0]                 ? "unknown"
              : strstr(build_commit, "-dirty") ? "no"
                                               : "yes");
    fact_text(f, "build.compiler", "build", "%s", build_compiler);
    fact_text(f, "build.flags", "build", "%s", build_flags);
    fact_text(f, "build.type", "build", "%s", build_type);
    fact_text(f, "build.sanitize", "build", "%s", build_sanitize[0] ? build_sanitize : "none");
    fact_text(f, "library.libc", "gnu_get_libc_version", "%s", gnu_get_libc_version());
    fact_text(f, "library.libuv", "uv_version_string", "%s", uv_version_string());
    /* The trial sets it for each cell that has a pool; this is what a plain program would get. */
    const char *pool = getenv("UV_THREADPOOL_SIZE");
    fact_text(f, "library.libuv_pool", pool ? "UV_THREADPOOL_SIZE" : "libuv's default", "%s", pool ? pool : "4");
    fact_text(f, "library.hwloc", "hwloc_get_api_version", "%u.%u.%u", v >> 16, v >> 8 & 255, v & 255);
}

bool facts_build_unfit(const struct facts *f, char *what, size_t n)
{
    const char *type = facts_text(f, "build.type"), *sanitize = facts_text(f, "build.sanitize"),
               *flags = facts_text(f, "build.flags");
    static const char *const slow[] = {"-fsanitize", "--coverage", "-O0", "-pg"};
    if (!type || !sanitize) {
        snprintf(what, n, "a build that is not recorded");
        return true;
    }
    if (strcmp(sanitize, "none") != 0) {
        snprintf(what, n, "a %s build with -fsanitize=%s", type, sanitize);
        return true;
    }
    for (unsigned i = 0; flags && i < sizeof slow / sizeof slow[0]; i++)
        if (strstr(flags, slow[i])) {
            snprintf(what, n, "a build with %s", slow[i]);
            return true;
        }
    snprintf(what, n, "a %s build", type);
    return strcmp(type, "Release") != 0;
}

void facts_take_build(struct facts *f, const struct facts *own)
{
    for (unsigned i = 0; i < f->n; i++) {
        struct fact *x = &f->all[i];
        const struct fact *y = facts_find(own, x->name);
        if (strncmp(x->name, "build.", 6) != 0 && strncmp(x->name, "library.", 8) != 0)
            continue;
        if (y)
            *x = *y;
        else
            *x = (struct fact){
                .name = x->name, .status = FACT_ABSENT, .text = "the program does not tell", .source = "doctor --json"};
    }
}
