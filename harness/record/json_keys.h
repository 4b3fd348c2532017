/* SPDX-License-Identifier: MIT */
/* The keys of the objects that a reader is in: in an object each may stand once, whatever escapes it is written with.
 */
#ifndef CONTEND_RECORD_JSON_KEYS_H
#define CONTEND_RECORD_JSON_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_key {
    const char *raw; /* between its quotes, as written; borrowed from the text */
    size_t n;
    uint64_t hash; /* of what it decodes to */
};

/* Those of all open objects, the innermost one's last. May be zeroed; json_keys_release frees it. */
struct json_keys {
    struct json_key *all;
    size_t n, room;
};

/* The n bytes between a scanned key's quotes. false: memory is out. */
bool json_keys_add(struct json_keys *k, const char *raw, size_t n);
/* Forgets the keys from the index `from` on. Where the first of them stands that stood before; NULL: each stood once.
 */
const char *json_keys_end(struct json_keys *k, size_t from);
void json_keys_release(struct json_keys *k);

#endif
