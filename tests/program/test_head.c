#include "program.h"
#include "suite.h"

#include <hdf5.h>

enum { ROWS = 1797, DIM = 64, TEST = 2 };

static void read_h5(const char *path, const char *name, hid_t type, void *out)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    CU_ASSERT_TRUE_FATAL(file >= 0);
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    CU_ASSERT_TRUE_FATAL(set >= 0);
    CU_ASSERT_TRUE(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0);
    H5Dclose(set);
    H5Fclose(file);
}

static int predicted(const double *x, const double *theta, const double *b, int columns)
{
    int best = 0;
    double most = 0;
    for (int k = 0; k < columns; k++) {
        double score = b[k];
        for (int j = 0; j < DIM; j++) score += theta[k * DIM + j] * x[j];
        if (columns == 1) return score > 0;
        if (k == 0 || score > most) {
            most = score;
            best = k;
        }
    }
    return best;
}

/* Worst-class accuracy of the saved head on the file's own test rows, scores from raw features.
 * class_of: class of each digit, -1 where it is left out. */
static double worst_class(const int *class_of, int classes)
{
    static double x[ROWS * DIM];
    static int label[ROWS], split[ROWS];
    double theta[10 * DIM], b[10], hits[10] = {0}, count[10] = {0}, worst = 1;
    char head[2 * PATH_ROOM], digits[2 * PATH_ROOM];
    snprintf(head, sizeof head, "%s/head.h5", scratch());
    snprintf(digits, sizeof digits, "%s/jobs/data/digits.h5", getenv("LLR_SOURCE"));
    read_h5(head, "theta", H5T_NATIVE_DOUBLE, theta);
    read_h5(head, "b", H5T_NATIVE_DOUBLE, b);
    read_h5(digits, "features", H5T_NATIVE_DOUBLE, x);
    read_h5(digits, "labels", H5T_NATIVE_INT, label);
    read_h5(digits, "split", H5T_NATIVE_INT, split);
    for (int i = 0; i < ROWS; i++) {
        int class = class_of[label[i]];
        if (split[i] != TEST || class < 0) continue;
        count[class]++;
        hits[class] += predicted(x + i * DIM, theta, b, classes == 2 ? 1 : classes) == class;
    }
    for (int c = 0; c < classes; c++) {
        CU_ASSERT_TRUE_FATAL(count[c] > 0);
        if (hits[c] / count[c] < worst) worst = hits[c] / count[c];
    }
    return worst;
}

/* What the table says of a cell is what its saved head does to the raw rows. */
static void check_head(const char *key, const int *class_of, int classes)
{
    outcome_t outcome;
    double said = -1;
    run(&outcome, "$L replay $D/heads %s --save $D/head.h5", key);
    CU_ASSERT_TRUE(ended(&outcome, 0, "the same, bit for bit"));
    const char *at = strstr(outcome.out, "test worst_class ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    sscanf(at, "test worst_class %lf", &said);
    CU_ASSERT_DOUBLE_EQUAL(worst_class(class_of, classes), said, 1e-6);
}

static void a_saved_head_does_what_the_table_says(void)
{
    static const int pair[10] = {-1, -1, -1, 1, -1, -1, -1, -1, 0, -1};
    static const int merged[10] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
    static const int all[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    outcome_t outcome;
    run(&outcome,
        "cat >$D/heads.yaml <<END\n"
        "datasets:\n"
        "  - {name: pair, path: $S/jobs/data/digits.h5, classes: [8, 3], sizes: [40]}\n"
        "  - {name: merged, path: $S/jobs/data/digits.h5, merge: [[0,1,2,3,4],[5,6,7,8,9]]}\n"
        "  - {name: all, path: $S/jobs/data/digits.h5}\n"
        "losses: [square, logistic]\nexponents: [0, 2]\nlambdas: [1e-3, .1]\nsizes: [120]\n"
        "seeds: {count: 2}\n"
        "END\n"
        "$M -n 2 $L run $D/heads.yaml -o $D/heads");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    check_head("pair/square/40/1/exponent=2/0.001", pair, 2);
    check_head("merged/logistic/120/0/exponent=0/0.1", merged, 2);
    check_head("merged/square/120/1/uniform/0.001", merged, 2);
    check_head("all/square/120/0/inverse_prior/0.1", all, 10);
    check_head("all/logistic/120/1/exponent=2/0.001", all, 10);
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"a saved head does what the table says", a_saved_head_does_what_the_table_says},
    };
    return LLR_RUN_SUITE("head", tests);
}
