/* SPDX-License-Identifier: MIT */
/* Words as a shell splits and quotes them; see words.h. */
#include "harness/base/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/utf8.h"

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

static bool is_plain(const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i < n; i++)
        if (!isascii((unsigned char)word[i]) || (!isalnum((unsigned char)word[i]) && !strchr("-_./:=,+@%", word[i])))
            return false;
    return n > 0;
}

static bool fits_a_line(const char *word)
{
    for (size_t left = strlen(word); left;) {
        unsigned n = utf8_length(word, left);
        bool second_control = n == 2 && (unsigned char)word[0] == 0xc2 && (unsigned char)word[1] < 0xa0;
        if (!n || iscntrl((unsigned char)*word) || second_control)
            return false;
        word += n;
        left -= n;
    }
    return true;
}

static void put_word(FILE *out, const char *word)
{
    const bool plain = is_plain(word), fits = fits_a_line(word);
    fputs(plain ? "" : fits ? "'" : "$'", out);
    for (; *word; word++) {
        const unsigned char c = (unsigned char)*word;
        if (!fits && (c < 0x20 || c >= 0x7f))
            fprintf(out, "\\x%02x", c);
        else if (!fits && (c == '\'' || c == '\\'))
            fprintf(out, "\\%c", c);
        else if (c == '\'')
            fputs("'\\''", out);
        else
            fputc(c, out);
    }
    fputs(plain ? "" : "'", out);
}

char *words_join(const char *const *words, int n)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; out && i < n; i++) {
        fputs(i ? " " : "", out);
        put_word(out, words[i]);
    }
    if (!out || fclose(out)) {
        free(text);
        return NULL;
    }
    return text;
}
