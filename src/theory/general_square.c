/* Square loss: a fixed point in log tau, then linear systems (problem.md, 4b and 4c). */
#include "linalg/lapack.h"
#include "theory/anderson.h"
#include "theory/general_parts.h"

#include <math.h>
#include <string.h>

static const double precision = 1e-12; /* of log tau */
enum { MOST_STEPS = 500 };

int64_t llr_squares_bytes(int32_t groups, int32_t columns)
{
    int64_t g = groups, k = columns;
    return 2 * llr_arena_cost(g, sizeof(double)) + llr_arena_cost(g * k, sizeof(double)) +
           llr_arena_cost(k, sizeof(double)) + llr_arena_cost(g * k * k, sizeof(double)) +
           llr_arena_cost((g + 1) * (g + 1), sizeof(double)) +
           llr_arena_cost(k * k * (g + 1), sizeof(double)) +
           llr_arena_cost(llr_anderson_work(g), sizeof(double)) +
           llr_arena_cost(g + 1, sizeof(int));
}

llr_code_t llr_squares_take(llr_squares_t *s, int32_t groups, int32_t columns, llr_arena_t *arena,
                            llr_error_t *error)
{
    int64_t g = groups, k = columns;
    s->columns = columns;
    LLR_TAKE(s->v, arena, g, error);
    LLR_TAKE(s->log_tau, arena, g, error);
    LLR_TAKE(s->m, arena, g * k, error);
    LLR_TAKE(s->b, arena, k, error);
    LLR_TAKE(s->covariance, arena, g * k * k, error);
    LLR_TAKE(s->system, arena, (g + 1) * (g + 1), error);
    LLR_TAKE(s->answer, arena, k * k * (g + 1), error);
    LLR_TAKE(s->anderson, arena, llr_anderson_work(g), error);
    LLR_TAKE(s->pivot, arena, g + 1, error);
    return LLR_OK;
}

typedef struct fixed_point {
    llr_squares_t *squares;
    llr_resolvent_t *resolvent;
} fixed_point_t;

static bool next_tau(void *argument, const double *log_tau, double *next)
{
    const fixed_point_t *at = argument;
    const llr_theory_groups_t *p = at->resolvent->problem;
    for (int32_t g = 0; g < p->groups; g++) {
        double inverse = at->squares->interpolates ? 0 : llr_theory_inverse_weight(p, g);
        at->squares->v[g] = 1 / (inverse + exp(log_tau[g]));
    }
    if (!llr_resolvent_set(at->resolvent, at->squares->v)) return false;
    for (int32_t g = 0; g < p->groups; g++) next[g] = log(at->resolvent->tau[g]);
    return true;
}

/* Columns in which a group that is trained on varies. */
static double count_rank(const llr_theory_groups_t *p)
{
    double rank = 0;
    for (int64_t i = 0; i < p->dim; i++) {
        bool varies = false;
        for (int32_t g = 0; g < p->groups && !varies; g++)
            varies = p->prior[g] > 0 && p->covariance[(g * p->dim + i) * p->dim + i] > 0;
        rank += varies;
    }
    return rank;
}

/* tau of the lambda that counts alone: above the solution, whose map is monotone. At lambda = 0
 * that of a single group with all weights equal to the harmonic mean is of the right size. */
static void bound_tau(const llr_squares_t *s, const llr_resolvent_t *r, double *log_tau)
{
    const llr_theory_groups_t *p = r->problem;
    double share = count_rank(p) / p->n, trace = 0, inverse = 0;
    for (int32_t g = 0; g < p->groups; g++) {
        inverse += p->prior[g] * llr_theory_inverse_weight(p, g);
        for (int64_t i = 0; i < p->dim; i++)
            trace += p->prior[g] * p->covariance[(g * p->dim + i) * p->dim + i] / p->n;
    }
    double bound = r->lambda > 0 ? trace / r->lambda : INFINITY;
    double free = !s->interpolates && share < 1 ? inverse * share / (1 - share) : INFINITY;
    for (int32_t g = 0; g < p->groups; g++) log_tau[g] = log(fmin(bound, free));
}

static void first_tau(const llr_squares_t *s, const llr_resolvent_t *r, double *log_tau)
{
    const llr_theory_groups_t *p = r->problem;
    bool usable = p->start && p->start->found && !s->interpolates;
    for (int32_t g = 0; g < p->groups && usable; g++) {
        log_tau[g] = log(p->start->group[g].tau);
        usable = isfinite(log_tau[g]);
    }
    if (!usable) bound_tau(s, r, log_tau);
}

/* Unknowns m_1..m_G and b of every column: m_g + sum_h gram_gh pi_h v_h (m_h + b - t_h) = 0 and
 * sum_h pi_h v_h (m_h + b - t_h) = 0. */
static bool solve_means(llr_squares_t *s, const llr_resolvent_t *r)
{
    const llr_theory_groups_t *p = r->problem;
    int32_t groups = p->groups, size = groups + 1;
    memset(s->system, 0, sizeof(double) * (size_t)(size * size));
    memset(s->answer, 0, sizeof(double) * (size_t)(size * s->columns));
    for (int32_t row = 0; row < size; row++)
        for (int32_t h = 0; h < groups; h++) {
            double pull = p->prior[h] * s->v[h];
            double part = row < groups ? r->gram[row * groups + h] * pull : pull;
            s->system[row * size + h] = part + (row == h);
            s->system[row * size + groups] += part;
            for (int32_t k = 0; k < s->columns; k++)
                s->answer[k * size + row] += part * s->target[h * s->columns + k];
        }
    if (llr_lu_solve(size, s->system, s->answer, s->columns, s->pivot)) return false;
    for (int32_t k = 0; k < s->columns; k++) {
        for (int32_t g = 0; g < groups; g++) s->m[g * s->columns + k] = s->answer[k * size + g];
        s->b[k] = s->answer[k * size + groups];
    }
    return true;
}

static double residual(const llr_squares_t *s, int32_t g, int32_t k)
{
    return s->target[g * s->columns + k] - s->m[g * s->columns + k] - s->b[k];
}

/* What is known of S_g[k][l]: its part of the mean coefficients and of the groups' residuals. */
static double known_covariance(const llr_squares_t *s, const llr_resolvent_t *r, int32_t g,
                               int32_t k, int32_t l)
{
    const llr_theory_groups_t *p = r->problem;
    const double *pair = r->mean_pair + g * p->groups * p->groups;
    double sum = 0;
    for (int32_t h = 0; h < p->groups; h++) {
        double pull = p->prior[h] * s->v[h], across = 0;
        for (int32_t f = 0; f < p->groups; f++)
            across += pair[h * p->groups + f] * p->prior[f] * s->v[f] * residual(s, f, l);
        sum += pull * residual(s, h, k) * across;
        sum += pull * s->v[h] * r->trace_pair[g * p->groups + h] * residual(s, h, k) *
               residual(s, h, l);
    }
    return sum;
}

/* S_g - sum_h pi_h v_h^2 tr(Sigma_g R Sigma_h R)/n S_h = the known part, for every entry. */
static bool solve_covariances(llr_squares_t *s, const llr_resolvent_t *r)
{
    const llr_theory_groups_t *p = r->problem;
    int32_t groups = p->groups, k = s->columns;
    for (int32_t g = 0; g < groups; g++) {
        for (int32_t h = 0; h < groups; h++)
            s->system[g * groups + h] =
                (g == h) - p->prior[h] * s->v[h] * s->v[h] * r->trace_pair[g * groups + h];
        for (int32_t e = 0; e < k * k; e++)
            s->answer[e * groups + g] = known_covariance(s, r, g, e / k, e % k);
    }
    if (llr_lu_solve(groups, s->system, s->answer, k * k, s->pivot)) return false;
    for (int32_t g = 0; g < groups; g++)
        for (int32_t e = 0; e < k * k; e++)
            s->covariance[g * k * k + e] = s->answer[e * groups + g];
    return true;
}

bool llr_squares_solve(llr_squares_t *s, llr_resolvent_t *r)
{
    const llr_theory_groups_t *p = r->problem;
    fixed_point_t at = {s, r};
    double rank = count_rank(p);
    s->interpolates = p->lambda == 0 && rank > p->n;
    if (p->lambda == 0 && rank == p->n) return false;
    if (s->interpolates) r->lambda = 1;
    first_tau(s, r, s->log_tau);
    if (!llr_anderson(p->groups, next_tau, &at, precision, MOST_STEPS, s->log_tau, s->anderson))
        return false;
    llr_resolvent_expand(r);
    return solve_means(s, r) && solve_covariances(s, r);
}
