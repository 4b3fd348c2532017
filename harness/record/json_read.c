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
    json_scan_release(&s);
    char message[320];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    return err_set(e, EINVAL, "%s:%u:%u: %s", j->name, line, column, message);
}

int json_parse(struct json **out, const char *text, size_t len, const char *name, struct err *e)
{
    struct json_scan s = {.text = text, .len = len, .stop_at_value = -1};
    bool ok = json_scan(&s);
    json_scan_release(&s);
    if (!ok && !s.no_memory) {
        unsigned line, column;
        json_place(text, s.at, &line, &column);
        return err_set(e, EINVAL, "%s:%u:%u: not JSON: expected %s", name, line, column, s.expected);
    }
    struct json *j = ok ? calloc(1, sizeof *j) : NULL;
    if (j) {
        *j = (struct json){.text = malloc(len + 1), .name = strdup(name), .len = len};
        j->root = cJSON_ParseWithLength(text, len);
    }
    if (!j || !j->text || !j->name || !j->root) {
        json_free(j);
        return err_set(e, ENOMEM, "%s: out of memory", name);
    }
    /* Only a text that is there is JSON. NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
    memcpy(j->text, text, len);
    j->text[len] = 0;
    *out = j;
    return 0;
}

/* All of the file, in as many reads as it takes; one byte more than `most` tells that it has grown too large. */
static int read_whole(int fd, const char *path, size_t most, char **out, size_t *len, struct err *e)
{
    char *buf = NULL;
    size_t n = 0, room = 0;
    for (;;) {
        if (n == room) {
            room = room ? 2 * room : 65536;
            char *more = realloc(buf, room);
            if (!more) {
                free(buf);
                return err_set(e, ENOMEM, "%s: out of memory", path);
            }
            buf = more;
        }
        ssize_t got = read(fd, buf + n, room - n);
        if (got < 0 && errno == EINTR)
            continue;
        int code = got < 0 ? errno : 0;
        n += got > 0 ? (size_t)got : 0;
        if (code || n > most) {
            free(buf);
            return code ? err_sys(e, code, "%s can't be read", path)
                        : err_set(e, EFBIG, "%s is larger than %zu bytes", path, most);
        }
        if (!got) {
            *out = buf;
            *len = n;
            return 0;
        }
    }
}

int json_parse_file(struct json **out, const char *path, size_t most, struct err *e)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not make us wait */
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return err_sys(e, errno, "%s can't be read", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, EINVAL, "%s is not a file", path);
    CLEANUP_FREE char *buf = NULL;
    size_t n = 0;
    int rc = read_whole(fd, path, most, &buf, &n, e);
    return rc ? rc : json_parse(out, buf, n, path, e);
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
