/* The benchmark table's numbers: what a method reaches on test rows when lambda (and the exponent,
 * where it is free) is chosen on validation rows (problem.md, 3). */
#ifndef LLR_MODEL_METHODS_H
#define LLR_MODEL_METHODS_H

#include "model/grid.h"
#include "model/row.h"
#include "model/sample.h"

typedef enum llr_method {
    LLR_METHOD_UNIFORM,
    LLR_METHOD_INVERSE_PRIOR,
    LLR_METHOD_PAPER,
    LLR_METHOD_THUMB,
    LLR_METHOD_THEORY,
    LLR_METHOD_BALANCED_SUBSAMPLE,
    LLR_METHOD_AVERAGED_BALANCED,
    LLR_METHOD_TUNED_EXPONENT, /* exponent and ratio cells that have a finite gamma */
    LLR_METHOD_COUNT
} llr_method_t;

/* The word of a method in tables and messages; static string. */
const char *llr_method_name(llr_method_t method);

/* Does the grid hold cells that a method chooses from? */
bool llr_method_in_grid(const llr_grid_t *grid, llr_method_t method);

/* All rows of a job, as far as they are known. */
typedef struct llr_results {
    const llr_grid_t *grid;   /* borrowed */
    const llr_facts_t *facts; /* borrowed, one a dataset of the job */
    const llr_block_t *block; /* borrowed, grid->units; a block without rows: unit not done */
} llr_results_t;

/* One place of the benchmark table. */
typedef struct llr_setting {
    int64_t dataset; /* index in job->dataset */
    llr_loss_t loss;
    int64_t n;
} llr_setting_t;

/* The accuracy of a summary that a selection names. */
double llr_summary_value(const llr_summary_t *summary, llr_select_t select);

/* The cell a method chooses at one seed, or -1 when there is none: the largest validation accuracy
 * job->select_by; ties: larger balanced validation accuracy, then larger lambda, then smaller
 * gamma, then grid order. NaN loses. A cell whose status is no answer is chosen only where no other
 * has a number, and one of status numerical_failure never. */
int64_t llr_method_choose(const llr_results_t *results, const llr_setting_t *setting,
                          llr_method_t method, int64_t seed);

/* The test accuracy `metric` of the cells chosen at each seed. chosen: job->seeds cell numbers (-1
 * none), by seed; may be NULL. */
llr_spread_t llr_method_evaluate(const llr_results_t *results, const llr_setting_t *setting,
                                 llr_method_t method, llr_select_t metric, int64_t *chosen);

/* The same accuracies themselves, of seeds first ... first + count - 1; NaN where there is none. */
void llr_method_values(const llr_results_t *results, const llr_setting_t *setting,
                       llr_method_t method, llr_select_t metric, int64_t first, int64_t count,
                       double *value);

/* A weighting and lambda over all seeds of a setting. */
typedef struct llr_ranked {
    int64_t cell;            /* at the first seed that has it */
    llr_spread_t validation; /* job->select_by */
    llr_spread_t test;       /* the metric asked for */
    double balanced;         /* mean balanced validation accuracy, the first tie-breaker */
    double lambda, gamma;
} llr_ranked_t;

/* The best weightings and lambdas of a setting by mean validation accuracy, those with a number at
 * most seeds first, ties as in llr_method_choose; of weightings that are the same fit (equal
 * weights on the same rows) the first in grid order stands for all. best: room for wanted; returns
 * how many were filled. */
int64_t llr_method_rank(const llr_results_t *results, const llr_setting_t *setting,
                        llr_select_t metric, llr_ranked_t *best, int64_t wanted);

/* The numbers behind llr_ranked_t, of the weighting and lambda of a cell: job->seeds of each; NaN
 * where a seed has none. */
void llr_ranked_values(const llr_results_t *results, const llr_setting_t *setting, int64_t cell,
                       llr_select_t metric, double *validation, double *test);

#endif
