/* SPDX-License-Identifier: MIT */
/* Parsing and extracting, and the parser's golden counterpart; see records.h. */
#include "bench/support/records.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct parsed parse_record(const char *text, size_t n)
{
    struct parsed p = {0};
    for (size_t i = 0; i < n;) {
        if (!is_letter(text[i])) {
            i++;
            continue;
        }
        uint32_t hash = 2166136261u, length = 0; /* FNV-1a */
        for (; i < n && is_letter(text[i]); i++, length++)
            hash = (hash ^ (unsigned char)(text[i] | 32)) * 16777619u;
        p.words++;
        p.letters += length;
        if (length > p.longest) {
            p.longest = length;
            p.hash = hash;
        }
    }
    return p;
}

uint64_t extract_record(const struct parsed *p)
{
    return (uint64_t)p->letters << 32 | (uint32_t)mix64((uint64_t)p->hash << 32 | p->longest << 16 | p->words);
}

struct parsed golden_record(const char *text, size_t n)
{
    struct parsed p = {.hash = 0};
    size_t start = 0, best = 0;
    for (size_t i = 0; i <= n; i++) {
        bool here = i < n && is_letter(text[i]), before = i && is_letter(text[i - 1]);
        p.letters += here;
        p.words += here && !before;
        start = here && !before ? i : start;
        if (before && !here && i - start > p.longest) {
            p.longest = (uint32_t)(i - start);
            best = start;
        }
    }
    uint64_t hash = p.words ? 2166136261u : 0;
    for (size_t i = best; i < best + p.longest; i++)
        hash = (hash ^ (unsigned char)(text[i] | 32)) * 16777619u % (UINT64_C(1) << 32);
    p.hash = (uint32_t)hash;
    return p;
}
