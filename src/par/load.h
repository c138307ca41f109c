/* Datasets into memory: each once a node, in a window that the ranks of the node share, or in
 * slices over the ranks of a group. */
#ifndef LLR_PAR_LOAD_H
#define LLR_PAR_LOAD_H

#include "par/slices.h"
#include "par/times.h"
#include "store/catalog.h"

/* Collective. Opens the job's files, reads the features (each rank of a node its slice of the
 * rows), agrees on the content ids, builds the tasks and resolves the job
 * (llr_catalog_settle). Features and components live as long as the communicator. times may be
 * NULL. group: of jobs whose units are solved by several ranks, which then hold slices, made here;
 * else both NULL. */
llr_code_t llr_load_datasets(llr_comm_t *comm, llr_job_t *job, llr_catalog_t *catalog,
                             const llr_group_t *group, llr_slices_t *slices, llr_times_t *times,
                             llr_error_t *error);

#endif
