#include "model/target.h"

#include <math.h>

/* Mean error of the parts that a class (or group) has; NaN where it has no share. */
static double mix(const llr_population_t *p, const double *error, const double *share, int32_t kind,
                  bool is_class)
{
    double sum = 0, whole = 0;
    for (int32_t a = 0; a < p->parts; a++) {
        if ((is_class ? p->part[a].class : p->part[a].group) != kind || !(share[a] > 0)) continue;
        sum += share[a] * error[a];
        whole += share[a];
    }
    return whole > 0 ? sum / whole : NAN;
}

void llr_predict_mix(const llr_population_t *p, const double *error, const double *share,
                     double *slot)
{
    for (int32_t c = 0; c < p->shape.classes; c++) slot[c] = mix(p, error, share, c, true);
    for (int32_t g = 0; g < p->shape.groups; g++)
        slot[p->shape.classes + g] = mix(p, error, share, g, false);
}

/* Test rows of a part, or -1 where they are not counted apart. */
static int64_t test_rows(const llr_facts_t *facts, const llr_part_t *part)
{
    llr_shape_t shape = facts->shape;
    const int64_t *count = facts->eval_count + LLR_SPLIT_TEST * llr_shape_slots(shape);
    if (part->group < 0) return facts->synthetic ? -1 : count[part->class];
    if (shape.classes == 2) return count[llr_shape_slot(shape, part->group, part->class)];
    return facts->group_class[part->group] >= 0 ? count[shape.classes + part->group] : -1;
}

void llr_predict_test_share(const llr_population_t *p, const llr_facts_t *facts, double *share)
{
    bool counted = true;
    for (int32_t a = 0; a < p->parts; a++) counted = counted && test_rows(facts, &p->part[a]) >= 0;
    for (int32_t a = 0; a < p->parts; a++)
        share[a] = counted ? (double)test_rows(facts, &p->part[a]) : p->part[a].share;
}

/* Totals ----------------------------------------------------------------------------------- */

static double largest(const double *error, int32_t count)
{
    double most = NAN;
    for (int32_t e = 0; e < count; e++)
        if (!isnan(error[e]) && !(error[e] <= most)) most = error[e];
    return most;
}

/* weight NULL: all count alike. */
static double mean(const double *error, const double *weight, int32_t count)
{
    double total = 0, sum = 0;
    for (int32_t e = 0; e < count; e++) {
        double share = weight ? weight[e] : 1;
        if (isnan(error[e]) || !(share > 0)) continue;
        sum += share * error[e];
        total += share;
    }
    return total > 0 ? sum / total : NAN;
}

double llr_target_total(const llr_target_t *target, const llr_population_t *p, llr_select_t select,
                        const double *error, const double *slot)
{
    switch (select) {
    case LLR_SELECT_WORST_CLASS:
        return largest(slot, p->shape.classes);
    case LLR_SELECT_WORST_GROUP:
        return largest(slot + p->shape.classes, p->shape.groups);
    case LLR_SELECT_BALANCED:
        return mean(slot, target->prior, p->shape.classes);
    default:
        return mean(error, target->share, p->parts);
    }
}

int32_t llr_target_measures(llr_shape_t shape, llr_select_t select)
{
    if (select == LLR_SELECT_WORST_CLASS) return shape.classes;
    return select == LLR_SELECT_WORST_GROUP ? shape.groups : 1;
}

void llr_target_measure(const llr_target_t *target, const llr_population_t *p, const double *error,
                        const double *slot, double *measure)
{
    bool of_groups = target->select == LLR_SELECT_WORST_GROUP;
    if (!of_groups && target->select != LLR_SELECT_WORST_CLASS) {
        *measure = llr_target_total(target, p, target->select, error, slot);
        return;
    }
    const double *own = of_groups ? slot + p->shape.classes : slot;
    for (int32_t k = 0; k < llr_target_measures(p->shape, target->select); k++)
        measure[k] = isnan(own[k]) ? 0 : own[k];
}
