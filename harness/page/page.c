/* SPDX-License-Identifier: MIT */
/* The frame of a page: its head, the list of sections, the sections. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bench/support/sha256.h"
#include "harness/base/base.h"
#include "harness/insight/choice.h"
#include "harness/page/parts.h"
#include "harness/report/compare.h"

/* Base 64 (RFC 4648) of a digest. */
static void base64(const uint8_t *in, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) | (i + 2 < n ? in[i + 2] : 0);
        for (unsigned k = 0; k < 4; k++)
            *out++ = k > n - i ? '=' : digits[v >> (18 - 6 * k) & 0x3f];
    }
    *out = 0;
}

/* Nothing is loaded, and of what stands in the page only this style sheet and this script mean anything. */
static void policy(struct page *p)
{
    char hash[2][64], text[320];
    const char *of[2] = {page_style, page_script};
    for (unsigned i = 0; i < 2; i++) {
        uint8_t digest[SHA256_DIGEST];
        sha256_digest(of[i], strlen(of[i]), digest);
        base64(digest, sizeof digest, hash[i]);
    }
    snprintf(text, sizeof text,
             "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; img-src data:; base-uri 'none'; "
             "form-action 'none'",
             hash[0], hash[1]);
    html_void(&p->h, "meta", "http-equiv", "Content-Security-Policy", "content", text, NULL);
    html_newline(&p->h);
}

/* The style sheet or the script, as the hash is of it. */
static void built_in(struct page *p, const char *tag, const char *text)
{
    html_open(&p->h, tag, NULL);
    fputs(text, p->h.out);
    html_close(&p->h, tag);
    html_newline(&p->h);
}

static void head(struct page *p, const char *title)
{
    struct html *h = &p->h;
    fputs("<!DOCTYPE html>\n", h->out);
    html_open(h, "html", "lang", "en", NULL);
    html_newline(h);
    html_open(h, "head", NULL);
    html_void(h, "meta", "charset", "utf-8", NULL);
    html_newline(h);
    policy(p);
    html_void(h, "meta", "name", "viewport", "content", "width=device-width, initial-scale=1", NULL);
    html_void(h, "meta", "name", "color-scheme", "content", "light dark", NULL);
    html_void(h, "meta", "name", "referrer", "content", "no-referrer", NULL);
    html_void(h, "link", "rel", "icon", "href", "data:,", NULL); /* else a browser asks the server for one */
    html_newline(h);
    html_element(h, "title", title, NULL);
    html_newline(h);
    built_in(p, "style", page_style);
    html_close(h, "head");
    html_newline(h);
    html_open(h, "body", NULL);
    html_element(h, "a", "Skip to the verdicts", "class", "skip", "href", "#verdicts", NULL);
    html_newline(h);
}

struct part {
    const char *id, *name;
    void (*put)(struct page *p);
    bool (*has)(const struct page *p); /* NULL: always */
};

static bool has_figures(const struct page *p)
{
    return p->figures->n || p->figures->why[0];
}

static bool has_comparisons(const struct page *p)
{
    return p->s->n_comparisons > 0;
}

static const struct part of_run[] = {{"verdicts", "Verdicts", part_verdicts, NULL},
                                     {"findings", "Findings", part_findings, has_findings},
                                     {"expectations", "Expectations", part_expectations, has_expectations},
                                     {"figures", "Figures", part_figures, has_figures},
                                     {"tables", "Tables", part_points, NULL},
                                     {"comparisons", "Comparisons", part_comparisons, has_comparisons},
                                     {"cells", "Cells and trials", part_cells, NULL},
                                     {"environment", "The machine", part_environment, NULL},
                                     {"reproduce", "Measure it again", part_reproduce, NULL},
                                     {"words", "Words", part_glossary, NULL},
                                     {0}};
static const struct part of_runs[] = {{"verdicts", "Verdicts", part_changes, NULL},
                                      {"findings", "Findings", part_doubts, has_doubts},
                                      {"figures", "Figures", part_figures, has_figures},
                                      {"environment", "What differs", part_differences, NULL},
                                      {"reproduce", "Measure it again", part_reproduce_both, NULL},
                                      {0}};

static void sections(struct page *p, const struct part *parts)
{
    struct html *h = &p->h;
    html_open(h, "nav", "aria-label", "Sections", NULL);
    html_open(h, "ul", NULL);
    for (const struct part *s = parts; s->id; s++) {
        char to[40];
        if (s->has && !s->has(p))
            continue;
        snprintf(to, sizeof to, "#%s", s->id);
        html_open(h, "li", NULL);
        html_element(h, "a", s->name, "href", to, NULL);
        html_close(h, "li");
    }
    html_close(h, "ul");
    html_close(h, "nav");
    html_newline(h);
    for (const struct part *s = parts; s->id; s++)
        if (!s->has || s->has(p))
            s->put(p);
}

static void foot(struct page *p)
{
    struct html *h = &p->h;
    html_close(h, "main");
    html_newline(h);
    html_open(h, "footer", NULL);
    html_element(h, "p",
                 "Made by contend, which runs identical work under threads, processes and event loops. This file needs "
                 "nothing else: it loads nothing, and sends nothing.",
                 NULL);
    html_element(h, "p", "", "id", "said", "role", "status", "class", "hidden", NULL); /* what the script has done */
    html_close(h, "footer");
    html_newline(h);
    built_in(p, "script", page_script);
    html_close(h, "body");
    html_close(h, "html");
    html_newline(h);
}

/* A suite's; a run of none is called "command-line", which says nothing to who did not start it. */
static const char *name_of(const struct summary *s)
{
    return strcmp(s->plan->name, "command-line") == 0 ? "This run" : s->plan->name;
}

/* "quick: which model for which work", and what it is of. */
static void heading_of_run(struct page *p)
{
    const struct summary *s = p->s;
    html_open(&p->h, "main", NULL);
    html_open(&p->h, "header", NULL);
    html_open(&p->h, "h1", NULL);
    html_printf(&p->h, "%s: which model for which work", name_of(s));
    html_close(&p->h, "h1");
    html_open(&p->h, "p", NULL);
    html_printf(&p->h, "%u piece%s of work, each done identically under its models in %u block%s on %.10s, on ",
                p->n_choices, p->n_choices == 1 ? "" : "s", s->look.blocks, s->look.blocks == 1 ? "" : "s", s->started);
    put_machine(p, s);
    html_text(&p->h, ".");
    html_close(&p->h, "p");
    html_close(&p->h, "header");
    html_newline(&p->h);
}

static void heading_of_runs(struct page *p, const char *title)
{
    html_open(&p->h, "main", NULL);
    html_open(&p->h, "header", NULL);
    html_element(&p->h, "h1", title, NULL);
    html_close(&p->h, "header");
    html_newline(&p->h);
}

/* The text of what `put` writes. */
static int whole(struct page *p, void (*put)(struct page *p), char **out, size_t *n, struct err *e)
{
    *out = NULL;
    FILE *f = open_memstream(out, n);
    if (!f)
        return err_set(e, ENOMEM, "out of memory");
    html_init(&p->h, f);
    put(p);
    const bool sound = !ferror(f) && !p->h.fault && !p->h.depth;
    if (!fclose(f) && sound)
        return 0;
    free(*out);
    *out = NULL;
    return err_set(e, ENOMEM, "the page could not be put together: out of memory");
}

static void put_run(struct page *p)
{
    char title[400];
    snprintf(title, sizeof title, "%.200s: which model for which work", name_of(p->s));
    head(p, title);
    heading_of_run(p);
    sections(p, of_run);
    foot(p);
}

static void put_runs(struct page *p)
{
    char counts[160], title[200];
    compare_counts(counts, sizeof counts, p->runs);
    snprintf(title, sizeof title, "B against A: %s", counts);
    head(p, title);
    heading_of_runs(p, title);
    sections(p, of_runs);
    foot(p);
}

int page_of_run(const struct summary *s, const char *dir, const struct page_figures *f, char **out, size_t *n,
                struct err *e)
{
    struct choice *choices;
    int n_choices = choices_find(s, &choices);
    if (n_choices < 0)
        return err_set(e, ENOMEM, "out of memory");
    struct page p = {.s = s, .dir = dir, .figures = f, .choices = choices, .n_choices = (unsigned)n_choices};
    int rc = whole(&p, put_run, out, n, e);
    choices_free(choices, n_choices);
    return rc;
}

int page_of_runs(const struct runs *r, const char *const name[2], const struct page_figures *f, char **out, size_t *n,
                 struct err *e)
{
    struct page p = {.s = r->run[RUN_A], .dir = name[RUN_A], .figures = f, .runs = r, .names = name};
    return whole(&p, put_runs, out, n, e);
}
