/* Runs of a job at several rank counts, read back from their result folders and compared. */
#ifndef LLR_APP_SCALING_H
#define LLR_APP_SCALING_H

#include "app/session.h"
#include "par/timesheet.h"

/* A result folder: all its runs together. */
typedef struct llr_scaling_point {
    const char *folder; /* borrowed */
    llr_job_t job;      /* as run */
    llr_hash_t content; /* of its datasets */
    int64_t runs;       /* that solved something */
    int64_t ranks, nodes, units, cells;
    double wall;                               /* seconds, of all runs */
    double mean[LLR_STAGES], most[LLR_STAGES]; /* seconds over the ranks, of all runs */
    double imbalance;                          /* of solving: most over mean, less 1 */
    double predicted; /* seconds of wall time, by the timings of the base; NaN: not known */
    const char *flaw; /* why its wall time is none to compare with, or NULL; static */
} llr_scaling_point_t;

typedef struct llr_scaling {
    llr_scaling_point_t *point; /* owned, points: by ranks, then wall time */
    int64_t points;
    int64_t base;     /* of fewest ranks without a flaw, the fastest; -1: none */
    int64_t quickest; /* without a flaw, the least wall time; -1: none */
} llr_scaling_t;

/* Reads the folders. weak: their jobs may differ in the number of seeds. LLR_INVALID: one is no
 * result folder, has no times, or is of another job, which is said with what differs. To be closed
 * also where this fails. */
llr_code_t llr_scaling_open(llr_scaling_t *scaling, const char *const *folder, int64_t folders,
                            bool weak, llr_error_t *error);
/* What plan predicts for every point, by the timings of the base; left NaN where datasets are gone,
 * and where not all units of a job were to do. */
void llr_scaling_predict(llr_scaling_t *scaling);
void llr_scaling_close(llr_scaling_t *scaling);

/* Cells a second over those of the base, and that for each rank more than the base has. Strong and
 * weak alike: where all have the same cells it is the ratio of wall times. */
double llr_scaling_speed_up(const llr_scaling_t *scaling, int64_t point);
double llr_scaling_efficiency(const llr_scaling_t *scaling, int64_t point);

#endif
