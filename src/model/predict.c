#include "model/predict.h"

#include "model/weights.h"
#include "theory/classes.h"
#include "theory/descent.h"
#include "theory/spectral.h"

#include <math.h>
#include <string.h>

/* Covariances that differ by less are predicted about as well by one. */
static const double about_equal = .05;

struct llr_predictor {
    const llr_population_t *population;
    llr_training_t training;
    llr_form_t form;
    llr_arena_t *arena;
    llr_quadrature_t quadrature;
    double *prior;               /* kinds */
    double *share, *weight;      /* parts */
    double *rows;                /* parts: of the pool; infinite where exact */
    int *target;                 /* parts: +1, -1 */
    int32_t *class;              /* parts */
    llr_theory_point_t point;    /* spectral: the last one */
    llr_theory_grouped_t last;   /* general: the last one */
    llr_theory_grouped_t next;   /* the one being solved for */
    llr_theory_classed_t scores; /* more than two classes */
    double *error;               /* parts: of a search */
    double *slot;                /* classes + groups: likewise */
};

bool llr_predict_covers(llr_loss_t loss, int32_t classes)
{
    return loss == LLR_LOSS_SQUARE || classes == 2;
}

llr_form_t llr_predict_form(const llr_population_t *p, llr_form_t form)
{
    if (form != LLR_FORM_AUTO && form != LLR_FORM_NONE) return form;
    bool is_plain = p->shape.classes == 2 && p->parts == 2 && p->inequality <= about_equal;
    return is_plain ? LLR_FORM_SPECTRAL : LLR_FORM_GENERAL;
}

/* Of any target. */
static int32_t most_measures(llr_shape_t shape)
{
    return shape.groups > shape.classes ? shape.groups : shape.classes;
}

void llr_predict_form_words(const llr_population_t *population, llr_form_t form, llr_text_t *out)
{
    form = llr_predict_form(population, form);
    llr_text_add(out, "%s form, covariances %.3g %% unequal", llr_form_name(form),
                 100 * population->inequality);
}

int64_t llr_predictor_bytes(llr_shape_t shape, int32_t parts, int64_t dim)
{
    int64_t d = sizeof(double), classes = shape.classes;
    int32_t columns = shape.classes == 2 ? 1 : shape.classes;
    return llr_arena_cost(1, sizeof(llr_predictor_t)) + llr_arena_cost(shape.kinds, d) +
           5 * llr_arena_cost(parts, d) + llr_arena_cost(parts, sizeof(int)) +
           llr_arena_cost(parts, sizeof(int32_t)) + 2 * llr_arena_cost(LLR_THEORY_NODES, d) +
           2 * llr_arena_cost(parts, sizeof(llr_theory_group_t)) +
           llr_arena_cost(classes + shape.groups, d) + llr_arena_cost(parts * classes, d) +
           llr_arena_cost(classes, d) + llr_arena_cost(parts * classes * classes, d) +
           llr_arena_cost(parts, d) + llr_arena_cost(shape.kinds + 1, d) +
           llr_arena_cost(llr_theory_descent_room(shape.kinds + 1, most_measures(shape)), d) +
           llr_arena_cost(most_measures(shape), d) + llr_theory_general_bytes(parts, dim, columns);
}

static llr_code_t take_quadrature(llr_predictor_t *p, llr_error_t *error)
{
    llr_quadrature_t made;
    if (p->training.loss == LLR_LOSS_SQUARE) return LLR_OK;
    LLR_TAKE(p->quadrature.node, p->arena, LLR_THEORY_NODES, error);
    LLR_TAKE(p->quadrature.weight, p->arena, LLR_THEORY_NODES, error);
    LLR_TRY(llr_quadrature_create(&made, LLR_THEORY_NODES, error));
    p->quadrature.count = made.count;
    memcpy(p->quadrature.node, made.node, sizeof(double) * LLR_THEORY_NODES);
    memcpy(p->quadrature.weight, made.weight, sizeof(double) * LLR_THEORY_NODES);
    llr_quadrature_destroy(&made);
    return LLR_OK;
}

static llr_code_t take_arrays(llr_predictor_t *p, llr_error_t *error)
{
    int64_t parts = p->population->parts, classes = p->population->shape.classes;
    LLR_TAKE(p->prior, p->arena, p->population->shape.kinds, error);
    LLR_TAKE(p->share, p->arena, parts, error);
    LLR_TAKE(p->weight, p->arena, parts, error);
    LLR_TAKE(p->rows, p->arena, parts, error);
    LLR_TAKE(p->error, p->arena, parts, error);
    LLR_TAKE(p->slot, p->arena, classes + p->population->shape.groups, error);
    LLR_TAKE(p->target, p->arena, parts, error);
    LLR_TAKE(p->class, p->arena, parts, error);
    LLR_TAKE(p->last.group, p->arena, parts, error);
    LLR_TAKE(p->next.group, p->arena, parts, error);
    LLR_TAKE(p->scores.m, p->arena, parts * classes, error);
    LLR_TAKE(p->scores.b, p->arena, classes, error);
    LLR_TAKE(p->scores.covariance, p->arena, parts * classes * classes, error);
    LLR_TAKE(p->scores.tau, p->arena, parts, error);
    LLR_TAKE(p->scores.error, p->arena, parts, error);
    return LLR_OK;
}

llr_code_t llr_predictor_create(llr_predictor_t **predictor, const llr_population_t *population,
                                const llr_training_t *training, llr_arena_t *arena,
                                llr_error_t *error)
{
    llr_predictor_t *p;
    LLR_TAKE(p, arena, 1, error);
    *p = (llr_predictor_t){.population = population, .training = *training, .arena = arena};
    p->form = llr_predict_form(population, training->form);
    LLR_TRY(take_arrays(p, error));
    LLR_TRY(take_quadrature(p, error));
    memcpy(p->prior, training->prior, sizeof(double) * (size_t)population->shape.kinds);
    p->training.prior = p->prior;
    llr_population_shares(population, p->prior, p->share);
    for (int32_t a = 0; a < population->parts; a++) {
        int64_t rows = population->part[a].rows;
        p->rows[a] = rows ? (double)rows : INFINITY;
        p->class[a] = population->part[a].class;
        p->target[a] = p->class[a] ? 1 : -1;
    }
    *predictor = p;
    return LLR_OK;
}

/* One prediction --------------------------------------------------------------------------- */

static void predict_spectral(llr_predictor_t *p, double lambda, llr_prediction_t *out)
{
    const llr_population_t *population = p->population;
    llr_spectrum_t spectrum = {population->dim, population->spectrum, NULL,
                               population->mean_square};
    llr_theory_problem_t problem = {.loss = p->training.loss,
                                    .spectrum = &spectrum,
                                    .quadrature = &p->quadrature,
                                    .n = p->training.n,
                                    .lambda = lambda,
                                    .prior = {p->share[0], p->share[1]},
                                    .weight = {p->weight[0], p->weight[1]}};
    llr_theory_point_t last = p->point;
    llr_theory_solve(&problem, last.found ? &last : NULL, &p->point);
    out->found = p->point.found;
    out->df = p->point.df;
    for (int32_t a = 0; a < population->parts; a++) out->error[a] = p->point.error[p->class[a]];
}

static void predict_two(llr_predictor_t *p, const llr_theory_groups_t *problem,
                        llr_prediction_t *out)
{
    llr_error_t error;
    llr_code_t code = llr_theory_general(problem, p->training.loss, &p->quadrature, p->target,
                                         &p->next, p->arena, &error);
    out->found = code == LLR_OK && p->next.found;
    out->df = p->next.df;
    for (int32_t a = 0; a < problem->groups; a++) out->error[a] = p->next.group[a].error;
}

static void predict_many(llr_predictor_t *p, const llr_theory_groups_t *problem,
                         llr_prediction_t *out)
{
    llr_error_t error;
    llr_code_t code = llr_theory_classes(problem, p->class, p->population->shape.classes,
                                         &p->scores, p->arena, &error);
    p->next.found = out->found = code == LLR_OK && p->scores.found;
    out->df = p->scores.df;
    for (int32_t a = 0; a < problem->groups; a++) {
        p->next.group[a].tau = p->scores.tau[a];
        out->error[a] = p->scores.error[a];
    }
}

static void predict_general(llr_predictor_t *p, double lambda, llr_prediction_t *out)
{
    const llr_population_t *population = p->population;
    llr_theory_groups_t problem = {.groups = population->parts,
                                   .dim = population->span,
                                   .n = p->training.n,
                                   .lambda = lambda,
                                   .prior = p->share,
                                   .weight = p->weight,
                                   .mean = population->mean,
                                   .covariance = population->covariance,
                                   .mean_rows = p->rows,
                                   .start = p->last.found ? &p->last : NULL};
    if (population->shape.classes == 2)
        predict_two(p, &problem, out);
    else
        predict_many(p, &problem, out);
    llr_theory_grouped_t spare = p->last;
    p->last = p->next;
    p->next = spare;
}

void llr_predict_errors(llr_predictor_t *p, const double *weight, double lambda,
                        llr_prediction_t *out)
{
    const llr_population_t *population = p->population;
    for (int32_t a = 0; a < population->parts; a++)
        p->weight[a] = weight[llr_population_kind(population, a)];
    out->found = false;
    if (llr_predict_covers(p->training.loss, population->shape.classes)) {
        if (p->form == LLR_FORM_SPECTRAL)
            predict_spectral(p, lambda, out);
        else
            predict_general(p, lambda, out);
    }
    if (out->found) return;
    out->df = NAN;
    for (int32_t a = 0; a < population->parts; a++) out->error[a] = NAN;
}

/* The best weights ------------------------------------------------------------------------- */

typedef struct search {
    llr_predictor_t *predictor;
    const llr_target_t *target;
    double lambda; /* where it is not sought too */
    bool seeks_lambda;
} search_t;

static bool target_errors(void *argument, const double *weight, double *error)
{
    const search_t *s = argument;
    llr_predictor_t *p = s->predictor;
    llr_prediction_t out = {.error = p->error};
    /* a lambda that is sought stands behind the weights */
    double lambda = s->seeks_lambda ? weight[p->population->shape.kinds] : s->lambda;
    llr_predict_errors(p, weight, lambda, &out);
    if (!out.found) return false;
    llr_predict_mix(p->population, out.error, s->target->share, p->slot);
    llr_target_measure(s->target, p->population, out.error, p->slot, error);
    return true;
}

static llr_code_t seek(llr_theory_kinds_t *problem, search_t *search, double *weight, double *least,
                       llr_error_t *error)
{
    llr_predictor_t *p = search->predictor;
    llr_shape_t shape = p->population->shape;
    double *errors;
    problem->kinds = shape.kinds;
    problem->measures = llr_target_measures(shape, search->target->select);
    problem->prior = p->prior;
    problem->errors = target_errors;
    problem->argument = search;
    LLR_TAKE(problem->room, p->arena,
             llr_theory_descent_room(shape.kinds + problem->strengths, problem->measures), error);
    LLR_TAKE(errors, p->arena, problem->measures, error);
    *least = llr_theory_least_worst(problem, weight, errors);
    return LLR_OK;
}

/* From the best exponent, or from rule thumb: of many kinds neither is always the better. */
static llr_code_t seek_best(search_t *search, int64_t evaluations, double *weight, double *least,
                            llr_error_t *error)
{
    const llr_predictor_t *p = search->predictor;
    llr_theory_kinds_t problem = {.gamma = {0, 8, 16, 1e-3}, .evaluations = evaluations};
    double *thumb;
    LLR_TAKE(thumb, p->arena, p->population->shape.kinds, error);
    llr_weights_by_rule(LLR_RULE_THUMB, p->population, search->lambda, p->training.n, p->prior,
                        thumb);
    problem.other = thumb;
    return seek(&problem, search, weight, least, error);
}

llr_code_t llr_predict_best(llr_predictor_t *p, const llr_target_t *target, double lambda,
                            int64_t evaluations, double *weight, double *least, llr_error_t *error)
{
    search_t search = {p, target, lambda, false};
    int64_t mark = llr_arena_mark(p->arena);
    llr_code_t code = seek_best(&search, evaluations, weight, least, error);
    llr_arena_release(p->arena, mark);
    return code;
}

static const double enough = 5e-5; /* of an error, in a step of a search with lambda */

static llr_code_t seek_from(search_t *search, const double *range, int64_t evaluations,
                            double *weight, double *lambda, double *least, llr_error_t *error)
{
    int32_t kinds = search->predictor->population->shape.kinds;
    llr_theory_kinds_t problem = {
        .strengths = range != NULL, .evaluations = evaluations, .enough = enough};
    double *place;
    if (range) {
        problem.low = &range[0];
        problem.high = &range[1];
    }
    LLR_TAKE(place, search->predictor->arena, kinds + 1, error);
    memcpy(place, weight, sizeof *place * (size_t)kinds);
    place[kinds] = *lambda;
    problem.start = place;
    LLR_TRY(seek(&problem, search, place, least, error));
    if (isnan(*least)) return LLR_OK;
    memcpy(weight, place, sizeof *place * (size_t)kinds);
    if (range) *lambda = place[kinds];
    return LLR_OK;
}

llr_code_t llr_predict_better(llr_predictor_t *p, const llr_target_t *target, const double *range,
                              int64_t evaluations, double *weight, double *lambda, double *least,
                              llr_error_t *error)
{
    search_t search = {p, target, *lambda, range != NULL};
    int64_t mark = llr_arena_mark(p->arena);
    llr_code_t code = seek_from(&search, range, evaluations, weight, lambda, least, error);
    llr_arena_release(p->arena, mark);
    return code;
}
