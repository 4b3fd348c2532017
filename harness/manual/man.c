/* SPDX-License-Identifier: MIT */
/* The parts of the man page: roff with the macros of man(7), of ASCII alone. Escapes are those that groff and mandoc
 * both know. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/build.h"
#include "harness/figure/figure.h"
#include "harness/manual/manual.h"

/* One character of UTF-8 at `s`, as roff has it; how many bytes it takes. */
static size_t put_character(FILE *out, const char *s)
{
    static const struct {
        const char *text, *roff;
    } escapes[] = {{"-", "\\-"},   {"\\", "\\e"},  {"'", "\\(aq"}, {"\"", "\\(dq"},
                   {"`", "\\(ga"}, {"^", "\\(ha"}, {"~", "\\(ti"}, {"…", "..."}};
    for (size_t i = 0; i < ARRAY_LEN(escapes); i++)
        if (strncmp(s, escapes[i].text, strlen(escapes[i].text)) == 0) {
            fputs(escapes[i].roff, out);
            return strlen(escapes[i].text);
        }
    unsigned char first = (unsigned char)s[0];
    if (first < 0x80) {
        fputc(first, out);
        return 1;
    }
    uint32_t code = first & (first >= 0xf0 ? 0x07 : first >= 0xe0 ? 0x0f : 0x1f);
    size_t n = 1;
    for (; ((unsigned char)s[n] & 0xc0) == 0x80; n++)
        code = code << 6 | ((unsigned char)s[n] & 0x3f);
    fprintf(out, "\\[u%04X]", (unsigned)code);
    return n;
}

static void put_characters(FILE *out, const char *s, const char *end)
{
    while (s < end)
        s += put_character(out, s);
}

static void put_bold(FILE *out, const char *before, const char *name)
{
    fputs("\\fB", out);
    put_characters(out, before, before + strlen(before));
    put_characters(out, name, name + strlen(name));
    fputs("\\fR", out);
}

/* One paragraph, filled into lines, with `code` in bold; the newline at its end is end_text's. */
struct filled {
    FILE *out;
    size_t column;
    bool bold, capital; /* the first letter is still to be made one */
};

static void put_word(struct filled *f, const char *word, size_t n)
{
    if (!f->column && *word == '.')
        fputs("\\&", f->out);
    const char *end = word + n;
    if (f->capital)
        fputc(toupper((unsigned char)*word++), f->out);
    f->capital = false;
    while (word < end) {
        if (*word != '`') {
            word += put_character(f->out, word);
            continue;
        }
        f->bold = !f->bold;
        fputs(f->bold ? "\\fB" : "\\fR", f->out);
        word++;
    }
    f->column += n;
}

/* Goes on with the paragraph, at a new word. */
static void put_text(struct filled *f, const char *text)
{
    enum { LINE = 60 }; /* of the text: roff makes it longer */
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t n = strcspn(text, " ");
        bool fits = f->column + 1 + n <= LINE;
        if (f->column)
            fputc(fits ? ' ' : '\n', f->out);
        f->column = fits && f->column ? f->column + 1 : 0;
        put_word(f, text, n);
        text += n;
    }
}

static void end_text(struct filled *f)
{
    fputs(f->bold ? "\\fR\n" : "\n", f->out);
    *f = (struct filled){.out = f->out};
}

static void put_paragraph(FILE *out, const char *text)
{
    struct filled f = {.out = out};
    put_text(&f, text);
    end_text(&f);
}

/* A summary as a sentence. */
static void put_sentence(FILE *out, const char *summary)
{
    struct filled f = {.out = out, .capital = true};
    put_text(&f, summary);
    put_word(&f, ".", 1);
    end_text(&f);
}

/* A usage: what is typed as it is in bold, what stands for something in italics. */
static void put_usage(FILE *out, const char *text, size_t n, bool bold)
{
    const char *end = text + n;
    while (text < end) {
        size_t upper = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        size_t typed = strncmp(text, "--", 2) == 0 ? 2 + strspn(text + 2, "abcdefghijklmnopqrstuvwxyz-") : 0;
        if (!typed && bold)
            typed = strcspn(text, " ");
        bold = false;
        if (!upper && !typed) {
            text += put_character(out, text);
            continue;
        }
        fputs(typed ? "\\fB" : "\\fI", out);
        put_characters(out, text, text + (typed ? typed : upper));
        fputs("\\fR", out);
        text += typed ? typed : upper;
    }
}

/* Each line of the usage: the command and its operands. */
static void synopsis_of(FILE *out, const struct command *c)
{
    for (const char *line = c->usage; *line;) {
        line += strspn(line, " \n");
        if (strncmp(line, "contend ", 8) == 0)
            line += 8;
        size_t n = strcspn(line, "\n");
        fputs(".SY contend\n", out);
        put_usage(out, line, n, true);
        fputs("\n.YS\n", out);
        line += n;
    }
}

static void synopsis(FILE *out)
{
    const struct command *c;
    for (unsigned i = 0; (c = command_at(i)); i++)
        synopsis_of(out, c);
}

static void put_option(FILE *out, const struct option_row *o)
{
    fputs(".TP\n", out);
    put_bold(out, "--", o->name);
    if (o->value[0]) {
        fputs(o->optional ? " [" : " ", out);
        put_usage(out, o->value, strlen(o->value), false);
        fputs(o->optional ? "]" : "", out);
    }
    fputc('\n', out);
    put_paragraph(out, o->summary);
}

/* The command whose own options those of `more` are. */
static const struct command *owner_of_more(const struct command *c)
{
    const struct command *other;
    for (unsigned i = 0; (other = command_at(i)); i++)
        if (c->more && other->options == c->more)
            return other;
    return NULL;
}

static void command_of(FILE *out, const struct command *c)
{
    struct filled f = {.out = out};
    struct option_row o;
    const struct command *owner = owner_of_more(c);
    fprintf(out, ".SS %s\n", c->name);
    synopsis_of(out, c);
    fputs(".PP\n", out);
    put_sentence(out, c->summary);
    for (unsigned i = 0; c->details && c->details[i]; i++) {
        if (!i)
            fputs(".PP\n", out);
        put_text(&f, c->details[i]);
    }
    if (c->details)
        end_text(&f);
    for (unsigned i = 0; option_at(c, i, &o); i++)
        if (!o.more || !owner)
            put_option(out, &o);
    if (owner) {
        fputs(".PP\n", out);
        put_text(&f, c->more_heading);
        put_text(&f, "see `");
        put_word(&f, owner->name, strlen(owner->name));
        put_word(&f, "`.", 2);
        end_text(&f);
    }
}

static void commands_part(FILE *out)
{
    const struct command *c;
    for (unsigned i = 0; (c = command_at(i)); i++)
        command_of(out, c);
}

static void exit_status(FILE *out)
{
    static const struct {
        int code;
        const char *text;
    } rows[] = {
#define EXIT_CODE(NAME, code, text) {code, text},
#include "harness/command/exit_codes.def"
#undef EXIT_CODE
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fprintf(out, ".TP\n.B %d\n", rows[i].code);
        put_paragraph(out, rows[i].text);
    }
}

static void words_of(FILE *out, const char *kind)
{
    struct word w;
    for (unsigned i = 0; word_at(kind, i, &w); i++) {
        fputs(".TP\n", out);
        put_bold(out, "", w.name);
        fputc('\n', out);
        put_sentence(out, w.summary);
    }
}

static void models_part(FILE *out)
{
    words_of(out, "models");
}

static void workloads_part(FILE *out)
{
    words_of(out, "workloads");
}

static void figures_part(FILE *out)
{
    for (const struct figure *const *f = figures; *f; f++) {
        struct filled text = {.out = out};
        fputs(".TP\n", out);
        put_bold(out, "", (*f)->name);
        fputc('\n', out);
        put_sentence(out, (*f)->summary);
        put_text(&text, "It needs");
        put_text(&text, (*f)->needs);
        put_word(&text, ".", 1);
        end_text(&text);
    }
}

static void title(FILE *out)
{
    fprintf(out, ".TH CONTEND 1 \"%s\" \"contend %s\" \"User Commands\"\n", manual_date, build_version);
}

const struct part man_parts[] = {
    {"title", title},        {"synopsis", synopsis},        {"commands", commands_part}, {"exit-status", exit_status},
    {"models", models_part}, {"workloads", workloads_part}, {"figures", figures_part},   {0},
};
