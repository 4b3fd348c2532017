/* SPDX-License-Identifier: MIT */
/* Interned strings: reasons repeat in every record, so one copy of each is kept. The table is a plain chained hash. */
#include "harness/base/base.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

struct node {
    struct node *next;
    char text[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct node *table[256];

const char *intern(const char *s)
{
    if (!s)
        return NULL;
    uint32_t h = 2166136261u; /* FNV-1a, 32 bit */
    for (const char *p = s; *p; p++)
        h = (h ^ (unsigned char)*p) * 16777619u;
    struct node **bucket = &table[h % ARRAY_LEN(table)];
    pthread_mutex_lock(&lock);
    struct node *n = *bucket;
    while (n && strcmp(n->text, s) != 0)
        n = n->next;
    if (!n) {
        size_t len = strlen(s) + 1;
        n = malloc(sizeof *n + len);
        if (n) {
            memcpy(n->text, s, len);
            n->next = *bucket;
            *bucket = n;
        }
    }
    pthread_mutex_unlock(&lock);
    return n ? n->text : "(out of memory)";
}
