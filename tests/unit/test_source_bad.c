/* Files that llr_source_open_h5 must refuse, and the words it must find for them. */
#include "h5_toy.h"
#include "store/source.h"
#include "suite.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file in which one dataset has another shape or type; no values. */
static void with_dataset(const char *path, const char *name, int rank, hsize_t first,
                         hsize_t second, hid_t type)
{
    const hsize_t shape[3] = {first, second, 2};
    hid_t file = begin_without(path, name);
    h5_add(file, name, rank, shape, type, type, NULL, NULL);
    H5Fclose(file);
}

static void negative_label(const char *path)
{
    with_value(path, "labels", 4, -1);
}
static void huge_label(const char *path)
{
    with_value(path, "labels", 7, 2000000000);
}
static void label_as_large_as_rows(const char *path)
{
    with_value(path, "labels", 2, ROWS);
}
static void gap_in_labels(const char *path)
{
    with_value(path, "labels", 5, 4);
}
static void negative_group(const char *path)
{
    with_value(path, "groups", 1, -7);
}
static void gap_in_groups(const char *path)
{
    with_value(path, "groups", 3, 6);
}
static void split_of_three(const char *path)
{
    with_value(path, "split", 11, 3);
}
static void split_of_300(const char *path)
{
    with_value(path, "split", 6, 300);
}

static void label_beyond_32_bits(const char *path)
{
    int64_t values[ROWS] = {0, 1, 5000000000};
    const hsize_t rows = ROWS;
    hid_t file = begin_without(path, "labels");
    h5_add(file, "labels", 1, &rows, H5T_STD_I64LE, H5T_NATIVE_INT64, values, NULL);
    H5Fclose(file);
}

static void label_beyond_63_bits(const char *path)
{
    uint64_t values[ROWS] = {0, UINT64_MAX};
    const hsize_t rows = ROWS;
    hid_t file = begin_without(path, "labels");
    h5_add(file, "labels", 1, &rows, H5T_STD_U64LE, H5T_NATIVE_UINT64, values, NULL);
    H5Fclose(file);
}

static void one_class(const char *path)
{
    static const int zeros[ROWS];
    hid_t file = begin_without(path, "labels");
    h5_add_integers(file, "labels", ROWS, H5T_STD_I8LE, zeros);
    H5Fclose(file);
}

static void labels_from_one(const char *path)
{
    int values[ROWS];
    for (int i = 0; i < ROWS; i++) values[i] = labels[i] + 1;
    hid_t file = begin_without(path, "labels");
    h5_add_integers(file, "labels", ROWS, H5T_STD_I8LE, values);
    H5Fclose(file);
}

static void no_test_rows(const char *path)
{
    int values[ROWS];
    for (int i = 0; i < ROWS; i++) values[i] = splits[i] % 2;
    hid_t file = begin_without(path, "split");
    h5_add_integers(file, "split", ROWS, H5T_STD_I8LE, values);
    H5Fclose(file);
}

static void no_features(const char *path)
{
    H5Fclose(begin_without(path, "features"));
}
static void no_labels(const char *path)
{
    H5Fclose(begin_without(path, "labels"));
}
static void empty_hdf5(const char *path)
{
    H5Fclose(h5_create(path));
}

static void features_group(const char *path)
{
    hid_t file = begin_without(path, "features");
    H5Gclose(H5Gcreate2(file, "features", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
}

static void labels_dangling(const char *path)
{
    hid_t file = begin_without(path, "labels");
    H5Lcreate_soft("/nowhere", file, "labels", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
}

static void groups_group(const char *path)
{
    hid_t file = begin_without(path, "groups");
    H5Gclose(H5Gcreate2(file, "groups", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
}

static void flat_features(const char *path)
{
    with_dataset(path, "features", 1, ROWS, 0, H5T_IEEE_F32LE);
}
static void cube_features(const char *path)
{
    with_dataset(path, "features", 3, ROWS, DIM, H5T_IEEE_F32LE);
}
static void features_without_rows(const char *path)
{
    with_dataset(path, "features", 2, 0, DIM, H5T_IEEE_F32LE);
}
static void features_without_columns(const char *path)
{
    with_dataset(path, "features", 2, ROWS, 0, H5T_IEEE_F32LE);
}
static void integer_features(const char *path)
{
    with_dataset(path, "features", 2, ROWS, DIM, H5T_STD_I16LE);
}
static void string_features(const char *path)
{
    with_dataset(path, "features", 2, ROWS, DIM, H5T_C_S1);
}
static void long_double_features(const char *path)
{
    with_dataset(path, "features", 2, ROWS, DIM, H5T_NATIVE_LDOUBLE);
}

static void half_features(const char *path)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    with_dataset(path, "features", 2, ROWS, DIM, type);
    H5Tclose(type);
}

static void compound_features(const char *path)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(type, "r", 0, H5T_IEEE_F32LE);
    H5Tinsert(type, "i", 4, H5T_IEEE_F32LE);
    with_dataset(path, "features", 2, ROWS, DIM, type);
    H5Tclose(type);
}

static void scalar_labels(const char *path)
{
    hid_t file = begin_without(path, "labels"), space = H5Screate(H5S_SCALAR);
    H5Dclose(
        H5Dcreate2(file, "labels", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Fclose(file);
}

static void column_labels(const char *path)
{
    with_dataset(path, "labels", 2, ROWS, 1, H5T_STD_I32LE);
}
static void short_labels(const char *path)
{
    with_dataset(path, "labels", 1, ROWS - 1, 0, H5T_STD_I32LE);
}
static void long_groups(const char *path)
{
    with_dataset(path, "groups", 1, ROWS + 3, 0, H5T_STD_I32LE);
}
static void real_labels(const char *path)
{
    with_dataset(path, "labels", 1, ROWS, 0, H5T_IEEE_F64LE);
}
static void string_split(const char *path)
{
    with_dataset(path, "split", 1, ROWS, 0, H5T_C_S1);
}

/* As h5py stores booleans. */
static void boolean_labels(const char *path)
{
    const int8_t values[2] = {0, 1};
    hid_t type = H5Tenum_create(H5T_STD_I8LE);
    H5Tenum_insert(type, "FALSE", &values[0]);
    H5Tenum_insert(type, "TRUE", &values[1]);
    with_dataset(path, "labels", 1, ROWS, 0, type);
    H5Tclose(type);
}

static void write_bytes(const char *path, const char *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

static void empty_file(const char *path)
{
    write_bytes(path, "", 0);
}
static void text_file(const char *path)
{
    write_bytes(path, "x,y\n1,2\n", 8);
}

static void missing_file(const char *path)
{
    unlink(path);
}

static void folder(const char *path)
{
    CU_ASSERT_EQUAL(mkdir(path, 0755), 0);
}

static void pipe_file(const char *path)
{
    CU_ASSERT_EQUAL(mkfifo(path, 0644), 0);
}

static void truncated_file(const char *path)
{
    write_good(path, H5T_IEEE_F64LE, H5T_STD_I32LE, NULL);
    struct stat entry;
    stat(path, &entry);
    CU_ASSERT_EQUAL(truncate(path, entry.st_size - 100), 0);
}

static void broken_superblock(const char *path)
{
    write_good(path, H5T_IEEE_F64LE, H5T_STD_I32LE, NULL);
    FILE *file = fopen(path, "r+b");
    fseek(file, 8, SEEK_SET);
    for (int i = 0; i < 40; i++) fputc(0x5a, file);
    fclose(file);
}

typedef struct bad {
    void (*make)(const char *path);
    const char *phrase[2]; /* what the message must hold, beside the path */
} bad_t;

static const bad_t bad_files[] = {
    {negative_label, {"/labels: row 4 has value -1", "0, 1, 2, ... without gaps"}},
    {huge_label, {"/labels: row 7 has value 2000000000", "without gaps"}},
    {label_as_large_as_rows, {"/labels: row 2 has value 12", "number of rows"}},
    {label_beyond_32_bits, {"/labels: row 2 has value 5000000000", "without gaps"}},
    {label_beyond_63_bits, {"/labels: row 1 has value 9223372036854775807", "without gaps"}},
    {gap_in_labels, {"/labels: no row has value 3", "row 5 has 4"}},
    {labels_from_one, {"/labels: no row has value 0", "row 0 has 1"}},
    {one_class, {"/labels: every row has label 0", "two classes"}},
    {negative_group, {"/groups: row 1 has value -7", "without gaps"}},
    {gap_in_groups, {"/groups: no row has value 4", "row 3 has 6"}},
    {split_of_three, {"/split: row 11 has value 3", "0 (pool), 1 (validation) or 2 (test)"}},
    {split_of_300, {"/split: row 6 has value 300", "2 (test)"}},
    {no_test_rows, {"/split: no row has value 2 (test)", "must be present"}},
    {no_features, {"has no dataset /features", "holds /groups, /labels, /split"}},
    {no_labels, {"has no dataset /labels", "/features"}},
    {empty_hdf5, {"has no dataset /features", "holds nothing"}},
    {features_group, {"/features is a group", "dataset"}},
    {groups_group, {"/groups is a group", "dataset"}},
    {labels_dangling, {"/labels cannot be opened", "HDF5"}},
    {flat_features, {"/features has shape [12]", "[rows, columns]"}},
    {cube_features, {"/features has shape [12, 5, 2]", "[rows, columns]"}},
    {features_without_rows, {"/features has no rows", "[0, 5]"}},
    {features_without_columns, {"/features has no columns", "[12, 0]"}},
    {integer_features, {"/features holds a 16-bit integer", "float32 or float64"}},
    {string_features, {"/features holds a string", "float32 or float64"}},
    {half_features, {"/features holds a 16-bit float", "float32 or float64"}},
    {long_double_features, {"/features holds a 128-bit float", "float32 or float64"}},
    {compound_features, {"/features holds a compound type", "float32 or float64"}},
    {scalar_labels, {"/labels has shape []", "[rows]"}},
    {column_labels, {"/labels has shape [12, 1]", "[rows]"}},
    {short_labels, {"/labels has 11 rows", "/features has 12"}},
    {long_groups, {"/groups has 15 rows", "/features has 12"}},
    {real_labels, {"/labels holds a 64-bit float", "integer"}},
    {boolean_labels, {"/labels holds an enumeration", "integer"}},
    {string_split, {"/split holds a string", "integer"}},
    {empty_file, {"empty", ""}},
    {text_file, {"is not an HDF5 file", ""}},
    {missing_file, {"cannot be opened", "No such file"}},
    {folder, {"is a folder", "HDF5 file"}},
    {pipe_file, {"is not a regular file", "HDF5 file"}},
    {truncated_file, {"truncated or damaged", "eof"}},
    {broken_superblock, {"damaged HDF5 file", "HDF5: "}},
};

static void expect_phrases(const llr_error_t *error, const char *path, const bad_t *bad)
{
    int right = error->code == LLR_INVALID && strstr(error->text, path) &&
                strstr(error->text, bad->phrase[0]) && strstr(error->text, bad->phrase[1]) &&
                !strchr(error->text, '\n');
    if (!right) fprintf(stderr, "  expected \"%s\", got: %s\n", bad->phrase[0], error->text);
    CU_ASSERT_TRUE(right);
}

static void every_bad_file_is_refused_in_one_line(void)
{
    for (size_t i = 0; i < sizeof bad_files / sizeof *bad_files; i++) {
        llr_source_t source;
        llr_error_t error = {0};
        const char *path = path_of("bad.h5");
        bad_files[i].make(path);
        CU_ASSERT_EQUAL(llr_source_open_h5(&source, path, &error), LLR_INVALID);
        expect_phrases(&error, path, &bad_files[i]);
        llr_source_close(&source);
        remove(path);
    }
    CU_ASSERT_EQUAL(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

/* A process that holds the locks of one that writes, of either kind, until it is killed. */
static pid_t lock_elsewhere(const char *path)
{
    int ends[2];
    char byte;
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    pid_t child = fork();
    if (!child) {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int file = open(path, O_RDWR);
        if (fcntl(file, F_SETLK, &whole) || flock(file, LOCK_EX)) _exit(1);
        if (write(ends[1], "", 1) == 1) pause();
        _exit(1);
    }
    close(ends[1]);
    CU_ASSERT_EQUAL_FATAL(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    return child;
}

static void a_locked_file_is_no_damaged_one(void)
{
    llr_source_t source;
    llr_error_t error = {0};
    const char *path = path_of("locked.h5");
    write_good(path, H5T_IEEE_F64LE, H5T_STD_I32LE, NULL);
    pid_t writer = lock_elsewhere(path);
    CU_ASSERT_EQUAL(llr_source_open_h5(&source, path, &error), LLR_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "cannot be locked: a program has it open to write"));
    llr_source_close(&source);
    kill(writer, SIGKILL);
    CU_ASSERT_EQUAL(waitpid(writer, NULL, 0), writer);
    CU_ASSERT_EQUAL(llr_source_open_h5(&source, path, &error), LLR_OK);
    llr_source_close(&source);
    remove(path);
}

static void a_file_without_permission_is_refused(void)
{
    llr_source_t source;
    llr_error_t error = {0};
    const char *path = path_of("secret.h5");
    if (geteuid() == 0) return; /* the superuser may read everything */
    write_good(path, H5T_IEEE_F64LE, H5T_STD_I32LE, NULL);
    chmod(path, 0);
    CU_ASSERT_EQUAL(llr_source_open_h5(&source, path, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "Permission denied"));
    unlink(path);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"every bad file is refused in one line", every_bad_file_is_refused_in_one_line},
        {"a locked file is no damaged one", a_locked_file_is_no_damaged_one},
        {"a file without permission is refused", a_file_without_permission_is_refused},
    };
    unsetenv("HDF5_USE_FILE_LOCKING"); /* tests run without; HDF5 looks at it once */
    return LLR_RUN_SUITE("source_bad", tests);
}
