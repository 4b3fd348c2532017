/* SPDX-License-Identifier: MIT */
/* A command as a shell reads it: one text split into words, and words joined into one text. */
#ifndef CONTEND_BASE_WORDS_H
#define CONTEND_BASE_WORDS_H

/* Splits `text` as a POSIX shell splits words: blanks between them, '…' as it stands, \ before any character outside of
 * it, and in "…" before ", \, $ and ` alone. Nothing is expanded. Works in place: the words point into `text`. How
 * many, at most `most`; -E2BIG: there are more; -EINVAL: a quote is not closed or a \ ends the text. */
int words_split(char *text, char **words, int most);
/* The n words as one line that a shell splits into them again: those that need it in '…', or, where they hold what a
 * line can't (control characters, no UTF-8), in $'…', which bash, zsh and ksh know. malloc'ed; NULL: out of memory. */
char *words_join(const char *const *words, int n);

#endif
