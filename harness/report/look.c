/* SPDX-License-Identifier: MIT */
/* The models' colours and markers; see look.h. */
#include "harness/report/look.h"

#include <string.h>

#include "harness/base/base.h"
#include "harness/model/model.h"

/* In the order of models.def: blues for threads, warm colours for processes; async has those of Okabe and Ito that are
 * left, olive and black. With two kinds of colour-blindness some come near each other, so each has a marker, too. */
static const struct {
    unsigned rgb, marker;
} looks[] = {
    {0x777777, 1},                                                  /* serial */
    {0x0072B2, 7},  {0x56B4E9, 5},  {0x332288, 9},                  /* threads… */
    {0xD55E00, 11}, {0xE69F00, 13}, {0x882255, 15},                 /* processes… */
    {0x009E73, 6},  {0xCC79A7, 4},  {0x999933, 8},  {0x000000, 12}, /* async… */
};

struct look_of_model look_of(const char *model)
{
    unsigned i = 0;
    while (models[i] && strcmp(models[i]->name, model) != 0)
        i++;
    return i < ARRAY_LEN(looks) ? (struct look_of_model){looks[i].rgb, looks[i].marker, (char)('A' + i)}
                                : (struct look_of_model){0x444444, 2, '?'};
}
