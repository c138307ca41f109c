/* Loss, residuals and curvature row by row. */
#include "linalg/logistic.h"
#include "model/solve_margin.h"
#include "model/solve_point.h"

#include <stddef.h>

static double square_rows(const llr_margin_t *margin, int32_t s, double a, const double *score,
                          const double *b, double *residual)
{
    const llr_sample_t *sample = margin->sample;
    double value = 0;
    for (int32_t k = 0; k < margin->columns; k++) {
        double target = llr_square_target(sample->classes, sample->stratum_class[s], k);
        for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++) {
            double miss = score[k * sample->rows + i] + b[k] - target;
            value += 0.5 * a * miss * miss;
            if (residual) residual[k * sample->rows + i] = a * miss;
        }
    }
    return value;
}

static double binary_rows(const llr_margin_t *margin, int32_t s, double a, const double *score,
                          const double *b, double *residual)
{
    const llr_sample_t *sample = margin->sample;
    int64_t first = sample->stratum_start[s], rows = sample->stratum_start[s + 1] - first;
    double sign = sample->stratum_class[s] ? 1 : -1;
    return a * llr_logistic_loss(rows, sign, score + first, b[0], a,
                                 residual ? residual + first : NULL);
}

/* Shares of the classes in one row, into the work array; the loss. */
static double shares(const llr_margin_t *margin, const double *score, const double *b, int64_t row,
                     int32_t class)
{
    for (int32_t k = 0; k < margin->columns; k++)
        margin->work[k] = score[k * margin->sample->rows + row] + b[k];
    return llr_softmax_point(margin->work, margin->columns, class);
}

static double softmax_rows(const llr_margin_t *margin, int32_t s, double a, const double *score,
                           const double *b, double *residual)
{
    const llr_sample_t *sample = margin->sample;
    int32_t class = sample->stratum_class[s];
    double value = 0;
    for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++) {
        value += a * shares(margin, score, b, i, class);
        for (int32_t k = 0; residual && k < margin->columns; k++)
            residual[k * sample->rows + i] = a * (margin->work[k] - (k == class));
    }
    return value;
}

double llr_margin_loss(const llr_margin_t *margin, const double *score, const double *b,
                       double *residual)
{
    double value = 0;
    for (int32_t s = 0; s < margin->sample->strata; s++) {
        double a = margin->weight[s] / (double)margin->sample->rows;
        if (margin->loss == LLR_LOSS_SQUARE)
            value += square_rows(margin, s, a, score, b, residual);
        else if (margin->columns == 1)
            value += binary_rows(margin, s, a, score, b, residual);
        else
            value += softmax_rows(margin, s, a, score, b, residual);
    }
    return value;
}

/* a p (1 - p), p the share of a column, of one stratum. */
static void softmax_curvature(const llr_margin_t *margin, int32_t s, double a, const double *score,
                              const double *b, int32_t column, double *curvature)
{
    const llr_sample_t *sample = margin->sample;
    for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++) {
        shares(margin, score, b, i, 0);
        curvature[i] = a * margin->work[column] * (1 - margin->work[column]);
    }
}

void llr_margin_curvature(const llr_margin_t *margin, const double *score, const double *b,
                          int32_t column, double *curvature)
{
    const llr_sample_t *sample = margin->sample;
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = margin->weight[s] / (double)sample->rows;
        int64_t first = sample->stratum_start[s], last = sample->stratum_start[s + 1];
        if (margin->loss == LLR_LOSS_SQUARE)
            for (int64_t i = first; i < last; i++) curvature[i] = a;
        else if (margin->columns == 1)
            llr_logistic_curvature(last - first, score + first, b[0], a, curvature + first);
        else
            softmax_curvature(margin, s, a, score, b, column, curvature);
    }
}
