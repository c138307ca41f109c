/* A dataset of a job: a task on a source (class pairs, merges, split) or a synthetic Gaussian. The
 * lists hold absolute row numbers of the source. */
#ifndef LLR_STORE_DATASET_H
#define LLR_STORE_DATASET_H

#include "base/memory.h"
#include "model/facts.h"
#include "model/job.h"
#include "store/source.h"

/* Evaluation rows of one split, in file order. */
typedef struct llr_eval {
    int64_t rows;
    int64_t *row;   /* owned, rows: absolute row numbers (synthetic K > 2: rows of sampled) */
    int32_t *label; /* owned, rows: class of the task */
    int32_t *group; /* owned, rows: group, or NULL */
} llr_eval_t;

struct llr_basis;
struct llr_population;

typedef struct llr_dataset {
    const llr_job_t *sweep;       /* borrowed */
    const llr_job_dataset_t *job; /* borrowed: its entry there */
    llr_source_t *source;         /* borrowed; NULL for synthetic */
    const void *features; /* borrowed: source rows x dim of source->type, or NULL before they
                             are loaded; synthetic: NULL */
    llr_facts_t facts;    /* owned */
    /* The pool as subsamples are drawn from it: a list a kind, or (uniform sampling) one list. */
    int32_t lists;
    int64_t *pool_start;           /* owned, lists + 1 */
    int64_t *pool_row;             /* owned: absolute rows of the pool by list, ascending */
    int32_t *class_of;             /* owned, classes of the source: class of the task, or -1 */
    const struct llr_basis *basis; /* borrowed: the pool's components, or NULL (model/basis.h) */
    const struct llr_population *population; /* borrowed, or NULL (model/population.h) */
    llr_eval_t eval[LLR_SPLITS];
    double *mean;      /* owned, synthetic: classes x dim, row-major */
    double *deviation; /* owned, synthetic: dim, square roots of the covariance's eigenvalues */
    double *sampled; /* owned, synthetic K > 2: eval rows x dim of both splits, validation first */
} llr_dataset_t;

/* Room for rows evaluation rows. LLR_FAILED: out of memory. */
llr_code_t llr_eval_allocate(llr_eval_t *eval, int64_t rows, bool groups, llr_error_t *error);
void llr_eval_free(llr_eval_t *eval);

/* Builds the task (classes, merge, split) on an open source whose content id is known; for a
 * synthetic dataset source is NULL and the content id is made from its parameters. Mistakes
 * (label not in the source, no split, a class with no validation rows, ...) are LLR_INVALID with
 * the job file's line. The facts are complete afterwards. */
llr_code_t llr_dataset_create(llr_dataset_t *dataset, const llr_job_t *job, int64_t index,
                              llr_source_t *source, llr_hash_t content, llr_error_t *error);
void llr_dataset_destroy(llr_dataset_t *dataset);

/* One row of the source as doubles: out is facts.columns. Not for synthetic. */
void llr_dataset_row(const llr_dataset_t *dataset, int64_t row, double *out);

/* Rows [first, first + count) of a split's list as doubles: out is count x facts.columns,
 * row-major.
 */
void llr_dataset_eval_rows(const llr_dataset_t *dataset, llr_split_t split, int64_t first,
                           int64_t count, double *out);

/* One row of a split's list where it lies: facts.columns numbers of the type that all have. */
const void *llr_dataset_eval_row(const llr_dataset_t *dataset, llr_split_t split, int64_t index);
llr_dtype_t llr_dataset_eval_type(const llr_dataset_t *dataset);

/* Exact rates for synthetic K = 2 (problem.md, 2): rate[c] = 1 - error of class c at theta
 * (facts.columns) and b. */
void llr_dataset_exact_rates(const llr_dataset_t *dataset, const double *theta, double b,
                             double *rate);

#endif
