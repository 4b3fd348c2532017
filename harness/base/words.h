/* SPDX-License-Identifier: MIT */
/* A command as the user wrote it in one argument, split into words. */
#ifndef CONTEND_BASE_WORDS_H
#define CONTEND_BASE_WORDS_H

/* Splits `text` as a POSIX shell splits words: blanks between them, '…' as it stands, \ before any character outside of
 * it, and in "…" before ", \, $ and ` alone. Nothing is expanded. Works in place: the words point into `text`. How
 * many, at most `most`; -E2BIG: there are more; -EINVAL: a quote is not closed or a \ ends the text. */
int words_split(char *text, char **words, int most);

#endif
