/* SPDX-License-Identifier: MIT */
/* The checks, one function a row of checks.def; those of the processors are in checks_cpu.c. */
#include "harness/machine/checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/machine/checks_internal.h"
#include "harness/record/fields.h"

const char *const severity_names[5] = {"ok", "info", "unknown", "warning", "error"};

enum severity check_say(struct check_result *r, enum severity s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->evidence, sizeof r->evidence, fmt, ap);
    va_end(ap);
    return s;
}

enum severity check_unknown(struct check_result *r, const struct facts *f, const char *name)
{
    const struct fact *x = facts_find(f, name);
    return check_say(r, SEVERITY_UNKNOWN, "%s unavailable (%s: %s)", name, x ? x->source : "not read",
                     x ? x->text : "needs this machine");
}

enum severity check_build(const struct facts *f, struct check_result *r)
{
    const char *type = facts_text(f, "build.type"), *sanitize = facts_text(f, "build.sanitize");
    bool good = type && strcmp(type, "Release") == 0 && sanitize && strcmp(sanitize, "none") == 0;
    return check_say(r, good ? SEVERITY_OK : SEVERITY_ERROR, "%s build, sanitizers: %s", type ? type : "unknown",
                     sanitize ? sanitize : "unknown");
}

enum severity check_commit(const struct facts *f, struct check_result *r)
{
    const char *commit = facts_text(f, "build.commit"), *clean = facts_text(f, "build.clean");
    bool good = clean && strcmp(clean, "yes") == 0;
    return check_say(r, good ? SEVERITY_OK : SEVERITY_INFO, "commit %s", commit ? commit : "unknown");
}

enum severity check_quota(const struct facts *f, struct check_result *r)
{
    double cpus, allowed;
    const char *text = facts_text(f, "container.cpu_quota");
    if (!text)
        return check_unknown(r, f, "container.cpu_quota");
    if (!facts_number(f, "container.cpu_quota", &cpus))
        return check_say(r, SEVERITY_OK, "none");
    if (facts_number(f, "cpu.allowed", &allowed) && cpus >= allowed)
        return check_say(r, SEVERITY_OK, "%.2f CPUs, as many as are allowed (%.0f)", cpus, allowed);
    return check_say(r, SEVERITY_ERROR, "%.2f CPUs by %s", cpus, facts_find(f, "container.cpu_quota")->source);
}

enum severity check_throttling(const struct facts *f, struct check_result *r)
{
    double n;
    if (!facts_number(f, "container.throttled_count", &n))
        return check_unknown(r, f, "container.throttled_count");
    return check_say(r, n > 0 ? SEVERITY_WARNING : SEVERITY_OK, "stopped %.0f times since the group was made", n);
}

enum severity check_cpuset(const struct facts *f, struct check_result *r)
{
    double allowed, online;
    if (!facts_number(f, "cpu.allowed", &allowed))
        return check_unknown(r, f, "cpu.allowed");
    if (!facts_number(f, "cpu.online_count", &online))
        return check_unknown(r, f, "cpu.online_count");
    return check_say(r, allowed < online ? SEVERITY_INFO : SEVERITY_OK, "%.0f of %.0f units are allowed", allowed,
                     online);
}

/* 5 % of one CPU: the coarsest step of a half-second sample is 2 %. */
enum severity check_load(const struct facts *f, struct check_result *r)
{
    double busy;
    const char *largest = facts_text(f, "load.largest"), *average = facts_text(f, "load.average");
    if (!facts_number(f, "load.busy_cpus", &busy))
        return check_unknown(r, f, "load.busy_cpus");
    char by[400] = "";
    if (!largest || strcmp(largest, "none") != 0)
        snprintf(by, sizeof by, "; largest: %s", largest ? largest : "unknown");
    else if (busy > 0.05)
        snprintf(by, sizeof by, "; by no process that is seen here");
    return check_say(r, busy > 0.05 ? SEVERITY_WARNING : SEVERITY_OK, "%.2f CPUs busy%s; load averages %s", busy, by,
                     average ? average : "unknown");
}

enum severity check_pressure(const struct facts *f, struct check_result *r)
{
    double cpu, memory, io;
    if (!facts_number(f, "psi.cpu", &cpu) || !facts_number(f, "psi.memory", &memory) || !facts_number(f, "psi.io", &io))
        return check_unknown(r, f, "psi.cpu");
    bool bad = cpu > 5 || memory > 1 || io > 5;
    return check_say(r, bad ? SEVERITY_WARNING : SEVERITY_OK,
                     "in the last 10 s something waited for CPU %.1f %%, memory %.1f %%, disk %.1f %% of the time", cpu,
                     memory, io);
}

/* A hundredth of the time is what the tick and its softirqs take on a slow virtual machine at the most. */
enum severity check_gaps(const struct facts *f, struct check_result *r)
{
    double rate, lost, largest;
    const char *causes = facts_text(f, "noise.causes");
    if (!facts_number(f, "noise.gaps_per_second", &rate) || !facts_number(f, "noise.lost_percent", &lost) ||
        !facts_number(f, "noise.largest_gap", &largest))
        return check_unknown(r, f, "noise.lost_percent");
    return check_say(r, lost > 1 ? SEVERITY_WARNING : SEVERITY_OK,
                     "%.1f gaps over 20 us a second and unit, %.2f %% of the time, the largest %.3g ms; %s", rate, lost,
                     largest / 1e6, causes ? causes : "causes unknown");
}

/* Runs with steal below 0.5 % still spread; above it they do for certain. */
enum severity check_steal(const struct facts *f, struct check_result *r)
{
    double now, boot;
    if (!facts_number(f, "load.steal_since_boot_percent", &boot))
        return check_unknown(r, f, "load.steal_since_boot_percent");
    if (!facts_number(f, "load.steal_percent", &now))
        now = 0;
    return check_say(r, now > 0.5 || boot > 0.5 ? SEVERITY_WARNING : SEVERITY_OK,
                     "%.2f %% in the sample, %.2f %% since boot", now, boot);
}

/* Of the machine, or less where a group's limit leaves less: what is beyond either is swapped, reclaimed or killed. */
enum severity check_memory(const struct facts *f, struct check_result *r)
{
    double total, available, left, swapped = 0, gib = 1073741824.0;
    if (!facts_number(f, "memory.total", &total) || !facts_number(f, "memory.available", &available))
        return check_unknown(r, f, "memory.available");
    facts_number(f, "memory.swap_used", &swapped);
    bool grouped = facts_number(f, "memory.left", &left) && left < available;
    bool bad = available < 0.1 * total || (grouped ? left : available) < gib;
    bool some = swapped > 0.01 * total;
    if (grouped)
        text_append(r->evidence, sizeof r->evidence, "%.1f GiB left by %s, ", left / gib,
                    facts_find(f, "memory.left")->source);
    text_append(r->evidence, sizeof r->evidence, "%.1f of %.1f GiB available, %.1f GiB swapped out", available / gib,
                total / gib, swapped / gib);
    return bad ? SEVERITY_WARNING : some ? SEVERITY_INFO : SEVERITY_OK;
}

enum severity check_hypervisor(const struct facts *f, struct check_result *r)
{
    const char *vm = facts_text(f, "vm.hypervisor"), *container = facts_text(f, "container.runtime");
    if (!vm)
        return check_unknown(r, f, "vm.hypervisor");
    bool metal = strcmp(vm, "none") == 0;
    return check_say(r, metal ? SEVERITY_OK : SEVERITY_INFO, "hypervisor: %s; container: %s", vm,
                     container ? container : "unknown");
}

/* A clock that is not read in user space costs a system call, 100 ns and more. */
enum severity check_clock_source(const struct facts *f, struct check_result *r)
{
    const char *source = facts_text(f, "kernel.clock_source");
    double cost;
    bool have = facts_number(f, "clock.cost", &cost);
    if (!source && !have)
        return check_unknown(r, f, "kernel.clock_source");
    bool slow =
        source && (strcmp(source, "hpet") == 0 || strcmp(source, "acpi_pm") == 0 || strcmp(source, "jiffies") == 0);
    enum severity s = slow ? SEVERITY_ERROR : have && cost > 100 ? SEVERITY_WARNING : SEVERITY_OK;
    return have ? check_say(r, s, "%s, %.0f ns a reading", source ? source : "unknown", cost)
                : check_say(r, s, "%s", source);
}

enum severity check_open_files(const struct facts *f, struct check_result *r)
{
    double n;
    const char *text = facts_text(f, "limit.open_files");
    if (!text)
        return check_unknown(r, f, "limit.open_files");
    bool few = facts_number(f, "limit.open_files", &n) && n < 65536;
    return check_say(r, few ? SEVERITY_INFO : SEVERITY_OK, "%s descriptors a process", text);
}

enum severity check_stack(const struct facts *f, struct check_result *r)
{
    double n;
    const char *text = facts_text(f, "limit.stack");
    if (!text)
        return check_unknown(r, f, "limit.stack");
    bool small = facts_number(f, "limit.stack", &n) && n < 1048576;
    return small ? check_say(r, SEVERITY_WARNING, "%.0f KiB", n / 1024) : check_say(r, SEVERITY_OK, "%s", text);
}

/* Of a fact that says that something works, or which call was refused and why. */
static enum severity tried(const struct facts *f, struct check_result *r, const char *name, enum severity bad)
{
    const struct fact *x = facts_find(f, name);
    if (!x)
        return check_unknown(r, f, name);
    return x->status == FACT_OK ? check_say(r, SEVERITY_OK, "%s", x->text)
                                : check_say(r, bad, "%s: %s", x->source, x->text);
}

enum severity check_pinning(const struct facts *f, struct check_result *r)
{
    return tried(f, r, "process.pinning", SEVERITY_ERROR);
}

enum severity check_locks(const struct facts *f, struct check_result *r)
{
    return tried(f, r, "scratch.locks", SEVERITY_INFO);
}

enum severity check_processes(const struct facts *f, struct check_result *r)
{
    static const char *const names[] = {"limit.processes", "kernel.threads_max", "kernel.pid_max"};
    double least = 1e18, n;
    const char *which = "no limit", *pids = facts_text(f, "container.pids_limit");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (facts_number(f, names[i], &n) && n < least) {
            least = n;
            which = names[i];
        }
    if (pids && strcmp(pids, "max") != 0 && atof(pids) < least) {
        least = atof(pids);
        which = "container.pids_limit";
    }
    if (least > 1e17)
        return check_unknown(r, f, "limit.processes");
    return check_say(r, least < 5000 ? SEVERITY_INFO : SEVERITY_OK, "%.0f by %s", least, which);
}

/* 4096 is the kernel's own default since 5.4; it was 128. */
enum severity check_somaxconn(const struct facts *f, struct check_result *r)
{
    double n;
    if (!facts_number(f, "kernel.somaxconn", &n))
        return check_unknown(r, f, "kernel.somaxconn");
    return check_say(r, n < 4096 ? SEVERITY_INFO : SEVERITY_OK, "%.0f connections, in this network namespace", n);
}

enum severity check_limits(const struct facts *f, struct check_result *r)
{
    static const char *const names[] = {"limit.cpu_seconds", "limit.file_size", "limit.memory"};
    bool bad = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *text = facts_text(f, names[i]);
        if (!text)
            return check_unknown(r, f, names[i]);
        bad |= strcmp(text, "unlimited") != 0;
        text_append(r->evidence, sizeof r->evidence, "%s%s %s", i ? ", " : "", names[i], text);
    }
    return bad ? SEVERITY_WARNING : SEVERITY_OK;
}

enum severity check_priority(const struct facts *f, struct check_result *r)
{
    const char *policy = facts_text(f, "process.policy");
    double level;
    if (!policy)
        return check_unknown(r, f, "process.policy");
    if (!facts_number(f, "process.nice", &level))
        return check_unknown(r, f, "process.nice");
    bool good = strcmp(policy, "other") == 0 && level <= 0 && level >= 0;
    return check_say(r, good ? SEVERITY_OK : SEVERITY_WARNING, "policy %s, nice %.0f", policy, level);
}

enum severity check_numa_balancing(const struct facts *f, struct check_result *r)
{
    double on;
    const char *nodes = facts_text(f, "kernel.numa_nodes");
    if (nodes && strcmp(nodes, "0") == 0)
        return check_say(r, SEVERITY_OK, "one node");
    if (!facts_number(f, "kernel.numa_balancing", &on))
        return check_unknown(r, f, "kernel.numa_balancing");
    return check_say(r, on > 0 ? SEVERITY_WARNING : SEVERITY_OK, "balancing is %s over nodes %s", on > 0 ? "on" : "off",
                     nodes ? nodes : "unknown");
}

enum severity check_huge_pages(const struct facts *f, struct check_result *r)
{
    const char *text = facts_text(f, "kernel.huge_pages");
    if (!text)
        return check_unknown(r, f, "kernel.huge_pages");
    return check_say(r, strcmp(text, "always") == 0 ? SEVERITY_INFO : SEVERITY_OK, "%s", text);
}

enum severity check_layout(const struct facts *f, struct check_result *r)
{
    double level;
    if (!facts_number(f, "kernel.aslr", &level))
        return check_unknown(r, f, "kernel.aslr");
    return check_say(r, level < 1 ? SEVERITY_WARNING : SEVERITY_OK, "randomize_va_space is %.0f", level);
}

enum severity check_isolation(const struct facts *f, struct check_result *r)
{
    const char *isolated = facts_text(f, "kernel.isolated");
    if (!isolated)
        return check_unknown(r, f, "kernel.isolated");
    return check_say(r, isolated[0] ? SEVERITY_OK : SEVERITY_INFO, "isolated units: %s",
                     isolated[0] ? isolated : "none");
}

/* What a run of many processes needs; the largest suites stay below it. */
enum severity check_memory_limit(const struct facts *f, struct check_result *r)
{
    const char *text = facts_text(f, "container.memory_limit");
    if (!text)
        return check_unknown(r, f, "container.memory_limit");
    double bytes = strcmp(text, "max") == 0 ? 1e18 : atof(text);
    if (bytes > 9e17)
        return check_say(r, SEVERITY_OK, "none");
    return check_say(r, bytes < 2147483648.0 ? SEVERITY_WARNING : SEVERITY_OK, "%.2f GiB", bytes / 1073741824);
}

enum severity check_io_uring(const struct facts *f, struct check_result *r)
{
    double off;
    const char *uv = facts_text(f, "library.libuv");
    if (!facts_number(f, "kernel.io_uring_disabled", &off))
        return check_unknown(r, f, "kernel.io_uring_disabled");
    return check_say(r, off > 0 ? SEVERITY_INFO : SEVERITY_OK, "io_uring_disabled is %.0f; libuv %s", off,
                     uv ? uv : "unknown");
}

enum severity check_scratch(const struct facts *f, struct check_result *r)
{
    static const char *const elsewhere[] = {"tmpfs", "ramfs", "nfs", "9p", "fuse", "cifs", "smb2", "ceph"};
    const char *kind = facts_text(f, "scratch.file_system"), *dir = facts_text(f, "scratch.directory");
    double left;
    if (!kind || !facts_number(f, "scratch.free", &left))
        return check_unknown(r, f, "scratch.file_system");
    enum severity s = left < 1073741824.0 ? SEVERITY_WARNING : SEVERITY_OK;
    for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
        if (s == SEVERITY_OK && strcmp(kind, elsewhere[i]) == 0)
            s = SEVERITY_INFO;
    return check_say(r, s, "%.200s on %s, %.1f GiB free", dir, kind, left / 1073741824);
}

enum severity check_environment(const struct facts *f, struct check_result *r)
{
    const char *text = facts_text(f, "process.environment");
    if (!text)
        return check_unknown(r, f, "process.environment");
    return check_say(r, strncmp(text, "nothing", 7) == 0 ? SEVERITY_OK : SEVERITY_WARNING, "%s", text);
}

const struct check checks[] = {
#define CHECK(function, summary, effect, mend) {#function, summary, effect, mend, check_##function},
#include "harness/machine/checks.def"
#undef CHECK
    {0},
};

unsigned checks_run(const struct facts *f, struct check_result *out)
{
    unsigned n = 0;
    for (; n < CHECKS_MAX && checks[n].id; n++) {
        out[n] = (struct check_result){.id = checks[n].id, .effect = checks[n].effect, .mend = checks[n].mend};
        out[n].severity = checks[n].judge(f, &out[n]);
    }
    return n;
}

enum severity checks_worst(const struct check_result *r, unsigned n)
{
    enum severity worst = SEVERITY_OK;
    for (unsigned i = 0; i < n; i++)
        worst = r[i].severity > worst ? r[i].severity : worst;
    return worst;
}

void checks_to_json(struct json_writer *w, const struct check_result *r, unsigned n)
{
    json_begin(w, '[');
    for (unsigned i = 0; i < n; i++) {
        json_begin(w, '{');
        put_string(w, "id", r[i].id);
        put_string(w, "severity", severity_names[r[i].severity]);
        put_string(w, "evidence", r[i].evidence);
        put_string(w, "effect", r[i].effect);
        put_string(w, "mend", r[i].mend);
        json_end(w, '}');
    }
    json_end(w, ']');
}
