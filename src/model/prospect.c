#include "model/prospect.h"

#include "model/weights.h"
#include "theory/descent.h"

#include <math.h>
#include <stdlib.h>

/* Numbers of an expectation. */
static int64_t expected_numbers(llr_shape_t shape)
{
    return (int64_t)shape.kinds + shape.classes + shape.groups;
}

llr_code_t llr_expected_create(llr_expected_t *expected, llr_shape_t shape, llr_error_t *error)
{
    int64_t numbers = expected_numbers(shape);
    *expected = (llr_expected_t){.weight = llr_alloc(numbers, sizeof(double))};
    if (!expected->weight) return llr_fail_memory(error, numbers * 8, "predictions");
    expected->error = expected->weight + shape.kinds;
    return LLR_OK;
}

void llr_expected_destroy(llr_expected_t *expected)
{
    free(expected->weight);
    *expected = (llr_expected_t){0};
}

int64_t llr_prospect_bytes(llr_shape_t shape, int32_t parts, int64_t dim)
{
    return llr_arena_cost(parts, sizeof(double)) +
           llr_arena_cost(expected_numbers(shape), sizeof(double)) +
           llr_predictor_bytes(shape, parts, dim);
}

llr_code_t llr_prospect_take(llr_prospect_t *prospect, const llr_population_t *population,
                             const llr_training_t *training, const llr_target_t *target,
                             llr_arena_t *arena, llr_error_t *error)
{
    prospect->population = population;
    prospect->training = *training;
    prospect->target = *target;
    prospect->predictor = NULL;
    LLR_TAKE(prospect->error, arena, population->parts, error);
    LLR_TAKE(prospect->spare, arena, expected_numbers(population->shape), error);
    if (!llr_predict_covers(training->loss, population->shape.classes)) return LLR_OK;
    return llr_predictor_create(&prospect->predictor, population, training, arena, error);
}

llr_code_t llr_prospect_open(llr_prospect_t *prospect, const llr_population_t *population,
                             const llr_training_t *training, const llr_target_t *target,
                             llr_error_t *error)
{
    int64_t bytes = llr_prospect_bytes(population->shape, population->parts, population->dim);
    *prospect = (llr_prospect_t){0};
    LLR_TRY(llr_arena_create(&prospect->arena, bytes, error));
    return llr_prospect_take(prospect, population, training, target, &prospect->arena, error);
}

void llr_prospect_close(llr_prospect_t *prospect)
{
    llr_arena_destroy(&prospect->arena);
    *prospect = (llr_prospect_t){0};
}

/* Weights -------------------------------------------------------------------------------------- */

static bool are_finite(const double *weight, const double *prior, int32_t kinds)
{
    for (int32_t k = 0; k < kinds; k++)
        if (prior[k] > 0 && !(isfinite(weight[k]) && weight[k] > 0)) return false;
    return true;
}

static void find_best(llr_prospect_t *o, double lambda, double *weight)
{
    double least;
    llr_code_t code = LLR_FAILED;
    if (o->predictor)
        code = llr_predict_best(o->predictor, &o->target, lambda, LLR_PROSPECT_EVALUATIONS, weight,
                                &least, NULL);
    for (int32_t k = 0; code != LLR_OK && k < o->population->shape.kinds; k++) weight[k] = NAN;
}

static void weigh(llr_prospect_t *o, const llr_weighting_t *weighting, double lambda,
                  double *weight)
{
    const llr_population_t *population = o->population;
    const double *prior = o->training.prior;
    int32_t kinds = population->shape.kinds;
    for (int32_t k = 0; k < kinds; k++) weight[k] = NAN; /* a ratio of more than two kinds */
    if (weighting->rule == LLR_RULE_RATIO && kinds == 2)
        llr_theory_ratio_weights(prior, log(weighting->value), weight);
    else if (weighting->rule == LLR_RULE_PAPER || weighting->rule == LLR_RULE_THUMB)
        llr_weights_by_rule(weighting->rule, population, lambda, o->training.n, prior, weight);
    else if (weighting->rule == LLR_RULE_THEORY)
        find_best(o, lambda, weight);
    else if (weighting->rule == LLR_RULE_EXPONENT)
        llr_theory_exponent_weights(prior, kinds, weighting->value, weight);
    else if (weighting->rule == LLR_RULE_UNIFORM || weighting->rule == LLR_RULE_INVERSE_PRIOR)
        llr_theory_exponent_weights(prior, kinds, weighting->rule == LLR_RULE_INVERSE_PRIOR,
                                    weight);
}

/* Of two kinds, the one with fewer rows; ties as in model/weights.h. */
static void find_ratio(const double *prior, int32_t kinds, llr_expected_t *f)
{
    int minority = kinds == 2 && prior[1] <= prior[0];
    f->gamma = f->rho = NAN;
    if (kinds != 2 || !f->finite) return;
    f->rho = f->weight[minority] / f->weight[1 - minority];
    if (prior[0] != prior[1]) f->gamma = log(f->rho) / log(prior[1 - minority] / prior[minority]);
}

/* The exponent as given, not as the weights give it back. */
static void name_exponent(const llr_weighting_t *weighting, llr_expected_t *f)
{
    if (weighting->rule == LLR_RULE_EXPONENT) f->gamma = weighting->value;
    if (weighting->rule == LLR_RULE_UNIFORM) f->gamma = 0;
    if (weighting->rule == LLR_RULE_INVERSE_PRIOR) f->gamma = 1;
}

/* Errors --------------------------------------------------------------------------------------- */

static double total_of(const llr_prospect_t *o, const llr_expected_t *f, llr_select_t select)
{
    return llr_target_total(&o->target, o->population, select, o->error, f->error);
}

static void clear_errors(llr_shape_t shape, llr_expected_t *f)
{
    f->found = false;
    f->df = f->value = f->worst_class = f->worst_group = f->balanced = f->overall = NAN;
    for (int32_t s = 0; s < shape.classes + shape.groups; s++) f->error[s] = NAN;
}

static void predict(llr_prospect_t *o, llr_expected_t *f)
{
    llr_shape_t shape = o->population->shape;
    llr_prediction_t out = {.error = o->error};
    clear_errors(shape, f);
    if (!f->finite || !o->predictor) return;
    llr_predict_errors(o->predictor, f->weight, f->lambda, &out);
    if (!out.found) return;
    llr_predict_mix(o->population, o->error, o->target.share, f->error);
    f->found = true;
    f->df = out.df;
    f->worst_class = total_of(o, f, LLR_SELECT_WORST_CLASS);
    f->worst_group = total_of(o, f, LLR_SELECT_WORST_GROUP);
    f->balanced = total_of(o, f, LLR_SELECT_BALANCED);
    f->overall = total_of(o, f, LLR_SELECT_OVERALL);
    f->value = total_of(o, f, o->target.select);
}

void llr_prospect_weights(llr_prospect_t *prospect, double lambda, llr_expected_t *expected)
{
    int32_t kinds = prospect->population->shape.kinds;
    expected->lambda = lambda;
    expected->finite = are_finite(expected->weight, prospect->training.prior, kinds);
    find_ratio(prospect->training.prior, kinds, expected);
    predict(prospect, expected);
}

void llr_prospect_rule(llr_prospect_t *prospect, const llr_weighting_t *weighting, double lambda,
                       llr_expected_t *expected)
{
    weigh(prospect, weighting, lambda, expected->weight);
    llr_prospect_weights(prospect, lambda, expected);
    name_exponent(weighting, expected);
}

/* Who is predicted ----------------------------------------------------------------------------- */

void llr_prospect_shift(const llr_population_t *population, llr_by_t by, const double *prior,
                        double *share)
{
    int32_t kinds = by == LLR_BY_GROUP ? population->shape.groups : population->shape.classes;
    for (int32_t k = 0; k < kinds; k++) {
        double total = 0;
        for (int pass = 0; pass < 2; pass++)
            for (int32_t p = 0; p < population->parts; p++) {
                const llr_part_t *part = &population->part[p];
                if ((by == LLR_BY_GROUP ? part->group : part->class) != k) continue;
                if (pass)
                    share[p] *= total > 0 ? prior[k] / total : 0;
                else
                    total += share[p];
            }
    }
}
