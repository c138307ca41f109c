#include "model/solve_zero.h"

#include <string.h>

static bool has_zero(const llr_call_t *call)
{
    for (int64_t p = 0; p < call->paths; p++)
        for (int64_t l = 0; l < call->path[p].lambdas; l++)
            if (call->path[p].lambda[l] == 0) return true;
    return false;
}

/* The paths of a call without their zeros; paths that are nothing else are left out. */
static llr_code_t drop_zeros(const llr_call_t *call, llr_call_t *positive)
{
    llr_path_t *path;
    double *lambda;
    LLR_TAKE(path, call->arena, call->paths, call->error);
    LLR_TAKE(lambda, call->arena, call->solutions->fits, call->error);
    positive->path = path;
    positive->paths = positive->solutions->fits = 0;
    for (int64_t p = 0; p < call->paths; p++) {
        llr_path_t kept = {call->path[p].weight, lambda, 0};
        for (int64_t l = 0; l < call->path[p].lambdas; l++)
            if (call->path[p].lambda[l] > 0) lambda[kept.lambdas++] = call->path[p].lambda[l];
        lambda += kept.lambdas;
        positive->solutions->fits += kept.lambdas;
        if (kept.lambdas) path[positive->paths++] = kept;
    }
    return LLR_OK;
}

static void move_fit(const llr_call_t *call, int64_t from, int64_t to)
{
    const llr_solutions_t *out = call->solutions;
    int64_t columns = call->columns, width = columns * call->space.dim;
    out->fit[to] = out->fit[from];
    memmove(out->b + to * columns, out->b + from * columns, (size_t)columns * sizeof *out->b);
    memmove(out->theta + to * width, out->theta + from * width, (size_t)width * sizeof *out->theta);
}

/* Fits at positive lambda stand at the front: moves them, from the last, to where they belong. */
static void spread(const llr_call_t *call, int64_t positive)
{
    int64_t to = call->solutions->fits;
    for (int64_t p = call->paths - 1; p >= 0; p--)
        for (int64_t l = call->path[p].lambdas - 1; l >= 0; l--) {
            to--;
            if (call->path[p].lambda[l] > 0) move_fit(call, --positive, to);
        }
}

static llr_code_t solve_positive(llr_call_t *call, llr_code_t (*solve)(llr_call_t *))
{
    int64_t mark = llr_arena_mark(call->arena);
    llr_solutions_t front = *call->solutions;
    llr_call_t positive = *call;
    positive.solutions = &front;
    LLR_TRY(drop_zeros(call, &positive));
    if (positive.paths) LLR_TRY(solve(&positive));
    call->solutions->rank = front.rank;
    spread(call, front.fits);
    llr_arena_release(call->arena, mark);
    return LLR_OK;
}

static llr_code_t solve_zero(llr_call_t *call, int64_t path, int64_t fit)
{
    const llr_solutions_t *out = call->solutions;
    llr_zero_t zero = {.call = call,
                       .margin = llr_call_margin(call, path),
                       .fit = out->fit + fit,
                       .theta = out->theta + fit * call->columns * call->space.dim,
                       .b = out->b + fit * call->columns};
    *zero.fit = (llr_fit_t){0};
    memset(zero.theta, 0, (size_t)(call->columns * call->space.dim) * sizeof(double));
    memset(zero.b, 0, (size_t)call->columns * sizeof(double));
    if (llr_call_stops(call)) return LLR_STOPPED;
    int64_t mark = llr_arena_mark(call->arena);
    LLR_TRY(call->loss == LLR_LOSS_SQUARE ? llr_zero_square(&zero) : llr_zero_logistic(&zero));
    llr_arena_release(call->arena, mark);
    return LLR_OK;
}

llr_code_t llr_solve_around_zero(llr_call_t *call, llr_code_t (*solve)(llr_call_t *))
{
    int64_t fit = 0;
    if (!has_zero(call)) return solve(call);
    LLR_TRY(solve_positive(call, solve));
    for (int64_t p = 0; p < call->paths; p++)
        for (int64_t l = 0; l < call->path[p].lambdas; l++, fit++)
            if (call->path[p].lambda[l] == 0) LLR_TRY(solve_zero(call, p, fit));
    return LLR_OK;
}

int64_t llr_zero_bytes(const llr_solve_shape_t *shape, int64_t core)
{
    int32_t columns = llr_columns(shape->classes);
    int64_t zero = shape->loss == LLR_LOSS_SQUARE
                       ? llr_zero_square_bytes(shape->rows, shape->dim, columns)
                       : llr_zero_logistic_bytes(shape->rows, shape->dim, columns);
    core += llr_arena_cost(shape->paths, sizeof(llr_path_t)) +
            llr_arena_cost(shape->fits, sizeof(double));
    return core > zero ? core : zero;
}
