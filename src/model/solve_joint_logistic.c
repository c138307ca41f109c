/* Logistic losses of rows that are dealt: all weightings of one lambda side by side, in descending
 * lambda. */
#include "linalg/blas.h"
#include "model/solve_joint_newton.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct descent {
    llr_joint_t *joint;
    llr_newton_t newton;
    bool *solved;    /* fits */
    int64_t *chosen; /* batch: fits of the round, by their place in joint->fit */
} descent_t;

int64_t llr_joint_logistic_bytes(const llr_solve_shape_t *shape, int ranks)
{
    int64_t batch = llr_joint_batch(llr_columns(shape->classes));
    return llr_newton_bytes(shape, ranks) + llr_arena_cost(shape->fits, sizeof(bool)) +
           llr_arena_cost(batch, sizeof(int64_t));
}

/* The largest lambda that is not solved; 0: none is left. */
static double next_lambda(const descent_t *it)
{
    double lambda = 0;
    for (int64_t f = 0; f < it->joint->out->fits; f++)
        if (!it->solved[f]) lambda = fmax(lambda, it->joint->fit[f].lambda);
    return lambda;
}

/* How far weights are apart, and then lambdas. */
static double distance(const llr_joint_t *joint, const llr_joint_fit_t *a, const llr_joint_fit_t *b)
{
    double sum = 1e-3 * fabs(log(a->lambda / b->lambda));
    for (int32_t s = 0; s < joint->sample->local.strata; s++)
        sum += fabs(log((a->path->weight[s] + DBL_MIN) / (b->path->weight[s] + DBL_MIN)));
    return sum;
}

/* The solved fit that is nearest, or -1. */
static int64_t nearest(const descent_t *it, int64_t fit)
{
    int64_t best = -1;
    double least = INFINITY;
    for (int64_t f = 0; f < it->joint->out->fits; f++) {
        double apart = it->solved[f] ? distance(it->joint, &it->joint->fit[f], &it->joint->fit[fit])
                                     : INFINITY;
        if (!(apart < least)) continue;
        least = apart;
        best = f;
    }
    return best;
}

/* Fits of that lambda, each from the nearest one that is solved. */
static void choose(descent_t *it, double lambda)
{
    llr_joint_t *joint = it->joint;
    llr_newton_t *newton = &it->newton;
    int64_t columns = joint->columns, size = joint->size;
    newton->fits = 0;
    for (int64_t f = 0; f < joint->out->fits && newton->fits < joint->batch; f++) {
        if (it->solved[f] || joint->fit[f].lambda != lambda) continue;
        int64_t at = newton->fits++, start = nearest(it, f);
        it->chosen[at] = f;
        newton->fit[at] = joint->fit[f];
        for (int64_t k = 0; k < columns; k++) {
            double *theta = newton->theta + (at * columns + k) * size;
            memset(theta, 0, (size_t)size * sizeof *theta);
            if (start >= 0)
                memcpy(theta, joint->out->theta + (start * columns + k) * joint->dim,
                       (size_t)size * sizeof *theta);
            newton->b[at * columns + k] = start < 0 ? 0 : joint->out->b[start * columns + k];
        }
    }
}

/* df of a solved fit of the round; needs its share. */
static double find_df(descent_t *it, int64_t at)
{
    llr_joint_t *joint = it->joint;
    llr_newton_t *newton = &it->newton;
    const llr_team_t *team = joint->team;
    double sum = 0, lambda = newton->fit[at].lambda, size = (double)joint->size;
    for (int32_t k = 0; k < joint->columns; k++) {
        llr_newton_column_curvature(newton, at, k, newton->c);
        llr_joint_curvature(joint, newton->c, newton->scaled, newton->mean, newton->inverse);
        llr_team_add_diagonal(team, joint->size, NULL, lambda, newton->inverse);
        if (team->algebra->factor(team, joint->size, newton->inverse)) return NAN;
        double trace = team->algebra->inverse_trace(team, joint->size, newton->inverse);
        sum += fmax(size - lambda * trace, 0);
    }
    return sum / joint->columns;
}

static void store(descent_t *it, int64_t at)
{
    llr_joint_t *joint = it->joint;
    const llr_newton_t *newton = &it->newton;
    int64_t f = it->chosen[at], columns = joint->columns, size = joint->size;
    llr_fit_t *fit = &joint->out->fit[f];
    for (int64_t k = 0; k < columns; k++)
        memcpy(joint->out->theta + (f * columns + k) * joint->dim,
               newton->theta + (at * columns + k) * size, (size_t)size * sizeof(double));
    memcpy(joint->out->b + f * columns, newton->b + at * columns, (size_t)columns * sizeof(double));
    fit->iterations = newton->iterations[at];
    if (fit->iterations >= joint->options->max_iterations) fit->status = LLR_FIT_MAX_ITERATIONS;
    it->solved[f] = true;
}

static llr_code_t solve_round(descent_t *it, double lambda)
{
    choose(it, lambda);
    LLR_TRY(llr_newton_run(&it->newton));
    for (int64_t at = 0; at < it->newton.fits; at++) {
        store(it, at);
        if (it->joint->options->leaves_df) continue;
        if (llr_joint_stops(it->joint)) return LLR_STOPPED;
        it->joint->out->fit[it->chosen[at]].df = find_df(it, at);
    }
    return LLR_OK;
}

static void make_gram(void *argument, double *total)
{
    const llr_joint_t *joint = argument;
    joint->team->algebra->gram(joint->team, joint->here, joint->size, joint->z, total, joint->work);
}

llr_code_t llr_joint_logistic(llr_joint_t *joint)
{
    descent_t it = {.joint = joint};
    int64_t mark = llr_arena_mark(joint->arena);
    LLR_TRY(llr_newton_take(&it.newton, joint));
    LLR_TAKE(it.solved, joint->arena, joint->out->fits, joint->error);
    LLR_TAKE(it.chosen, joint->arena, joint->batch, joint->error);
    llr_joint_rank(joint, make_gram, joint, it.newton.inverse, it.newton.mean);
    memset(it.solved, 0, (size_t)joint->out->fits * sizeof *it.solved);
    for (double lambda = next_lambda(&it); lambda > 0; lambda = next_lambda(&it))
        LLR_TRY(solve_round(&it, lambda));
    llr_arena_release(joint->arena, mark);
    return LLR_OK;
}
