/* The unified table: results.h5 and results.csv, long.csv, provenance.yaml (formats.md). */
#ifndef LLR_STORE_TABLE_H
#define LLR_STORE_TABLE_H

#include "model/grid.h"
#include "model/row.h"

/* Where a table comes from: key and value lines, in the order they are written. */
typedef struct llr_provenance {
    const char *const *key; /* borrowed, count */
    const char *const *value;
    int64_t count;
} llr_provenance_t;

/* All rows of a job: block[u] belongs to unit u of the grid. */
typedef struct llr_table {
    const llr_grid_t *grid;   /* borrowed */
    const llr_facts_t *facts; /* borrowed, one a dataset of the job */
    const llr_block_t *block; /* borrowed, grid->units; a block without rows: unit not done */
} llr_table_t;

/* Rows whose status is no answer (llr_fit_status_is_answer). */
int64_t llr_table_unanswered(const llr_table_t *table);

/* Hash of the bytes of results.csv and, after it, of long.csv, as if the timing and placement
 * columns (seconds, begun, ended, rank_id, host) were not there. LLR_FAILED: out of memory. */
llr_code_t llr_table_digest(const llr_table_t *table, llr_hash_t *digest, llr_error_t *error);

/* Writes results.h5, results.csv, long.csv and provenance.yaml into the folder (made where
 * missing): all to temporary names, fsynced, then renamed, results.h5 last; the folder fsynced. The
 * provenance gets one line more, `digest`, which is returned too (digest may be NULL). LLR_FAILED
 * (path, errno in words): the files of an earlier table stand as they were, and no temporary file
 * is left. */
llr_code_t llr_table_write(const llr_table_t *table, const llr_provenance_t *provenance,
                           const char *folder, llr_hash_t *digest, llr_error_t *error);

/* Version of the HDF5 library in use; static string. */
const char *llr_hdf5_version(void);

#endif
