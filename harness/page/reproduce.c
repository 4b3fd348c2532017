/* SPDX-License-Identifier: MIT */
/* How to measure it again: the command, the seed, the build, and what else the run rested on. */
#include <inttypes.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/words.h"
#include "harness/page/parts.h"
#include "harness/record/plugin.h"

static void item(struct page *p, const char *term, const char *text)
{
    html_element(&p->h, "dt", term, NULL);
    html_element(&p->h, "dd", text, NULL);
}

static void build(struct page *p, const struct facts *f)
{
    static const struct {
        const char *term, *fact;
    } of[] = {{"Version", "build.version"},   {"Commit", "build.commit"}, {"Type", "build.type"},
              {"Compiler", "build.compiler"}, {"Flags", "build.flags"},   {"Instruments", "build.sanitize"}};
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        const char *text = f ? facts_text(f, of[i].fact) : NULL;
        item(p, of[i].term, text && text[0] ? text : "not known");
    }
    const char *commit = f ? facts_text(f, "build.commit") : NULL;
    if (commit && strstr(commit, "-dirty"))
        html_element(&p->h, "dd",
                     "It was built with changes that are not committed: the commit alone is not that build.", NULL);
}

static void plugins(struct page *p, const struct plan *plan)
{
    for (unsigned i = 0; plan->brought && i < plan->brought->n; i++) {
        char text[600];
        snprintf(text, sizeof text, "%.400s, sha256 %s", plan->brought->of[i]->path, plan->brought->of[i]->sha256);
        item(p, "Plug-in", text);
    }
}

static const char *ended_by(const struct summary *s)
{
    return s->look.stop                                           ? stats_stop_names[s->look.stop]
           : !s->complete                                         ? "interruption"
           : s->plan->pair.id && s->look.blocks < s->plan->blocks ? "the live comparison that it is a side of"
                                                                  : "all blocks were measured";
}

static void put_command(struct page *p, const char *command)
{
    html_open(&p->h, "pre", "tabindex", "0", NULL);
    html_element(&p->h, "code", command, NULL);
    html_close(&p->h, "pre");
}

void put_reproduce(struct page *p, const struct summary *s, const char *dir)
{
    char text[200];
    CLEANUP_FREE char *quoted = words_join(&dir, 1);
    if (s->plan->command) {
        put_command(p, s->plan->command);
        if (strstr(s->plan->command, "--out"))
            html_element(&p->h, "p", "Give --out another directory: this one has the trials of this page.", NULL);
    } else
        html_element(&p->h, "p",
                     "The run does not say which command made it: it is older than that. Its plan is the first line of "
                     "trials.jsonl.",
                     NULL);
    html_open(&p->h, "dl", "class", "facts", NULL);
    snprintf(text, sizeof text, "%" PRIu64 " (--seed %" PRIu64 "): the order of trials and the work follow from it",
             s->plan->seed, s->plan->seed);
    item(p, "Seed", text);
    snprintf(text, sizeof text, "%u of at most %u; ended: %s", s->look.blocks, s->plan->blocks, ended_by(s));
    item(p, "Blocks", text);
    snprintf(text, sizeof text, "%.30s to %.30s", s->started, s->finished);
    item(p, "Measured", text);
    build(p, s->environment ? &s->environment->start : NULL);
    plugins(p, s->plan);
    html_close(&p->h, "dl");
    html_element(&p->h, "p", "The same trials again, without measuring:", NULL);
    html_open(&p->h, "pre", "tabindex", "0", NULL);
    html_open(&p->h, "code", NULL);
    html_printf(&p->h, "contend show %s\ncontend plot %s --format pdf\ncontend report %s", quoted ? quoted : dir,
                quoted ? quoted : dir, quoted ? quoted : dir);
    html_close(&p->h, "code");
    html_close(&p->h, "pre");
}

void part_reproduce(struct page *p)
{
    section_open(p, "reproduce", "How to measure it again");
    html_element(&p->h, "p",
                 "A new run finds the amount of work of a trial anew, by pilots. Numbers belong to the machine that "
                 "they were measured on.",
                 NULL);
    put_reproduce(p, p->s, p->dir);
    section_close(p);
}
