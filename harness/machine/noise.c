/* SPDX-License-Identifier: MIT */
/* Noise around a trial: the machine's busy and steal time, the cgroup's throttling, and pressure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/cgroup.h"
#include "harness/machine/machine.h"

/* One line of /proc/stat behind its name. false: it has fewer numbers. */
static bool read_line(const char *numbers, uint64_t *busy_ns, uint64_t *steal_ns)
{
    unsigned long long user, nice, system, idle, iowait, irq, softirq, steal;
    uint64_t tick = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
    if (sscanf(numbers, "%llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &iowait, &irq,
               &softirq, &steal) != 8)
        return false;
    *busy_ns += (user + nice + system + irq + softirq) * tick;
    *steal_ns += steal * tick;
    return true;
}

/* The machine's line, and those of the CPUs in question, added up. */
static void read_stat(struct noise_mark *m, const struct noise_cpus *cpus)
{
    char line[256];
    unsigned found = 0;
    FILE *f = fopen("/proc/stat", "re");
    while (f && fgets(line, sizeof line, f) && strncmp(line, "cpu", 3) == 0) {
        char *numbers;
        if (line[3] == ' ') {
            m->have_stat = read_line(line + 4, &m->busy_ns, &m->steal_ns);
            continue;
        }
        unsigned long cpu = strtoul(line + 3, &numbers, 10);
        if (cpu < PIN_MOST && cpus->used[cpu])
            found += read_line(numbers, &m->used_busy_ns, &m->used_steal_ns);
    }
    if (f)
        fclose(f);
    m->have_used = found && found == cpus->n; /* one that is offline has no line */
}

void noise_cpus(struct noise_cpus *cpus, const struct cell *c)
{
    *cpus = (struct noise_cpus){.n = 0};
    for (unsigned i = 0; c->n_pus && i < cell_used_cpus(c); i++)
        if (c->pus[i] >= 0 && c->pus[i] < PIN_MOST)
            cpus->used[c->pus[i]] = true;
    for (unsigned i = 0; c->n_pus && i < c->n_service_pus; i++)
        if (c->service_pus[i] >= 0 && c->service_pus[i] < PIN_MOST)
            cpus->used[c->service_pus[i]] = true;
    for (unsigned i = 0; i < PIN_MOST; i++)
        cpus->n += cpus->used[i];
}

/* "some avg10=… avg60=… avg300=… total=MICROSECONDS". */
static bool read_pressure(uint64_t *ns)
{
    unsigned long long us;
    FILE *f = fopen("/proc/pressure/cpu", "re");
    int n = f ? fscanf(f, "some avg10=%*f avg60=%*f avg300=%*f total=%llu", &us) : 0;
    if (f)
        fclose(f);
    if (n == 1)
        *ns = us * NS_PER_US;
    return n == 1;
}

void noise_mark(struct noise_mark *m, const struct noise_cpus *cpus)
{
    *m = (struct noise_mark){0};
    read_stat(m, cpus);
    m->have_throttle = cgroup_throttled(&m->throttled_ns);
    m->have_pressure = read_pressure(&m->pressure_ns);
}

static struct metric beyond(uint64_t busy, uint64_t own)
{
    return (struct metric){.value = busy > own ? (int64_t)(busy - own) : 0};
}

void noise_fill(const struct noise_mark *before, const struct noise_mark *after, uint64_t own_cpu_ns,
                struct trial_record *r)
{
    bool used = before->have_used && after->have_used;
    if (before->have_stat && after->have_stat) {
        r->foreign_cpu_ns = beyond(after->busy_ns - before->busy_ns, own_cpu_ns);
        r->steal_ns = (struct metric){.value = used ? (int64_t)(after->used_steal_ns - before->used_steal_ns)
                                                    : (int64_t)(after->steal_ns - before->steal_ns)};
    } else {
        r->foreign_cpu_ns.why = r->steal_ns.why = "/proc/stat can't be read";
    }
    if (used)
        r->foreign_used_ns = beyond(after->used_busy_ns - before->used_busy_ns, own_cpu_ns);
    else
        r->foreign_used_ns.why = "the workers are not pinned, or /proc/stat has no line for each of their CPUs";
    if (before->have_throttle && after->have_throttle)
        r->throttled_ns = (struct metric){.value = (int64_t)(after->throttled_ns - before->throttled_ns)};
    else
        r->throttled_ns.why = "no cgroup here has a cpu.stat with throttling";
    if (before->have_pressure && after->have_pressure)
        r->pressure_ns = (struct metric){.value = (int64_t)(after->pressure_ns - before->pressure_ns)};
    else
        r->pressure_ns.why = "/proc/pressure/cpu can't be read (kernel without CONFIG_PSI, or psi=0)";
}
