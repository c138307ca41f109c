/* A dataset file made of features and lists in other formats. */
#ifndef LLR_STORE_IMPORT_H
#define LLR_STORE_IMPORT_H

#include "store/source.h"

typedef struct llr_import {
    /* FILE or FILE:PART (store/rows.h); NULL: the features' own, where their file has some
     * (labels: LIBSVM, .npz, HDF5; groups, split: HDF5). */
    const char *features, *labels, *groups, *split;
    const double *fractions; /* of pool, validation, test, sum 1; NULL: no split is made */
    int64_t seed;            /* of that split: the one a job makes by the same fractions */
    bool single;             /* float64 features become float32 */
    bool force;              /* a file that is there is replaced */
    const char *output;
    /* Told how many rows are written; true asks for a stop. */
    bool (*progress)(void *argument, int64_t done, int64_t rows);
    void *argument;
} llr_import_t;

/* Reads all, checks all, and writes the file: aside first, then renamed. Memory is that of the
 * lists and about 64 MiB. made: what the file holds, without its features; to be closed, also after
 * a failure. LLR_INVALID: one line with file, row and column. LLR_FAILED: disk, memory.
 * LLR_STOPPED. In all these cases no file is left behind. */
llr_code_t llr_import_run(const llr_import_t *import, llr_source_t *made, llr_error_t *error);

#endif
