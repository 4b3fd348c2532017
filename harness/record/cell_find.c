/* SPDX-License-Identifier: MIT */
/* The cell of a plan that a user names; see cell_find.h. */
#include "harness/record/cell_find.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/nearest.h"

enum { WORDS_MAX = 64 };

/* Cuts the text at its spaces, in place. How many words there are; those beyond WORDS_MAX are left out. The list ends
 * with NULL. */
static unsigned split(char *text, const char *words[WORDS_MAX + 1])
{
    unsigned n = 0;
    char *rest = text, *word;
    while (n < WORDS_MAX && (word = strsep(&rest, " ")))
        if (*word)
            words[n++] = word;
    words[n] = NULL;
    return n;
}

static bool is_among(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* Two for each word that is in the cell's id, one for each that is near one of those. */
static unsigned likeness(const char *const *asked, const char *const *words)
{
    unsigned sum = 0;
    for (; *asked; asked++)
        sum += is_among(*asked, words) ? 2 : nearest_of(*asked, words) ? 1 : 0;
    return sum;
}

/* Among the most alike, those before in the plan first. */
static void take(struct cells_near *near, unsigned *alike, unsigned cell, unsigned likeness_of_it)
{
    unsigned at = near->n;
    while (at > 0 && alike[at - 1] < likeness_of_it)
        at--;
    if (!likeness_of_it || at == CELLS_NEAR)
        return;
    near->n += near->n < CELLS_NEAR;
    for (unsigned i = near->n - 1; i > at; i--) {
        near->cells[i] = near->cells[i - 1];
        alike[i] = alike[i - 1];
    }
    near->cells[at] = cell;
    alike[at] = likeness_of_it;
}

static int by_words(const struct plan *p, char *const *ids, const char *text, struct cells_near *near)
{
    CLEANUP_FREE char *copy = strdup(text);
    const char *asked[WORDS_MAX + 1], *words[WORDS_MAX + 1];
    unsigned alike[CELLS_NEAR] = {0};
    if (!copy)
        return -ENOMEM;
    unsigned n = split(copy, asked);
    for (unsigned i = 0; i < p->n_cells; i++) {
        CLEANUP_FREE char *id = strdup(ids[i]);
        if (!id)
            return -ENOMEM;
        split(id, words);
        unsigned found = likeness(asked, words);
        near->matching += n && found == 2 * n;
        take(near, alike, i, found);
    }
    return near->matching == 1 ? (int)near->cells[0] : -ENOENT;
}

int cell_find(const struct plan *p, const char *text, struct cells_near *near)
{
    size_t n = strspn(text, "0123456789");
    char **ids = plan_cell_ids(p);
    int found = -ENOENT;
    *near = (struct cells_near){0};
    if (!ids)
        return -ENOMEM;
    for (unsigned i = 0; i < p->n_cells && found < 0; i++)
        if (strcmp(ids[i], text) == 0)
            found = (int)i;
    unsigned long number = n && !text[n] && n < 10 ? strtoul(text, NULL, 10) : ULONG_MAX;
    if (found < 0 && number < p->n_cells)
        found = (int)number;
    if (found < 0 && text[strspn(text, "-+ 0123456789")]) /* nothing is near a number */
        found = by_words(p, ids, text, near);
    plan_cell_ids_free(p, ids);
    return found;
}
