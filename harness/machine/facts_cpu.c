/* SPDX-License-Identifier: MIT */
/* Facts of the processors: what they are, how fast they may run and what slows them. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/facts_internal.h"
#include "harness/machine/machine.h"

#define CPUS "/sys/devices/system/cpu"

enum { CPUS_MOST = 1024, DISTINCT = 8 };

static void cpuinfo(struct facts *f, const char *name, const char *key)
{
    char text[160];
    int rc = fact_read_key(f, "/proc/cpuinfo", key, text, sizeof text);
    if (rc)
        fact_missing(f, name, "/proc/cpuinfo", -rc, rc == -ENOENT ? "no such line" : NULL);
    else
        fact_text(f, name, "/proc/cpuinfo", "%s", text);
}

/* The same file of every CPU: "performance", or "performance ×3, powersave ×1" when they differ. */
static void of_each(struct facts *f, const char *name, const char *below)
{
    struct {
        char text[48];
        unsigned n;
    } seen[DISTINCT] = {{{0}, 0}};
    char path[160], text[48], all[320] = "";
    unsigned kinds = 0, have = 0;
    int failed = ENOENT;
    for (unsigned cpu = 0; cpu < CPUS_MOST; cpu++) {
        snprintf(path, sizeof path, CPUS "/cpu%u/%s", cpu, below);
        int got = fact_read(f, path, text, sizeof text);
        if (got < 0) {
            failed = -got == ENOENT && have ? failed : -got;
            if (have == 0 && cpu > 0)
                break; /* neither the first nor the second CPU has it */
            continue;
        }
        have++;
        unsigned k = 0;
        while (k < kinds && strcmp(seen[k].text, text) != 0)
            k++;
        if (k == kinds && kinds < DISTINCT)
            snprintf(seen[kinds++].text, sizeof seen[0].text, "%s", text);
        if (k < kinds)
            seen[k].n++;
    }
    for (unsigned k = 0; k < kinds; k++) {
        text_append(all, sizeof all, "%s%s", k ? ", " : "", seen[k].text);
        if (kinds > 1)
            text_append(all, sizeof all, " ×%u", seen[k].n);
    }
    snprintf(path, sizeof path, CPUS "/cpu*/%s", below);
    if (have)
        fact_text(f, name, path, "%s", all);
    else
        fact_missing(f, name, path, failed, failed == ENOENT ? "the kernel shows no such setting here" : NULL);
}

static void turbo(struct facts *f)
{
    static const char intel[] = CPUS "/intel_pstate/no_turbo", other[] = CPUS "/cpufreq/boost";
    char text[16];
    if (fact_read(f, intel, text, sizeof text) > 0)
        fact_text(f, "cpu.turbo", intel, "%s", text[0] == '0' ? "on" : "off");
    else if (fact_read(f, other, text, sizeof text) > 0)
        fact_text(f, "cpu.turbo", other, "%s", text[0] == '1' ? "on" : "off");
    else
        fact_missing(f, "cpu.turbo", intel, ENOENT, "the kernel shows no such setting here");
}

static void idle_states(struct facts *f)
{
    char path[96], name[32], all[320] = "";
    for (unsigned i = 0; i < 16; i++) {
        snprintf(path, sizeof path, CPUS "/cpu0/cpuidle/state%u/name", i);
        if (fact_read(f, path, name, sizeof name) <= 0)
            break;
        text_append(all, sizeof all, "%s%s", i ? " " : "", name);
    }
    if (all[0])
        fact_text(f, "cpu.idle_states", CPUS "/cpu0/cpuidle/state*/name", "%s", all);
    else
        fact_missing(f, "cpu.idle_states", CPUS "/cpu0/cpuidle", ENOENT, "the kernel shows no idle states here");
}

/* Summed over CPUs: how often each, or its package, was slowed for its heat since boot. */
static void throttle_count(struct facts *f, const char *name, const char *file)
{
    char path[128], text[32], source[128];
    double sum = 0;
    bool have = false;
    for (unsigned cpu = 0; cpu < CPUS_MOST; cpu++) {
        snprintf(path, sizeof path, CPUS "/cpu%u/thermal_throttle/%s", cpu, file);
        if (fact_read(f, path, text, sizeof text) > 0) {
            sum += atof(text);
            have = true;
        } else if (!have && cpu > 0) {
            break;
        }
    }
    snprintf(source, sizeof source, CPUS "/cpu*/thermal_throttle/%s", file);
    if (have)
        fact_number(f, name, source, sum);
    else
        fact_missing(f, name, source, ENOENT, "the kernel shows no such count here");
}

static void temperature(struct facts *f)
{
    char path[96], text[32];
    double most = -1;
    for (unsigned i = 0; i < 32; i++) {
        snprintf(path, sizeof path, "/sys/class/thermal/thermal_zone%u/temp", i);
        if (fact_read(f, path, text, sizeof text) <= 0)
            break;
        most = atof(text) / 1000 > most ? atof(text) / 1000 : most;
    }
    if (most > 0)
        fact_number(f, "cpu.temperature", "/sys/class/thermal/thermal_zone*/temp", most);
    else
        fact_missing(f, "cpu.temperature", "/sys/class/thermal", ENOENT, "no thermal zone is shown here");
}

static void battery(struct facts *f)
{
    char path[512], text[32];
    fact_path(f, "/sys/class/power_supply", path, sizeof path);
    DIR *dir = opendir(path);
    bool mains = false, online = false;
    for (struct dirent *d; dir && (d = readdir(dir));) {
        snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/type", d->d_name);
        if (fact_read(f, path, text, sizeof text) <= 0 || strcmp(text, "Mains") != 0)
            continue;
        mains = true;
        snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/online", d->d_name);
        online |= fact_read(f, path, text, sizeof text) > 0 && text[0] == '1';
    }
    if (dir)
        closedir(dir);
    if (mains)
        fact_text(f, "cpu.power", "/sys/class/power_supply", "%s", online ? "mains" : "battery");
    else
        fact_missing(f, "cpu.power", "/sys/class/power_supply", ENOENT, "no mains supply is shown here");
}

static void counts(struct facts *f)
{
    CLEANUP_FREE int *units = malloc(PIN_MOST * sizeof *units);
    unsigned n = units ? pin_allowed(units, PIN_MOST) : 0;
    int code = units ? errno : ENOMEM;
    fact_file(f, "cpu.online", CPUS "/online");
    if (facts_are_remote(f))
        fact_missing(f, "cpu.allowed", "sched_getaffinity", ENOENT, "read from a copy of another machine's files");
    else if (!n)
        fact_missing(f, "cpu.allowed", "sched_getaffinity", code, NULL);
    else
        fact_number(f, "cpu.allowed", "sched_getaffinity", n);
    if (facts_are_remote(f))
        fact_missing(f, "cpu.online_count", "sysconf", ENOENT, "read from a copy of another machine's files");
    else
        fact_number(f, "cpu.online_count", "sysconf(_SC_NPROCESSORS_ONLN)", (double)sysconf(_SC_NPROCESSORS_ONLN));
}

/* How fast the allowed units run, MHz: "2100.000", or "1200.000 … 3400.000" when they differ. Of another machine's
 * copy, whose mask is not known, all units. */
static void frequency_now(struct facts *f)
{
    static const char name[] = "cpu.frequency_now", source[] = "/proc/cpuinfo";
    CLEANUP_FREE int *units = malloc(PIN_MOST * sizeof *units);
    int unit = -1;
    unsigned n = facts_are_remote(f) || !units ? 0 : pin_allowed(units, PIN_MOST);
    char path[512], line[512];
    double v, least = INFINITY, most = 0;
    bool any = false;
    fact_path(f, source, path, sizeof path);
    FILE *file = fopen(path, "re");
    int code = file ? ENOENT : errno;
    while (file && fgets(line, sizeof line, file)) {
        sscanf(line, "processor : %d", &unit);
        if (sscanf(line, "cpu MHz : %lf", &v) != 1)
            continue;
        any = true;
        bool allowed = n == 0;
        for (unsigned i = 0; !allowed && i < n; i++)
            allowed = units[i] == unit;
        least = allowed ? fmin(least, v) : least;
        most = allowed ? fmax(most, v) : most;
    }
    if (file)
        fclose(file);
    if (most > least)
        fact_text(f, name, source, "%.3f … %.3f", least, most);
    else if (most > 0)
        fact_text(f, name, source, "%.3f", most);
    else
        fact_missing(f, name, source, code, !file ? NULL : any ? "no such line of an allowed unit" : "no such line");
}

/* --- caches for data --- */

/* cpuN/cache/indexI: level 1 has one for data and one for instructions. Behind so many CPUs without there are no more.
 */
enum { INDEXES = 8, OFFLINE_MOST = 64 };

/* Which index of CPU 0 is the cache for data of that level; -1: it shows none. */
static int cache_index(const struct facts *f, unsigned level)
{
    char path[96], text[32];
    for (int i = 0; i < INDEXES; i++) {
        snprintf(path, sizeof path, CPUS "/cpu0/cache/index%d/level", i);
        if (fact_read(f, path, text, sizeof text) <= 0 || (unsigned)atoi(text) != level)
            continue;
        snprintf(path, sizeof path, CPUS "/cpu0/cache/index%d/type", i);
        if (fact_read(f, path, text, sizeof text) > 0 && strcmp(text, "Instruction") != 0)
            return i;
    }
    return -1;
}

/* "48K" in bytes; NaN: it is none. */
static double cache_bytes(const char *text)
{
    char *end;
    double v = strtod(text, &end);
    return end == text || v <= 0 ? (double)NAN : v * (*end == 'K' ? 1 << 10 : *end == 'M' ? 1 << 20 : 1);
}

/* A number where all CPUs have the same; else a text, since no one size is that of the machine. Where the kernel shows
 * none, the C library may know it by the CPU's own word. */
static void cache(struct facts *f, const char *name, unsigned level, const char *file, int name_of_sysconf)
{
    char path[96], below[48], first[32] = "", text[32];
    int index = cache_index(f, level);
    snprintf(below, sizeof below, "cache/index%d/%s", index, file);
    bool same = true;
    unsigned missing = 0;
    for (unsigned cpu = 0; index >= 0 && same && cpu < CPUS_MOST && missing < OFFLINE_MOST; cpu++) {
        snprintf(path, sizeof path, CPUS "/cpu%u/%s", cpu, below);
        missing++;
        if (fact_read(f, path, text, sizeof text) <= 0)
            continue; /* one that is offline shows none */
        missing = 0;
        if (!first[0])
            snprintf(first, sizeof first, "%s", text);
        same = strcmp(first, text) == 0;
    }
    snprintf(path, sizeof path, CPUS "/cpu*/%s", below);
    long known = facts_are_remote(f) || first[0] ? 0 : sysconf(name_of_sysconf);
    if (first[0] && same && !isnan(cache_bytes(first)))
        fact_number(f, name, path, cache_bytes(first));
    else if (first[0])
        of_each(f, name, below);
    else if (known > 0)
        fact_number(f, name, "sysconf", (double)known);
    else
        fact_missing(f, name, CPUS "/cpu*/cache", ENOENT, "the kernel shows no such cache here");
}

static void caches(struct facts *f)
{
    cache(f, "cpu.cache_l1d", 1, "size", _SC_LEVEL1_DCACHE_SIZE);
    cache(f, "cpu.cache_l2", 2, "size", _SC_LEVEL2_CACHE_SIZE);
    cache(f, "cpu.cache_l3", 3, "size", _SC_LEVEL3_CACHE_SIZE);
    cache(f, "cpu.cache_line", 1, "coherency_line_size", _SC_LEVEL1_DCACHE_LINESIZE);
}

void facts_cpu(struct facts *f)
{
    cpuinfo(f, "cpu.model", "model name");
    cpuinfo(f, "cpu.vendor", "vendor_id");
    cpuinfo(f, "cpu.stepping", "stepping");
    cpuinfo(f, "cpu.microcode", "microcode");
    counts(f);
    fact_file(f, "cpu.smt", CPUS "/smt/active");
    fact_file(f, "cpu.smt_control", CPUS "/smt/control");
    caches(f);
    of_each(f, "cpu.governor", "cpufreq/scaling_governor");
    of_each(f, "cpu.driver", "cpufreq/scaling_driver");
    of_each(f, "cpu.frequency_min", "cpufreq/scaling_min_freq");
    of_each(f, "cpu.frequency_max", "cpufreq/scaling_max_freq");
    frequency_now(f);
    of_each(f, "cpu.energy_preference", "cpufreq/energy_performance_preference");
    turbo(f);
    idle_states(f);
    throttle_count(f, "cpu.throttle_count", "core_throttle_count");
    throttle_count(f, "cpu.package_throttle_count", "package_throttle_count");
    temperature(f);
    battery(f);
}
