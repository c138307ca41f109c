/* Square loss without a penalty: the pseudo-inverse of the weighted centred rows. */
#include "linalg/blas.h"
#include "model/solve_factor.h"
#include "model/solve_zero.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { REFINEMENTS = 4 };

typedef struct least {
    llr_zero_t *zero;
    llr_factor_t factor;
    int64_t width;               /* columns * factor.space.size */
    double *y;                   /* columns x factor.longer */
    double *z, *kept, *g, *step; /* columns x factor.space.size */
} least_t;

int64_t llr_zero_square_bytes(int64_t rows, int64_t dim, int32_t columns)
{
    int64_t size = rows < dim ? rows : dim, longer = rows > dim ? rows : dim;
    return llr_factor_bytes(rows, dim, columns) + llr_arena_cost(columns * longer, sizeof(double)) +
           4 * llr_arena_cost(columns * size, sizeof(double));
}

static llr_code_t take(least_t *least)
{
    const llr_call_t *call = least->zero->call;
    least->width = call->columns * least->factor.space.size;
    LLR_TAKE(least->y, call->arena, call->columns * least->factor.longer, call->error);
    LLR_TAKE(least->z, call->arena, least->width, call->error);
    LLR_TAKE(least->kept, call->arena, least->width, call->error);
    LLR_TAKE(least->g, call->arena, least->width, call->error);
    LLR_TAKE(least->step, call->arena, least->width, call->error);
    return LLR_OK;
}

/* sqrt(w_i / n) (t_i - mean t) of the rows that count; b holds the weighted means. */
static void make_target(least_t *least)
{
    const llr_zero_t *zero = least->zero;
    const llr_sample_t *sample = zero->call->sample;
    for (int32_t k = 0; k < zero->call->columns; k++) {
        double *y = least->y + k * least->factor.longer;
        for (int32_t s = 0; s < sample->strata; s++) {
            double root = sqrt(zero->margin.weight[s] / (double)sample->rows);
            double target = llr_square_target(sample->classes, sample->stratum_class[s], k);
            for (int64_t i = sample->stratum_start[s]; root > 0 && i < sample->stratum_start[s + 1];
                 i++)
                *y++ = root * (target - zero->b[k]);
        }
    }
}

static void evaluate(least_t *least)
{
    const llr_zero_t *zero = least->zero;
    static const double lambda = 0;
    llr_evaluate(&zero->call->certifier, &zero->margin, &lambda, 1, zero->theta, zero->b,
                 zero->fit);
}

static void evaluate_z(least_t *least)
{
    llr_space_expand(&least->factor.space, least->z, least->zero->call->columns,
                     least->zero->theta);
    evaluate(least);
}

/* Newton's step from z, and how far F falls by it: to its minimum over the singular values that
 * count. At most |g|^2 / (2 mu), mu the square of the smallest of them. */
static double find_step(least_t *least)
{
    const llr_call_t *call = least->zero->call;
    llr_space_restrict(&least->factor.space, call->certifier.gradient, call->columns, least->g);
    llr_factor_newton(&least->factor, least->g, call->columns, least->step);
    return 0.5 * llr_dot(least->width, least->g, least->step);
}

/* Newton steps while F, as the rows show it, comes closer to its minimum. Returns the distance. */
static double refine(least_t *least)
{
    size_t bytes = (size_t)least->width * sizeof(double);
    double gap = find_step(least);
    for (int pass = 0; pass < REFINEMENTS; pass++) {
        memcpy(least->kept, least->z, bytes);
        llr_axpy(least->width, -1, least->step, least->z);
        evaluate_z(least);
        double next = find_step(least);
        if (!(next < gap)) {
            memcpy(least->z, least->kept, bytes);
            evaluate_z(least);
            break;
        }
        gap = next;
    }
    return gap;
}

/* Upper bound of F less its minimum. What the rank's tolerance forgives the rows, the singular
 * vectors owe: so much of the scores may be theirs. */
static double bound_gap(const least_t *least, double distance)
{
    const llr_factor_t *factor = &least->factor;
    double square = llr_dot(least->width, least->z, least->z);
    double owed = (double)factor->longer * DBL_EPSILON * factor->singular[0];
    return distance + 0.5 * owed * owed * square;
}

llr_code_t llr_zero_square(llr_zero_t *zero)
{
    llr_call_t *call = zero->call;
    least_t least = {.zero = zero};
    LLR_TRY(llr_factor_create(&least.factor, call->sample, zero->margin.weight, call->columns,
                              call->arena, call->error));
    LLR_TRY(take(&least));
    evaluate(&least);
    double nothing = zero->fit->objective;
    zero->fit->df = (double)least.factor.rank;
    if (least.factor.rank < 0) {
        *zero->fit =
            (llr_fit_t){LLR_FIT_NUMERICAL_FAILURE, 0, nothing, zero->fit->gradient_norm, NAN, NAN};
        return LLR_OK;
    }
    make_target(&least);
    llr_factor_solve(&least.factor, least.y, call->columns, least.z);
    evaluate_z(&least);
    double gap = llr_relative_gap(bound_gap(&least, refine(&least)), zero->fit->objective);
    /* The minimum is at least 0: a fit through all targets is known by F alone. */
    llr_judge(&call->certifier, fmin(gap, zero->fit->objective / fmax(nothing, DBL_MIN)),
              zero->fit);
    return LLR_OK;
}
