/* SPDX-License-Identifier: MIT */
/* Noise around a trial: the machine's busy and steal time, the cgroup's throttling, and pressure. */
#include <stdio.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/cgroup.h"
#include "harness/machine/machine.h"

static bool read_stat(struct noise_mark *m)
{
    unsigned long long user, nice, system, idle, iowait, irq, softirq, steal;
    FILE *f = fopen("/proc/stat", "re");
    if (!f)
        return false;
    int n = fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &iowait, &irq,
                   &softirq, &steal);
    fclose(f);
    uint64_t tick = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
    m->busy_ns = (user + nice + system + irq + softirq) * tick;
    m->steal_ns = steal * tick;
    return n == 8;
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

void noise_mark(struct noise_mark *m)
{
    *m = (struct noise_mark){0};
    m->have_stat = read_stat(m);
    m->have_throttle = cgroup_throttled(&m->throttled_ns);
    m->have_pressure = read_pressure(&m->pressure_ns);
}

void noise_fill(const struct noise_mark *before, const struct noise_mark *after, uint64_t own_cpu_ns,
                struct trial_record *r)
{
    if (before->have_stat && after->have_stat) {
        uint64_t busy = after->busy_ns - before->busy_ns;
        r->foreign_cpu_ns = (struct metric){.value = busy > own_cpu_ns ? (int64_t)(busy - own_cpu_ns) : 0};
        r->steal_ns = (struct metric){.value = (int64_t)(after->steal_ns - before->steal_ns)};
    } else {
        r->foreign_cpu_ns.why = r->steal_ns.why = "/proc/stat can't be read";
    }
    if (before->have_throttle && after->have_throttle)
        r->throttled_ns = (struct metric){.value = (int64_t)(after->throttled_ns - before->throttled_ns)};
    else
        r->throttled_ns.why = "no cgroup here has a cpu.stat with throttling";
    if (before->have_pressure && after->have_pressure)
        r->pressure_ns = (struct metric){.value = (int64_t)(after->pressure_ns - before->pressure_ns)};
    else
        r->pressure_ns.why = "/proc/pressure/cpu can't be read (kernel without CONFIG_PSI, or psi=0)";
}
