/* The square loss of rows that are dealt: one Gram matrix a stratum, which all weightings and
 * lambdas combine. A weighting of few lambdas takes a Cholesky factor each, one of many a reduction
 * to a band that serves them all. */
#include "linalg/blas.h"
#include "linalg/shifted.h"
#include "model/solve_joint.h"
#include "model/team_band.h"

#include <math.h>
#include <string.h>

/* The relative gap that refinement ends at, where the tolerance asks for less; and its steps. */
static const double good_gap = 1e-12;
enum { REFINEMENTS = 3 };

typedef struct square {
    llr_joint_t *joint;
    int64_t piece;               /* doubles of a matrix here */
    double *gram;                /* strata x piece */
    double *factor;              /* piece: of a fit; or of a weighting, its reflectors */
    double *sum;                 /* strata x (size + 1): sums of the rows, and how many */
    double *mean;                /* size: of the rows, weighted */
    double *step;                /* LLR_LANES x columns x size */
    double *t, *band;            /* of the reduction to a band */
    double *lanes, *lane_factor; /* size x LLR_LANES, llr_shifted_room: of the band's systems */
    double *band_work;
    bool bands; /* some weighting is reduced */
} square_t;

/* Factors cost size^3 / 3 a lambda, twice that with df, a reduction 4 size^3 / 3 at a lower rate.
 */
static bool takes_band(const llr_path_t *path, int64_t size, bool leaves_df)
{
    enum { FACTORS = 6 };
    return path->lambdas * (leaves_df ? 1 : 2) >= FACTORS && size > 2 * LLR_BAND;
}

static llr_code_t take(square_t *it)
{
    llr_joint_t *joint = it->joint;
    int64_t strata = joint->sample->local.strata, size = joint->size;
    it->piece = llr_team_piece(joint->team->size, size);
    LLR_TAKE(it->gram, joint->arena, strata * it->piece, joint->error);
    LLR_TAKE(it->factor, joint->arena, it->piece, joint->error);
    LLR_TAKE(it->sum, joint->arena, strata * (size + 1), joint->error);
    LLR_TAKE(it->mean, joint->arena, size, joint->error);
    LLR_TAKE(it->step, joint->arena, LLR_LANES * joint->columns * size, joint->error);
    for (int64_t p = 0; p < joint->paths; p++)
        it->bands = it->bands || takes_band(&joint->path[p], size, joint->options->leaves_df);
    if (!it->bands) return LLR_OK;
    LLR_TAKE(it->t, joint->arena, llr_band_factors(size), joint->error);
    LLR_TAKE(it->band, joint->arena, size * LLR_BAND_WIDTH, joint->error);
    LLR_TAKE(it->lanes, joint->arena, size * LLR_LANES, joint->error);
    LLR_TAKE(it->lane_factor, joint->arena, llr_shifted_room(size), joint->error);
    LLR_TAKE(it->band_work, joint->arena, llr_team_band_work(size, LLR_LANES * joint->columns),
             joint->error);
    return LLR_OK;
}

int64_t llr_joint_square_bytes(const llr_solve_shape_t *shape, int ranks)
{
    int64_t size = shape->rows < shape->dim ? shape->rows : shape->dim, d = sizeof(double);
    int64_t piece = llr_team_piece(ranks, size), columns = llr_columns(shape->classes);
    return llr_arena_cost(shape->strata * piece, d) + llr_arena_cost(piece, d) +
           llr_arena_cost(shape->strata * (size + 1), d) + llr_arena_cost(size, d) +
           llr_arena_cost(LLR_LANES * columns * size, d) +
           llr_arena_cost(llr_band_factors(size), d) + llr_arena_cost(size * LLR_BAND_WIDTH, d) +
           llr_arena_cost(size * LLR_LANES, d) + llr_arena_cost(llr_shifted_room(size), d) +
           llr_arena_cost(llr_team_band_work(size, LLR_LANES * columns), d);
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
    return llr_joint_row_weight(it->joint, fit, s);
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

/* factor = sum a (z - mean)(z - mean)'. */
static void make_matrix(square_t *it, const llr_joint_fit_t *fit, double whole)
{
    memset(it->factor, 0, (size_t)it->piece * sizeof *it->factor);
    for (int32_t s = 0; s < it->joint->sample->local.strata; s++)
        llr_axpy(it->piece, row_weight(it, fit, s), it->gram + s * it->piece, it->factor);
    llr_team_add_square(it->joint->team, it->joint->size, -whole, it->mean, it->factor);
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

/* Fits of one weighting side by side, and what solves their systems. */
typedef struct lot {
    const llr_joint_fit_t *fit;
    int64_t fits;                                       /* at most LLR_LANES */
    void (*solve)(square_t *it, const struct lot *lot); /* step, in place */
    llr_shifted_t *shifted;                             /* NULL: of one fit, by its factor */
} lot_t;

static void solve_factor(square_t *it, const lot_t *lot)
{
    llr_joint_t *joint = it->joint;
    (void)lot;
    joint->team->algebra->solve(joint->team, joint->size, it->factor, it->step, joint->columns,
                                joint->work);
}

/* Q (B + lambda)^-1 Q', each lambda a lane. */
static void solve_band(square_t *it, const lot_t *lot)
{
    llr_joint_t *joint = it->joint;
    int64_t size = joint->size, columns = joint->columns, vectors = lot->fits * columns;
    llr_team_band_apply(joint->team, size, it->factor, it->t, true, it->step, vectors,
                        it->band_work);
    for (int64_t k = 0; k < columns; k++) {
        memset(it->lanes, 0, (size_t)(size * LLR_LANES) * sizeof *it->lanes);
        for (int64_t l = 0; l < lot->fits; l++)
            for (int64_t j = 0; j < size; j++)
                it->lanes[j * LLR_LANES + l] = it->step[(l * columns + k) * size + j];
        llr_shifted_solve(lot->shifted);
        for (int64_t l = 0; l < lot->fits; l++)
            for (int64_t j = 0; j < size; j++)
                it->step[(l * columns + k) * size + j] = it->lanes[j * LLR_LANES + l];
    }
    llr_team_band_apply(joint->team, size, it->factor, it->t, false, it->step, vectors,
                        it->band_work);
}

static double *theta_of(const square_t *it, const lot_t *lot)
{
    return it->joint->out->theta + lot->fit->index * it->joint->columns * it->joint->dim;
}

/* theta += what solves the systems for step. */
static void move(square_t *it, const lot_t *lot)
{
    llr_joint_t *joint = it->joint;
    double *theta = theta_of(it, lot);
    lot->solve(it, lot);
    for (int64_t v = 0; v < lot->fits * joint->columns; v++)
        llr_axpy(joint->size, 1, it->step + v * joint->size, theta + v * joint->dim);
}

/* By the rows, as long as it makes the worst gap less. */
static void refine(square_t *it, const lot_t *lot)
{
    llr_joint_t *joint = it->joint;
    double goal = fmin(good_gap, joint->options->tolerance / 2), before = INFINITY;
    double *b = joint->out->b + lot->fit->index * joint->columns;
    for (int r = 0; r < REFINEMENTS; r++) {
        llr_fit_t report[LLR_LANES] = {{0}};
        double worst = 0;
        llr_joint_evaluate(joint, joint->z, joint->size, lot->fit, lot->fits, theta_of(it, lot),
                           joint->dim, b, report);
        for (int64_t f = 0; f < lot->fits; f++) worst = fmax(worst, report[f].certified_gap);
        if (!(worst > goal) || !(worst < before)) return;
        before = worst;
        for (int64_t j = 0; j < lot->fits * joint->columns * joint->size; j++)
            it->step[j] = -joint->gradient[j];
        move(it, lot);
    }
}

/* From nothing: the right-hand sides are the same for all lambdas. */
static void solve_lot(square_t *it, const lot_t *lot, double whole)
{
    llr_joint_t *joint = it->joint;
    int64_t numbers = joint->columns * joint->size;
    for (int64_t v = 0; v < lot->fits * joint->columns; v++)
        memset(theta_of(it, lot) + v * joint->dim, 0, (size_t)joint->size * sizeof(double));
    make_rhs(it, lot->fit, whole);
    for (int64_t f = 1; f < lot->fits; f++)
        memcpy(it->step + f * numbers, it->step, (size_t)numbers * sizeof *it->step);
    move(it, lot);
    refine(it, lot);
}

static void solve_by_factor(square_t *it, const llr_joint_fit_t *fit, double whole)
{
    llr_joint_t *joint = it->joint;
    const llr_team_t *team = joint->team;
    lot_t lot = {fit, 1, solve_factor, NULL};
    make_matrix(it, fit, whole);
    llr_team_add_diagonal(team, joint->size, NULL, fit->lambda, it->factor);
    if (team->algebra->factor(team, joint->size, it->factor)) { /* its certificate will tell */
        for (int32_t k = 0; k < joint->columns; k++) theta_of(it, &lot)[k * joint->dim] = NAN;
        return;
    }
    solve_lot(it, &lot, whole);
    if (joint->options->leaves_df) return;
    double trace = team->algebra->inverse_trace(team, joint->size, it->factor);
    joint->out->fit[fit->index].df = fmax((double)joint->size - fit->lambda * trace, 0);
}

/* As many lambdas of the reduced weighting as there are lanes. False: a system is not definite to
 * working precision. */
static bool solve_lanes(square_t *it, const llr_joint_fit_t *fit, int64_t fits, double whole)
{
    llr_joint_t *joint = it->joint;
    double shift[LLR_LANES], trace[LLR_LANES];
    llr_shifted_t shifted = {
        .n = joint->size, .band = it->band, .factor = it->lane_factor, .solution = it->lanes};
    lot_t lot = {fit, fits, solve_band, &shifted};
    for (int64_t l = 0; l < fits; l++) shift[l] = fit[l].lambda;
    llr_shifted_set(&shifted, shift, fits);
    llr_shifted_factor(&shifted);
    if (!llr_shifted_definite(&shifted)) return false;
    solve_lot(it, &lot, whole);
    if (joint->options->leaves_df) return true;
    llr_shifted_trace(&shifted, trace);
    for (int64_t l = 0; l < fits; l++) joint->out->fit[fit[l].index].df = fmax(trace[l], 0);
    return true;
}

/* Fits that the band has no answer for are left to factors: returns the first of them. */
static llr_code_t solve_by_band(square_t *it, const llr_joint_fit_t *fit, int64_t fits,
                                double whole, int64_t *solved)
{
    llr_joint_t *joint = it->joint;
    int64_t most = joint->batch < LLR_LANES ? joint->batch : LLR_LANES;
    make_matrix(it, fit, whole);
    llr_team_band_reduce(joint->team, joint->size, it->factor, it->t, it->band, it->band_work);
    for (*solved = 0; *solved < fits;) {
        int64_t count = fits - *solved < most ? fits - *solved : most;
        if (llr_joint_stops(joint)) return LLR_STOPPED;
        if (!solve_lanes(it, fit + *solved, count, whole)) break;
        *solved += count;
    }
    return LLR_OK;
}

static llr_code_t solve_path(square_t *it, const llr_joint_fit_t *fit, int64_t fits)
{
    llr_joint_t *joint = it->joint;
    double whole = make_mean(it, fit);
    int64_t solved = 0;
    if (takes_band(fit->path, joint->size, joint->options->leaves_df))
        LLR_TRY(solve_by_band(it, fit, fits, whole, &solved));
    for (; solved < fits; solved++) {
        if (llr_joint_stops(joint)) return LLR_STOPPED;
        solve_by_factor(it, fit + solved, whole);
    }
    return LLR_OK;
}

llr_code_t llr_joint_square(llr_joint_t *joint)
{
    square_t it = {.joint = joint};
    int64_t mark = llr_arena_mark(joint->arena), at = 0;
    LLR_TRY(take(&it));
    make_grams(&it);
    llr_joint_rank(joint, add_grams, &it, it.factor, it.mean);
    for (int64_t p = 0; p < joint->paths; at += joint->path[p++].lambdas)
        LLR_TRY(solve_path(&it, joint->fit + at, joint->path[p].lambdas));
    llr_arena_release(joint->arena, mark);
    return LLR_OK;
}
