#include "model/metrics.h"

int32_t llr_predict(const double *score, int32_t columns)
{
    if (columns == 1) return score[0] > 0;
    int32_t best = 0;
    for (int32_t k = 1; k < columns; k++)
        if (score[k] > score[best]) best = k;
    return best;
}

void llr_count_correct(const double *score, int64_t rows, int64_t fits, int32_t columns,
                       const int32_t *label, const int32_t *group, llr_shape_t shape,
                       int64_t *correct)
{
    int64_t slots = llr_shape_slots(shape);
    bool odds = shape.classes == 2;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t f = 0; f < fits; f++) {
            const double *mine = score + (i * fits + f) * columns;
            int64_t *counts = correct + f * slots;
            int hit = llr_predict(mine, columns) == label[i];
            counts[label[i]] += hit;
            if (group) counts[shape.classes + group[i]] += hit;
            if (group && odds) counts[llr_shape_slot(shape, group[i], label[i])] += hit;
        }
}
