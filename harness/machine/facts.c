/* SPDX-License-Identifier: MIT */
/* The list of facts and the ways to read one from a file; the groups are in files of their own. */
#include "harness/machine/facts.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/facts_internal.h"
#include "harness/record/fields.h"

const char *const fact_status_names[3] = {"ok", "absent", "denied"};

static struct fact *add(struct facts *f, const char *name, const char *source, enum fact_status status)
{
    static struct fact overflow; /* FACTS_MAX is a build-time count; a test reads all facts and finds each */
    struct fact *x = f->n < FACTS_MAX ? &f->all[f->n++] : &overflow;
    *x = (struct fact){.name = name, .status = status};
    snprintf(x->source, sizeof x->source, "%s", source);
    return x;
}

void fact_text(struct facts *f, const char *name, const char *source, const char *fmt, ...)
{
    struct fact *x = add(f, name, source, FACT_OK);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(x->text, sizeof x->text, fmt, ap);
    va_end(ap);
}

void fact_number(struct facts *f, const char *name, const char *source, double v)
{
    struct fact *x = add(f, name, source, FACT_OK);
    x->is_number = true;
    x->number = v;
    snprintf(x->text, sizeof x->text, "%.10g", v);
}

void fact_missing(struct facts *f, const char *name, const char *source, int code, const char *why)
{
    struct fact *x = add(f, name, source, code == EACCES || code == EPERM ? FACT_DENIED : FACT_ABSENT);
    snprintf(x->text, sizeof x->text, "%s", why ? why : strerror(code));
}

bool facts_are_remote(const struct facts *f)
{
    return f->root[0] != 0;
}

void fact_path(const struct facts *f, const char *path, char *buf, size_t n)
{
    snprintf(buf, n, "%s%s", f->root, path);
}

int fact_read(const struct facts *f, const char *path, char *buf, size_t n)
{
    char whole[512];
    fact_path(f, path, whole, sizeof whole);
    CLEANUP_FD int fd = open(whole, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    size_t have = 0;
    while (have + 1 < n) {
        ssize_t got = read(fd, buf + have, n - 1 - have);
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    while (have && isspace((unsigned char)buf[have - 1]))
        have--;
    buf[have] = 0;
    return (int)have;
}

int fact_read_key(const struct facts *f, const char *path, const char *key, char *buf, size_t n)
{
    char whole[512], line[512];
    size_t len = strlen(key);
    fact_path(f, path, whole, sizeof whole);
    FILE *file = fopen(whole, "re");
    if (!file)
        return -errno;
    int rc = -ENOENT;
    while (rc && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, len) != 0 || !strchr(" \t:", line[len]))
            continue;
        const char *value = line + len + strspn(line + len, " \t:");
        snprintf(buf, n, "%.*s", (int)strcspn(value, "\n"), value);
        rc = 0;
    }
    fclose(file);
    return rc;
}

void fact_file(struct facts *f, const char *name, const char *path)
{
    char text[320];
    int got = fact_read(f, path, text, sizeof text);
    if (got < 0)
        fact_missing(f, name, path, -got, NULL);
    else
        fact_text(f, name, path, "%.*s", (int)strcspn(text, "\n"), text);
}

void fact_file_number(struct facts *f, const char *name, const char *path, double scale)
{
    char text[64], *end;
    int got = fact_read(f, path, text, sizeof text);
    double v = got > 0 ? strtod(text, &end) : 0;
    if (got < 0)
        fact_missing(f, name, path, -got, NULL);
    else if (got == 0 || end == text)
        fact_missing(f, name, path, EINVAL, "the file does not hold a number");
    else
        fact_number(f, name, path, v * scale);
}

void fact_chosen(struct facts *f, const char *name, const char *path)
{
    char text[160];
    int got = fact_read(f, path, text, sizeof text);
    if (got < 0) {
        fact_missing(f, name, path, -got, NULL);
        return;
    }
    char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
    if (close)
        fact_text(f, name, path, "%.*s", (int)(close - open - 1), open + 1);
    else
        fact_text(f, name, path, "%s", text);
}

void facts_read(struct facts *f, const struct facts_request *q)
{
    *f = (struct facts){.root = q->root ? q->root : ""};
    facts_cpu(f);
    facts_kernel(f);
    facts_container(f);
    facts_load(f, q);
    facts_noise(f, q);
    facts_limits(f, q);
    facts_build(f);
}

const struct fact *facts_find(const struct facts *f, const char *name)
{
    for (unsigned i = 0; i < f->n; i++)
        if (strcmp(f->all[i].name, name) == 0)
            return &f->all[i];
    return NULL;
}

bool facts_number(const struct facts *f, const char *name, double *out)
{
    const struct fact *x = facts_find(f, name);
    if (!x || x->status != FACT_OK || !x->is_number)
        return false;
    *out = x->number;
    return true;
}

const char *facts_text(const struct facts *f, const char *name)
{
    const struct fact *x = facts_find(f, name);
    return x && x->status == FACT_OK ? x->text : NULL;
}

void facts_put(struct facts *f, const char *name, const char *source, const char *text)
{
    unsigned i = 0;
    while (i < f->n && strcmp(f->all[i].name, name) != 0)
        i++;
    if (i == FACTS_MAX)
        return;
    f->n += i == f->n;
    f->all[i] = (struct fact){.name = name, .status = FACT_OK};
    snprintf(f->all[i].text, sizeof f->all[i].text, "%s", text);
    snprintf(f->all[i].source, sizeof f->all[i].source, "%s", source);
}

void facts_to_json(struct json_writer *w, const struct facts *f)
{
    json_begin(w, '{');
    for (unsigned i = 0; i < f->n; i++) {
        const struct fact *x = &f->all[i];
        json_key(w, x->name);
        json_begin(w, '{');
        json_key(w, "value");
        if (x->status != FACT_OK)
            json_null(w);
        else if (x->is_number)
            json_double(w, x->number);
        else
            json_string(w, x->text);
        put_string(w, "source", x->source);
        put_string(w, "status", fact_status_names[x->status]);
        if (x->status != FACT_OK)
            put_string(w, "reason", x->text);
        json_end(w, '}');
    }
    json_end(w, '}');
}

static int fact_from_json(const struct json *j, const struct json_value *v, struct facts *f, struct err *e)
{
    struct fields in = {.json = j, .object = v, .e = e};
    if (json_type(v) != JSON_OBJECT)
        return json_error(j, v, e, "a fact is an object");
    if (f->n == FACTS_MAX)
        return json_error(j, v, e, "more than %d facts", FACTS_MAX);
    struct fact *x = &f->all[f->n++];
    x->name = intern(json_name(v));
    x->status = (enum fact_status)field_name(&in, "status", fact_status_names, ARRAY_LEN(fact_status_names));
    field_copy(&in, "source", x->source, sizeof x->source);
    const struct json_value *value = json_get(v, "value");
    if (in.rc || x->status != FACT_OK) {
        field_copy(&in, "reason", x->text, sizeof x->text);
    } else if (value && json_type(value) == JSON_NUMBER) {
        x->is_number = true;
        json_get_double(value, &x->number);
        snprintf(x->text, sizeof x->text, "%.10g", x->number);
    } else {
        field_copy(&in, "value", x->text, sizeof x->text);
    }
    return in.rc;
}

int facts_from_json(const struct json *j, const struct json_value *object, struct facts *f, struct err *e)
{
    *f = (struct facts){.root = ""};
    int rc = 0;
    for (const struct json_value *v = json_first(object); v && !rc; v = json_next(v))
        rc = fact_from_json(j, v, f, e);
    return rc;
}

const struct fact *facts_other_machine(const struct facts *a, const struct facts *b)
{
    static const char *const fixed[] = {"cpu.model",     "cpu.stepping",  "cpu.allowed",   "kernel.release",
                                        "vm.hypervisor", "build.version", "build.commit",  "build.compiler",
                                        "build.flags",   "build.type",    "build.sanitize"};
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        const struct fact *x = facts_find(a, fixed[i]), *y = facts_find(b, fixed[i]);
        if (x && y && (x->status != y->status || strcmp(x->text, y->text) != 0))
            return x;
    }
    return NULL;
}

static const char *kept_text(const struct facts *f, const char *name)
{
    const char *text = facts_text(f, name);
    return text ? intern(text) : NULL;
}

struct machine_id facts_machine(const struct facts *f)
{
    return (struct machine_id){kept_text(f, "cpu.model"), kept_text(f, "kernel.release"), kept_text(f, "host.id"),
                               kept_text(f, "host.boot")};
}

unsigned facts_changed(const struct facts *a, const struct facts *b, unsigned *out)
{
    static const char *const restless[] = {"load.",
                                           "psi.",
                                           "memory.available",
                                           "memory.left",
                                           "memory.swap_used",
                                           "clock.cost",
                                           "cpu.frequency_now",
                                           "cpu.temperature",
                                           "scratch.free",
                                           "noise."};
    unsigned n = 0;
    for (unsigned i = 0; i < a->n; i++) {
        const struct fact *x = &a->all[i], *y = facts_find(b, x->name);
        bool still = y != NULL;
        for (size_t k = 0; still && k < ARRAY_LEN(restless); k++)
            still = strncmp(x->name, restless[k], strlen(restless[k])) != 0;
        if (still && (x->status != y->status || strcmp(x->text, y->text) != 0))
            out[n++] = i;
    }
    return n;
}
