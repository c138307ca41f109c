/* Predicted errors of the classes and groups of a population for any weights and lambda, and the
 * weights at which they are best (problem.md, 4, 4b, 4c). */
#ifndef LLR_MODEL_PREDICT_H
#define LLR_MODEL_PREDICT_H

#include "base/memory.h"
#include "model/target.h"
#include "model/training.h"
#include "theory/quadrature.h"

typedef struct llr_prediction {
    bool found;    /* false: the numbers are NaN */
    double df;     /* theory_df */
    double *error; /* the caller's, parts of the population */
} llr_prediction_t;

/* State of predictions of one training: each starts from the last one. Arrays in the arena. */
typedef struct llr_predictor llr_predictor_t;

/* Is there a theory for this loss and these classes? (softmax has none) */
bool llr_predict_covers(llr_loss_t loss, int32_t classes);
/* The form that auto, and none, stand for: spectral for two classes without groups whose
 * covariances are about equal, else general. */
llr_form_t llr_predict_form(const llr_population_t *population, llr_form_t form);
/* That form, and what chose it, appended to out: "general form, covariances
 * 34 % unequal". */
void llr_predict_form_words(const llr_population_t *population, llr_form_t form, llr_text_t *out);

/* Bytes of the arena for a predictor. */
int64_t llr_predictor_bytes(llr_shape_t shape, int32_t parts, int64_t dim);
/* Takes a predictor from the arena, where it lives. population is borrowed; training is copied, its
 * prior too. LLR_FAILED: workspace too small. */
llr_code_t llr_predictor_create(llr_predictor_t **predictor, const llr_population_t *population,
                                const llr_training_t *training, llr_arena_t *arena,
                                llr_error_t *error);

/* weight: kinds, sum_k prior_k weight_k = 1 (NaN where a kind has prior 0). */
void llr_predict_errors(llr_predictor_t *predictor, const double *weight, double lambda,
                        llr_prediction_t *out);

/* The weights of the kinds at which the target is least at lambda, and its value there. weight:
 * kinds, out; NaN, and so is *least, where nothing was found. Never worse than any exponent
 * that was looked at, nor than rule thumb. evaluations: most of them beyond the search along the
 * exponents. LLR_FAILED: workspace too small. */
llr_code_t llr_predict_best(llr_predictor_t *predictor, const llr_target_t *target, double lambda,
                            int64_t evaluations, double *weight, double *least, llr_error_t *error);

/* From these weights (kinds) and lambda to better ones, all together, and the target there. range:
 * the least and the largest lambda, > 0; NULL: lambda stays. Where nothing is found at the
 * beginning, *least is NaN and the others stay. evaluations: most of them. */
llr_code_t llr_predict_better(llr_predictor_t *predictor, const llr_target_t *target,
                              const double *range, int64_t evaluations, double *weight,
                              double *lambda, double *least, llr_error_t *error);

#endif
