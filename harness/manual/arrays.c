/* SPDX-License-Identifier: MIT */
/* What bash and zsh both have as associative arrays; see manual.h. */
#include "bench/workload.h"
#include "harness/manual/manual.h"

void put_parameters(FILE *out, const char *open, const char *middle)
{
    const struct workload *x;
    for (size_t i = 0; (x = workload_at(i)); i++) {
        fprintf(out, "    %s%s%s", open, x->name, middle);
        for (const struct param *p = x->params; p && p->name; p++)
            fprintf(out, "%s%s", p == x->params ? "" : " ", p->name);
        fputs("'\n", out);
    }
}

void put_choices(FILE *out, const char *open, const char *middle)
{
    const struct workload *x;
    const char *choice;
    for (size_t i = 0; (x = workload_at(i)); i++)
        for (const struct param *p = x->params; p && p->name; p++) {
            if (p->type != PARAM_PATH && !choice_at(p, 0))
                continue;
            fprintf(out, "    %s%s %s%s%s", open, x->name, p->name, middle, p->type == PARAM_PATH ? "@files" : "");
            for (unsigned k = 0; (choice = choice_at(p, k)); k++)
                fprintf(out, "%s%s", k ? " " : "", choice);
            fputs("'\n", out);
        }
}
