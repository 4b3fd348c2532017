/* SPDX-License-Identifier: MIT */
/* place: where workers would be pinned, on this machine or on another's topology. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/machine/machine.h"
#include "harness/base/value.h"
#include "harness/record/fields.h"

enum { ORDER, WORKERS, LIST, TOPOLOGY, JSON };
static const struct command_option options[] = {
    [ORDER] = {"order", "ORDER", "compact (default), scatter, smt-last, one-per-l3, one-per-numa, none, list"},
    [WORKERS] = {"workers", "N", "how many workers (default: one for each allowed CPU)"},
    [LIST] = {"pus", "LIST", "an explicit list of CPUs, such as 0,2-5"},
    [TOPOLOGY] = {"topology", "SOURCE", "another machine: an hwloc XML file, or synthetic:DESCRIPTION"},
    [JSON] = {"json", NULL, "as JSON"},
    {0},
};

static void put_level(struct json_writer *w, const char *key, int index)
{
    if (index < 0)
        put_missing(w, key, "the topology has no such level");
    else
        put_i64(w, key, index);
}

static void print_json(const struct topology *t, const struct place_unit *u, unsigned n, unsigned workers,
                       const char *order)
{
    struct json_writer w;
    json_init(&w, stdout, 2);
    json_begin(&w, '{');
    put_string(&w, "schema", "contend/place/1");
    put_string(&w, "order", order);
    put_u64(&w, "allowed", topology_allowed(t));
    put_bool(&w, "this_machine", topology_is_this_machine(t));
    json_key(&w, "workers");
    json_begin(&w, '[');
    for (unsigned i = 0; n && i < workers; i++) {
        const struct place_unit *p = &u[i % n];
        json_begin(&w, '{');
        put_u64(&w, "worker", i);
        put_i64(&w, "pu", p->os_index);
        put_level(&w, "package", p->package);
        put_level(&w, "numa", p->numa);
        put_level(&w, "l3", p->l3);
        put_level(&w, "core", p->core);
        put_i64(&w, "smt_rank", p->smt_rank);
        put_level(&w, "kind", p->kind);
        if (i)
            put_string(&w, "to_previous", place_pair_class(t, u[(i - 1) % n].os_index, p->os_index));
        json_end(&w, '}');
    }
    json_end(&w, ']');
    json_end(&w, '}');
    putchar('\n');
}

static void print_level(int index)
{
    if (index < 0)
        printf(" %8s", "-");
    else
        printf(" %8d", index);
}

static void print_table(const struct topology *t, const struct place_unit *u, unsigned n, unsigned workers,
                        const char *order)
{
    if (!n) {
        printf("order none: workers are not pinned; the kernel places them\n");
        return;
    }
    printf("%u workers, order %s, %u allowed processing units%s\n", workers, order, topology_allowed(t),
           topology_is_this_machine(t) ? "" : " (not this machine: nothing can be pinned)");
    printf("%8s %8s %8s %8s %8s %8s %8s %8s  %s\n", "worker", "pu", "package", "numa", "l3", "core", "smt", "kind",
           "to previous");
    for (unsigned i = 0; i < workers; i++) {
        const struct place_unit *p = &u[i % n];
        printf("%8u %8d", i, p->os_index);
        print_level(p->package);
        print_level(p->numa);
        print_level(p->l3);
        print_level(p->core);
        print_level(p->smt_rank);
        print_level(p->kind);
        printf("  %s\n", i ? place_pair_class(t, u[(i - 1) % n].os_index, p->os_index) : "");
    }
    if (workers > n)
        printf("%u workers share %u units, in turn\n", workers, n);
}

static int run(const struct command *self, int argc, char **argv)
{
    const char *order = "compact", *list = NULL, *source = NULL, *value;
    uint64_t workers = 0;
    bool json = false;
    int o, first;
    struct err e = {0};
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0) {
        if (o == ORDER)
            order = value;
        else if (o == WORKERS && value_count(value, "--workers", 1, 100000, &workers, &e))
            return command_fail(&e, EXIT_USAGE);
        else if (o == LIST) {
            list = value;
            order = "list";
        } else if (o == TOPOLOGY)
            source = value;
        else if (o == JSON)
            json = true;
    }
    if (o == -3)
        return EXIT_DONE;
    if (o == -2)
        return EXIT_USAGE;
    if (first < argc)
        return command_usage_error(self, "'%s' is not expected here", argv[first]);
    if (strcmp(order, "list") == 0 && !list)
        return command_usage_error(self, "--order list needs --pus LIST, such as --pus 0,2-5");
    struct topology *t;
    if (topology_load(&t, source, &e))
        return command_fail(&e, EXIT_ERROR);
    static struct place_unit units[CELL_MAX_PUS];
    unsigned n = 0;
    int rc = place_units(t, order, list, workers ? (unsigned)workers : topology_allowed(t), units, &n, &e);
    if (!rc)
        (json ? print_json : print_table)(t, units, n, workers ? (unsigned)workers : n, order);
    topology_free(t);
    return rc ? command_fail(&e, rc == -EINVAL ? EXIT_USAGE : EXIT_ERROR) : EXIT_DONE;
}

const struct command command_place = {
    .name = "place",
    .usage = "place [options]",
    .summary = "where workers would be pinned, for any order and count",
    .options = options,
    .run = run,
};
