/* A source: one physical dataset, rows in file order. Labels, groups and split are read and checked
 * when it is opened; features are read by row slices, by whoever needs them. */
#ifndef LLR_STORE_SOURCE_H
#define LLR_STORE_SOURCE_H

#include "base/error.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum llr_dtype { LLR_FLOAT32, LLR_FLOAT64 } llr_dtype_t;
int64_t llr_dtype_size(llr_dtype_t type);
static inline double llr_dtype_value(llr_dtype_t type, const void *x, int64_t at)
{
    return type == LLR_FLOAT32 ? (double)((const float *)x)[at] : ((const double *)x)[at];
}
const char *llr_dtype_name(llr_dtype_t type); /* as numpy calls it */

enum { LLR_PARTS = 3 };                            /* values of /split */
extern const char *const llr_part_name[LLR_PARTS]; /* pool, validation, test */

typedef struct llr_source {
    char *path;   /* owned: as shown in messages */
    char *name;   /* owned, or NULL: attribute of the file */
    char *origin; /* owned, or NULL: attributes backbone, source, license as text for inspect */
    llr_dtype_t type;
    int64_t rows, dim;
    int64_t block;           /* rows best read together: the height of a chunk of the file, or 1 */
    int32_t classes, groups; /* 1 + largest label / group; groups 0 without /groups */
    int32_t *label;          /* owned, rows */
    int32_t *group;          /* owned, rows, or NULL */
    int8_t *split;           /* owned, rows, or NULL: 0 pool, 1 validation, 2 test */
    char **class_name;       /* owned, classes, or NULL */
    char **group_name;       /* owned, groups, or NULL */
    /* Reads rows [first, first + count) into out (count x dim of type, row-major) and refuses NaN
     * and infinities (LLR_INVALID: path, /features, row, column). Not collective. */
    llr_code_t (*read)(struct llr_source *source, int64_t first, int64_t count, void *out,
                       llr_error_t *error);
    void (*close)(struct llr_source *source); /* frees state; may be NULL */
    const struct llr_dealt_kind *dealt; /* how ranks read it together (dealt_reader.h), or NULL:
                                           each by itself */
    void *state;                        /* of the kind of source */
} llr_source_t;

/* The part of a row; without a split all are pool. */
int llr_source_part(const llr_source_t *source, int64_t row);

/* Opens an HDF5 dataset (formats.md). LLR_INVALID: not readable, truncated, wrong type or shape,
 * label out of range or class without rows, with the path, the HDF5 path and the first bad row. */
llr_code_t llr_source_open_h5(llr_source_t *source, const char *path, llr_error_t *error);

/* Wraps arrays in memory; group and split may be NULL. x (rows x dim) is borrowed for the lifetime
 * of the source; the rest is copied. Checks like a file's. */
llr_code_t llr_source_open_memory(llr_source_t *source, const char *name, const double *x,
                                  int64_t rows, int64_t dim, const int32_t *label,
                                  const int32_t *group, const int8_t *split, llr_error_t *error);

/* A row of features in memory (rows x dim of type) as doubles. */
void llr_source_widen(const llr_source_t *source, const void *features, int64_t row, double *out);

/* Accepts half-built sources. */
void llr_source_close(llr_source_t *source);

/* Checks shared by all kinds: labels 0..classes-1 each present, groups likewise, split 0..2 with
 * all three present where there is a split. Sets classes and groups. */
llr_code_t llr_source_check_labels(llr_source_t *source, llr_error_t *error);

/* Content id of a source whose features' bytes have this hash, which may come from pieces: a hash
 * of hashes. */
llr_hash_t llr_source_combine(const llr_source_t *source, llr_hash_t features);
/* Content id over type, shapes, features (all rows x dim, as read), labels, groups and split. */
llr_hash_t llr_source_content(const llr_source_t *source, const void *features);
/* The same, reading the features in slices (checks them on the way): for commands without MPI. */
llr_code_t llr_source_scan(llr_source_t *source, llr_hash_t *content, llr_error_t *error);

#endif
