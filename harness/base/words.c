/* SPDX-License-Identifier: MIT */
/* Words as a shell splits them; see words.h. */
#include "harness/base/words.h"

#include <errno.h>
#include <string.h>

/* One word from `in`, written to `out`, which is never ahead of it. Where it ended; NULL: not closed. */
static char *one_word(char *in, char *out)
{
    char quote = 0;
    for (; *in && (quote || !strchr(" \t\n", *in)); in++) {
        if (quote ? *in == quote : *in == '\'' || *in == '"') {
            quote = quote ? 0 : *in;
        } else if (*in == '\\' && quote != '\'' && (!quote || (in[1] && strchr("\"\\$`", in[1])))) {
            if (!*++in)
                return NULL;
            *out++ = *in;
        } else {
            *out++ = *in;
        }
    }
    if (quote)
        return NULL;
    char *end = *in ? in + 1 : in;
    *out = 0;
    return end;
}

int words_split(char *text, char **words, int most)
{
    int n = 0;
    for (char *in = text + strspn(text, " \t\n"); *in; in += strspn(in, " \t\n")) {
        if (n == most)
            return -E2BIG;
        words[n] = in;
        in = one_word(in, in);
        if (!in)
            return -EINVAL;
        n++;
    }
    return n;
}
