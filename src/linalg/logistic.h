/* The two-class logistic loss over many rows, in the widest vectors the CPU has (last
 * digits depend on its kind). A row's margin is sign * score; its loss is
 * log(1 + exp(-margin)), its share p = 1 / (1 + exp(margin)). Both are exact to a few units in the
 * last place, also where they are tiny. */
#ifndef LLR_LINALG_LOGISTIC_H
#define LLR_LINALG_LOGISTIC_H

#include <stdint.h>

/* Sums over the rows of one sign at score + t direction + b: the loss, its derivatives by (t, b),
 * and its second derivatives by (t, t), (t, b), (b, b). */
typedef struct llr_logistic_sums {
    double loss, slope[2], curvature[3];
} llr_logistic_sums_t;

/* direction: rows, or NULL for zeros. sign: 1 or -1. */
void llr_logistic_line(int64_t rows, double sign, const double *score, const double *direction,
                       double t, double b, llr_logistic_sums_t *sums);

/* The sum of the losses at score + b. residual (rows, or NULL): scale times their derivatives. */
double llr_logistic_loss(int64_t rows, double sign, const double *score, double b, double scale,
                         double *residual);

/* curvature (rows) = scale p (1 - p) at score + b, whatever the sign. */
void llr_logistic_curvature(int64_t rows, const double *score, double b, double scale,
                            double *curvature);

#endif
