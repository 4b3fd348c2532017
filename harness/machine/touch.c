/* SPDX-License-Identifier: MIT */
/* Mapping pages ahead of their use; see touch.h. Formats: madvise(2), Documentation/admin-guide/mm/pagemap.rst. */
#include "harness/machine/touch.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/base.h"

/* Headers of before 5.14 lack them. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

enum { STACK_TOUCHED = 4096, ENTRIES = 512 };

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void touch_pages(void *at, size_t bytes, enum touch how)
{
    size_t page = page_bytes();
    uintptr_t first = (uintptr_t)at / page * page, end = ((uintptr_t)at + bytes + page - 1) / page * page;
    if (madvise((void *)first, end - first, how == TOUCH_READ ? MADV_POPULATE_READ : MADV_POPULATE_WRITE) == 0)
        return;
    for (uintptr_t p = first; p < end; p += page) {
        volatile char *c = (volatile char *)p;
        char was = *c;
        /* Of shared memory a read maps the page for writing, too; a write could undo another process's. */
        if (how == TOUCH_OWN)
            *c = was;
    }
}

/* Not for sanitizers: the first byte of a page may lie in what surrounds a variable, and other processes write. */
__attribute__((no_sanitize_address, no_sanitize_thread)) void touch_look(const void *at, size_t bytes)
{
    size_t page = page_bytes();
    for (uintptr_t p = (uintptr_t)at / page * page; p < (uintptr_t)at + bytes; p += page)
        (void)*(const volatile char *)p;
}

__attribute__((noinline)) void touch_stack(void)
{
    volatile char room[STACK_TOUCHED];
    /* The lowest: what lies above it is in its page, or in that of the caller's frame. */
    room[0] = 0;
    (void)room[0];
}

/* --- the footprint --- */

struct range {
    char *at;
    size_t bytes;
    enum touch how;
};

struct footprint {
    const void *const *of;
    unsigned n_of;
    int pagemap; /* -1: it can't be read */
    size_t page;
    unsigned n, room;
    bool failed; /* out of memory */
    struct range *ranges;
};

/* Adds it to the end of the range before, where it follows that. */
static void add(struct footprint *f, uintptr_t at, size_t bytes, enum touch how)
{
    struct range *last = f->n ? &f->ranges[f->n - 1] : NULL;
    if (last && last->how == how && (uintptr_t)last->at + last->bytes == at) {
        last->bytes += bytes;
        return;
    }
    if (f->n == f->room) {
        unsigned room = f->room ? 2 * f->room : 64;
        struct range *more = reallocarray(f->ranges, room, sizeof *more);
        f->failed |= !more;
        if (!more)
            return;
        f->ranges = more;
        f->room = room;
    }
    f->ranges[f->n++] = (struct range){(char *)at, bytes, how};
}

/* Code: what is there. Data: what is there and has been written, which made it a page of this process's own. */
static bool wanted(uint64_t entry, enum touch how)
{
    const uint64_t present = UINT64_C(1) << 63, of_file = UINT64_C(1) << 61;
    return (entry & present) && (how == TOUCH_READ || !(entry & of_file));
}

/* The pages of first … end-1 that this process has mapped. */
static void add_mapped(struct footprint *f, uintptr_t first, uintptr_t end, enum touch how)
{
    uint64_t entries[ENTRIES];
    while (first < end) {
        size_t n = (end - first) / f->page < ENTRIES ? (end - first) / f->page : ENTRIES;
        ssize_t got = pread(f->pagemap, entries, n * sizeof *entries, (off_t)(first / f->page * sizeof *entries));
        if (got < (ssize_t)sizeof *entries)
            return;
        n = (size_t)got / sizeof *entries;
        for (size_t i = 0; i < n; i++)
            if (wanted(entries[i], how))
                add(f, first + i * f->page, f->page, how);
        first += n * f->page;
    }
}

static bool points_into(const struct footprint *f, const struct dl_phdr_info *o)
{
    for (unsigned i = 0; i < f->n_of; i++)
        for (unsigned k = 0; k < o->dlpi_phnum; k++) {
            const ElfW(Phdr) *p = &o->dlpi_phdr[k];
            uintptr_t at = o->dlpi_addr + p->p_vaddr;
            if (p->p_type == PT_LOAD && (uintptr_t)f->of[i] - at < p->p_memsz)
                return true;
        }
    return false;
}

/* What the loader has protected again holds addresses: it was written, so a fork copies its page tables, and is only
 * read from then on. */
static uintptr_t written_from(const struct dl_phdr_info *o, uintptr_t first, uintptr_t end)
{
    for (unsigned k = 0; k < o->dlpi_phnum; k++) {
        const ElfW(Phdr) *p = &o->dlpi_phdr[k];
        uintptr_t at = o->dlpi_addr + p->p_vaddr, behind = at + p->p_memsz;
        if (p->p_type == PT_GNU_RELRO && at >= first && at < end)
            return behind < end ? behind : end;
    }
    return first;
}

static int add_object(struct dl_phdr_info *o, size_t size, void *arg)
{
    struct footprint *f = arg;
    bool whole = points_into(f, o);
    (void)size;
    for (unsigned k = 0; k < o->dlpi_phnum; k++) {
        const ElfW(Phdr) *p = &o->dlpi_phdr[k];
        if (p->p_type != PT_LOAD || !(p->p_flags & PF_R))
            continue;
        uintptr_t at = o->dlpi_addr + p->p_vaddr, end = (at + p->p_memsz + f->page - 1) / f->page * f->page;
        uintptr_t first = at / f->page * f->page;
        if (p->p_flags & PF_W) {
            if (f->pagemap >= 0 && whole && o->dlpi_name[0]) /* the program's own name is empty */
                add_mapped(f, written_from(o, first, end) / f->page * f->page, end, TOUCH_OWN);
            continue;
        }
        if (whole) {
            touch_pages((void *)first, end - first, TOUCH_READ);
            add(f, first, end - first, TOUCH_READ);
        } else if (f->pagemap >= 0) {
            add_mapped(f, first, end, TOUCH_READ);
        }
    }
    return f->failed;
}

struct footprint *footprint_new(const void *const *of, unsigned n)
{
    struct footprint *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    *f = (struct footprint){.of = of, .n_of = n, .page = page_bytes()};
    f->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    dl_iterate_phdr(add_object, f);
    if (f->pagemap >= 0)
        close(f->pagemap);
    f->of = NULL;
    if (!f->failed)
        return f;
    footprint_free(f);
    return NULL;
}

void footprint_touch(const struct footprint *f)
{
    for (unsigned i = 0; i < f->n; i++) {
        touch_pages(f->ranges[i].at, f->ranges[i].bytes, f->ranges[i].how);
        touch_look(f->ranges[i].at, f->ranges[i].bytes);
    }
}

void footprint_pages(const struct footprint *f, size_t *code, size_t *data)
{
    *code = *data = 0;
    for (unsigned i = 0; i < f->n; i++)
        *(f->ranges[i].how == TOUCH_READ ? code : data) += f->ranges[i].bytes / f->page;
}

void footprint_free(struct footprint *f)
{
    if (f)
        free(f->ranges);
    free(f);
}
