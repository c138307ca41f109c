/* One unit in, rows out: subsample, preprocessing, all fits in one go, metrics. */
#ifndef LLR_WORK_UNIT_H
#define LLR_WORK_UNIT_H

#include "base/memory.h"
#include "model/grid.h"
#include "model/row.h"
#include "store/dataset.h"

typedef struct llr_forecasts llr_forecasts_t; /* work/forecast.h */

typedef struct llr_crew llr_crew_t; /* work/crew.h */

typedef struct llr_worker {
    const llr_grid_t *grid;              /* borrowed */
    const llr_dataset_t *dataset;        /* borrowed, one a dataset of the job, features loaded */
    const llr_forecasts_t *forecasts;    /* borrowed, or NULL where the job predicts nothing */
    const llr_crew_t *crew;              /* borrowed: the ranks that solve with it; NULL: alone */
    llr_arena_t arena;                   /* owned: llr_unit_bytes of the dearest unit */
    bool (*should_stop)(void *argument); /* asked between passes; may be NULL */
    /* Told when the fits of a set are solved and their accuracies begin, and when these end; may be
     * NULL. */
    void (*measures)(void *argument, bool begins);
    void *argument;
} llr_worker_t;

/* The retrained last layer of one cell, in raw-feature scale; all NaN where its rows lack a class.
 */
typedef struct llr_head {
    int64_t cell;          /* in: the cell wanted */
    double *theta;         /* in: score columns x facts.columns, the caller's memory, filled */
    double *b;             /* in: score columns */
    double *shift, *scale; /* in: facts.columns; out: the preprocessing that is folded into theta
                              (of averaged_balanced: of the last draw) */
} llr_head_t;

/* Solves a unit; with a crew, collective: should_stop is then called by all together, and all have
 * the rows. block: created by the caller for the unit's cells; seconds, begun, ended, rank_id and
 * host are left to the caller. head may be NULL; its cell must belong to the unit. */
llr_code_t llr_unit_run(llr_worker_t *worker, int64_t unit, llr_block_t *block, llr_head_t *head,
                        llr_error_t *error);

/* Bytes of workspace for a unit, and its predicted cost: fixed formulas of the shapes. The cost is
 * in seconds of one core of the machine that its rates were measured on (llr_solve_cost): it orders
 * units; what they take here is a matter of calibration (pace.h). */
int64_t llr_unit_bytes(const llr_grid_t *grid, const llr_facts_t *facts, int64_t unit);
double llr_unit_cost(const llr_grid_t *grid, const llr_facts_t *facts, int64_t unit);
#define LLR_UNIT_GRAIN 1e-3 /* costs together of units that travel together */

#endif
