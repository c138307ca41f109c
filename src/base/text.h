/* Text: growing strings, numbers as text, the nearest word, lists of findings. */
#ifndef LLR_BASE_TEXT_H
#define LLR_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A growing string, always terminated once something was added. Out of memory sets failed and
 * later additions are ignored. Zero-initialise; free with llr_text_destroy. */
typedef struct llr_text {
    char *data; /* owned; NULL while empty */
    int64_t length, room;
    int failed;
} llr_text_t;

void llr_text_add(llr_text_t *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void llr_text_add_bytes(llr_text_t *text, const void *bytes, int64_t count);
void llr_text_add_word(llr_text_t *text, const char *word);
/* Room for so many bytes more behind the text, or NULL; length is the caller's to raise. */
char *llr_text_room(llr_text_t *text, int64_t extra);
void llr_text_destroy(llr_text_t *text);

enum { LLR_NUMBER_TEXT = 32 };

/* The shortest decimal that reads back as exactly this double ("0.1", "1e-08", "inf"), whatever
 * the locale. out: at least LLR_NUMBER_TEXT bytes. Returns out. */
char *llr_number_text(double value, char *out);

/* Whole text as a number: 1 if it is one (locale-independent), else 0. */
int llr_text_to_double(const char *text, double *value);
int llr_text_to_int64(const char *text, int64_t *value);

/* The word of the list nearest to the given one by edit distance, or NULL when none is near enough
 * to be a typo of it. */
const char *llr_nearest_word(const char *word, const char *const *words, int64_t count);

/* Bytes in human units ("1.5 GiB"). out: at least LLR_NUMBER_TEXT bytes. Returns out. */
char *llr_bytes_text(double bytes, char *out);

/* The inverse, for whole bytes ("4GiB", "512 MiB", "1.5 TiB", "100000"): 1 if it is one, else 0. */
int llr_text_to_bytes(const char *text, int64_t *bytes);

/* Mistakes found in what a user gave, one line each; all are collected before any is printed. */
typedef struct llr_findings {
    char **line; /* owned, each owned */
    int64_t count, room;
    int failed; /* out of memory */
} llr_findings_t;

void llr_findings_add(llr_findings_t *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void llr_findings_destroy(llr_findings_t *findings);

#endif
