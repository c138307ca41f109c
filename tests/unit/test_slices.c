/* Features read by a group in slices: run by mpirun at several sizes. Ranks above 0 stay silent. */
#include "base/clock.h"
#include "base/memory.h"
#include "h5_file.h"
#include "par/slices.h"
#include "store/dealt_reader.h"
#include "suite.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 512 };

static llr_comm_t *comm;
static llr_group_t group;
static int rank, ranks;
static bool collective; /* can files be opened by all? else what fails does so on one rank */

static int ended;

static void count_end(const llr_error_t *error)
{
    ended += strstr(error->text, "the last rank failed") != NULL;
}

/* The same on all ranks. */
static const char *path_of(const char *name)
{
    static char path[PATH];
    const char *folder = getenv("LLR_SCRATCH");
    int process = (int)getpid();
    llr_comm_broadcast(comm, &process, sizeof process);
    snprintf(path, sizeof path, "%s/slices-%d-%s", folder ? folder : ".", process, name);
    return path;
}

static void meet(void)
{
    llr_comm_any(comm, false);
}

/* Files -------------------------------------------------------------------------------------- */

typedef enum form { CONTIGUOUS, CHUNKED, GZIP, COMPACT, HALF_WRITTEN, NEVER_WRITTEN } form_t;

/* A file's features; chunk: of the forms that have any, cut where it is too large. */
typedef struct shape {
    int64_t rows, dim;
    form_t form;
    hsize_t chunk[2];
    hid_t type;
} shape_t;

/* Values that float32 holds exactly; nearly all different. */
static double feature(int64_t row, int64_t column)
{
    return (double)((row * 131 + column * 7) % 65521) / 4 - 3000;
}

static hid_t creation_list(const shape_t *shape)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t extent[2] = {(hsize_t)shape->rows, (hsize_t)shape->dim}, chunk[2];
    for (int i = 0; i < 2; i++)
        chunk[i] = shape->chunk[i] < extent[i] ? shape->chunk[i] : extent[i];
    if (shape->form == COMPACT) H5Pset_layout(list, H5D_COMPACT);
    if (shape->form == CHUNKED || shape->form == GZIP || shape->form == HALF_WRITTEN)
        H5Pset_chunk(list, 2, chunk);
    if (shape->form == GZIP) H5Pset_shuffle(list);
    if (shape->form == GZIP) H5Pset_deflate(list, 4);
    return list;
}

/* Of HALF_WRITTEN only the first half of the rows: the others read as 0. */
static void write_features(hid_t file, const shape_t *shape, const double *x)
{
    hsize_t extent[2] = {(hsize_t)shape->rows, (hsize_t)shape->dim}, start[2] = {0, 0};
    hid_t list = creation_list(shape), space = H5Screate_simple(2, extent, NULL);
    hid_t set = H5Dcreate2(file, "features", shape->type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    CU_ASSERT_TRUE_FATAL(set >= 0);
    if (shape->form == HALF_WRITTEN) extent[0] /= 2;
    hid_t part = H5Screate_simple(2, extent, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL);
    if (shape->form != NEVER_WRITTEN)
        CU_ASSERT_TRUE(H5Dwrite(set, H5T_NATIVE_DOUBLE, part, space, H5P_DEFAULT, x) >= 0);
    H5Sclose(part);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(list);
}

/* Rank 0 writes; *bad, where it is not NULL, is the place of a NaN. */
static void write_file(const char *path, const shape_t *shape, const int64_t *bad)
{
    if (!rank) {
        double *x = malloc(sizeof *x * (size_t)(shape->rows * shape->dim));
        int *label = malloc(sizeof *label * (size_t)shape->rows);
        for (int64_t i = 0; i < shape->rows * shape->dim; i++)
            x[i] = feature(i / shape->dim, i % shape->dim);
        if (bad) x[*bad] = NAN;
        for (int64_t i = 0; i < shape->rows; i++) label[i] = (int)(i % 2);
        hid_t file = h5_create(path);
        write_features(file, shape, x);
        h5_add_integers(file, "labels", (hsize_t)shape->rows, H5T_STD_I32LE, label);
        H5Fclose(file);
        free(x);
        free(label);
    }
    meet();
}

static void forget_file(const char *path)
{
    meet();
    if (!rank) unlink(path);
}

/* Local arrays ------------------------------------------------------------------------------- */

/* Rows of this rank that differ from those of a serial read of the whole, or from what was written,
 * if the file holds it all; and bytes changed behind them. */
static int64_t count_wrong(llr_source_t *source, const shape_t *shape, llr_deal_t deal,
                           const char *local)
{
    int64_t bytes = source->dim * llr_dtype_size(source->type), wrong = 0;
    int64_t here = llr_deal_count(deal, rank);
    char *all = malloc((size_t)(source->rows * bytes));
    CU_ASSERT_EQUAL(source->read(source, 0, source->rows, all, NULL), LLR_OK);
    for (int64_t i = 0; i < here; i++) {
        int64_t row = llr_deal_item(deal, rank, i);
        wrong += memcmp(local + i * bytes, all + row * bytes, (size_t)bytes) != 0;
        if (shape->form <= COMPACT)
            wrong += llr_dtype_value(source->type, local, i * source->dim) != feature(row, 0);
    }
    for (int64_t i = 0; i < bytes; i++) wrong += local[here * bytes + i] != 0x55;
    free(all);
    return wrong;
}

/* Reads with a deal in blocks, turns at a time (0: as many as the reader takes). */
static void check_deal(llr_source_t *source, const shape_t *shape, int64_t block, int64_t turns,
                       bool together)
{
    llr_error_t error = {0};
    llr_deal_t deal = {source->rows, block, ranks};
    llr_dealt_reader_t reader;
    int64_t bytes = source->dim * llr_dtype_size(source->type);
    size_t room = (size_t)((llr_deal_count(deal, rank) + 1) * bytes);
    char *local = malloc(room);
    memset(local, 0x55, room);
    CU_ASSERT_EQUAL(llr_dealt_prepare(&reader, source, deal, rank, &error), LLR_OK);
    CU_ASSERT_EQUAL(reader.kind != NULL, together);
    if (turns) reader.turns = turns;
    llr_code_t code = llr_dealt_open(&reader, llr_comm_mpi_io(comm), &error);
    CU_ASSERT_EQUAL_FATAL(llr_comm_agree(comm, code, &error), LLR_OK);
    CU_ASSERT_EQUAL(reader.kind != NULL, together && collective);
    int64_t rounds = llr_dealt_rounds(&reader);
    for (int64_t r = 0; r < rounds; r++)
        CU_ASSERT_EQUAL(llr_dealt_read(&reader, r, local, &error), LLR_OK);
    CU_ASSERT_EQUAL(reader.broken, 0);
    llr_dealt_close(&reader);
    int64_t wrong = count_wrong(source, shape, deal, local);
    CU_ASSERT_EQUAL(wrong, 0);
    if (wrong)
        fprintf(stderr, "rank %d: %lld wrong: %lld x %lld, form %d, block %lld, turns %lld\n", rank,
                (long long)wrong, (long long)shape->rows, (long long)shape->dim, (int)shape->form,
                (long long)block, (long long)turns);
    free(local);
}

static void check_shape(const shape_t *shape, bool together)
{
    static const int64_t blocks[] = {3, 16, 100};
    const char *path = path_of("shape.h5");
    llr_source_t source;
    llr_error_t error = {0};
    write_file(path, shape, NULL);
    CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(&source, path, &error), LLR_OK);
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
        for (int64_t turns = 0; turns < 3; turns++)
            check_deal(&source, shape, blocks[b], turns, together);
    llr_source_close(&source);
    forget_file(path);
}

/* Rows that leave ragged ends, or fill all turns, or leave ranks with nothing. */
static const int64_t heights[] = {2, 48, 211};

static void test_contiguous(void)
{
    for (size_t h = 0; h < sizeof heights / sizeof *heights; h++) {
        check_shape(&(shape_t){heights[h], 5, CONTIGUOUS, {0, 0}, H5T_IEEE_F32LE}, true);
        check_shape(&(shape_t){heights[h], 3, CONTIGUOUS, {0, 0}, H5T_IEEE_F64LE}, true);
    }
}

static void check_chunks(form_t form)
{
    static const hsize_t chunks[][2] = {{16, 6}, {5, 4}, {1, 6}, {400, 1}, {64, 64}};
    for (size_t h = 0; h < sizeof heights / sizeof *heights; h++)
        for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
            hid_t type = (h + c) % 2 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
            check_shape(&(shape_t){heights[h], 6, form, {chunks[c][0], chunks[c][1]}, type}, true);
        }
}

static void test_chunked(void)
{
    check_chunks(CHUNKED);
}

static void test_compressed(void)
{
    check_chunks(GZIP);
}

/* What HDF5 does not read collectively, or not well, is read all the same. */
static void test_other_storage(void)
{
    const hid_t foreign[] = {H5T_IEEE_F32BE, H5T_IEEE_F64BE};
    for (int t = 0; t < 2; t++) {
        check_shape(&(shape_t){211, 5, CONTIGUOUS, {0, 0}, foreign[t]}, false);
        check_shape(&(shape_t){211, 5, GZIP, {16, 5}, foreign[t]}, false);
    }
    check_shape(&(shape_t){211, 5, COMPACT, {0, 0}, H5T_IEEE_F32LE}, false);
    check_shape(&(shape_t){211, 5, HALF_WRITTEN, {16, 5}, H5T_IEEE_F32LE}, false);
    check_shape(&(shape_t){211, 5, NEVER_WRITTEN, {0, 0}, H5T_IEEE_F32LE}, false);
    /* So many chunks in a block that HDF5 would have the ranks wait for each other in vain. */
    check_shape(&(shape_t){48, 10000, CHUNKED, {48, 1}, H5T_IEEE_F32LE}, false);
}

/* Slices ------------------------------------------------------------------------------------- */

/* As a run reads: what the ranks have, and the content id, are those of the whole. */
static void check_slices(const shape_t *shape)
{
    const char *path = path_of("slices.h5");
    llr_source_t source;
    llr_catalog_t catalog = {.sources = 1, .source = &source};
    llr_slices_t slices;
    llr_error_t error = {0};
    llr_hash_t content = {0, 0}, whole = {0, 0};
    write_file(path, shape, NULL);
    CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(&source, path, &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_slices_create(&slices, &group, &catalog, &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_slices_read(&slices, 0, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_slices_content(&slices, 0, &content, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_source_scan(&source, &whole, &error), LLR_OK);
    CU_ASSERT_TRUE(rank || llr_hash_equal(content, whole));
    llr_slices_destroy(&slices);
    llr_source_close(&source);
    forget_file(path);
}

static void test_slices(void)
{
    check_slices(&(shape_t){5, 3, CONTIGUOUS, {0, 0}, H5T_IEEE_F64LE});
    check_slices(&(shape_t){5001, 70, CONTIGUOUS, {0, 0}, H5T_IEEE_F32LE});
    check_slices(&(shape_t){5001, 70, CHUNKED, {32, 70}, H5T_IEEE_F64LE});
    check_slices(&(shape_t){5001, 70, GZIP, {100, 33}, H5T_IEEE_F32LE});
    check_slices(&(shape_t){5001, 70, CONTIGUOUS, {0, 0}, H5T_IEEE_F32BE});
    /* More than a round of several turns, and whole chunks in more than one block. */
    check_slices(&(shape_t){80000, 280, CONTIGUOUS, {0, 0}, H5T_IEEE_F64LE});
}

/* Blocks are whole chunks where every rank gets enough of them, and of bounded size. */
static void test_blocks(void)
{
    llr_source_t source = {.type = LLR_FLOAT32, .rows = 524288, .dim = 1024, .block = 1000};
    CU_ASSERT_EQUAL(llr_slices_deal(&source, 4).block, 4000);
    source.block = 1;
    CU_ASSERT_EQUAL(llr_slices_deal(&source, 4).block, 1024);
    source.block = 6000;
    CU_ASSERT_EQUAL(llr_slices_deal(&source, 4).block, 6000);
    source.block = 300000;
    CU_ASSERT_EQUAL(llr_slices_deal(&source, 4).block, 524288 / 64);
    source.rows = 100;
    CU_ASSERT_EQUAL(llr_slices_deal(&source, 4).block, 1);
    source.rows = 100 * 64;
    source.block = 24;
    CU_ASSERT_EQUAL(llr_slices_deal(&source, 4).block, 96);
}

/* Failures ----------------------------------------------------------------------------------- */

/* All ranks get this one line. */
static void check_failure(const char *path, llr_code_t code, const char *says)
{
    llr_source_t source;
    llr_catalog_t catalog = {.sources = 1, .source = &source};
    llr_slices_t slices;
    llr_error_t error = {0}, first;
    CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(&source, path, &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_slices_create(&slices, &group, &catalog, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_slices_read(&slices, 0, &error), code);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
    bool said = strstr(error.text, says) != NULL;
    CU_ASSERT_TRUE(said);
    if (!said) fprintf(stderr, "rank %d: %s\n", rank, error.text);
    first = error;
    llr_comm_broadcast(comm, &first, sizeof first);
    CU_ASSERT_STRING_EQUAL(first.text, error.text);
    llr_slices_destroy(&slices);
    llr_source_close(&source);
}

/* Wherever the row stands, and whoever reads it. */
static void test_nan(void)
{
    static const int64_t places[] = {0, 211 * 5 - 1, 103 * 5 + 2};
    const char *path = path_of("nan.h5");
    for (size_t p = 0; p < sizeof places / sizeof *places; p++)
        for (int form = CONTIGUOUS; form <= GZIP; form++) {
            shape_t shape = {211, 5, (form_t)form, {16, 5}, H5T_IEEE_F32LE};
            char says[128];
            snprintf(says, sizeof says, "/features: row %d, column %d is NaN", (int)places[p] / 5,
                     (int)places[p] % 5);
            write_file(path, &shape, &places[p]);
            check_failure(path, LLR_INVALID, says);
            forget_file(path);
        }
}

static void overwrite_chunk(const char *path, hsize_t row)
{
    const char junk[64] = "these bytes are not what zlib wrote";
    const hsize_t at[2] = {row, 0};
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t features = H5Dopen2(file, "features", H5P_DEFAULT);
    CU_ASSERT_TRUE(H5Dwrite_chunk(features, H5P_DEFAULT, 0, at, sizeof junk, junk) >= 0);
    H5Dclose(features);
    H5Fclose(file);
}

/* One rank, or two, cannot read their rows; the others do not wait for them in vain. */
static void test_damaged_chunk(void)
{
    const char *path = path_of("chunk.h5");
    for (hsize_t row = 0; row < 211; row += 96) {
        write_file(path, &(shape_t){211, 5, GZIP, {32, 5}, H5T_IEEE_F32LE}, NULL);
        if (!rank) overwrite_chunk(path, row);
        meet();
        check_failure(path, LLR_INVALID, "cannot be read (HDF5: ");
        forget_file(path);
    }
}

/* Overwrites the nodes of the tree that says where the chunks are. */
static void overwrite_index(const char *path)
{
    FILE *file = fopen(path, "r+b");
    char *bytes = malloc(1 << 20);
    size_t length = fread(bytes, 1, 1 << 20, file);
    int found = 0;
    for (size_t i = 0; i + 5 < length; i++)
        if (!memcmp(bytes + i, "TREE\x01", 5)) {
            fseek(file, (long)i, SEEK_SET);
            fwrite("LOST", 1, 4, file);
            found++;
        }
    CU_ASSERT_TRUE(found > 0);
    fclose(file);
    free(bytes);
}

static void test_damaged_index(void)
{
    const char *path = path_of("index.h5");
    write_file(path, &(shape_t){211, 5, CHUNKED, {2, 5}, H5T_IEEE_F32LE}, NULL);
    if (!rank) overwrite_index(path);
    meet();
    check_failure(path, LLR_INVALID, "its chunks cannot be found (HDF5: ");
    forget_file(path);
}

/* The file is gone between the check and the reading. */
static void test_file_is_gone(void)
{
    const char *path = path_of("gone.h5");
    llr_source_t source;
    llr_catalog_t catalog = {.sources = 1, .source = &source};
    llr_slices_t slices;
    llr_error_t error = {0};
    write_file(path, &(shape_t){211, 5, CONTIGUOUS, {0, 0}, H5T_IEEE_F32LE}, NULL);
    CU_ASSERT_EQUAL_FATAL(llr_source_open_h5(&source, path, &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_slices_create(&slices, &group, &catalog, &error), LLR_OK);
    forget_file(path);
    meet();
    CU_ASSERT_EQUAL(llr_slices_read(&slices, 0, &error), collective ? LLR_FAILED : LLR_OK);
    CU_ASSERT_TRUE(!collective ||
                   strstr(error.text, "cannot be opened by the ranks together (HDF5: "));
    llr_slices_destroy(&slices);
    llr_source_close(&source);
}

/* Ranks that cannot agree -------------------------------------------------------------------- */

/* The last rank fails, and the others are not there for longer than it waits. Were they stuck, the
 * run would end here; as they come, all agree. */
static void test_patience(void)
{
    llr_error_t error = {0};
    bool fails = rank == ranks - 1;
    if (ranks != 2) return;
    if (!fails) llr_clock_sleep(11);
    llr_code_t code = fails ? llr_fail(&error, LLR_INVALID, "the last rank failed") : LLR_OK;
    CU_ASSERT_EQUAL(llr_comm_agree_after(comm, code, &error), LLR_INVALID);
    CU_ASSERT_STRING_EQUAL(error.text, "the last rank failed");
    CU_ASSERT_EQUAL(ended, fails);
}

static int run(void)
{
    static const llr_test_t tests[] = {{"contiguous features", test_contiguous},
                                       {"chunked features", test_chunked},
                                       {"compressed features", test_compressed},
                                       {"what is not read collectively", test_other_storage},
                                       {"slices as a run reads them", test_slices},
                                       {"blocks of the deal", test_blocks},
                                       {"NaN is found, with its row", test_nan},
                                       {"a damaged chunk", test_damaged_chunk},
                                       {"a damaged index of the chunks", test_damaged_index},
                                       {"a file that is gone", test_file_is_gone},
                                       {"ranks that do not come", test_patience}};
    if (rank && !freopen("/dev/null", "w", stdout)) return 1;
    return LLR_RUN_SUITE("slices", tests);
}

int main(int count, char **arguments)
{
    llr_error_t error;
    MPI_Init(&count, &arguments);
    MPI_Comm world = MPI_COMM_WORLD;
    MPI_Comm_rank(world, &rank);
    MPI_Comm_size(world, &ranks);
    llr_comm_set_end(count_end);
    int bad = llr_comm_create(&comm, &world, &error) != LLR_OK ||
              llr_group_create(&group, comm, ranks, &error) != LLR_OK;
    collective = !bad && llr_comm_mpi_io(comm).comm;
    if (!collective && !rank) fprintf(stderr, "no collective reads: every rank by itself\n");
    bad = llr_comm_any(comm, bad || run());
    llr_group_destroy(&group);
    llr_comm_destroy(&comm);
    MPI_Finalize();
    return bad;
}
