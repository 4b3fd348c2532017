/* SPDX-License-Identifier: MIT */
/* Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef CONTEND_BASE_UTF8_H
#define CONTEND_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at s (1 to 4), or 0 when it is not well-formed within `left` bytes. */
static inline unsigned utf8_length(const char *s, size_t left)
{
    const unsigned char *p = (const unsigned char *)s;
    if (p[0] < 0x80)
        return 1;
    unsigned n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || left < n)
        return 0;
    for (unsigned i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

/* True if the character of n bytes is one beyond ASCII that is not seen, but changes what is: controls of the upper
 * half (U+0080 … U+009F), marks that turn the direction of writing (U+200E, U+200F, U+202A … U+202E, U+2066 … U+2069),
 * line ends (U+2028, U+2029); or one that XML can't hold (U+FFFE, U+FFFF). */
static inline bool utf8_is_hidden(const char *s, unsigned n)
{
    const unsigned char *p = (const unsigned char *)s;
    if (n == 2)
        return p[0] == 0xc2 && p[1] < 0xa0;
    if (n == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe)
        return true;
    if (n != 3 || p[0] != 0xe2)
        return false;
    return (p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae))) ||
           (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

#endif
