/* Gram matrices of many rows of few columns, in which BLAS spends a fourth of its time on packing
 * the rows twice. */
#ifndef LLR_LINALG_GRAM_H
#define LLR_LINALG_GRAM_H

#include <stdint.h>

/* Rows that are summed up on their own before they are added to the others: less rounding. */
enum { LLR_GRAM_ROWS = 120 };

/* Doubles of room for up to so many rows. */
int64_t llr_gram_room(int64_t rows, int64_t n);

/* Lower triangle of c (n x n, row-major) = x' x, and sum (n) = the sum of the rows of x (rows x n,
 * row-major). room: 64-byte aligned. */
void llr_gram_of(int64_t rows, int64_t n, const double *x, double *sum, double *c, double *room);

#endif
