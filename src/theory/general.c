#include "theory/general.h"

#include "theory/general_parts.h"
#include "theory/loss.h"

#include <math.h>

int64_t llr_theory_general_bytes(int32_t groups, int64_t dim, int32_t columns)
{
    int64_t square = llr_squares_bytes(groups, columns) +
                     llr_arena_cost((int64_t)groups * columns, sizeof(double));
    int64_t logistic = llr_theory_general_logistic_bytes(groups);
    return llr_resolvent_bytes(groups, dim) + (square > logistic ? square : logistic);
}

void llr_theory_general_finish(const llr_theory_groups_t *p, const int *target,
                               llr_theory_grouped_t *out)
{
    out->df = 0;
    for (int32_t g = 0; g < p->groups; g++) {
        llr_theory_group_t *group = out->group + g;
        group->error = llr_normal_tail(target[g] * (group->m + out->b) / group->sigma);
        out->df += p->n * p->prior[g] * group->curvature * group->tau;
    }
    out->found = isfinite(out->b) && isfinite(out->df);
    for (int32_t g = 0; g < p->groups; g++) {
        const llr_theory_group_t *group = out->group + g;
        out->found = out->found && isfinite(group->m) && isfinite(group->sigma) &&
                     group->sigma > 0 && isfinite(group->error);
    }
}

static void nothing(const llr_theory_groups_t *p, llr_theory_grouped_t *out)
{
    out->found = false;
    out->b = out->df = NAN;
    for (int32_t g = 0; g < p->groups; g++)
        out->group[g] = (llr_theory_group_t){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
}

static void read_group(const llr_squares_t *s, const llr_resolvent_t *r, int32_t g,
                       llr_theory_group_t *out)
{
    double rest = s->target[g] - s->m[g] - s->b[0], v = s->v[g];
    *out = (llr_theory_group_t){s->m[g],   sqrt(s->covariance[g]),
                                r->tau[g], v,
                                v * rest,  v * v * (rest * rest + s->covariance[g]),
                                NAN};
}

static llr_code_t solve_square(llr_resolvent_t *r, const int *target, llr_theory_grouped_t *out,
                               llr_arena_t *arena, llr_error_t *error)
{
    const llr_theory_groups_t *p = r->problem;
    llr_squares_t squares;
    double *side;
    LLR_TAKE(side, arena, p->groups, error);
    LLR_TRY(llr_squares_take(&squares, p->groups, 1, arena, error));
    for (int32_t g = 0; g < p->groups; g++) side[g] = target[g];
    squares.target = side;
    if (!llr_squares_solve(&squares, r)) return LLR_OK;
    out->b = squares.b[0];
    for (int32_t g = 0; g < p->groups; g++) read_group(&squares, r, g, out->group + g);
    llr_theory_general_finish(p, target, out);
    for (int32_t g = 0; g < p->groups && squares.interpolates; g++) {
        out->group[g].tau = INFINITY;
        out->group[g].curvature = out->group[g].kappa = out->group[g].square = 0;
    }
    return LLR_OK;
}

bool llr_theory_groups_sensible(const llr_theory_groups_t *p, const int32_t *side)
{
    int32_t first = -1;
    bool several = false;
    for (int32_t g = 0; g < p->groups; g++) {
        if (p->prior[g] == 0) continue;
        if (!(p->prior[g] > 0 && p->weight[g] > 0 && isfinite(p->weight[g]))) return false;
        if (first < 0) first = g;
        several = several || side[g] != side[first];
    }
    return several && p->n > 0 && p->lambda >= 0 && isfinite(p->lambda);
}

double llr_theory_inverse_weight(const llr_theory_groups_t *p, int32_t g)
{
    return p->prior[g] > 0 ? 1 / p->weight[g] : 1;
}

llr_code_t llr_theory_general(const llr_theory_groups_t *problem, llr_loss_t loss,
                              const llr_quadrature_t *quadrature, const int *target,
                              llr_theory_grouped_t *out, llr_arena_t *arena, llr_error_t *error)
{
    int64_t mark = llr_arena_mark(arena);
    llr_resolvent_t resolvent;
    nothing(problem, out);
    if (!llr_theory_groups_sensible(problem, target)) return LLR_OK;
    llr_code_t code = llr_resolvent_take(&resolvent, problem, arena, error);
    if (code == LLR_OK && loss == LLR_LOSS_SQUARE)
        code = solve_square(&resolvent, target, out, arena, error);
    else if (code == LLR_OK)
        code = llr_theory_general_logistic(&resolvent, quadrature, target, out, arena, error);
    if (!out->found) nothing(problem, out);
    llr_arena_release(arena, mark);
    return code;
}

double llr_theory_worst_group(const llr_theory_grouped_t *grouped, int32_t groups)
{
    double worst = NAN;
    for (int32_t g = 0; g < groups; g++)
        if (!(grouped->group[g].error <= worst)) worst = grouped->group[g].error;
    return worst;
}
