/* SPDX-License-Identifier: MIT */
/*
 * sha256: the digest of a message of `size` bytes a unit, by OpenSSL's libcrypto, which uses the processor's SHA
 * instructions where it has them. The library is loaded by setup and not linked, since every trial of every workload
 * would else pay for its start. Messages are stretches of one shared buffer that begin at one of SPREAD places. The
 * golden value comes from a plain implementation of FIPS 180-4, in bench/support.
 */
#include "bench/workload.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "bench/support/sha256.h"

enum { SPREAD = 16, SHIFT = 8 }; /* message i begins at byte i % SPREAD * SHIFT: aligned, as malloc's blocks are */
enum { CHECK_EVERY = 1 << 16 };  /* bytes between checkpoints: 50 µs with SHA instructions, some 300 without */

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
    bool failed;
    EVP_MD_CTX *context;
    uint8_t digest[SHA256_DIGEST];
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

/* A digest of a short message: the library's code, and contexts for as many tasks, whose memory then lies free. */
static int warm(const struct wl_env *env, unsigned in_flight)
{
    const struct library *l = env->state;
    EVP_MD_CTX **all = calloc(in_flight, sizeof *all);
    uint8_t digest[SHA256_DIGEST];
    bool good = all != NULL;
    for (unsigned i = 0; good && i < in_flight; i++)
        good = (all[i] = l->context_new()) && l->init(all[i], l->sha256, NULL) && l->init(all[i], NULL, NULL) &&
               l->update(all[i], env->shared, SPREAD) && l->final(all[i], digest, NULL);
    for (unsigned i = 0; all && i < in_flight; i++)
        l->context_free(all[i]); /* NULL is none */
    free(all);
    return good ? 0 : -ENOMEM;
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
static uint64_t digest_sum(uint64_t unit, const uint8_t digest[SHA256_DIGEST])
{
    uint64_t w[SHA256_DIGEST / 8], sum = unit;
    memcpy(w, digest, SHA256_DIGEST);
    for (size_t i = 0; i < SHA256_DIGEST / 8; i++)
        sum = mix64(sum ^ w[i]);
    return sum;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span)) {
        if (t->failed)
            return op_fail(op, -EIO);
        t->span.sum += digest_sum(t->span.at, t->digest);
        return STEP_UNIT;
    }
    return span_begin(&t->span, op) ? op_compute(op, hash, t) : STEP_DONE;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint8_t digests[SPREAD][SHA256_DIGEST];
    uint64_t sum = 0;
    for (uint64_t i = 0; i < SPREAD; i++)
        sha256_digest(message(env->shared, i), (size_t)env->p[0], digests[i]);
    for (uint64_t i = first; i < first + n; i++)
        sum += digest_sum(i, digests[i % SPREAD]);
    return sum;
}

static const struct param params[] = {
    {"size", "bytes of a message", PARAM_SIZE, 64 << 10, 0, 1 << 30, NULL},
    {0},
};

static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation_reason handed[] = {REASON_TRIP, REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation expectations[] = {
    EXPECT_CPUS_ADD_UP(shared), EXPECT_LOCK_GAINS_NOTHING, EXPECT_POOL_GAINS(handed), {0}};

const struct workload workload_sha256 = {
    .name = "sha256",
    .family = "cpu",
    .summary = "digests by a library's SHA instructions: compute in a tight loop that needs no memory of "
               "its own",
    .unit = "one digest",
    .params = params,
    .needs = NEED_CPU,
    .scales = "size",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .task_fini = task_fini,
    .expected = expected,
    .warm = warm,
    .expectations = expectations,
};
