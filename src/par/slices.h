/* Datasets in slices: every rank of a group holds a part of the rows, dealt in blocks, so that each
 * has about the same share of the pool and of the evaluation rows, wherever they stand in the file.
 * Such a part is a rank's ScaLAPACK local array of the features, and a group reads its parts in
 * collective reads (store/dealt_reader.h), or, where llr_comm_mpi_io says so, each rank its own. */
#ifndef LLR_PAR_SLICES_H
#define LLR_PAR_SLICES_H

#include "par/group.h"
#include "store/catalog.h"
#include "work/crew.h"

/* {0} before llr_slices_create. */
typedef struct llr_slices {
    const llr_group_t *group; /* borrowed */
    llr_catalog_t *catalog;   /* borrowed, opened */
    llr_deal_t *deal;         /* owned, sources: of their rows */
    char **rows;              /* owned, sources: the rows here, of the source's type */
    llr_dataset_t *view;      /* owned, datasets: as the catalog's, but features and evaluation rows
                                 are those here; only eval is owned */
    llr_crew_t crew;          /* fetches from the slices */
} llr_slices_t;

llr_code_t llr_slices_create(llr_slices_t *slices, const llr_group_t *group, llr_catalog_t *catalog,
                             llr_error_t *error);
void llr_slices_destroy(llr_slices_t *slices);

/* Collective over the group: reads the rows of each of its ranks, straight to where they stay. The
 * error is the same on all of them. */
llr_code_t llr_slices_read(llr_slices_t *slices, int64_t source, llr_error_t *error);
/* Collective over the group, once the source is read: its leader gets the content id, made of all
 * rows in their order. */
llr_code_t llr_slices_content(llr_slices_t *slices, int64_t source, llr_hash_t *content,
                              llr_error_t *error);
/* Once the catalog's tasks are built: view. Not collective. */
llr_code_t llr_slices_look(llr_slices_t *slices, llr_error_t *error);

/* How the rows of a source are dealt: a fixed function of its shape. */
llr_deal_t llr_slices_deal(const llr_source_t *source, int ranks);
/* Bytes of features of a rank, the most of any: fixed formulas. */
int64_t llr_slices_bytes(const llr_source_t *source, int ranks);

#endif
