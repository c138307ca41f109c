/* The rows of a sweep, one at a time in any order. */
#include "base/memory.h"
#include "par/sweep_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

llr_code_t llr_sweep_index_rows(llr_sweep_t *sweep, llr_error_t *error)
{
    const llr_run_rows_t *rows = &sweep->rows;
    sweep->table = (llr_table_t){&rows->grid, rows->catalog.facts, rows->block};
    llr_cursor_begin(&sweep->cursor, &sweep->table, llr_sheet(0));
    if (!rows->block) return LLR_OK;
    sweep->cell = llr_alloc(rows->grid.cells, sizeof *sweep->cell);
    sweep->key = llr_alloc(rows->grid.cells, sizeof *sweep->key);
    if (!sweep->cell || !sweep->key)
        return llr_fail_memory(error, rows->grid.cells * (int64_t)sizeof *sweep->cell,
                               "the list of rows");
    for (int64_t c = 0; c < rows->grid.cells; c++)
        if (rows->block[llr_grid_unit_of(&rows->grid, c)].rows) sweep->cell[sweep->cells++] = c;
    return LLR_OK;
}

void llr_sweep_drop_rows(llr_sweep_t *sweep)
{
    for (int64_t r = 0; sweep->key && r < llr_sweep_rows(sweep); r++) free(sweep->key[r]);
    free(sweep->key);
    free(sweep->cell);
    sweep->key = NULL;
    sweep->cell = NULL;
    sweep->cells = 0;
    *sweep->digest = '\0';
    llr_cursor_end(&sweep->cursor);
    llr_run_rows_destroy(&sweep->rows);
    llr_job_destroy(&sweep->job);
}

int64_t llr_sweep_rows(const llr_sweep_t *sweep)
{
    return sweep->cells;
}

int64_t llr_sweep_columns(const llr_sweep_t *sweep)
{
    (void)sweep;
    return llr_sheet(0)->columns;
}

const char *llr_sweep_column(const llr_sweep_t *sweep, int64_t index)
{
    if (index < 0 || index >= llr_sweep_columns(sweep)) return NULL;
    return llr_sheet(0)->column[index].name;
}

static const llr_column_t *find_column(const char *name)
{
    const llr_sheet_t *sheet = llr_sheet(0);
    for (int64_t c = 0; c < sheet->columns; c++)
        if (!strcmp(sheet->column[c].name, name)) return &sheet->column[c];
    return NULL;
}

/* The sweep's cursor at a row, or NULL. To its user a sweep is the same wherever the cursor is. */
static const llr_cursor_t *cursor_at(const llr_sweep_t *sweep, int64_t row)
{
    llr_cursor_t *cursor = &((llr_sweep_t *)sweep)->cursor;
    if (row < 0 || row >= llr_sweep_rows(sweep)) return NULL;
    if (cursor->number == sweep->cell[row]) return cursor;
    if (llr_cursor_seek(cursor, sweep->cell[row])) return cursor;
    llr_cursor_end(cursor);
    llr_cursor_begin(cursor, &sweep->table, llr_sheet(0));
    return NULL;
}

/* The key of a row, once made, stays. */
static const char *keep_key(const llr_sweep_t *sweep, int64_t row, const char *key)
{
    if (!sweep->key[row]) sweep->key[row] = llr_copy_text(key);
    return sweep->key[row];
}

const char *llr_sweep_text(const llr_sweep_t *sweep, int64_t row, const char *name)
{
    const llr_column_t *column = find_column(name);
    if (!column || column->type != LLR_COLUMN_TEXT) return NULL;
    const llr_cursor_t *cursor = cursor_at(sweep, row);
    if (!cursor) return NULL;
    const char *text = column->get.text(cursor);
    return text == cursor->key.data ? keep_key(sweep, row, text) : text;
}

double llr_sweep_number(const llr_sweep_t *sweep, int64_t row, const char *name)
{
    const llr_column_t *column = find_column(name);
    if (!column || column->type == LLR_COLUMN_TEXT) return NAN;
    const llr_cursor_t *cursor = cursor_at(sweep, row);
    if (!cursor) return NAN;
    return column->type == LLR_COLUMN_COUNT ? (double)column->get.count(cursor)
                                            : column->get.real(cursor);
}

const char *llr_sweep_digest(const llr_sweep_t *sweep)
{
    return sweep->digest;
}
