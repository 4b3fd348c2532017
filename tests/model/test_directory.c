/* SPDX-License-Identifier: MIT */
/* Workloads that read a user's directory, under every model and in both modes. */
#include "tests/model/one_trial.h"

#include <sys/stat.h>

#include "harness/insight/identity.h"

/* A directory with files of 1 B, 20 KiB and 3 KiB of text; its path stays until the next. */
static const char *make_directory(void)
{
    static char dir[64];
    static const int sizes[] = {1, 20 << 10, 3 << 10};
    char path[96];
    snprintf(dir, sizeof dir, "/tmp/contend-test-%d", (int)getpid());
    assert_int_equal(mkdir(dir, 0700), 0);
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%d", dir, i);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        for (int k = 0; k < sizes[i]; k++)
            fputc("the kernel of the matter is the thread\n"[k % 39], f);
        assert_int_equal(fclose(f), 0);
    }
    return dir;
}

static void remove_directory(const char *dir)
{
    char path[96];
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%d", dir, i);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(dir), 0);
}

/* Files of the user's, of sizes that have nothing in common: the work is that of every model, and in closed mode, where
 * trials reach different numbers of files, none is found to have done other work. */
static void test_directory(void **state)
{
    (void)state;
    static const char *const readers[] = {"file-scan", "pipeline"};
    const char *dir = make_directory();
    for (int i = 0; i < 4; i++) {
        const char *workload = readers[i % 2];
        struct work_reference ref = {.set = false};
        struct err e;
        for (size_t k = 0; models[k]; k++) {
            struct cell c = plain_cell(workload, models[k]->name, 2, 6);
            apply(&c, &(struct setting){workload, "dir", workload_path(dir), true});
            if (model_shape(models[k], workload_find(workload), &c, &e) || spared((size_t)i, k))
                continue;
            c.mode = i < 2 ? MODE_BATCH : MODE_CLOSED;
            if (c.mode == MODE_CLOSED) {
                c.tasks = c.concurrency;
                c.units = 0;
                c.duration_ns = 20 * NS_PER_MS;
            }
            struct trial_record *r = run_cell(&c);
            assert_int_equal(r->status, TRIAL_OK);
            if (!work_is_identical(&c, r, &ref))
                print_error("%s under %s: %s\n", workload, models[k]->name, r->reason);
            assert_int_equal(r->status, TRIAL_OK);
            drop(r);
        }
    }
    remove_directory(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
