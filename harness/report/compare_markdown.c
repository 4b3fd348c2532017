/* SPDX-License-Identifier: MIT */
/* A comparison as Markdown for a pull request: what changed, the largest change first; the rest folded away. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"
#include "harness/report/compare.h"
#include "harness/report/text.h"

/* In a table's field: nothing of the text ends the field, or is Markdown or HTML. */
static void put_field(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if ((unsigned char)*text < 0x20 || *text == 0x7f)
            fputc(' ', out);
        else if (utf8_is_hidden(text, utf8_length(text, strnlen(text, 4))))
            text += utf8_length(text, strnlen(text, 4)) - 1;
        else if (*text == '|' || *text == '`' || *text == '*' || *text == '_' || *text == '\\' || *text == '[')
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

static void head(FILE *out)
{
    fprintf(out,
            "| cell | change | B / A | 95 %% interval | verdict | slow-down not excluded | by | A units/s | B units/s "
            "|\n|---|---:|---:|---:|---|---:|---|---:|---:|\n");
}

static void row(FILE *out, const struct runs *r, const struct comparison *c)
{
    const struct summary *a = r->run[RUN_A], *b = r->run[RUN_B];
    char id[CELL_ID_MAX], rate[2][24], share[32];
    plan_cell_id(a->plan, c->b, id, sizeof id);
    fputs("| ", out);
    put_field(out, id);
    if (!c->ratio.n) {
        fputs(" | | | | ", out);
        put_field(out, c->ratio.why);
        fputs(" | | | | |\n", out);
        return;
    }
    text_rate(rate[0], sizeof rate[0], a->cells[c->b].throughput.median);
    text_rate(rate[1], sizeof rate[1], b->cells[c->a].throughput.median);
    fprintf(out, " | %+.1f %% | %.3f | ", 100 * (c->ratio.median - 1), c->ratio.median);
    if (isnan(c->ratio.lower))
        fputs(r->paired ? "(few pairs)" : "(unknown)", out);
    else
        fprintf(out, "%.3f … %.3f", c->ratio.lower, c->ratio.upper);
    const char *bold = c->verdict == VERDICT_SLOWER ? "**" : "";
    fprintf(out, " | %s%s%s", bold, verdict_names[c->verdict], bold);
    char note[NOTE_MOST];
    runs_note(r, c, note, sizeof note);
    if (note[0]) {
        fputs(": ", out);
        put_field(out, note);
    }
    compare_not_excluded(share, sizeof share, c);
    fprintf(out, " | %s | %s | %s | %s |\n", share, c->estimate_from, rate[0], rate[1]);
}

/* Is it one to show at once? */
static bool changed(const struct runs *r, const struct comparison *c)
{
    return runs_broken(r, c) || (c->ratio.n && (c->verdict == VERDICT_FASTER || c->verdict == VERDICT_SLOWER));
}

static unsigned rows(FILE *out, const struct runs *r, const unsigned *order, bool of_changed)
{
    unsigned n = 0;
    for (unsigned i = 0; i < r->n_matched; i++) {
        const struct comparison *c = &r->matched[order ? order[i] : i];
        if (changed(r, c) != of_changed)
            continue;
        if (!n++)
            head(out);
        row(out, r, c);
    }
    if (n)
        fputc('\n', out);
    return n;
}

static void environments(FILE *out, const struct runs *r)
{
    char text[320];
    fprintf(out, "<details><summary>%u fact%s of the two environments differ%s; canaries</summary>\n\n", r->n_facts,
            r->n_facts == 1 ? "" : "s", r->n_facts == 1 ? "s" : "");
    for (unsigned k = 0; k < CANARIES; k++) {
        compare_canary(text, sizeof text, r, (enum canary)k);
        fprintf(out, "- %s: ", canary_kinds[k].name);
        put_field(out, text);
        fputc('\n', out);
    }
    fputc('\n', out);
    if (r->n_facts)
        fputs("| fact | A | B |\n|---|---|---|\n", out);
    for (unsigned i = 0; i < r->n_facts; i++) {
        fputs("| ", out);
        put_field(out, r->facts[i].of[RUN_A]->name);
        for (unsigned k = 0; k < 2; k++) {
            fputs(" | ", out);
            put_field(out, compare_fact(r->facts[i].of[k]));
        }
        fputs(" |\n", out);
    }
    fputs(r->n_facts ? "\n</details>\n\n" : "</details>\n\n", out);
}

static void only(FILE *out, const struct runs *r)
{
    for (unsigned side = 0; side < 2; side++)
        for (unsigned i = 0; i < r->n_only[side]; i++) {
            char id[CELL_ID_MAX];
            plan_cell_id(r->run[side]->plan, r->only[side][i], id, sizeof id);
            fprintf(out, "- only in %c: ", 'A' + (int)side);
            put_field(out, id);
            fputc('\n', out);
        }
    if (r->n_only[RUN_A] + r->n_only[RUN_B])
        fputc('\n', out);
}

void compare_markdown(FILE *out, const struct runs *r, const char *const name[2])
{
    char text[200];
    CLEANUP_FREE unsigned *order = runs_by_change(r); /* without memory: in the plan's order */
    compare_counts(text, sizeof text, r);
    fprintf(out, "### contend: B against A: %s\n\n", text);
    for (unsigned i = 0; i < 2; i++) {
        fprintf(out, "- **%c** ", 'A' + (int)i);
        put_field(out, name[i]);
        compare_build(text, sizeof text, r->run[i]);
        fputs(": ", out);
        put_field(out, text);
        fprintf(out, ", %u blocks%s, %.19sZ\n", r->run[i]->look.blocks, r->run[i]->complete ? "" : " (incomplete)",
                r->run[i]->started);
    }
    fputc('\n', out);
    environments(out, r);
    char caution[CAUTION_MOST];
    compare_caution(caution, sizeof caution, r);
    put_field(out, caution);
    fputs("\n\n", out);
    if (compare_what_to_do(caution, sizeof caution, r)) {
        put_field(out, caution);
        fputs("\n\n", out);
    }
    unsigned shown = rows(out, r, order, true);
    if (!shown)
        fputs("No cell became faster or slower.\n\n", out);
    if (shown < r->n_matched) {
        fprintf(out, "<details><summary>%u other cell%s</summary>\n\n", r->n_matched - shown,
                r->n_matched - shown == 1 ? "" : "s");
        rows(out, r, order, false);
        fputs("</details>\n\n", out);
    }
    only(out, r);
    if (r->too_few)
        fprintf(out, "With so few trials no difference among %u cells can be told from chance.\n", r->n_matched);
}
