/* SPDX-License-Identifier: MIT */
/* Charts of rows, and maps, in the terminal; see text_chart.h. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"
#include "harness/report/text_chart.h"
#include "harness/report/wrap.h"

enum { NAMES = 20, BAR = 38, NOTES = TEXT_CHART_WIDTH - NAMES - BAR - 4 };
enum { MAP_NAMES = 24, MAP_MOST = 30, MAP_LEAST = 9, FIELD_TEXT = CHART_NAME + 260 };

void text_padded(FILE *out, const char *text, unsigned width)
{
    unsigned columns = text_columns(text), used = 0;
    if (columns <= width) {
        fprintf(out, "%s%*s", text, (int)(width - columns), "");
        return;
    }
    for (const char *p = text; used + 1 < width; used++) {
        unsigned n = utf8_length(p, strlen(p));
        fwrite(p, 1, n ? n : 1, out);
        p += n ? n : 1;
    }
    fputs("…", out);
}

void text_key(FILE *out, unsigned *column, char letter, const char *name)
{
    enum { EACH = 26 }; /* columns, or a multiple of them for a longer name */
    unsigned wide = (text_columns(name) + 4 + EACH - 1) / EACH * EACH;
    if (!*column || *column + wide > TEXT_CHART_WIDTH) {
        fputs("\n  ", out);
        *column = 0;
    }
    fprintf(out, "%c ", letter);
    unsigned room = TEXT_CHART_WIDTH - 4 - *column;
    text_padded(out, name, wide - 2 < room ? wide - 2 : room);
    *column += wide;
}

static int column_of(const struct axis *x, double v)
{
    return (int)lround((BAR - 1) * fmin(fmax(axis_place(x, v), 0), 1));
}

static void dots(char bar[BAR], const struct chart *c, const struct chart_row *r)
{
    for (unsigned i = 0; i < c->n_rules; i++)
        if (c->rule[i].at >= c->x.least && c->rule[i].at <= c->x.most)
            bar[column_of(&c->x, c->rule[i].at)] = ':';
    for (unsigned k = 0; k < c->n_series; k++) {
        struct chart_value v = r->at[k];
        if (isnan(v.y))
            continue;
        for (int at = column_of(&c->x, v.lower); at <= column_of(&c->x, v.upper) && v.upper > v.lower; at++)
            bar[at] = '-';
    }
    for (unsigned k = 0; k < c->n_series; k++)
        if (!isnan(r->at[k].y)) {
            char *at = &bar[column_of(&c->x, r->at[k].y)], letter = c->n_series > 1 ? c->series[k].look.letter : 'o';
            *at = *at >= 'A' && *at <= 'Z' && *at != letter ? '*' : letter;
        }
}

static void parts(char bar[BAR], const struct chart *c, const struct chart_row *r)
{
    double from = 0;
    for (unsigned k = 0; k < c->n_series; k++) {
        double part = isnan(r->at[k].y) ? 0 : r->at[k].y;
        int end = column_of(&c->x, from + part);
        for (int at = column_of(&c->x, from); at < end; at++)
            bar[at] = c->series[k].look.letter;
        from += part;
    }
}

/* Eight heights, the highest of the row being the full one. */
static void shape(FILE *out, const struct chart_row *r)
{
    static const char *const heights[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double column[BAR] = {0}, most = 0;
    for (unsigned k = 0; r->height && k < CHART_BINS; k++)
        column[k * BAR / CHART_BINS] = fmax(column[k * BAR / CHART_BINS], r->height[k]);
    for (unsigned i = 0; i < BAR; i++)
        most = fmax(most, column[i]);
    for (unsigned i = 0; i < BAR; i++)
        fputs(heights[most > 0 ? (unsigned)ceil(8 * column[i] / most) : 0], out);
}

static void ticks(FILE *out, const struct chart *c)
{
    char line[BAR + 40];
    int free_from = 0;
    memset(line, ' ', sizeof line);
    for (unsigned i = 0; i < c->x.n_ticks; i++) {
        char text[32];
        axis_tick_text(&c->x, text, sizeof text, c->x.tick[i]);
        int n = (int)strlen(text), at = column_of(&c->x, c->x.tick[i]);
        if (at < free_from || at + n > BAR + 8)
            continue;
        memcpy(line + at, text, (size_t)n);
        free_from = at + n + 1;
    }
    line[BAR + 8] = 0;
    fprintf(out, "%*s  +", NAMES, "");
    for (unsigned i = 0; i < BAR; i++)
        fputc('-', out);
    fprintf(out, "\n%*s   %s\n%*s   %s\n", NAMES, "", line, NAMES, "", c->x_label);
}

void text_rows(FILE *out, const struct chart *c)
{
    fputc('\n', out);
    for (unsigned i = 0; i < c->n_rows; i++) {
        const struct chart_row *r = &c->row[i];
        char bar[BAR];
        memset(bar, ' ', sizeof bar);
        if (r->begins_group && i)
            fputc('\n', out);
        text_padded(out, r->name, NAMES);
        fputs("  |", out);
        if (c->kind == CHART_OF_SHAPES) {
            shape(out, r);
        } else {
            if (c->kind == CHART_OF_STACKS)
                parts(bar, c, r);
            else
                dots(bar, c, r);
            fwrite(bar, 1, sizeof bar, out);
        }
        if (r->note[0]) {
            fputc(' ', out);
            text_padded(out, r->note, NOTES);
        }
        fputc('\n', out);
    }
    ticks(out, c);
    for (unsigned i = 0; i < c->n_rules; i++)
        if (c->rule[i].name[0])
            fprintf(out, "  : %s\n", c->rule[i].name);
    unsigned column = 0;
    bool keyed = c->kind == CHART_OF_STACKS || (c->kind == CHART_OF_DOTS && c->n_series > 1);
    for (unsigned i = 0; i < c->n_series && keyed; i++)
        text_key(out, &column, c->series[i].look.letter, c->series[i].name);
    fputs(keyed ? "\n" : "", out);
}

/* The next line of a field's text, at most `width` columns of it, broken at spaces; moves *at on. */
static void next_line(const char **at, unsigned width, char *buf, size_t n)
{
    const char *p = *at, *space = NULL;
    unsigned columns = 0;
    while (*p && columns < width) {
        unsigned bytes = utf8_length(p, strlen(p));
        if (*p == ' ')
            space = p;
        p += bytes ? bytes : 1;
        columns++;
    }
    if (*p && *p != ' ' && space)
        p = space;
    snprintf(buf, n, "%.*s", (int)(p - *at), *at);
    *at = *p == ' ' ? p + 1 : p;
}

static const struct chart_field *field_at(const struct chart *c, unsigned x, unsigned y)
{
    for (unsigned i = 0; i < c->n_fields; i++)
        if (c->field[i].x == x && c->field[i].y == y)
            return &c->field[i];
    return NULL;
}

/* What stands in a field of a map: a winner and by how much, or who can't be told apart. */
static void field_text(char *buf, size_t n, const struct chart *c, unsigned x, unsigned y)
{
    const struct chart_field *f = field_at(c, x, y);
    bool listed = f && (strcmp(f->head, "tie") == 0 || strcmp(f->head, "no winner") == 0);
    snprintf(buf, n, "%s%s%s", f ? f->head : "", listed ? ": " : " ", f ? f->text : "");
}

/* Of the longest word in any of the fields. */
static unsigned longest_word(const struct chart *c)
{
    unsigned longest = 0;
    for (unsigned x = 0; x < c->n_x; x++)
        for (unsigned y = 0; y < c->n_y; y++) {
            char text[FIELD_TEXT], *rest = text;
            field_text(text, sizeof text, c, x, y);
            for (const char *word; (word = strsep(&rest, " "));)
                longest = text_columns(word) > longest ? text_columns(word) : longest;
        }
    return longest;
}

/* Fields side by side: those from `first` to before `end`, each of `width` columns, behind their rows' names. */
struct band {
    unsigned first, end, names, width;
};

/* Padded but for the last of the line: nothing stands behind it. */
static void print_field(FILE *out, const struct band *b, unsigned x, const char *text)
{
    unsigned columns = text_columns(text);
    fputs("  ", out);
    text_padded(out, text, x + 1 < b->end || columns > b->width ? b->width : columns);
}

static void map_row(FILE *out, const struct chart *c, unsigned y, const struct band *b)
{
    char text[CHART_MOST_FIELDS][FIELD_TEXT], line[FIELD_TEXT];
    const char *rest[CHART_MOST_FIELDS];
    bool more = true;
    for (unsigned x = 0; x < CHART_MOST_FIELDS; x++)
        rest[x] = "";
    for (unsigned x = b->first; x < b->end; x++) {
        field_text(text[x], sizeof text[x], c, x, y);
        rest[x] = text[x];
    }
    for (unsigned n = 0; more; n++) {
        more = false;
        fputs("  ", out);
        text_padded(out, n ? "" : c->row_name[y], b->names);
        for (unsigned x = b->first; x < b->end; x++) {
            next_line(&rest[x], b->width, line, sizeof line);
            print_field(out, b, x, line);
            more |= rest[x][0] != 0;
        }
        fputc('\n', out);
    }
}

/* As many columns, but at least `least` and at most `most`. */
static unsigned between(unsigned least, unsigned columns, unsigned most)
{
    return columns < least ? least : columns > most ? most : columns;
}

static unsigned names_width(const struct chart *c, const char *head)
{
    unsigned columns = text_columns(head);
    for (unsigned y = 0; y < c->n_y; y++)
        columns = text_columns(c->row_name[y]) > columns ? text_columns(c->row_name[y]) : columns;
    return between(0, columns, MAP_NAMES);
}

/* Where not all columns of the map have room next to each other, the others stand below, as many in each band. No word
 * is broken that has room in a band of its own. */
void text_map(FILE *out, const struct chart *c, unsigned width)
{
    char head[2 * CHART_NAME + 8];
    if (!c->n_x)
        return;
    snprintf(head, sizeof head, "%s \\ %s", c->y_label,
             strcmp(c->x_label, "tasks in flight") == 0 ? "in flight" : c->x_label);
    struct band b = {.names = names_width(c, head)};
    const unsigned gap = 2, left = width > gap + b.names ? width - gap - b.names : 0;
    const unsigned least = between(MAP_LEAST, longest_word(c), MAP_MOST);
    const unsigned room = between(1, left / (gap + least), c->n_x);
    const unsigned bands = (c->n_x + room - 1) / room, each = (c->n_x + bands - 1) / bands;
    b.width = between(MAP_LEAST, left / each > gap ? left / each - gap : 0, MAP_MOST);
    for (; b.first < c->n_x; b.first = b.end) {
        b.end = b.first + each < c->n_x ? b.first + each : c->n_x;
        fputs(b.first ? "\n  " : "  ", out);
        text_padded(out, head, b.names);
        for (unsigned x = b.first; x < b.end; x++)
            print_field(out, &b, x, c->column_name[x]);
        fputc('\n', out);
        for (unsigned y = 0; y < c->n_y; y++)
            map_row(out, c, y, &b);
    }
}
