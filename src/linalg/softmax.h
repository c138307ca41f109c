/* Cross-entropy of rows along a line, with its derivatives, in the widest vectors the CPU has.
 * Scores are columns x rows. */
#ifndef LLR_LINALG_SOFTMAX_H
#define LLR_LINALG_SOFTMAX_H

#include <stdint.h>

typedef struct llr_softmax {
    int64_t rows; /* between the columns of an array */
    int32_t columns;
    const double *score, *direction; /* borrowed, columns x rows; direction may be NULL: zero */
    double t;                        /* the point: score + t direction + b */
    const double *b;                 /* borrowed, columns */
    double *residual;                /* borrowed, columns x rows, or NULL */
    double *work;                    /* borrowed, llr_softmax_work(columns), 64-byte aligned */
} llr_softmax_t;

int64_t llr_softmax_work(int32_t columns);

/* Rows first .. first + count - 1, of one class and weight: returns weight * their cross-entropy;
 * adds its derivatives by (t, b) to gradient (columns + 1) and to the lower triangle of hessian
 * (columns + 1 squared), and sets residual to the derivatives by their scores. */
double llr_softmax_rows(const llr_softmax_t *softmax, int64_t first, int64_t count, int32_t class,
                        double weight, double *gradient, double *hessian);

#endif
