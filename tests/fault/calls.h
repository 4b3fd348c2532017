/* SPDX-License-Identifier: MIT */
/* For programs that stand between a command and its system calls: calls and errnos by their names, and the command's
 * path. */
#ifndef CONTEND_TESTS_FAULT_CALLS_H
#define CONTEND_TESTS_FAULT_CALLS_H

#include <linux/audit.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH AUDIT_ARCH_PPC64LE
#else
#error "calls.h lacks the audit name of this architecture"
#endif

static const struct {
    const char *name;
    uint32_t nr;
} calls[] = {
#define CALL(name) {#name, __NR_##name},
#include "deny_calls.def" /* made of <sys/syscall.h> by the build */
#undef CALL
};

static int call_number(const char *name)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(calls[i].name, name) == 0)
            return (int)calls[i].nr;
    return -1;
}

static int errno_number(const char *name)
{
    for (int code = 1; code < 4096; code++) {
        const char *known = strerrorname_np(code);
        if (known && strcmp(known, name) == 0)
            return code;
    }
    return -1;
}

/* Where the command is; as execvp looks for it. */
static const char *command_path(const char *name, char *buf, size_t size)
{
    const char *path = getenv("PATH");
    if (strchr(name, '/') || !path)
        return name;
    while (*path) {
        size_t n = strcspn(path, ":");
        snprintf(buf, size, "%.*s/%s", (int)n, path, name);
        if (access(buf, X_OK) == 0)
            return buf;
        path += n + (path[n] == ':');
    }
    return name;
}

#endif
