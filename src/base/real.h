/* Doubles as decimals of 17 digits, quickly: a table is made of them. Their order. */
#ifndef LLR_BASE_REAL_H
#define LLR_BASE_REAL_H

#include <stdint.h>

/* What printf makes of "%.17g" in the C locale, which reads back as exactly this double. out: at
 * least LLR_NUMBER_TEXT bytes (base/text.h). Returns the length. */
int llr_real_text(double value, char *out);
/* The same for a whole number and "%lld". */
int llr_whole_text(int64_t value, char *out);

/* For qsort, of doubles without NaN: the least first. */
int llr_real_compare(const void *a, const void *b);

#endif
