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
