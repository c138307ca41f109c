/* The square loss of rows that are dealt: one Gram matrix a stratum, which all weightings and
 * lambdas combine. */
#include "linalg/blas.h"
#include "model/solve_joint.h"

#include <math.h>
#include <string.h>

/* The relative gap that refinement ends at, where the tolerance asks for less; and its steps. */
static const double good_gap = 1e-12;
enum { REFINEMENTS = 3 };

typedef struct square {
    llr_joint_t *joint;
    int64_t piece;  /* doubles of a matrix here */
    double *gram;   /* strata x piece */
    double *factor; /* piece */
    double *sum;    /* strata x (size + 1): sums of the rows, and how many */
    double *mean;   /* size: of the rows, weighted */
    double *step;   /* columns x size */
} square_t;

static llr_code_t take(square_t *it)
{
    llr_joint_t *joint = it->joint;
    int64_t strata = joint->sample->local.strata, size = joint->size;
    it->piece = llr_team_piece(joint->team->size, size);
    LLR_TAKE(it->gram, joint->arena, strata * it->piece, joint->error);
    LLR_TAKE(it->factor, joint->arena, it->piece, joint->error);
    LLR_TAKE(it->sum, joint->arena, strata * (size + 1), joint->error);
    LLR_TAKE(it->mean, joint->arena, size, joint->error);
    LLR_TAKE(it->step, joint->arena, joint->columns * size, joint->error);
    return LLR_OK;
}

int64_t llr_joint_square_bytes(const llr_solve_shape_t *shape, int ranks)
{
    int64_t size = shape->rows < shape->dim ? shape->rows : shape->dim, d = sizeof(double);
    int64_t piece = llr_team_piece(ranks, size);
    return llr_arena_cost(shape->strata * piece, d) + llr_arena_cost(piece, d) +
           llr_arena_cost(shape->strata * (size + 1), d) + llr_arena_cost(size, d) +
           llr_arena_cost(llr_columns(shape->classes) * size, d);
}

static void make_grams(square_t *it)
{
    const llr_joint_t *joint = it->joint;
    const llr_sample_t *local = &joint->sample->local;
    int64_t size = joint->size;
    memset(it->sum, 0, (size_t)(local->strata * (size + 1)) * sizeof *it->sum);
    for (int32_t s = 0; s < local->strata; s++) {
        int64_t first = local->stratum_start[s], rows = local->stratum_start[s + 1] - first;
        const double *z = joint->z + first * size;
        double *sum = it->sum + s * (size + 1);
        joint->team->algebra->gram(joint->team, rows, size, z, it->gram + s * it->piece,
                                   joint->work);
        for (int64_t i = 0; i < rows; i++) llr_axpy(size, 1, z + i * size, sum);
        sum[size] = (double)rows;
    }
    joint->team->sum(joint->team->argument, it->sum, local->strata * (size + 1));
}

static void add_grams(void *argument, double *total)
{
    const square_t *it = argument;
    memset(total, 0, (size_t)it->piece * sizeof *total);
    for (int32_t s = 0; s < it->joint->sample->local.strata; s++)
        llr_axpy(it->piece, 1, it->gram + s * it->piece, total);
}

static double row_weight(const square_t *it, const llr_joint_fit_t *fit, int32_t s)
{
    return fit->path->weight[s] / (double)it->joint->sample->rows;
}

/* it->mean; returns the sum of the rows' weights. */
static double make_mean(square_t *it, const llr_joint_fit_t *fit)
{
    int64_t size = it->joint->size;
    double whole = 0;
    memset(it->mean, 0, (size_t)size * sizeof *it->mean);
    for (int32_t s = 0; s < it->joint->sample->local.strata; s++) {
        const double *sum = it->sum + s * (size + 1);
        whole += row_weight(it, fit, s) * sum[size];
        llr_axpy(size, row_weight(it, fit, s), sum, it->mean);
    }
    for (int64_t j = 0; j < size && whole > 0; j++) it->mean[j] /= whole;
    return whole;
}

/* factor = L of sum a (z - mean)(z - mean)' + lambda. */
static int make_factor(square_t *it, const llr_joint_fit_t *fit, double whole)
{
    const llr_team_t *team = it->joint->team;
    int64_t size = it->joint->size;
    memset(it->factor, 0, (size_t)it->piece * sizeof *it->factor);
    for (int32_t s = 0; s < it->joint->sample->local.strata; s++)
        llr_axpy(it->piece, row_weight(it, fit, s), it->gram + s * it->piece, it->factor);
    llr_team_add_square(team, size, -whole, it->mean, it->factor);
    llr_team_add_diagonal(team, size, NULL, fit->lambda, it->factor);
    return team->algebra->factor(team, size, it->factor);
}

/* step = sum a (t - its mean)(z - mean), by columns. */
static void make_rhs(square_t *it, const llr_joint_fit_t *fit, double whole)
{
    const llr_sample_t *local = &it->joint->sample->local;
    int64_t size = it->joint->size;
    for (int32_t k = 0; k < it->joint->columns; k++) {
        double *rhs = it->step + k * size, target = 0;
        memset(rhs, 0, (size_t)size * sizeof *rhs);
        for (int32_t s = 0; s < local->strata; s++)
            target += row_weight(it, fit, s) * it->sum[s * (size + 1) + size] *
                      llr_square_target(local->classes, local->stratum_class[s], k);
        target = whole > 0 ? target / whole : 0;
        for (int32_t s = 0; s < local->strata; s++) {
            double t = llr_square_target(local->classes, local->stratum_class[s], k) - target;
            const double *sum = it->sum + s * (size + 1);
            llr_axpy(size, row_weight(it, fit, s) * t, sum, rhs);
            llr_axpy(size, -row_weight(it, fit, s) * t * sum[size], it->mean, rhs);
        }
    }
}

/* theta += (L L')^-1 step, for each column. */
static void move(square_t *it, double *theta)
{
    llr_joint_t *joint = it->joint;
    int64_t size = joint->size;
    joint->team->algebra->solve(joint->team, size, it->factor, it->step, joint->columns,
                                joint->work);
    for (int32_t k = 0; k < joint->columns; k++)
        llr_axpy(size, 1, it->step + k * size, theta + k * joint->dim);
}

static void refine(square_t *it, const llr_joint_fit_t *fit, double *theta)
{
    llr_joint_t *joint = it->joint;
    double goal = fmin(good_gap, joint->options->tolerance / 2);
    double *b = joint->out->b + fit->index * joint->columns, before = INFINITY;
    for (int r = 0; r < REFINEMENTS; r++) {
        llr_fit_t report = {0};
        llr_joint_evaluate(joint, joint->z, joint->size, fit, 1, theta, joint->dim, b, &report);
        if (!(report.certified_gap > goal) || !(report.certified_gap < before)) return;
        before = report.certified_gap;
        for (int64_t j = 0; j < joint->columns * joint->size; j++)
            it->step[j] = -joint->gradient[j];
        move(it, theta);
    }
}

static void solve(square_t *it, const llr_joint_fit_t *fit)
{
    llr_joint_t *joint = it->joint;
    double *theta = joint->out->theta + fit->index * joint->columns * joint->dim;
    double whole = make_mean(it, fit);
    if (make_factor(it, fit, whole)) { /* its certificate will tell */
        for (int32_t k = 0; k < joint->columns; k++) theta[k * joint->dim] = NAN;
        return;
    }
    make_rhs(it, fit, whole);
    move(it, theta);
    refine(it, fit, theta);
    if (joint->options->leaves_df) return;
    double trace = joint->team->algebra->inverse_trace(joint->team, joint->size, it->factor);
    joint->out->fit[fit->index].df = fmax((double)joint->size - fit->lambda * trace, 0);
}

llr_code_t llr_joint_square(llr_joint_t *joint)
{
    square_t it = {.joint = joint};
    int64_t mark = llr_arena_mark(joint->arena);
    LLR_TRY(take(&it));
    make_grams(&it);
    llr_joint_rank(joint, add_grams, &it, it.factor, it.mean);
    for (int64_t f = 0; f < joint->out->fits; f++) {
        if (llr_joint_stops(joint)) return LLR_STOPPED;
        solve(&it, &joint->fit[f]);
    }
    llr_arena_release(joint->arena, mark);
    return LLR_OK;
}
