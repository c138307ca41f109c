/* One task of a race: a loss and a tolerance on the data, laid out as the program lays out a job of
 * 9 exponents 0..2 by 9 lambdas 1e-4..1. */
#ifndef LLR_TESTS_BENCH_TASK_H
#define LLR_TESTS_BENCH_TASK_H

#include "bench_data.h"
#include "bench_meter.h"
#include "work/unit.h"

typedef struct bench_task {
    llr_job_t job; /* owned, like all below */
    llr_grid_t grid;
    llr_dataset_t dataset;
    llr_worker_t worker;
    llr_block_t block; /* rows of the unit run last; the exponents' cells stand first */
    int64_t fits;      /* exponents x lambdas: the fits of a unit that differ */
} bench_task_t;

/* loss, tolerance, sizes ("600, 1200") and seeds (how many) as they would stand in a job file. */
llr_code_t bench_task_create(bench_task_t *task, const bench_data_t *data, const char *loss,
                             const char *tolerance, const char *sizes, const char *seeds,
                             llr_error_t *error);
/* Accepts half-made tasks. */
void bench_task_destroy(bench_task_t *task);

/* Index of a unit; LLR_INVALID: no such unit. */
llr_code_t bench_task_find(const bench_task_t *task, int64_t n, int64_t seed, int64_t *unit,
                           llr_error_t *error);

/* Rows of a unit's subsample: row numbers of the data. row: n. */
llr_code_t bench_task_rows(bench_task_t *task, int64_t unit, int64_t *row, llr_error_t *error);

/* CPU seconds of a unit. */
typedef struct bench_times {
    double fit;   /* llr_solve alone, on rows that are already gathered */
    double sweep; /* all of it: subsample, solve, metrics on both splits */
} bench_times_t;

/* Runs a unit with all meters on; if that took less than 1 s, times are means over as many runs
 * without the kernels' meters as fill 0.1 s, and the meters are those of one more run. */
llr_code_t bench_task_time(bench_task_t *task, int64_t unit, bench_meters_t *meters,
                           bench_times_t *times, llr_error_t *error);

#endif
