/* llrsweep import as a user runs it: files that are wrong, each one line and exit code 2, and
 * memory that does not grow with the file. What the readers make of good files is compared with
 * numpy by import.sh. */
#include "npy_file.h"
#include "program.h"
#include "suite.h"

#include <sys/resource.h>

/* Files of the folder $D/in. */
static void write_in(const char *name, const void *data, size_t length)
{
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/in/%s", scratch(), name);
    write_bytes_at(path, data, length);
}

static void array_in(const char *name, const char *descr, const char *shape, const void *data,
                     size_t length)
{
    static bytes_t bytes;
    bytes.length = 0;
    put_npy(&bytes, 1, descr, false, shape, data, length);
    write_in(name, bytes.data, bytes.length);
}

static void words_in(const char *name, const char *text)
{
    write_in(name, text, strlen(text));
}

/* Four rows of two features, and what may be wrong with them or their lists. */
static void write_inputs(void)
{
    static const float x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    float bad[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const int64_t y[5] = {0, 1, 1, 0, 1};
    static const double half[4] = {0, 1, 0.5, 1};
    static bytes_t member, archive;
    outcome_t outcome;
    member.length = archive.length = 0;
    run(&outcome, "rm -rf $D/in && mkdir $D/in");
    CU_ASSERT_EQUAL_FATAL(outcome.code, 0);
    array_in("X.npy", "<f4", "(4, 2)", x, sizeof x);
    array_in("y.npy", "<i8", "(4,)", y, 4 * sizeof *y);
    array_in("y5.npy", "<i8", "(5,)", y, sizeof y);
    array_in("half.npy", "<f8", "(4,)", half, sizeof half);
    array_in("onehot.npy", "<i8", "(2, 2)", y, 4 * sizeof *y);
    array_in("cut.npy", "<f4", "(4, 2)", x, sizeof x - 1);
    array_in("objects.npy", "|O", "(4, 2)", x, sizeof x);
    array_in("complex.npy", "<c8", "(2, 2)", x, sizeof x);
    array_in("flat.npy", "<f4", "(8,)", x, sizeof x);
    array_in("none.npy", "<f4", "(0, 2)", x, 0);
    array_in("same.npy", "<i8", "(4,)", (int64_t[4]){3, 3, 3, 3}, 4 * sizeof *y);
    bad[5] = 0.0F / 0.0F;
    array_in("nan.npy", "<f4", "(4, 2)", bad, sizeof bad);
    bad[5] = 1.0F / 0.0F;
    array_in("inf.npy", "<f4", "(4, 2)", bad, sizeof bad);
    put_npy(&member, 1, "<f4", false, "(4, 2)", x, sizeof x);
    put_zip(&archive, "x.npy", &member, true, false);
    write_in("a.npz", archive.data, archive.length);
    write_in("cut.npz", archive.data, archive.length - 5);
    words_in("ragged.csv", "a,b\n1,2\n3\n");
    words_in("gap.csv", "a,b\n1,2\n3,\n5,6\n7,8\n");
    words_in("word.csv", "a,b\n1,2\n3,many\n");
    words_in("two.csv", "a,kind\n1,u\n2,v\n3,u\n4,v\n");
    words_in("bad.svm", "1 1:2\n0 2:x\n");
    words_in("empty", "");
    words_in("pickle.pkl", "\x80\4\x95");
    words_in("zip.gz", "\x1f\x8b\x08");
}

/* What is wrong, and the line; X and y stand for good ones. */
static const char *const bad[][2] = {
    {"--features cut.npy --labels y.npy",
     "cut.npy: is truncated: its shape needs 32 B, and 31 B are there (32 and 31 bytes)"},
    {"--features objects.npy --labels y.npy",
     "objects.npy: holds pickled Python objects; save numbers, as by np.asarray(x, np.float32) "
     "(dtype |O)"},
    {"--features complex.npy --labels y.npy",
     "complex.npy: holds complex numbers; real ones are needed (dtype <c8)"},
    {"--features flat.npy --labels y.npy",
     "flat.npy: has shape [8]; features must be [rows, columns]"},
    {"--features none.npy --labels y.npy", "none.npy: has no rows"},
    {"--features nan.npy --labels y.npy",
     "nan.npy: row 2, column 1 is NaN; all features must be finite"},
    {"--features inf.npy --labels y.npy",
     "inf.npy: row 2, column 1 is infinite; all features must be finite"},
    {"--features X.npy", "import: --labels FILE is needed: X.npy has no labels"},
    {"--features X.npy --labels y5.npy", "y5.npy: has 5 rows, but X.npy has 4"},
    {"--features X.npy --labels half.npy",
     "half.npy: row 2 has value 0.5; values must be whole numbers or words"},
    {"--features X.npy --labels onehot.npy",
     "onehot.npy: has shape [2, 2]; labels must be [rows], one value a row"},
    {"--features X.npy --labels same.npy",
     "same.npy: every row has the same label; at least two classes are needed"},
    {"--features X.npy --labels y.npy --groups y5.npy", "y5.npy: has 5 rows, but X.npy has 4"},
    {"--features X.npy --labels y.npy --split y.npy",
     "y.npy: no row has 2; a split has 0 (pool, train, retrain), 1 (validation, valid, val) and 2 "
     "(test)"},
    {"--features X.npy --labels y.npy --split same.npy",
     "same.npy: row 0 is `3`; a split has 0 (pool, train, retrain), 1 (validation, valid, val) and "
     "2 (test)"},
    {"--features X.npy --labels y.npy --fractions .5,.2,.3",
     "y.npy: class 0 has 2 rows, which leaves none for the part validation; give it a larger share "
     "in --fractions, or leave the class out"},
    {"--features a.npz:z --labels y.npy", "a.npz:z: has no array `z`; it holds x"},
    {"--features cut.npz --labels y.npy", "cut.npz: is a truncated or damaged archive"},
    {"--features ragged.csv --labels y.npy",
     "ragged.csv: line 3 has 1 columns, but the first has 2"},
    {"--features word.csv --labels y.npy", "y.npy: has 4 rows, but word.csv has 2"},
    {"--features word.csv --labels word.csv:c",
     "word.csv: has no column `c`; its first line is a, b (or a number from 0 to 1)"},
    {"--features two.csv --labels y.npy",
     "two.csv: line 2, column 1 (kind): `u` is not a finite number"},
    {"--features gap.csv --labels y.npy",
     "gap.csv: line 3, column 1 (b): is empty; a number is needed"},
    {"--features X.npy --labels y.npy -o X.npy --force",
     "--output X.npy: is the file that features are read from; choose another"},
    {"--features X.npy --labels a.npz:x -o ../in/a.npz",
     "--output ../in/a.npz: is the file that labels are read from; choose another"},
    {"--features X.npy --labels y.npy -o . --force", "--output .: is a folder; a file is needed"},
    {"--features X.npy --labels two.csv",
     "two.csv: has 2 columns; name the one that holds the labels: two.csv:COLUMN"},
    {"--features bad.svm", "bad.svm: line 2: `2:x`: the value is not a finite number"},
    {"--features empty --labels y.npy", "empty: the file is empty"},
    {"--features pickle.pkl --labels y.npy",
     "pickle.pkl: is a pickle, which only Python can read; .npy, .npz, CSV, LIBSVM text and HDF5 "
     "can be imported"},
    {"--features zip.gz --labels y.npy",
     "zip.gz: is compressed by gzip: gunzip it first; .npy, .npz, CSV, LIBSVM text and HDF5 can be "
     "imported"},
};
enum { BAD = sizeof bad / sizeof *bad };

static void every_bad_file_is_one_line(void)
{
    outcome_t outcome;
    char wanted[COMMAND_ROOM];
    write_inputs();
    for (int b = 0; b < BAD; b++) {
        run(&outcome, "cd $D/in && $L import %s %s", strstr(bad[b][0], " -o ") ? "" : "-o out.h5",
            bad[b][0]);
        snprintf(wanted, sizeof wanted, "llrsweep: %s\n", bad[b][1]);
        bool good = outcome.code == 2 && !strcmp(outcome.err, wanted) && !*outcome.out;
        CU_ASSERT_TRUE(good);
        if (!good)
            fprintf(stderr, "--- %s\nwanted 2: %sgot    %d: %s%s", bad[b][0], wanted, outcome.code,
                    outcome.err, outcome.out);
    }
    run(&outcome, "cd $D/in && ls -a | grep -v 'npy$\\|npz$\\|csv$'");
    CU_ASSERT_STRING_EQUAL(outcome.out, ".\n..\nbad.svm\nempty\npickle.pkl\nzip.gz\n");
}

static void a_column_beside_the_features_is_their_label(void)
{
    outcome_t outcome;
    write_inputs();
    run(&outcome, "cd $D/in && $L import --features two.csv --labels two.csv:kind -o two.h5 && "
                  "$L inspect two.h5");
    CU_ASSERT_TRUE(ended(&outcome, 0,
                         "two.h5: 4 rows x 1 columns, float64, 32 B; 2 classes (u, v); no split: a "
                         "job has to make one\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "origin     source: features two.csv; labels "));
    CU_ASSERT_EQUAL(strlen(outcome.err), 0);
    run(&outcome, "cd $D/in && $L import -q --features X.npy --labels y.npy -o q.h5");
    CU_ASSERT_EQUAL(strlen(outcome.err) + strlen(outcome.out), 0);
}

/* One that import wrote itself loses nothing, and says what it has. */
static void lists_of_a_dataset_come_along(void)
{
    outcome_t outcome;
    write_inputs();
    words_in("all.csv", "a,k,g,s\n1,0,0,0\n2,1,1,0\n3,0,0,1\n4,1,1,2\n");
    run(&outcome, "cd $D/in && $L import -q --features all.csv --labels all.csv:k --groups "
                  "all.csv:g --split all.csv:s -o all.h5 && $L import --features all.h5 -o o.h5");
    CU_ASSERT_TRUE(ended(&outcome, 0, "; 2 classes, 2 groups; 2 pool, 1 validation, 1 test\n"));
    run(&outcome, "cd $D/in && $L import --features all.h5:features --labels all.h5 -o p.h5");
    CU_ASSERT_TRUE(ended(&outcome, 0, "; 2 classes; no split: a job has to make one\n"));
}

static void a_file_that_cannot_be_written_is_a_failure(void)
{
    outcome_t outcome;
    write_inputs();
    run(&outcome, "cd $D/in && $L import --features X.npy --labels y.npy -o X.npy/out.h5");
    CU_ASSERT_TRUE(ended(&outcome, 1, "X.npy: it is not a folder"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
}

/* 320 MB by columns, of which a few values are set; the rest is a hole in the file. */
enum { TALL = 40000, WIDE = 1000 };

static void write_tall(void)
{
    static bytes_t head;
    static int8_t y[TALL];
    char path[2 * PATH_ROOM];
    head.length = 0;
    put_npy(&head, 1, "<f8", true, "(40000, 1000)", "", 0);
    write_in("tall.npy", head.data, head.length);
    for (int i = 0; i < TALL; i++) y[i] = (int8_t)(i % 2);
    array_in("tall-y.npy", "|i1", "(40000,)", y, sizeof y);
    snprintf(path, sizeof path, "%s/in/tall.npy", scratch());
    FILE *file = fopen(path, "r+");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(ftruncate(fileno(file), (off_t)head.length + 8L * TALL * WIDE), 0);
    for (int j = 0; j < WIDE; j += 111) {
        double value = j + 1;
        fseek(file, (long)head.length + 8L * ((long)j * TALL + TALL - 1 - j), SEEK_SET);
        CU_ASSERT_EQUAL(fwrite(&value, sizeof value, 1, file), 1);
    }
    fclose(file);
}

static void memory_does_not_grow_with_the_file(void)
{
    enum { MOST_KIB = 140 << 10 };
    outcome_t outcome;
    struct rusage usage;
    write_inputs();
    write_tall();
    run(&outcome, "cd $D/in && $L import --float32 --features tall.npy --labels tall-y.npy -o t.h5 "
                  "&& h5dump -d features -s 39888,110 -c 1,3 t.h5 | grep '(39888,' && "
                  "$L inspect t.h5");
    CU_ASSERT_TRUE(ended(&outcome, 0, "(39888,110): 0, 112, 0\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "constant columns   990 on the rows"));
    getrusage(RUSAGE_CHILDREN, &usage);
    printf("    most memory: %ld MiB for %d MiB\n", usage.ru_maxrss >> 10,
           (int)(8L * TALL * WIDE >> 20));
#ifndef __SANITIZE_ADDRESS__ /* which has memory of its own */
    CU_ASSERT_TRUE(usage.ru_maxrss < MOST_KIB);
#endif
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"every bad file is one line", every_bad_file_is_one_line},
        {"a column beside the features is their label",
         a_column_beside_the_features_is_their_label},
        {"lists of a dataset come along", lists_of_a_dataset_come_along},
        {"a file that cannot be written is a failure", a_file_that_cannot_be_written_is_a_failure},
        {"memory does not grow with the file", memory_does_not_grow_with_the_file},
    };
    return LLR_RUN_SUITE("import", tests);
}
