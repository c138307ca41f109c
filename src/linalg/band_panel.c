#include "linalg/band_panel.h"

#include "linalg/cpu.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { B = LLR_BAND, LANES = 8 };

#define LEAST (DBL_MIN / DBL_EPSILON)

_Static_assert(B == 2 * LANES, "a row has two vectors");

typedef double lanes_t __attribute__((vector_size(LANES * sizeof(double))));

/* dot (B): products of a column with all columns, over the first rows. */
LLR_CPU_BODY dots_body(int64_t rows, const double *p, int column, double *dot)
{
    enum { ROWS = 4 }; /* sums that do not wait for each other */
    lanes_t sum[ROWS][2] = {0}, *to = (lanes_t *)dot;
    int64_t i = 0;
    for (; i + ROWS <= rows; i += ROWS)
#pragma GCC unroll 4
        for (int r = 0; r < ROWS; r++) {
            const lanes_t *row = (const lanes_t *)(p + (i + r) * B);
            double entry = p[(i + r) * B + column];
            sum[r][0] += entry * row[0];
            sum[r][1] += entry * row[1];
        }
    for (; i < rows; i++) {
        const lanes_t *row = (const lanes_t *)(p + i * B);
        double entry = p[i * B + column];
        sum[0][0] += entry * row[0];
        sum[0][1] += entry * row[1];
    }
    to[0] = (sum[0][0] + sum[1][0]) + (sum[2][0] + sum[3][0]);
    to[1] = (sum[0][1] + sum[1][1]) + (sum[2][1] + sum[3][1]);
}

/* Row i less p[i][column] times step. */
LLR_CPU_BODY update_body(int64_t rows, double *p, int column, const double *step)
{
    lanes_t first = ((const lanes_t *)step)[0], second = ((const lanes_t *)step)[1];
    for (int64_t i = 0; i < rows; i++) {
        lanes_t *row = (lanes_t *)(p + i * B);
        double entry = p[i * B + column];
        row[0] -= entry * first;
        row[1] -= entry * second;
    }
}

LLR_CPU_COPIES(dots, (int64_t rows, const double *p, int column, double *dot),
               (rows, p, column, dot))
LLR_CPU_COPIES(update, (int64_t rows, double *p, int column, const double *step),
               (rows, p, column, step))

/* The reflector of a column that leaves zeros above the row of its end, applied to the columns
 * before it. With x the column, v = x / (alpha - beta) but for its end, which is 1. */
static double reflect(int64_t end, double *p, int column)
{
    double dot[B] __attribute__((aligned(64))), step[B] __attribute__((aligned(64)));
    double *last = p + end * B, alpha = last[column];
    dots_here(end, p, column, dot);
    if (!(dot[column] > LEAST)) return 0; /* zeros, or so little that its root is unknown */
    double beta = -copysign(sqrt(alpha * alpha + dot[column]), alpha), scale = 1 / (alpha - beta);
    double tau = (beta - alpha) / beta;
    memset(step, 0, sizeof step);
    for (int j = 0; j < column; j++) {
        double product = tau * (scale * dot[j] + last[j]);
        last[j] -= product;
        step[j] = scale * product;
    }
    update_here(end, p, column, step);
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
