/* SPDX-License-Identifier: MIT */
/*
 * deny CALL[,CALL ...] ERRNO -- COMMAND [ARGUMENT ...]: runs the command with these system calls failing with that
 * errno, as the seccomp filter of a container or sandbox makes them fail; all that the command starts inherits it. A
 * call is named as the kernel names it (sched_setaffinity, clone3), and an errno by its name (EPERM). execve alone is
 * let through once, for the command itself. Leaves with 125 where the filter can't be made, 127 where nothing can be
 * run.
 */
#include <errno.h>
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

#include "tests/fault/calls.h"

enum { CANNOT = 125, NOT_RUN = 127, CALLS_MAX = 64 };

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
