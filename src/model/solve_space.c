#include "model/solve_space.h"

#include "linalg/blas.h"
#include "linalg/lapack.h"

#include <math.h>
#include <string.h>

static bool has_weight(const llr_path_t *path, int64_t paths, int32_t stratum)
{
    for (int64_t p = 0; p < paths; p++)
        if (path[p].weight[stratum] > 0) return true;
    return false;
}

static void take_mean_off(int64_t rows, int64_t dim, const double *mean, double *x)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < dim; j++) x[i * dim + j] -= mean[j];
}

/* Rows that count in no fit have no part in the mean, which they might move far from the others,
 * and so cost those their digits. They are put where the mean is: the rank is that of the others.
 */
static void centre(const llr_sample_t *sample, const llr_path_t *path, int64_t paths, double *mean)
{
    int64_t dim = sample->dim, counted = 0;
    memset(mean, 0, (size_t)dim * sizeof *mean);
    for (int32_t s = 0; s < sample->strata; s++) {
        if (!has_weight(path, paths, s)) continue;
        int64_t first = sample->stratum_start[s], end = sample->stratum_start[s + 1];
        for (int64_t i = first; i < end; i++)
            for (int64_t j = 0; j < dim; j++) mean[j] += sample->x[i * dim + j];
        counted += end - first;
    }
    for (int64_t j = 0; j < dim && counted > 0; j++) mean[j] /= (double)counted;
    for (int32_t s = 0; s < sample->strata; s++) {
        int64_t first = sample->stratum_start[s], rows = sample->stratum_start[s + 1] - first;
        if (has_weight(path, paths, s))
            take_mean_off(rows, dim, mean, sample->x + first * dim);
        else
            memset(sample->x + first * dim, 0, (size_t)(rows * dim) * sizeof *mean);
    }
}

/* R' out of the factored rows. */
static void copy_triangle(const llr_space_t *space, double *z)
{
    for (int64_t i = 0; i < space->rows; i++) {
        memcpy(z + i * space->size, space->q + i * space->dim, (size_t)(i + 1) * sizeof *z);
        memset(z + i * space->size + i + 1, 0, (size_t)(space->size - i - 1) * sizeof *z);
    }
}

static llr_code_t reduce(llr_space_t *space, llr_arena_t *arena, llr_error_t *error)
{
    double *z;
    LLR_TAKE(z, arena, space->rows * space->rows, error);
    LLR_TAKE(space->q, arena, space->rows * space->dim, error);
    LLR_TAKE(space->tau, arena, space->rows, error);
    memcpy(space->q, space->sample->x, (size_t)(space->rows * space->dim) * sizeof *z);
    llr_qr(space->rows, space->dim, space->q, space->tau, space->work, space->work_size);
    copy_triangle(space, z);
    space->z = z;
    return LLR_OK;
}

llr_code_t llr_space_create(llr_space_t *space, const llr_sample_t *sample, const llr_path_t *path,
                            int64_t paths, int64_t vectors, llr_arena_t *arena, llr_error_t *error)
{
    *space = (llr_space_t){.sample = sample, .rows = sample->rows, .dim = sample->dim};
    space->size = sample->rows < sample->dim ? sample->rows : sample->dim;
    space->z = sample->x;
    space->work_size = llr_lapack_work(sample->dim, vectors);
    LLR_TAKE(space->mean, arena, sample->dim, error);
    LLR_TAKE(space->work, arena, space->work_size, error);
    centre(sample, path, paths, space->mean);
    return sample->rows < sample->dim ? reduce(space, arena, error) : LLR_OK;
}

int64_t llr_space_bytes(int64_t rows, int64_t dim, int64_t vectors)
{
    int64_t bytes = llr_arena_cost(dim, sizeof(double)) +
                    llr_arena_cost(llr_lapack_work(dim, vectors), sizeof(double));
    if (rows >= dim) return bytes;
    return bytes + llr_arena_cost(rows * rows, sizeof(double)) +
           llr_arena_cost(rows * dim, sizeof(double)) + llr_arena_cost(rows, sizeof(double));
}

void llr_space_expand(const llr_space_t *space, const double *z, int64_t vectors, double *theta)
{
    int64_t size = space->size, dim = space->dim;
    for (int64_t v = 0; v < vectors; v++) {
        memcpy(theta + v * dim, z + v * size, (size_t)size * sizeof *z);
        memset(theta + v * dim + size, 0, (size_t)(dim - size) * sizeof *z);
    }
    if (space->q)
        llr_qr_apply(space->rows, dim, space->q, space->tau, false, theta, vectors, space->work,
                     space->work_size);
}

void llr_space_restrict(const llr_space_t *space, double *g, int64_t vectors, double *z)
{
    if (space->q)
        llr_qr_apply(space->rows, space->dim, space->q, space->tau, true, g, vectors, space->work,
                     space->work_size);
    for (int64_t v = 0; v < vectors; v++)
        memcpy(z + v * space->size, g + v * space->dim, (size_t)space->size * sizeof *z);
}

void llr_space_gram(const llr_space_t *space, const double *c, double *mean, double *scaled,
                    double *h)
{
    int64_t size = space->size;
    double whole = 0;
    memset(mean, 0, (size_t)size * sizeof *mean);
    for (int64_t i = 0; i < space->rows; i++) {
        const double *z = space->z + i * size;
        double root = sqrt(c[i]);
        whole += c[i];
        llr_axpy(size, c[i], z, mean);
        for (int64_t j = 0; j < size; j++) scaled[i * size + j] = root * z[j];
    }
    llr_syrk(space->rows, size, 1, scaled, size, 0, h);
    for (int64_t i = 0; i < size && whole > 0; i++)
        llr_axpy(i + 1, -mean[i] / whole, mean, h + i * size);
}
