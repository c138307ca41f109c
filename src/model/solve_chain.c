#include "model/solve_chain.h"

#include "linalg/blas.h"

#include <float.h>
#include <math.h>
#include <string.h>

llr_code_t llr_chain_create(llr_chain_t *chain, const llr_call_t *call, int64_t path,
                            int64_t first_fit)
{
    *chain = (llr_chain_t){.margin = llr_call_margin(call, path)};
    LLR_TRY(llr_trail_create(&chain->trail, call, path, first_fit));
    LLR_TAKE(chain->gradient, call->arena, call->width, call->error);
    for (int p = 0; p < LLR_PAIRS; p++) {
        LLR_TAKE(chain->step[p], call->arena, call->width, call->error);
        LLR_TAKE(chain->change[p], call->arena, call->width, call->error);
    }
    return LLR_OK;
}

int64_t llr_chain_bytes(int64_t rows, int64_t size)
{
    return llr_trail_bytes(rows, size, 1) +
           (1 + 2 * LLR_PAIRS) * llr_arena_cost(size, sizeof(double));
}

/* F at now, with b minimised. */
static double evaluate(llr_chain_t *chain, const llr_call_t *call)
{
    double square = llr_dot(call->width, chain->trail.now.theta, chain->trail.now.theta);
    llr_line_t line = {.score = chain->trail.now.score,
                       .penalty = {0.5 * llr_trail_lambda(&chain->trail) * square, 0, 0},
                       .b = chain->trail.now.b,
                       .trust = chain->trust};
    return llr_margin_minimise(&chain->margin, &line);
}

void llr_chain_start(llr_chain_t *chain, const llr_call_t *call)
{
    llr_trail_t *trail = &chain->trail;
    llr_trail_foretell(trail, call, trail->saves ? 1 : 0);
    chain->value = evaluate(chain, call);
    if (trail->saves > 1) {
        double plain = chain->value;
        llr_trail_foretell(trail, call, trail->saves);
        chain->value = evaluate(chain, call);
        if (!(chain->value < plain)) { /* a prophecy that failed */
            llr_trail_foretell(trail, call, 1);
            chain->value = evaluate(chain, call);
        }
    }
    chain->iterations = chain->stalls = 0;
    llr_chain_forget(chain);
}

void llr_chain_foretell(llr_chain_t *chain, const llr_call_t *call)
{
    llr_trail_foretell_coefficients(&chain->trail, call, chain->trail.saves);
    chain->iterations = chain->stalls = 0;
    llr_chain_forget(chain);
}

void llr_chain_evaluate(llr_chain_t *chain, const llr_call_t *call)
{
    chain->value = evaluate(chain, call);
}

void llr_chain_settle(llr_chain_t *chain, const llr_call_t *call)
{
    llr_chain_evaluate(chain, call);
    if (chain->trail.saves < 2) return;
    const llr_point_t *last = &chain->trail.saved[0];
    double square = llr_dot(call->width, last->theta, last->theta);
    double plain = llr_margin_loss(&chain->margin, last->score, last->b, NULL) +
                   0.5 * llr_trail_lambda(&chain->trail) * square;
    if (chain->value < plain) return;
    llr_trail_foretell(&chain->trail, call, 1); /* a prophecy that failed */
    llr_chain_evaluate(chain, call);
}

/* Pair number p, newest first. */
static int64_t pair(const llr_chain_t *chain, int64_t p)
{
    return (chain->newest - p + LLR_PAIRS) % LLR_PAIRS;
}

void llr_chain_begin_direction(llr_chain_t *chain, int64_t width, double *direction)
{
    memcpy(direction, chain->gradient, (size_t)width * sizeof *direction);
    for (int64_t p = 0; p < chain->pairs; p++) {
        int64_t at = pair(chain, p);
        chain->share[at] = llr_dot(width, chain->step[at], direction) / chain->curvature[at];
        llr_axpy(width, -chain->share[at], chain->change[at], direction);
    }
}

void llr_chain_end_direction(llr_chain_t *chain, int64_t width, double *direction)
{
    for (int64_t j = 0; j < width; j++) direction[j] *= chain->scale;
    for (int64_t p = chain->pairs - 1; p >= 0; p--) {
        int64_t at = pair(chain, p);
        double over = llr_dot(width, chain->change[at], direction) / chain->curvature[at];
        llr_axpy(width, chain->share[at] - over, chain->step[at], direction);
    }
    for (int64_t j = 0; j < width; j++) direction[j] = -direction[j];
}

/* From the whole step on where that is all but right, as it mostly is; else from none. */
static double minimise_along(const llr_chain_t *chain, llr_line_t *line)
{
    double b = *chain->trail.now.b;
    line->t = 1;
    line->trust = chain->trust;
    double value = llr_margin_minimise(&chain->margin, line);
    if (value <= chain->value) return value;
    *chain->trail.now.b = b;
    line->t = line->trust = 0;
    return llr_margin_minimise(&chain->margin, line);
}

void llr_chain_move(llr_chain_t *chain, const llr_call_t *call, const double *direction,
                    const double *direction_score)
{
    double lambda = llr_trail_lambda(&chain->trail), *theta = chain->trail.now.theta,
           before = chain->value;
    llr_line_t line = {.score = chain->trail.now.score,
                       .direction = direction_score,
                       .penalty = {0.5 * lambda * llr_dot(call->width, theta, theta),
                                   lambda * llr_dot(call->width, theta, direction),
                                   lambda * llr_dot(call->width, direction, direction)},
                       .b = chain->trail.now.b};
    chain->value = minimise_along(chain, &line);
    llr_axpy(call->width, line.t, direction, theta);
    llr_axpy(call->sample->rows, line.t, direction_score, chain->trail.now.score);
    if (!chain->pairs && line.t > 0) chain->scale *= line.t;
    chain->newest = (chain->newest + 1) % LLR_PAIRS;
    double *step = chain->step[chain->newest];
    for (int64_t j = 0; j < call->width; j++) step[j] = line.t * direction[j];
    chain->iterations++;
    chain->stalls = chain->value < before ? 0 : chain->stalls + 1;
}

void llr_chain_learn(llr_chain_t *chain, int64_t width, const double *gradient)
{
    double *change = chain->change[chain->newest], *step = chain->step[chain->newest];
    for (int64_t j = 0; j < width; j++) change[j] = gradient[j] - chain->gradient[j];
    memcpy(chain->gradient, gradient, (size_t)width * sizeof *gradient);
    double curvature = llr_dot(width, step, change);
    double size = sqrt(llr_dot(width, step, step) * llr_dot(width, change, change));
    chain->curvature[chain->newest] = curvature;
    if (!(curvature > 1e-10 * size))
        llr_chain_forget(chain);
    else if (chain->pairs < LLR_PAIRS)
        chain->pairs++;
}

void llr_chain_forget(llr_chain_t *chain)
{
    chain->pairs = 0;
    chain->scale = 1;
    chain->newest = LLR_PAIRS - 1;
}
