/* Where the time of a run goes, on one rank. */
#ifndef LLR_PAR_TIMES_H
#define LLR_PAR_TIMES_H

typedef enum llr_stage {
    LLR_STAGE_BUILD,    /* tasks, grid, workspace, order of the units */
    LLR_STAGE_READ,     /* features out of their files */
    LLR_STAGE_HASH,     /* content ids */
    LLR_STAGE_FORECAST, /* predictions */
    LLR_STAGE_SOLVE,    /* units: rows and fits */
    LLR_STAGE_METRICS,  /* units: accuracies of the fits */
    LLR_STAGE_WAIT,     /* serving other ranks, and nothing to do */
    LLR_STAGE_JOURNAL,  /* of earlier runs and of this one */
    LLR_STAGE_TABLE,    /* digest and files */
    LLR_STAGES
} llr_stage_t;

/* {0} before llr_times_begin. */
typedef struct llr_times {
    double wall[LLR_STAGES], cpu[LLR_STAGES]; /* seconds */
    llr_stage_t stage;                        /* that runs now */
    double wall_since, cpu_since;
} llr_times_t;

const char *llr_stage_name(llr_stage_t stage);

void llr_times_begin(llr_times_t *times, llr_stage_t stage);
/* Time up to now belongs to the stage that was, which is returned; from now on to the next. times
 * may be NULL. */
llr_stage_t llr_times_enter(llr_times_t *times, llr_stage_t next);

#endif
