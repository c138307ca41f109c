#include "model/solve_gram.h"

#include "linalg/blas.h"
#include "linalg/gram.h"
#include "linalg/lapack.h"

#include <float.h>
#include <string.h>

int64_t llr_gram_bytes(int64_t rows, int64_t size, int32_t parts)
{
    return llr_arena_cost(parts * size * size, sizeof(double)) +
           llr_arena_cost(parts * size, sizeof(double)) +
           llr_arena_cost(llr_gram_room(rows, size), sizeof(double));
}

static void add_rows(const llr_gram_t *gram, const double *z, int64_t rows, int32_t part)
{
    int64_t size = gram->size;
    llr_gram_of(rows, size, z, gram->sum + part * size, gram->matrix + part * size * size,
                gram->room);
}

static llr_code_t take(llr_gram_t *gram, int64_t rows, int64_t size, int32_t parts,
                       llr_arena_t *arena, llr_error_t *error)
{
    *gram = (llr_gram_t){.size = size, .parts = parts};
    LLR_TAKE(gram->matrix, arena, parts * size * size, error);
    LLR_TAKE(gram->sum, arena, parts * size, error);
    LLR_TAKE(gram->room, arena, llr_gram_room(rows, size), error);
    return LLR_OK;
}

llr_code_t llr_gram_create(llr_gram_t *gram, const llr_space_t *space, llr_arena_t *arena,
                           llr_error_t *error)
{
    const llr_sample_t *sample = space->sample;
    LLR_TRY(take(gram, space->rows, space->size, sample->strata, arena, error));
    for (int32_t s = 0; s < sample->strata; s++) {
        const int64_t *start = sample->stratum_start + s;
        add_rows(gram, space->z + start[0] * gram->size, start[1] - start[0], s);
    }
    return LLR_OK;
}

/* The matrix of all rows. */
static void add_parts(const llr_gram_t *gram, double *total)
{
    int64_t size = gram->size;
    for (int64_t i = 0; i < size; i++) {
        memset(total + i * size, 0, (size_t)(i + 1) * sizeof *total);
        for (int32_t p = 0; p < gram->parts; p++)
            llr_axpy(i + 1, 1, gram->matrix + (p * size + i) * size, total + i * size);
    }
}

/* Columns of zeros stand for themselves alone: this on their diagonal takes them out. */
static int64_t take_zeros_out(int64_t size, double *total, double diagonal)
{
    int64_t zeros = 0;
    for (int64_t j = 0; j < size; j++)
        if (total[j * size + j] == 0) {
            total[j * size + j] = diagonal;
            zeros++;
        }
    return zeros;
}

/* The rank, or -1 where it is not plain to see. A Cholesky factor of total less twice the bound of
 * its rank, for rounding, shows that all eigenvalues stand above that; one that ends before the
 * last row, that all but one do. As many centred rows as columns, or fewer, depend on each other.
 */
static int64_t see_rank(const llr_gram_t *gram, const llr_space_t *space, double *total,
                        double bound)
{
    int64_t size = gram->size, zeros = take_zeros_out(size, total, 4 * bound);
    if (zeros == size) return 0;
    for (int64_t j = 0; j < size; j++) total[j * size + j] -= 2 * bound;
    int info = llr_cholesky(size, total);
    if (info == size && !zeros && space->rows <= space->dim) return size - 1;
    return info ? -1 : size - zeros;
}

static double trace_of(int64_t size, const double *total)
{
    double trace = 0;
    for (int64_t j = 0; j < size; j++) trace += total[j * size + j];
    return trace;
}

double llr_gram_trace(const llr_gram_t *gram)
{
    double trace = 0;
    for (int32_t p = 0; p < gram->parts; p++)
        trace += trace_of(gram->size, gram->matrix + p * gram->size * gram->size);
    return trace;
}

double llr_gram_share(const llr_space_t *space)
{
    return (double)(space->rows > space->dim ? space->rows : space->dim) * DBL_EPSILON;
}

static int64_t count_eigenvalues(int64_t size, double *total, double share, double *work)
{
    double *diagonal = work, *off = work + size, *tau = work + 2 * size, *room = work + 3 * size;
    int64_t rank = 0;
    llr_tridiagonalise(size, total, diagonal, off, tau, room, llr_lapack_work(size, 1));
    if (llr_tridiagonal_eigenvalues(size, diagonal, off)) return 0;
    for (int64_t j = 0; j < size; j++) rank += diagonal[j] > share * diagonal[size - 1];
    return rank;
}

/* Whether the last rows alone show that no eigenvalue of the matrix of all rows counts as rounding:
 * every row only adds to it. */
static bool see_full_rank(llr_gram_t *gram, const llr_space_t *space, int64_t rows)
{
    int64_t size = gram->size, all = space->rows * size;
    double bound = llr_gram_share(space) * llr_dot(all, space->z, space->z);
    add_rows(gram, space->z + (space->rows - rows) * size, rows, 0);
    for (int64_t j = 0; j < size; j++) gram->matrix[j * size + j] -= 2 * bound;
    return !llr_cholesky(size, gram->matrix);
}

llr_code_t llr_gram_rows_rank(const llr_space_t *space, int64_t *rank, llr_arena_t *arena,
                              llr_error_t *error)
{
    enum { SOME = 3, MANY = 4 }; /* rows to two columns */
    int64_t mark = llr_arena_mark(arena), size = space->size;
    llr_gram_t gram;
    LLR_TRY(take(&gram, space->rows, size, 1, arena, error));
    *rank = size;
    if (2 * space->rows < MANY * size || !see_full_rank(&gram, space, SOME * size / 2)) {
        add_rows(&gram, space->z, space->rows, 0);
        LLR_TRY(llr_gram_rank(&gram, space, rank, arena, error));
    }
    llr_arena_release(arena, mark);
    return LLR_OK;
}

llr_code_t llr_gram_rank(const llr_gram_t *gram, const llr_space_t *space, int64_t *rank,
                         llr_arena_t *arena, llr_error_t *error)
{
    int64_t size = gram->size;
    int64_t mark = llr_arena_mark(arena);
    double share = llr_gram_share(space), *total, *work;
    LLR_TAKE(total, arena, size * size, error);
    LLR_TAKE(work, arena, 3 * size + llr_lapack_work(size, 1), error);
    add_parts(gram, total);
    *rank = see_rank(gram, space, total, share * trace_of(size, total));
    if (*rank < 0) {
        add_parts(gram, total);
        *rank = count_eigenvalues(size, total, share, work);
    }
    llr_arena_release(arena, mark);
    return LLR_OK;
}

int64_t llr_gram_rank_bytes(int64_t size)
{
    return llr_arena_cost(size * size, sizeof(double)) +
           llr_arena_cost(3 * size + llr_lapack_work(size, 1), sizeof(double));
}
