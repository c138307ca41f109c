/* Predictions of a job's cells, made before its units: all seeds of a dataset, loss and n share
 * them. A task is one weighting at all lambdas. */
#ifndef LLR_WORK_FORECAST_H
#define LLR_WORK_FORECAST_H

#include "model/grid.h"
#include "work/unit.h"

/* What is predicted of a cell. */
typedef struct llr_forecast {
    const double *weight; /* kinds: of rule theory, NaN where there are none; else NaN */
    double df;            /* NaN, as the errors, where nothing is predicted */
    const double *error;  /* classes + groups, on test rows */
} llr_forecast_t;

struct llr_forecasts {
    const llr_grid_t *grid;   /* borrowed, as the facts */
    const llr_facts_t *facts; /* datasets */
    int64_t samples;          /* datasets, losses and n: as many tasks as weightings each */
    int64_t *start;           /* owned, samples + 1: first number of each */
    double *number;           /* borrowed, start[samples]: see llr_forecast_at */
};

/* Will anything be predicted? */
bool llr_forecasts_wanted(const llr_job_t *job);
/* Everything but the numbers. LLR_FAILED: out of memory. */
llr_code_t llr_forecasts_create(llr_forecasts_t *forecasts, const llr_grid_t *grid,
                                const llr_facts_t *facts, llr_error_t *error);
void llr_forecasts_destroy(llr_forecasts_t *forecasts);
/* Doubles behind the forecasts of a job. */
int64_t llr_forecasts_numbers(const llr_grid_t *grid, const llr_facts_t *facts);

/* The sample that a unit belongs to. */
int64_t llr_forecast_sample(const llr_grid_t *grid, int64_t unit);
/* Is there anything to predict in a task, sample * weightings + weighting? weights_only: anything
 * that fits need, the weights of rule theory. */
bool llr_forecast_has_task(const llr_forecasts_t *forecasts, int64_t task, bool weights_only);
/* Where the numbers of a task stand, and how many they are. */
int64_t llr_forecast_place(const llr_forecasts_t *forecasts, int64_t task, int64_t *count);
/* Its cost, in flops of a rough count. */
double llr_forecast_cost(const llr_forecasts_t *forecasts, int64_t task);
/* Bytes of workspace for a task of a dataset: a fixed formula. */
int64_t llr_forecast_bytes(const llr_grid_t *grid, const llr_facts_t *facts);

/* Predicts a task into out (its numbers). The population of the dataset must be there.
 * LLR_STOPPED: abandoned. */
llr_code_t llr_forecast_solve(llr_worker_t *worker, const llr_forecasts_t *forecasts, int64_t task,
                              double *out, llr_error_t *error);

/* What is predicted of a cell. unit: of the grid. */
llr_forecast_t llr_forecast_at(const llr_forecasts_t *forecasts, int64_t unit, int64_t weighting,
                               int64_t lambda);

#endif
