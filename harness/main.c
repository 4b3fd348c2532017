/* SPDX-License-Identifier: MIT */
/* contend: finds the subcommand and runs it. The only place that exits. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/workload.h"
#include "harness/base/build.h"
#include "harness/base/child.h"
#include "harness/base/errno_text.h"
#include "harness/base/nearest.h"
#include "harness/command/command.h"
#include "harness/command/run_options.h"

static const char *command_name(unsigned i)
{
    return commands[i] && !commands[i]->hidden ? commands[i]->name : NULL;
}

static void usage(FILE *out)
{
    fprintf(out,
            "contend %s: identical work under threads, processes and async\n\nUsage: contend COMMAND [options]\n\n",
            build_version);
    for (unsigned i = 0; commands[i]; i++)
        if (!commands[i]->hidden)
            fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "\n'contend COMMAND --help' tells more of each.\n");
}

static int unknown_command(const char *word)
{
    char path[4096], hint[sizeof path + DID_YOU_MEAN_MAX];
    bool suite = run_suite_path(word, path, sizeof path) == 0;
    const char *near = nearest_name(word, command_name), *before = "";
    if (suite || workload_find(word)) { /* what to run, where `run` was left out */
        before = suite ? "run " : "run --workload ";
        near = word;
    }
    fprintf(stderr, "contend: unknown command '%s'%s; see 'contend --help'\n", word,
            did_you_mean(hint, sizeof hint, '\'', before, near));
    return EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("contend %s (%s, %s%s%s)\n", build_version, build_commit, build_type, build_sanitize[0] ? ", " : "",
               build_sanitize);
        return EXIT_DONE;
    }
    for (unsigned i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, argv[1]) == 0)
            return commands[i]->run(commands[i], argc - 1, argv + 1);
    return unknown_command(argv[1]);
}

/* What is deeper than a small stack ends by signal 11, which tells nobody why. */
static bool stack_will_do(void)
{
    enum { LEAST_KIB = 64 };
    struct rlimit r;
    if (getrlimit(RLIMIT_STACK, &r) || r.rlim_cur >= LEAST_KIB * 1024)
        return true;
    fprintf(stderr, "contend: a stack of %llu KiB is too small: expected at least %d; see ulimit -s\n",
            (unsigned long long)r.rlim_cur / 1024, LEAST_KIB);
    return false;
}

int main(int argc, char **argv)
{
    inherited_in_order();
    int code = stack_will_do() ? dispatch(argc, argv) : EXIT_ERROR;
    if (fflush(stdout) || ferror(stdout)) {
        char why[ERRNO_TEXT_MAX];
        fprintf(stderr, "contend: standard output can't be written: %s\n", errno_text(why, sizeof why, "write", errno));
        code = code ? code : EXIT_ERROR;
    }
    exit(code);
}
