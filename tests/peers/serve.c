/* SPDX-License-Identifier: MIT */
/*
 * A workload's service on its own, for public load generators: `peer_serve WORKLOAD PU [NAME VALUE]…` prints the port
 * and serves on that processing unit until its input ends. Values are plain numbers in the parameter's base unit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/service/service.h"
#include "harness/trial/plugin.h"

int main(int argc, char **argv)
{
    const struct workload *w = argc > 2 ? workload_find(argv[1]) : NULL;
    if (!w || !w->service || argc % 2 == 0) {
        fprintf(stderr, "usage: peer_serve WORKLOAD PU [NAME VALUE]...; a workload that has a service\n");
        return 2;
    }
    struct cell c = {.workload = argv[1], .tasks = 1, .n_service_pus = 1, .service_pus = {atoi(argv[2])}};
    for (unsigned i = 0; w->params[i].name; i++)
        c.p[i] = w->params[i].fallback;
    for (int i = 3; i + 1 < argc; i += 2) {
        int at = workload_param(w, argv[i]);
        if (at < 0) {
            fprintf(stderr, "peer_serve: %s has no parameter %s\n", argv[1], argv[i]);
            return 2;
        }
        c.p[at] = strtoll(argv[i + 1], NULL, 10);
    }
    struct err e = {0};
    struct service_process *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || service_start(p, &c, plugin_workload, &e)) {
        fprintf(stderr, "peer_serve: %s\n", e.text);
        return 1;
    }
    printf("%u\n", p->port);
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return service_stop(p) ? 1 : 0;
}
