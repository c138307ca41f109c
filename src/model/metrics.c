#include "model/metrics.h"

int32_t llr_predict(const double *score, int32_t columns)
{
    if (columns == 1) return score[0] > 0;
    int32_t best = 0;
    for (int32_t k = 1; k < columns; k++)
        if (score[k] > score[best]) best = k;
    return best;
}

int llr_row_slots(llr_shape_t shape, int32_t label, int32_t group, int64_t slot[LLR_ROW_SLOTS])
{
    int slots = 0;
    slot[slots++] = label;
    if (shape.groups) slot[slots++] = shape.classes + group;
    if (shape.groups && shape.classes == 2) slot[slots++] = llr_shape_slot(shape, group, label);
    return slots;
}

void llr_count_correct(const double *score, int64_t rows, int64_t fits, int32_t columns,
                       const int32_t *label, const int32_t *group, llr_shape_t shape,
                       int64_t *correct)
{
    int64_t all = llr_shape_slots(shape), slot[LLR_ROW_SLOTS];
    for (int64_t i = 0; i < rows; i++) {
        int slots = llr_row_slots(shape, label[i], group ? group[i] : 0, slot);
        for (int64_t f = 0; f < fits; f++) {
            const double *mine = score + (i * fits + f) * columns;
            int hit = llr_predict(mine, columns) == label[i];
            for (int s = 0; s < slots; s++) correct[f * all + slot[s]] += hit;
        }
    }
}
