/* The rows of a source that a deal gives to each rank of a group, read by all of them together. A
 * rank's rows, in order and without gaps (its rows x dim, row-major), are its ScaLAPACK local array
 * of the features [rows x dim] over a process grid of ranks x 1 with row blocks of deal.block; or,
 * in the column-major words of ScaLAPACK, of their transpose [dim x rows] over a grid 1 x ranks,
 * with leading dimension dim.
 *
 * From an HDF5 file they are read through MPI-IO in rounds of collective reads, in each of which a
 * rank selects one block-cyclic hyperslab (start, stride, count, block). What HDF5 cannot read
 * collectively (virtual, external or compact storage, chunks that were never written, a foreign
 * byte order), and memory, every rank reads by itself in the same rounds. */
#ifndef LLR_STORE_DEALT_READER_H
#define LLR_STORE_DEALT_READER_H

#include "base/deal.h"
#include "store/mpi_io.h"
#include "store/source.h"

/* A rank's rows of a round: count blocks of block rows, which begin stride rows apart. */
typedef struct llr_slab {
    int64_t start, stride, count, block; /* rows of the source; count 0: nothing */
    int64_t place;                       /* of the first among the rows of this rank */
} llr_slab_t;

typedef struct llr_dealt_reader {
    llr_source_t *source; /* borrowed */
    llr_deal_t deal;      /* of the source's rows */
    int rank;             /* in the deal, and in the communicator */
    int64_t turns; /* of the deal in a round, at least 1: in a turn every rank gets a block */
    const struct llr_dealt_kind *kind; /* NULL: every rank reads by itself */
    void *state;                       /* owned: of the kind */
    uint32_t broken; /* why HDF5 did not read collectively, though asked to: bits of its
                        H5D_mpio_no_collective_cause_t; 0: it did */
} llr_dealt_reader_t;

/* How a kind of source is read by ranks together; of llr_source_t. Private to the store. */
typedef struct llr_dealt_kind {
    /* Sets turns, and kind where this source can be read so: the same on all ranks. */
    llr_code_t (*prepare)(llr_dealt_reader_t *reader, llr_error_t *error);
    /* These are collective. */
    llr_code_t (*open)(llr_dealt_reader_t *reader, const llr_mpi_io_t *io, llr_error_t *error);
    llr_code_t (*read)(llr_dealt_reader_t *reader, const llr_slab_t *slab, void *out,
                       llr_error_t *error);
    void (*close)(llr_dealt_reader_t *reader);
} llr_dealt_kind_t;

/* Not collective, but for all ranks to agree upon before the next call. LLR_INVALID: the file is
 * damaged. */
llr_code_t llr_dealt_prepare(llr_dealt_reader_t *reader, llr_source_t *source, llr_deal_t deal,
                             int rank, llr_error_t *error);

/* Collective over the ranks of the deal, which are those of io. LLR_FAILED: MPI-IO cannot open what
 * this rank has open. */
llr_code_t llr_dealt_open(llr_dealt_reader_t *reader, llr_mpi_io_t io, llr_error_t *error);

/* Rounds until all is read; the same on all ranks. */
int64_t llr_dealt_rounds(const llr_dealt_reader_t *reader);

/* Collective, for each round in turn, also of a rank that has no rows in it. local: all rows of
 * this rank, of the source's type; those of the round are written, where they belong, and NaN and
 * infinities among them refused (LLR_INVALID: path, /features, row, column). */
llr_code_t llr_dealt_read(llr_dealt_reader_t *reader, int64_t round, void *local,
                          llr_error_t *error);

/* Collective where it was opened. Accepts readers that were only prepared, and {0}. */
void llr_dealt_close(llr_dealt_reader_t *reader);

/* Reading by itself, a rank's rows of a round. Private to the store. */
llr_slab_t llr_dealt_slab(const llr_dealt_reader_t *reader, int64_t round);

#endif
