#include "model/solve_joint_newton.h"

#include "linalg/blas.h"
#include "linalg/logistic.h"
#include "model/solve_certify.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Halvings of a step; steps of conjugate gradients that a preconditioner is good for. */
enum { HALVINGS = 30, GOOD_STEPS = 12 };

/* The share of the gradient that a step may leave over; of the tolerance that a search ends at. */
static const double rough = 0.1, aim_share = 0.1;

llr_code_t llr_newton_take(llr_newton_t *it, llr_joint_t *joint)
{
    llr_arena_t *arena = joint->arena;
    int64_t batch = joint->batch, columns = joint->columns, vectors = batch * columns;
    int64_t numbers = vectors * joint->size, scores = vectors * joint->most;
    *it = (llr_newton_t){.joint = joint};
    double **const vector[] = {&it->theta,  &it->gradient, &it->direction, &it->rest,
                               &it->search, &it->image,    &it->packed};
    double **const score[] = {&it->score, &it->along, &it->share};
    double **const number[] = {&it->objective, &it->gap, &it->norm, &it->product, &it->goal};
    LLR_TAKE(it->fit, arena, batch, joint->error);
    for (size_t i = 0; i < sizeof vector / sizeof *vector; i++)
        LLR_TAKE(*vector[i], arena, numbers, joint->error);
    for (size_t i = 0; i < sizeof score / sizeof *score; i++)
        LLR_TAKE(*score[i], arena, scores, joint->error);
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        LLR_TAKE(*number[i], arena, batch, joint->error);
    LLR_TAKE(it->b, arena, vectors, joint->error);
    LLR_TAKE(it->curve, arena, vectors * columns, joint->error);
    LLR_TAKE(it->iterations, arena, batch, joint->error);
    LLR_TAKE(it->place, arena, batch, joint->error);
    LLR_TAKE(it->done, arena, batch, joint->error);
    LLR_TAKE(it->open, arena, batch, joint->error);
    LLR_TAKE(it->inverse, arena, llr_team_piece(joint->team->size, joint->size), joint->error);
    LLR_TAKE(it->scaled, arena, joint->most * joint->size, joint->error);
    LLR_TAKE(it->mean, arena, joint->size + 1, joint->error);
    LLR_TAKE(it->c, arena, joint->most, joint->error);
    return LLR_OK;
}

int64_t llr_newton_bytes(const llr_solve_shape_t *shape, int ranks)
{
    int64_t size = shape->rows < shape->dim ? shape->rows : shape->dim, d = sizeof(double);
    int64_t most = llr_deal_most((llr_deal_t){shape->rows, LLR_TEAM_BLOCK, ranks});
    int64_t columns = llr_columns(shape->classes), batch = llr_joint_batch((int32_t)columns);
    int64_t vectors = batch * columns;
    return llr_arena_cost(batch, sizeof(llr_joint_fit_t)) + 7 * llr_arena_cost(vectors * size, d) +
           3 * llr_arena_cost(vectors * most, d) + 5 * llr_arena_cost(batch, d) +
           llr_arena_cost(vectors, d) + llr_arena_cost(vectors * columns, d) +
           2 * llr_arena_cost(batch, sizeof(int64_t)) + 2 * llr_arena_cost(batch, sizeof(bool)) +
           llr_arena_cost(llr_team_piece(ranks, size), d) + llr_arena_cost(most * size, d) +
           llr_arena_cost(size + 1, d) + llr_arena_cost(most, d);
}

/* The point ---------------------------------------------------------------------------------- */

/* Curvature, or probabilities, out of the residuals a (p - y) of a fit. */
static void make_share(llr_newton_t *it, int64_t f)
{
    const llr_joint_t *joint = it->joint;
    const llr_sample_t *local = &joint->sample->local;
    int64_t most = joint->most, columns = joint->columns;
    const double *residual = joint->residual + f * columns * most;
    double *share = it->share + f * columns * most;
    for (int32_t s = 0; s < local->strata; s++) {
        double a = llr_joint_row_weight(joint, &it->fit[f], s);
        int64_t first = local->stratum_start[s], rows = local->stratum_start[s + 1] - first;
        if (columns == 1) {
            llr_logistic_curvature(rows, it->score + f * most + first, it->b[f], a, share + first);
            continue;
        }
        for (int64_t k = 0; k < columns; k++)
            for (int64_t i = first; i < first + rows; i++)
                share[k * most + i] = (local->stratum_class[s] == k ? 1 : 0) +
                                      (a > 0 ? residual[k * most + i] / a : 0);
    }
}

void llr_newton_column_curvature(llr_newton_t *it, int64_t f, int32_t column, double *c)
{
    const llr_joint_t *joint = it->joint;
    const llr_sample_t *local = &joint->sample->local;
    int64_t most = joint->most, columns = joint->columns;
    const double *share = it->share + (f * columns + column) * most;
    for (int32_t s = 0; s < local->strata; s++) {
        double a = llr_joint_row_weight(joint, &it->fit[f], s);
        for (int64_t i = local->stratum_start[s]; i < local->stratum_start[s + 1]; i++)
            c[i] = columns == 1 ? share[i] : a * fmax(share[i] * (1 - share[i]), 0);
    }
}

/* Objectives of all fits at it->score with the best intercepts; joint->residual and terms there. */
static void settle(llr_newton_t *it, const double *theta, const double *score, double *b,
                   double *objective)
{
    llr_joint_t *joint = it->joint;
    int64_t width = joint->columns * joint->size;
    llr_joint_settle(joint, it->fit, it->fits, score, b, joint->residual);
    for (int64_t f = 0; f < it->fits; f++)
        objective[f] = joint->value[f] + 0.5 * it->fit[f].lambda *
                                             llr_dot(width, theta + f * width, theta + f * width);
}

/* Gradient, curvature and gap of all fits, whose residuals and terms are there. */
static void look(llr_newton_t *it)
{
    llr_joint_t *joint = it->joint;
    int64_t columns = joint->columns, width = columns * joint->size;
    llr_joint_project(joint, joint->z, joint->size, it->fits * columns, joint->residual,
                      it->gradient);
    for (int64_t f = 0; f < it->fits; f++) {
        double *gradient = it->gradient + f * width, lambda = it->fit[f].lambda;
        llr_axpy(width, lambda, it->theta + f * width, gradient);
        it->norm[f] = sqrt(llr_dot(width, gradient, gradient));
        it->gap[f] = llr_relative_gap(it->norm[f] * it->norm[f] / (2 * lambda), it->objective[f]);
        memcpy(it->curve + f * columns * columns,
               joint->terms.at + f * joint->terms.width + 1 + columns,
               (size_t)(columns * columns) * sizeof *it->curve);
        make_share(it, f);
    }
}

/* The inverse of the mean curvature of all fits and columns, and lambda. */
static void precondition(llr_newton_t *it)
{
    llr_joint_t *joint = it->joint;
    const llr_team_t *team = joint->team;
    double *c = it->c, *column = it->along, share = 1 / (double)(it->fits * joint->columns);
    memset(c, 0, (size_t)joint->most * sizeof *c);
    for (int64_t f = 0; f < it->fits; f++)
        for (int32_t k = 0; k < joint->columns; k++) {
            llr_newton_column_curvature(it, f, k, column);
            llr_axpy(joint->here, share, column, c);
        }
    llr_joint_curvature(joint, c, it->scaled, it->mean, it->inverse);
    llr_team_add_diagonal(team, joint->size, NULL, it->fit[0].lambda, it->inverse);
    if (!team->algebra->factor(team, joint->size, it->inverse) &&
        !team->algebra->invert(team, joint->size, it->inverse))
        return;
    /* No curvature that can be told from rounding: lambda alone. */
    memset(it->inverse, 0, (size_t)llr_team_piece(team->size, joint->size) * sizeof *it->inverse);
    llr_team_add_diagonal(team, joint->size, NULL, 1 / it->fit[0].lambda, it->inverse);
}

/* Steps -------------------------------------------------------------------------------------- */

/* The gap falls with the square of the gradient, so a step is made as good as it takes to get under
 * the aim, and no better. */
static void set_goals(llr_newton_t *it, double aim)
{
    for (int64_t f = 0; f < it->fits; f++) {
        double wanted = 0.3 * sqrt(aim / it->gap[f]);
        double share = fmin(rough, fmax(wanted, fmin(rough, 0.1 * pow(it->gap[f], 0.25))));
        it->goal[f] = share * it->norm[f];
    }
}

/* theta + length * direction into it->packed and the scores into joint->score. */
static void try_lengths(llr_newton_t *it, const double *length)
{
    llr_joint_t *joint = it->joint;
    int64_t width = joint->columns * joint->size, vector = joint->columns * joint->most;
    for (int64_t f = 0; f < it->fits; f++) {
        double t = it->done[f] ? 0 : length[f];
        memcpy(it->packed + f * width, it->theta + f * width, (size_t)width * sizeof(double));
        llr_axpy(width, t, it->direction + f * width, it->packed + f * width);
        memcpy(joint->score + f * vector, it->score + f * vector, (size_t)vector * sizeof(double));
        llr_axpy(vector, t, it->along + f * vector, joint->score + f * vector);
    }
}

/* Goes along the directions as far as it descends; fits that cannot are done. it->goal: lengths. */
static void descend(llr_newton_t *it)
{
    llr_joint_t *joint = it->joint;
    int64_t width = joint->columns * joint->size, vector = joint->columns * joint->most, open = 1;
    double *length = it->goal, *objective = it->product;
    for (int64_t f = 0; f < it->fits; f++) length[f] = 1;
    for (int h = 0; h < HALVINGS && open; h++) {
        open = 0;
        try_lengths(it, length);
        settle(it, it->packed, joint->score, it->b, objective);
        for (int64_t f = 0; f < it->fits; f++) {
            double slope = llr_dot(width, it->gradient + f * width, it->direction + f * width);
            double bound = it->objective[f] + 1e-4 * length[f] * slope +
                           8 * DBL_EPSILON * fabs(it->objective[f]);
            if (it->done[f] || length[f] == 0 || objective[f] <= bound) continue;
            length[f] = h < HALVINGS - 2 ? 0.5 * length[f] : 0;
            open++;
        }
    }
    memcpy(it->theta, it->packed, (size_t)(it->fits * width) * sizeof(double));
    memcpy(it->score, joint->score, (size_t)(it->fits * vector) * sizeof(double));
    memcpy(it->objective, objective, (size_t)it->fits * sizeof(double));
    for (int64_t f = 0; f < it->fits; f++)
        if (!it->done[f]) {
            it->iterations[f]++;
            it->done[f] = length[f] == 0;
        }
}

static bool all_done(llr_newton_t *it, double aim)
{
    bool all = true;
    for (int64_t f = 0; f < it->fits; f++) {
        it->done[f] = it->done[f] || it->gap[f] <= aim || !isfinite(it->objective[f]) ||
                      it->iterations[f] >= it->joint->options->max_iterations;
        all = all && it->done[f];
    }
    return all;
}

/* Once the gap is as small as rounding lets it be, steps do no more to it. */
static void end_stalled(llr_newton_t *it, const double *before)
{
    for (int64_t f = 0; f < it->fits; f++)
        if (it->gap[f] < 1e-9 && it->gap[f] > 0.5 * before[f]) it->done[f] = true;
}

llr_code_t llr_newton_run(llr_newton_t *it)
{
    llr_joint_t *joint = it->joint;
    double aim = aim_share * joint->options->tolerance, before[LLR_JOINT_VECTORS];
    for (int64_t f = 0; f < it->fits; f++) {
        it->done[f] = false;
        it->iterations[f] = 0;
    }
    llr_joint_scores(joint, joint->z, joint->size, it->fits * joint->columns, it->theta,
                     joint->size, it->score);
    settle(it, it->theta, it->score, it->b, it->objective);
    look(it);
    if (all_done(it, aim)) return LLR_OK;
    for (it->steps = GOOD_STEPS + 1;;) {
        if (it->steps > GOOD_STEPS) precondition(it);
        set_goals(it, aim);
        LLR_TRY(llr_newton_direction(it));
        descend(it);
        memcpy(before, it->gap, (size_t)it->fits * sizeof *before);
        look(it);
        end_stalled(it, before);
        if (all_done(it, aim)) return LLR_OK;
    }
}
