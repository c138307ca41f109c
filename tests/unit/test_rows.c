/* Readers of rows, against files made here byte by byte. */
#include "rows_open.h"
#include "store/naming.h"
#include "suite.h"

#include <hdf5.h>
#include <math.h>

enum { ROWS = 7, COLUMNS = 3 };

/* Reads all rows in blocks of the given height, as doubles. */
static void read_all(llr_rows_t *rows, int64_t block, double *x)
{
    double part[ROWS * COLUMNS];
    for (int64_t first = 0; first < rows->rows; first += block) {
        int64_t count = rows->rows - first < block ? rows->rows - first : block;
        CU_ASSERT_EQUAL(rows->next(rows, count, part, NULL), LLR_OK);
        for (int64_t i = 0; i < count * rows->columns; i++)
            *x++ = rows->type == LLR_FLOAT32 ? (double)((float *)(void *)part)[i] : part[i];
    }
}

static void check_features(const char *path, llr_dtype_t type, const double *wanted)
{
    for (int64_t block = 1; block <= ROWS; block += 3) {
        llr_rows_t rows;
        double x[ROWS * COLUMNS];
        open_rows(&rows, LLR_ROLE_FEATURES, path);
        CU_ASSERT_EQUAL_FATAL(rows.rows, ROWS);
        CU_ASSERT_EQUAL_FATAL(rows.columns, COLUMNS);
        CU_ASSERT_EQUAL(rows.type, type);
        read_all(&rows, block, x);
        for (int i = 0; i < ROWS * COLUMNS; i++) CU_ASSERT_EQUAL(x[i], wanted[i]);
        llr_rows_close(&rows);
    }
}

/* All values as words, with a blank behind each. */
static const char *words_of(const char *path, llr_role_t role)
{
    static char text[4096];
    llr_rows_t rows;
    llr_text_t word = {0};
    open_rows(&rows, role, path);
    text[0] = '\0';
    for (int64_t i = 0; i < rows.rows; i++) {
        CU_ASSERT_EQUAL(rows.next_word(&rows, &word, NULL), LLR_OK);
        if (word.length) strncat(text, word.data, 1000);
        strcat(text, " ");
    }
    llr_text_destroy(&word);
    llr_rows_close(&rows);
    return text;
}

/* numpy ------------------------------------------------------------------------------------ */

typedef struct stored {
    const char *descr; /* without byte order */
    int size;
    double low; /* the first value; they rise by one */
} stored_t;

/* The value's bytes, least first. */
static uint64_t bits_of(const stored_t *type, double value)
{
    uint64_t bits = (uint64_t)(int64_t)value;
    float single = (float)value;
    uint32_t narrow;
    if (*type->descr == 'b') return value != 0;
    if (*type->descr != 'f') return bits;
    if (type->size == 8) memcpy(&bits, &value, 8);
    if (type->size == 4) {
        memcpy(&narrow, &single, 4);
        bits = narrow;
    }
    if (type->size == 2) { /* normal numbers and zero */
        memcpy(&narrow, &single, 4);
        bits = value == 0 ? 0
                          : (narrow >> 16 & 0x8000) |
                                (((narrow >> 23 & 0xff) - 112) << 10 | (narrow >> 13 & 0x3ff));
    }
    return bits;
}

static void put_values(bytes_t *to, const stored_t *type, const double *x, bool fortran, bool big)
{
    for (int at = 0; at < ROWS * COLUMNS; at++) {
        int i = fortran ? at % ROWS : at / COLUMNS, j = fortran ? at / ROWS : at % COLUMNS;
        uint64_t bits = bits_of(type, x[i * COLUMNS + j]);
        for (int b = 0; b < type->size; b++)
            put_number(to, bits >> 8 * (big ? type->size - 1 - b : b), 1);
    }
}

static void check_type(const stored_t *type, int version, bool fortran, bool big)
{
    static bytes_t values, file;
    double x[ROWS * COLUMNS];
    char descr[8];
    for (int i = 0; i < ROWS * COLUMNS; i++)
        x[i] = *type->descr == 'b' ? i % 3 == 0 : type->low + i;
    values.length = file.length = 0;
    put_values(&values, type, x, fortran, big);
    snprintf(descr, sizeof descr, "%s%s", type->size == 1 ? "|" : big ? ">" : "<", type->descr);
    put_npy(&file, version, descr, fortran, "(7, 3)", values.data, values.length);
    const char *path = write_bytes("type.npy", file.data, file.length);
    bool wide = type->size > (*type->descr == 'f' ? 4 : 2);
    check_features(path, wide ? LLR_FLOAT64 : LLR_FLOAT32, x);
    unlink(path);
}

static void every_type_order_and_version_of_numpy_is_read(void)
{
    static const stored_t types[] = {{"f2", 2, -10},    {"f4", 4, -10},   {"f8", 8, 1e300},
                                     {"i1", 1, -128},   {"i2", 2, -9000}, {"i4", 4, -2e9},
                                     {"i8", 8, -9e15},  {"u1", 1, 230},   {"u2", 2, 65500},
                                     {"u4", 4, 4.29e9}, {"u8", 8, 9e15},  {"b1", 1, 0}};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (int version = 1; version <= 3; version++)
            for (int order = 0; order < 4; order++)
                check_type(&types[t], version, order & 1, order >> 1);
}

/* Subnormal, largest, and not finite: bit patterns from IEEE 754. */
static void half_floats_are_exact(void)
{
    static const uint16_t half[] = {0x0001, 0x03ff, 0x0400, 0x7bff, 0xfbff, 0x8000, 0x3555};
    static const double value[] = {0x1p-24, 1023 * 0x1p-24, 0x1p-14,       65504,
                                   -65504,  -0.0,           1365 * 0x1p-12};
    llr_rows_t rows;
    float x[9];
    static const uint16_t odd[] = {0x7c00, 0x7e00};
    open_rows(&rows, LLR_ROLE_FEATURES, write_npy("half.npy", "<f2", "(1, 7)", half, sizeof half));
    CU_ASSERT_EQUAL(rows.next(&rows, 1, x, NULL), LLR_OK);
    for (int i = 0; i < 7; i++) CU_ASSERT_EQUAL((double)x[i], value[i]);
    llr_rows_close(&rows);
    open_rows(&rows, LLR_ROLE_FEATURES, write_npy("half.npy", "<f2", "(1, 2)", odd, sizeof odd));
    CU_ASSERT_EQUAL(rows.next(&rows, 1, x, NULL), LLR_OK);
    CU_ASSERT_TRUE(isinf(x[0]) && isnan(x[1]));
    llr_rows_close(&rows);
    unlink(in_scratch("half.npy"));
}

static void lists_become_words(void)
{
    static const int64_t whole[] = {3, -7, INT64_MIN, INT64_MAX};
    static const uint64_t large[] = {UINT64_MAX};
    static const double real[] = {3, -0.5, 1e300, -2};
    static const int16_t big[] = {0x0100, (int16_t)0xfeff}; /* 1 and -2, swapped */
    static const uint32_t unicode[] = {'a', 0xe9, 'b', 0x1f600, 0, 0x20ac};
    const char *path = write_npy("list.npy", "<i8", "(4,)", whole, sizeof whole);
    CU_ASSERT_STRING_EQUAL(words_of(path, LLR_ROLE_LABELS),
                           "3 -7 -9223372036854775808 9223372036854775807 ");
    write_npy("list.npy", "<u8", "(1,)", large, sizeof large);
    CU_ASSERT_STRING_EQUAL(words_of(path, LLR_ROLE_LABELS), "18446744073709551615 ");
    write_npy("list.npy", "<f8", "(4, 1)", real, sizeof real);
    CU_ASSERT_STRING_EQUAL(words_of(path, LLR_ROLE_LABELS), "3 -0.5 1e+300 -2 ");
    write_npy("list.npy", ">i2", "(2,)", big, sizeof big);
    CU_ASSERT_STRING_EQUAL(words_of(path, LLR_ROLE_LABELS), "1 -2 ");
    write_npy("list.npy", "|b1", "(3,)", "\1\0\1", 3);
    CU_ASSERT_STRING_EQUAL(words_of(path, LLR_ROLE_LABELS), "1 0 1 ");
    write_npy("list.npy", "|S3", "(3,)", "catox\0a\0\0", 9);
    CU_ASSERT_STRING_EQUAL(words_of(path, LLR_ROLE_GROUPS), "cat ox a ");
    write_npy("list.npy", "<U2", "(3,)", unicode, sizeof unicode);
    CU_ASSERT_STRING_EQUAL(words_of(path, LLR_ROLE_GROUPS),
                           "a\xc3\xa9 b\xf0\x9f\x98\x80  "); /* the third is empty: starts with 0 */
    unlink(path);
}

/* Archives --------------------------------------------------------------------------------- */

static void archives_are_read(void)
{
    static bytes_t member, file;
    static const stored_t type = {"f4", 4, 5};
    double x[ROWS * COLUMNS];
    char path[600];
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = 5 + i;
    for (int form = 0; form < 8; form++) {
        static bytes_t values;
        bool fortran = form & 1;
        values.length = member.length = file.length = 0;
        put_values(&values, &type, x, fortran, false);
        put_npy(&member, 1, "<f4", fortran, "(7, 3)", values.data, values.length);
        put_zip(&file, "deep.npy", &member, form & 2, form & 4);
        write_bytes("a.npz", file.data, file.length);
        check_features(in_scratch("a.npz"), LLR_FLOAT32, x); /* the only one */
        snprintf(path, sizeof path, "%s:deep", in_scratch("a.npz"));
        check_features(path, LLR_FLOAT32, x);
        snprintf(path, sizeof path, "%s:other", in_scratch("a.npz"));
        CU_ASSERT_PTR_NOT_NULL(
            strstr(message(LLR_ROLE_FEATURES, path), "has no array `other`; it holds deep"));
        file.data[40 + (form & 4 ? 20 : 0) + 30] ^= 4; /* of the packed bytes */
        write_bytes("a.npz", file.data, file.length);
        snprintf(path, sizeof path, "%s:deep", in_scratch("a.npz"));
        if (form & 2) CU_ASSERT_PTR_NOT_NULL(strstr(message(LLR_ROLE_FEATURES, path), "damaged"));
        unsigned char *entry = memmem(file.data, file.length, "PK\1\2", 4);
        CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
        entry[0] ^= 1;
        write_bytes("a.npz", file.data, file.length);
        CU_ASSERT_PTR_NOT_NULL(strstr(message(LLR_ROLE_FEATURES, path), "truncated or damaged"));
        entry[0] ^= 1;
        write_bytes("a.npz", file.data, file.length - 10);
        CU_ASSERT_PTR_NOT_NULL(strstr(message(LLR_ROLE_FEATURES, path), "truncated or damaged"));
    }
    unlink(in_scratch("a.npz"));
}

/* Text --------------------------------------------------------------------------------------- */

/* Seven rows of three numbers as text, with a head, separators and ends of lines. */
static const char *write_table(const char *head, const char *separator, const char *end, double *x)
{
    char text[2048];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", head);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++) {
            x[i * COLUMNS + j] = (i - 3) * 0.1 + 1e-3 * j;
            used += (size_t)snprintf(text + used, sizeof text - used, "%.17g%s", x[i * COLUMNS + j],
                                     j + 1 < COLUMNS ? separator : end);
        }
    return write_words("table.csv", text);
}

static void tables_of_text_are_read(void)
{
    static const char *const form[][3] = {{"", ",", "\n"},
                                          {"a,b,c\n", ",", "\n"},
                                          {"\"a\",\"b, \"\"c\"\"\",c\r\n", ",", "\r\n"},
                                          {"0,1,2\n", ",", "\n"}, /* pandas without names */
                                          {"a;b;c\n", ";", "\n"},
                                          {"\xef\xbb\xbfx\ty\tz\n", "\t", "\n"},
                                          {"", " ", "\n"}, /* numpy.savetxt */
                                          {"", "   ", " \n"},
                                          {"# a,b,c\n", ",", "\n"},
                                          {"\n", " , ", "\n\n"}};
    for (size_t f = 0; f < sizeof form / sizeof *form; f++) {
        double x[ROWS * COLUMNS];
        check_features(write_table(form[f][0], form[f][1], form[f][2], x), LLR_FLOAT64, x);
    }
    unlink(in_scratch("table.csv"));
}

/* A column of words beside numbers, named or counted. */
static void columns_are_taken_by_name_or_number(void)
{
    static const char *const text[] = {"u,kind,v\n1,\"a\nb\",2\n3,\"c \"\"d\"\"\",4\n",
                                       "1,\"a\nb\",2\n3,\"c \"\"d\"\"\",4\n"};
    for (int named = 0; named < 2; named++) {
        char path[600];
        llr_rows_t rows;
        double x[4];
        write_words("table.csv", text[1 - named]);
        snprintf(path, sizeof path, "%s:%s", in_scratch("table.csv"), named ? "kind" : "1");
        const char *asked[LLR_ROLES] = {in_scratch("table.csv"), path};
        llr_rows_ask_t ask = {LLR_ROLE_FEATURES, asked[0], asked, "."};
        CU_ASSERT_EQUAL_FATAL(llr_rows_open(&rows, &ask, NULL), LLR_OK);
        CU_ASSERT_EQUAL_FATAL(rows.rows, 2);
        CU_ASSERT_EQUAL_FATAL(rows.columns, 2);
        read_all(&rows, 2, x);
        for (int i = 0; i < 4; i++) CU_ASSERT_EQUAL(x[i], i + 1);
        llr_rows_close(&rows);
        ask = (llr_rows_ask_t){LLR_ROLE_LABELS, path, asked, "."};
        CU_ASSERT_EQUAL_FATAL(llr_rows_open(&rows, &ask, NULL), LLR_OK);
        llr_naming_t naming;
        CU_ASSERT_EQUAL_FATAL(llr_naming_read(&naming, &rows, 2, "x", NULL), LLR_OK);
        CU_ASSERT_STRING_EQUAL(naming.name[0], "a\nb");
        CU_ASSERT_STRING_EQUAL(naming.name[1], "c \"d\"");
        llr_naming_destroy(&naming);
        llr_rows_close(&rows);
    }
    unlink(in_scratch("table.csv"));
}

static void sparse_text_is_read(void)
{
    static const char one[] = "# made by hand\n+1 1:0.5 3:2 # first\n-1 qid:4 2:-1e-3\n\n1\n";
    static const char zero[] = "2 0:0.5 2:2\r\n-1 1:-1e-3\r\n2\r\n";
    static const double wanted[] = {0.5, 0, 2, 0, -1e-3, 0, 0, 0, 0};
    for (int form = 0; form < 2; form++) {
        llr_rows_t rows;
        double x[9];
        const char *path = write_words("t.svm", form ? zero : one);
        open_rows(&rows, LLR_ROLE_FEATURES, path);
        CU_ASSERT_EQUAL_FATAL(rows.rows, 3);
        CU_ASSERT_EQUAL_FATAL(rows.columns, 3);
        read_all(&rows, 2, x);
        for (int i = 0; i < 9; i++) CU_ASSERT_EQUAL(x[i], wanted[i]);
        llr_rows_close(&rows);
        CU_ASSERT_STRING_EQUAL(words_of(path, LLR_ROLE_LABELS), form ? "2 -1 2 " : "+1 -1 1 ");
        unlink(path);
    }
}

/* HDF5 --------------------------------------------------------------------------------------- */

static void datasets_of_any_name_are_read(void)
{
    double x[ROWS * COLUMNS];
    const hsize_t shape[2] = {ROWS, COLUMNS}, three = 3;
    const hid_t types[] = {H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_STD_I16BE, H5T_STD_U64LE};
    const llr_dtype_t holder[] = {LLR_FLOAT32, LLR_FLOAT64, LLR_FLOAT32, LLR_FLOAT64};
    static const char *const words[] = {"cat", "", "dog"};
    char path[600];
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = 3 * i;
    hid_t file = H5Fcreate(in_scratch("t.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t group = H5Gcreate2(file, "deep", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, shape, NULL), list = H5Screate_simple(1, &three, NULL);
    for (int t = 0; t < 4; t++) {
        hid_t set = H5Dcreate2(group, (char[]){(char)('a' + t), 0}, types[t], space, H5P_DEFAULT,
                               H5P_DEFAULT, H5P_DEFAULT);
        H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x);
        H5Dclose(set);
    }
    hid_t string = H5Tcopy(H5T_C_S1), truth = H5Tenum_create(H5T_NATIVE_INT8);
    H5Tset_size(string, H5T_VARIABLE);
    H5Tenum_insert(truth, "FALSE", &(int8_t){0});
    H5Tenum_insert(truth, "TRUE", &(int8_t){1});
    hid_t set = H5Dcreate2(file, "labels", string, list, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, string, H5S_ALL, H5S_ALL, H5P_DEFAULT, words);
    H5Dclose(set);
    set = H5Dcreate2(file, "truth", truth, list, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, truth, H5S_ALL, H5S_ALL, H5P_DEFAULT, (int8_t[]){1, 0, 1});
    H5Dclose(set);
    H5Tclose(string);
    H5Tclose(truth);
    H5Sclose(list);
    H5Sclose(space);
    H5Gclose(group);
    H5Fclose(file);
    for (int t = 0; t < 4; t++) {
        snprintf(path, sizeof path, "%s:%sdeep/%c", in_scratch("t.h5"), t & 1 ? "/" : "", 'a' + t);
        check_features(path, holder[t], x);
    }
    CU_ASSERT_STRING_EQUAL(words_of(in_scratch("t.h5"), LLR_ROLE_LABELS), "cat  dog ");
    snprintf(path, sizeof path, "%s:truth", in_scratch("t.h5"));
    CU_ASSERT_STRING_EQUAL(words_of(path, LLR_ROLE_GROUPS), "1 0 1 ");
    snprintf(path, sizeof path, "%s:deep/z", in_scratch("t.h5"));
    CU_ASSERT_PTR_NOT_NULL(strstr(message(LLR_ROLE_FEATURES, path), "has no dataset /deep/z"));
    CU_ASSERT_PTR_NOT_NULL(strstr(message(LLR_ROLE_FEATURES, in_scratch("t.h5")),
                                  "has no dataset /features; the file holds /deep, /labels"));
    unlink(in_scratch("t.h5"));
}

/* Names ------------------------------------------------------------------------------------ */

/* The classes of a list: "index index ...|name name ...", or the message. */
static const char *classes_of(const char *text, int64_t rows)
{
    static char out[LLR_ERROR_TEXT];
    llr_error_t error = {0};
    llr_rows_t list;
    llr_naming_t naming;
    open_rows(&list, LLR_ROLE_LABELS, write_words("list.csv", text));
    llr_code_t code = llr_naming_read(&naming, &list, rows, "X.npy", &error);
    snprintf(out, sizeof out, "%s", error.text + (code ? strlen(list.name) : 0));
    if (code == LLR_OK) {
        size_t used = 0;
        for (int64_t i = 0; i < rows; i++)
            used += (size_t)snprintf(out + used, sizeof out - used, "%d ", naming.index[i]);
        used += (size_t)snprintf(out + used, sizeof out - used, "|");
        for (int32_t k = 0; naming.name && k < naming.count; k++)
            used += (size_t)snprintf(out + used, sizeof out - used, "%s ", naming.name[k]);
    }
    llr_naming_destroy(&naming);
    llr_rows_close(&list);
    unlink(in_scratch("list.csv"));
    return out;
}

static void labels_of_any_kind_become_classes(void)
{
    CU_ASSERT_STRING_EQUAL(classes_of("0\n2\n1\n", 3), "0 2 1 |");
    CU_ASSERT_STRING_EQUAL(classes_of("10\n9\n-1\n10\n", 4), "2 1 0 2 |-1 9 10 ");
    CU_ASSERT_STRING_EQUAL(classes_of("+1\n1.0\n-1\n", 3), "1 1 0 |-1 1 ");
    CU_ASSERT_STRING_EQUAL(classes_of("dog\ncat\n10\n9\n", 4), "3 2 0 1 |10 9 cat dog ");
    CU_ASSERT_STRING_EQUAL(classes_of("kind\ndog\ncat\n", 2), "1 0 |cat dog ");
    CU_ASSERT_STRING_EQUAL(classes_of("0\n1\n1\n0\n", 3), "1 1 0 |");
    CU_ASSERT_STRING_EQUAL(classes_of("3\n1\n1\n0\n", 3), ": has 4 rows, but X.npy has 3");
    CU_ASSERT_STRING_EQUAL(classes_of("a\nb\nc\nd\n", 2), ": has 4 rows, but X.npy has 2");
    CU_ASSERT_STRING_EQUAL(classes_of("0\n1\n0.5\n", 3),
                           ": row 2 has value 0.5; values must be whole numbers or words");
    CU_ASSERT_STRING_EQUAL(classes_of("0\nnan\n1\n", 3),
                           ": row 1 has value nan; values must be whole numbers or words");
    CU_ASSERT_STRING_EQUAL(classes_of("a\n\"\"\nb\n", 3), ": row 1 is empty");
}

static void too_many_classes_are_none(void)
{
    static char text[800000];
    size_t used = 0;
    for (int i = 0; i < 100001; i++) used += (size_t)sprintf(text + used, "%d\n", i);
    CU_ASSERT_PTR_NOT_NULL(strstr(classes_of(text, 100001), "more than 100000 different values"));
}
int main(void)
{
    static const llr_test_t tests[] = {
        {"every type, order and version of numpy is read",
         every_type_order_and_version_of_numpy_is_read},
        {"half floats are exact", half_floats_are_exact},
        {"lists become words", lists_become_words},
        {"archives are read", archives_are_read},
        {"tables of text are read", tables_of_text_are_read},
        {"columns are taken by name or number", columns_are_taken_by_name_or_number},
        {"sparse text is read", sparse_text_is_read},
        {"datasets of any name are read", datasets_of_any_name_are_read},
        {"labels of any kind become classes", labels_of_any_kind_become_classes},
        {"too many classes are none", too_many_classes_are_none},
    };
    return LLR_RUN_SUITE("rows", tests);
}
