/* The weights of any number of kinds (classes or groups) at which the largest of some errors is
 * least: one a kind, or any others that the weights decide. */
#ifndef LLR_THEORY_DESCENT_H
#define LLR_THEORY_DESCENT_H

#include "theory/best.h"

/* Predicted errors (measures of them) at these weights (kinds, then strengths). false: not found.
 */
typedef bool (*llr_theory_errors_t)(void *argument, const double *weight, double *error);

typedef struct llr_theory_kinds {
    int32_t kinds;
    int32_t strengths;        /* further positive numbers that are sought with the weights and stand
                                 behind them, not normalised: lambda */
    const double *low, *high; /* borrowed, strengths: the least and the largest, > 0; both NULL:
                                 any. errors is never asked beyond */
    int32_t measures;         /* errors of which the largest counts; 1: that one is to be small */
    const double *prior;      /* borrowed, kinds: sum 1; a kind of prior 0 has weight NaN */
    llr_theory_errors_t errors;
    void *argument;      /* borrowed, handed to errors */
    llr_search_t gamma;  /* range of the exponents to begin with */
    const double *start; /* borrowed, kinds + strengths: begin here; NULL (without strengths): at
                            the best exponent */
    const double *other; /* borrowed, kinds, or NULL: begin here if that is better than the best
                            exponent; weights that are not finite are passed over */
    int64_t evaluations; /* most of the descent; 0: the best exponent is the answer */
    double enough;       /* the descent ends with a step that lowers the largest error by less */
    double *room;        /* borrowed, llr_theory_descent_room: workspace */
} llr_theory_kinds_t;

/* Doubles of room; places: kinds + strengths. */
int64_t llr_theory_descent_room(int32_t places, int32_t measures);

/* w_c ~ pi_c^-gamma with sum_c pi_c w_c = 1; NaN where the prior is 0. */
void llr_theory_exponent_weights(const double *prior, int32_t kinds, double gamma, double *weight);

/* First the best exponent in the range, or the other weights, then a descent in the logarithms of
 * all weights (and strengths) while the largest error falls (two kinds: nothing is left to do but
 * along the same line). weight: kinds + strengths, error: measures, out. Returns the largest error;
 * NaN (and NaN weights) where nothing was found.
 */
double llr_theory_least_worst(const llr_theory_kinds_t *kinds, double *weight, double *error);

#endif
