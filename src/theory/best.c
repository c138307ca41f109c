#include "theory/best.h"

#include <math.h>

static double golden(double low, double high, double tolerance, llr_objective_t objective,
                     void *argument, double *least)
{
    const double section = (sqrt(5) - 1) / 2;
    double left = high - section * (high - low), right = low + section * (high - low);
    double at_left = objective(argument, left), at_right = objective(argument, right);
    while (high - low > tolerance) {
        if (!(at_right < at_left)) {
            high = right;
            right = left;
            at_right = at_left;
            left = high - section * (high - low);
            at_left = objective(argument, left);
        } else {
            low = left;
            left = right;
            at_left = at_right;
            right = low + section * (high - low);
            at_right = objective(argument, right);
        }
        if (!(left > low && right < high && left < right)) break; /* as fine as doubles are */
    }
    *least = at_right < at_left ? at_right : at_left;
    return at_right < at_left ? right : left;
}

double llr_search_minimum(const llr_search_t *search, llr_objective_t objective, void *argument,
                          double *least)
{
    double width = (search->high - search->low) / search->steps, best = NAN, finer;
    *least = NAN;
    for (int32_t i = 0; i <= search->steps; i++) {
        double at = i < search->steps ? search->low + i * width : search->high;
        double value = objective(argument, at);
        if (!(value < *least) && !(isnan(*least) && !isnan(value))) continue;
        best = at;
        *least = value;
    }
    if (isnan(best)) return best;
    double low = fmax(best - width, search->low), high = fmin(best + width, search->high);
    double refined = golden(low, high, search->tolerance, objective, argument, &finer);
    if (!(finer < *least)) return best;
    *least = finer;
    return refined;
}

void llr_theory_ratio_weights(const double *prior, double log_ratio, double *weight)
{
    int minority = prior[1] <= prior[0];
    double raw[2];
    raw[minority] = log_ratio < 0 ? exp(log_ratio) : 1; /* the larger is 1: nothing overflows */
    raw[1 - minority] = log_ratio < 0 ? 1 : exp(-log_ratio);
    double mean = prior[0] * raw[0] + prior[1] * raw[1];
    for (int c = 0; c < 2; c++) weight[c] = raw[c] / mean;
}

/* A search under way: the problem at the place last looked at, and its solution, from which the
 * next one starts. */
typedef struct walk {
    llr_theory_problem_t problem;
    const llr_search_t *log_ratio;
    llr_theory_point_t point;
} walk_t;

static double worst_at_ratio(void *argument, double log_ratio)
{
    walk_t *walk = argument;
    llr_theory_ratio_weights(walk->problem.prior, log_ratio, walk->problem.weight);
    llr_theory_solve(&walk->problem, &walk->point, &walk->point);
    return llr_theory_worst(&walk->point);
}

static double worst_at_lambda(void *argument, double log_lambda)
{
    walk_t *walk = argument;
    double least;
    walk->problem.lambda = exp(log_lambda);
    llr_search_minimum(walk->log_ratio, worst_at_ratio, walk, &least);
    return least;
}

void llr_theory_best_ratio(const llr_theory_problem_t *problem, const llr_search_t *log_ratio,
                           llr_theory_best_t *best)
{
    walk_t walk = {.problem = *problem, .log_ratio = log_ratio};
    const double *prior = problem->prior;
    double least, gap = fabs(log(prior[0] / prior[1]));
    best->log_ratio = llr_search_minimum(log_ratio, worst_at_ratio, &walk, &least);
    best->gamma = gap > 0 ? best->log_ratio / gap : NAN;
    best->lambda = problem->lambda;
    worst_at_ratio(&walk, best->log_ratio);
    for (int c = 0; c < 2; c++) best->weight[c] = walk.problem.weight[c];
    best->point = walk.point;
}

void llr_theory_best_both(const llr_theory_problem_t *problem, const llr_search_t *log_ratio,
                          const llr_search_t *log_lambda, llr_theory_best_t *best)
{
    walk_t walk = {.problem = *problem, .log_ratio = log_ratio};
    double least;
    llr_theory_problem_t there = *problem;
    there.lambda = exp(llr_search_minimum(log_lambda, worst_at_lambda, &walk, &least));
    llr_theory_best_ratio(&there, log_ratio, best);
}

static double difference(walk_t *walk, double log_ratio)
{
    worst_at_ratio(walk, log_ratio);
    return walk->point.error[0] - walk->point.error[1];
}

double llr_theory_equal_ratio(const llr_theory_problem_t *problem, const llr_search_t *log_ratio)
{
    walk_t walk = {.problem = *problem, .log_ratio = log_ratio};
    double low = log_ratio->low, high = log_ratio->high;
    double at_low = difference(&walk, low), at_high = difference(&walk, high);
    if (!(at_low * at_high <= 0)) return NAN;
    for (;;) {
        double middle = low + (high - low) / 2, here = difference(&walk, middle);
        if (middle <= low || middle >= high) return middle;
        if ((here > 0) == (at_low > 0))
            low = middle;
        else
            high = middle;
    }
}
