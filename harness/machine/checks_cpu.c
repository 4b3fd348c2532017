/* SPDX-License-Identifier: MIT */
/* The checks of the processors: what changes how fast they are, or what entering the kernel costs. */
#include <string.h>

#include "harness/machine/checks_internal.h"

enum severity check_governor(const struct facts *f, struct check_result *r)
{
    const char *governor = facts_text(f, "cpu.governor"), *driver = facts_text(f, "cpu.driver");
    if (!governor)
        return check_unknown(r, f, "cpu.governor");
    bool good = strcmp(governor, "performance") == 0;
    return check_say(r, good ? SEVERITY_OK : SEVERITY_WARNING, "%s (driver %s)", governor, driver ? driver : "unknown");
}

enum severity check_turbo(const struct facts *f, struct check_result *r)
{
    const char *turbo = facts_text(f, "cpu.turbo");
    if (!turbo)
        return check_unknown(r, f, "cpu.turbo");
    return check_say(r, strcmp(turbo, "off") == 0 ? SEVERITY_OK : SEVERITY_WARNING, "turbo is %s", turbo);
}

enum severity check_idle_states(const struct facts *f, struct check_result *r)
{
    const char *states = facts_text(f, "cpu.idle_states");
    if (!states)
        return check_unknown(r, f, "cpu.idle_states");
    bool deep = strstr(states, "C3") || strstr(states, "C6") || strstr(states, "C7") || strstr(states, "C8") ||
                strstr(states, "C10");
    return check_say(r, deep ? SEVERITY_INFO : SEVERITY_OK, "%s", states);
}

enum severity check_heat(const struct facts *f, struct check_result *r)
{
    double count, degrees;
    double package = 0;
    if (!facts_number(f, "cpu.throttle_count", &count))
        return check_unknown(r, f, "cpu.throttle_count");
    if (facts_number(f, "cpu.package_throttle_count", &package) && package > count)
        count = package;
    bool have = facts_number(f, "cpu.temperature", &degrees);
    return have ? check_say(r, count > 0 ? SEVERITY_WARNING : SEVERITY_OK,
                            "slowed %.0f times since boot; %.0f degrees C now", count, degrees)
                : check_say(r, count > 0 ? SEVERITY_WARNING : SEVERITY_OK, "slowed %.0f times since boot", count);
}

enum severity check_power(const struct facts *f, struct check_result *r)
{
    const char *power = facts_text(f, "cpu.power");
    if (!power)
        return check_unknown(r, f, "cpu.power");
    return check_say(r, strcmp(power, "mains") == 0 ? SEVERITY_OK : SEVERITY_WARNING, "on %s", power);
}

enum severity check_smt(const struct facts *f, struct check_result *r)
{
    const char *smt = facts_text(f, "cpu.smt");
    if (!smt)
        return check_unknown(r, f, "cpu.smt");
    bool off = strcmp(smt, "0") == 0;
    return check_say(r, off ? SEVERITY_OK : SEVERITY_INFO, "SMT is %s", off ? "not active" : "active");
}

/* "performance" keeps the clock up also under drivers whose governor says little. */
enum severity check_energy(const struct facts *f, struct check_result *r)
{
    const char *text = facts_text(f, "cpu.energy_preference");
    if (!text)
        return check_unknown(r, f, "cpu.energy_preference");
    return check_say(r, strcmp(text, "performance") == 0 ? SEVERITY_OK : SEVERITY_WARNING, "%s", text);
}

enum severity check_mitigations(const struct facts *f, struct check_result *r)
{
    const char *text = facts_text(f, "kernel.mitigations");
    if (!text)
        return check_unknown(r, f, "kernel.mitigations");
    return check_say(r, strstr(text, "Mitigation") ? SEVERITY_INFO : SEVERITY_OK, "%s", text);
}
