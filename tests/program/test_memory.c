#include "program.h"
#include "suite.h"

#include <hdf5.h>

enum { ROWS = 120000, DIM = 256 };

static void write_column(hid_t file, const char *name, const int *value)
{
    const hsize_t rows = ROWS;
    hid_t space = H5Screate_simple(1, &rows, NULL);
    hid_t set = H5Dcreate2(file, name, H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT_TRUE(H5Dwrite(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

/* 120 MB of features: more than all that four ranks take beside them. */
static void write_dataset(void)
{
    char path[2 * PATH_ROOM];
    const hsize_t shape[2] = {ROWS, DIM};
    float *x = malloc(sizeof *x * ROWS * DIM);
    int *label = malloc(sizeof *label * ROWS), *split = malloc(sizeof *split * ROWS);
    CU_ASSERT_TRUE_FATAL(x && label && split);
    for (int i = 0; i < ROWS * DIM; i++) x[i] = (float)(rand() % 1000) / 1000;
    for (int i = 0; i < ROWS; i++) {
        label[i] = rand() % 4 == 0;
        split[i] = i % 3;
    }
    snprintf(path, sizeof path, "%s/large.h5", scratch());
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, shape, NULL);
    hid_t set =
        H5Dcreate2(file, "features", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT_TRUE(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    write_column(file, "labels", label);
    write_column(file, "split", split);
    H5Fclose(file);
    free(x);
    free(label);
    free(split);
}

static void write_job(const char *name, const char *dataset, int n)
{
    char path[2 * PATH_ROOM], text[COMMAND_ROOM];
    snprintf(path, sizeof path, "%s/%s.yaml", scratch(), name);
    snprintf(text, sizeof text,
             "datasets: [{name: d, %s}]\nlosses: [logistic]\nsizes: [%d]\nseeds: {count: 8}\n"
             "lambdas: [1, .1]\n",
             dataset, n);
    write_file(path, text);
}

/* The same, solved by four ranks together. */
static void write_group_job(const char *name, const char *dataset, int n)
{
    char path[2 * PATH_ROOM];
    write_job(name, dataset, n);
    snprintf(path, sizeof path, "%s/%s.yaml", scratch(), name);
    FILE *file = fopen(path, "a");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("ranks_per_unit: 4\ndf: []\n", file);
    fclose(file);
}

/* Most that four ranks held at a time, in MiB; pages they share are counted once. */
static double peak_of(const char *job)
{
    outcome_t outcome;
    double peak = 0;
    run(&outcome,
        "$M -n 4 $L run $D/%s.yaml -o $D/%s -q & m=$!\n"
        "while kill -0 $m 2>/dev/null; do\n"
        "  for p in $(pgrep -P $m -x llrsweep); do cat /proc/$p/smaps_rollup; done 2>/dev/null |\n"
        "    awk '/^Pss:/ { sum += $2 } END { print sum / 1024 }'\n"
        "  sleep 0.02\n"
        "done | sort -g | tail -1\n"
        "wait $m",
        job, job);
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    CU_ASSERT_EQUAL(sscanf(outcome.out, "%lf", &peak), 1);
    return peak;
}

static double planned_for(const char *job)
{
    outcome_t outcome;
    double planned = 0;
    run(&outcome, "$L plan $D/%s.yaml --ranks 4", job);
    const char *at = strstr(outcome.out, "node, 4 ranks");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    CU_ASSERT_EQUAL(sscanf(at, "node, 4 ranks %lf MiB", &planned), 1);
    return planned;
}

static void memory_too_small_is_said_before_work(void)
{
    outcome_t outcome;
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/bad.yaml", scratch());
    write_file(path, "datasets: [{name: g, synthetic: {d: 20000, priors: [.5, .5]}}]\n"
                     "sizes: [100000]\nseeds: {count: 1}\nlambdas: [1]\n");
    run(&outcome, "$L plan $D/bad.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, "memory of a node"));
    run(&outcome, "bash -c 'ulimit -v 8000000; $L run $D/bad.yaml'");
    CU_ASSERT_TRUE(ended(&outcome, 1, "memory too small"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
}

/* Room for the stacks of BLAS's threads, but not for their buffers, which they would look for. */
static void limited_address_space_is_no_hang(void)
{
    outcome_t outcome;
    run(&outcome, "bash -c 'ulimit -v $((100000 + 12000 * $(nproc))); timeout 60 $L --version'");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "llrsweep"));
}

/* A node holds one copy of the features, and no more than plan said. */
static void a_node_needs_what_was_planned(void)
{
    double shared = ROWS * (double)DIM * sizeof(float) / (1 << 20);
    if (access("/proc/self/smaps_rollup", R_OK)) {
        fprintf(stderr, "skipped: no /proc/self/smaps_rollup here\n");
        return;
    }
    write_dataset();
    write_job("large", "path: large.h5", 2000);
    write_job("small", "synthetic: {d: 256, priors: [.5, .5]}", 300);
    double large = peak_of("large"), small = peak_of("small");
    write_group_job("large-group", "path: large.h5", 2000);
    write_group_job("small-group", "synthetic: {d: 256, priors: [.5, .5]}", 300);
    double large_group = peak_of("large-group"), small_group = peak_of("small-group");
    /* Slices: the group holds the features once as well, and each rank its part of a sample, on
     * large pages; a second copy of the features would be 2 x shared. */
    bool good_group =
        large_group <= planned_for("large-group") && small_group <= planned_for("small-group") &&
        large_group - small_group > shared && large_group - small_group < 1.5 * shared;
    CU_ASSERT_TRUE(good_group);
    if (!good_group)
        fprintf(stderr, "groups: large %.1f of %.1f, small %.1f of %.1f MiB\n", large_group,
                planned_for("large-group"), small_group, planned_for("small-group"));
    bool good = large <= planned_for("large") && small <= planned_for("small") &&
                large - small > shared && large - small < 2 * shared;
    CU_ASSERT_TRUE(good);
    if (!good) fprintf(stderr, "large %.1f, small %.1f MiB\n", large, small);
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"memory too small is said before work", memory_too_small_is_said_before_work},
        {"limited address space is no hang", limited_address_space_is_no_hang},
        {"a node needs what was planned", a_node_needs_what_was_planned},
    };
    return LLR_RUN_SUITE("memory", tests);
}
