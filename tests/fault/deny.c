/* SPDX-License-Identifier: MIT */
/*
 * deny CALL[,CALL ...] ERRNO -- COMMAND [ARGUMENT ...]: runs the command with these system calls failing with that
 * errno, as the seccomp filter of a container or sandbox makes them fail; all that the command starts inherits it. A
 * call is named as the kernel names it (sched_setaffinity, clone3), and an errno by its name (EPERM). execve alone is
 * let through once, for the command itself. Leaves with 125 where the filter can't be made, 127 where nothing can be
 * run.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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
#error "deny.c lacks the audit name of this architecture"
#endif

enum { CANNOT = 125, NOT_RUN = 127, CALLS_MAX = 64 };

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

/* The program of the filter: kills what isn't of this architecture, compares the number with each of the list. */
static int install(const int *nr, unsigned n, int code, const char *command)
{
    struct sock_filter f[4 * CALLS_MAX + 16];
    unsigned short k = 0;
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
    f[k++] = (struct sock_filter)LOAD(arch);
    f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
    f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    /* the exec below, known by where its path lies */
    uint64_t at = (uint64_t)(uintptr_t)command;
    f[k++] = (struct sock_filter)LOAD(nr);
    f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_execve, 0, 5);
    f[k++] = (struct sock_filter)LOAD(args[0]);
    f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(at & UINT32_MAX), 0, 3);
    f[k++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, args[0]) + 4);
    f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(at >> 32), 0, 1);
    f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    f[k++] = (struct sock_filter)LOAD(nr);
    for (unsigned i = 0; i < n; i++) {
        f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr[i], 0, 1);
        f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)code);
    }
    f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog prog = {.len = k, .filter = f};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
        return -errno;
    return 0;
}

int main(int argc, char **argv)
{
    int nr[CALLS_MAX], code;
    unsigned n = 0;
    if (argc < 5 || strcmp(argv[3], "--") != 0) {
        fprintf(stderr, "deny: expected CALL[,CALL ...] ERRNO -- COMMAND [ARGUMENT ...]\n");
        return CANNOT;
    }
    for (char *save, *name = strtok_r(argv[1], ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        if (n == CALLS_MAX || (nr[n++] = call_number(name)) < 0) {
            fprintf(stderr, "deny: no system call '%s' here, or more than %d\n", name, CALLS_MAX);
            return CANNOT;
        }
    }
    if ((code = errno_number(argv[2])) < 0) {
        fprintf(stderr, "deny: unknown errno '%s'\n", argv[2]);
        return CANNOT;
    }
    char found[4096];
    const char *path = command_path(argv[4], found, sizeof found);
    int rc = install(nr, n, code, path);
    if (rc) {
        fprintf(stderr, "deny: no filter can be installed: %s\n", strerror(-rc));
        return CANNOT;
    }
    execve(path, argv + 4, environ);
    return NOT_RUN; /* nothing may be written: the call for it may be denied */
}
