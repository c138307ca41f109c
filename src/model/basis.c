#include "model/basis.h"

#include "base/memory.h"
#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "model/scaling.h"
#include "model/spectrum.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t llr_basis_numbers(int64_t columns, int64_t components)
{
    return (components + 2) * columns;
}

llr_basis_t llr_basis_in(double *memory, int64_t columns, int64_t components)
{
    return (llr_basis_t){columns, components, memory, memory + columns, memory + 2 * columns};
}

void llr_basis_destroy(llr_basis_t *basis)
{
    free(basis->shift);
    *basis = (llr_basis_t){0};
}

/* What fitting works with. */
typedef struct fitting {
    const llr_basis_rows_t *source;
    int64_t columns, rows;
    double *x; /* LLR_BASIS_ROWS x columns */
    double *mean, *scale;
    double *least, *most; /* columns */
    double *matrix;       /* columns x columns: scatter, correlation, components */
    double *variance;     /* columns: eigenvalues, ascending */
    double *work;
    int *integers;
} fitting_t;

int64_t llr_basis_fit_bytes(int64_t columns)
{
    int64_t numbers = LLR_BASIS_ROWS * columns + 5 * columns + columns * columns;
    return (numbers + llr_eigen_work(columns)) * (int64_t)sizeof(double) +
           llr_eigen_integers(columns) * (int64_t)sizeof(int);
}

static void release(fitting_t *fit)
{
    free(fit->x);
    free(fit->integers);
}

static llr_code_t prepare(fitting_t *fit, const llr_basis_rows_t *source, llr_error_t *error)
{
    int64_t columns = source->columns;
    int64_t numbers = LLR_BASIS_ROWS * columns + 5 * columns + columns * columns;
    *fit = (fitting_t){.source = source, .columns = columns};
    fit->x = llr_alloc(numbers + llr_eigen_work(columns), sizeof(double));
    fit->integers = llr_alloc(llr_eigen_integers(columns), sizeof(int));
    if (!fit->x || !fit->integers)
        return llr_fail_memory(error, llr_basis_fit_bytes(columns), "the components of a pool");
    fit->mean = fit->x + LLR_BASIS_ROWS * columns;
    fit->scale = fit->mean + columns;
    fit->least = fit->scale + columns;
    fit->most = fit->least + columns;
    fit->variance = fit->most + columns;
    fit->matrix = fit->variance + columns;
    fit->work = fit->matrix + columns * columns;
    return LLR_OK;
}

static void add_extent(fitting_t *fit, int64_t rows)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < fit->columns; j++) {
            double value = fit->x[i * fit->columns + j];
            fit->mean[j] += value;
            fit->least[j] = fmin(fit->least[j], value);
            fit->most[j] = fmax(fit->most[j], value);
        }
    fit->rows += rows;
}

static llr_code_t find_means(fitting_t *fit, llr_error_t *error)
{
    int64_t rows = 1;
    for (int64_t j = 0; j < fit->columns; j++) {
        fit->least[j] = INFINITY;
        fit->most[j] = -INFINITY;
    }
    while (rows) {
        LLR_TRY(fit->source->next(fit->source->argument, fit->x, &rows, error));
        add_extent(fit, rows);
    }
    /* The mean of a constant column need not round to its value. */
    for (int64_t j = 0; j < fit->columns; j++)
        fit->mean[j] =
            fit->least[j] == fit->most[j] ? fit->least[j] : fit->mean[j] / (double)fit->rows;
    return LLR_OK;
}

/* Centred scatter, then correlation: lower triangle. */
static llr_code_t find_correlation(fitting_t *fit, llr_error_t *error)
{
    int64_t columns = fit->columns, rows = 1;
    while (rows) {
        LLR_TRY(fit->source->next(fit->source->argument, fit->x, &rows, error));
        for (int64_t i = 0; i < rows; i++) llr_axpy(columns, -1, fit->mean, fit->x + i * columns);
        if (rows) llr_syrk(rows, columns, 1, fit->x, columns, 1, fit->matrix);
    }
    for (int64_t j = 0; j < columns; j++) {
        double variance = fit->matrix[j * columns + j] / (double)fit->rows;
        fit->scale[j] = fit->least[j] == fit->most[j] || !(variance > 0) ? 0 : 1 / sqrt(variance);
    }
    for (int64_t i = 0; i < columns; i++)
        for (int64_t j = 0; j <= i; j++)
            fit->matrix[i * columns + j] *= fit->scale[i] * fit->scale[j] / (double)fit->rows;
    return LLR_OK;
}

/* Components that stand above rounding. */
static int64_t count_varying(const fitting_t *fit)
{
    double larger = (double)(fit->rows > fit->columns ? fit->rows : fit->columns);
    double floor = larger * DBL_EPSILON * fit->variance[fit->columns - 1];
    int64_t count = 0;
    for (int64_t j = 0; j < fit->columns; j++) count += fit->variance[j] > floor;
    return count;
}

static llr_code_t choose(const fitting_t *fit, const llr_preprocessing_t *preprocess,
                         int64_t *components, llr_error_t *error)
{
    int64_t most = count_varying(fit);
    if (!most) return llr_fail(error, LLR_INVALID, "preprocess: pca: no column of the pool varies");
    *components = preprocess->components
                      ? preprocess->components
                      : llr_variance_rank(fit->variance, fit->columns, most, preprocess->variance);
    if (*components <= most) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "preprocess: pca: components: %lld asked for, the pool has %lld (%lld columns)",
                    (long long)*components, (long long)most, (long long)fit->columns);
}

static void copy_component(const double *from, int64_t columns, double *to)
{
    double most = 0;
    for (int64_t j = 0; j < columns; j++)
        if (fabs(from[j]) > fabs(most)) most = from[j];
    for (int64_t j = 0; j < columns; j++) to[j] = most < 0 ? -from[j] : from[j];
}

static llr_code_t keep(const fitting_t *fit, int64_t components, llr_basis_t *basis,
                       llr_error_t *error)
{
    int64_t columns = fit->columns, numbers = llr_basis_numbers(columns, components);
    double *memory = llr_alloc(numbers, sizeof *memory);
    if (!memory) return llr_fail_memory(error, numbers * (int64_t)sizeof *memory, "components");
    *basis = llr_basis_in(memory, columns, components);
    memcpy(basis->shift, fit->mean, (size_t)columns * sizeof(double));
    memcpy(basis->scale, fit->scale, (size_t)columns * sizeof(double));
    for (int64_t k = 0; k < components; k++)
        copy_component(fit->matrix + (columns - 1 - k) * columns, columns,
                       basis->rotation + k * columns);
    return LLR_OK;
}

static llr_code_t run(fitting_t *fit, const llr_preprocessing_t *preprocess, llr_basis_t *basis,
                      llr_error_t *error)
{
    int64_t components = 0;
    LLR_TRY(find_means(fit, error));
    LLR_TRY(find_correlation(fit, error));
    if (llr_eigen(fit->columns, fit->matrix, fit->variance, fit->work, fit->integers))
        return llr_fail(error, LLR_FAILED, "preprocess: pca: the eigensolver did not converge");
    LLR_TRY(choose(fit, preprocess, &components, error));
    return keep(fit, components, basis, error);
}

llr_code_t llr_basis_fit(const llr_basis_rows_t *rows, const llr_preprocessing_t *preprocess,
                         llr_basis_t *basis, llr_error_t *error)
{
    fitting_t fit;
    *basis = (llr_basis_t){0};
    llr_code_t code = prepare(&fit, rows, error);
    if (code == LLR_OK) code = run(&fit, preprocess, basis, error);
    release(&fit);
    return code;
}

void llr_basis_apply(const llr_basis_t *basis, double *x, int64_t rows, double *out)
{
    int64_t columns = basis->columns;
    llr_scaling_apply(basis->shift, basis->scale, x, rows, columns);
    llr_gemm(false, true, rows, basis->components, columns, 1, x, columns, basis->rotation, columns,
             0, out, basis->components);
}

void llr_basis_unfold(const llr_basis_t *basis, const double *theta, int64_t vectors, double *raw,
                      double *b)
{
    int64_t columns = basis->columns, components = basis->components;
    llr_gemm(false, false, vectors, columns, components, 1, theta, components, basis->rotation,
             columns, 0, raw, columns);
    llr_scaling_fold(basis->shift, basis->scale, raw, b, vectors, columns);
}
