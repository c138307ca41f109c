/* Logistic losses without a penalty. Where a hyperplane separates the classes there is no minimum,
 * elsewhere nothing certifies one; so the answer is the fit at a strength too small to matter, and
 * the rows themselves prove separation. */
#include "linalg/blas.h"
#include "model/solve_factor.h"
#include "model/solve_logistic.h"
#include "model/solve_softmax.h"
#include "model/solve_zero.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Strengths over the mean square of a centred column. From ANSWER on they are too small to move a
 * fit that has a minimum by more than about 1e-10 of itself, where the columns have one scale; a
 * narrow gap between classes, or columns of many scales, need less still. The way down is always
 * the same, so that no other strength of the call has a say. */
enum { LEVELS = 8, ANSWER = 4 };
static const double level_share[LEVELS] = {1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, 1e-16};

static int64_t smaller_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t llr_zero_logistic_bytes(int64_t rows, int64_t dim, int32_t columns)
{
    int64_t factor = llr_factor_bytes(rows, dim, 1);
    int64_t descent =
        llr_arena_cost(LEVELS, sizeof(llr_fit_t)) +
        llr_arena_cost(LEVELS * columns, sizeof(double)) +
        (columns > 1 ? llr_softmax_bytes(rows, smaller_of(rows, dim), columns, 1, LEVELS)
                     : llr_logistic_bytes(rows, smaller_of(rows, dim), 1, LEVELS));
    return factor > descent ? factor : descent;
}

/* df, and the strengths. */
static llr_code_t measure(llr_zero_t *zero, double *lambda)
{
    const llr_call_t *call = zero->call;
    int64_t mark = llr_arena_mark(call->arena);
    llr_factor_t factor;
    LLR_TRY(
        llr_factor_create(&factor, call->sample, zero->margin.weight, 1, call->arena, call->error));
    zero->fit->df = factor.rank < 0 ? NAN : (double)factor.rank;
    double square = factor.rank < 0 ? NAN : llr_dot(factor.rank, factor.singular, factor.singular);
    for (int level = 0; level < LEVELS; level++)
        lambda[level] = level_share[level] * square / (double)call->sample->dim;
    llr_arena_release(call->arena, mark);
    return LLR_OK;
}

/* Is the own score of the row above all others by more than rounding can have done to each? */
static bool leads(const llr_zero_t *zero, int64_t row, int32_t class, double rounding)
{
    const llr_call_t *call = zero->call;
    const double *score = call->certifier.score + row;
    int64_t rows = call->sample->rows;
    if (call->columns == 1) return (class ? 1 : -1) * (score[0] + zero->b[0]) > rounding;
    double own = score[class * rows] + zero->b[class];
    for (int32_t k = 0; k < call->columns; k++)
        if (k != class && !(own - (score[k * rows] + zero->b[k]) > 2 * rounding)) return false;
    return true;
}

/* Proven of the rows that count, from the scores last evaluated: a score of dim products is off by
 * less than dim eps times the norms, and the centring of a row by eps of its norm. */
static bool separates(const llr_zero_t *zero)
{
    const llr_sample_t *sample = zero->call->sample;
    double norm = 0, shift = 0, unit = (double)(sample->dim + 4);
    for (int32_t k = 0; k < zero->call->columns; k++) {
        const double *theta = zero->theta + k * sample->dim;
        norm = fmax(norm, sqrt(llr_dot(sample->dim, theta, theta)));
        shift = fmax(shift, fabs(zero->b[k]));
    }
    for (int32_t s = 0; s < sample->strata; s++)
        for (int64_t i = sample->stratum_start[s];
             zero->margin.weight[s] > 0 && i < sample->stratum_start[s + 1]; i++) {
            const double *x = sample->x + i * sample->dim;
            double size = norm * sqrt(llr_dot(sample->dim, x, x)) + shift;
            if (!leads(zero, i, sample->stratum_class[s], unit * (DBL_EPSILON * size + DBL_MIN)))
                return false;
        }
    return true;
}

/* Evaluates theta without the penalty. True: it separates the rows. */
static bool judge(llr_zero_t *zero)
{
    static const double lambda = 0;
    llr_fit_t *fit = zero->fit;
    llr_evaluate(&zero->call->certifier, &zero->margin, &lambda, 1, zero->theta, zero->b, fit);
    fit->certified_gap = NAN;
    if (!isfinite(fit->objective) || !isfinite(fit->gradient_norm) || isnan(fit->df))
        fit->status = LLR_FIT_NUMERICAL_FAILURE;
    else
        fit->status = separates(zero) ? LLR_FIT_SEPARABLE : LLR_FIT_UNCERTIFIED;
    return fit->status == LLR_FIT_SEPARABLE;
}

/* The solver that goes down the levels. */
typedef struct descent {
    llr_call_t *call;
    llr_logistic_t binary;
    llr_softmax_solver_t softmax;
    const double *z; /* LEVELS x columns x size: its solutions */
} descent_t;

static llr_code_t begin(descent_t *descent, llr_call_t *call)
{
    descent->call = call;
    if (call->columns > 1) {
        LLR_TRY(llr_softmax_create(&descent->softmax, call));
        descent->z = descent->softmax.z;
    } else {
        LLR_TRY(llr_logistic_create(&descent->binary, call));
        descent->z = descent->binary.z;
    }
    return LLR_OK;
}

static llr_code_t go_down(descent_t *descent)
{
    bool more;
    return descent->call->columns > 1 ? llr_softmax_descend(&descent->softmax, &more)
                                      : llr_logistic_descend(&descent->binary, &more);
}

/* The solution at a level, as a fit without a penalty. */
static bool judge_level(llr_zero_t *zero, const descent_t *descent, int64_t level)
{
    const llr_call_t *call = zero->call;
    memcpy(zero->b, descent->call->solutions->b + level * call->columns,
           (size_t)call->columns * sizeof(double));
    llr_space_expand(&call->space, descent->z + level * call->width, call->columns, zero->theta);
    return judge(zero);
}

/* Down the levels until one at or after ANSWER separates; none does: the one of the least gradient.
 */
static llr_code_t descend(llr_zero_t *zero, llr_call_t *inner)
{
    descent_t descent;
    bool found = false;
    int best = ANSWER;
    double least = INFINITY;
    LLR_TRY(begin(&descent, inner));
    for (int level = 0; level < LEVELS && !found; level++) {
        LLR_TRY(go_down(&descent));
        zero->fit->iterations += inner->solutions->fit[level].iterations;
        if (level < ANSWER) continue;
        found = judge_level(zero, &descent, level);
        if (!(zero->fit->gradient_norm < least)) continue;
        least = zero->fit->gradient_norm;
        best = level;
    }
    if (!found) judge_level(zero, &descent, best);
    return LLR_OK;
}

llr_code_t llr_zero_logistic(llr_zero_t *zero)
{
    llr_call_t inner = *zero->call;
    double lambda[LEVELS];
    llr_path_t path = {zero->margin.weight, lambda, LEVELS};
    llr_solutions_t levels = {.fits = LEVELS, .columns = inner.columns};
    llr_solve_options_t options = *inner.options;
    options.max_iterations = (options.max_iterations + LEVELS - 1) / LEVELS;
    LLR_TRY(measure(zero, lambda));
    if (!(lambda[LEVELS - 1] > 0 && isfinite(lambda[0]))) { /* equal rows: b is all there is */
        judge(zero);
        return LLR_OK;
    }
    LLR_TAKE(levels.fit, inner.arena, LEVELS, inner.error);
    LLR_TAKE(levels.b, inner.arena, LEVELS * inner.columns, inner.error);
    memset(levels.fit, 0, LEVELS * sizeof *levels.fit);
    inner.path = &path;
    inner.paths = 1;
    inner.options = &options;
    inner.solutions = &levels;
    return descend(zero, &inner);
}
