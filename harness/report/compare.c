/* SPDX-License-Identifier: MIT */
/* The table of a comparison on a terminal, and the sentences that all its forms share; see compare.h. */
#include "harness/report/compare.h"

#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"
#include "harness/report/text.h"
#include "harness/report/wrap.h"

enum { NO_TERMINAL = 120 }; /* columns */

static void say_time(char *buf, size_t n, double s)
{
    if (s < 120)
        snprintf(buf, n, "%.0f s", s);
    else if (s < 7200)
        snprintf(buf, n, "%.0f min", s / 60);
    else
        snprintf(buf, n, s < 48 * 3600 ? "%.0f h" : "%.0f days", s < 48 * 3600 ? s / 3600 : s / 86400);
}

/* "62 min, 5900 blocks, 3 h before A, of another boot". */
static void say_floor(char *buf, size_t n, const struct runs *r, const struct kept_floor *f)
{
    const struct summary *a = r->run[RUN_A];
    const char *boot = a->environment ? facts_text(&a->environment->start, "host.boot") : NULL;
    char span[32], age[32];
    double before_s = wall_seconds(a->started) - wall_seconds(f->finished);
    say_time(span, sizeof span, f->at_s[f->n - 1]);
    say_time(age, sizeof age, fabs(before_s));
    snprintf(buf, n, "%s, %u blocks, %s %s%s", span, f->n, age, before_s < 0 ? "after A" : "before A",
             boot && f->machine.boot && strcmp(boot, f->machine.boot) == 0 ? "" : ", of another boot");
}

void compare_caution(char *buf, size_t n, const struct runs *r)
{
    if (r->paired) {
        snprintf(buf, n,
                 "A and B were measured side by side, their trials alternating in an order drawn anew for each "
                 "pair: what the machine did meanwhile falls out of the ratios.");
        return;
    }
    char time[32], visits[48] = "";
    unsigned x = r->visits[RUN_A], y = r->visits[RUN_B];
    say_time(time, sizeof time, r->lag_s);
    if (x == y && x > 1)
        snprintf(visits, sizeof visits, ", in %u visits each", x);
    else if (x != y)
        snprintf(visits, sizeof visits, ", in %u and %u visit%s", x, y, y == 1 ? "" : "s");
    snprintf(buf, n, "A and B were measured %s apart%s. Whatever the machine did differently is in every ratio below; ",
             time, visits);
    const struct kept_floor *f = r->floor->kept;
    const char *own = x + y > 2 ? "the spread of their visits" : NULL;
    if (!f && !own) {
        text_append(buf, n, "nothing tells how much that may be (no floor: %s).", r->floor->why);
        return;
    }
    text_append(buf, n, "the intervals allow for it, by %s%s", own ? own : "", own && f ? " and " : "");
    if (f) {
        char floor[200];
        say_floor(floor, sizeof floor, r, f);
        text_append(buf, n, "the floor %s (%s)", r->floor->name, floor);
    } else {
        text_append(buf, n, " (no floor: %s)", r->floor->why);
    }
    text_append(buf, n, ".");
}

/* What would give a verdict where there was none to be had. */
bool compare_what_to_do(char *buf, size_t n, const struct runs *r)
{
    unsigned without = 0;
    for (unsigned i = 0; i < r->n_matched; i++)
        without += r->matched[i].ratio.n && isnan(r->matched[i].ratio.lower);
    if (r->paired || !without)
        return false;
    snprintf(buf, n,
             "No verdict on %u cell%s, for the reason that each row gives. Best measure both programs at once: contend "
             "compare --live 'PROGRAM_A' 'PROGRAM_B'. Else measure both runs again with --visits 5, one soon after the "
             "other, or record a floor of this machine: contend verify --long.",
             without, without == 1 ? "" : "s");
    return true;
}

void compare_canary(char *buf, size_t n, const struct runs *r, enum canary kind)
{
    const struct estimate *c = &r->speed[kind];
    if (!c->n)
        snprintf(buf, n, "not known: %s", c->why);
    else if (isnan(c->lower))
        snprintf(buf, n, "%.3f of A's speed in B (no interval: %s)", c->median, c->why);
    else
        snprintf(buf, n, "%.3f (%.3f … %.3f) of A's speed in B%s", c->median, c->lower, c->upper,
                 r->moved[kind] == VERDICT_SLOWER   ? ": slower, whatever the program"
                 : r->moved[kind] == VERDICT_FASTER ? ": faster, whatever the program"
                                                    : "");
}

void compare_share(char *buf, size_t n, double share)
{
    snprintf(buf, n, share < 0.99 ? "%.2g %%" : "%.4g %%", 100 * share); /* not 1e+02 */
}

void compare_not_excluded(char *buf, size_t n, const struct comparison *c)
{
    double share = runs_not_excluded(c);
    char most[32];
    compare_share(most, sizeof most, share);
    snprintf(buf, n, isnan(share) ? "any" : share > 0 ? "≤ %s" : "none", most);
}

void compare_counts(char *buf, size_t n, const struct runs *r)
{
    buf[0] = 0;
    for (unsigned i = 0; i < ARRAY_LEN(r->counts); i++)
        text_append(buf, n, "%s%u %s", i ? ", " : "", r->counts[i], verdict_names[i]);
    if (r->broken)
        text_append(buf, n, ", %u failed in B alone", r->broken);
}

void compare_build(char *buf, size_t n, const struct summary *s)
{
    static const char *const names[] = {"build.commit", "build.type", "build.compiler"};
    const char *text[ARRAY_LEN(names)];
    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        text[i] = s->environment ? facts_text(&s->environment->start, names[i]) : NULL;
        text[i] = text[i] ? text[i] : "unknown";
    }
    snprintf(buf, n, "commit %s (%s, %s)", text[0], text[1], text[2]);
}

const char *compare_fact(const struct fact *f)
{
    return f->status != FACT_OK ? fact_status_names[f->status] : f->text[0] ? f->text : "(empty)";
}

static void environments(FILE *out, const struct runs *r, unsigned width)
{
    char text[320];
    if (r->n_facts)
        fprintf(out, "\n%u fact%s of the two environments %s:\n", r->n_facts, r->n_facts == 1 ? "" : "s",
                r->n_facts == 1 ? "differs" : "differ");
    else
        fprintf(out, "\nNo fact of the two environments differs.\n");
    for (unsigned i = 0; i < r->n_facts; i++) {
        const struct fact *const *f = r->facts[i].of;
        wrap_print_marked(out, 0, 0, "", "", "  %-24s %s → %s", f[RUN_A]->name, compare_fact(f[RUN_A]),
                          compare_fact(f[RUN_B]));
    }
    fprintf(out, "\nThe machine itself, by the canaries next to the trials:\n");
    for (unsigned k = 0; k < CANARIES; k++) {
        compare_canary(text, sizeof text, r, (enum canary)k);
        wrap_print(out, width, 27, "  %-24s %s", canary_kinds[k].name, text);
    }
    if (!isnan(r->foreign[RUN_A]) && !isnan(r->foreign[RUN_B]))
        fprintf(out, "  %-24s %.2f CPUs in A, %.2f in B\n", "other processes used", r->foreign[RUN_A],
                r->foreign[RUN_B]);
    fputc('\n', out);
    char caution[CAUTION_MOST];
    compare_caution(caution, sizeof caution, r);
    wrap_print(out, width, 0, "%s", caution);
}

static const char *colour_of(const struct runs *r, const struct comparison *c)
{
    static const char *const codes[] = {"\033[32m", "\033[31m", "", "\033[33m"};
    return c->ratio.n ? codes[c->verdict] : runs_broken(r, c) ? "\033[31m" : "";
}

static void row(FILE *out, const struct runs *r, const struct comparison *c, unsigned width, bool colour)
{
    const struct summary *a = r->run[RUN_A], *b = r->run[RUN_B];
    const char *code = colour ? colour_of(r, c) : "";
    char text[64], id[CELL_ID_MAX];
    plan_cell_id(a->plan, c->b, id, sizeof id);
    if (!c->ratio.n) {
        wrap_print_marked(out, 0, 0, "  (not compared)", code, "%25s%s: %s", "", id, c->ratio.why);
        return;
    }
    snprintf(text, sizeof text, "%.3f", c->ratio.median);
    text_column(out, text, 8);
    if (isnan(c->ratio.lower))
        snprintf(text, sizeof text, "%s", r->paired ? "(few pairs)" : "(unknown)");
    else
        snprintf(text, sizeof text, "%.3f … %.3f", c->ratio.lower, c->ratio.upper);
    text_column(out, text, 15);
    fprintf(out, "  %s%-12s%s", code, verdict_names[c->verdict], code[0] ? "\033[0m" : "");
    compare_not_excluded(text, sizeof text, c);
    text_column(out, text, 9);
    fprintf(out, "  %-16s", c->estimate_from);
    text_rate(text, sizeof text, a->cells[c->b].throughput.median);
    text_column(out, text, 9);
    text_rate(text, sizeof text, b->cells[c->a].throughput.median);
    text_column(out, text, 9);
    wrap_print_marked(out, 0, 0, "", "", "  %s", id);
    char note[NOTE_MOST];
    runs_note(r, c, note, sizeof note);
    if (note[0])
        wrap_print(out, width, 27, "%27s%s", "", note);
}

static void only(FILE *out, const struct runs *r, unsigned side)
{
    for (unsigned i = 0; i < r->n_only[side]; i++) {
        char id[CELL_ID_MAX];
        plan_cell_id(r->run[side]->plan, r->only[side][i], id, sizeof id);
        wrap_print_marked(out, 0, 0, "", "", i ? "only in %c: %s" : "\nonly in %c: %s", 'A' + (int)side, id);
    }
}

static void ended(FILE *out, const struct runs *r)
{
    const struct look *l = &r->look;
    unsigned most = r->run[RUN_A]->plan->blocks;
    const char *why = l->stop            ? stats_stop_names[l->stop]
                      : !l->comparisons  ? "no cell can be compared"
                      : l->blocks < most ? "interruption"
                                         : "all blocks";
    fprintf(out, "%u blocks of at most %u, %.1f s of trials; ended by: %s\n", l->blocks, most, l->spent_ns / 1e9, why);
}

void compare_table(FILE *out, const struct runs *r, const char *const name[2], unsigned width, bool colour)
{
    char text[200], caution[CAUTION_MOST];
    width = width ? width : NO_TERMINAL;
    for (unsigned i = 0; i < 2; i++) {
        const struct summary *s = r->run[i];
        compare_build(text, sizeof text, s);
        wrap_print_marked(out, 0, 0, "", "", "%c  %s: %s, %u blocks%s, %.19sZ, %s", 'A' + (int)i, name[i],
                          s->plan->name, s->look.blocks, s->complete ? "" : " (incomplete)", s->started, text);
    }
    environments(out, r, width);
    fprintf(out, "\n %8s %15s  %-12s %9s  %-16s %9s %9s  %s\n", "B / A", "95 % interval", "verdict", "slow-down", "by",
            "A units/s", "B units/s", "cell");
    for (unsigned i = 0; i < r->n_matched; i++)
        row(out, r, &r->matched[i], width, colour);
    only(out, r, RUN_A);
    only(out, r, RUN_B);
    compare_counts(text, sizeof text, r);
    fprintf(out, "\n%s\n", text);
    fprintf(out, "slow-down: what the interval does not exclude; by: what the interval rests on\n");
    if (compare_what_to_do(caution, sizeof caution, r))
        wrap_print(out, width, 0, "%s", caution);
    if (r->too_few)
        fprintf(out, "With so few trials no difference among %u cells can be told from chance: use more --blocks.\n",
                r->n_matched);
    if (r->paired)
        ended(out, r);
}
