/* Loss, residuals and curvature row by row. */
#include "linalg/logistic.h"
#include "model/solve_margin.h"

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

double llr_margin_loss(const llr_margin_t *margin, const double *score, const double *b,
                       double *residual)
{
    double value = 0;
    for (int32_t s = 0; s < margin->sample->strata; s++) {
        double a = margin->weight[s] / (double)margin->sample->rows;
        value += margin->loss == LLR_LOSS_SQUARE ? square_rows(margin, s, a, score, b, residual)
                                                 : binary_rows(margin, s, a, score, b, residual);
    }
    return value;
}

void llr_margin_curvature(const llr_margin_t *margin, const double *score, const double *b,
                          double *curvature)
{
    const llr_sample_t *sample = margin->sample;
    for (int32_t s = 0; s < sample->strata; s++) {
        int64_t first = sample->stratum_start[s], rows = sample->stratum_start[s + 1] - first;
        llr_logistic_curvature(rows, score + first, b[0], margin->weight[s] / (double)sample->rows,
                               curvature + first);
    }
}
