#include "store/dealt_reader.h"

#include "base/memory.h"
#include "base/text.h"
#include "store/source_h5.h"

#include <limits.h>
#include <stdlib.h>

/* Bytes that a rank reads in a round, about: far below the 2 GiB that MPI-IO may take at once, and
 * soon enough checked. */
enum { ROUND_BYTES = 64 << 20 };

/* Of chunks that a round touches HDF5 makes one MPI type; from 10,000 on it looks for their places
 * in a way that hangs where a rank has none, and it counts them in ints, in percent. */
enum { MOST_CHUNKS = 9999, MOST_CHUNKS_OF_ALL = INT_MAX / 100 };

/* What a group has open. */
typedef struct joint {
    hid_t file, features, transfer; /* owned; -1 before they are there */
} joint_t;

/* What HDF5 can read collectively ----------------------------------------------------------- */

/* How a dataset is stored: its creation list, borrowed by what looks at it. */
typedef struct storage {
    const llr_dealt_reader_t *reader;
    hid_t features, list;
} storage_t;

static bool is_allocated(const storage_t *storage)
{
    H5D_space_status_t status;
    return H5Dget_space_status(storage->features, &status) >= 0 &&
           status == H5D_SPACE_STATUS_ALLOCATED;
}

static int64_t pieces(int64_t extent, hsize_t size)
{
    return (extent + (int64_t)size - 1) / (int64_t)size;
}

/* Are there few enough chunks, and all of them in the file? The way to count them goes through the
 * whole index, so damage of the index is found here, where a rank may fail alone. */
static llr_code_t look_at_chunks(const storage_t *storage, bool *good, llr_error_t *error)
{
#if H5_VERSION_GE(1, 10, 5)
    const llr_source_t *source = storage->reader->source;
    llr_deal_t deal = storage->reader->deal;
    char words[LLR_H5_WORDS];
    hsize_t chunk[2] = {1, 1}, there = 0;
    H5Pget_chunk(storage->list, 2, chunk);
    int64_t across = pieces(source->dim, chunk[1]), all = pieces(source->rows, chunk[0]) * across;
    int64_t in_block = (pieces(deal.block, chunk[0]) + 1) * across;
    hid_t space = H5Dget_space(storage->features);
    bool counted = H5Dget_num_chunks(storage->features, space, &there) >= 0;
    if (!counted) llr_h5_words(words);
    if (space >= 0) H5Sclose(space);
    *good =
        (int64_t)there == all && in_block <= MOST_CHUNKS && all <= MOST_CHUNKS_OF_ALL / deal.ranks;
    if (counted) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: /features: its chunks cannot be found%s", source->path,
                    words);
#else
    (void)storage, (void)error;
    *good = false;
    return LLR_OK;
#endif
}

static llr_code_t look_at_storage(const storage_t *storage, int64_t *turns, llr_error_t *error)
{
    const llr_dealt_reader_t *reader = storage->reader;
    const llr_source_t *source = reader->source;
    int64_t block_bytes = reader->deal.block * source->dim * llr_dtype_size(source->type);
    H5D_layout_t layout = H5Pget_layout(storage->list);
    bool good = false;
    *turns = 0;
    if (layout == H5D_CONTIGUOUS && is_allocated(storage))
        *turns = block_bytes < ROUND_BYTES ? ROUND_BYTES / block_bytes : 1;
    if (layout == H5D_CHUNKED) LLR_TRY(look_at_chunks(storage, &good, error));
    /* One block: where the selections in the file and in memory have not the same shape, HDF5 maps
     * chunks to memory number by number, which takes twenty times as long as to read them. */
    if (good) *turns = 1;
    return LLR_OK;
}

static bool is_native(const llr_source_t *source, hid_t features)
{
    hid_t type = H5Dget_type(features);
    bool native = H5Tequal(type, llr_h5_memory_type(source)) > 0;
    if (type >= 0) H5Tclose(type);
    return native;
}

static llr_code_t prepare(llr_dealt_reader_t *reader, llr_error_t *error)
{
    const llr_h5_state_t *state = reader->source->state;
    llr_h5_printer_t printer = llr_h5_silence();
    storage_t storage = {reader, state->features, H5Dget_create_plist(state->features)};
    int64_t turns = 0;
    llr_code_t code = LLR_OK;
    if (is_native(reader->source, state->features)) code = look_at_storage(&storage, &turns, error);
    if (turns) reader->kind = &llr_h5_dealt;
    if (turns) reader->turns = turns;
    if (storage.list >= 0) H5Pclose(storage.list);
    llr_h5_restore(printer);
    return code;
}

/* Opening ------------------------------------------------------------------------------------ */

/* Metadata are read by one rank, and told to the others. */
static hid_t group_access(const llr_mpi_io_t *io)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0)
        H5Pset_fapl_mpio(access, *(const MPI_Comm *)io->comm, *(const MPI_Info *)io->info);
#if H5_VERSION_GE(1, 10, 5) /* before, chunks read so could hang */
    if (access >= 0) H5Pset_all_coll_metadata_ops(access, true);
#endif
    return access;
}

static hid_t collective_transfer(void)
{
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    if (transfer >= 0) H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
    return transfer;
}

static void open_parts(joint_t *joint, const char *path, const llr_mpi_io_t *io, char *words)
{
    hid_t access = group_access(io);
    joint->file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (joint->file >= 0) joint->features = H5Dopen2(joint->file, "/features", H5P_DEFAULT);
    if (joint->features >= 0) joint->transfer = collective_transfer();
    if (joint->transfer < 0) llr_h5_words(words);
    if (access >= 0) H5Pclose(access);
}

static llr_code_t open_joint(llr_dealt_reader_t *reader, const llr_mpi_io_t *io, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    llr_text_t path = {0};
    joint_t *joint = reader->state = llr_alloc(1, sizeof *joint);
    llr_text_add(&path, "%s%s", io->prefix, reader->source->path);
    if (joint) *joint = (joint_t){-1, -1, -1};
    llr_h5_printer_t printer = llr_h5_silence();
    if (joint && !path.failed) open_parts(joint, path.data, io, words);
    llr_h5_restore(printer);
    bool failed = path.failed;
    llr_text_destroy(&path);
    if (!joint || failed) return llr_fail_memory(error, sizeof *joint, "a dataset");
    if (joint->transfer >= 0) return LLR_OK;
    return llr_fail(error, LLR_FAILED, "%s: cannot be opened by the ranks together%s",
                    reader->source->path, words);
}

static void close_joint(llr_dealt_reader_t *reader)
{
    joint_t *joint = reader->state;
    if (!joint) return;
    llr_h5_printer_t printer = llr_h5_silence();
    if (joint->transfer >= 0) H5Pclose(joint->transfer);
    if (joint->features >= 0) H5Dclose(joint->features);
    if (joint->file >= 0) H5Fclose(joint->file);
    llr_h5_restore(printer);
    free(joint);
    reader->state = NULL;
}

/* Reading ------------------------------------------------------------------------------------ */

static bool select_slab(hid_t there, hid_t here, const llr_slab_t *slab, int64_t dim)
{
    hsize_t start[2] = {(hsize_t)slab->start, 0}, count[2] = {(hsize_t)slab->count, 1};
    hsize_t stride[2] = {(hsize_t)slab->stride, (hsize_t)dim};
    hsize_t block[2] = {(hsize_t)slab->block, (hsize_t)dim};
    if (!slab->count) return H5Sselect_none(there) >= 0 && H5Sselect_none(here) >= 0;
    return H5Sselect_hyperslab(there, H5S_SELECT_SET, start, stride, count, block) >= 0;
}

static bool read_slab(llr_dealt_reader_t *reader, const llr_slab_t *slab, void *out, char *words)
{
    const joint_t *joint = reader->state;
    int64_t rows = slab->count * slab->block, dim = reader->source->dim;
    hsize_t extent[2] = {(hsize_t)(rows ? rows : 1), (hsize_t)dim};
    hid_t type = llr_h5_memory_type(reader->source);
    hid_t there = H5Dget_space(joint->features), here = H5Screate_simple(2, extent, NULL);
    bool done = there >= 0 && here >= 0 && select_slab(there, here, slab, dim) &&
                H5Dread(joint->features, type, here, there, joint->transfer, out) >= 0;
    uint32_t of_this_rank = 0, of_any = 0;
    if (!done) llr_h5_words(words);
    if (done) H5Pget_mpio_no_collective_cause(joint->transfer, &of_this_rank, &of_any);
    reader->broken |= of_any;
    if (here >= 0) H5Sclose(here);
    if (there >= 0) H5Sclose(there);
    return done;
}

static llr_code_t read_joint(llr_dealt_reader_t *reader, const llr_slab_t *slab, void *out,
                             llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    llr_h5_printer_t printer = llr_h5_silence();
    bool done = read_slab(reader, slab, out, words);
    llr_h5_restore(printer);
    if (done) return LLR_OK;
    int64_t last = slab->start + (slab->count - 1) * slab->stride + slab->block - 1;
    return llr_fail(error, LLR_INVALID, "%s: /features: rows %lld to %lld cannot be read%s",
                    reader->source->path, (long long)slab->start, (long long)last, words);
}

const llr_dealt_kind_t llr_h5_dealt = {prepare, open_joint, read_joint, close_joint};
