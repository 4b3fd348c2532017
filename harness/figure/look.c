/* SPDX-License-Identifier: MIT */
/* What models look like; see look.h. */
#include "harness/figure/look.h"

struct model_look look_of(const char *model)
{
    const struct model *m = model_find(model);
    return m && m->look.letter ? m->look : (struct model_look){.rgb = 0x444444, .marker = 2, .letter = '?'};
}
