/* Preprocessing `pca` (problem.md, 2): the pool standardised by its own moments and rotated to its
 * principal components; no further scaling. */
#ifndef LLR_MODEL_BASIS_H
#define LLR_MODEL_BASIS_H

#include "base/error.h"
#include "model/job.h"

enum { LLR_BASIS_ROWS = 256 }; /* rows taken at a time */

typedef struct llr_basis {
    int64_t columns, components;
    double *shift, *scale; /* columns: mean, 1 / deviation (ddof 0); scale 0 where constant */
    double *rotation;      /* components x columns, row-major: one component a row */
} llr_basis_t;

/* Rows of a pool, always in the same order. */
typedef struct llr_basis_rows {
    int64_t columns;
    /* The next rows, at most LLR_BASIS_ROWS, as doubles into x (rows x columns); *rows 0 at the
     * end, after which it begins again. */
    llr_code_t (*next)(void *argument, double *x, int64_t *rows, llr_error_t *error);
    void *argument;
} llr_basis_rows_t;

/* Fits a basis; its arrays are one block, freed with llr_basis_destroy. Signs are such that the
 * largest entry of a component is positive. LLR_INVALID: more components asked for than the rows
 * have, or no column that varies. */
llr_code_t llr_basis_fit(const llr_basis_rows_t *rows, const llr_preprocessing_t *preprocess,
                         llr_basis_t *basis, llr_error_t *error);
void llr_basis_destroy(llr_basis_t *basis);

/* Doubles behind a basis, and a basis whose arrays lie in that memory (borrowed). */
int64_t llr_basis_numbers(int64_t columns, int64_t components);
llr_basis_t llr_basis_in(double *memory, int64_t columns, int64_t components);
/* Bytes that fitting takes while it runs. */
int64_t llr_basis_fit_bytes(int64_t columns);

/* out (rows x components) from x (rows x columns), which is overwritten. */
void llr_basis_apply(const llr_basis_t *basis, double *x, int64_t rows, double *out);
/* Coefficients of the components to coefficients of the features: theta is vectors x components,
 * raw vectors x columns, row-major; b: vectors, in place. */
void llr_basis_unfold(const llr_basis_t *basis, const double *theta, int64_t vectors, double *raw,
                      double *b);

#endif
