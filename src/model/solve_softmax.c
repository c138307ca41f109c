#include "model/solve_softmax.h"

#include "linalg/blas.h"
#include "linalg/single.h"
#include "model/solve_softmax_line.h"

#include <math.h>
#include <string.h>

/* Passes of a search in each precision, and those after which its preconditioner is made anew. */
enum { TOGETHER = 120, RENEWED = 24 };

/* Single precision does not go below this relative gap. */
static const double single_gap = 1e-10;

int64_t llr_softmax_bytes(int64_t rows, int64_t size, int32_t columns, int64_t paths, int64_t fits)
{
    int64_t d = sizeof(double), f = sizeof(float), vectors = paths * columns;
    int64_t order = rows < size ? rows : size;
    return llr_arena_cost(paths, sizeof(llr_softmax_chain_t)) +
           2 * llr_arena_cost(paths, sizeof(int64_t)) +
           paths * llr_softmax_chain_bytes(rows, size, columns) + fits * (int64_t)sizeof(int64_t) +
           paths * llr_arena_cost(0, 1) +
           LLR_SOFTMAX_GROUPS * llr_softmax_pairs_bytes(rows, size, columns, paths) +
           2 * llr_arena_cost(rows * size, f) + llr_arena_cost(2 * order * order, f) +
           llr_arena_cost(vectors * size, f) + llr_arena_cost(vectors * (rows + size), f) +
           2 * llr_arena_cost(vectors * size, d) + 2 * llr_arena_cost(vectors * rows, d) +
           llr_arena_cost(columns * size * size, d) + llr_arena_cost(size * size, d) +
           llr_arena_cost(rows * size, d) + 2 * llr_arena_cost(rows, d) + llr_arena_cost(size, d) +
           4 * llr_arena_cost(columns * size, d) + llr_arena_cost(columns * (columns + 3), d) +
           llr_arena_cost(llr_softmax_line_work(columns), d) +
           llr_arena_cost(fits * columns * size, d);
}

double llr_softmax_flops(int64_t rows, int64_t size, int32_t columns, int64_t fits)
{
    double n = (double)rows, d = (double)size, f = (double)fits;
    /* About twelve passes a fit, each of four products, in single precision. */
    return f * columns * 48 * n * d;
}

static llr_code_t take_rows(llr_softmax_solver_t *it)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, size = call->space.size;
    LLR_TAKE(it->x, call->arena, rows * size, call->error);
    LLR_TAKE(it->norm, call->arena, rows, call->error);
    llr_single_narrow(rows * size, call->space.z, it->x);
    for (int64_t i = 0; i < rows; i++)
        it->norm[i] = llr_dot(size, call->space.z + i * size, call->space.z + i * size);
    for (int g = 0; g < LLR_SOFTMAX_GROUPS; g++)
        LLR_TRY(llr_softmax_pairs_create(&it->pairs[g], call));
    return LLR_OK;
}

static llr_code_t take_batch(llr_softmax_solver_t *it)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, size = call->space.size, vectors = call->paths * call->columns;
    LLR_TAKE(it->direction, call->arena, vectors * size, call->error);
    LLR_TAKE(it->narrow, call->arena, vectors * (rows + size), call->error);
    LLR_TAKE(it->wide, call->arena, vectors * size, call->error);
    LLR_TAKE(it->gradient, call->arena, vectors * size, call->error);
    LLR_TAKE(it->score, call->arena, vectors * rows, call->error);
    LLR_TAKE(it->residual, call->arena, vectors * rows, call->error);
    return LLR_OK;
}

static llr_code_t take_single(llr_softmax_solver_t *it)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, size = call->space.size, order = rows < size ? rows : size;
    LLR_TAKE(it->block, call->arena, call->columns * size * size, call->error);
    LLR_TAKE(it->hessian, call->arena, size * size, call->error);
    LLR_TAKE(it->scaled, call->arena, rows * size, call->error);
    LLR_TAKE(it->thin, call->arena, rows * size, call->error);
    LLR_TAKE(it->gram, call->arena, 2 * order * order, call->error);
    LLR_TAKE(it->curvature, call->arena, rows, call->error);
    LLR_TAKE(it->mean, call->arena, size, call->error);
    for (int v = 0; v < 4; v++) LLR_TAKE(it->conjugate[v], call->arena, call->width, call->error);
    LLR_TAKE(it->shift, call->arena, call->columns * (call->columns + 3), call->error);
    return LLR_OK;
}

llr_code_t llr_softmax_create(llr_softmax_solver_t *it, llr_call_t *call)
{
    *it = (llr_softmax_solver_t){.call = call};
    int64_t fit = 0;
    LLR_TAKE(it->chain, call->arena, call->paths, call->error);
    LLR_TAKE(it->active, call->arena, call->paths, call->error);
    LLR_TAKE(it->slow, call->arena, call->paths, call->error);
    LLR_TAKE(it->line, call->arena, llr_softmax_line_work(call->columns), call->error);
    LLR_TAKE(it->z, call->arena, call->solutions->fits * call->width, call->error);
    LLR_TRY(take_rows(it));
    LLR_TRY(take_batch(it));
    LLR_TRY(take_single(it));
    for (int64_t p = 0; p < call->paths; p++) {
        LLR_TRY(llr_softmax_chain_create(&it->chain[p], call, p, fit, it->line));
        fit += call->path[p].lambdas;
    }
    return LLR_OK;
}

static llr_softmax_chain_t *chain_at(const llr_softmax_solver_t *it, int64_t place)
{
    return &it->chain[it->active[place]];
}

static double *residual_at(const llr_softmax_solver_t *it, int64_t place)
{
    return it->residual + place * it->call->columns * it->call->space.rows;
}

/* it->score = z it->wide */
static void make_scores(llr_softmax_solver_t *it)
{
    const llr_space_t *space = &it->call->space;
    int64_t vectors = it->actives * it->call->columns, rows = space->rows, size = space->size;
    if (it->exact) {
        llr_gemm(false, true, vectors, rows, size, 1, it->wide, size, space->z, size, 0, it->score,
                 rows);
        return;
    }
    llr_single_gemm(false, true, vectors, rows, size, 1, it->direction, size, it->x, size, 0,
                    it->narrow, rows);
    llr_single_widen(vectors * rows, it->narrow, it->score);
}

/* Gradients of the active chains at their points, from their residuals. */
static void make_gradients(llr_softmax_solver_t *it)
{
    const llr_call_t *call = it->call;
    int64_t vectors = it->actives * call->columns, rows = call->space.rows, size = call->space.size;
    if (it->exact) {
        llr_gemm(false, false, vectors, size, rows, 1, it->residual, rows, call->space.z, size, 0,
                 it->gradient, size);
    } else {
        llr_single_narrow(vectors * rows, it->residual, it->narrow);
        llr_single_gemm(false, false, vectors, size, rows, 1, it->narrow, rows, it->x, size, 0,
                        it->direction, size);
        llr_single_widen(vectors * size, it->direction, it->gradient);
    }
    for (int64_t a = 0; a < it->actives; a++)
        llr_axpy(call->width, llr_trail_lambda(&chain_at(it, a)->trail),
                 chain_at(it, a)->trail.now.theta, it->gradient + a * call->width);
}

static void begin(llr_softmax_solver_t *it)
{
    int64_t width = it->call->width;
    make_gradients(it);
    for (int64_t a = 0; a < it->actives; a++)
        llr_softmax_chain_begin(chain_at(it, a), width, it->gradient + a * width);
}

static int64_t group_of(const llr_softmax_solver_t *it, int64_t path)
{
    return path * LLR_SOFTMAX_GROUPS / it->call->paths;
}

/* The active chains of a group stand together: how many from place on. */
static int64_t group_at(const llr_softmax_solver_t *it, int64_t place, int64_t *count)
{
    int64_t group = group_of(it, it->active[place]);
    *count = 0;
    while (place + *count < it->actives && group_of(it, it->active[place + *count]) == group)
        ++*count;
    return group;
}

static void precondition(llr_softmax_solver_t *it)
{
    for (int64_t a = 0, count; a < it->actives; a += count) {
        int64_t group = group_at(it, a, &count), middle = a + count / 2;
        llr_softmax_pair_up(it, &it->pairs[group], chain_at(it, middle), residual_at(it, middle));
    }
}

/* Directions of all active chains from their pairs and the common curvature. */
static void make_directions(llr_softmax_solver_t *it)
{
    int64_t width = it->call->width;
    for (int64_t a = 0; a < it->actives; a++)
        llr_softmax_begin_direction(chain_at(it, a), width, it->direction + a * width);
    for (int64_t a = 0, count; a < it->actives; a += count) {
        int64_t group = group_at(it, a, &count);
        llr_softmax_apply(it, &it->pairs[group], count, it->direction + a * width);
    }
    for (int64_t a = 0; a < it->actives; a++)
        llr_softmax_end_direction(chain_at(it, a), width, it->direction + a * width);
    llr_single_widen(it->actives * width, it->direction, it->wide);
}

/* One step of all active chains along it->wide. */
static void advance(llr_softmax_solver_t *it)
{
    const llr_call_t *call = it->call;
    int64_t scores = call->columns * call->space.rows, width = call->width;
    make_scores(it);
    for (int64_t a = 0; a < it->actives; a++)
        llr_softmax_chain_move(chain_at(it, a), call, it->wide + a * width, it->score + a * scores,
                               residual_at(it, a));
    make_gradients(it);
    for (int64_t a = 0; a < it->actives; a++)
        llr_softmax_chain_learn(chain_at(it, a), width, it->gradient + a * width);
}

/* Keeps the point of the chain at a place as its solution at this lambda. */
static void keep(llr_softmax_solver_t *it, int64_t place)
{
    llr_call_t *call = it->call;
    llr_softmax_chain_t *chain = chain_at(it, place);
    int64_t at = chain->trail.first_fit + chain->trail.order[chain->trail.next];
    llr_fit_t *fit = &call->solutions->fit[at];
    fit->iterations = chain->iterations;
    if (chain->iterations >= call->options->max_iterations) fit->status = LLR_FIT_MAX_ITERATIONS;
    memcpy(it->z + at * call->width, chain->trail.now.theta, (size_t)call->width * sizeof(double));
    memcpy(call->solutions->b + at * call->columns, chain->trail.now.b,
           (size_t)call->columns * sizeof(double));
    fit->df = it->wants_df ? llr_softmax_df(it, chain, residual_at(it, place)) : NAN;
    llr_trail_advance(&chain->trail, call);
}

/* In single precision a search aims further than it need, as its word is not taken for it. */
static bool is_done(const llr_softmax_solver_t *it, const llr_softmax_chain_t *chain)
{
    double tolerance = it->call->options->tolerance;
    return chain->gap <= (it->exact ? 0.5 * tolerance : fmax(0.1 * tolerance, single_gap)) ||
           chain->iterations >= it->call->options->max_iterations || !isfinite(chain->value);
}

/* What a chain's preconditioner, or rounding, gives no hope for. */
static bool is_stuck(const llr_softmax_solver_t *it, int64_t place, bool alone)
{
    return chain_at(it, place)->stalls >= LLR_SOFTMAX_STALLS ||
           (!alone && it->pairs[group_of(it, it->active[place])].failed);
}

/* Drops chains from the active ones: keeps what is done in double precision; what is done in single
 * precision, and what stalls, goes to the slow ones. Where these are none, a stall ends a search.
 */
static void drop(llr_softmax_solver_t *it, int64_t *slow)
{
    int64_t left = 0;
    for (int64_t a = 0; a < it->actives; a++) {
        bool done = is_done(it, chain_at(it, a));
        if (!done && !is_stuck(it, a, !slow))
            it->active[left++] = it->active[a];
        else if (slow && !(done && it->exact))
            it->slow[(*slow)++] = it->active[a];
        else
            keep(it, a);
    }
    it->actives = left;
}

/* The active chains as far as a precision takes them. */
static llr_code_t search(llr_softmax_solver_t *it, int64_t *slow)
{
    *slow = 0;
    begin(it);
    for (int64_t pass = 0; pass < TOGETHER; pass++) {
        drop(it, slow);
        if (!it->actives) return LLR_OK;
        if (llr_call_stops(it->call)) return LLR_STOPPED;
        make_directions(it);
        advance(it);
        if (pass % RENEWED == RENEWED - 1) precondition(it);
    }
    drop(it, slow);
    for (int64_t a = 0; a < it->actives; a++) it->slow[(*slow)++] = it->active[a];
    return LLR_OK;
}

/* The slow chains become active, their scores and all that follows made anew in double precision.
 */
static void restart(llr_softmax_solver_t *it, const int64_t *chains, int64_t count)
{
    const llr_call_t *call = it->call;
    it->exact = true;
    it->actives = count;
    memmove(it->active, chains, (size_t)count * sizeof *chains);
    for (int64_t a = 0; a < count; a++)
        memcpy(it->wide + a * call->width, chain_at(it, a)->trail.now.theta,
               (size_t)call->width * sizeof(double));
    make_scores(it);
    for (int64_t a = 0; a < count; a++)
        llr_softmax_chain_restart(chain_at(it, a), call,
                                  it->score + a * call->columns * call->space.rows,
                                  residual_at(it, a));
}

/* A chain that the common curvature does not suit: Newton steps with its own. */
static llr_code_t go_alone(llr_softmax_solver_t *it, int64_t index)
{
    restart(it, &index, 1);
    begin(it);
    drop(it, NULL);
    while (it->actives) {
        if (llr_call_stops(it->call)) return LLR_STOPPED;
        llr_softmax_newton(it, chain_at(it, 0), it->residual);
        advance(it);
        llr_softmax_chain_forget(chain_at(it, 0));
        drop(it, NULL);
    }
    return LLR_OK;
}

/* The largest lambda that is still to do; the chains that want it become active. */
static double next_level(llr_softmax_solver_t *it)
{
    double lambda = 0;
    it->actives = 0;
    for (int64_t p = 0; p < it->call->paths; p++)
        if (!llr_trail_is_done(&it->chain[p].trail))
            lambda = fmax(lambda, llr_trail_lambda(&it->chain[p].trail));
    for (int64_t p = 0; p < it->call->paths; p++)
        if (!llr_trail_is_done(&it->chain[p].trail) &&
            llr_trail_lambda(&it->chain[p].trail) == lambda)
            it->active[it->actives++] = p;
    return lambda;
}

/* Active chains are searched in ascending order of the paths. */
static void sort_slow(int64_t *slow, int64_t count)
{
    for (int64_t i = 1; i < count; i++)
        for (int64_t j = i; j > 0 && slow[j - 1] > slow[j]; j--) {
            int64_t other = slow[j];
            slow[j] = slow[j - 1];
            slow[j - 1] = other;
        }
}

llr_code_t llr_softmax_descend(llr_softmax_solver_t *it, bool *more)
{
    int64_t slow;
    *more = next_level(it) > 0;
    if (!*more) return LLR_OK;
    it->exact = false;
    for (int64_t a = 0; a < it->actives; a++)
        llr_softmax_chain_start(chain_at(it, a), it->call, residual_at(it, a));
    precondition(it);
    LLR_TRY(search(it, &slow));
    sort_slow(it->slow, slow);
    restart(it, it->slow, slow);
    LLR_TRY(search(it, &slow));
    for (int64_t a = 0; a < slow; a++) LLR_TRY(go_alone(it, it->slow[a]));
    return LLR_OK;
}

static void certify_path(llr_softmax_solver_t *it, const llr_softmax_chain_t *chain)
{
    llr_call_t *call = it->call;
    llr_solutions_t *out = call->solutions;
    int64_t columns = call->columns;
    for (int64_t l = 0; l < chain->trail.path->lambdas; l += LLR_CERTIFY_FITS) {
        int64_t left = chain->trail.path->lambdas - l, fit = chain->trail.first_fit + l;
        int64_t count = left < LLR_CERTIFY_FITS ? left : LLR_CERTIFY_FITS;
        double *theta = out->theta + fit * columns * call->space.dim;
        llr_space_expand(&call->space, it->z + fit * call->width, count * columns, theta);
        llr_certify(&call->certifier, &chain->margin, chain->trail.path->lambda + l, count, theta,
                    out->b + fit * columns, out->fit + fit);
    }
}

llr_code_t llr_solve_softmax(llr_call_t *call)
{
    llr_softmax_solver_t it;
    bool more = true;
    LLR_TRY(llr_softmax_create(&it, call));
    it.wants_df = !call->options->leaves_df;
    while (more) LLR_TRY(llr_softmax_descend(&it, &more));
    for (int64_t p = 0; p < call->paths; p++) certify_path(&it, &it.chain[p]);
    return LLR_OK;
}
