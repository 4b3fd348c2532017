/* SPDX-License-Identifier: MIT */
/*
 * Pages that are mapped before the gate opens, so that no run pays a fault for what is start-up. A fork copies the page
 * tables of private memory that was written, write-protected, and of nothing else: a forked worker finds its program,
 * its libraries and all shared memory unmapped, and pays a copy for the first write to each page that its parent wrote.
 * A thread finds all of it there.
 */
#ifndef CONTEND_MACHINE_TOUCH_H
#define CONTEND_MACHINE_TOUCH_H

#include <stdbool.h>
#include <stddef.h>

enum touch {
    TOUCH_READ,   /* mapped for reading: program, libraries */
    TOUCH_SHARED, /* mapped for writing: memory that processes share, and may be writing */
    TOUCH_OWN     /* mapped for writing: private memory that no other thread writes now */
};
/* Maps all pages of at[0 … bytes-1]: with one call where the kernel has MADV_POPULATE_READ and _WRITE (5.14), else by a
 * look at each page; memory that can't be looked at so must not be asked for. */
void touch_pages(void *at, size_t bytes, enum touch how);
/* Looks at each page of memory that is mapped. A hypervisor that shadows page tables maps a page of a new address space
 * only then, which on such a virtual machine takes 5 us (measured) that no counter tells. */
void touch_look(const void *at, size_t bytes);
/* The caller's stack, 4 KiB below its frame: more would count as memory of each worker that few tasks use. */
void touch_stack(void);

/*
 * What a process has mapped of its program and libraries. Made once, before the first worker: it maps all code of the
 * objects that `of` points into, in the caller, where threads find it; and lists that, with what else the caller has
 * mapped of code, and with what it has written of the data of those of these objects that are not the program. No other
 * data: each page would be copied for each worker and count as its memory, and no run writes any of them. NULL: out of
 * memory. Without /proc the list holds the code of those objects alone.
 */
struct footprint;
struct footprint *footprint_new(const void *const *of, unsigned n);
/* In a forked child of who made it, before other threads run there: maps all of the list. */
void footprint_touch(const struct footprint *f);
/* Pages on the list, of code and of data. */
void footprint_pages(const struct footprint *f, size_t *code, size_t *data);
void footprint_free(struct footprint *f);

#endif
