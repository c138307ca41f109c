#include "model/solve_softmax_chain.h"

#include "linalg/blas.h"
#include "linalg/single.h"

#include <math.h>
#include <string.h>

/* Of what the first Newton step of a search gains: what is not worth another one. */
static const double search_share = 1e-3;

static llr_code_t take_point(llr_softmax_point_t *point, const llr_call_t *call)
{
    LLR_TAKE(point->theta, call->arena, call->width, call->error);
    LLR_TAKE(point->score, call->arena, call->columns * call->sample->rows, call->error);
    LLR_TAKE(point->b, call->arena, call->columns, call->error);
    return LLR_OK;
}

/* Insertion sort: stable, so equal lambdas keep their order. */
static void sort_lambdas(llr_softmax_chain_t *chain)
{
    const double *lambda = chain->path->lambda;
    for (int64_t l = 0; l < chain->path->lambdas; l++) {
        int64_t at = l;
        for (; at > 0 && lambda[chain->order[at - 1]] < lambda[l]; at--)
            chain->order[at] = chain->order[at - 1];
        chain->order[at] = l;
    }
}

llr_code_t llr_softmax_chain_create(llr_softmax_chain_t *chain, const llr_call_t *call,
                                    int64_t path, int64_t first_fit, double *work)
{
    *chain = (llr_softmax_chain_t){
        .margin = llr_call_margin(call, path), .path = &call->path[path], .first_fit = first_fit};
    chain->margin.work = work;
    LLR_TAKE(chain->order, call->arena, chain->path->lambdas, call->error);
    LLR_TRY(take_point(&chain->now, call));
    for (int s = 0; s < LLR_SOFTMAX_SAVED; s++) LLR_TRY(take_point(&chain->saved[s], call));
    LLR_TAKE(chain->gradient, call->arena, call->width, call->error);
    for (int p = 0; p < LLR_SOFTMAX_MEMORY; p++) {
        LLR_TAKE(chain->step[p], call->arena, call->width, call->error);
        LLR_TAKE(chain->change[p], call->arena, call->width, call->error);
    }
    sort_lambdas(chain);
    return LLR_OK;
}

/* Without the list of lambdas, whose lengths add up to the number of fits. */
int64_t llr_softmax_chain_bytes(int64_t rows, int64_t size, int32_t columns)
{
    int64_t vector = llr_arena_cost(columns * size, sizeof(double));
    int64_t point = vector + llr_arena_cost(columns * rows, sizeof(double)) +
                    llr_arena_cost(columns, sizeof(double));
    return (1 + LLR_SOFTMAX_SAVED) * point + vector +
           2 * LLR_SOFTMAX_MEMORY * llr_arena_cost(columns * size, sizeof(float)) +
           llr_arena_cost(1, 1);
}

double llr_softmax_chain_lambda(const llr_softmax_chain_t *chain)
{
    return chain->path->lambda[chain->order[chain->next]];
}

bool llr_softmax_chain_is_done(const llr_softmax_chain_t *chain)
{
    return chain->next == chain->path->lambdas;
}

/* now = sum of saved[s] * share[s] */
static void combine(llr_softmax_chain_t *chain, const llr_call_t *call, const double *share,
                    int64_t count)
{
    int64_t scores = call->columns * call->sample->rows;
    memset(chain->now.theta, 0, (size_t)call->width * sizeof(double));
    memset(chain->now.score, 0, (size_t)scores * sizeof(double));
    memset(chain->now.b, 0, (size_t)call->columns * sizeof(double));
    for (int64_t s = 0; s < count; s++) {
        llr_axpy(call->width, share[s], chain->saved[s].theta, chain->now.theta);
        llr_axpy(scores, share[s], chain->saved[s].score, chain->now.score);
        llr_axpy(call->columns, share[s], chain->saved[s].b, chain->now.b);
    }
}

/* F at now, with b minimised. */
static double evaluate(llr_softmax_chain_t *chain, const llr_call_t *call, double *residual)
{
    double square = llr_dot(call->width, chain->now.theta, chain->now.theta);
    llr_line_t line = {.score = chain->now.score,
                       .penalty = {0.5 * llr_softmax_chain_lambda(chain) * square, 0, 0},
                       .b = chain->now.b};
    return llr_softmax_minimise(&chain->margin, &line, 0, residual);
}

/* Lagrange's polynomial in log lambda through the last solutions. */
static void extrapolate(const llr_softmax_chain_t *chain, int64_t count, double x, double *share)
{
    for (int64_t s = 0; s < count; s++) {
        share[s] = 1;
        for (int64_t r = 0; r < count; r++)
            if (r != s)
                share[s] *= (x - chain->saved[r].log_lambda) /
                            (chain->saved[s].log_lambda - chain->saved[r].log_lambda);
    }
}

void llr_softmax_chain_start(llr_softmax_chain_t *chain, const llr_call_t *call, double *residual)
{
    double share[LLR_SOFTMAX_SAVED] = {1, 0, 0}, x = log(llr_softmax_chain_lambda(chain));
    combine(chain, call, share, chain->saves ? 1 : 0);
    chain->value = evaluate(chain, call, residual);
    if (chain->saves > 1) {
        double plain = chain->value;
        extrapolate(chain, chain->saves, x, share);
        combine(chain, call, share, chain->saves);
        chain->value = evaluate(chain, call, residual);
        if (!(chain->value < plain)) { /* a prophecy that failed */
            combine(chain, call, (double[]){1}, 1);
            chain->value = evaluate(chain, call, residual);
        }
    }
    chain->now.log_lambda = x;
    chain->iterations = chain->stalls = 0;
    llr_softmax_chain_forget(chain);
}

void llr_softmax_chain_restart(llr_softmax_chain_t *chain, const llr_call_t *call,
                               const double *score, double *residual)
{
    memcpy(chain->now.score, score, (size_t)(call->columns * call->sample->rows) * sizeof *score);
    chain->value = evaluate(chain, call, residual);
    chain->stalls = 0;
    llr_softmax_chain_forget(chain);
}

void llr_softmax_chain_advance(llr_softmax_chain_t *chain, const llr_call_t *call)
{
    llr_softmax_point_t oldest = chain->saved[LLR_SOFTMAX_SAVED - 1];
    bool repeated = chain->saves && chain->saved[0].log_lambda == chain->now.log_lambda;
    for (int s = LLR_SOFTMAX_SAVED - 1; s > 0 && !repeated; s--)
        chain->saved[s] = chain->saved[s - 1];
    if (!repeated) {
        chain->saved[0] = oldest;
        if (chain->saves < LLR_SOFTMAX_SAVED) chain->saves++;
    }
    llr_softmax_point_t *to = &chain->saved[0];
    memcpy(to->theta, chain->now.theta, (size_t)call->width * sizeof(double));
    memcpy(to->score, chain->now.score,
           (size_t)(call->columns * call->sample->rows) * sizeof(double));
    memcpy(to->b, chain->now.b, (size_t)call->columns * sizeof(double));
    to->log_lambda = chain->now.log_lambda;
    chain->next++;
}

/* Pair number p, newest first. */
static int64_t pair(const llr_softmax_chain_t *chain, int64_t p)
{
    return (chain->newest - p + LLR_SOFTMAX_MEMORY) % LLR_SOFTMAX_MEMORY;
}

void llr_softmax_begin_direction(llr_softmax_chain_t *chain, int64_t width, float *direction)
{
    llr_single_narrow(width, chain->gradient, direction);
    for (int64_t p = 0; p < chain->pairs; p++) {
        int64_t at = pair(chain, p);
        chain->share[at] = llr_single_dot(width, chain->step[at], direction) / chain->curvature[at];
        llr_single_axpy(width, -chain->share[at], chain->change[at], direction);
    }
}

void llr_softmax_end_direction(llr_softmax_chain_t *chain, int64_t width, float *direction)
{
    for (int64_t p = chain->pairs - 1; p >= 0; p--) {
        int64_t at = pair(chain, p);
        float over = llr_single_dot(width, chain->change[at], direction) / chain->curvature[at];
        llr_single_axpy(width, chain->share[at] - over, chain->step[at], direction);
    }
    for (int64_t j = 0; j < width; j++) direction[j] = -direction[j];
}

void llr_softmax_chain_move(llr_softmax_chain_t *chain, const llr_call_t *call,
                            const double *direction, const double *score, double *residual)
{
    double lambda = llr_softmax_chain_lambda(chain), *theta = chain->now.theta;
    double before = chain->value;
    llr_line_t line = {.score = chain->now.score,
                       .direction = score,
                       .penalty = {0.5 * lambda * llr_dot(call->width, theta, theta),
                                   lambda * llr_dot(call->width, theta, direction),
                                   lambda * llr_dot(call->width, direction, direction)},
                       .b = chain->now.b};
    chain->value = llr_softmax_minimise(&chain->margin, &line, search_share, residual);
    chain->iterations++;
    if (!isfinite(chain->value)) { /* stays where it was */
        chain->value = before;
        chain->stalls = LLR_SOFTMAX_STALLS;
        return;
    }
    llr_axpy(call->width, line.t, direction, theta);
    llr_axpy(call->columns * call->sample->rows, line.t, score, chain->now.score);
    chain->newest = (chain->newest + 1) % LLR_SOFTMAX_MEMORY;
    float *step = chain->step[chain->newest];
    for (int64_t j = 0; j < call->width; j++) step[j] = (float)(line.t * direction[j]);
    chain->stalls = chain->value < before ? 0 : chain->stalls + 1;
}

void llr_softmax_chain_begin(llr_softmax_chain_t *chain, int64_t width, const double *gradient)
{
    double square = llr_dot(width, gradient, gradient);
    memcpy(chain->gradient, gradient, (size_t)width * sizeof *gradient);
    chain->gap = square / (2 * llr_softmax_chain_lambda(chain) * chain->value);
}

void llr_softmax_chain_learn(llr_softmax_chain_t *chain, int64_t width, const double *gradient)
{
    float *change = chain->change[chain->newest], *step = chain->step[chain->newest];
    for (int64_t j = 0; j < width; j++) change[j] = (float)(gradient[j] - chain->gradient[j]);
    llr_softmax_chain_begin(chain, width, gradient);
    float curvature = llr_single_dot(width, step, change);
    double size = sqrt((double)llr_single_dot(width, step, step)) *
                  sqrt((double)llr_single_dot(width, change, change));
    chain->curvature[chain->newest] = curvature;
    if (!((double)curvature > 1e-7 * size))
        llr_softmax_chain_forget(chain);
    else if (chain->pairs < LLR_SOFTMAX_MEMORY)
        chain->pairs++;
}

void llr_softmax_chain_forget(llr_softmax_chain_t *chain)
{
    chain->pairs = 0;
    chain->newest = LLR_SOFTMAX_MEMORY - 1;
}
