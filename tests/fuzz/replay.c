/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over the files in the directories that are named: the corpus as a plain test, with any compiler.
 */
#include <dirent.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static void replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    MUST(f);
    uint8_t *data = NULL;
    size_t n = 0, room = 0, got;
    do {
        room = 2 * room + 4096;
        data = realloc(data, room);
        MUST(data);
        got = fread(data + n, 1, room - n, f);
        n += got;
    } while (n == room);
    MUST(!ferror(f));
    fclose(f);
    uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees a read behind the end */
    MUST(exact);
    memcpy(exact, data, n);
    free(data);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

int main(int argc, char **argv)
{
    unsigned files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *d = opendir(argv[i]);
        MUST(d);
        for (struct dirent *x; (x = readdir(d));) {
            char path[4096];
            if (x->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], x->d_name);
            replay(path);
            files++;
        }
        closedir(d);
    }
    printf("%u inputs\n", files);
    return files ? 0 : 1;
}
