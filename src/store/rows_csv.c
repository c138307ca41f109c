/* Tables of text. A first pass counts rows and compares their lengths, so that all is known before
 * anything is written; the second reads values. */
#include "base/memory.h"
#include "store/csv_records.h"
#include "store/rows_format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct table {
    char *path; /* owned */
    llr_csv_t csv;
    bool header;
    int64_t cells;   /* of every record */
    int64_t *column; /* owned, rows->columns: cells that are taken */
    char **title;    /* owned, cells, each owned: of the first record */
} table_t;

/* Columns ---------------------------------------------------------------------------------- */

static llr_code_t fail_column(const llr_rows_t *rows, const table_t *table, const char *part,
                              llr_error_t *error)
{
    enum { NAMED = 12 };
    llr_text_t list = {0};
    for (int64_t j = 0; j < table->cells && j < NAMED; j++)
        llr_text_add(&list, "%s%.40s", j ? ", " : "", table->title[j]);
    llr_code_t code =
        llr_fail(error, LLR_INVALID,
                 "%s: has no column `%s`; its first line is %s%s (or a number from 0 to %lld)",
                 rows->name, part, list.data ? list.data : "", table->cells > NAMED ? ", ..." : "",
                 (long long)table->cells - 1);
    llr_text_destroy(&list);
    return code;
}

/* The cell that a part names: counted from 0, or by a word of the first record, which is a header
 * then. -1: none. */
static int64_t find_column(table_t *table, const char *part)
{
    int64_t index;
    if (llr_text_to_int64(part, &index) && index >= 0 && index < table->cells) return index;
    for (int64_t j = 0; j < table->cells; j++)
        if (!strcmp(table->title[j], part)) {
            table->header = true;
            return j;
        }
    return -1;
}

/* Marks the cells of this file that are asked for by name in any role. */
static llr_code_t mark_reserved(llr_rows_t *rows, const llr_rows_ask_t *ask, bool *reserved,
                                llr_error_t *error)
{
    table_t *table = rows->state;
    for (int r = 0; ask->reserved && r < LLR_ROLES; r++) {
        char *path = NULL;
        const char *part = NULL;
        if (!ask->reserved[r]) continue;
        LLR_TRY(llr_rows_part(ask->reserved[r], &path, &part, error));
        bool here = part && !strcmp(path, table->path);
        int64_t column = here ? find_column(table, part) : -1;
        free(path);
        if (here && column < 0) return fail_column(rows, table, part, error);
        if (here) reserved[column] = true;
    }
    return LLR_OK;
}

/* Does a list stand in the file of the features? Then its header is theirs. */
static bool is_beside_features(const table_t *table, const llr_rows_ask_t *ask)
{
    const char *features = ask->reserved ? ask->reserved[LLR_ROLE_FEATURES] : NULL;
    return ask->role == LLR_ROLE_FEATURES || (features && !strcmp(features, table->path));
}

/* Is the first record a header? By its cells that are features: words are, numbers are not, but for
 * 0, 1, 2, ..., which pandas writes where columns have no names. In a file of its own a list does
 * not tell; the number of rows does. */
static llr_code_t find_header(llr_rows_t *rows, const llr_rows_ask_t *ask, const bool *reserved,
                              llr_error_t *error)
{
    table_t *table = rows->state;
    int64_t numbers = 0, counted = 0, features = 0, word = 0;
    rows->may_have_header = !table->header && !is_beside_features(table, ask);
    if (table->header || rows->may_have_header) return LLR_OK;
    for (int64_t j = 0; j < table->cells; j++) {
        double value;
        if (reserved[j]) continue;
        bool number = llr_text_to_double(table->title[j], &value);
        if (!number) word = j;
        numbers += number;
        counted += number && value == (double)features;
        features++;
    }
    table->header = features && (!numbers || (features > 1 && counted == features));
    if (table->header || numbers == features) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "%s: line %lld, column %lld: `%.40s` is not a number; a column of labels is "
                    "left out by --labels FILE:COLUMN",
                    rows->name, (long long)table->csv.line, (long long)word, table->title[word]);
}

static llr_code_t check_index(const llr_rows_t *rows, const llr_rows_ask_t *ask,
                              const bool *reserved, llr_error_t *error)
{
    const table_t *table = rows->state;
    if (ask->role != LLR_ROLE_FEATURES || reserved[0] || *table->title[0]) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "%s: the first column has no name, like an index of pandas; leave it out "
                    "(to_csv(index=False))",
                    rows->name);
}

static llr_code_t choose_columns(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *part,
                                 const bool *reserved, llr_error_t *error)
{
    table_t *table = rows->state;
    bool features = ask->role == LLR_ROLE_FEATURES;
    if (part) {
        table->column[rows->columns++] = find_column(table, part);
        return LLR_OK;
    }
    for (int64_t j = 0; j < table->cells; j++)
        if (!features || !reserved[j]) table->column[rows->columns++] = j;
    if (!rows->columns)
        return llr_fail(error, LLR_INVALID, "%s: no column is left for features", rows->name);
    if (!features && rows->columns > 1)
        return llr_fail(
            error, LLR_INVALID, "%s: has %lld columns; name the one that holds the %s: %s:COLUMN",
            rows->name, (long long)rows->columns, llr_role_name(ask->role), table->path);
    return LLR_OK;
}

static llr_code_t take_first(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *part,
                             llr_error_t *error)
{
    table_t *table = rows->state;
    bool more;
    LLR_TRY(llr_csv_next(&table->csv, &more, error));
    char *first = table->csv.cell[0];
    /* numpy.savetxt puts a # in front of its header. */
    if (*first == '#') table->csv.cell[0] = first + 1 + strspn(first + 1, " ");
    table->header = *first == '#';
    table->cells = table->csv.cells;
    table->title = llr_alloc(table->cells, sizeof *table->title);
    table->column = llr_alloc(table->cells, sizeof *table->column);
    bool *reserved = llr_alloc(table->cells, sizeof *reserved), failed = !reserved;
    for (int64_t j = 0; table->title && j < table->cells; j++)
        failed |= !(table->title[j] = llr_copy_text(table->csv.cell[j]));
    llr_code_t code = failed || !table->title || !table->column
                          ? llr_fail_memory(error, table->cells, "a line's cells")
                          : mark_reserved(rows, ask, reserved, error);
    if (code == LLR_OK && part && find_column(table, part) < 0)
        code = fail_column(rows, table, part, error);
    if (code == LLR_OK) code = check_index(rows, ask, reserved, error);
    if (code == LLR_OK) code = find_header(rows, ask, reserved, error);
    if (code == LLR_OK) code = choose_columns(rows, ask, part, reserved, error);
    free(reserved);
    return code;
}

/* Rows ------------------------------------------------------------------------------------- */

static llr_code_t begin(const table_t *table, llr_csv_t *csv, llr_error_t *error)
{
    bool more = true;
    llr_csv_rewind(csv);
    return table->header ? llr_csv_next(csv, &more, error) : LLR_OK;
}

static llr_code_t count_rows(llr_rows_t *rows, llr_error_t *error)
{
    table_t *table = rows->state;
    LLR_TRY(begin(table, &table->csv, error));
    for (bool more = true; more;) {
        LLR_TRY(llr_csv_next(&table->csv, &more, error));
        if (more && table->csv.cells != table->cells)
            return llr_fail(error, LLR_INVALID,
                            "%s: line %lld has %lld columns, but the first has %lld", rows->name,
                            (long long)table->csv.line, (long long)table->csv.cells,
                            (long long)table->cells);
        rows->rows += more;
    }
    if (!rows->rows) return llr_fail(error, LLR_INVALID, "%s: has no rows", rows->name);
    return begin(table, &table->csv, error);
}

static llr_code_t next_record(llr_rows_t *rows, llr_error_t *error)
{
    table_t *table = rows->state;
    bool more;
    LLR_TRY(llr_csv_next(&table->csv, &more, error));
    if (more && table->csv.cells == table->cells) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: changed while it was read", rows->name);
}

static llr_code_t fail_cell(const llr_rows_t *rows, int64_t column, llr_error_t *error)
{
    const table_t *table = rows->state;
    const char *text = table->csv.cell[column], *title = table->title[column];
    llr_text_t name = {0};
    if (table->header) llr_text_add(&name, " (%.40s)", title);
    llr_code_t code =
        llr_fail(error, LLR_INVALID, "%s: line %lld, column %lld%s: `%.40s` is not a finite number",
                 rows->name, (long long)table->csv.line, (long long)column,
                 name.data ? name.data : "", text);
    llr_text_destroy(&name);
    return code;
}

static llr_code_t next(llr_rows_t *rows, int64_t count, void *out, llr_error_t *error)
{
    const table_t *table = rows->state;
    double *x = out;
    for (int64_t i = 0; i < count; i++) {
        LLR_TRY(next_record(rows, error));
        for (int64_t j = 0; j < rows->columns; j++, x++)
            if (!llr_text_to_double(table->csv.cell[table->column[j]], x) || !isfinite(*x))
                return fail_cell(rows, table->column[j], error);
    }
    return LLR_OK;
}

static llr_code_t next_word(llr_rows_t *rows, llr_text_t *word, llr_error_t *error)
{
    const table_t *table = rows->state;
    LLR_TRY(next_record(rows, error));
    word->length = 0;
    llr_text_add_word(word, table->csv.cell[table->column[0]]);
    return LLR_OK;
}

static void close_state(llr_rows_t *rows)
{
    table_t *table = rows->state;
    for (int64_t j = 0; table->title && j < table->cells; j++) free(table->title[j]);
    free(table->title);
    free(table->column);
    llr_csv_close(&table->csv);
    free(table->path);
    free(table);
}

llr_code_t llr_rows_open_csv(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *path,
                             const char *part, llr_error_t *error)
{
    table_t *table = llr_alloc(1, sizeof *table);
    if (!table) return llr_fail_memory(error, sizeof *table, "a table");
    *rows = (llr_rows_t){rows->name,           .type = LLR_FLOAT64,
                         .next = next,         .next_word = next_word,
                         .close = close_state, .state = table};
    table->path = llr_copy_text(path);
    if (!table->path) return llr_fail_memory(error, 0, "a path");
    LLR_TRY(llr_csv_open(&table->csv, table->path, error));
    LLR_TRY(take_first(rows, ask, part, error));
    return count_rows(rows, error);
}
