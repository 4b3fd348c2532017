/* SPDX-License-Identifier: MIT */
/* Facts of the kernel: what it is, its clock, and the settings that change what a trial costs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench/support/sha256.h"
#include "harness/base/base.h"
#include "harness/machine/facts_internal.h"
#include "harness/measure/clock.h"

#define CLOCKS "/sys/devices/system/clocksource/clocksource0"

/* In the kernel's configuration, else the step of the clock that the tick moves; sysconf's is that of /proc's counters.
 */
static void tick_rate(struct facts *f)
{
    char release[160], path[256], text[32];
    int got = fact_read(f, "/proc/sys/kernel/osrelease", release, sizeof release);
    snprintf(path, sizeof path, "/boot/config-%s", got > 0 ? release : "?");
    char whole[512], line[160];
    fact_path(f, path, whole, sizeof whole);
    FILE *file = fopen(whole, "re");
    int code = file ? ENOENT : errno;
    text[0] = 0;
    while (file && !text[0] && fgets(line, sizeof line, file))
        if (sscanf(line, "CONFIG_HZ=%31s", text) != 1)
            text[0] = 0;
    if (file)
        fclose(file);
    struct timespec step;
    if (text[0])
        fact_text(f, "kernel.hz", path, "%s", text);
    else if (!facts_are_remote(f) && !clock_getres(CLOCK_MONOTONIC_COARSE, &step) && step.tv_nsec > 0)
        fact_text(f, "kernel.hz", "clock_getres(CLOCK_MONOTONIC_COARSE)", "%.0f", 1e9 / (double)step.tv_nsec);
    else
        fact_missing(f, "kernel.hz", path, code, file ? "no CONFIG_HZ in it" : NULL);
}

/* "preempt", "voluntary" … where the kernel can switch it, else from the words of its version. */
static void preemption(struct facts *f)
{
    static const char path[] = "/sys/kernel/debug/sched/preempt";
    char text[320];
    if (fact_read(f, path, text, sizeof text) > 0) {
        fact_chosen(f, "kernel.preemption", path);
        return;
    }
    int got = fact_read(f, "/proc/sys/kernel/version", text, sizeof text);
    const char *kind = got <= 0                          ? NULL
                       : strstr(text, "PREEMPT_RT")      ? "rt"
                       : strstr(text, "PREEMPT_DYNAMIC") ? "dynamic"
                       : strstr(text, "PREEMPT")         ? "full"
                                                         : "none or voluntary";
    if (kind)
        fact_text(f, "kernel.preemption", "/proc/sys/kernel/version", "%s", kind);
    else
        fact_missing(f, "kernel.preemption", "/proc/sys/kernel/version", -got, NULL);
}

static void mitigations(struct facts *f)
{
    static const char *const names[] = {
        "meltdown",        "spectre_v1",    "spectre_v2", "spec_store_bypass",   "mds", "l1tf", "retbleed",
        "tsx_async_abort", "itlb_multihit", "srbds",      "gather_data_sampling"};
    char path[128], text[160], all[320] = "";
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof path, "/sys/devices/system/cpu/vulnerabilities/%s", names[i]);
        if (fact_read(f, path, text, sizeof text) <= 0 || strncmp(text, "Not affected", 12) == 0)
            continue;
        int words = (int)strcspn(text, ";,");
        text_append(all, sizeof all, "%s%s: %.*s", all[0] ? "; " : "", names[i], words, text);
    }
    snprintf(path, sizeof path, "/sys/devices/system/cpu/vulnerabilities/%s", names[0]);
    int got = fact_read(f, path, text, sizeof text);
    if (got < 0)
        fact_missing(f, "kernel.mitigations", "/sys/devices/system/cpu/vulnerabilities", -got, NULL);
    else
        fact_text(f, "kernel.mitigations", "/sys/devices/system/cpu/vulnerabilities", "%s",
                  all[0] ? all : "none needed");
}

static void clock_cost(struct facts *f)
{
    static const char source[] = "measured: clock_gettime(CLOCK_MONOTONIC)";
    if (facts_are_remote(f))
        fact_missing(f, "clock.cost", source, ENOENT, "read from a copy of another machine's files");
    else
        fact_number(f, "clock.cost", source, clock_cost_ns());
}

/* Which machine this is, without its name: what is kept of a run may be shown to others. */
static void host(struct facts *f)
{
    static const char source[] = "SHA-256 of /etc/machine-id and the host's name";
    char text[400], name[200] = "", digest[SHA256_TEXT];
    int got = fact_read(f, "/etc/machine-id", text, 160);
    text[got > 0 ? got : 0] = 0;
    int named = fact_read(f, "/proc/sys/kernel/hostname", name, sizeof name);
    if (got <= 0 && named <= 0) {
        fact_missing(f, "host.id", source, named < 0 ? -named : ENOENT, NULL);
    } else {
        text_append(text, sizeof text, "\n%s", name);
        sha256_text(text, strlen(text), digest);
        fact_text(f, "host.id", source, "%.12s", digest);
    }
    fact_file(f, "host.boot", "/proc/sys/kernel/random/boot_id");
}

void facts_kernel(struct facts *f)
{
    fact_file(f, "kernel.release", "/proc/sys/kernel/osrelease");
    fact_file(f, "kernel.version", "/proc/sys/kernel/version");
    fact_file(f, "kernel.command_line", "/proc/cmdline");
    tick_rate(f);
    preemption(f);
    fact_file(f, "kernel.isolated", "/sys/devices/system/cpu/isolated");
    fact_file(f, "kernel.nohz_full", "/sys/devices/system/cpu/nohz_full");
    mitigations(f);
    fact_file_number(f, "kernel.aslr", "/proc/sys/kernel/randomize_va_space", 1);
    fact_chosen(f, "kernel.huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled");
    fact_file_number(f, "kernel.numa_balancing", "/proc/sys/kernel/numa_balancing", 1);
    fact_file(f, "kernel.numa_nodes", "/sys/devices/system/node/online");
    fact_file(f, "kernel.clock_source", CLOCKS "/current_clocksource");
    fact_file(f, "kernel.clock_sources", CLOCKS "/available_clocksource");
    clock_cost(f);
    fact_file_number(f, "kernel.perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", 1);
    fact_file_number(f, "kernel.swappiness", "/proc/sys/vm/swappiness", 1);
    fact_file_number(f, "kernel.io_uring_disabled", "/proc/sys/kernel/io_uring_disabled", 1);
    host(f);
}
