/* Datasets into memory: each once a node, in a window that the ranks of the node share. */
#ifndef LLR_PAR_LOAD_H
#define LLR_PAR_LOAD_H

#include "par/comm.h"
#include "par/times.h"
#include "store/catalog.h"

/* Collective. Opens the job's files, reads the features (each rank of a node its slice of the
 * rows), agrees on the content ids, builds the tasks and resolves the job
 * (llr_catalog_settle). Features and components live as long as the communicator. times may be
 * NULL. */
llr_code_t llr_load_datasets(llr_comm_t *comm, llr_job_t *job, llr_catalog_t *catalog,
                             llr_times_t *times, llr_error_t *error);

#endif
