/* What a training is predicted to give, weighting by weighting: the weights of every rule that
 * fits the whole sample, and the errors of those who will be predicted. */
#ifndef LLR_MODEL_PROSPECT_H
#define LLR_MODEL_PROSPECT_H

#include "model/grid.h"
#include "model/predict.h"

/* Evaluations of rule theory beyond a search along the exponents and rule thumb, by default. */
enum { LLR_PROSPECT_EVALUATIONS = 100 };

typedef struct llr_prospect {
    const llr_population_t *population; /* borrowed */
    llr_training_t training;            /* its prior borrowed */
    llr_target_t target;                /* its share and prior borrowed; what rule theory minimises,
                                           and whose errors are predicted */
    llr_predictor_t *predictor;         /* NULL where no theory covers the training */
    double *error;                      /* parts */
    double *spare;     /* kinds + classes + groups: arrays of one more expectation */
    llr_arena_t arena; /* owned: the memory behind it all, where it was opened */
} llr_prospect_t;

/* One weighting at one lambda. Numbers that do not exist are NaN. */
typedef struct llr_expected {
    bool finite; /* the rule has finite weights here */
    bool found;  /* the errors are predicted */
    double lambda;
    double gamma, rho; /* where the weights have them, as in model/weights.h */
    double df;         /* theory_df */
    double value;      /* what the target selects: to be small */
    double worst_class, worst_group, balanced, overall; /* errors */
    double *weight;                                     /* the caller's, kinds */
    double *error;                                      /* the caller's, classes + groups */
} llr_expected_t;

/* Takes the arrays in one block, freed by destroy. LLR_FAILED: memory. */
llr_code_t llr_expected_create(llr_expected_t *expected, llr_shape_t shape, llr_error_t *error);
void llr_expected_destroy(llr_expected_t *expected);

/* Where there is no theory, weights are all that is ever expected. LLR_FAILED: memory. */
llr_code_t llr_prospect_open(llr_prospect_t *prospect, const llr_population_t *population,
                             const llr_training_t *training, const llr_target_t *target,
                             llr_error_t *error);
/* The same in an arena of the caller's, where it stays until the arena is released. */
llr_code_t llr_prospect_take(llr_prospect_t *prospect, const llr_population_t *population,
                             const llr_training_t *training, const llr_target_t *target,
                             llr_arena_t *arena, llr_error_t *error);
/* Bytes of the arena: a fixed formula. */
int64_t llr_prospect_bytes(llr_shape_t shape, int32_t parts, int64_t dim);
/* Accepts half-built ones. */
void llr_prospect_close(llr_prospect_t *prospect);

/* What a rule (none of the balanced cuts) gives at lambda. */
void llr_prospect_rule(llr_prospect_t *prospect, const llr_weighting_t *weighting, double lambda,
                       llr_expected_t *expected);
/* And what the weights give that stand in expected->weight, sum_k prior_k weight_k = 1. */
void llr_prospect_weights(llr_prospect_t *prospect, double lambda, llr_expected_t *expected);

/* Gives the classes or groups these shares; inside them the parts keep theirs. prior: classes or
 * groups, sum 1. */
void llr_prospect_shift(const llr_population_t *population, llr_by_t by, const double *prior,
                        double *share);

#endif
