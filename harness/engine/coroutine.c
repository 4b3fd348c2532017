/* SPDX-License-Identifier: MIT */
/*
 * makecontext gives each coroutine its stack, once; after that _setjmp and _longjmp switch, without the system call for
 * the signal mask that swapcontext makes (14 ns against 1.1 to 2.2 µs). The sanitizers are told of each switch.
 */
#undef _FORTIFY_SOURCE /* it takes a jump to another stack for an error */
#include "harness/engine/coroutine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ON_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define ON_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(ON_ASAN)
#include <sanitizer/common_interface_defs.h>
#define ASAN(x) x
#else
#define ASAN(x)
#endif
#if defined(__SANITIZE_THREAD__) || defined(ON_TSAN)
#include <sanitizer/tsan_interface.h>
#define TSAN(x) x
#else
#define TSAN(x)
#endif

/* One of the two places between which control goes: the coroutine, and who resumes it. */
struct side {
    jmp_buf at;
    ASAN(void *fake; const void *stack; size_t bytes;)
    TSAN(void *fiber;)
};

/*
 * One mapping each:  | pages that fault | stack, which grows down … | unused, by colour | struct coroutine |
 * so that a switch touches one page. Where stacks begin at the same place of their pages, all that many fibers have at
 * hand falls into the same few sets of the caches: the colour moves them apart.
 */
enum { COLOURS = 8, COLOUR_BYTES = 320 };
struct coroutine {
    alignas(64) struct side inside;
    void (*fn)(void *arg);
    void *arg;
};
static __thread struct side outside; /* one runs at a time, so all return to the same place: it stays in the cache */

/* More than a page: a large frame must not reach beyond it. A multiple of all sizes of pages that there are. */
static size_t guard_bytes(void)
{
    return 1 << 16;
}

static char *map_of(struct coroutine *c)
{
    return (char *)(c + 1) - COROUTINE_STACK - guard_bytes();
}

/* Between the _setjmp of the one side and the jump to the other. In place: the thread sanitizer counts calls by fiber,
 * and a function that switches would return on another than it was called on. */
static inline __attribute__((always_inline)) void leave(struct side *from, const struct side *to)
{
    ASAN(__sanitizer_start_switch_fiber(&from->fake, to->stack, to->bytes));
    TSAN(__tsan_switch_to_fiber(to->fiber, 0));
    (void)from;
    (void)to;
}

static inline __attribute__((always_inline)) void arrive(struct side *here, struct side *from)
{
    ASAN(__sanitizer_finish_switch_fiber(here->fake, &from->stack, &from->bytes));
    (void)here;
    (void)from;
}

void coroutine_resume(struct coroutine *c)
{
    TSAN(outside.fiber = __tsan_get_current_fiber());
    if (_setjmp(outside.at) == 0) {
        leave(&outside, &c->inside);
        _longjmp(c->inside.at, 1);
    }
    arrive(&outside, &c->inside);
}

void coroutine_yield(struct coroutine *c)
{
    if (_setjmp(c->inside.at) == 0) {
        leave(&c->inside, &outside);
        _longjmp(outside.at, 1);
    }
    arrive(&c->inside, &outside);
}

/* makecontext hands over ints alone. */
static __thread struct coroutine *beginning;

static void begin(void)
{
    struct coroutine *c = beginning;
    arrive(&c->inside, &outside);
    coroutine_yield(c);
    c->fn(c->arg);
    coroutine_yield(c);
    abort(); /* resumed after its end */
}

int coroutine_new(struct coroutine **out, void (*fn)(void *arg), void *arg)
{
    static __thread unsigned made;
    ucontext_t u;
    size_t guard = guard_bytes(), colour = made++ % COLOURS * COLOUR_BYTES;
    char *map = mmap(NULL, guard + COROUTINE_STACK, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (map == MAP_FAILED)
        return -errno;
    if (mprotect(map, guard, PROT_NONE) || getcontext(&u)) {
        int code = errno;
        munmap(map, guard + COROUTINE_STACK);
        return -code;
    }
    struct coroutine *c = (struct coroutine *)(map + guard + COROUTINE_STACK) - 1;
    c->fn = fn;
    c->arg = arg;
    u.uc_stack.ss_sp = map + guard;
    u.uc_stack.ss_size = COROUTINE_STACK - sizeof *c - colour;
    u.uc_link = NULL;
    makecontext(&u, begin, 0);
    ASAN(c->inside.stack = u.uc_stack.ss_sp; c->inside.bytes = u.uc_stack.ss_size);
    TSAN(c->inside.fiber = __tsan_create_fiber(0); outside.fiber = __tsan_get_current_fiber());
    beginning = c;
    if (_setjmp(outside.at) == 0) {
        leave(&outside, &c->inside);
        setcontext(&u);
    }
    arrive(&outside, &c->inside);
    *out = c;
    return 0;
}

void coroutine_free(struct coroutine *c)
{
    if (!c)
        return;
    TSAN(__tsan_destroy_fiber(c->inside.fiber));
    munmap(map_of(c), guard_bytes() + COROUTINE_STACK);
}
