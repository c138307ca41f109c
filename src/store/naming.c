#include "store/naming.h"

#include "base/hash.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KINDS = 100000, PLACES = 1 << 18 };

typedef struct kind {
    char *word;   /* owned */
    int64_t row;  /* where it stands first */
    double value; /* where all are whole numbers */
    int32_t order;
} kind_t;

/* All different words so far, found by their hash (open addressing). */
typedef struct dictionary {
    kind_t *kind; /* owned, count */
    int64_t count, room;
    int32_t *place; /* owned, PLACES: 1 + index of a kind, or 0 */
} dictionary_t;

static int32_t *find_place(const dictionary_t *words, const llr_text_t *word)
{
    uint64_t at = llr_hash_bytes(word->data, word->length).low % PLACES;
    while (words->place[at] && strcmp(words->kind[words->place[at] - 1].word, word->data))
        at = (at + 1) % PLACES;
    return &words->place[at];
}

static llr_code_t add_kind(dictionary_t *words, const llr_rows_t *list, const llr_text_t *word,
                           int64_t row, int32_t *place, llr_error_t *error)
{
    if (words->count == MOST_KINDS)
        return llr_fail(error, LLR_INVALID,
                        "%s: has more than %d different values; they do not look like classes",
                        list->name, MOST_KINDS);
    if (llr_grow((void **)&words->kind, words->count, &words->room, sizeof *words->kind))
        return llr_fail_memory(error, words->count, "the names of classes");
    words->kind[words->count] = (kind_t){.word = llr_copy_text(word->data), .row = row};
    *place = (int32_t)++words->count;
    return words->kind[words->count - 1].word ? LLR_OK
                                              : llr_fail_memory(error, word->length, "a name");
}

static llr_code_t find_kind(dictionary_t *words, const llr_rows_t *list, const llr_text_t *word,
                            int64_t row, int32_t *index, llr_error_t *error)
{
    if (!word->length || word->failed)
        return word->failed ? llr_fail_memory(error, word->length, "a name")
                            : llr_fail(error, LLR_INVALID, "%s: row %lld is empty", list->name,
                                       (long long)row);
    int32_t *place = find_place(words, word);
    if (!*place) LLR_TRY(add_kind(words, list, word, row, place, error));
    *index = *place - 1;
    return LLR_OK;
}

/* Order ------------------------------------------------------------------------------------ */

static int by_word(const void *a, const void *b)
{
    return strcmp(((const kind_t *)a)->word, ((const kind_t *)b)->word);
}

static int by_value(const void *a, const void *b)
{
    const kind_t *x = a, *y = b;
    return x->value != y->value ? (x->value > y->value) - (x->value < y->value) : by_word(a, b);
}

/* Whole numbers all? Broken ones are refused, unless they are words by their type. */
static llr_code_t find_values(dictionary_t *words, const llr_rows_t *list, bool *whole,
                              llr_error_t *error)
{
    const kind_t *broken = NULL;
    *whole = true;
    for (int64_t k = 0; k < words->count && *whole; k++) {
        kind_t *kind = &words->kind[k];
        *whole = llr_text_to_double(kind->word, &kind->value);
        if (!broken && *whole && !(kind->value == floor(kind->value) && isfinite(kind->value)))
            broken = kind;
    }
    if (!*whole || !broken) return LLR_OK;
    *whole = false;
    if (list->words) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "%s: row %lld has value %.40s; values must be whole numbers or words",
                    list->name, (long long)broken->row, broken->word);
}

/* Whole numbers written in two ways ("1", "1.0") are one kind. */
static bool is_same(const kind_t *a, const kind_t *b, bool whole)
{
    return whole && fabs(a->value) < 9e15 && a->value == b->value;
}

/* Sorts the kinds; new_index[k] becomes the final one of the k-th found. */
static int32_t number_kinds(dictionary_t *words, bool whole, int32_t *new_index)
{
    int32_t count = 0;
    for (int32_t k = 0; k < words->count; k++) words->kind[k].order = k;
    qsort(words->kind, (size_t)words->count, sizeof *words->kind, whole ? by_value : by_word);
    for (int64_t k = 0; k < words->count; k++) {
        if (k && !is_same(&words->kind[k - 1], &words->kind[k], whole)) count++;
        new_index[words->kind[k].order] = count;
    }
    return count + 1;
}

/* Whole numbers without sign or point that some writers add: "1" for "+1" and "1.0". */
static char *name_of(const kind_t *kind, bool whole)
{
    char text[LLR_NUMBER_TEXT];
    if (!whole || fabs(kind->value) >= 9e15) return llr_copy_text(kind->word);
    snprintf(text, sizeof text, "%lld", (long long)kind->value);
    return llr_copy_text(text);
}

static llr_code_t take_names(llr_naming_t *naming, dictionary_t *words, bool whole,
                             const int32_t *new_index, llr_error_t *error)
{
    bool plain = whole;
    for (int64_t k = 0; k < words->count; k++)
        plain = plain && words->kind[k].value == new_index[words->kind[k].order];
    if (plain) return LLR_OK;
    naming->name = llr_alloc(naming->count, sizeof *naming->name);
    if (!naming->name) return llr_fail_memory(error, naming->count, "the names of classes");
    for (int64_t k = 0; k < words->count; k++) {
        char **name = &naming->name[new_index[words->kind[k].order]];
        if (!*name) *name = name_of(&words->kind[k], whole);
        if (!*name) return llr_fail_memory(error, naming->count, "the names of classes");
    }
    return LLR_OK;
}

static llr_code_t settle(llr_naming_t *naming, dictionary_t *words, const llr_rows_t *list,
                         int64_t rows, llr_error_t *error)
{
    bool whole;
    LLR_TRY(find_values(words, list, &whole, error));
    int32_t *new_index = llr_alloc(words->count, sizeof *new_index);
    if (!new_index) return llr_fail_memory(error, words->count, "the names of classes");
    naming->count = number_kinds(words, whole, new_index);
    for (int64_t i = 0; i < rows; i++) naming->index[i] = new_index[naming->index[i]];
    llr_code_t code = take_names(naming, words, whole, new_index, error);
    free(new_index);
    return code;
}

/* Reading ---------------------------------------------------------------------------------- */

static llr_code_t fail_rows(const llr_rows_t *list, int64_t rows, const char *features,
                            llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID, "%s: has %lld rows, but %s has %lld", list->name,
                    (long long)list->rows, features, (long long)rows);
}

/* One row too many, and the first is a word, or the 0 that pandas writes: a header. */
static llr_code_t pass_header(llr_rows_t *list, int64_t rows, const char *features,
                              llr_text_t *word, llr_error_t *error)
{
    double value;
    if (list->rows == rows) return LLR_OK;
    if (list->rows != rows + 1 || !list->may_have_header)
        return fail_rows(list, rows, features, error);
    LLR_TRY(list->next_word(list, word, error));
    bool header = !llr_text_to_double(word->data, &value) || !strcmp(word->data, "0");
    return header ? LLR_OK : fail_rows(list, rows, features, error);
}

static llr_code_t read_all(llr_naming_t *naming, dictionary_t *words, llr_rows_t *list,
                           int64_t rows, const char *features, llr_text_t *word, llr_error_t *error)
{
    if (!naming->index || !words->place)
        return llr_fail_memory(error, rows * (int64_t)sizeof *naming->index, "a list");
    llr_text_add_word(word, "");
    LLR_TRY(pass_header(list, rows, features, word, error));
    for (int64_t i = 0; i < rows; i++) {
        LLR_TRY(list->next_word(list, word, error));
        LLR_TRY(find_kind(words, list, word, i, &naming->index[i], error));
    }
    return settle(naming, words, list, rows, error);
}

llr_code_t llr_naming_read(llr_naming_t *naming, llr_rows_t *list, int64_t rows,
                           const char *features, llr_error_t *error)
{
    llr_text_t word = {0};
    dictionary_t words = {.place = llr_alloc(PLACES, sizeof *words.place)};
    *naming = (llr_naming_t){.index = llr_alloc(rows, sizeof *naming->index)};
    llr_code_t code = read_all(naming, &words, list, rows, features, &word, error);
    for (int64_t k = 0; k < words.count; k++) free(words.kind[k].word);
    free(words.kind);
    free(words.place);
    llr_text_destroy(&word);
    return code;
}

void llr_naming_destroy(llr_naming_t *naming)
{
    for (int32_t k = 0; naming->name && k < naming->count; k++) free(naming->name[k]);
    free(naming->name);
    free(naming->index);
    *naming = (llr_naming_t){0};
}
