/* SPDX-License-Identifier: MIT */
/* Floors that are kept; see kept.h. */
#include "harness/command/kept.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/state.h"
#include "harness/machine/facts.h"

/* Names are times, so their order is that of time. */
static int is_floor(const struct dirent *d)
{
    const char *end = strrchr(d->d_name, '.');
    return d->d_name[0] != '.' && end && strcmp(end, ".json") == 0;
}

int kept_floors_each(int (*each)(void *arg, const char *path), void *arg, struct err *e)
{
    char dir[PATH_MAX];
    struct dirent **names = NULL;
    int rc = state_path("floors", dir, sizeof dir, e);
    if (rc)
        return rc == -ENOENT ? 0 : rc;
    int n = scandir(dir, &names, is_floor, alphasort);
    if (n < 0)
        return errno == ENOENT ? 0 : err_call(e, errno, "opendir", "%s can't be read", dir);
    for (int i = n - 1; i >= 0; i--) {
        char path[PATH_MAX + 260];
        snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
        if (!rc)
            rc = each(arg, path);
        free(names[i]);
    }
    free(names);
    return rc;
}

int kept_floor_keep(const struct kept_floor *f, char *path, struct err *e)
{
    char name[64], at[40] = "";
    for (unsigned i = 0, n = 0; f->started[i] && f->started[i] != '.' && n + 1 < sizeof at; i++)
        if (f->started[i] != '-' && f->started[i] != ':') {
            at[n++] = f->started[i];
            at[n] = 0;
        }
    snprintf(name, sizeof name, "floors/%s.json", at);
    int rc = state_path_make(name, path, PATH_MAX, e);
    return rc ? rc : kept_floor_write(f, path, e);
}

struct search {
    struct machine_id machine;
    struct kept_floor *best;
    char name[256];
    unsigned others, unreadable, looked_at;
    char differs[16];
};

/* The newest may be one that was just begun, so a shorter one does not take the place of a longer one before it, unless
 * it is long enough. */
static const double LONG_S = 1800;
enum { FOUND = 1, MOST_LOOKED_AT = 50 };

static double length_of(const struct kept_floor *f)
{
    return f->n ? f->at_s[f->n - 1] : -1;
}

static int match(void *arg, const char *path)
{
    struct search *s = arg;
    struct kept_floor f;
    struct err ignored = {0};
    if (kept_floor_read(&f, path, &ignored)) {
        s->unreadable++;
        return 0;
    }
    const char *differs = machine_id_differs(&s->machine, &f.machine, false);
    if (differs) {
        s->others++;
        snprintf(s->differs, sizeof s->differs, "%s", differs);
        kept_floor_release(&f);
        return 0;
    }
    if (length_of(&f) <= length_of(s->best)) {
        kept_floor_release(&f);
        return ++s->looked_at < MOST_LOOKED_AT ? 0 : FOUND;
    }
    kept_floor_release(s->best);
    *s->best = f;
    snprintf(s->name, sizeof s->name, "%.255s", strrchr(path, '/') + 1);
    return length_of(s->best) >= LONG_S || ++s->looked_at == MOST_LOOKED_AT ? FOUND : 0;
}

static const char *known(const char *fact)
{
    return fact ? fact : "not known";
}

static int carried(const struct machine_id *machine, const char *file, struct kept_floor *memory,
                   struct runs_floor *out, struct err *e)
{
    int rc = kept_floor_read(memory, file, e);
    if (rc)
        return rc;
    const char *differs = machine_id_differs(machine, &memory->machine, true);
    bool cpu = differs && strcmp(differs, "CPU") == 0;
    if (differs)
        return err_set(e, EPERM,
                       "--floor %s is of another %s ('%.80s') than the runs ('%.80s'): record one there with: "
                       "contend verify --long",
                       file, differs, known(cpu ? memory->machine.cpu : memory->machine.kernel),
                       known(cpu ? machine->cpu : machine->kernel));
    out->kept = memory;
    snprintf(out->name, sizeof out->name, "%.255s", file);
    return 0;
}

int kept_floor_of(const struct machine_id *machine, const char *file, struct kept_floor *memory, struct runs_floor *out,
                  struct err *e)
{
    struct search s = {.machine = *machine, .best = memory};
    struct err why = {0};
    *out = (struct runs_floor){.kept = NULL};
    *memory = (struct kept_floor){0};
    if (file)
        return carried(machine, file, memory, out, e);
    if (!machine->host)
        snprintf(out->why, sizeof out->why, "it is not known on which host the run was");
    else if (kept_floors_each(match, &s, &why) < 0)
        snprintf(out->why, sizeof out->why, "%.380s", why.text);
    else if (s.others && !memory->n)
        snprintf(out->why, sizeof out->why, "the %u kept here are of another machine: the %s differs", s.others,
                 s.differs);
    else if (!memory->n)
        snprintf(out->why, sizeof out->why, s.unreadable ? "those kept here can't be read" : "none is kept here");
    if (!memory->n)
        return 0;
    out->kept = memory;
    snprintf(out->name, sizeof out->name, "%.255s", s.name);
    return 0;
}

int kept_floor_for(const struct summary *run, const struct summary *other, const char *file, struct kept_floor *memory,
                   struct runs_floor *out, struct err *e)
{
    struct machine_id a = {0}, b = {0};
    *out = (struct runs_floor){.kept = NULL};
    if (run->environment)
        a = facts_machine(&run->environment->start);
    if (other && other->environment)
        b = facts_machine(&other->environment->start);
    const char *differs = other ? machine_id_differs(&a, &b, file != NULL) : NULL;
    if (!differs)
        return kept_floor_of(&a, file, memory, out, e);
    if (file)
        return err_set(e, EPERM, "--floor is for two runs on one machine: the %s differs", differs);
    snprintf(out->why, sizeof out->why, "A and B do not tell that they ran on one machine: the %s differs", differs);
    return 0;
}
