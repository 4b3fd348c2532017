/* SPDX-License-Identifier: MIT */
/* The topology through hwloc, restricted to the units that this process may use, and the orders in which workers take
 * them. */
#include <errno.h>
#include <fcntl.h>
#include <hwloc.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/machine/machine.h"

struct topology {
    hwloc_topology_t hw;
    bool this_machine;
    unsigned n; /* allowed processing units, in logical order */
    struct place_unit *units;
    hwloc_obj_t *pus;
};

/* Index of the first object of a kind whose cpuset holds the unit; NUMA nodes are found so too, since they are no
 * ancestors. */
static int index_of(hwloc_topology_t hw, hwloc_obj_type_t type, hwloc_obj_t pu)
{
    hwloc_obj_t o = NULL;
    while ((o = hwloc_get_next_obj_by_type(hw, type, o)))
        if (o->cpuset && hwloc_bitmap_isset(o->cpuset, pu->os_index))
            return (int)o->logical_index;
    return -1;
}

static int smt_rank(hwloc_topology_t hw, hwloc_obj_t pu)
{
    hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(hw, HWLOC_OBJ_CORE, pu);
    int rank = 0;
    for (hwloc_obj_t o = pu->prev_cousin; core && o && hwloc_get_ancestor_obj_by_type(hw, HWLOC_OBJ_CORE, o) == core;
         o = o->prev_cousin)
        rank++;
    return rank;
}

/* hwloc ranks kinds from the least efficient up; here 0 is the fastest. */
static int kind_of(hwloc_topology_t hw, hwloc_obj_t pu)
{
    int kinds = hwloc_cpukinds_get_nr(hw, 0);
    int kind = kinds > 1 ? hwloc_cpukinds_get_by_cpuset(hw, pu->cpuset, 0) : -1;
    return kind < 0 ? -1 : kinds - 1 - kind;
}

static int collect(struct topology *t)
{
    hwloc_bitmap_t mask = hwloc_bitmap_alloc();
    bool masked = t->this_machine && mask && hwloc_get_cpubind(t->hw, mask, HWLOC_CPUBIND_THREAD) == 0;
    int all = hwloc_get_nbobjs_by_type(t->hw, HWLOC_OBJ_PU);
    t->units = calloc((size_t)all + 1, sizeof *t->units);
    t->pus = calloc((size_t)all + 1, sizeof *t->pus);
    if (!t->units || !t->pus || !mask) {
        hwloc_bitmap_free(mask);
        return -ENOMEM;
    }
    hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_cpuset(t->hw);
    for (int i = 0; i < all; i++) {
        hwloc_obj_t pu = hwloc_get_obj_by_type(t->hw, HWLOC_OBJ_PU, (unsigned)i);
        if (!hwloc_bitmap_isset(allowed, pu->os_index) || (masked && !hwloc_bitmap_isset(mask, pu->os_index)))
            continue; /* without cgroups hwloc reports units outside the mask as allowed */
        t->pus[t->n] = pu;
        t->units[t->n++] = (struct place_unit){
            .os_index = (int)pu->os_index,
            .package = index_of(t->hw, HWLOC_OBJ_PACKAGE, pu),
            .numa = index_of(t->hw, HWLOC_OBJ_NUMANODE, pu),
            .l3 = index_of(t->hw, HWLOC_OBJ_L3CACHE, pu),
            .core = index_of(t->hw, HWLOC_OBJ_CORE, pu),
            .smt_rank = smt_rank(t->hw, pu),
            .kind = kind_of(t->hw, pu),
        };
    }
    hwloc_bitmap_free(mask);
    return t->n ? 0 : -ENODEV;
}

/* hwloc trusts its files and crashes on some that are not its own (2.9: an object without complete_cpuset), so another
 * process reads the file first. 0, or -errno, told. */
static int xml_is_sound(const char *source, struct err *e)
{
    int status;
    pid_t self = getpid(), child = fork();
    if (child < 0)
        return err_call(e, errno, "fork", "no process can be made to read %s", source);
    if (child == 0) {
        hwloc_topology_t hw;
        child_in_order(self);
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        alarm(20);
        _exit(hwloc_topology_init(&hw) || hwloc_topology_set_xml(hw, source) || hwloc_topology_load(hw));
    }
    int rc = child_wait(child, &status);
    if (rc)
        return err_call(e, -rc, "waitpid", "the end of the process that reads %s can't be read", source);
    return child_succeeded(status) ? 0 : err_set(e, EINVAL, "%s is no topology in hwloc's XML format", source);
}

static int set_source(struct topology *t, const char *source, struct err *e)
{
    static const char synthetic[] = "synthetic:";
    if (!source)
        return 0;
    t->this_machine = false;
    if (strncmp(source, synthetic, sizeof synthetic - 1) == 0)
        return hwloc_topology_set_synthetic(t->hw, source + sizeof synthetic - 1)
                   ? err_set(e, EINVAL, "'%s' is no topology; expected such as 'synthetic:package:2 core:4 pu:2'",
                             source)
                   : 0;
    if (access(source, R_OK))
        return err_call(e, errno, "access", "the topology file %s can't be read", source);
    int rc = xml_is_sound(source, e);
    if (rc)
        return rc;
    return hwloc_topology_set_xml(t->hw, source) ? err_set(e, EINVAL, "%s is no topology in hwloc's XML format", source)
                                                 : 0;
}

int topology_load(struct topology **out, const char *source, struct err *e)
{
    int first; /* denied, hwloc would ask for it again for ever */
    if (!source && !pin_allowed(&first, 1))
        return err_call(e, errno, "sched_getaffinity", "the CPUs that this process may use can't be told");
    struct topology *t = calloc(1, sizeof *t);
    if (!t || hwloc_topology_init(&t->hw)) {
        free(t);
        return err_set(e, ENOMEM, "out of memory for the topology");
    }
    t->this_machine = true;
    setenv("HWLOC_HIDE_ERRORS", "2", 0); /* its warnings are several lines; ours is one */
    int rc = set_source(t, source, e);
    if (!rc && hwloc_topology_load(t->hw))
        rc = err_set(e, EINVAL, "the topology%s%s can't be read", source ? " " : "",
                     source ? source : " of this machine");
    if (!rc && !source)
        t->this_machine = hwloc_topology_is_thissystem(t->hw);
    if (!rc && (rc = collect(t)) != 0)
        err_set(e, -rc, "the topology has no processing unit that may be used");
    if (rc)
        topology_free(t);
    else
        *out = t;
    return rc;
}

void topology_free(struct topology *t)
{
    if (!t)
        return;
    hwloc_topology_destroy(t->hw);
    free(t->units);
    free(t->pus);
    free(t);
}

bool topology_is_this_machine(const struct topology *t)
{
    return t->this_machine;
}

unsigned topology_allowed(const struct topology *t)
{
    return t->n;
}

int topology_export_xml(const struct topology *t, const char *path, struct err *e)
{
    char temporary[PATH_MAX];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    hwloc_topology_t copy;
    if (hwloc_topology_dup(&copy, t->hw))
        return err_set(e, ENOMEM, "out of memory for the topology");
    hwloc_obj_t root = hwloc_get_root_obj(copy);
    for (unsigned i = 0; i < root->infos_count; i++)
        if (strcmp(root->infos[i].name, "HostName") == 0)
            root->infos[i].value[0] = 0;
    int rc = hwloc_topology_export_xml(copy, temporary, 0) ? -errno : 0;
    hwloc_topology_destroy(copy);
    const char *call = "write";
    if (!rc && rename(temporary, path)) {
        rc = -errno;
        call = "rename";
    }
    if (rc)
        unlink(temporary);
    return rc ? err_call(e, -rc, call, "%s can't be written", path) : 0;
}

/* --- orders --- */

static int before(const struct place_unit *a, const struct place_unit *b, bool smt_last)
{
    if (!smt_last)
        return 0;
    if (a->smt_rank != b->smt_rank)
        return a->smt_rank < b->smt_rank;
    return a->kind < b->kind;
}

/* Stable insertion sort: logical order is kept among equals. */
static void sort_units(struct place_unit *u, unsigned n, bool smt_last)
{
    for (unsigned i = 1; i < n; i++) {
        struct place_unit x = u[i];
        unsigned j = i;
        for (; j && before(&x, &u[j - 1], smt_last); j--)
            u[j] = u[j - 1];
        u[j] = x;
    }
}

/* Takes one unit of the given SMT rank below the object, from its children in turn; false: there is none left. */
static bool scatter_take(const struct topology *t, hwloc_obj_t o, int rank, unsigned *turns, bool *taken, unsigned *out)
{
    if (o->type == HWLOC_OBJ_PU) {
        for (unsigned i = 0; i < t->n; i++)
            if (t->pus[i] == o && !taken[i] && t->units[i].smt_rank == rank) {
                taken[i] = true;
                *out = i;
                return true;
            }
        return false;
    }
    unsigned *turn = &turns[(unsigned)(o->gp_index % 65536)];
    for (unsigned k = 0; k < o->arity; k++) {
        hwloc_obj_t child = o->children[(*turn + k) % o->arity];
        if (scatter_take(t, child, rank, turns, taken, out)) {
            *turn = (*turn + k + 1) % o->arity;
            return true;
        }
    }
    return false;
}

static int scatter(const struct topology *t, struct place_unit *out)
{
    unsigned *turns = calloc(65536, sizeof *turns), n = 0, i;
    bool *taken = calloc(t->n, sizeof *taken);
    int rc = turns && taken ? 0 : -ENOMEM;
    for (int rank = 0; !rc && n < t->n && rank < 64; rank++)
        while (scatter_take(t, hwloc_get_root_obj(t->hw), rank, turns, taken, &i))
            out[n++] = t->units[i];
    free(turns);
    free(taken);
    return rc;
}

static int one_per(const struct topology *t, bool l3, struct place_unit *out, unsigned *n, struct err *e)
{
    *n = 0;
    for (unsigned i = 0; i < t->n; i++) {
        int group = l3 ? t->units[i].l3 : t->units[i].numa;
        if (group < 0)
            return err_set(e, ENOTSUP, "order one-per-%s: this machine's topology has no %s", l3 ? "l3" : "numa",
                           l3 ? "third-level cache" : "NUMA nodes");
        bool seen = false;
        for (unsigned j = 0; j < *n; j++)
            seen = seen || (l3 ? out[j].l3 : out[j].numa) == group;
        if (!seen)
            out[(*n)++] = t->units[i];
    }
    return 0;
}

static int add_listed(const struct topology *t, long os, struct place_unit *out, unsigned *n, struct err *e)
{
    for (unsigned i = 0; i < t->n; i++)
        if (t->units[i].os_index == os && *n < CELL_MAX_PUS) {
            out[(*n)++] = t->units[i];
            return 0;
        }
    return err_set(e, EINVAL, "processing unit %ld is not among the %u that this process may use", os, t->n);
}

static int listed(const struct topology *t, const char *list, struct place_unit *out, unsigned *n, struct err *e)
{
    *n = 0;
    for (const char *p = list; list && *p;) {
        char *end;
        long from = strtol(p, &end, 10), to = from;
        if (end != p && *end == '-') {
            p = end + 1;
            to = strtol(p, &end, 10);
        }
        if (end == p || from < 0 || to < from || to - from > CELL_MAX_PUS || (*end && *end != ','))
            break;
        for (long os = from; os <= to; os++) {
            int rc = add_listed(t, os, out, n, e);
            if (rc)
                return rc;
        }
        if (!*end)
            return 0;
        p = end + 1;
    }
    return err_set(e, EINVAL, "expected a list of processing units such as 0,2-5, got '%s'", list ? list : "");
}

int place_units(const struct topology *t, const char *order, const char *list, unsigned want, struct place_unit *out,
                unsigned *n, struct err *e)
{
    int rc = 0;
    *n = 0;
    if (strcmp(order, "none") == 0)
        return 0;
    struct place_unit *all = calloc((size_t)t->n + CELL_MAX_PUS, sizeof *all);
    if (!all)
        return err_set(e, ENOMEM, "out of memory");
    unsigned have = t->n;
    memcpy(all, t->units, t->n * sizeof *all);
    if (strcmp(order, "scatter") == 0)
        rc = scatter(t, all);
    else if (strcmp(order, "smt-last") == 0)
        sort_units(all, have, true);
    else if (strcmp(order, "one-per-l3") == 0 || strcmp(order, "one-per-numa") == 0)
        rc = one_per(t, strcmp(order, "one-per-l3") == 0, all, &have, e);
    else if (strcmp(order, "list") == 0)
        rc = listed(t, list, all, &have, e);
    else if (strcmp(order, "compact") != 0)
        rc = err_set(e, EINVAL,
                     "unknown order '%s'; expected compact, scatter, smt-last, one-per-l3, one-per-numa, none or list",
                     order);
    if (!rc) {
        *n = have < want ? have : want < CELL_MAX_PUS ? want : CELL_MAX_PUS;
        memcpy(out, all, *n * sizeof *out);
    }
    free(all);
    return rc;
}

static const struct place_unit *unit_of(const struct topology *t, int os)
{
    for (unsigned i = 0; i < t->n; i++)
        if (t->units[i].os_index == os)
            return &t->units[i];
    return NULL;
}

const char *place_pair_class(const struct topology *t, int os_a, int os_b)
{
    const struct place_unit *a = unit_of(t, os_a), *b = unit_of(t, os_b);
    if (!a || !b)
        return "unknown";
    if (a == b)
        return "same";
    if (a->core >= 0 && a->core == b->core)
        return "smt";
    hwloc_obj_t x = t->pus[a - t->units], y = t->pus[b - t->units];
    hwloc_obj_t common = hwloc_get_common_ancestor_obj(t->hw, x, y);
    if (common && common->type == HWLOC_OBJ_L2CACHE)
        return "l2";
    if (a->l3 >= 0 && a->l3 == b->l3)
        return "l3";
    if (a->numa >= 0 && a->numa == b->numa && a->package == b->package)
        return "numa";
    return a->package >= 0 && a->package == b->package ? "package" : "cross";
}

void topology_caches(const struct topology *t, int os_index, size_t *bytes, unsigned levels)
{
    const struct place_unit *u = unit_of(t, os_index);
    for (unsigned i = 0; i < levels; i++)
        bytes[i] = 0;
    for (hwloc_obj_t o = u ? t->pus[u - t->units] : NULL; o; o = o->parent)
        if (hwloc_obj_type_is_dcache(o->type) && o->attr->cache.depth >= 1 && o->attr->cache.depth <= levels)
            bytes[o->attr->cache.depth - 1] = (size_t)o->attr->cache.size;
}
