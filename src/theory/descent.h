/* The weights of any number of kinds (classes or groups) at which the largest error is least. */
#ifndef LLR_THEORY_DESCENT_H
#define LLR_THEORY_DESCENT_H

#include "theory/best.h"

/* Predicted error of every kind at these weights (both: kinds). false: not found. */
typedef bool (*llr_theory_errors_t)(void *argument, const double *weight, double *error);

typedef struct llr_theory_kinds {
    int32_t kinds;
    const double *prior; /* borrowed, kinds: sum 1; a kind of prior 0 has weight NaN */
    llr_theory_errors_t errors;
    void *argument;      /* borrowed, handed to errors */
    llr_search_t gamma;  /* range of the exponents to begin with */
    int64_t evaluations; /* most of the descent; 0: the best exponent is the answer */
    double *room;        /* borrowed, llr_theory_descent_room(kinds): workspace */
} llr_theory_kinds_t;

/* Doubles of room. */
int64_t llr_theory_descent_room(int32_t kinds);

/* w_c ~ pi_c^-gamma with sum_c pi_c w_c = 1; NaN where the prior is 0. */
void llr_theory_exponent_weights(const double *prior, int32_t kinds, double gamma, double *weight);

/* First the best exponent in the range, then a descent that moves weight to the kinds of larger
 * error while the worst one falls (two kinds: nothing is left to do but along the same line).
 * weight, error: kinds, out. Returns the largest error; NaN (and NaN weights) where nothing was
 * found. */
double llr_theory_least_worst(const llr_theory_kinds_t *kinds, double *weight, double *error);

#endif
