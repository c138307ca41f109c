/* The fits of a unit that share their rows: all weightings of the subsample, or one that fits
 * balanced cuts of it. Private to the work floor. */
#ifndef LLR_WORK_FIT_SET_H
#define LLR_WORK_FIT_SET_H

#include "store/subsample.h"
#include "work/unit.h"

/* Which weightings a set takes: they differ in the rows they fit. */
typedef enum llr_cut { LLR_CUT_NONE, LLR_CUT_BALANCED, LLR_CUT_AVERAGED, LLR_CUTS } llr_cut_t;
llr_cut_t llr_cut_of(llr_rule_t rule);

/* A weighting and the lambdas of it that the unit has; where the weights follow lambda, one of
 * them.
 */
typedef struct llr_member {
    int64_t weighting; /* of the grid */
    int64_t first_lambda, lambdas;
    int64_t path; /* of the set: members with equal weights and lambdas share one; -1: there are no
                     finite weights, and no fit */
} llr_member_t;

/* Most members of a job's sets. */
int64_t llr_fit_set_members(const llr_grid_t *grid);

/* All memory from the worker's arena. */
typedef struct llr_fit_set {
    llr_worker_t *worker; /* borrowed, as the next three */
    const llr_unit_t *unit;
    const llr_dataset_t *dataset;
    const llr_subsample_t *whole; /* S */
    llr_cut_t cut;
    llr_member_t *member; /* members */
    int64_t members;
    double *weight;       /* members x kinds */
    double *prior;        /* kinds: shares of the rows in count */
    const int64_t *count; /* kinds: rows that the weights are made for */
    int64_t rows;         /* that a fit uses */
    bool lacks_class;     /* of a balanced cut: there is no fit */
    llr_path_t *path;     /* paths; their weights are those of kinds until a sample is solved */
    int64_t *first_fit;   /* paths */
    int64_t paths;
    llr_solutions_t solutions; /* theta: on the preprocessed features */
    double *raw;               /* (fits * columns) x facts.columns: on the features as they are */
    double *shift, *scale;     /* facts.dim: preprocessing of the last sample solved */
} llr_fit_set_t;

/* Lays out the members; none, or none with a fit (paths 0), is no failure. whole: S, not arranged.
 */
llr_code_t llr_fit_set_create(llr_fit_set_t *set, llr_worker_t *worker, const llr_unit_t *unit,
                              const llr_subsample_t *whole, llr_cut_t cut, llr_error_t *error);
/* Solves all members: fit, raw and b are set, or lacks_class. LLR_STOPPED: abandoned. */
llr_code_t llr_fit_set_solve(llr_fit_set_t *set, llr_error_t *error);

/* The same rows' fits by the worker's crew: solves the paths on an arranged sample whose weights
 * are a stratum's. Sets shift and scale. */
llr_code_t llr_fit_set_solve_together(llr_fit_set_t *set, const llr_subsample_t *sample,
                                      const llr_path_t *path, const llr_solve_options_t *options,
                                      llr_error_t *error);

/* Index in the solutions, and row in the unit's block, of a member at its l-th lambda. */
int64_t llr_fit_set_fit(const llr_fit_set_t *set, const llr_member_t *member, int64_t l);
llr_row_t *llr_fit_set_row(const llr_fit_set_t *set, const llr_member_t *member, int64_t l,
                           llr_block_t *block);

/* Accuracies of all members on both splits, into their rows. LLR_STOPPED: abandoned. */
llr_code_t llr_fit_set_measure(llr_fit_set_t *set, llr_block_t *block, llr_error_t *error);

/* Bytes that measuring takes for so many fits, by so many ranks together. */
int64_t llr_measure_bytes(const llr_facts_t *facts, int64_t fits, int64_t ranks);

/* Upper bound of what a set takes from the arena: a fixed formula of the shapes. */
int64_t llr_fit_set_bytes(const llr_grid_t *grid, const llr_facts_t *facts, const llr_unit_t *unit,
                          llr_cut_t cut);

#endif
