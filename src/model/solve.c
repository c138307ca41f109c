#include "model/solve.h"

#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "model/solve_softmax.h"
#include "model/solve_zero.h"

#include <math.h>
#include <string.h>

int32_t llr_columns(int32_t classes)
{
    return classes == 2 ? 1 : classes;
}

double llr_square_target(int32_t classes, int32_t label, int32_t column)
{
    return label == (classes == 2 ? 1 : column) ? 1 : -1;
}

bool llr_call_stops(const llr_call_t *call)
{
    return call->options->should_stop && call->options->should_stop(call->options->argument);
}

llr_margin_t llr_call_margin(const llr_call_t *call, int64_t path)
{
    return (llr_margin_t){call->sample, call->loss, call->columns, call->path[path].weight,
                          call->margin_work};
}

double llr_trace_df(double *h, int64_t size, double lambda)
{
    double square = 0;
    for (int64_t j = 0; j < size; j++) h[j * size + j] += lambda;
    if (llr_cholesky(size, h) || llr_triangle_invert(size, h)) return NAN;
    /* The inverse's trace is the squared norm of the factor's inverse. */
    for (int64_t i = 0; i < size; i++) square += llr_dot(i + 1, h + i * size, h + i * size);
    return fmax((double)size - lambda * square, 0);
}

static llr_code_t find_rank(llr_call_t *call)
{
    int64_t *rank = &call->solutions->rank;
    if (call->loss == LLR_LOSS_SQUARE)
        return llr_gram_rank(&call->gram, &call->space, rank, call->arena, call->error);
    return llr_gram_rows_rank(&call->space, rank, call->arena, call->error);
}

/* Intercepts of the rows as they were given. */
static void shift_back(const llr_call_t *call)
{
    const llr_solutions_t *out = call->solutions;
    for (int64_t v = 0; v < out->fits * call->columns; v++)
        out->b[v] -= llr_dot(call->space.dim, out->theta + v * call->space.dim, call->space.mean);
}

static int64_t mapped_vectors(int64_t fits, int32_t columns)
{
    return (fits > LLR_CERTIFY_FITS ? fits : LLR_CERTIFY_FITS) * columns;
}

static llr_code_t (*solver_of(const llr_call_t *call))(llr_call_t *)
{
    if (call->loss == LLR_LOSS_SQUARE) return llr_solve_ridge;
    return call->columns > 1 ? llr_solve_softmax : llr_solve_logistic;
}

/* Also where a solver knows it anyway: what a table has follows from the job alone. */
static void leave_df(const llr_call_t *call)
{
    llr_fit_t *fit = call->solutions->fit;
    for (int64_t p = 0; p < call->paths; p++)
        for (int64_t l = 0; l < call->path[p].lambdas; l++, fit++)
            if (call->path[p].lambda[l] > 0) fit->df = NAN;
}

static llr_code_t run(llr_call_t *call)
{
    llr_solutions_t *out = call->solutions;
    LLR_TRY(llr_space_create(&call->space, call->sample, call->path, call->paths,
                             mapped_vectors(out->fits, call->columns), call->arena, call->error));
    LLR_TRY(llr_certifier_create(&call->certifier, &call->space, call->columns,
                                 call->options->tolerance, call->arena, call->error));
    LLR_TAKE(call->margin_work, call->arena, llr_margin_work(call->loss, call->columns),
             call->error);
    call->width = call->columns * call->space.size;
    memset(out->fit, 0, (size_t)out->fits * sizeof *out->fit);
    memset(out->b, 0, (size_t)(out->fits * call->columns) * sizeof *out->b);
    if (call->loss == LLR_LOSS_SQUARE)
        LLR_TRY(llr_gram_create(&call->gram, &call->space, call->arena, call->error));
    out->rank = LLR_RANK_UNKNOWN;
    if (llr_call_stops(call)) return LLR_STOPPED;
    int64_t mark = llr_arena_mark(call->arena);
    LLR_TRY(llr_solve_around_zero(call, solver_of(call)));
    llr_arena_release(call->arena, mark);
    if (out->rank == LLR_RANK_UNKNOWN) LLR_TRY(find_rank(call));
    if (call->options->leaves_df) leave_df(call);
    shift_back(call);
    return LLR_OK;
}

llr_code_t llr_solve(llr_loss_t loss, const llr_sample_t *sample, const llr_path_t *paths,
                     int64_t count, const llr_solve_options_t *options, llr_solutions_t *solutions,
                     llr_arena_t *arena, llr_error_t *error)
{
    int64_t mark = llr_arena_mark(arena);
    llr_call_t call = {.loss = loss,
                       .sample = sample,
                       .path = paths,
                       .paths = count,
                       .options = options,
                       .solutions = solutions,
                       .columns = llr_columns(sample->classes),
                       .arena = arena,
                       .error = error};
    llr_code_t code = run(&call);
    llr_arena_release(arena, mark);
    return code;
}

static int64_t larger_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t llr_solve_bytes(const llr_solve_shape_t *shape)
{
    int64_t rows = shape->rows, dim = shape->dim, size = rows < dim ? rows : dim;
    int32_t columns = llr_columns(shape->classes);
    int64_t core = shape->loss == LLR_LOSS_SQUARE ? llr_ridge_bytes(shape)
                   : columns > 1 ? llr_softmax_bytes(rows, size, columns, shape->paths, shape->fits)
                                 : llr_logistic_bytes(rows, size, shape->paths, shape->fits);
    int64_t rank = llr_gram_rank_bytes(size), kept = 0;
    if (shape->loss == LLR_LOSS_SQUARE)
        kept = llr_gram_bytes(rows, size, shape->strata);
    else
        rank += llr_gram_bytes(rows, size, 1);
    if (shape->zero) core = llr_zero_bytes(shape, core);
    return llr_space_bytes(rows, dim, mapped_vectors(shape->fits, columns)) +
           llr_certifier_bytes(rows, dim, columns) +
           llr_arena_cost(llr_margin_work(shape->loss, columns), sizeof(double)) + kept +
           larger_of(core, rank);
}

/* Cost. Seconds of an operation on one core of the machine they were measured on (an EPYC core with
 * AVX2, OpenBLAS), fitted to the times of 600 units of seven datasets. */
static const double PRODUCT = 1.1e-11;   /* of double-precision products */
static const double FACTOR = 4.5e-11;    /* p^3: factors and reductions that all fits share */
static const double REDUCTION = 2.3e-11; /* p^3 a weighting: the square loss with df */
static const double SYSTEM = 1.9e-10;    /* p^2 a vector: the square loss, with a reduction made */
static const double KRYLOV = 1e-9; /* p^2 a weighting and column: the square loss without df */

/* Of iterative losses: n p^2 and p^3 of a curvature matrix, an element of a pass a vector, and of
 * the passes that a weighting and column take more at its first strength. */
typedef struct rates {
    double curvature, cube, pass, start;
} rates_t;
static const rates_t LOGISTIC[2] = {{6.3e-12, 4.2e-12, 1.58e-9, 1.8e-9},
                                    {2.1e-12, 1.4e-12, 3.0e-10, 1.8e-9}};
static const rates_t SOFTMAX[2] = {{3e-12, 1.5e-11, 3.0e-9, 2.2e-9},
                                   {1.3e-12, 0.9e-12, 1.24e-9, 2.2e-9}};

/* Of lambda = 0: a QR and singular vectors a path; logistic, also eight strengths. */
static double zero_cost(const llr_solve_shape_t *shape)
{
    double n = (double)shape->rows, d = (double)shape->dim, p = fmin(n, d);
    llr_solve_shape_t levels = *shape;
    if (!shape->zero) return 0;
    levels.zero = false;
    levels.fits = 8 * shape->paths;
    return PRODUCT * (double)shape->paths * (4 * n * d * p + 20 * p * p * p) +
           (shape->loss == LLR_LOSS_SQUARE ? 0 : llr_solve_cost(&levels));
}

static double square_cost(const llr_solve_shape_t *shape, double n, double d, double p)
{
    double columns = llr_columns(shape->classes), vectors = (double)shape->fits * columns;
    double paths = (double)shape->paths, square = p * p;
    double shared = FACTOR * p * square + SYSTEM * square * vectors;
    if (shape->leaves_df)
        return shared + PRODUCT * 2 * n * d * vectors + KRYLOV * square * columns * paths;
    /* Certified from Gram matrices where rows >= dim. */
    return shared + REDUCTION * p * square * paths + (n < d ? PRODUCT * 4 * n * d * vectors : 0);
}

/* A curvature matrix of every vector for df, or one a strength and column that the passes share. */
static double iterative_cost(const llr_solve_shape_t *shape, double n, double d, double p)
{
    double columns = llr_columns(shape->classes), vectors = (double)shape->fits * columns;
    double paths = (double)shape->paths;
    rates_t rate = (columns > 1 ? SOFTMAX : LOGISTIC)[shape->leaves_df];
    double matrices = shape->leaves_df ? (double)shape->fits / paths * columns : vectors;
    return FACTOR * p * p * p + PRODUCT * 4 * n * d * vectors +
           matrices * p * p * (rate.curvature * n + rate.cube * p) + rate.pass * vectors * n * p +
           rate.start * paths * columns * n * p;
}

double llr_solve_cost(const llr_solve_shape_t *shape)
{
    double n = (double)shape->rows, d = (double)shape->dim, p = fmin(n, d);
    double gram = PRODUCT * ((n < d ? 4 * n * n * d : 0) + n * p * p);
    double solving =
        (shape->loss == LLR_LOSS_SQUARE ? square_cost : iterative_cost)(shape, n, d, p);
    return gram + zero_cost(shape) + solving;
}
