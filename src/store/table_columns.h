/* The columns of the unified table, once for CSV, HDF5, digest and the library's callers, and the
 * walk over its rows. */
#ifndef LLR_STORE_TABLE_COLUMNS_H
#define LLR_STORE_TABLE_COLUMNS_H

#include "store/table.h"

/* A row of a sheet and all that its columns are made of. */
typedef struct llr_cursor {
    const llr_table_t *table; /* borrowed */
    bool is_long;
    int64_t number;      /* of the cell in the grid */
    int64_t cell;        /* row of the main sheet, counted over a walk */
    int split;           /* long: of the line */
    int64_t index, slot; /* long: class, or classes + group; where its counts and rates stand */
    llr_text_t key;      /* owned; failed: out of memory */
    int64_t shared;      /* of it, the bytes that the cells of a subsample and loss share */
    int64_t subsample;   /* which the key is of: number / places */
    const llr_unit_t *about;
    const llr_weighting_t *weighting;
    const llr_facts_t *facts;
    const llr_block_t *block;
    const llr_row_t *row;
    llr_summary_t validation, test;
    llr_outlook_t theory;
} llr_cursor_t;

typedef enum llr_column_type {
    LLR_COLUMN_TEXT,  /* UTF-8; never missing */
    LLR_COLUMN_COUNT, /* int64; never missing */
    LLR_COLUMN_REAL   /* double; NaN where there is none */
} llr_column_type_t;

/* Where a column stands. */
typedef enum llr_column_scope {
    LLR_COLUMN_RESULT,    /* in the files and in the digest */
    LLR_COLUMN_PLACEMENT, /* timing or placement: not in the digest */
    LLR_COLUMN_ONLY_CSV,
    LLR_COLUMN_ONLY_H5
} llr_column_scope_t;

typedef struct llr_column {
    const char *name;
    llr_column_type_t type;
    llr_column_scope_t scope;
    const char *unit, *meaning;
    union {
        const char *(*text)(const llr_cursor_t *); /* borrowed until the cursor moves */
        int64_t (*count)(const llr_cursor_t *);
        double (*real)(const llr_cursor_t *);
    } get;
} llr_column_t;

/* The main table (one row a cell) and the long one (one row a cell, split, class or group). */
typedef struct llr_sheet {
    const char *group, *csv; /* HDF5 group, file name */
    const char *meaning;
    bool is_long;
    const llr_column_t *column; /* columns */
    int64_t columns;
} llr_sheet_t;

enum { LLR_SHEETS = 2 };
const llr_sheet_t *llr_sheet(int index);

/* Rows in grid order: begin, next until false (the end, or key.failed), end. */
void llr_cursor_begin(llr_cursor_t *cursor, const llr_table_t *table, const llr_sheet_t *sheet);
bool llr_cursor_next(llr_cursor_t *cursor);
/* To a cell (its number in the grid) whose unit has rows; false: key.failed. */
bool llr_cursor_seek(llr_cursor_t *cursor, int64_t number);
void llr_cursor_end(llr_cursor_t *cursor);

#endif
