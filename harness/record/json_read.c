/* SPDX-License-Identifier: MIT */
/* The strict reader: the scanner says whether the text is JSON at all, cJSON builds the tree. See json.h. */
#include "harness/record/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/record/json_scan.h"

struct json {
    char *text, *name;
    size_t len;
    cJSON *root;
};

static const cJSON *tree(const struct json_value *v)
{
    return (const cJSON *)v;
}

/* Which value in document order is `v` below `at`; true when found. */
static bool count_to(const cJSON *at, const cJSON *v, long *n)
{
    for (; at; at = at->next) {
        if (at == v)
            return true;
        (*n)++;
        if (count_to(at->child, v, n))
            return true;
    }
    return false;
}

int json_error(const struct json *j, const struct json_value *v, struct err *e, const char *fmt, ...)
{
    unsigned line = 1, column = 1;
    struct json_scan s = {.text = j->text, .len = j->len, .stop_at_value = 0};
    if (count_to(j->root, tree(v), &s.stop_at_value) && json_scan(&s))
        json_place(j->text, s.at, &line, &column);
    char message[320];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    return err_set(e, EINVAL, "%s:%u:%u: %s", j->name, line, column, message);
}

static int reject_duplicates(const struct json *j, const cJSON *v, struct err *e)
{
    for (const cJSON *a = v->child; a; a = a->next) {
        if (cJSON_IsObject(v))
            for (const cJSON *b = a->next; b; b = b->next)
                if (strcmp(a->string, b->string) == 0)
                    return json_error(j, (const struct json_value *)b, e, "the key \"%s\" stands twice in one object",
                                      b->string);
        int rc = a->child ? reject_duplicates(j, a, e) : 0;
        if (rc)
            return rc;
    }
    return 0;
}

int json_parse(struct json **out, const char *text, size_t len, const char *name, struct err *e)
{
    struct json_scan s = {.text = text, .len = len, .stop_at_value = -1};
    if (!json_scan(&s)) {
        unsigned line, column;
        json_place(text, s.at, &line, &column);
        return err_set(e, EINVAL, "%s:%u:%u: not JSON: expected %s", name, line, column, s.expected);
    }
    struct json *j = calloc(1, sizeof *j);
    if (j) {
        *j = (struct json){.text = malloc(len + 1), .name = strdup(name), .len = len};
        j->root = cJSON_ParseWithLength(text, len);
    }
    if (!j || !j->text || !j->name || !j->root) {
        json_free(j);
        return err_set(e, ENOMEM, "%s: out of memory", name);
    }
    memcpy(j->text, text, len);
    j->text[len] = 0;
    int rc = reject_duplicates(j, j->root, e);
    if (rc) {
        json_free(j);
        return rc;
    }
    *out = j;
    return 0;
}

int json_parse_file(struct json **out, const char *path, size_t most, struct err *e)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return err_sys(e, errno, "%s can't be read", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, EINVAL, "%s is not a file", path);
    if ((size_t)st.st_size > most)
        return err_set(e, EFBIG, "%s is larger than %zu bytes", path, most);
    CLEANUP_FREE char *buf = malloc((size_t)st.st_size + 1);
    if (!buf)
        return err_set(e, ENOMEM, "%s: out of memory", path);
    ssize_t n = read(fd, buf, (size_t)st.st_size);
    if (n < 0)
        return err_sys(e, errno, "%s can't be read", path);
    return json_parse(out, buf, (size_t)n, path, e);
}

void json_free(struct json *j)
{
    if (!j)
        return;
    cJSON_Delete(j->root);
    free(j->text);
    free(j->name);
    free(j);
}

const struct json_value *json_root(const struct json *j)
{
    return (const struct json_value *)j->root;
}

enum json_type json_type(const struct json_value *v)
{
    const cJSON *c = tree(v);
    return cJSON_IsObject(c)   ? JSON_OBJECT
           : cJSON_IsArray(c)  ? JSON_ARRAY
           : cJSON_IsString(c) ? JSON_STRING
           : cJSON_IsNumber(c) ? JSON_NUMBER
           : cJSON_IsBool(c)   ? JSON_BOOL
                               : JSON_NULL;
}

const struct json_value *json_get(const struct json_value *object, const char *key)
{
    return object ? (const struct json_value *)cJSON_GetObjectItemCaseSensitive(tree(object), key) : NULL;
}

const struct json_value *json_first(const struct json_value *v)
{
    return v ? (const struct json_value *)tree(v)->child : NULL;
}

const struct json_value *json_next(const struct json_value *v)
{
    return (const struct json_value *)tree(v)->next;
}

const char *json_name(const struct json_value *v)
{
    return tree(v)->string;
}

size_t json_size(const struct json_value *v)
{
    return v ? (size_t)cJSON_GetArraySize(tree(v)) : 0;
}

int json_get_string(const struct json_value *v, const char **out)
{
    if (!v || !cJSON_IsString(tree(v)))
        return -EINVAL;
    *out = tree(v)->valuestring;
    return 0;
}

int json_get_double(const struct json_value *v, double *out)
{
    if (!v || !cJSON_IsNumber(tree(v)) || !isfinite(tree(v)->valuedouble))
        return -EINVAL;
    *out = tree(v)->valuedouble;
    return 0;
}

int json_get_i64(const struct json_value *v, int64_t *out)
{
    double d;
    if (json_get_double(v, &d) || d != floor(d) ||
        fabs(d) >= 9007199254740992.0) /* 2^53 itself may be 2^53+1, rounded */
        return -EINVAL;
    *out = (int64_t)d;
    return 0;
}

int json_get_u64(const struct json_value *v, uint64_t *out)
{
    const char *s;
    if (json_get_string(v, &s) == 0) {
        char *end;
        if (strncmp(s, "0x", 2) != 0 || strlen(s) < 3 || strlen(s) > 18)
            return -EINVAL;
        *out = strtoull(s + 2, &end, 16);
        return *end ? -EINVAL : 0;
    }
    int64_t i;
    if (json_get_i64(v, &i) || i < 0)
        return -EINVAL;
    *out = (uint64_t)i;
    return 0;
}

int json_get_bool(const struct json_value *v, bool *out)
{
    if (!v || !cJSON_IsBool(tree(v)))
        return -EINVAL;
    *out = cJSON_IsTrue(tree(v));
    return 0;
}

const char *json_library_version(void)
{
    return cJSON_Version();
}
