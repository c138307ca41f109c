/* Numbers and words as numpy stores them, any width and byte order. */
#ifndef LLR_STORE_NUMBER_TYPE_H
#define LLR_STORE_NUMBER_TYPE_H

#include "base/text.h"
#include "store/source.h"

typedef struct llr_number_type {
    char
        kind; /* f float, i integer, u unsigned, b boolean; U words of 4-byte characters, S bytes */
    int size; /* bytes of a value */
    bool swapped; /* byte order is not this machine's */
} llr_number_type_t;

/* The type of "<f4". LLR_INVALID: one that holds no numbers or words, or none that is taken; name
 * is the file's. */
llr_code_t llr_number_type_read(const char *name, const char *descr, llr_number_type_t *type,
                                llr_error_t *error);

/* float32 where it holds every value of the type. */
llr_dtype_t llr_number_type_holder(const llr_number_type_t *type);

/* count values from raw, which is overwritten, to every stride-th place of out (of the holder's
 * type). Not for words. */
void llr_numbers_convert(const llr_number_type_t *type, char *raw, int64_t count, void *out,
                         int64_t stride);

/* Appends the value at raw as a word: "3", "0.5", "cat" (as UTF-8). */
void llr_number_word(const llr_number_type_t *type, const char *raw, llr_text_t *word);

#endif
