/* Rows that are imported: numbers or words, read once, from the first row to the last. One file a
 * format: rows_npy.c (also members of .npz), rows_csv.c, rows_libsvm.c, rows_h5.c. */
#ifndef LLR_STORE_ROWS_H
#define LLR_STORE_ROWS_H

#include "base/text.h"
#include "store/source.h"

typedef enum llr_role {
    LLR_ROLE_FEATURES, /* rows x columns of numbers; all others: one value a row */
    LLR_ROLE_LABELS,
    LLR_ROLE_GROUPS,
    LLR_ROLE_SPLIT,
    LLR_ROLES
} llr_role_t;

/* "features", ...: the option's word, and the part of a file that is taken unless one is named. */
const char *llr_role_name(llr_role_t role);

typedef struct llr_rows {
    char *name;            /* owned: FILE or FILE:PART, as messages show it */
    int64_t rows, columns; /* known once it is open */
    llr_dtype_t type;      /* of what next gives; holds the numbers as they are stored */
    bool words;            /* values are text by their type: 1.5 is a name then */
    bool may_have_header;  /* rows counts a first line that may be a header */
    bool holds_labels;     /* the file may be asked for its labels too */
    bool holds_groups;     /* of features in HDF5: groups lie beside them, */
    bool holds_split;      /* and a split */
    /* The next count rows into out (count x columns of type, row-major), not past the last. */
    llr_code_t (*next)(struct llr_rows *rows, int64_t count, void *out, llr_error_t *error);
    /* The next row's one value in place of what word held. */
    llr_code_t (*next_word)(struct llr_rows *rows, llr_text_t *word, llr_error_t *error);
    void (*close)(struct llr_rows *rows); /* frees state; may be NULL */
    void *state;                          /* of the format */
} llr_rows_t;

typedef struct llr_rows_ask {
    llr_role_t role;
    const char *path;            /* FILE or FILE:PART: a member, column or dataset of it */
    const char *const *reserved; /* LLR_ROLES: what is asked for in each role, or NULL: columns of
                                    a CSV file that are asked for by name are no features */
    const char *scratch;         /* folder for what has to be unpacked */
} llr_rows_ask_t;

/* Looks at the file's first bytes for its format. LLR_INVALID: not there, of no known format, no
 * such part, values of a type that cannot be taken, truncated, empty, lines of unequal length. */
llr_code_t llr_rows_open(llr_rows_t *rows, const llr_rows_ask_t *ask, llr_error_t *error);
/* Accepts half-open ones. */
void llr_rows_close(llr_rows_t *rows);

#endif
