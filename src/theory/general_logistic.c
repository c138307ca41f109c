/* Logistic loss: an outer fixed point in the curvatures D_g, which decide the resolvent and all
 * that costs dim^3, and an inner root in what is left. */
#include "theory/anderson.h"
#include "theory/general_parts.h"
#include "theory/loss.h"
#include "theory/root.h"

#include <math.h>
#include <string.h>

static const double precision = 1e-9; /* of log D */
enum { MOST_STEPS = 200, RELAXATIONS = 40, STRIDE = 3 };

/* Inner unknowns: log |kappa_g| (its sign is the target's), log sigma_g, b. */
typedef struct logistic {
    llr_resolvent_t *resolvent;
    const llr_quadrature_t *quadrature;
    const int *target;
    int64_t unknowns;
    double *curvature;     /* groups: D the resolvent was made with */
    double *log_curvature; /* groups: outer unknowns */
    double *m;             /* groups */
    double *force;         /* groups: pi_g kappa_g */
    double *answer;        /* groups: D that the scores lead to */
    double *square;        /* groups: V2 */
    double *x;             /* unknowns */
    double *trial, *value; /* unknowns */
    double *root_work, *anderson_work;
    bool started; /* x holds the root of a resolvent nearby */
} logistic_t;

static int64_t count_unknowns(int64_t groups)
{
    return 2 * groups + 1;
}

int64_t llr_theory_general_logistic_bytes(int32_t groups)
{
    int64_t g = groups, u = count_unknowns(g);
    return 6 * llr_arena_cost(g, sizeof(double)) + 3 * llr_arena_cost(u, sizeof(double)) +
           llr_arena_cost(llr_root_work(u), sizeof(double)) +
           llr_arena_cost(llr_anderson_work(g), sizeof(double));
}

static llr_code_t take(logistic_t *l, int64_t groups, llr_arena_t *arena, llr_error_t *error)
{
    l->unknowns = count_unknowns(groups);
    LLR_TAKE(l->curvature, arena, groups, error);
    LLR_TAKE(l->log_curvature, arena, groups, error);
    LLR_TAKE(l->m, arena, groups, error);
    LLR_TAKE(l->force, arena, groups, error);
    LLR_TAKE(l->answer, arena, groups, error);
    LLR_TAKE(l->square, arena, groups, error);
    LLR_TAKE(l->x, arena, l->unknowns, error);
    LLR_TAKE(l->trial, arena, l->unknowns, error);
    LLR_TAKE(l->value, arena, l->unknowns, error);
    LLR_TAKE(l->root_work, arena, llr_root_work(l->unknowns), error);
    LLR_TAKE(l->anderson_work, arena, llr_anderson_work(groups), error);
    return LLR_OK;
}

/* force and m of the unknowns. */
static void read_means(logistic_t *l, const double *x)
{
    const llr_theory_groups_t *p = l->resolvent->problem;
    for (int32_t g = 0; g < p->groups; g++) l->force[g] = p->prior[g] * l->target[g] * exp(x[g]);
    for (int32_t g = 0; g < p->groups; g++) {
        l->m[g] = 0;
        for (int32_t h = 0; h < p->groups; h++)
            l->m[g] += l->resolvent->gram[g * p->groups + h] * l->force[h];
    }
}

/* sigma_g^2 of the unknowns, once square is known. */
static double score_variance(const logistic_t *l, int32_t g)
{
    const llr_theory_groups_t *p = l->resolvent->problem;
    const double *pair = l->resolvent->mean_pair + g * p->groups * p->groups;
    double variance = 0;
    for (int32_t h = 0; h < p->groups; h++) {
        double across = 0;
        for (int32_t f = 0; f < p->groups; f++) across += pair[h * p->groups + f] * l->force[f];
        variance += l->force[h] * across;
        variance += p->prior[h] * l->square[h] * l->resolvent->trace_pair[g * p->groups + h];
    }
    return variance;
}

static void residuals(void *argument, const double *x, double *residual)
{
    logistic_t *l = argument;
    const llr_theory_groups_t *p = l->resolvent->problem;
    int32_t groups = p->groups;
    double side[2] = {0, 0};
    read_means(l, x);
    for (int32_t g = 0; g < groups; g++) {
        llr_theory_scores_t scores = {l->target[g], l->m[g] + x[2 * groups], exp(x[groups + g]),
                                      llr_theory_inverse_weight(p, g), l->resolvent->tau[g]};
        llr_theory_pull_t mean = llr_theory_pull(LLR_LOSS_LOGISTIC, l->quadrature, &scores);
        double pull = -l->target[g] * mean.slope;
        side[l->target[g] > 0] += p->prior[g] * pull;
        residual[g] = x[g] - log(pull);
        l->square[g] = mean.square;
        l->answer[g] = mean.curvature;
    }
    for (int32_t g = 0; g < groups; g++)
        residual[groups + g] = x[groups + g] - log(score_variance(l, g)) / 2;
    residual[2 * groups] = log(side[0]) - log(side[1]);
}

/* Damped steps of the inner fixed point; keeps the last finite x. */
static void relax(logistic_t *l, double *x, int steps)
{
    for (int step = 0; step < steps; step++) {
        residuals(l, x, l->value);
        for (int64_t u = 0; u < l->unknowns; u++)
            if (!isfinite(l->value[u])) return;
        for (int64_t u = 0; u < l->unknowns; u++) x[u] -= fmin(fmax(l->value[u] / 2, -2), 2);
    }
}

static bool attempt(logistic_t *l, int steps)
{
    size_t bytes = sizeof(double) * (size_t)l->unknowns;
    memcpy(l->trial, l->x, bytes);
    relax(l, l->trial, steps);
    if (!llr_root(l->unknowns, residuals, l, l->trial, l->root_work)) return false;
    memcpy(l->x, l->trial, bytes);
    return true;
}

static bool next_curvature(void *argument, const double *log_curvature, double *next)
{
    logistic_t *l = argument;
    int32_t groups = l->resolvent->problem->groups;
    for (int32_t g = 0; g < groups; g++) l->curvature[g] = exp(log_curvature[g]);
    if (!llr_resolvent_set(l->resolvent, l->curvature)) return false;
    llr_resolvent_expand(l->resolvent);
    if (!(l->started && attempt(l, 0)) && !attempt(l, RELAXATIONS)) return false;
    l->started = true;
    residuals(l, l->x, l->value);
    for (int32_t g = 0; g < groups; g++) next[g] = log(l->answer[g]);
    return true;
}

/* lambda -> infinity: scores of no spread about the intercept of the weighted priors. */
static void limit_of_strength(logistic_t *l)
{
    const llr_theory_groups_t *p = l->resolvent->problem;
    double side[2] = {0, 0};
    for (int32_t g = 0; g < p->groups; g++)
        side[l->target[g] > 0] += p->prior[g] / llr_theory_inverse_weight(p, g);
    double b = log(side[1] / side[0]);
    for (int32_t g = 0; g < p->groups; g++) {
        double share = 1 / (1 + exp(l->target[g] * b));
        l->x[g] = log(share) - log(llr_theory_inverse_weight(p, g));
        l->x[p->groups + g] = 0;
        l->log_curvature[g] = l->x[g] + log(1 / (1 + exp(-l->target[g] * b)));
    }
    l->x[2 * p->groups] = b;
}

static bool solve_at(logistic_t *l, double lambda)
{
    l->resolvent->lambda = lambda;
    return llr_anderson(l->resolvent->problem->groups, next_curvature, l, precision, MOST_STEPS,
                        l->log_curvature, l->anderson_work);
}

/* From a strength at which hardly anything is learned down to the one wanted, each solution the
 * start of the next. */
static bool from_strength(logistic_t *l, double lambda)
{
    const llr_theory_groups_t *p = l->resolvent->problem;
    double top = lambda;
    for (int64_t g = 0; g < p->groups; g++)
        for (int64_t i = 0; i < p->dim; i++)
            top = fmax(top, p->covariance[(g * p->dim + i) * p->dim + i]);
    limit_of_strength(l);
    l->started = false;
    for (double at = top; at > lambda; at /= STRIDE)
        if (!solve_at(l, at)) return false;
    return solve_at(l, lambda);
}

static bool from_start(logistic_t *l)
{
    const llr_theory_groups_t *p = l->resolvent->problem;
    if (!p->start || !p->start->found) return false;
    for (int32_t g = 0; g < p->groups; g++) {
        const llr_theory_group_t *group = p->start->group + g;
        l->x[g] = log(fabs(group->kappa));
        l->x[p->groups + g] = log(group->sigma);
        l->log_curvature[g] = log(group->curvature);
    }
    l->x[2 * p->groups] = p->start->b;
    l->started = true;
    return solve_at(l, p->lambda);
}

static bool from_nothing(logistic_t *l)
{
    limit_of_strength(l);
    l->started = false;
    return solve_at(l, l->resolvent->problem->lambda);
}

llr_code_t llr_theory_general_logistic(llr_resolvent_t *resolvent,
                                       const llr_quadrature_t *quadrature, const int *target,
                                       llr_theory_grouped_t *out, llr_arena_t *arena,
                                       llr_error_t *error)
{
    const llr_theory_groups_t *p = resolvent->problem;
    logistic_t l = {.resolvent = resolvent, .quadrature = quadrature, .target = target};
    int32_t groups = p->groups;
    if (!(p->lambda > 0)) return LLR_OK;
    LLR_TRY(take(&l, groups, arena, error));
    if (!from_start(&l) && !from_nothing(&l) && !from_strength(&l, p->lambda)) return LLR_OK;
    out->b = l.x[2 * groups];
    for (int32_t g = 0; g < groups; g++)
        out->group[g] =
            (llr_theory_group_t){l.m[g],      exp(l.x[groups + g]),    resolvent->tau[g],
                                 l.answer[g], target[g] * exp(l.x[g]), l.square[g],
                                 NAN};
    llr_theory_general_finish(p, target, out);
    return LLR_OK;
}
