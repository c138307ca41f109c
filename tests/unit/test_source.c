#include "base/memory.h"
#include "h5_toy.h"
#include "store/source.h"
#include "suite.h"

#include <math.h>

static void check_lists(const llr_source_t *source)
{
    CU_ASSERT_EQUAL(source->rows, ROWS);
    CU_ASSERT_EQUAL(source->dim, DIM);
    CU_ASSERT_EQUAL(source->classes, 3);
    CU_ASSERT_EQUAL(source->groups, 4);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source->group);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source->split);
    for (int i = 0; i < ROWS; i++) {
        CU_ASSERT_EQUAL(source->label[i], labels[i]);
        CU_ASSERT_EQUAL(source->group[i], groups[i]);
        CU_ASSERT_EQUAL(source->split[i], splits[i]);
    }
}

/* Reads rows [first, first + count) and compares them with feature(). */
static void check_rows(llr_source_t *source, int first, int count)
{
    double x[ROWS * DIM];
    float *single = (float *)(void *)x;
    llr_error_t error = {0};
    CU_ASSERT_EQUAL(source->read(source, first, count, x, &error), LLR_OK);
    for (int i = 0; i < count * DIM; i++)
        CU_ASSERT_EQUAL(source->type == LLR_FLOAT32 ? (double)single[i] : x[i],
                        feature(first + i / DIM, i % DIM));
}

static void good_files_of_all_layouts_are_read(void)
{
    const hsize_t rows_chunk[2] = {5, DIM}, odd_chunk[2] = {7, 2}, tall_chunk[2] = {ROWS, 1};
    const hsize_t *const chunks[] = {NULL, rows_chunk, odd_chunk, tall_chunk};
    const hid_t reals[] = {H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE};
    const hid_t integers[] = {H5T_STD_I8LE,  H5T_STD_U8LE,  H5T_STD_I16BE,
                              H5T_STD_I32LE, H5T_STD_I64LE, H5T_STD_U64BE};
    for (int r = 0; r < 4; r++)
        for (int k = 0; k < 6; k++) {
            llr_source_t source;
            llr_error_t error = {0};
            const char *path = path_of("good.h5");
            write_good(path, reals[r], integers[k], chunks[(r + k) % 4]);
            CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(&source, path, &error), LLR_OK);
            CU_ASSERT_EQUAL(source.type, r < 2 ? LLR_FLOAT32 : LLR_FLOAT64);
            CU_ASSERT_STRING_EQUAL(source.path, path);
            check_lists(&source);
            check_rows(&source, 0, ROWS);
            check_rows(&source, 3, 8);
            check_rows(&source, ROWS - 1, 1);
            llr_source_close(&source);
            unlink(path);
        }
}

/* What is optional may be missing. */
static void groups_and_split_are_optional(void)
{
    llr_source_t source;
    const char *path = path_of("bare.h5");
    hid_t file = h5_create(path);
    add_features(file, H5T_IEEE_F32LE, NULL);
    h5_add_integers(file, "labels", ROWS, H5T_STD_I32LE, labels);
    H5Fclose(file);
    CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(&source, path, NULL), LLR_OK);
    CU_ASSERT_PTR_NULL(source.group);
    CU_ASSERT_PTR_NULL(source.split);
    CU_ASSERT_EQUAL(source.groups, 0);
    CU_ASSERT_PTR_NULL(source.name);
    CU_ASSERT_PTR_NULL(source.origin);
    CU_ASSERT_PTR_NULL(source.class_name);
    llr_source_close(&source);
    llr_source_close(&source);
    unlink(path);
}

static void open_with_attributes(llr_source_t *source, size_t width, int odd)
{
    static const char *const title[] = {"toy"}, *const net[] = {"ResNet"}, *const terms[] = {"CC0"};
    static const char *const class_names[] = {"cat", "dog", "h\xc3\xa9ron"};
    static const char *const group_names[] = {"a", "b\nc", "\xff", "d"};
    const char *path = path_of("names.h5");
    write_good(path, H5T_IEEE_F32LE, H5T_STD_I8LE, NULL);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    if (odd) {
        hid_t space = H5Screate(H5S_SCALAR);
        H5Aclose(H5Acreate2(file, "name", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT));
        H5Sclose(space);
        space = H5Screate(H5S_NULL);
        H5Aclose(H5Acreate2(file, "source", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT));
        H5Sclose(space);
        h5_add_strings(file, "class_names", 2, class_names, width);
        h5_add_strings(file, "group_names", 0, group_names, width);
    } else {
        h5_add_strings(file, "name", 0, title, width);
        h5_add_strings(file, "backbone", 1, net, width);
        h5_add_strings(file, "license", 0, terms, width);
        h5_add_strings(file, "class_names", 3, class_names, width);
        h5_add_strings(file, "group_names", 4, group_names, width);
    }
    H5Fclose(file);
    CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(source, path, NULL), LLR_OK);
    unlink(path);
}

static void attributes_are_read(void)
{
    for (size_t width = 0; width <= 9; width += 9) {
        llr_source_t source;
        open_with_attributes(&source, width, 0);
        CU_ASSERT_STRING_EQUAL(source.name, "toy");
        CU_ASSERT_STRING_EQUAL(source.origin, "backbone: ResNet; license: CC0");
        CU_ASSERT_PTR_NOT_NULL_FATAL(source.class_name);
        CU_ASSERT_STRING_EQUAL(source.class_name[0], "cat");
        CU_ASSERT_STRING_EQUAL(source.class_name[2], "h\xc3\xa9ron");
        CU_ASSERT_PTR_NOT_NULL_FATAL(source.group_name);
        CU_ASSERT_STRING_EQUAL(source.group_name[1], "b?c");
        CU_ASSERT_STRING_EQUAL(source.group_name[2], "?");
        CU_ASSERT_STRING_EQUAL(source.group_name[3], "d");
        llr_source_close(&source);
    }
}

static void odd_attributes_are_passed_over(void)
{
    for (size_t width = 0; width <= 9; width += 9) {
        llr_source_t source;
        open_with_attributes(&source, width, 1);
        CU_ASSERT_PTR_NULL(source.name);
        CU_ASSERT_PTR_NULL(source.origin);
        CU_ASSERT_PTR_NULL(source.class_name);
        CU_ASSERT_PTR_NULL(source.group_name);
        check_lists(&source);
        llr_source_close(&source);
    }
}

/* A chunk whose compressed bytes are overwritten opens, and fails when it is read. */
static void damaged_chunks_are_found_on_reading(void)
{
    llr_source_t source;
    llr_error_t error = {0};
    const hsize_t chunk[2] = {ROWS, DIM};
    const char *path = path_of("chunk.h5");
    write_good(path, H5T_IEEE_F64LE, H5T_STD_I32LE, chunk);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t features = H5Dopen2(file, "features", H5P_DEFAULT);
    const char junk[64] = "these bytes are not what zlib wrote";
    const hsize_t at[2] = {0, 0};
    CU_ASSERT_TRUE(H5Dwrite_chunk(features, H5P_DEFAULT, 0, at, sizeof junk, junk) >= 0);
    H5Dclose(features);
    H5Fclose(file);
    CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(&source, path, &error), LLR_OK);
    double x[ROWS * DIM];
    CU_ASSERT_EQUAL(source.read(&source, 2, 4, x, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/features: rows 2 to 5 cannot be read"));
    llr_source_close(&source);
    unlink(path);
}

static void expect_nonfinite(hid_t stored, double value, const char *phrase)
{
    llr_source_t source;
    llr_error_t error = {0};
    llr_hash_t content;
    double x[ROWS * DIM];
    const hsize_t shape[2] = {ROWS, DIM};
    const char *path = path_of("nan.h5");
    fill_features(x);
    x[7 * DIM + 3] = value;
    x[9 * DIM] = NAN;
    hid_t file = begin_without(path, "features");
    h5_add(file, "features", 2, shape, stored, H5T_NATIVE_DOUBLE, x, NULL);
    H5Fclose(file);
    CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(&source, path, &error), LLR_OK);
    CU_ASSERT_EQUAL(source.read(&source, 0, 7, x, &error), LLR_OK);
    CU_ASSERT_EQUAL(source.read(&source, 5, 6, x, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, phrase));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
    CU_ASSERT_EQUAL(llr_source_scan(&source, &content, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, phrase));
    llr_source_close(&source);
    unlink(path);
}

static void features_that_are_not_finite_are_refused(void)
{
    expect_nonfinite(H5T_IEEE_F32LE, NAN, "/features: row 7, column 3 is NaN");
    expect_nonfinite(H5T_IEEE_F64BE, NAN, "/features: row 7, column 3 is NaN");
    expect_nonfinite(H5T_IEEE_F64LE, -INFINITY, "/features: row 7, column 3 is infinite");
    expect_nonfinite(H5T_IEEE_F32LE, INFINITY, "/features: row 7, column 3 is infinite");
}

/* Content id --------------------------------------------------------------------------------- */

static llr_hash_t scan_file(const char *path)
{
    llr_source_t source;
    llr_hash_t content = {0, 0};
    CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(&source, path, NULL), LLR_OK);
    CU_ASSERT_EQUAL(llr_source_scan(&source, &content, NULL), LLR_OK);
    double x[ROWS * DIM];
    CU_ASSERT_EQUAL(source.read(&source, 0, ROWS, x, NULL), LLR_OK);
    CU_ASSERT_TRUE(llr_hash_equal(content, llr_source_content(&source, x)));
    llr_source_close(&source);
    unlink(path);
    return content;
}

static void content_is_of_values_not_of_files(void)
{
    const hsize_t chunk[2] = {5, 2};
    const char *path = path_of("content.h5");
    write_good(path, H5T_IEEE_F32LE, H5T_STD_I8LE, NULL);
    llr_hash_t first = scan_file(path);
    write_good(path, H5T_IEEE_F32BE, H5T_STD_I64BE, chunk);
    CU_ASSERT_TRUE(llr_hash_equal(scan_file(path), first));
    write_good(path, H5T_IEEE_F64LE, H5T_STD_I8LE, NULL);
    CU_ASSERT_FALSE(llr_hash_equal(scan_file(path), first));
    with_value(path, "groups", 3, 2); /* group 0 is still in row 9 */
    llr_hash_t second = scan_file(path);
    CU_ASSERT_FALSE(llr_hash_equal(second, first));
    with_value(path, "split", 5, 2);
    llr_hash_t third = scan_file(path);
    CU_ASSERT_FALSE(llr_hash_equal(third, first) || llr_hash_equal(third, second));
    with_value(path, "labels", 0, 1);
    llr_hash_t fourth = scan_file(path);
    CU_ASSERT_FALSE(llr_hash_equal(fourth, first) || llr_hash_equal(fourth, third));
}

/* More than one slice, with rows that do not fill the last one. */
static void scan_in_slices_equals_hash_at_once(void)
{
    enum { MANY = 5003, WIDE = 1000 };
    llr_source_t source;
    llr_error_t error = {0};
    llr_hash_t content;
    double *x = llr_alloc((int64_t)MANY * WIDE, sizeof *x);
    int32_t *label = llr_alloc(MANY, sizeof *label);
    for (int64_t i = 0; i < (int64_t)MANY * WIDE; i++) x[i] = (double)(i % 977);
    for (int i = 0; i < MANY; i++) label[i] = i % 2;
    CU_ASSERT_EQUAL_FATAL(
        llr_source_open_memory(&source, "wide", x, MANY, WIDE, label, NULL, NULL, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_source_scan(&source, &content, &error), LLR_OK);
    CU_ASSERT_TRUE(llr_hash_equal(content, llr_source_content(&source, x)));
    x[(int64_t)4999 * WIDE + 17] = NAN;
    CU_ASSERT_EQUAL(llr_source_scan(&source, &content, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "wide: /features: row 4999, column 17 is NaN"));
    llr_source_close(&source);
    free(x);
    free(label);
}

/* The same values from a file and from memory are the same dataset. */
static void memory_equals_file(void)
{
    llr_source_t source;
    llr_hash_t content;
    double x[ROWS * DIM];
    int8_t split[ROWS];
    int32_t label[ROWS], group[ROWS];
    fill_features(x);
    for (int i = 0; i < ROWS; i++) {
        split[i] = (int8_t)splits[i];
        label[i] = labels[i];
        group[i] = groups[i];
    }
    CU_ASSERT_EQUAL_FATAL(
        llr_source_open_memory(&source, "m", x, ROWS, DIM, label, group, split, NULL), LLR_OK);
    check_lists(&source);
    check_rows(&source, 2, 9);
    CU_ASSERT_EQUAL(llr_source_scan(&source, &content, NULL), LLR_OK);
    llr_source_close(&source);
    const char *path = path_of("memory.h5");
    write_good(path, H5T_IEEE_F64LE, H5T_STD_I16LE, NULL);
    CU_ASSERT_TRUE(llr_hash_equal(content, scan_file(path)));
}

static void bad_memory_is_refused(void)
{
    llr_source_t source;
    llr_error_t error = {0};
    double x[4] = {0};
    const int32_t good[4] = {0, 1, 0, 1}, gap[4] = {0, 2, 0, 2};
    const int8_t split[4] = {0, 1, 0, 1};
    CU_ASSERT_EQUAL(llr_source_open_memory(&source, "m", x, 4, 1, gap, NULL, NULL, &error),
                    LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "m: /labels: no row has value 1"));
    CU_ASSERT_EQUAL(llr_source_open_memory(&source, "m", x, 4, 1, good, gap, NULL, &error),
                    LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "m: /groups"));
    CU_ASSERT_EQUAL(llr_source_open_memory(&source, "m", x, 4, 1, good, NULL, split, &error),
                    LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "m: /split"));
    CU_ASSERT_EQUAL(llr_source_open_memory(&source, "m", x, 0, 1, good, NULL, NULL, &error),
                    LLR_INVALID);
    llr_source_close(&source);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"good files of all layouts are read", good_files_of_all_layouts_are_read},
        {"groups and split are optional", groups_and_split_are_optional},
        {"attributes are read", attributes_are_read},
        {"odd attributes are passed over", odd_attributes_are_passed_over},
        {"damaged chunks are found on reading", damaged_chunks_are_found_on_reading},
        {"features that are not finite are refused", features_that_are_not_finite_are_refused},
        {"content is of values, not of files", content_is_of_values_not_of_files},
        {"scan in slices equals hash at once", scan_in_slices_equals_hash_at_once},
        {"memory equals file", memory_equals_file},
        {"bad memory is refused", bad_memory_is_refused},
    };
    return LLR_RUN_SUITE("source", tests);
}
