/* Logistic loss. The weightings go down lambda together, each from where its last solutions point
 * to; one curvature matrix a lambda preconditions them all, and their directions are the columns of
 * one GEMM. A weighting that it does not suit goes on alone with its own. */
#include "model/solve_logistic.h"
#include "linalg/blas.h"

#include <math.h>
#include <string.h>

enum { TOGETHER = 12, STALLS = 3 };

#define GAP_AIMED_AT 1e-13

int64_t llr_logistic_bytes(int64_t rows, int64_t size, int32_t columns, int64_t paths, int64_t fits)
{
    int64_t d = sizeof(double), vectors = paths * columns;
    return llr_arena_cost(paths, sizeof(llr_chain_t)) + 2 * llr_arena_cost(paths, sizeof(int64_t)) +
           paths * llr_chain_bytes(rows, size, columns) + fits * (int64_t)sizeof(int64_t) +
           paths * llr_arena_cost(0, 1) + 2 * llr_arena_cost(vectors * size, d) +
           2 * llr_arena_cost(vectors * rows, d) + llr_arena_cost(columns * size * size, d) +
           llr_arena_cost(size * size, d) + llr_arena_cost(rows * size, d) +
           llr_arena_cost(rows, d) + llr_arena_cost(size, d) +
           llr_arena_cost(fits * columns * size, d) + 2 * llr_arena_cost(columns * rows, d) +
           4 * llr_arena_cost(columns * size, d) + llr_arena_cost(columns * (columns + 2), d);
}

llr_code_t llr_logistic_create(llr_logistic_t *it, llr_call_t *call)
{
    *it = (llr_logistic_t){.call = call};
    int64_t size = call->space.size, rows = call->space.rows, vectors = call->paths * call->columns;
    LLR_TAKE(it->chain, call->arena, call->paths, call->error);
    LLR_TAKE(it->active, call->arena, call->paths, call->error);
    LLR_TAKE(it->slow, call->arena, call->paths, call->error);
    LLR_TAKE(it->direction, call->arena, vectors * size, call->error);
    LLR_TAKE(it->gradient, call->arena, vectors * size, call->error);
    LLR_TAKE(it->score, call->arena, vectors * rows, call->error);
    LLR_TAKE(it->residual, call->arena, vectors * rows, call->error);
    LLR_TAKE(it->factor, call->arena, call->columns * size * size, call->error);
    LLR_TAKE(it->hessian, call->arena, size * size, call->error);
    LLR_TAKE(it->scaled, call->arena, rows * size, call->error);
    LLR_TAKE(it->curvature, call->arena, rows, call->error);
    LLR_TAKE(it->mean, call->arena, size, call->error);
    LLR_TAKE(it->hessian_score, call->arena, call->columns * rows, call->error);
    LLR_TAKE(it->share, call->arena, call->columns * rows, call->error);
    for (int v = 0; v < 4; v++) LLR_TAKE(it->conjugate[v], call->arena, call->width, call->error);
    LLR_TAKE(it->shift, call->arena, call->columns * (call->columns + 2), call->error);
    LLR_TAKE(it->z, call->arena, call->solutions->fits * call->width, call->error);
    int64_t fit = 0;
    for (int64_t p = 0; p < call->paths; p++) {
        LLR_TRY(llr_chain_create(&it->chain[p], call, p, fit));
        fit += call->path[p].lambdas;
    }
    return LLR_OK;
}

/* Gradients of the active chains at their points, from their scores. */
static void make_gradients(llr_logistic_t *it)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, size = call->space.size;
    for (int64_t a = 0; a < it->actives; a++) {
        const llr_chain_t *chain = &it->chain[it->active[a]];
        llr_margin_loss(&chain->margin, chain->now.score, chain->now.b,
                        it->residual + a * call->columns * rows);
        double lambda = llr_chain_lambda(chain), *gradient = it->gradient + a * call->width;
        for (int64_t j = 0; j < call->width; j++) gradient[j] = lambda * chain->now.theta[j];
    }
    llr_gemm(false, false, it->actives * call->columns, size, rows, 1, it->residual, rows,
             call->space.z, size, 1, it->gradient, size);
}

static void begin(llr_logistic_t *it)
{
    make_gradients(it);
    for (int64_t a = 0; a < it->actives; a++)
        memcpy(it->chain[it->active[a]].gradient, it->gradient + a * it->call->width,
               (size_t)it->call->width * sizeof(double));
}

/* Directions of all active chains from their pairs and the common curvature. */
static void make_directions(llr_logistic_t *it)
{
    int64_t width = it->call->width;
    for (int64_t a = 0; a < it->actives; a++)
        llr_chain_begin_direction(&it->chain[it->active[a]], width, it->direction + a * width);
    llr_logistic_apply(it, it->direction, it->actives);
    for (int64_t a = 0; a < it->actives; a++)
        llr_chain_end_direction(&it->chain[it->active[a]], width, it->direction + a * width);
}

/* One step of all active chains along their directions: two passes over the rows. */
static void advance(llr_logistic_t *it)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, size = call->space.size, width = call->width;
    llr_gemm(false, true, it->actives * call->columns, rows, size, 1, it->direction, size,
             call->space.z, size, 0, it->score, rows);
    for (int64_t a = 0; a < it->actives; a++)
        llr_chain_move(&it->chain[it->active[a]], call, it->direction + a * width,
                       it->score + a * call->columns * rows);
    make_gradients(it);
    for (int64_t a = 0; a < it->actives; a++)
        llr_chain_learn(&it->chain[it->active[a]], width, it->gradient + a * width);
}

/* The last digits cost a pass or two: whatever is asked for, fits go on to where their objective is
 * as exact as anyone's, or until it falls no more. The certificate judges by the job's tolerance.
 */
static bool has_converged(const llr_logistic_t *it, const llr_chain_t *chain)
{
    double square = llr_dot(it->call->width, chain->gradient, chain->gradient);
    double gap = square / (2 * llr_chain_lambda(chain) * chain->value);
    double asked = 0.1 * it->call->options->tolerance;
    return gap <= fmin(asked, GAP_AIMED_AT) || (gap <= asked && chain->stalls);
}

static bool gives_up(const llr_logistic_t *it, const llr_chain_t *chain)
{
    return chain->iterations >= it->call->options->max_iterations || chain->stalls >= STALLS ||
           !isfinite(chain->value);
}

/* Keeps the point of a chain as its solution at this lambda. */
static void keep(llr_logistic_t *it, llr_chain_t *chain)
{
    llr_call_t *call = it->call;
    int64_t at = chain->first_fit + chain->order[chain->next];
    llr_fit_t *fit = &call->solutions->fit[at];
    fit->iterations = chain->iterations;
    if (chain->iterations >= call->options->max_iterations) fit->status = LLR_FIT_MAX_ITERATIONS;
    memcpy(it->z + at * call->width, chain->now.theta, (size_t)call->width * sizeof(double));
    memcpy(call->solutions->b + at * call->columns, chain->now.b,
           (size_t)call->columns * sizeof(double));
    for (int32_t k = 0; it->wants_df && k < call->columns; k++) {
        llr_logistic_hessian(it, chain, k, it->hessian);
        fit->df +=
            llr_trace_df(it->hessian, call->space.size, llr_chain_lambda(chain)) / call->columns;
    }
    llr_chain_advance(chain, call);
}

/* Drops the chains that are done from the active ones; one that goes alone may give up. */
static void drop_done(llr_logistic_t *it, bool alone)
{
    int64_t left = 0;
    for (int64_t a = 0; a < it->actives; a++) {
        llr_chain_t *chain = &it->chain[it->active[a]];
        if (has_converged(it, chain) || (alone && gives_up(it, chain)))
            keep(it, chain);
        else
            it->active[left++] = it->active[a];
    }
    it->actives = left;
}

/* A chain that the common curvature does not suit: Newton steps with its own. */
static llr_code_t go_alone(llr_logistic_t *it, int64_t index)
{
    llr_chain_t *chain = &it->chain[index];
    it->active[0] = index;
    it->actives = 1;
    chain->stalls = 0;
    while (it->actives) {
        if (llr_call_stops(it->call)) return LLR_STOPPED;
        llr_logistic_precondition(it, chain);
        llr_chain_forget(chain);
        if (it->call->columns == 1)
            make_directions(it);
        else
            llr_newton_direction(it, chain, it->direction);
        advance(it);
        drop_done(it, true);
    }
    return LLR_OK;
}

/* The largest lambda that is still to do; the chains that want it become active. */
static double next_level(llr_logistic_t *it)
{
    double lambda = 0;
    it->actives = 0;
    for (int64_t p = 0; p < it->call->paths; p++)
        if (!llr_chain_is_done(&it->chain[p]))
            lambda = fmax(lambda, llr_chain_lambda(&it->chain[p]));
    for (int64_t p = 0; p < it->call->paths; p++)
        if (!llr_chain_is_done(&it->chain[p]) && llr_chain_lambda(&it->chain[p]) == lambda)
            it->active[it->actives++] = p;
    return lambda;
}

llr_code_t llr_logistic_descend(llr_logistic_t *it, bool *more)
{
    *more = next_level(it) > 0;
    if (!*more) return LLR_OK;
    for (int64_t a = 0; a < it->actives; a++) llr_chain_start(&it->chain[it->active[a]], it->call);
    llr_logistic_precondition(it, &it->chain[it->active[it->actives / 2]]);
    begin(it);
    drop_done(it, false);
    for (int64_t pass = 0; it->actives && pass < TOGETHER; pass++) {
        if (llr_call_stops(it->call)) return LLR_STOPPED;
        make_directions(it);
        advance(it);
        drop_done(it, false);
    }
    int64_t slow = it->actives;
    memcpy(it->slow, it->active, (size_t)slow * sizeof *it->slow);
    for (int64_t a = 0; a < slow; a++) LLR_TRY(go_alone(it, it->slow[a]));
    return LLR_OK;
}

static void certify_path(llr_logistic_t *it, const llr_chain_t *chain)
{
    llr_call_t *call = it->call;
    llr_solutions_t *out = call->solutions;
    int64_t columns = call->columns;
    for (int64_t l = 0; l < chain->path->lambdas; l += LLR_CERTIFY_FITS) {
        int64_t left = chain->path->lambdas - l, fit = chain->first_fit + l;
        int64_t count = left < LLR_CERTIFY_FITS ? left : LLR_CERTIFY_FITS;
        double *theta = out->theta + fit * columns * call->space.dim;
        llr_space_expand(&call->space, it->z + fit * call->width, count * columns, theta);
        llr_certify(&call->certifier, &chain->margin, chain->path->lambda + l, count, theta,
                    out->b + fit * columns, out->fit + fit);
    }
}

llr_code_t llr_solve_logistic(llr_call_t *call)
{
    llr_logistic_t it;
    bool more = true;
    LLR_TRY(llr_logistic_create(&it, call));
    it.wants_df = true;
    while (more) LLR_TRY(llr_logistic_descend(&it, &more));
    for (int64_t p = 0; p < call->paths; p++) certify_path(&it, &it.chain[p]);
    return LLR_OK;
}
