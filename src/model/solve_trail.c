#include "model/solve_trail.h"

#include "linalg/blas.h"

#include <math.h>
#include <string.h>

static int64_t scores(const llr_call_t *call)
{
    return call->columns * call->sample->rows;
}

static llr_code_t take_point(llr_point_t *point, const llr_call_t *call)
{
    LLR_TAKE(point->theta, call->arena, call->width, call->error);
    LLR_TAKE(point->score, call->arena, scores(call), call->error);
    LLR_TAKE(point->b, call->arena, call->columns, call->error);
    return LLR_OK;
}

/* Insertion sort: stable, so equal lambdas keep their order. */
static void sort_lambdas(llr_trail_t *trail)
{
    const double *lambda = trail->path->lambda;
    for (int64_t l = 0; l < trail->path->lambdas; l++) {
        int64_t at = l;
        for (; at > 0 && lambda[trail->order[at - 1]] < lambda[l]; at--)
            trail->order[at] = trail->order[at - 1];
        trail->order[at] = l;
    }
}

llr_code_t llr_trail_create(llr_trail_t *trail, const llr_call_t *call, int64_t path,
                            int64_t first_fit)
{
    *trail = (llr_trail_t){.path = &call->path[path], .first_fit = first_fit};
    LLR_TAKE(trail->order, call->arena, trail->path->lambdas, call->error);
    LLR_TRY(take_point(&trail->now, call));
    for (int s = 0; s < LLR_SAVED; s++) LLR_TRY(take_point(&trail->saved[s], call));
    sort_lambdas(trail);
    return LLR_OK;
}

int64_t llr_trail_bytes(int64_t rows, int64_t size, int32_t columns)
{
    int64_t point = llr_arena_cost(columns * size, sizeof(double)) +
                    llr_arena_cost(columns * rows, sizeof(double)) +
                    llr_arena_cost(columns, sizeof(double));
    return (1 + LLR_SAVED) * point + llr_arena_cost(1, 1);
}

double llr_trail_lambda(const llr_trail_t *trail)
{
    return trail->path->lambda[trail->order[trail->next]];
}

bool llr_trail_is_done(const llr_trail_t *trail)
{
    return trail->next == trail->path->lambdas;
}

/* Of solution s, in the polynomial through the last count ones. */
static double share(const llr_trail_t *trail, int64_t s, int64_t count)
{
    double product = 1, x = trail->now.log_lambda, own = trail->saved[s].log_lambda;
    for (int64_t r = 0; r < count; r++)
        if (r != s)
            product *= (x - trail->saved[r].log_lambda) / (own - trail->saved[r].log_lambda);
    return product;
}

void llr_trail_foretell_coefficients(llr_trail_t *trail, const llr_call_t *call, int64_t count)
{
    llr_point_t *now = &trail->now;
    now->log_lambda = log(llr_trail_lambda(trail));
    memset(now->theta, 0, (size_t)call->width * sizeof *now->theta);
    memset(now->b, 0, (size_t)call->columns * sizeof *now->b);
    for (int64_t s = 0; s < count; s++) {
        double mine = share(trail, s, count);
        llr_axpy(call->width, mine, trail->saved[s].theta, now->theta);
        llr_axpy(call->columns, mine, trail->saved[s].b, now->b);
    }
}

void llr_trail_foretell(llr_trail_t *trail, const llr_call_t *call, int64_t count)
{
    llr_trail_foretell_coefficients(trail, call, count);
    memset(trail->now.score, 0, (size_t)scores(call) * sizeof *trail->now.score);
    for (int64_t s = 0; s < count; s++)
        llr_axpy(scores(call), share(trail, s, count), trail->saved[s].score, trail->now.score);
}

/* Equal lambdas make no polynomial: the last solution takes the place of the one before. */
void llr_trail_advance(llr_trail_t *trail, const llr_call_t *call)
{
    llr_point_t oldest = trail->saved[LLR_SAVED - 1];
    bool repeated = trail->saves && trail->saved[0].log_lambda == trail->now.log_lambda;
    for (int s = LLR_SAVED - 1; s > 0 && !repeated; s--) trail->saved[s] = trail->saved[s - 1];
    if (!repeated) {
        trail->saved[0] = oldest;
        if (trail->saves < LLR_SAVED) trail->saves++;
    }
    llr_point_t *to = &trail->saved[0];
    memcpy(to->theta, trail->now.theta, (size_t)call->width * sizeof *to->theta);
    memcpy(to->score, trail->now.score, (size_t)scores(call) * sizeof *to->score);
    memcpy(to->b, trail->now.b, (size_t)call->columns * sizeof *to->b);
    to->log_lambda = trail->now.log_lambda;
    trail->next++;
}
