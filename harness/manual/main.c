/* SPDX-License-Identifier: MIT */
/* contend_manual TEMPLATE OUT DATE: copies the template and fills in the lines @NAME@; see manual.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/manual/manual.h"

const char *manual_date;

static const struct part *part_find(const char *line)
{
    static const struct part *const all[] = {man_parts, bash_parts, zsh_parts, fish_parts};
    size_t n = strlen(line);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        for (const struct part *p = all[i]; p->name; p++)
            if (strlen(p->name) == n - 2 && strncmp(p->name, line + 1, n - 2) == 0)
                return p;
    return NULL;
}

/* 0, or -EINVAL: a part is not known, which stderr says. */
static int fill_in(FILE *in, FILE *out)
{
    CLEANUP_FREE char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, in)) > 0) {
        if (line[n - 1] == '\n')
            line[--n] = 0;
        if (n < 3 || line[0] != '@' || line[n - 1] != '@') {
            fprintf(out, "%s\n", line);
            continue;
        }
        const struct part *p = part_find(line);
        if (!p)
            return fprintf(stderr, "%s: no such part\n", line), -EINVAL;
        p->print(out);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return fprintf(stderr, "usage: contend_manual TEMPLATE OUT DATE\n"), EXIT_USAGE;
    manual_date = argv[3];
    FILE *in = fopen(argv[1], "re"), *out = in ? fopen(argv[2], "we") : NULL;
    if (!out)
        return perror(in ? argv[2] : argv[1]), EXIT_ERROR;
    bool failed = !tables_are_sound() || fill_in(in, out) || ferror(in) || ferror(out);
    fclose(in);
    failed |= fclose(out) != 0;
    if (failed) {
        fprintf(stderr, "%s can't be made\n", argv[2]);
        remove(argv[2]);
    }
    return failed ? EXIT_ERROR : EXIT_DONE;
}
