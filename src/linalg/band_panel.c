#include "linalg/band_panel.h"

#include "linalg/cpu.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { B = LLR_BAND };

#define LEAST (DBL_MIN / DBL_EPSILON)

#define LLR_KERNELS "linalg/band_panel_kernels.h"
#include "linalg/each_cpu.h"

/* The reflector of a column that leaves zeros above the row of its end, applied to the columns
 * before it. With x the column, v = x / (alpha - beta) but for its end, which is 1. */
static double reflect(int64_t end, double *p, int column)
{
    double dot[B] __attribute__((aligned(64))), step[B] __attribute__((aligned(64)));
    double *last = p + end * B, alpha = last[column];
    LLR_CPU_CALL(dots, end, p, column, dot);
    if (!(dot[column] > LEAST)) return 0; /* zeros, or so little that its root is unknown */
    double beta = -copysign(sqrt(alpha * alpha + dot[column]), alpha), scale = 1 / (alpha - beta);
    double tau = (beta - alpha) / beta;
    memset(step, 0, sizeof step);
    for (int j = 0; j < column; j++) {
        double product = tau * (scale * dot[j] + last[j]);
        last[j] -= product;
        step[j] = scale * product;
    }
    LLR_CPU_CALL(update, end, p, column, step);
    for (int64_t i = 0; i < end; i++) p[i * B + column] *= scale;
    last[column] = beta;
    return tau;
}

void llr_band_panel(int64_t rows, double *p, double *tau)
{
    for (int column = B - 1; column >= 0; column--) {
        int64_t end = rows - B + column;
        tau[column] = end >= 0 ? reflect(end, p, column) : 0;
    }
}

void llr_band_panel_factor(int64_t rows, const double *v, const double *tau, double *t)
{
    double product[B * B];
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, B, B, (int)rows, 1, v, B, v, B, 0, product,
                B);
    memset(t, 0, B * B * sizeof *t);
    for (int i = B - 1; i >= 0; i--) {
        t[i * B + i] = tau[i];
        for (int r = i + 1; r < B; r++) {
            double sum = 0;
            for (int k = i + 1; k <= r; k++) sum += t[r * B + k] * product[k * B + i];
            t[r * B + i] = -tau[i] * sum;
        }
    }
}
