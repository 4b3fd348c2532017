/* SPDX-License-Identifier: MIT */
/* SHA-256 as FIPS 180-4 section 6.2 writes it; see sha256.h. */
#include "bench/support/sha256.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The first 32 bits behind the point of the cube roots of the first 64 primes (4.2.2). */
static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

struct state {
    uint32_t h[8];
    uint64_t bytes;
    uint8_t block[SHA256_BLOCK]; /* bytes % SHA256_BLOCK of it are filled */
};

static uint32_t ror(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static void compress(uint32_t h[8], const uint8_t *p)
{
    uint32_t w[64], v[8];
    for (size_t t = 0; t < 16; t++)
        w[t] = (uint32_t)p[4 * t] << 24 | (uint32_t)p[4 * t + 1] << 16 | (uint32_t)p[4 * t + 2] << 8 | p[4 * t + 3];
    for (size_t t = 16; t < 64; t++) {
        uint32_t s0 = ror(w[t - 15], 7) ^ ror(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = ror(w[t - 2], 17) ^ ror(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    memcpy(v, h, sizeof v);
    for (size_t t = 0; t < 64; t++) {
        uint32_t s1 = ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25);
        uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[t] + w[t];
        uint32_t s0 = ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22);
        uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (size_t i = 0; i < 8; i++)
        h[i] += v[i];
}

static void init(struct state *s)
{
    /* The first 32 bits behind the point of the square roots of the first 8 primes (5.3.3). */
    *s = (struct state){
        .h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

static void add(struct state *s, const uint8_t *p, size_t n)
{
    while (n) {
        size_t at = s->bytes % SHA256_BLOCK, part = SHA256_BLOCK - at < n ? SHA256_BLOCK - at : n;
        if (part == SHA256_BLOCK) { /* a whole one needs no copy */
            compress(s->h, p);
        } else {
            memcpy(s->block + at, p, part);
            if (at + part == SHA256_BLOCK)
                compress(s->h, s->block);
        }
        s->bytes += part;
        p += part;
        n -= part;
    }
}

static void finish(struct state *s, uint8_t digest[SHA256_DIGEST])
{
    static const uint8_t padding[SHA256_BLOCK] = {0x80};
    uint64_t bits = s->bytes * 8;
    size_t at = s->bytes % SHA256_BLOCK, whole = at < SHA256_BLOCK - 8 ? SHA256_BLOCK : 2 * SHA256_BLOCK;
    uint8_t end[8];
    for (size_t i = 0; i < 8; i++)
        end[i] = (uint8_t)(bits >> (56 - 8 * i));
    add(s, padding, whole - 8 - at);
    add(s, end, 8);
    for (size_t i = 0; i < SHA256_DIGEST; i++)
        digest[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

static void finish_text(struct state *s, char out[SHA256_TEXT])
{
    uint8_t digest[SHA256_DIGEST];
    finish(s, digest);
    for (size_t i = 0; i < SHA256_DIGEST; i++) {
        out[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    out[SHA256_TEXT - 1] = 0;
}

void sha256_digest(const void *data, size_t n, uint8_t digest[SHA256_DIGEST])
{
    struct state s;
    init(&s);
    add(&s, data, n);
    finish(&s, digest);
}

void sha256_text(const void *data, size_t n, char out[SHA256_TEXT])
{
    struct state s;
    init(&s);
    add(&s, data, n);
    finish_text(&s, out);
}

int sha256_file(int fd, char out[SHA256_TEXT])
{
    uint8_t buf[8192];
    struct state s;
    off_t at = 0;
    init(&s);
    for (;;) {
        ssize_t n = pread(fd, buf, sizeof buf, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        add(&s, buf, (size_t)n);
        at += n;
    }
    finish_text(&s, out);
    return 0;
}
