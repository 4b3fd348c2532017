/* SPDX-License-Identifier: MIT */
/* Text made from a seed, and the endless text of some files; see text.h. */
#include "bench/support/text.h"

#include <string.h>
#include <unistd.h>

/* By falling frequency; draw() prefers the front. */
static const char *const words[] = {
    "the",     "of",      "and",     "to",     "a",     "in",     "that",    "is",      "was",   "he",      "for",
    "it",      "with",    "as",      "his",    "on",    "be",     "at",      "by",      "this",  "had",     "not",
    "are",     "but",     "from",    "or",     "have",  "an",     "they",    "which",   "one",   "you",     "were",
    "her",     "all",     "she",     "there",  "would", "their",  "we",      "him",     "been",  "has",     "when",
    "who",     "will",    "more",    "no",     "if",    "out",    "so",      "said",    "what",  "up",      "its",
    "about",   "into",    "than",    "them",   "can",   "only",   "other",   "new",     "some",  "could",   "time",
    "these",   "two",     "may",     "then",   "do",    "first",  "any",     "my",      "now",   "such",    "like",
    "our",     "over",    "man",     "me",     "even",  "most",   "made",    "after",   "also",  "did",     "many",
    "before",  "must",    "through", "back",   "years", "where",  "much",    "your",    "way",   "well",    "down",
    "should",  "because", "each",    "just",   "those", "people", "take",    "day",     "good",  "how",     "long",
    "little",  "use",     "water",   "here",   "old",   "great",  "year",    "come",    "world", "own",     "right",
    "work",    "part",    "place",   "while",  "found", "still",  "between", "house",   "given", "thought", "system",
    "light",   "kept",    "quick",   "jumped", "fox",   "lazy",   "brown",   "exact",   "zeal",  "voice",   "judge",
    "process", "thread",  "loop",    "core",   "cache", "memory", "kernel",  "machine", "queue", "lock",    "clock",
};
enum { WORDS = sizeof words / sizeof words[0], COLUMNS = 72 };

struct writer {
    uint64_t state;
    char *buf;
    size_t at, n;
    unsigned column;
};

/* Below `limit`, which is small. Whole numbers only: no machine rounds differently. */
static unsigned below(struct writer *w, unsigned limit)
{
    w->state += UINT64_C(0x9e3779b97f4a7c15);
    return (unsigned)((mix64(w->state) >> 40) * limit >> 24);
}

/* The cube of an even number from [0, 1): word k comes with a density that falls as k^(-2/3), as words do. */
static const char *draw(struct writer *w)
{
    uint64_t u = below(w, 1 << 16);
    return words[((u * u >> 16) * u >> 16) * WORDS >> 16];
}

static void put(struct writer *w, const char *text)
{
    for (; *text; text++, w->column++)
        if (w->at < w->n)
            w->buf[w->at++] = *text;
}

static void put_sentence(struct writer *w)
{
    unsigned length = 4 + below(w, 16);
    for (unsigned k = 0; k < length && w->at < w->n; k++) {
        size_t start = w->at;
        put(w, draw(w));
        if (below(w, 16) == 0) /* a rare compound: there are more words than the table has */
            put(w, draw(w));
        if (k == 0)
            w->buf[start] = (char)(w->buf[start] - 'a' + 'A');
        put(w, k + 1 == length ? "." : below(w, 12) == 0 ? "," : "");
        put(w, w->column < COLUMNS ? " " : "\n");
        w->column = w->column > COLUMNS ? 0 : w->column;
    }
}

void text_fill(uint64_t seed, char *buf, size_t n)
{
    struct writer w = {.state = mix64(seed), .buf = buf, .n = n};
    while (w.at < n) {
        for (unsigned k = 3 + below(&w, 8); k; k--)
            put_sentence(&w);
        put(&w, "\n\n");
        w.column = 0;
    }
}

/* The file with byte `at` of all (at < t->bytes): the last that begins at or before it. */
static const struct text_file *file_at(const struct texts *t, uint64_t at)
{
    unsigned low = 0, high = t->n;
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (t->file[middle].first <= at)
            low = middle;
        else
            high = middle;
    }
    return &t->file[low];
}

/* What can be read at once: from a file's offset to its end, at most len bytes. */
static int piece(const struct texts *t, uint64_t at, size_t len, off_t *offset, size_t *n)
{
    at %= t->bytes;
    const struct text_file *f = file_at(t, at);
    uint64_t left = f->first + f->bytes - at;
    *offset = (off_t)(at - f->first);
    *n = left < len ? (size_t)left : len;
    return f->fd;
}

static void next_read(const struct texts *t, const struct text_reading *r, struct op *op)
{
    op->kind = OP_PREAD;
    op->buf = r->buf;
    op->fd = piece(t, r->at, r->len, &op->offset, &op->len);
}

void text_read(const struct texts *t, struct text_reading *r, struct op *op, uint64_t at, char *buf, size_t len)
{
    *r = (struct text_reading){.at = at, .len = len, .buf = buf};
    next_read(t, r, op);
}

int text_read_on(const struct texts *t, struct text_reading *r, struct op *op)
{
    if (op->res < 0 && op->res != -EINTR && op->res != -EAGAIN)
        return -1;
    if (op->res == 0) { /* the file became shorter than it was at setup */
        op->res = -EPIPE;
        return -1;
    }
    size_t n = op->res > 0 ? (size_t)op->res : 0;
    r->at += n;
    r->len -= n;
    r->buf += n;
    op->resumed = r->len > 0;
    if (r->len)
        next_read(t, r, op);
    return r->len == 0;
}

int text_copy(const struct texts *t, uint64_t at, char *buf, size_t len)
{
    while (len) {
        off_t offset;
        size_t n;
        int fd = piece(t, at, len, &offset, &n);
        ssize_t got = pread(fd, buf, n, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EPIPE;
        at += (uint64_t)got;
        buf += got;
        len -= (size_t)got;
    }
    return 0;
}
