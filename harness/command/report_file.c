/* SPDX-License-Identifier: MIT */
/* A page goes to its file; see report_file.h. */
#include "harness/command/report_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/figure/figure.h"
#include "harness/page/page.h"
#include "harness/record/file.h"

struct text {
    const char *at;
    size_t n;
};

static void put(FILE *out, const void *text)
{
    const struct text *t = text;
    fwrite(t->at, 1, t->n, out);
}

/* What stands there and is no file is not to be replaced by one. */
static int write_through(const char *to, const struct text *t, struct err *e)
{
    FILE *f = fopen(to, "we");
    if (!f)
        return err_call(e, errno, "open", "%s can't be written", to);
    put(f, t);
    int code = fflush(f) || ferror(f) ? errno : 0;
    if (fclose(f) && !code)
        code = errno;
    return code ? err_call(e, code, "write", "%s can't be written", to) : 0;
}

void report_file_tell(const char *to)
{
    if (strcmp(to, "-") == 0)
        return;
    bool plain = *to != '-';
    for (const char *at = to; *at; at++) /* what a terminal would take for a command, or a second line */
        plain &= (unsigned char)*at >= 0x20 && *at != 0x7f;
    puts(plain ? to : command_operand(to));
}

static int write_page(const char *page, size_t n, const char *to, struct err *e)
{
    const struct text t = {page, n};
    struct stat st;
    if (strcmp(to, "-") == 0) {
        put(stdout, &t); /* main tells what goes wrong there */
        return 0;
    }
    const bool special = stat(to, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
    return special ? write_through(to, &t, e) : file_replace(to, put, &t, e);
}

static int finish(int rc, char *page, size_t n, struct page_figures *f, const char *to, bool quiet, struct err *e)
{
    if (rc == -EINTR)
        err_set(e, EINTR, "interrupted: no report was written");
    if (!rc && f->why[0] && !quiet)
        fprintf(stderr, "contend: %s\n", f->why);
    if (!rc)
        rc = write_page(page, n, to, e);
    page_figures_release(f);
    free(page);
    return rc;
}

int report_file_of_run(const struct summary *s, const char *dir, const char *to, bool quiet, const volatile int *stop,
                       struct err *e)
{
    struct page_figures drawn;
    char *page = NULL;
    size_t n = 0;
    int rc = page_figures_draw(&drawn, &(struct figure_source){.summary = s}, stop, e);
    if (!rc)
        rc = page_of_run(s, dir, &drawn, &page, &n, e);
    return finish(rc, page, n, &drawn, to, quiet, e);
}

int report_file_of_runs(const struct runs *r, const char *const name[2], const char *to, const volatile int *stop,
                        struct err *e)
{
    struct page_figures drawn;
    char *page = NULL;
    size_t n = 0;
    const struct figure_source of = {.summary = r->run[RUN_A], .runs = r, .name = {name[0], name[1]}};
    int rc = page_figures_draw(&drawn, &of, stop, e);
    if (!rc)
        rc = page_of_runs(r, name, &drawn, &page, &n, e);
    return finish(rc, page, n, &drawn, to, false, e);
}
