/* SPDX-License-Identifier: MIT */
/*
 * sha256: the digest of a message of `size` bytes a unit, by OpenSSL's libcrypto, which uses the processor's SHA
 * instructions where it has them. The library is loaded by setup and not linked, since every trial of every workload
 * would else pay for its start. Messages are stretches of one shared buffer that begin at one of SPREAD places. The
 * golden value comes from a plain implementation of FIPS 180-4 below.
 */
#include "bench/workload.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { SPREAD = 16, SHIFT = 8 };  /* message i begins at byte i % SPREAD * SHIFT: aligned, as malloc's blocks are */
enum { CHECK_EVERY = 1 << 16 };   /* bytes between checkpoints: 50 µs with SHA instructions, some 300 without */
enum { BLOCK = 64, DIGEST = 32 }; /* bytes */

#define STRING_(x) #x
#define STRING(x) STRING_(x)

/* The functions that are used, with the types of the header that the program was built with. */
struct library {
    void *handle;
    EVP_MD *sha256; /* fetched once: fetching takes longer than a short digest */
    __typeof__(EVP_MD_fetch) *fetch;
    __typeof__(EVP_MD_free) *free;
    __typeof__(EVP_MD_CTX_new) *context_new;
    __typeof__(EVP_MD_CTX_free) *context_free;
    __typeof__(EVP_DigestInit_ex2) *init;
    __typeof__(EVP_DigestUpdate) *update;
    __typeof__(EVP_DigestFinal_ex) *final;
};

struct task {
    struct span span;
    const struct library *library;
    const uint8_t *buffer;
    size_t size;
    uint64_t sum;
    bool due, failed;
    EVP_MD_CTX *context;
    uint8_t digest[DIGEST];
};

static void library_close(struct library *l)
{
    if (l->sha256)
        l->free(l->sha256);
    if (l->handle)
        dlclose(l->handle);
}

/* 0, or -ELIBACC with dlerror() set: it can't be loaded, or lacks something. */
static int library_open(struct library *l)
{
    memset(l, 0, sizeof *l);
    l->handle = dlopen("libcrypto.so." STRING(OPENSSL_SHLIB_VERSION), RTLD_NOW | RTLD_LOCAL);
    if (!l->handle)
        return -ELIBACC;
    *(void **)&l->fetch = dlsym(l->handle, "EVP_MD_fetch");
    *(void **)&l->free = dlsym(l->handle, "EVP_MD_free");
    *(void **)&l->context_new = dlsym(l->handle, "EVP_MD_CTX_new");
    *(void **)&l->context_free = dlsym(l->handle, "EVP_MD_CTX_free");
    *(void **)&l->init = dlsym(l->handle, "EVP_DigestInit_ex2");
    *(void **)&l->update = dlsym(l->handle, "EVP_DigestUpdate");
    *(void **)&l->final = dlsym(l->handle, "EVP_DigestFinal_ex");
    if (l->fetch && l->free && l->context_new && l->context_free && l->init && l->update && l->final)
        l->sha256 = l->fetch(NULL, "SHA256", NULL);
    if (l->sha256)
        return 0;
    library_close(l);
    return -ELIBACC;
}

static int setup(struct wl_env *env)
{
    size_t words = (size_t)env->p[0] / 8 + 1 + SPREAD * SHIFT / 8;
    struct library *l = malloc(sizeof *l);
    if (!l)
        return -ENOMEM;
    if (library_open(l)) {
        const char *why = dlerror();
        free(l);
        return wl_error(env, ELIBACC, "OpenSSL's library can't be loaded (%s); install libssl",
                        why ? why : "no SHA-256");
    }
    uint64_t *buffer = wl_map(env, words * 8);
    if (!buffer) {
        library_close(l);
        free(l);
        return -ENOMEM;
    }
    for (size_t k = 0; k < words; k++)
        buffer[k] = mix64(env->seed ^ mix64(k));
    env->state = l;
    return 0;
}

static void teardown(struct wl_env *env)
{
    library_close(env->state);
    free(env->state);
    wl_unmap(env);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->library = env->state;
    t->buffer = env->shared;
    t->size = (size_t)env->p[0];
    t->context = t->library->context_new();
    return t->context && t->library->init(t->context, t->library->sha256, NULL) ? 0 : -ENOMEM;
}

static void task_fini(void *task)
{
    struct task *t = task;
    if (t->context)
        t->library->context_free(t->context);
}

static const uint8_t *message(const uint8_t *buffer, uint64_t unit)
{
    return buffer + unit % SPREAD * SHIFT;
}

static void hash(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    const struct library *l = t->library;
    const uint8_t *at = message(t->buffer, t->span.at);
    bool good = l->init(t->context, NULL, NULL);
    for (size_t left = t->size; left;) {
        size_t n = left < CHECK_EVERY ? left : CHECK_EVERY;
        good = good && l->update(t->context, at, n);
        at += n;
        left -= n;
        cpu_checkpoint(cx);
    }
    t->failed = !good || !l->final(t->context, t->digest, NULL);
}

/* All of the digest counts, and whose it is. */
static uint64_t digest_sum(uint64_t unit, const uint8_t digest[DIGEST])
{
    uint64_t w[DIGEST / 8], sum = unit;
    memcpy(w, digest, DIGEST);
    for (size_t i = 0; i < DIGEST / 8; i++)
        sum = mix64(sum ^ w[i]);
    return sum;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->due) {
        t->due = false;
        if (t->failed) {
            op->res = -EIO;
            return STEP_FAIL;
        }
        t->sum += digest_sum(t->span.at, t->digest);
        return STEP_UNIT;
    }
    if (!span_next(&t->span, op))
        return STEP_DONE;
    t->due = true;
    op->kind = OP_CPU;
    op->fn = hash;
    op->arg = t;
    return STEP_OP;
}

static uint64_t checksum(const void *task)
{
    return ((const struct task *)task)->sum;
}

/* The first 32 bits behind the point of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* FIPS 180-4, 6.2.2: one block into the state. */
static void plain_block(uint32_t h[8], const uint8_t *p)
{
    uint32_t w[64], v[8];
    for (size_t t = 0; t < 16; t++)
        w[t] = (uint32_t)p[4 * t] << 24 | (uint32_t)p[4 * t + 1] << 16 | (uint32_t)p[4 * t + 2] << 8 | p[4 * t + 3];
    for (size_t t = 16; t < 64; t++) {
        uint32_t s0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    memcpy(v, h, sizeof v);
    for (size_t t = 0; t < 64; t++) {
        uint32_t s1 = rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25);
        uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[t] + w[t];
        uint32_t s0 = rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22);
        uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (size_t i = 0; i < 8; i++)
        h[i] += v[i];
}

static void plain_sha256(const uint8_t *p, size_t size, uint8_t digest[DIGEST])
{
    /* The first 32 bits behind the point of the square roots of the first 8 primes (5.3.3). */
    uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint8_t tail[2 * BLOCK] = {0};
    size_t whole = size / BLOCK * BLOCK, rest = size - whole, padded = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
    for (size_t at = 0; at < whole; at += BLOCK)
        plain_block(h, p + at);
    memcpy(tail, p + whole, rest);
    tail[rest] = 0x80;
    for (size_t i = 0; i < 8; i++)
        tail[padded - 1 - i] = (uint8_t)((uint64_t)size * 8 >> 8 * i);
    for (size_t at = 0; at < padded; at += BLOCK)
        plain_block(h, tail + at);
    for (size_t i = 0; i < DIGEST; i++)
        digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint8_t digests[SPREAD][DIGEST];
    uint64_t sum = 0;
    for (uint64_t i = 0; i < SPREAD; i++)
        plain_sha256(message(env->shared, i), (size_t)env->p[0], digests[i]);
    for (uint64_t i = first; i < first + n; i++)
        sum += digest_sum(i, digests[i % SPREAD]);
    return sum;
}

static const struct param params[] = {
    {"size", "bytes of a message", PARAM_SIZE, 64 << 10, 0, 1 << 30, NULL},
    {0},
};

const struct workload workload_sha256 = {
    .name = "sha256",
    .family = "cpu",
    .summary = "digests by a library's SHA instructions: compute in a tight loop that needs no memory of "
               "its own",
    .lesson = "Library code scales with cores under any model that has more than one, and not under an "
              "interpreter lock unless the lock is given up around it.",
    .unit = "one digest",
    .params = params,
    .needs = NEED_CPU,
    .scales = "size",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .task_fini = task_fini,
    .expected = expected,
};
