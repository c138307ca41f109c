#include "model/spectrum.h"

#include "base/memory.h"
#include "linalg/blas.h"
#include "linalg/lapack.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t llr_variance_rank(const double *value, int64_t count, int64_t most, double share)
{
    double whole = 0, held = 0;
    int64_t rank = 0;
    for (int64_t j = 0; j < count; j++) whole += fmax(value[j], 0);
    while (rank < most && held < share * whole) held += value[count - 1 - rank++];
    return rank;
}

llr_code_t llr_spectrum_begin(llr_spectrum_t *spectrum, int64_t columns, llr_error_t *error)
{
    int64_t numbers = columns * (columns + 2);
    *spectrum = (llr_spectrum_t){.columns = columns, .shift = llr_alloc(numbers, sizeof(double))};
    if (!spectrum->shift)
        return llr_fail_memory(error, numbers * (int64_t)sizeof(double), "a covariance");
    spectrum->sum = spectrum->shift + columns;
    spectrum->scatter = spectrum->sum + columns;
    return LLR_OK;
}

void llr_spectrum_end(llr_spectrum_t *spectrum)
{
    free(spectrum->shift);
    *spectrum = (llr_spectrum_t){0};
}

/* One pass is enough: taken from near the mean, squares do not cancel. */
void llr_spectrum_add(llr_spectrum_t *spectrum, double *x, int64_t rows)
{
    int64_t columns = spectrum->columns;
    if (!rows) return;
    if (!spectrum->rows)
        for (int64_t i = 0; i < rows; i++)
            llr_axpy(columns, 1 / (double)rows, x + i * columns, spectrum->shift);
    for (int64_t i = 0; i < rows; i++) {
        llr_axpy(columns, -1, spectrum->shift, x + i * columns);
        llr_axpy(columns, 1, x + i * columns, spectrum->sum);
    }
    llr_syrk(rows, columns, 1, x, columns, 1, spectrum->scatter);
    spectrum->rows += rows;
}

/* Variances that are rounding are those of constant columns. */
static double inverse_deviation(double variance, double second_moment)
{
    return variance > 64 * DBL_EPSILON * second_moment ? 1 / sqrt(variance) : 0;
}

static void fill_matrix(const llr_spectrum_t *spectrum, bool zscore, double *scale, double *a)
{
    int64_t columns = spectrum->columns;
    double rows = (double)spectrum->rows;
    for (int64_t i = 0; i < columns; i++)
        for (int64_t j = 0; j <= i; j++)
            a[i * columns + j] = spectrum->scatter[i * columns + j] / rows -
                                 spectrum->sum[i] / rows * (spectrum->sum[j] / rows);
    for (int64_t j = 0; j < columns && zscore; j++) {
        double at = spectrum->shift[j], scatter = spectrum->scatter[j * columns + j] / rows;
        scale[j] = inverse_deviation(a[j * columns + j], at * at + scatter);
    }
    for (int64_t i = 0; i < columns && zscore; i++)
        for (int64_t j = 0; j <= i; j++) a[i * columns + j] *= scale[i] * scale[j];
}

llr_code_t llr_spectrum_values(const llr_spectrum_t *spectrum, bool zscore, double *value,
                               llr_error_t *error)
{
    int64_t columns = spectrum->columns, size = llr_lapack_work(columns, 1);
    int64_t numbers = columns * (columns + 2) + size;
    double *a = llr_alloc(numbers, sizeof *a);
    if (!a) return llr_fail_memory(error, numbers * (int64_t)sizeof *a, "a covariance");
    double *off = a + columns * columns, *tau = off + columns;
    fill_matrix(spectrum, zscore, off, a);
    bool failed = llr_tridiagonalise(columns, a, value, off, tau, tau + columns, size) ||
                  llr_tridiagonal_eigenvalues(columns, value, off);
    free(a);
    return failed ? llr_fail(error, LLR_FAILED, "the spectrum's eigensolver did not converge")
                  : LLR_OK;
}
