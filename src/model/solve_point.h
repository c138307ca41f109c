/* The softmax loss at one row. Private to the solvers. */
#ifndef LLR_MODEL_SOLVE_POINT_H
#define LLR_MODEL_SOLVE_POINT_H

#include <math.h>
#include <stdint.h>

/* score: columns, replaced by the shares of the classes. Returns the cross-entropy. */
static inline double llr_softmax_point(double *score, int32_t columns, int32_t class)
{
    double most = score[0], sum = 0, own = score[class];
    for (int32_t k = 1; k < columns; k++) most = score[k] > most ? score[k] : most;
    for (int32_t k = 0; k < columns; k++) sum += score[k] = exp(score[k] - most);
    for (int32_t k = 0; k < columns; k++) score[k] /= sum;
    /* Near 0 the loss is the share of the other classes, without cancellation. */
    double rest = 0;
    for (int32_t k = 0; k < columns; k++)
        if (k != class) rest += score[k];
    return rest < 0.5 ? -log1p(-rest) : most - own + log(sum);
}

#endif
