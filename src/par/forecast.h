/* The predictions of a job, made by all ranks before its units. */
#ifndef LLR_PAR_FORECAST_H
#define LLR_PAR_FORECAST_H

#include "par/comm.h"
#include "par/schedule.h"
#include "work/forecast.h"

typedef struct llr_forecast_run {
    llr_worker_t *worker;      /* borrowed: grid, datasets with populations, arena */
    const llr_facts_t *facts;  /* borrowed, datasets */
    const bool *needed;        /* rank 0, borrowed, units: those whose predictions are asked for */
    bool weights_only;         /* as llr_forecast_has_task takes it */
    double grace;              /* seconds, see schedule.h */
    llr_schedule_t **schedule; /* for the tick, set while it runs */
    /* Rank 0: tasks done of all. May be NULL. */
    llr_code_t (*pulse)(void *argument, int64_t done, int64_t tasks, llr_error_t *error);
    bool (*stop_wanted)(void *argument);
    void *argument;
} llr_forecast_run_t;

/* Collective. Numbers lie in memory that the ranks of a node share, as long as the communicator
 * lives; forecasts is to be destroyed also where this fails. LLR_STOPPED: ended early. */
llr_code_t llr_forecast_run(llr_comm_t *comm, const llr_forecast_run_t *run,
                            llr_forecasts_t *forecasts, llr_error_t *error);

#endif
