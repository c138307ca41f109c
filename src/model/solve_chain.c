#include "model/solve_chain.h"

#include "linalg/blas.h"

#include <float.h>
#include <math.h>
#include <string.h>

static llr_code_t take_point(llr_point_t *point, const llr_call_t *call)
{
    LLR_TAKE(point->theta, call->arena, call->width, call->error);
    LLR_TAKE(point->score, call->arena, call->sample->rows, call->error);
    LLR_TAKE(point->b, call->arena, 1, call->error);
    return LLR_OK;
}

/* Insertion sort: stable, so equal lambdas keep their order. */
static void sort_lambdas(llr_chain_t *chain)
{
    const double *lambda = chain->path->lambda;
    for (int64_t l = 0; l < chain->path->lambdas; l++) {
        int64_t at = l;
        for (; at > 0 && lambda[chain->order[at - 1]] < lambda[l]; at--)
            chain->order[at] = chain->order[at - 1];
        chain->order[at] = l;
    }
}

llr_code_t llr_chain_create(llr_chain_t *chain, const llr_call_t *call, int64_t path,
                            int64_t first_fit)
{
    *chain = (llr_chain_t){
        .margin = llr_call_margin(call, path), .path = &call->path[path], .first_fit = first_fit};
    LLR_TAKE(chain->order, call->arena, chain->path->lambdas, call->error);
    LLR_TRY(take_point(&chain->now, call));
    for (int s = 0; s < LLR_SAVED; s++) LLR_TRY(take_point(&chain->saved[s], call));
    LLR_TAKE(chain->gradient, call->arena, call->width, call->error);
    for (int p = 0; p < LLR_PAIRS; p++) {
        LLR_TAKE(chain->step[p], call->arena, call->width, call->error);
        LLR_TAKE(chain->change[p], call->arena, call->width, call->error);
    }
    sort_lambdas(chain);
    return LLR_OK;
}

/* Without the list of lambdas, whose lengths add up to the number of fits. */
int64_t llr_chain_bytes(int64_t rows, int64_t size)
{
    int64_t vector = llr_arena_cost(size, sizeof(double));
    int64_t point =
        vector + llr_arena_cost(rows, sizeof(double)) + llr_arena_cost(1, sizeof(double));
    return (1 + LLR_SAVED) * point + (1 + 2 * LLR_PAIRS) * vector + llr_arena_cost(1, 1);
}

double llr_chain_lambda(const llr_chain_t *chain)
{
    return chain->path->lambda[chain->order[chain->next]];
}

bool llr_chain_is_done(const llr_chain_t *chain)
{
    return chain->next == chain->path->lambdas;
}

/* now = sum of saved[s] * share[s] */
static void combine(llr_chain_t *chain, const llr_call_t *call, const double *share, int64_t count)
{
    int64_t scores = call->sample->rows;
    memset(chain->now.theta, 0, (size_t)call->width * sizeof(double));
    memset(chain->now.score, 0, (size_t)scores * sizeof(double));
    *chain->now.b = 0;
    for (int64_t s = 0; s < count; s++) {
        llr_axpy(call->width, share[s], chain->saved[s].theta, chain->now.theta);
        llr_axpy(scores, share[s], chain->saved[s].score, chain->now.score);
        *chain->now.b += share[s] * *chain->saved[s].b;
    }
}

/* F at now, with b minimised. */
static double evaluate(llr_chain_t *chain, const llr_call_t *call)
{
    double square = llr_dot(call->width, chain->now.theta, chain->now.theta);
    llr_line_t line = {.score = chain->now.score,
                       .penalty = {0.5 * llr_chain_lambda(chain) * square, 0, 0},
                       .b = chain->now.b,
                       .trust = chain->trust};
    return llr_margin_minimise(&chain->margin, &line);
}

/* Lagrange's polynomial in log lambda through the last solutions. */
static void extrapolate(const llr_chain_t *chain, int64_t count, double x, double *share)
{
    for (int64_t s = 0; s < count; s++) {
        share[s] = 1;
        for (int64_t r = 0; r < count; r++)
            if (r != s)
                share[s] *= (x - chain->saved[r].log_lambda) /
                            (chain->saved[s].log_lambda - chain->saved[r].log_lambda);
    }
}

void llr_chain_start(llr_chain_t *chain, const llr_call_t *call)
{
    double share[LLR_SAVED] = {1, 0, 0}, x = log(llr_chain_lambda(chain));
    combine(chain, call, share, chain->saves ? 1 : 0);
    chain->value = evaluate(chain, call);
    if (chain->saves > 1) {
        double plain = chain->value;
        extrapolate(chain, chain->saves, x, share);
        combine(chain, call, share, chain->saves);
        chain->value = evaluate(chain, call);
        if (!(chain->value < plain)) { /* a prophecy that failed */
            combine(chain, call, (double[]){1}, 1);
            chain->value = evaluate(chain, call);
        }
    }
    chain->now.log_lambda = x;
    chain->iterations = chain->stalls = 0;
    llr_chain_forget(chain);
}

void llr_chain_foretell(llr_chain_t *chain, const llr_call_t *call)
{
    double share[LLR_SAVED] = {1, 0, 0};
    chain->now.log_lambda = log(llr_chain_lambda(chain));
    extrapolate(chain, chain->saves, chain->now.log_lambda, share);
    memset(chain->now.theta, 0, (size_t)call->width * sizeof(double));
    chain->now.b[0] = 0;
    for (int64_t s = 0; s < chain->saves; s++) {
        llr_axpy(call->width, share[s], chain->saved[s].theta, chain->now.theta);
        chain->now.b[0] += share[s] * chain->saved[s].b[0];
    }
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
    if (chain->saves < 2) return;
    const llr_point_t *last = &chain->saved[0];
    double square = llr_dot(call->width, last->theta, last->theta);
    double plain = llr_margin_loss(&chain->margin, last->score, last->b, NULL) +
                   0.5 * llr_chain_lambda(chain) * square;
    if (chain->value < plain) return;
    combine(chain, call, (double[]){1}, 1); /* a prophecy that failed */
    llr_chain_evaluate(chain, call);
}

void llr_chain_advance(llr_chain_t *chain, const llr_call_t *call)
{
    llr_point_t oldest = chain->saved[LLR_SAVED - 1];
    bool repeated = chain->saves && chain->saved[0].log_lambda == chain->now.log_lambda;
    for (int s = LLR_SAVED - 1; s > 0 && !repeated; s--) chain->saved[s] = chain->saved[s - 1];
    if (!repeated) {
        chain->saved[0] = oldest;
        if (chain->saves < LLR_SAVED) chain->saves++;
    }
    llr_point_t *to = &chain->saved[0];
    memcpy(to->theta, chain->now.theta, (size_t)call->width * sizeof(double));
    memcpy(to->score, chain->now.score, (size_t)(call->sample->rows) * sizeof(double));
    *to->b = *chain->now.b;
    to->log_lambda = chain->now.log_lambda;
    chain->next++;
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
    double b = *chain->now.b;
    line->t = 1;
    line->trust = chain->trust;
    double value = llr_margin_minimise(&chain->margin, line);
    if (value <= chain->value) return value;
    *chain->now.b = b;
    line->t = line->trust = 0;
    return llr_margin_minimise(&chain->margin, line);
}

void llr_chain_move(llr_chain_t *chain, const llr_call_t *call, const double *direction,
                    const double *direction_score)
{
    double lambda = llr_chain_lambda(chain), *theta = chain->now.theta, before = chain->value;
    llr_line_t line = {.score = chain->now.score,
                       .direction = direction_score,
                       .penalty = {0.5 * lambda * llr_dot(call->width, theta, theta),
                                   lambda * llr_dot(call->width, theta, direction),
                                   lambda * llr_dot(call->width, direction, direction)},
                       .b = chain->now.b};
    chain->value = minimise_along(chain, &line);
    llr_axpy(call->width, line.t, direction, theta);
    llr_axpy(call->sample->rows, line.t, direction_score, chain->now.score);
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
