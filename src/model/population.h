/* Where rows come from, by means and covariances: what the theory predicts from. Estimated from a
 * retrain pool (plug-in), or exact for synthetic data. Everything is after preprocessing, with
 * columns that do not vary left out. */
#ifndef LLR_MODEL_POPULATION_H
#define LLR_MODEL_POPULATION_H

#include "base/error.h"
#include "model/facts.h"

enum { LLR_POPULATION_ROWS = 256 }; /* rows taken at a time */

/* A part is the rows of one class in one group (without groups: of one class). */
typedef struct llr_part {
    int32_t class, group; /* group -1 where there are none */
    int64_t rows;         /* of the pool behind it; 0 where exact */
    double share;         /* of the pool */
    double shrinkage;     /* of its covariance towards the pooled one, 0 ... 1 */
} llr_part_t;

typedef struct llr_population {
    int64_t dim;   /* columns that vary */
    int64_t span;  /* directions in which the rows vary: less than dim where columns depend on each
                      other linearly */
    int32_t parts; /* that have rows, by class, then group */
    llr_shape_t shape;
    llr_by_t by;         /* what its kinds are */
    double inequality;   /* share of the covariances' squared size that is not common to all parts,
                            freed of sampling noise: 0 where they are equal */
    double dimension;    /* rule paper: principal components that hold effective_variance */
    llr_part_t *part;    /* parts; this array and the next are owned with the block */
    double *mean;        /* parts x span, row-major: by columns where span is dim, else in an
                            orthonormal basis of the span, which begins with the directions in
                            which the means differ and no part varies */
    double *covariance;  /* parts x span x span, symmetric; in such directions exactly 0 */
    double *spectrum;    /* dim, ascending: eigenvalues of the mean over kinds of their covariances,
                            that of a kind about the means of its classes; exactly 0 where they
                            are no more than rounding, so that those above 0 are the rank */
    double *mean_square; /* dim, two parts: half the difference of the means, squared, in that
                            eigenbasis; else 0 */
    void *block;         /* owned: the memory behind all arrays, llr_population_bytes */
} llr_population_t;

/* The rows of a pool, always in the same order. */
typedef struct llr_pool_rows {
    int64_t columns;
    /* The next rows, at most LLR_POPULATION_ROWS, as doubles into x (rows x columns), their classes
     * and groups (-1: none); *rows 0 at the end, after which it begins again. */
    llr_code_t (*next)(void *argument, double *x, int32_t *class, int32_t *group, int64_t *rows,
                       llr_error_t *error);
    void *argument;
} llr_pool_rows_t;

/* How the population is to be seen. */
typedef struct llr_view {
    llr_shape_t shape;
    llr_by_t by;         /* what the kinds are */
    const double *prior; /* kinds, or NULL (the pool's): the mixture whose moments standardise */
    bool standardise;    /* preprocess zscore */
    double effective_variance;
} llr_view_t;

/* Estimates a population. Covariances are shrunk towards the pooled one by as much as their
 * sampling noise asks for (O. Ledoit, M. Wolf, A well-conditioned estimator, 2004, with the pooled
 * covariance as target). LLR_INVALID: no column varies, a class without rows; LLR_FAILED: memory.
 */
llr_code_t llr_population_fit(llr_population_t *population, const llr_pool_rows_t *rows,
                              const llr_view_t *view, llr_error_t *error);

/* The population of Gaussian classes with one diagonal covariance. mean: classes x columns;
 * deviation: columns; share: classes. */
llr_code_t llr_population_exact(llr_population_t *population, int64_t columns, const double *mean,
                                const double *deviation, const double *share,
                                const llr_view_t *view, llr_error_t *error);
void llr_population_destroy(llr_population_t *population);

/* Bytes of the block, and a population whose arrays lie in such a block, the scalars as in *like
 * (borrowed: not to be destroyed). */
int64_t llr_population_bytes(int32_t parts, int64_t dim);
llr_population_t llr_population_in(void *block, const llr_population_t *like);
/* Upper bounds: parts of a population, and bytes that fitting takes besides the block. */
int32_t llr_population_most_parts(const llr_facts_t *facts);
int64_t llr_population_fit_bytes(int32_t parts, int64_t columns);

/* Kind of a part, and the shares of the parts among training rows whose kinds have these priors.
 * prior: kinds; share: parts, out. */
int32_t llr_population_kind(const llr_population_t *population, int32_t part);
void llr_population_shares(const llr_population_t *population, const double *prior, double *share);

/* Degrees of freedom at curvature D and lambda over the spectrum: a llr_theory_df_t of
 * theory/weights.h (population: a llr_population_t). */
double llr_population_df(const void *population, double curvature, double lambda);

#endif
