#include "model/solve_softmax_chain.h"

#include "linalg/blas.h"
#include "linalg/single.h"
#include "model/solve_softmax_line.h"

#include <math.h>
#include <string.h>

/* Of what the first Newton step of a search gains: what is not worth another one. */
static const double search_share = 1e-3;

llr_code_t llr_softmax_chain_create(llr_softmax_chain_t *chain, const llr_call_t *call,
                                    int64_t path, int64_t first_fit, double *work)
{
    *chain = (llr_softmax_chain_t){.margin = llr_call_margin(call, path)};
    chain->margin.work = work;
    LLR_TRY(llr_trail_create(&chain->trail, call, path, first_fit));
    LLR_TAKE(chain->gradient, call->arena, call->width, call->error);
    for (int p = 0; p < LLR_SOFTMAX_MEMORY; p++) {
        LLR_TAKE(chain->step[p], call->arena, call->width, call->error);
        LLR_TAKE(chain->change[p], call->arena, call->width, call->error);
    }
    return LLR_OK;
}

int64_t llr_softmax_chain_bytes(int64_t rows, int64_t size, int32_t columns)
{
    return llr_trail_bytes(rows, size, columns) + llr_arena_cost(columns * size, sizeof(double)) +
           2 * LLR_SOFTMAX_MEMORY * llr_arena_cost(columns * size, sizeof(float));
}

/* F at now, with b minimised. */
static double evaluate(llr_softmax_chain_t *chain, const llr_call_t *call, double *residual)
{
    double square = llr_dot(call->width, chain->trail.now.theta, chain->trail.now.theta);
    llr_line_t line = {.score = chain->trail.now.score,
                       .penalty = {0.5 * llr_trail_lambda(&chain->trail) * square, 0, 0},
                       .b = chain->trail.now.b};
    return llr_softmax_minimise(&chain->margin, &line, 0, residual);
}

void llr_softmax_chain_start(llr_softmax_chain_t *chain, const llr_call_t *call, double *residual)
{
    llr_trail_t *trail = &chain->trail;
    llr_trail_foretell(trail, call, trail->saves ? 1 : 0);
    chain->value = evaluate(chain, call, residual);
    if (trail->saves > 1) {
        double plain = chain->value;
        llr_trail_foretell(trail, call, trail->saves);
        chain->value = evaluate(chain, call, residual);
        if (!(chain->value < plain)) { /* a prophecy that failed */
            llr_trail_foretell(trail, call, 1);
            chain->value = evaluate(chain, call, residual);
        }
    }
    chain->iterations = chain->stalls = 0;
    llr_softmax_chain_forget(chain);
}

void llr_softmax_chain_restart(llr_softmax_chain_t *chain, const llr_call_t *call,
                               const double *score, double *residual)
{
    memcpy(chain->trail.now.score, score,
           (size_t)(call->columns * call->sample->rows) * sizeof *score);
    chain->value = evaluate(chain, call, residual);
    chain->stalls = 0;
    llr_softmax_chain_forget(chain);
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
    double lambda = llr_trail_lambda(&chain->trail), *theta = chain->trail.now.theta;
    double before = chain->value;
    llr_line_t line = {.score = chain->trail.now.score,
                       .direction = score,
                       .penalty = {0.5 * lambda * llr_dot(call->width, theta, theta),
                                   lambda * llr_dot(call->width, theta, direction),
                                   lambda * llr_dot(call->width, direction, direction)},
                       .b = chain->trail.now.b};
    chain->value = llr_softmax_minimise(&chain->margin, &line, search_share, residual);
    chain->iterations++;
    if (!isfinite(chain->value)) { /* stays where it was */
        chain->value = before;
        chain->stalls = LLR_SOFTMAX_STALLS;
        return;
    }
    llr_axpy(call->width, line.t, direction, theta);
    llr_axpy(call->columns * call->sample->rows, line.t, score, chain->trail.now.score);
    chain->newest = (chain->newest + 1) % LLR_SOFTMAX_MEMORY;
    float *step = chain->step[chain->newest];
    for (int64_t j = 0; j < call->width; j++) step[j] = (float)(line.t * direction[j]);
    chain->stalls = chain->value < before ? 0 : chain->stalls + 1;
}

void llr_softmax_chain_begin(llr_softmax_chain_t *chain, int64_t width, const double *gradient)
{
    double square = llr_dot(width, gradient, gradient);
    memcpy(chain->gradient, gradient, (size_t)width * sizeof *gradient);
    chain->gap = square / (2 * llr_trail_lambda(&chain->trail) * chain->value);
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
