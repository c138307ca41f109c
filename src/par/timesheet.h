/* Where the time of every rank of a run went, in times.csv of the result folder: a line a rank, one
 * block of lines after the other for the runs that a sweep took. No part of the table. */
#ifndef LLR_PAR_TIMESHEET_H
#define LLR_PAR_TIMESHEET_H

#include "base/error.h"
#include "par/comm.h"
#include "par/times.h"

typedef struct llr_time_line {
    int64_t run; /* 1, 2, ...: runs of this folder that ended in good order */
    int64_t ranks, nodes;
    int64_t found, units, cells; /* units found in the journal, and solved in this run; cells of
                                    the latter */
    bool stopped;                /* early */
    int64_t rank;
    char host[64];
    double wall[LLR_STAGES], cpu[LLR_STAGES]; /* seconds */
} llr_time_line_t;

/* Seconds of all stages. */
double llr_time_line_wall(const llr_time_line_t *line);

typedef struct llr_timesheet {
    llr_time_line_t *line; /* owned, lines: by run, then rank */
    int64_t lines, room;
} llr_timesheet_t;

/* FOLDER/times.csv; one that is not there has no lines. LLR_INVALID: file, line and what is wrong
 * with it. To be destroyed also where this fails. */
llr_code_t llr_timesheet_read(llr_timesheet_t *sheet, const char *folder, llr_error_t *error);
void llr_timesheet_destroy(llr_timesheet_t *sheet);

/* Collective: adds a run to FOLDER/times.csv. run: what all its lines have alike; its run, rank,
 * host, wall and cpu are set here. The file is replaced as a whole. LLR_FAILED: path, errno. */
llr_code_t llr_timesheet_add(llr_comm_t *comm, const char *folder, const llr_times_t *times,
                             llr_time_line_t *run, llr_error_t *error);

#endif
