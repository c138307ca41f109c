/* Rows that are refused: each with one line that says what and where. */
#include "rows_open.h"
#include "suite.h"

static void check_refused(llr_role_t role, const char *path, const char *end)
{
    const char *text = message(role, path);
    size_t length = strlen(text), tail = strlen(end);
    bool good = length >= tail && !strcmp(text + length - tail, end);
    if (!good) fprintf(stderr, "wanted %s\ngot    %s\n", end, text);
    CU_ASSERT_TRUE(good);
    unlink(path);
}

static void odd_arrays_are_refused(void)
{
    static const char zeros[64];
    static const struct {
        const char *descr, *shape, *end;
        llr_role_t role;
        size_t bytes;
    } odd[] = {
        {"|O", "(2, 2)",
         "holds pickled Python objects; save numbers, as by np.asarray(x, np.float32) (dtype |O)",
         LLR_ROLE_FEATURES, 32},
        {"<c8", "(2, 2)", "holds complex numbers; real ones are needed (dtype <c8)",
         LLR_ROLE_FEATURES, 32},
        {"<f16", "(2, 2)", "holds long doubles; save np.float64 (dtype <f16)", LLR_ROLE_FEATURES,
         64},
        {"<M8[ns]", "(2, 2)", "holds times; numbers are needed (dtype <M8[ns])", LLR_ROLE_FEATURES,
         32},
        {"[('a', '<f4')]", "(2,)",
         "holds records of several fields; save one array of numbers (dtype [)", LLR_ROLE_FEATURES,
         8},
        {"<U4", "(2, 2)", "holds words; features must be numbers", LLR_ROLE_FEATURES, 64},
        {"<f4", "(4,)", "has shape [4]; features must be [rows, columns]", LLR_ROLE_FEATURES, 16},
        {"<f4", "(2, 2, 2, 1)",
         "has shape [2, 2, 2, 1]; features must be [rows, columns]: flatten, or average over, the "
         "others",
         LLR_ROLE_FEATURES, 32},
        {"<f4", "(0, 3)", "has no rows", LLR_ROLE_FEATURES, 0},
        {"<f4", "(3, 0)", "has no columns", LLR_ROLE_FEATURES, 0},
        {"<f4", "(4, 4)",
         "is truncated: its shape needs 64 B, and 60 B are there (64 and 60 bytes)",
         LLR_ROLE_FEATURES, 60},
        {"<f4", "(9223372036854775807, 9223372036854775807)",
         "and 4 B are there (340282366920938463463374607431768211456 and 4 bytes)",
         LLR_ROLE_FEATURES, 4},
        {"<f4", "(2 x)", "is no array of numpy: its shape is damaged", LLR_ROLE_FEATURES, 8},
        {"<i8", "(2, 3)", "has shape [2, 3]; labels must be [rows], one value a row",
         LLR_ROLE_LABELS, 48},
        {"<i8", "()", "has shape []; labels must be [rows], one value a row", LLR_ROLE_LABELS, 8},
    };
    for (size_t o = 0; o < sizeof odd / sizeof *odd; o++)
        check_refused(odd[o].role,
                      write_npy("odd.npy", odd[o].descr, odd[o].shape, zeros, odd[o].bytes),
                      odd[o].end);
}

static void odd_text_is_refused(void)
{
    static const struct {
        const char *name, *text, *end;
        llr_role_t role;
    } odd[] = {
        {"a.csv", "1,2\n3,4,5\n", "line 2 has 3 columns, but the first has 2", LLR_ROLE_FEATURES},
        {"a.csv", "1,x\n3,4\n",
         "line 1, column 1: `x` is not a number; a column of labels is left out by --labels "
         "FILE:COLUMN",
         LLR_ROLE_FEATURES},
        {"a.csv", "a,b\n", "has no rows", LLR_ROLE_FEATURES},
        {"a.csv", ",0,1\n0,.5,.5\n",
         "the first column has no name, like an index of pandas; leave it out "
         "(to_csv(index=False))",
         LLR_ROLE_FEATURES},
        {"a.csv", "a,\"b\n1,2\n", "line 1: a quote is not closed", LLR_ROLE_FEATURES},
        {"a.csv", "a,b\n1,\"2\"3\n", "line 2, column 1: text stands behind a closing quote",
         LLR_ROLE_FEATURES},
        {"a.txt", "\n\n", "has no rows", LLR_ROLE_FEATURES},
        {"a.svm", "1 1:2 1:3\n", "line 1: `1:3`: indices must rise along a line",
         LLR_ROLE_FEATURES},
        {"a.svm", "1 1:2\n2 x:3\n", "line 2: `x:3`: the index is not a whole number",
         LLR_ROLE_FEATURES},
        {"a.svm", "1 1:2\n2 1:inf\n", "line 2: `1:inf`: the value is not a finite number",
         LLR_ROLE_FEATURES},
        {"a.svm", "1 1:2\n2 3\n", "line 2: `3`: expected index:value", LLR_ROLE_FEATURES},
        {"a.svm", "1:2 2:3\n", "line 1: `1:2`: a line must begin with its label",
         LLR_ROLE_FEATURES},
        {"a.svm", "1,2 1:2\n", "line 1: `1,2`: several labels in one row; one is needed",
         LLR_ROLE_FEATURES},
        {"a.svm", "1\n2\n", "has no columns", LLR_ROLE_FEATURES},
        {"a.svm", "1 1:2\n", "LIBSVM text holds features and labels, no groups", LLR_ROLE_GROUPS},
        {"a.bin", "\x80\4pickle",
         "is a pickle, which only Python can read; .npy, .npz, CSV, LIBSVM text and HDF5 can be "
         "imported",
         LLR_ROLE_FEATURES},
        {"a.npy.gz", "\x1f\x8bzip",
         "is compressed by gzip: gunzip it first; .npy, .npz, CSV, LIBSVM text and HDF5 can be "
         "imported",
         LLR_ROLE_FEATURES},
        {"a", "", "the file is empty", LLR_ROLE_FEATURES},
    };
    for (size_t o = 0; o < sizeof odd / sizeof *odd; o++)
        check_refused(odd[o].role, write_words(odd[o].name, odd[o].text), odd[o].end);
}

static void cells_are_refused_where_they_stand(void)
{
    static const struct {
        const char *text, *end;
    } cell[] = {{"x", "`x` is not a finite number"},
                {"", "is empty; a number is needed"},
                {"nan", "`nan` is not a finite number"},
                {"inf", "`inf` is not a finite number"},
                {"1e999", "`1e999` is not a finite number"}};
    for (int c = 0; c < 5; c++) {
        char text[80], wanted[120];
        llr_rows_t rows;
        llr_error_t error = {0};
        double x[4];
        snprintf(text, sizeof text, "a,b\n1,2\n3,%s\n", cell[c].text);
        open_rows(&rows, LLR_ROLE_FEATURES, write_words("cell.csv", text));
        CU_ASSERT_EQUAL(rows.next(&rows, 2, x, &error), LLR_INVALID);
        snprintf(wanted, sizeof wanted, ": line 3, column 1 (b): %s", cell[c].end);
        CU_ASSERT_STRING_EQUAL(error.text + strlen(rows.name), wanted);
        llr_rows_close(&rows);
    }
    unlink(in_scratch("cell.csv"));
}

/* Names of files may hold colons. */
static void parts_are_told_from_names(void)
{
    static const float x[] = {1, 2};
    llr_rows_t rows;
    const char *path = write_npy("a:b.npy", "<f4", "(1, 2)", x, sizeof x);
    open_rows(&rows, LLR_ROLE_FEATURES, path);
    llr_rows_close(&rows);
    char part[600];
    snprintf(part, sizeof part, "%s:c", path);
    CU_ASSERT_PTR_NOT_NULL(strstr(message(LLR_ROLE_FEATURES, part),
                                  "`c` was asked for, but files of this format have no parts"));
    unlink(path);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(message(LLR_ROLE_FEATURES, "no:c"), "no: cannot be opened: No such file"));
    CU_ASSERT_STRING_EQUAL(message(LLR_ROLE_LABELS, "."), ".: is a folder; a file is needed");
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"odd arrays are refused", odd_arrays_are_refused},
        {"odd text is refused", odd_text_is_refused},
        {"cells are refused where they stand", cells_are_refused_where_they_stand},
        {"parts are told from names", parts_are_told_from_names},
    };
    return LLR_RUN_SUITE("rows_bad", tests);
}
