/* Subsamples of a dataset (problem.md, 2 and 3): which rows, and in what order. Everything is a
 * function of the dataset's content, the job, n and the seed. */
#ifndef LLR_STORE_SUBSAMPLE_H
#define LLR_STORE_SUBSAMPLE_H

#include "store/dataset.h"

/* Arrays live in the arena. A stratum is what shares a kind and a class, as the solvers take it. */
typedef struct llr_subsample {
    int64_t rows;
    int64_t
        *row; /* rows: absolute rows of the source; synthetic: numbers in their class's stream */
    int32_t *class;       /* rows */
    int64_t *kind_start;  /* kinds + 1: rows of kind k are [start[k], start[k + 1]) */
    int64_t *count;       /* kinds: rows of each */
    int64_t *class_count; /* classes: rows of each */
    int32_t strata;       /* set by llr_subsample_arrange, as the arrays below */
    int64_t *stratum_start;
    int32_t *stratum_class, *stratum_kind;
} llr_subsample_t;

/* Draws S: n rows, kind after kind, inside a kind in the order of the permutation. A class may be
 * missing where sampling is uniform, or a group has several classes: look at class_count.
 * LLR_INVALID: the pool has too few rows. */
llr_code_t llr_subsample_draw(const llr_dataset_t *dataset, int64_t n, int64_t seed,
                              llr_subsample_t *out, llr_arena_t *arena, llr_error_t *error);

/* Cuts every kind of S that has rows to the smallest one's count: to its first rows (repeat -1), or
 * to rows drawn at random (repeat 0, 1, ...: independent draws). S must not be arranged. */
llr_code_t llr_subsample_balance(const llr_dataset_t *dataset, const llr_subsample_t *whole,
                                 int64_t seed, int64_t repeat, llr_subsample_t *out,
                                 llr_arena_t *arena, llr_error_t *error);

/* Sorts the rows of each kind by class, and finds the strata: those that have rows. */
llr_code_t llr_subsample_arrange(const llr_dataset_t *dataset, llr_subsample_t *subsample,
                                 llr_arena_t *arena, llr_error_t *error);

/* Is there a class without a row? */
bool llr_subsample_misses_class(const llr_dataset_t *dataset, const llr_subsample_t *subsample);

/* The features of the rows after the pool's preprocessing (that of the subsample comes later), as
 * doubles: out is rows x facts.dim, row-major. Scratch from the arena. */
llr_code_t llr_subsample_gather(const llr_dataset_t *dataset, const llr_subsample_t *subsample,
                                int64_t seed, double *out, llr_arena_t *arena, llr_error_t *error);

/* Upper bounds: strata of a subsample; bytes that draw, balance and arrange keep of n rows, and
 * that any of these functions takes on top while it runs. Fixed formulas. */
int32_t llr_subsample_strata(const llr_facts_t *facts, llr_by_t by);
int64_t llr_subsample_bytes(const llr_facts_t *facts, llr_by_t by, int64_t n);
int64_t llr_subsample_scratch(const llr_facts_t *facts, int64_t n);

#endif
