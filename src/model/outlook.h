/* What a training is predicted to give, weighting by weighting: the weights of every rule that
 * fits the whole sample, and the errors of those who will be predicted. */
#ifndef LLR_MODEL_OUTLOOK_H
#define LLR_MODEL_OUTLOOK_H

#include "model/grid.h"
#include "model/predict.h"

/* Evaluations of rule theory beyond a search along the exponents, by default. */
enum { LLR_OUTLOOK_EVALUATIONS = 400 };

typedef struct llr_outlook {
    const llr_population_t *population; /* borrowed */
    llr_training_t training;            /* its prior borrowed */
    llr_target_t target;                /* its share and prior borrowed; what rule theory minimises,
                                           and whose errors are predicted */
    int64_t evaluations;                /* of rule theory, see llr_predict_best */
    llr_predictor_t *predictor;         /* NULL where no theory covers the training */
    double *error;                      /* parts */
    double *spare;                      /* kinds + classes + groups: arrays of a forecast */
    llr_arena_t arena;                  /* owned: the memory behind it all */
} llr_outlook_t;

/* One weighting at one lambda. Numbers that do not exist are NaN. */
typedef struct llr_forecast {
    bool finite; /* the rule has finite weights here */
    bool found;  /* the errors are predicted */
    double lambda;
    double gamma, rho; /* where the weights have them, as in model/weights.h */
    double df;         /* theory_df */
    double value;      /* what the target selects: to be small */
    double worst_class, worst_group, balanced, overall; /* errors */
    double *weight;                                     /* the caller's, kinds */
    double *error;                                      /* the caller's, classes + groups */
} llr_forecast_t;

/* Takes the arrays of a forecast in one block, freed by destroy. LLR_FAILED: memory. */
llr_code_t llr_forecast_create(llr_forecast_t *forecast, llr_shape_t shape, llr_error_t *error);
void llr_forecast_destroy(llr_forecast_t *forecast);

/* Is there a theory for it? If not, weights are all that a forecast has. LLR_FAILED: memory. */
llr_code_t llr_outlook_open(llr_outlook_t *outlook, const llr_population_t *population,
                            const llr_training_t *training, const llr_target_t *target,
                            llr_error_t *error);
/* Accepts half-built ones. */
void llr_outlook_close(llr_outlook_t *outlook);

/* Fills the forecast of a rule (none of the balanced cuts) at lambda. */
void llr_outlook_rule(llr_outlook_t *outlook, const llr_weighting_t *weighting, double lambda,
                      llr_forecast_t *forecast);
/* And of the weights that stand in forecast->weight, sum_k prior_k weight_k = 1. */
void llr_outlook_weights(llr_outlook_t *outlook, double lambda, llr_forecast_t *forecast);

/* Shares of the parts (share: parts of the population) among rows of these classes and groups;
 * group: NULL without groups. Without rows, those of the pool. Rows of a part that the pool does
 * not have are returned as a number: they cannot be predicted. */
int64_t llr_outlook_shares(const llr_population_t *population, const int32_t *class,
                           const int32_t *group, int64_t rows, double *share);
/* Gives the classes or groups these shares; inside them the parts keep theirs. prior: classes or
 * groups, sum 1. */
void llr_outlook_shift(const llr_population_t *population, llr_by_t by, const double *prior,
                       double *share);

#endif
