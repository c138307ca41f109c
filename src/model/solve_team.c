#include "model/solve_team.h"

#include "linalg/blas.h"
#include "linalg/softmax.h"
#include "model/solve_certify.h"
#include "model/solve_joint.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The rows ---------------------------------------------------------------------------------- */

static bool counts(const llr_joint_t *joint, int32_t stratum)
{
    for (int64_t p = 0; p < joint->paths; p++)
        if (joint->path[p].weight[stratum] > 0) return true;
    return false;
}

/* As llr_space_create: rows that count in no fit are put where the mean of the others is. */
static void centre(llr_joint_t *joint, double *sum)
{
    const llr_sample_t *local = &joint->sample->local;
    int64_t dim = joint->dim;
    memset(sum, 0, (size_t)(dim + 1) * sizeof *sum);
    for (int32_t s = 0; s < local->strata; s++)
        for (int64_t i = local->stratum_start[s];
             counts(joint, s) && i < local->stratum_start[s + 1]; i++) {
            llr_axpy(dim, 1, local->x + i * dim, sum);
            sum[dim] += 1;
        }
    joint->team->sum(joint->team->argument, sum, dim + 1);
    for (int64_t j = 0; j < dim; j++) joint->mean[j] = sum[dim] > 0 ? sum[j] / sum[dim] : 0;
    for (int32_t s = 0; s < local->strata; s++)
        for (int64_t i = local->stratum_start[s]; i < local->stratum_start[s + 1]; i++) {
            double *x = local->x + i * dim;
            if (counts(joint, s))
                llr_axpy(dim, -1, joint->mean, x);
            else
                memset(x, 0, (size_t)dim * sizeof *x);
        }
}

/* Rows of R' in place of the rows. */
static llr_code_t reduce(llr_joint_t *joint)
{
    const llr_team_t *team = joint->team;
    const llr_sample_t *local = &joint->sample->local;
    int64_t dim = joint->dim, size = joint->size;
    llr_deal_t deal = llr_team_deal(team, joint->sample->rows);
    double *z;
    LLR_TAKE(z, joint->arena, joint->most * size, joint->error);
    LLR_TAKE(joint->q, joint->arena, joint->most * dim, joint->error);
    LLR_TAKE(joint->tau, joint->arena, joint->most + LLR_TEAM_BLOCK, joint->error);
    memcpy(joint->q, local->x, (size_t)(joint->here * dim) * sizeof *z);
    if (team->algebra->qr(team, joint->sample->rows, dim, joint->q, joint->tau, joint->work))
        return llr_fail(joint->error, LLR_FAILED, "the rows of a unit could not be factored");
    for (int64_t i = 0; i < joint->here; i++) {
        int64_t entries = llr_deal_item(deal, team->rank, i) + 1;
        memcpy(z + i * size, joint->q + i * dim, (size_t)entries * sizeof *z);
        memset(z + i * size + entries, 0, (size_t)(size - entries) * sizeof *z);
    }
    joint->z = z;
    return LLR_OK;
}

/* theta out of the coefficients that stand at the start of its vectors. */
static void expand(llr_joint_t *joint)
{
    int64_t dim = joint->dim, size = joint->size, vectors = joint->out->fits * joint->columns;
    int64_t batch = joint->batch * joint->columns;
    if (!joint->q) return;
    for (int64_t v = 0; v < vectors; v++)
        memset(joint->out->theta + v * dim + size, 0, (size_t)(dim - size) * sizeof(double));
    for (int64_t v = 0; v < vectors; v += batch)
        joint->team->algebra->apply(joint->team, joint->sample->rows, dim, joint->q, joint->tau,
                                    joint->out->theta + v * dim,
                                    vectors - v < batch ? vectors - v : batch, joint->work);
}

/* Rank -------------------------------------------------------------------------------------- */

/* The squares of the columns, into diagonal; returns their sum. */
static double find_diagonal(const llr_joint_t *joint, double *diagonal)
{
    int64_t size = joint->size;
    double trace = 0;
    memset(diagonal, 0, (size_t)size * sizeof *diagonal);
    for (int64_t i = 0; i < joint->here; i++)
        for (int64_t j = 0; j < size; j++)
            diagonal[j] += joint->z[i * size + j] * joint->z[i * size + j];
    joint->team->sum(joint->team->argument, diagonal, size);
    for (int64_t j = 0; j < size; j++) trace += diagonal[j];
    return trace;
}

void llr_joint_rank(llr_joint_t *joint, void (*make)(void *argument, double *total), void *argument,
                    double *total, double *diagonal)
{
    const llr_team_algebra_t *algebra = joint->team->algebra;
    int64_t size = joint->size, zeros = 0, rows = joint->sample->rows, *rank = &joint->out->rank;
    double share = (double)(rows > joint->dim ? rows : joint->dim) * DBL_EPSILON;
    double bound = share * find_diagonal(joint, diagonal);
    for (int64_t j = 0; j < size; j++) {
        zeros += diagonal[j] == 0;
        diagonal[j] = (diagonal[j] == 0 ? 4 : 0) * bound - 2 * bound;
    }
    make(argument, total);
    llr_team_add_diagonal(joint->team, size, diagonal, 0, total);
    int info = algebra->factor(joint->team, size, total);
    *rank = 0;
    if (zeros == size) return;
    if (!info || (info == size && !zeros && rows <= joint->dim)) {
        *rank = info ? size - 1 : size - zeros;
        return;
    }
    make(argument, total); /* not plain to see */
    if (algebra->eigenvalues(joint->team, size, total, diagonal, joint->work)) return;
    for (int64_t j = 0; j < size; j++) *rank += diagonal[j] > share * diagonal[size - 1];
}

/* The call ---------------------------------------------------------------------------------- */

static llr_code_t take(llr_joint_t *joint)
{
    llr_arena_t *arena = joint->arena;
    int64_t columns = joint->columns, vectors = joint->batch * columns;
    LLR_TAKE(joint->mean, arena, joint->dim, joint->error);
    LLR_TAKE(joint->fit, arena, joint->out->fits, joint->error);
    LLR_TAKE(joint->score, arena, vectors * joint->most, joint->error);
    LLR_TAKE(joint->residual, arena, vectors * joint->most, joint->error);
    LLR_TAKE(joint->gradient, arena, vectors * joint->dim + 1, joint->error);
    LLR_TAKE(joint->trial, arena, vectors, joint->error);
    LLR_TAKE(joint->step, arena, vectors, joint->error);
    LLR_TAKE(joint->value, arena, joint->batch, joint->error);
    LLR_TAKE(joint->promise, arena, joint->batch, joint->error);
    LLR_TAKE(joint->length, arena, joint->batch, joint->error);
    LLR_TAKE(joint->settled, arena, joint->batch, joint->error);
    LLR_TAKE(joint->last, arena, joint->batch, joint->error);
    LLR_TAKE(joint->terms.at, arena, joint->batch * joint->terms.width, joint->error);
    LLR_TAKE(joint->small, arena, columns * columns, joint->error);
    LLR_TAKE(joint->softmax_work, arena,
             llr_softmax_work(joint->columns) + (columns + 1) * (columns + 2), joint->error);
    LLR_TAKE(joint->work, arena,
             llr_team_work(joint->team->size, joint->size, joint->sample->rows,
                           joint->sample->rows < joint->dim ? joint->dim : 0, vectors),
             joint->error);
    return LLR_OK;
}

static void list_fits(llr_joint_t *joint)
{
    int64_t at = 0;
    for (int64_t p = 0; p < joint->paths; p++)
        for (int64_t l = 0; l < joint->path[p].lambdas; l++, at++)
            joint->fit[at] = (llr_joint_fit_t){&joint->path[p], joint->path[p].lambda[l], at};
}

/* From the rows as they are; intercepts for them before they were centred. */
static llr_code_t certify(llr_joint_t *joint)
{
    llr_solutions_t *out = joint->out;
    llr_certifier_t judge = {.tolerance = joint->options->tolerance};
    int64_t dim = joint->dim, columns = joint->columns;
    for (int64_t f = 0; f < out->fits; f += joint->batch) {
        int64_t count = out->fits - f < joint->batch ? out->fits - f : joint->batch;
        if (llr_joint_stops(joint)) return LLR_STOPPED;
        llr_joint_evaluate(joint, joint->sample->local.x, dim, joint->fit + f, count,
                           out->theta + f * columns * dim, dim, out->b + f * columns, out->fit + f);
        for (int64_t i = f; i < f + count; i++)
            llr_judge(&judge, out->fit[i].certified_gap, &out->fit[i]);
    }
    for (int64_t v = 0; v < out->fits * columns; v++)
        out->b[v] -= llr_dot(dim, out->theta + v * dim, joint->mean);
    return LLR_OK;
}

static llr_code_t run(llr_joint_t *joint)
{
    llr_solutions_t *out = joint->out;
    LLR_TRY(take(joint));
    list_fits(joint);
    memset(out->fit, 0, (size_t)out->fits * sizeof *out->fit);
    memset(out->b, 0, (size_t)(out->fits * joint->columns) * sizeof *out->b);
    memset(out->theta, 0, (size_t)(out->fits * joint->columns * joint->dim) * sizeof *out->theta);
    for (int64_t f = 0; f < out->fits; f++) out->fit[f].df = NAN;
    centre(joint, joint->gradient);
    if (llr_joint_stops(joint)) return LLR_STOPPED;
    joint->z = joint->sample->local.x;
    if (joint->sample->rows < joint->dim) LLR_TRY(reduce(joint));
    LLR_TRY(joint->loss == LLR_LOSS_SQUARE ? llr_joint_square(joint) : llr_joint_logistic(joint));
    expand(joint);
    return certify(joint);
}

llr_code_t llr_solve_team(llr_loss_t loss, const llr_team_sample_t *sample, const llr_path_t *paths,
                          int64_t count, const llr_solve_options_t *options,
                          llr_solutions_t *solutions, const llr_team_t *team, llr_arena_t *arena,
                          llr_error_t *error)
{
    int64_t mark = llr_arena_mark(arena), most = llr_deal_most(llr_team_deal(team, sample->rows));
    int32_t columns = llr_columns(sample->local.classes);
    llr_joint_t joint = {.loss = loss,
                         .team = team,
                         .sample = sample,
                         .path = paths,
                         .paths = count,
                         .options = options,
                         .out = solutions,
                         .columns = columns,
                         .here = sample->local.rows,
                         .most = most,
                         .dim = sample->local.dim,
                         .size =
                             sample->rows < sample->local.dim ? sample->rows : sample->local.dim,
                         .batch = llr_joint_batch(columns),
                         .terms = {.width = 1 + columns + columns * columns},
                         .arena = arena,
                         .error = error};
    llr_code_t code = run(&joint);
    llr_arena_release(arena, mark);
    return code;
}

int64_t llr_solve_team_bytes(const llr_solve_shape_t *shape, int ranks)
{
    int64_t dim = shape->dim, size = shape->rows < dim ? shape->rows : dim, d = sizeof(double);
    int64_t columns = llr_columns(shape->classes), batch = llr_joint_batch((int32_t)columns);
    int64_t most = llr_deal_most((llr_deal_t){shape->rows, LLR_TEAM_BLOCK, ranks});
    int64_t vectors = batch * columns, reduced = shape->rows < dim ? dim : 0;
    int64_t bytes =
        llr_arena_cost(dim, d) + llr_arena_cost(shape->fits, sizeof(llr_joint_fit_t)) +
        2 * llr_arena_cost(vectors * most, d) + llr_arena_cost(vectors * dim + 1, d) +
        2 * llr_arena_cost(vectors, d) + 3 * llr_arena_cost(batch, d) +
        2 * llr_arena_cost(batch, sizeof(bool)) +
        llr_arena_cost(batch * (1 + columns + columns * columns), d) +
        llr_arena_cost(columns * columns, d) +
        llr_arena_cost(llr_softmax_work((int32_t)columns) + (columns + 1) * (columns + 2), d) +
        llr_arena_cost(llr_team_work(ranks, size, shape->rows, reduced, vectors), d);
    if (reduced)
        bytes += llr_arena_cost(most * size, d) + llr_arena_cost(most * dim, d) +
                 llr_arena_cost(most + LLR_TEAM_BLOCK, d);
    int64_t core = shape->loss == LLR_LOSS_SQUARE ? llr_joint_square_bytes(shape, ranks)
                                                  : llr_joint_logistic_bytes(shape, ranks);
    return bytes + core;
}
