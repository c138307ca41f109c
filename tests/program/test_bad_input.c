#include "h5_toy.h"
#include "program.h"
#include "suite.h"

#include <math.h>
#include <sys/stat.h>

/* Dataset files ---------------------------------------------------------------------------- */

static char *in_scratch(const char *name)
{
    static char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s", scratch(), name);
    return path;
}

static void write_nan(const char *path)
{
    double x[ROWS * DIM];
    const hsize_t shape[2] = {ROWS, DIM};
    hid_t file = begin_without(path, "features");
    fill_features(x);
    x[8 * DIM + 3] = NAN;
    h5_add(file, "features", 2, shape, H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, x, NULL);
    H5Fclose(file);
}

static void write_flat(const char *path)
{
    double x[ROWS * DIM];
    const hsize_t shape[1] = {ROWS * DIM};
    hid_t file = begin_without(path, "features");
    fill_features(x);
    h5_add(file, "features", 1, shape, H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, x, NULL);
    H5Fclose(file);
}

static void write_integers(const char *path)
{
    double x[ROWS * DIM];
    const hsize_t shape[2] = {ROWS, DIM};
    hid_t file = begin_without(path, "features");
    fill_features(x);
    h5_add(file, "features", 2, shape, H5T_STD_I32LE, H5T_NATIVE_DOUBLE, x, NULL);
    H5Fclose(file);
}

static void write_short_labels(const char *path)
{
    hid_t file = begin_without(path, "labels");
    h5_add_integers(file, "labels", ROWS - 1, H5T_STD_I32LE, labels);
    H5Fclose(file);
}

static void write_without(const char *path, const char *list)
{
    H5Fclose(begin_without(path, list));
}

static void write_all_pool(const char *path)
{
    int all[ROWS] = {0};
    hid_t file = begin_without(path, "split");
    h5_add_integers(file, "split", ROWS, H5T_STD_I8LE, all);
    H5Fclose(file);
}

static void write_cut(const char *path)
{
    struct stat about;
    write_good(path, H5T_IEEE_F32LE, H5T_STD_I32LE, NULL);
    CU_ASSERT_EQUAL(stat(path, &about), 0);
    CU_ASSERT_EQUAL(truncate(path, about.st_size / 2), 0);
}

static void write_datasets(void)
{
    write_good(in_scratch("good.h5"), H5T_IEEE_F32LE, H5T_STD_I32LE, NULL);
    write_nan(in_scratch("nan.h5"));
    write_flat(in_scratch("flat.h5"));
    write_integers(in_scratch("integers.h5"));
    write_short_labels(in_scratch("short.h5"));
    write_without(in_scratch("nofeatures.h5"), "features");
    write_without(in_scratch("nolabels.h5"), "labels");
    write_without(in_scratch("nosplit.h5"), "split");
    write_all_pool(in_scratch("allpool.h5"));
    write_cut(in_scratch("cut.h5"));
    with_value(in_scratch("negative.h5"), "labels", 4, -2);
    with_value(in_scratch("gap.h5"), "labels", 5, 7);
    with_value(in_scratch("badsplit.h5"), "split", 6, 3);
    with_value(in_scratch("badgroup.h5"), "groups", 2, -1);
    write_file(in_scratch("text.h5"), "this is no HDF5 file\n");
    write_file(in_scratch("empty.h5"), "");
}

/* Jobs ------------------------------------------------------------------------------------- */

typedef struct bad {
    const char *job; /* what the file holds; NULL: there is none */
    int code;
    const char *says; /* in the one line on stderr */
} bad_t;

#define DATA(file) "datasets: [{name: a, path: " file "}]\n"
#define GRID       "sizes: [6]\nlambdas: [1]\nseeds: {count: 1}\n"
#define GOOD       DATA("good.h5") GRID

static const bad_t all_bad[] = {
    {NULL, 2, "bad.yaml: No such file"},
    {"", 2, "bad.yaml:1: the file is empty"},
    {GOOD "lossses: [square]\n", 2, "bad.yaml:5: unknown key `lossses`; did you mean `losses`?"},
    {GOOD "losses: [hinge]\n", 2, "bad.yaml:5: losses: `hinge` is not known here"},
    {GOOD "exponents: [a]\n", 2, "bad.yaml:5: exponents: expected a number"},
    {GOOD "exponents: [0, 1\n", 2, "not valid YAML"},
    {GOOD "tolerance: 5\n", 2, "bad.yaml:5: tolerance: 5 is out of range"},
    {GOOD "rules: [thump]\n", 2, "bad.yaml:5: rules: `thump` is not known here"},
    {GOOD "select_by: group\n", 2, "bad.yaml:5: select_by: `group` is not known here"},
    {GOOD "ratios: [2]\n", 2, "bad.yaml:1: dataset \"a\": ratios: need two classes, it has 3"},
    {GOOD "priors: [.9, .1]\n", 2, "dataset \"a\": priors: 2 given, it has 3 classes"},
    {GOOD "priors: [.98, .01, .01]\n", 2, "gets none"},
    {DATA("good.h5") "sizes: [12]\n", 2, "n = 12 asks for 4 rows of class 0, the pool has 2"},
    {DATA("good.h5") "sizes: [2]\n", 2, "sizes: of 2 rows class 2 gets none"},
    {DATA("good.h5") "sizes: []\n", 2, "sizes: the list has 0 entries"},
    {DATA("good.h5") "sizes: [-5]\n", 2, "sizes: -5 is out of range"},
    {"datasets: [{name: a, path: good.h5, classes: [0, 5]}]\n" GRID, 2,
     "classes: label 5 is not in"},
    {"datasets: [{name: a, path: good.h5, classes: [1, 1]}]\n" GRID, 2, "stands there twice"},
    {"datasets: [{name: a, path: good.h5, merge: [[0, 1], [1, 2]]}]\n" GRID, 2,
     "merge: label 1 stands there twice"},
    {"datasets: [{name: a, path: good.h5, split: {fractions: [.9, .05, .05]}}]\n" GRID, 2, "rows"},
    {"datasets: [{name: g, synthetic: {d: 4, priors: [.5, .5]}}]\nselect_by: worst_group\n" GRID, 2,
     "it has no groups"},
    {"datasets: [{name: g, synthetic: {d: 2000000, priors: [.5, .5]}}]\n" GRID, 2, "out of range"},
    {DATA("missing.h5") GRID, 2, "missing.h5"},
    {DATA(".") GRID, 2, "bad.yaml"},
    {DATA("text.h5") GRID, 2, "text.h5"},
    {DATA("empty.h5") GRID, 2, "empty.h5"},
    {DATA("cut.h5") GRID, 2, "cut.h5"},
    {DATA("nan.h5") GRID, 2, "row 8"},
    {DATA("flat.h5") GRID, 2, "/features"},
    {DATA("integers.h5") GRID, 2, "/features"},
    {DATA("short.h5") GRID, 2, "/labels"},
    {DATA("nofeatures.h5") GRID, 2, "/features"},
    {DATA("nolabels.h5") GRID, 2, "/labels"},
    {DATA("nosplit.h5") GRID, 2, "/split"},
    {DATA("allpool.h5") GRID, 2, "split"},
    {DATA("negative.h5") GRID, 2, "row 4"},
    {DATA("gap.h5") GRID, 2, "/labels"},
    {DATA("badsplit.h5") GRID, 2, "row 6"},
    {DATA("badgroup.h5") GRID, 2, "row 2"},
    {GOOD "output: good.h5/results\n", 1, "good.h5"},
    {GOOD "output: /dev/null/results\n", 1, "/dev/null"},
};
enum { BAD = sizeof all_bad / sizeof *all_bad };

static void check_said(const outcome_t *outcome, const bad_t *bad)
{
    bool good = ended(outcome, bad->code, bad->says) && strstr(outcome->err, bad->says) &&
                count_lines(outcome->err) == 1 && strlen(outcome->out) == 0;
    CU_ASSERT_TRUE(good);
    if (!good)
        fprintf(stderr, "--- job\n%sgot %d: %s%s\n", bad->job ? bad->job : "(none)\n",
                outcome->code, outcome->err, outcome->out);
}

static void write_job(const bad_t *bad)
{
    if (bad->job)
        write_file(in_scratch("bad.yaml"), bad->job);
    else
        remove(in_scratch("bad.yaml"));
}

static void check_finds_every_mistake(void)
{
    outcome_t outcome;
    write_datasets();
    write_file(in_scratch("fine.yaml"), GOOD);
    run(&outcome, "$L check $D/fine.yaml && $L run -q $D/fine.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, "good: 1 datasets"));
    for (int b = 0; b < BAD; b++) {
        write_job(&all_bad[b]);
        run(&outcome, "cd $D && $L check bad.yaml");
        /* A dataset that is a folder is named by its own path. */
        check_said(&outcome,
                   &(bad_t){all_bad[b].job, all_bad[b].code,
                            !strcmp(all_bad[b].says, "bad.yaml") ? "program-" : all_bad[b].says});
    }
}

/* It times units of the job, so it reads what they are made of. */
static void a_plan_finds_what_is_no_number(void)
{
    outcome_t outcome;
    const bad_t bad = {DATA("nan.h5") GRID, 2, "row 8"};
    write_job(&bad);
    run(&outcome, "cd $D && $L plan bad.yaml");
    check_said(&outcome, &bad);
}

static void four_ranks_say_it_once(void)
{
    outcome_t outcome;
    for (int b = 0; b < BAD; b++) {
        bad_t bad = all_bad[b];
        write_job(&bad);
        if (!strcmp(bad.says, "bad.yaml")) bad.says = "program-";
        run(&outcome, "cd $D && $M -n 4 $L run bad.yaml");
        check_said(&outcome, &bad);
        CU_ASSERT_TRUE(outcome.seconds < 60);
    }
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"check finds every mistake", check_finds_every_mistake},
        {"a plan finds what is no number", a_plan_finds_what_is_no_number},
        {"four ranks say it once", four_ranks_say_it_once},
    };
    return LLR_RUN_SUITE("bad_input", tests);
}
