/* What a run will take of a node's memory, and whether the node has it. */
#ifndef LLR_PAR_MEMORY_H
#define LLR_PAR_MEMORY_H

#include "par/comm.h"
#include "store/catalog.h"
#include "work/unit.h"

/* Bytes; fixed formulas of the job and the datasets' facts. */
typedef struct llr_memory_need {
    int64_t ranks;     /* that solve a unit together */
    int64_t shared;    /* features, components, moments and predictions: once a node */
    int64_t slices;    /* features, where several ranks solve a unit together: every rank */
    int64_t workspace; /* arena of one rank: the dearest unit */
    int64_t lists;     /* labels, row lists, sampled rows: every rank */
    int64_t libraries; /* MPI, HDF5 and the buffers of BLAS: every rank, an allowance */
    int64_t rows;      /* the table's rows: rank 0 alone */
    int64_t fitting;   /* components and moments, while they are found: rank 0, before the rest */
} llr_memory_need_t;

llr_memory_need_t llr_memory_need(const llr_catalog_t *catalog, const llr_grid_t *grid);

/* Bytes of every rank, beside what is shared. */
int64_t llr_memory_need_rank(const llr_memory_need_t *need);
/* Bytes for a node with so many ranks, rank 0 among them. */
int64_t llr_memory_need_node(const llr_memory_need_t *need, int64_t ranks);

/* Bytes that this node can still give: free memory, and limits of the control group. */
int64_t llr_memory_available(void);
/* Bytes free in /dev/shm, where ranks of a node share windows; INT64_MAX where there is none. */
int64_t llr_memory_shared_available(void);

/* Do the datasets fit into the memory that the ranks of this node share? LLR_FAILED: asked and
 * available, in words. Local. */
llr_code_t llr_memory_check_shared(const llr_comm_t *comm, const llr_catalog_t *catalog,
                                   llr_error_t *error);
/* The same of slices over so many ranks. */
llr_code_t llr_memory_check_slices(const llr_comm_t *comm, const llr_catalog_t *catalog,
                                   int64_t ranks, llr_error_t *error);
/* Do workspaces, lists and rows fit beside what is there already? Local. */
llr_code_t llr_memory_check_private(const llr_comm_t *comm, const llr_memory_need_t *need,
                                    llr_error_t *error);

#endif
