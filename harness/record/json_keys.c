/* SPDX-License-Identifier: MIT */
/* Each key once in an object: few are compared with each other, many are sorted. See json_keys.h. */
#include "harness/record/json_keys.h"

#include <stdlib.h>
#include <string.h>

#include "harness/record/json_text.h"

enum { FEW = 12 };

static uint64_t hash_of(const char *raw, size_t n)
{
    const uint64_t prime = UINT64_C(0x100000001b3); /* FNV-1a, 64 bit */
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    bool plain = !memchr(raw, '\\', n);
    for (size_t i = 0; plain && i < n; i++)
        h = (h ^ (unsigned char)raw[i]) * prime;
    for (size_t i = 0; !plain && i < n;) {
        char c[4];
        unsigned m;
        i += json_decode_one(raw + i, n - i, c, &m);
        for (unsigned k = 0; k < m; k++)
            h = (h ^ (unsigned char)c[k]) * prime;
    }
    return h;
}

/* A key's bytes as they decode, one by one: a character may stand as itself in one key and as an escape in another. */
struct bytes {
    const char *raw;
    size_t left;
    char c[4];
    unsigned at, n;
};

/* The next one; -1: there is none. */
static int next_byte(struct bytes *b)
{
    if (b->at == b->n) {
        if (!b->left)
            return -1;
        size_t took = json_decode_one(b->raw, b->left, b->c, &b->n);
        b->raw += took;
        b->left -= took;
        b->at = 0;
    }
    return (unsigned char)b->c[b->at++];
}

/* By what they decode to: "\u0061" is the same key as "a". Any fixed order will do. */
static int compare(const struct json_key *a, const struct json_key *b)
{
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    struct bytes x = {.raw = a->raw, .left = a->n}, y = {.raw = b->raw, .left = b->n};
    for (;;) {
        int p = next_byte(&x), q = next_byte(&y);
        if (p != q)
            return p < q ? -1 : 1;
        if (p < 0)
            return 0;
    }
}

static int by_key_then_place(const void *a, const void *b)
{
    const struct json_key *x = a, *y = b;
    int differ = compare(x, y);
    return differ ? differ : (x->raw > y->raw) - (x->raw < y->raw);
}

bool json_keys_add(struct json_keys *k, const char *raw, size_t n)
{
    if (k->n == k->room) {
        size_t room = k->room ? 2 * k->room : 64;
        struct json_key *more = realloc(k->all, room * sizeof *more);
        if (!more)
            return false;
        k->all = more;
        k->room = room;
    }
    k->all[k->n++] = (struct json_key){.raw = raw, .n = n, .hash = hash_of(raw, n)};
    return true;
}

const char *json_keys_end(struct json_keys *k, size_t from)
{
    if (k->n == from)
        return NULL; /* and `all` may be NULL */
    struct json_key *keys = k->all + from;
    size_t n = k->n - from;
    const char *twice = NULL;
    if (n > FEW) {
        qsort(keys, n, sizeof *keys, by_key_then_place);
        for (size_t i = 1; i < n; i++)
            if (compare(&keys[i - 1], &keys[i]) == 0 && (!twice || keys[i].raw < twice))
                twice = keys[i].raw;
    } else {
        for (size_t i = 1; i < n && !twice; i++)
            for (size_t j = 0; j < i; j++)
                if (compare(&keys[j], &keys[i]) == 0)
                    twice = keys[i].raw;
    }
    k->n = from;
    return twice;
}

void json_keys_release(struct json_keys *k)
{
    free(k->all);
    *k = (struct json_keys){0};
}
