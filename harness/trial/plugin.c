/* SPDX-License-Identifier: MIT */
/* Loading a plug-in into this process, and whether it keeps the contract; see plugin.h. */
#include "harness/trial/plugin.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/support/sha256.h"
#include "harness/base/base.h"
#include "harness/trial/plugin_expectations.h"

enum {
    MOST_TASK_BYTES = 1 << 30,
    MOST_NAME = 32,
    MOST_TEXT = 200,
    MOST_LESSON = 400,
    MOST_CHOICES = 64,
    MOST_GROUP = 1000000
};

/* Nothing of it is run. */
int plugin_digest(const char *path, char sha256[SHA256_TEXT], struct err *e)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* O_NONBLOCK: a FIFO must not hang this */
    struct stat st;
    unsigned char head[EI_NIDENT] = {0};
    if (fd < 0 || fstat(fd, &st))
        return err_call(e, errno, "open", "the plug-in %s can't be opened", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, EINVAL, "the plug-in %s is not a regular file", path);
    if (pread(fd, head, sizeof head, 0) != sizeof head || memcmp(head, ELFMAG, SELFMAG) != 0)
        return err_set(e, EINVAL, "the plug-in %s is not a shared object (no ELF file): build it with cc -shared -fPIC",
                       path);
    int rc = sha256_file(fd, sha256);
    return rc ? err_call(e, -rc, "read", "the plug-in %s can't be read", path) : 0;
}

int plugin_text_ok(const char *text, const char *what, const char *of, size_t most, struct err *e)
{
    if (!text || !*text || strlen(text) > most)
        return err_set(e, EINVAL, "%s: its %s must have 1 to %zu bytes", of, what, most);
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return err_set(e, EINVAL, "%s: its %s holds a control character", of, what);
    return 0;
}

int plugin_name_ok(const char *name, const char *what, const char *of, struct err *e)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    int rc = plugin_text_ok(name, what, of, MOST_NAME, e);
    if (!rc && strspn(name, letters) != strlen(name))
        rc = err_set(e, EINVAL, "%s: its %s '%s' may hold a-z, 0-9, - and _ only", of, what, name);
    return rc;
}

static int param_ok(const struct param *p, const char *workload, struct err *e)
{
    int rc = plugin_name_ok(p->name, "parameter's name", workload, e);
    if (!rc)
        rc = plugin_text_ok(p->summary, "parameter's summary", workload, MOST_TEXT, e);
    if (!rc && (unsigned)p->type > PARAM_PATH)
        rc = err_set(e, EINVAL, "%s: the type of '%s' is unknown", workload, p->name);
    if (!rc && p->type == PARAM_PATH)
        return p->fallback || !p->choices || !p->choices[0]
                   ? err_set(e, EINVAL, "%s: the default of '%s' must be 0, and .choices[0] its name", workload,
                             p->name)
                   : plugin_name_ok(p->choices[0], "choice", workload, e);
    if (!rc && (p->least > p->fallback || p->fallback > p->most))
        rc = err_set(e, EINVAL, "%s: the range of '%s' does not hold its default", workload, p->name);
    if (rc || p->type != PARAM_CHOICE)
        return rc;
    int64_t n = 0;
    while (p->choices && n <= MOST_CHOICES && p->choices[n])
        n++;
    if (n > MOST_CHOICES || p->least < 0 || p->most >= n)
        return err_set(e, EINVAL, "%s: the range of '%s' is not that of its choices", workload, p->name);
    for (int64_t i = 0; !rc && i < n; i++)
        rc = plugin_name_ok(p->choices[i], "choice", workload, e);
    return rc;
}

static int params_ok(const struct workload *w, struct err *e)
{
    int n = 0, rc = 0;
    for (const struct param *p = w->params; !rc && p && p->name; p++) {
        rc = n++ == WORKLOAD_MAX_PARAMS ? err_set(e, EINVAL, "%s: it has more than %d parameters, or no {0} ends them",
                                                  w->name, WORKLOAD_MAX_PARAMS)
                                        : param_ok(p, w->name, e);
        if (!rc && &w->params[workload_param(w, p->name)] != p)
            rc = err_set(e, EINVAL, "%s: it has two parameters '%s'", w->name, p->name);
    }
    if (!rc && w->scales && workload_param(w, w->scales) < 0)
        rc = err_set(e, EINVAL, "%s: .scales names no parameter of it", w->name);
    int late = !rc && w->late_after ? workload_param(w, w->late_after) : 0;
    if (!rc && w->late_after && (late < 0 || w->params[late].type != PARAM_TIME))
        rc = err_set(e, EINVAL, "%s: .late_after names no parameter of it that is a time", w->name);
    return rc;
}

static int workload_ok(const struct workload *w, const char *path, struct err *e)
{
    int rc = plugin_name_ok(w->name, "workload's name", path, e);
    if (!rc)
        rc = plugin_name_ok(w->family, "family", w->name, e);
    if (!rc)
        rc = plugin_text_ok(w->summary, "summary", w->name, MOST_TEXT, e);
    if (!rc && w->lesson)
        rc = plugin_text_ok(w->lesson, "lesson", w->name, MOST_LESSON, e);
    if (!rc)
        rc = plugin_text_ok(w->unit, "unit", w->name, MOST_TEXT, e);
    if (!rc && w->service)
        rc = plugin_name_ok(w->service->name, "service's name", w->name, e);
    if (!rc && w->needs_of) /* the plan is made without its code */
        rc = err_set(e, EINVAL, "%s: .needs_of is for built-in workloads: put all that it may need into .needs",
                     w->name);
    if (!rc && w->uneven_of)
        rc = err_set(e, EINVAL, "%s: .uneven_of is for built-in workloads: set .uneven", w->name);
    if (!rc && w->service && !w->service->answer)
        rc = err_set(e, EINVAL, "%s: its service has no .answer", w->name);
    if (rc)
        return rc;
    const char *missing = !w->task_init ? "task_init" : !w->step ? "step" : !w->checksum ? "checksum" : "expected";
    if (!w->task_init || !w->step || !w->checksum || !w->expected)
        return err_set(e, EINVAL, "%s: .%s is missing", w->name, missing);
    if (w->task_size > MOST_TASK_BYTES || w->group > MOST_GROUP || w->rounds > MOST_GROUP)
        return err_set(e, EINVAL, "%s: .task_size, .group or .rounds is beyond reason", w->name);
    rc = params_ok(w, e);
    return rc ? rc : plugin_expectations_ok(w, e);
}

/* Layouts first: the rest is read by them. Nothing but the first member is read of another interface. */
static int interface_ok(const struct workload_plugin *p, const char *path, struct err *e)
{
    static const char *const what[WORKLOAD_SIZES] = {
        [SIZE_WORKLOAD] = "struct workload",
        [SIZE_OP] = "struct op",
        [SIZE_PARAM] = "struct param",
        [SIZE_ENV] = "struct wl_env",
        [SIZE_SHARE] = "struct share",
        [SIZE_CPU_CTX] = "struct cpu_ctx",
        [SIZE_SERVICE] = "struct service",
        [SIZE_ANSWER] = "struct answer",
        [SIZE_EXPECTATION] = "struct expectation",
        [SIZE_REASON] = "struct expectation_reason",
    };
    static const uint32_t here[WORKLOAD_SIZES] = WORKLOAD_SIZES_HERE;
    if (p->abi != WORKLOAD_ABI)
        return err_set(e, EINVAL, "%s was built for contend's plug-in interface %u, this is %d: %s", path, p->abi,
                       WORKLOAD_ABI,
                       p->abi < WORKLOAD_ABI ? "build it again with this workload.h"
                                             : "use a newer contend, or build it again with this workload.h");
    if (p->kinds > OP_KINDS)
        return err_set(e, EINVAL,
                       "%s was built for a newer contend: it knows %u kinds of op, this program %d: use a newer "
                       "contend, or build it again with this workload.h",
                       path, p->kinds, OP_KINDS);
    for (unsigned i = 0; i < WORKLOAD_SIZES; i++)
        if (p->sizes[i] > here[i])
            return err_set(e, EINVAL,
                           "%s was built for a newer contend: %s has %u bytes there, %u here: use a newer contend, or "
                           "build it again with this workload.h",
                           path, what[i] ? what[i] : "a struct", p->sizes[i], here[i]);
    const size_t least = offsetof(struct param, choices); /* what is before it no parameter can do without */
    if (p->sizes[SIZE_PARAM] < least)
        return err_set(e, EINVAL,
                       "%s: its struct param has %u bytes, at least %zu are expected: build it again with this "
                       "workload.h",
                       path, p->sizes[SIZE_PARAM], least);
    if (p->sizes[SIZE_OP] != here[SIZE_OP])
        return err_set(e, EINVAL, "%s: its struct op has %u bytes, not %u: build it again with this workload.h", path,
                       p->sizes[SIZE_OP], here[SIZE_OP]);
    return 0;
}

/* Zeroed memory that stays for good, as the object does that its content is from. NULL: there is none. */
static void *keep(size_t bytes)
{
    static struct kept {
        struct kept *next;
        max_align_t at[];
    } * all;
    struct kept *k = calloc(1, sizeof *k + bytes);
    if (!k)
        return NULL;
    k->next = all;
    all = k;
    return k->at;
}

/* `n` bytes of the plug-in's in `full` zeroed ones of this program; NULL: no memory. */
static void *widened(const void *from, size_t n, size_t full)
{
    void *to = keep(full);
    if (to)
        memcpy(to, from, n);
    return to;
}

/* The parameters, which lie as far apart as the plug-in's compiler put them, and one more than a workload may have, so
 * that params_ok sees it. */
static const struct param *params_widened(const struct param *from, size_t each)
{
    struct param *all = keep((WORKLOAD_MAX_PARAMS + 2) * sizeof *all);
    for (unsigned i = 0; all && i <= WORKLOAD_MAX_PARAMS; i++) {
        memcpy(&all[i], (const char *)from + i * each, each);
        if (!all[i].name)
            break;
    }
    return all;
}

static const struct workload *workload_widened(const struct workload *from, const uint32_t *sizes)
{
    struct workload *w = widened(from, sizes[SIZE_WORKLOAD], sizeof *w);
    if (w && w->service && !(w->service = widened(w->service, sizes[SIZE_SERVICE], sizeof *w->service)))
        return NULL;
    if (w && w->params && !(w->params = params_widened(w->params, sizes[SIZE_PARAM])))
        return NULL;
    if (w && w->expectations && !(w->expectations = plugin_expectations_widened(w->expectations, sizes, keep)))
        return NULL;
    return w;
}

/* What a plug-in has brought, in structs of this program. */
static const struct workload_plugin *plugin_widened(const struct workload_plugin *from)
{
    size_t n = 0;
    while (from->workloads[n])
        n++;
    const struct workload **list = keep((n + 1) * sizeof *list);
    struct workload_plugin *p = widened(from, sizeof *from, sizeof *p);
    bool whole = list && p;
    for (size_t i = 0; whole && i < n; i++)
        whole = (list[i] = workload_widened(from->workloads[i], from->sizes)) != NULL;
    if (!whole)
        return NULL;
    p->workloads = list;
    return p;
}

const struct workload_plugin *plugin_contract(const struct workload_plugin *from, const char *path, struct err *e)
{
    if (interface_ok(from, path, e))
        return NULL;
    const struct workload_plugin *p = NULL;
    if (!from->workloads || !from->workloads[0])
        err_set(e, EINVAL, "%s names no workload in WORKLOAD_PLUGIN(…)", path);
    else if (!(p = plugin_widened(from)))
        err_set(e, ENOMEM, "out of memory for the plug-in %s", path);
    for (unsigned i = 0; p && p->workloads[i]; i++)
        if (workload_ok(p->workloads[i], path, e))
            return NULL;
    return p;
}

const struct workload_plugin *plugin_load(const char *path, struct err *e)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* NOW: a missing symbol is named here, not met in a trial */
    if (!object) {
        err_set(e, EINVAL, "the plug-in can't be loaded: %s", dlerror());
        return NULL;
    }
    const struct workload_plugin *p = dlsym(object, "contend_plugin");
    if (!p)
        err_set(e, EINVAL, "%s has no symbol contend_plugin: end its source with WORKLOAD_PLUGIN(&your_workload);",
                path);
    return p ? plugin_contract(p, path, e) : NULL;
}

static int unchanged(const struct plugin *p, struct err *e)
{
    char now[SHA256_TEXT];
    int rc = plugin_digest(p->path, now, e);
    if (!rc && strcmp(now, p->sha256) != 0)
        rc = err_set(e, ESTALE,
                     "the plug-in %s has changed since this run was planned (sha256 %.12s…, was %.12s…): "
                     "start a new run, or put the old one back",
                     p->path, now, p->sha256);
    return rc;
}

int plugins_unchanged(const struct plan *p, struct err *e)
{
    const struct plugin *last = NULL;
    for (unsigned i = 0; i < p->n_cells; i++) {
        const struct plugin *plugin = plugin_in(p->plugins, p->cells[i].workload);
        int rc = plugin && plugin != last ? unchanged(plugin, e) : 0;
        if (rc)
            return rc;
        last = plugin;
    }
    return 0;
}

const struct workload *plugin_workload(const char *name, struct err *e)
{
    const struct plugin *p = plugin_of(name);
    const struct workload *w = workload_find(name);
    if (!p) {
        if (!w)
            err_set(e, EINVAL, "unknown workload '%s'", name);
        return w;
    }
    const struct workload_plugin *loaded = unchanged(p, e) ? NULL : plugin_load(p->path, e);
    for (unsigned i = 0; loaded && loaded->workloads[i]; i++)
        if (strcmp(loaded->workloads[i]->name, name) == 0)
            return loaded->workloads[i];
    if (loaded)
        err_set(e, EINVAL, "the plug-in %s has no workload '%s' any more", p->path, name);
    return NULL;
}
