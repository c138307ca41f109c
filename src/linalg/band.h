/* Reduction of a symmetric matrix to a band by block reflectors: A = Q B Q', almost all of it in
 * matrix products. Row-major arrays; work arrays are the caller's. */
#ifndef LLR_LINALG_BAND_H
#define LLR_LINALG_BAND_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LLR_BAND = 16,                 /* off-diagonals of B below its diagonal */
    LLR_BAND_WIDTH = LLR_BAND + 1, /* entries of B that are kept in a column */
};

/* Doubles of t, and of work for that many vectors. */
int64_t llr_band_factors(int64_t n);
int64_t llr_band_work(int64_t n, int64_t vectors);

/* Reads the lower triangle of a (n x n); a and t (llr_band_factors) then hold Q. band (n x
 * LLR_BAND_WIDTH): row j has B[j + i][j] for i = 0 .. LLR_BAND, 0 beyond the matrix. work:
 * llr_band_work(n, 0). */
void llr_band_reduce(int64_t n, double *a, double *t, double *band, double *work);

/* Each row of b (vectors x n) becomes Q b, or Q' b where transposed. work: llr_band_work(n,
 * vectors). */
void llr_band_apply(int64_t n, const double *a, const double *t, bool transposed, double *b,
                    int64_t vectors, double *work);

/* value (n): the eigenvalues of B, ascending. work: n * (LLR_BAND_WIDTH + 2). Returns LAPACK's info
 * (0: done). */
int llr_band_eigenvalues(int64_t n, const double *band, double *value, double *work);

#endif
