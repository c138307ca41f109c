/* Arrays of numpy. Row by row as they lie, or, where the first index runs fastest, column by column
 * of the rows that are wanted: memory stays that of the rows. */
#include "base/memory.h"
#include "store/folder.h"
#include "store/npy_header.h"
#include "store/rows_format.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 20 }; /* bytes read at a time; longer than any value */

typedef struct npy {
    int file; /* owned */
    llr_number_type_t type;
    bool fortran;
    int64_t start;                    /* offset of the first value */
    int64_t row;                      /* next one */
    int64_t piece;                    /* values that fit into raw */
    int64_t word_first, words_in_raw; /* rows that raw holds, for next_word */
    char *raw;                        /* owned, PIECE */
} npy_t;

static llr_code_t fail_read(const llr_rows_t *rows, int failure, llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID, "%s: cannot be read: %s", rows->name, strerror(failure));
}

/* count values from the at-th on into every stride-th place of out. */
static llr_code_t read_run(const llr_rows_t *rows, int64_t at, int64_t count, char *out,
                           int64_t stride, llr_error_t *error)
{
    npy_t *npy = rows->state;
    int64_t step = stride * llr_dtype_size(rows->type);
    while (count > 0) {
        int64_t part = count < npy->piece ? count : npy->piece, size = npy->type.size;
        int failure = llr_read_at(npy->file, npy->start + at * size, npy->raw, part * size);
        if (failure) return fail_read(rows, failure, error);
        llr_numbers_convert(&npy->type, npy->raw, part, out, stride);
        out += part * step;
        at += part;
        count -= part;
    }
    return LLR_OK;
}

static llr_code_t next(llr_rows_t *rows, int64_t count, void *out, llr_error_t *error)
{
    npy_t *npy = rows->state;
    int64_t first = npy->row, columns = rows->columns, size = llr_dtype_size(rows->type);
    npy->row += count;
    if (!npy->fortran) return read_run(rows, first * columns, count * columns, out, 1, error);
    for (int64_t j = 0; j < columns; j++)
        LLR_TRY(
            read_run(rows, j * rows->rows + first, count, (char *)out + j * size, columns, error));
    return LLR_OK;
}

static llr_code_t next_word(llr_rows_t *rows, llr_text_t *word, llr_error_t *error)
{
    npy_t *npy = rows->state;
    int64_t size = npy->type.size, row = npy->row++;
    if (row >= npy->word_first + npy->words_in_raw) {
        int64_t left = rows->rows - row, part = left < npy->piece ? left : npy->piece;
        int failure = llr_read_at(npy->file, npy->start + row * size, npy->raw, part * size);
        if (failure) return fail_read(rows, failure, error);
        npy->word_first = row;
        npy->words_in_raw = part;
    }
    word->length = 0;
    llr_number_word(&npy->type, npy->raw + (row - npy->word_first) * size, word);
    return LLR_OK;
}

static void close_state(llr_rows_t *rows)
{
    npy_t *npy = rows->state;
    close(npy->file);
    free(npy->raw);
    free(npy);
}

static llr_code_t take_header(llr_rows_t *rows, const llr_rows_ask_t *ask, int64_t start,
                              int64_t length, llr_error_t *error)
{
    npy_t *npy = rows->state;
    llr_npy_header_t header;
    LLR_TRY(llr_npy_header_read(npy->file, start, length, rows->name, &header, error));
    LLR_TRY(llr_rows_set_shape(rows, ask, header.extent, header.ranks, error));
    rows->words = header.type.kind == 'U' || header.type.kind == 'S';
    if (rows->words && ask->role == LLR_ROLE_FEATURES)
        return llr_fail(error, LLR_INVALID, "%s: holds words; features must be numbers",
                        rows->name);
    rows->type = llr_number_type_holder(&header.type);
    npy->type = header.type;
    npy->fortran = header.fortran;
    npy->start = start + header.start;
    npy->piece = PIECE / header.type.size;
    return LLR_OK;
}

llr_code_t llr_rows_open_npy(llr_rows_t *rows, const llr_rows_ask_t *ask, int file, int64_t start,
                             int64_t length, llr_error_t *error)
{
    npy_t *npy = llr_alloc(1, sizeof *npy);
    if (!npy) {
        close(file);
        return llr_fail_memory(error, sizeof *npy, "an array");
    }
    npy->file = file;
    npy->raw = llr_alloc(PIECE, 1);
    rows->state = npy;
    rows->next = next;
    rows->next_word = next_word;
    rows->close = close_state;
    if (!npy->raw) return llr_fail_memory(error, PIECE, "an array");
    return take_header(rows, ask, start, length, error);
}
