/* LIBSVM text: "label index:value ...", zeros left out. Indices count from 1, or from 0 where any
 * is 0. A first pass finds rows and columns. */
#include "base/memory.h"
#include "store/rows_format.h"
#include "store/text_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct sparse {
    char *path; /* owned */
    llr_lines_t lines;
    int64_t least, most; /* indices */
} sparse_t;

static llr_code_t fail_entry(const llr_rows_t *rows, const char *entry, const char *what,
                             llr_error_t *error)
{
    const sparse_t *sparse = rows->state;
    return llr_fail(error, LLR_INVALID, "%s: line %lld: `%.40s`: %s", rows->name,
                    (long long)sparse->lines.number, entry, what);
}

static llr_code_t fail_changed(const llr_rows_t *rows, llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID, "%s: changed while it was read", rows->name);
}

/* The next word of the line, cut off in place; NULL at its end, or where a comment begins. */
static char *next_entry(char **at)
{
    char *word = *at + strspn(*at, " \t");
    size_t length = strcspn(word, " \t#");
    if (!length) return NULL;
    bool last = !word[length] || word[length] == '#';
    word[length] = '\0';
    *at = word + length + !last;
    return word;
}

/* "12:0.5". Pairs of a query id ("qid:3") are passed over: *index stays as it was. */
static llr_code_t read_entry(const llr_rows_t *rows, char *entry, int64_t *index, double *value,
                             llr_error_t *error)
{
    char *colon = strchr(entry, ':');
    int64_t found;
    if (colon && !strncmp(entry, "qid:", 4)) return LLR_OK;
    if (!colon) return fail_entry(rows, entry, "expected index:value", error);
    *colon = '\0';
    bool whole = llr_text_to_int64(entry, &found) && found >= 0 && found < INT32_MAX;
    *colon = ':';
    if (!whole) return fail_entry(rows, entry, "the index is not a whole number", error);
    if (found <= *index) return fail_entry(rows, entry, "indices must rise along a line", error);
    if (!llr_text_to_double(colon + 1, value) || !isfinite(*value))
        return fail_entry(rows, entry, "the value is not a finite number", error);
    *index = found;
    return LLR_OK;
}

/* The line's pairs into x (columns, zeroed), or (x NULL) into least and most. */
static llr_code_t read_line(llr_rows_t *rows, double *x, char **label, llr_error_t *error)
{
    sparse_t *sparse = rows->state;
    char *at = sparse->lines.line, *entry;
    int64_t index = -1;
    *label = next_entry(&at);
    if (!*label || strchr(*label, ':'))
        return fail_entry(rows, *label ? *label : "", "a line must begin with its label", error);
    if (strchr(*label, ','))
        return fail_entry(rows, *label, "several labels in one row; one is needed", error);
    while ((entry = next_entry(&at))) {
        double value = 0;
        int64_t before = index;
        LLR_TRY(read_entry(rows, entry, &index, &value, error));
        if (index == before) continue;
        if (x && (index < sparse->least || index > sparse->most)) return fail_changed(rows, error);
        if (x) x[index - sparse->least] = value;
        if (index < sparse->least) sparse->least = index;
        if (index > sparse->most) sparse->most = index;
    }
    return LLR_OK;
}

static bool is_comment(const char *line)
{
    return line[strspn(line, " \t")] == '#';
}

static llr_code_t next_line(llr_rows_t *rows, double *x, char **label, bool *more,
                            llr_error_t *error)
{
    sparse_t *sparse = rows->state;
    do LLR_TRY(llr_lines_next(&sparse->lines, more, error));
    while (*more && is_comment(sparse->lines.line));
    return *more ? read_line(rows, x, label, error) : LLR_OK;
}

static llr_code_t count_rows(llr_rows_t *rows, llr_error_t *error)
{
    sparse_t *sparse = rows->state;
    char *label;
    for (bool more = true; more; rows->rows += more)
        LLR_TRY(next_line(rows, NULL, &label, &more, error));
    rows->columns = sparse->most - sparse->least + 1;
    if (!rows->rows || sparse->most < sparse->least)
        return llr_fail(error, LLR_INVALID, "%s: has no %s", rows->name,
                        rows->rows ? "columns" : "rows");
    llr_lines_rewind(&sparse->lines);
    return LLR_OK;
}

static llr_code_t next(llr_rows_t *rows, int64_t count, void *out, llr_error_t *error)
{
    memset(out, 0, (size_t)(count * rows->columns) * sizeof(double));
    for (int64_t i = 0; i < count; i++) {
        char *label;
        bool more;
        LLR_TRY(next_line(rows, (double *)out + i * rows->columns, &label, &more, error));
        if (!more) return fail_changed(rows, error);
    }
    return LLR_OK;
}

static llr_code_t next_word(llr_rows_t *rows, llr_text_t *word, llr_error_t *error)
{
    char *label;
    bool more;
    LLR_TRY(next_line(rows, NULL, &label, &more, error));
    if (!more) return fail_changed(rows, error);
    word->length = 0;
    llr_text_add_word(word, label);
    return LLR_OK;
}

static void close_state(llr_rows_t *rows)
{
    sparse_t *sparse = rows->state;
    llr_lines_close(&sparse->lines);
    free(sparse->path);
    free(sparse);
}

llr_code_t llr_rows_open_libsvm(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *path,
                                llr_error_t *error)
{
    sparse_t *sparse = llr_alloc(1, sizeof *sparse);
    if (!sparse) return llr_fail_memory(error, sizeof *sparse, "a table");
    *rows = (llr_rows_t){rows->name,           .type = LLR_FLOAT64,
                         .next = next,         .next_word = next_word,
                         .close = close_state, .state = sparse};
    sparse->least = 1;
    sparse->path = llr_copy_text(path);
    if (!sparse->path) return llr_fail_memory(error, 0, "a path");
    if (ask->role > LLR_ROLE_LABELS)
        return llr_fail(error, LLR_INVALID, "%s: LIBSVM text holds features and labels, no %s",
                        rows->name, llr_role_name(ask->role));
    LLR_TRY(llr_lines_open(&sparse->lines, sparse->path, error));
    return count_rows(rows, error);
}
