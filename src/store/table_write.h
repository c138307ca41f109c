/* The writers behind llr_table_write. Private to the table. */
#ifndef LLR_STORE_TABLE_WRITE_H
#define LLR_STORE_TABLE_WRITE_H

#include "base/hash.h"
#include "store/folder.h"
#include "store/table_columns.h"

/* One sheet as CSV: to the file (open; NULL: nowhere) and, without timing and placement columns, to
 * the hasher. LLR_FAILED: out of memory; failures of the file stay in it. */
llr_code_t llr_table_csv(const llr_table_t *table, const llr_sheet_t *sheet, llr_aside_t *file,
                         llr_hasher_t *hasher, llr_error_t *error);

/* key: "value" lines. */
llr_code_t llr_table_provenance(const llr_provenance_t *provenance, llr_aside_t *file,
                                llr_error_t *error);

/* All sheets as HDF5 into the open file, the provenance as attributes on /. */
llr_code_t llr_table_h5(const llr_table_t *table, const llr_provenance_t *provenance,
                        llr_aside_t *file, llr_error_t *error);

#endif
