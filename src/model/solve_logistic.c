/* Logistic loss of two classes. The weightings go down lambda together, each from where its last
 * solutions point to; one curvature matrix, renewed every few lambdas, preconditions them all, and
 * their directions are the columns of one product, in single precision first. A weighting that this
 * does not suit goes on alone, by Newton steps. */
#include "model/solve_logistic.h"
#include "linalg/blas.h"

#include <math.h>
#include <string.h>

enum { TOGETHER = 12, ROUGHLY = 30, PATIENCE = 10, STALE = 12, STALLS = 3 };

/* The last digits cost a pass or two: without a tolerance that says when it is enough, fits go on
 * to where their objective is as exact as anyone's. */
#define EXACT_GAP 1e-13
/* Single precision finds its way to about here. */
#define ROUGH_GAP 1e-9
/* Share of the tolerance that is aimed at by what is certified afterwards, and mended if need be.
 */
#define AIM 0.5
/* A line's last step may leave this share of the objective: later ones mend it. */
#define TRUST 1e-6

int64_t llr_logistic_bytes(int64_t rows, int64_t size, int64_t paths, int64_t fits)
{
    int64_t d = sizeof(double);
    return llr_arena_cost(paths, sizeof(llr_chain_t)) + 2 * llr_arena_cost(paths, sizeof(int64_t)) +
           paths * llr_chain_bytes(rows, size) + fits * (int64_t)sizeof(int64_t) +
           paths * llr_arena_cost(0, 1) + 2 * llr_arena_cost(paths * size, d) +
           2 * llr_arena_cost(paths * rows, d) + 2 * llr_arena_cost(size * size, d) +
           llr_arena_cost(rows * size, d) + llr_arena_cost(rows, d) + llr_arena_cost(size, d) +
           llr_arena_cost(fits * size, d) + llr_swift_bytes(rows, size, paths);
}

llr_code_t llr_logistic_create(llr_logistic_t *it, llr_call_t *call)
{
    *it = (llr_logistic_t){.call = call,
                           .conditioned_at = INFINITY,
                           .aim = fmin(0.1 * call->options->tolerance, EXACT_GAP)};
    int64_t size = call->space.size, rows = call->space.rows;
    LLR_TAKE(it->chain, call->arena, call->paths, call->error);
    LLR_TAKE(it->active, call->arena, call->paths, call->error);
    LLR_TAKE(it->slow, call->arena, call->paths, call->error);
    LLR_TAKE(it->direction, call->arena, call->paths * size, call->error);
    LLR_TAKE(it->gradient, call->arena, call->paths * size, call->error);
    LLR_TAKE(it->score, call->arena, call->paths * rows, call->error);
    LLR_TAKE(it->residual, call->arena, call->paths * rows, call->error);
    LLR_TAKE(it->factor, call->arena, size * size, call->error);
    LLR_TAKE(it->hessian, call->arena, size * size, call->error);
    LLR_TAKE(it->scaled, call->arena, rows * size, call->error);
    LLR_TAKE(it->curvature, call->arena, rows, call->error);
    LLR_TAKE(it->mean, call->arena, size, call->error);
    LLR_TAKE(it->z, call->arena, call->solutions->fits * call->width, call->error);
    int64_t fit = 0;
    for (int64_t p = 0; p < call->paths; p++) {
        LLR_TRY(llr_chain_create(&it->chain[p], call, p, fit));
        fit += call->path[p].lambdas;
    }
    return LLR_OK;
}

/* Are the next products with the rows made by panels? */
static bool uses_panels(const llr_logistic_t *it)
{
    return it->in_single || (it->has_single && it->single.z.rest);
}

/* Gradients of the active chains at their points, from their scores. */
static void make_gradients(llr_logistic_t *it)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, size = call->space.size;
    for (int64_t a = 0; a < it->actives; a++) {
        const llr_chain_t *chain = &it->chain[it->active[a]];
        llr_margin_loss(&chain->margin, chain->trail.now.score, chain->trail.now.b,
                        it->residual + a * rows);
        double lambda = llr_trail_lambda(&chain->trail), *gradient = it->gradient + a * call->width;
        for (int64_t j = 0; j < call->width; j++) gradient[j] = lambda * chain->trail.now.theta[j];
    }
    if (uses_panels(it))
        llr_swift_gradients(&it->single, !it->in_single, it->residual, it->actives, it->gradient);
    else
        llr_gemm(false, false, it->actives, size, rows, 1, it->residual, rows, call->space.z, size,
                 1, it->gradient, size);
}

/* it->score from as many coefficient vectors as there are active chains. */
static void make_scores(llr_logistic_t *it, const double *theta)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, size = call->space.size;
    if (uses_panels(it))
        llr_swift_scores(&it->single, !it->in_single, theta, it->actives, it->score);
    else
        llr_gemm(false, true, it->actives, rows, size, 1, theta, size, call->space.z, size, 0,
                 it->score, rows);
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
    if (it->has_single && !it->alone)
        llr_swift_apply(&it->single, it->direction, it->actives);
    else
        llr_logistic_apply(it, it->direction, it->actives);
    for (int64_t a = 0; a < it->actives; a++)
        llr_chain_end_direction(&it->chain[it->active[a]], width, it->direction + a * width);
}

/* One step of all active chains along their directions: two passes over the rows. */
static void advance(llr_logistic_t *it)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, width = call->width;
    make_scores(it, it->direction);
    for (int64_t a = 0; a < it->actives; a++)
        llr_chain_move(&it->chain[it->active[a]], call, it->direction + a * width,
                       it->score + a * rows);
    make_gradients(it);
    for (int64_t a = 0; a < it->actives; a++)
        llr_chain_learn(&it->chain[it->active[a]], width, it->gradient + a * width);
}

/* As near to the minimum as is aimed at, or as rounding lets it come. The certificate judges. */
static bool has_converged(const llr_logistic_t *it, const llr_chain_t *chain)
{
    double square = llr_dot(it->call->width, chain->gradient, chain->gradient);
    double gap = square / (2 * llr_trail_lambda(&chain->trail) * chain->value);
    if (it->in_single) return gap <= fmax(it->aim, ROUGH_GAP);
    return gap <= it->aim || (gap <= 0.1 * it->call->options->tolerance && chain->stalls);
}

static bool gives_up(const llr_logistic_t *it, const llr_chain_t *chain)
{
    return chain->iterations >= it->call->options->max_iterations || chain->stalls >= STALLS ||
           !isfinite(chain->value);
}

static double find_df(llr_logistic_t *it, const llr_chain_t *chain)
{
    const llr_call_t *call = it->call;
    double lambda = llr_trail_lambda(&chain->trail);
    if (it->has_single) {
        llr_margin_curvature(&chain->margin, chain->trail.now.score, chain->trail.now.b,
                             it->curvature);
        double df = llr_swift_df(&it->single, it->curvature, lambda);
        if (!isnan(df)) return df;
    }
    llr_logistic_hessian(it, chain, it->hessian);
    return llr_trace_df(it->hessian, call->space.size, lambda);
}

/* Keeps the point of a chain as its solution at this lambda. */
static void keep(llr_logistic_t *it, llr_chain_t *chain)
{
    llr_call_t *call = it->call;
    int64_t at = chain->trail.first_fit + chain->trail.order[chain->trail.next];
    llr_fit_t *fit = &call->solutions->fit[at];
    fit->iterations = chain->iterations;
    if (chain->iterations >= call->options->max_iterations) fit->status = LLR_FIT_MAX_ITERATIONS;
    memcpy(it->z + at * call->width, chain->trail.now.theta, (size_t)call->width * sizeof(double));
    call->solutions->b[at] = *chain->trail.now.b;
    fit->df = it->wants_df ? find_df(it, chain) : NAN;
    llr_trail_advance(&chain->trail, call);
}

/* Drops the chains that are done from the active ones; one that goes alone may give up. Those that
 * are to go on in double precision are put aside. */
static void drop_done(llr_logistic_t *it)
{
    int64_t left = 0;
    for (int64_t a = 0; a < it->actives; a++) {
        llr_chain_t *chain = &it->chain[it->active[a]];
        bool done = has_converged(it, chain);
        bool stuck = it->in_single && chain->stalls >= STALLS;
        if (stuck || (done && it->in_single && it->aim < ROUGH_GAP))
            it->slow[it->slows++] = it->active[a];
        else if (done || (it->alone && gives_up(it, chain)))
            keep(it, chain);
        else
            it->active[left++] = it->active[a];
    }
    it->actives = left;
}

/* Puts the active chains aside. */
static void put_aside(llr_logistic_t *it)
{
    memcpy(it->slow + it->slows, it->active, (size_t)it->actives * sizeof *it->slow);
    it->slows += it->actives;
    it->actives = 0;
}

static void take_back(llr_logistic_t *it)
{
    memcpy(it->active, it->slow, (size_t)it->slows * sizeof *it->slow);
    it->actives = it->slows;
    it->slows = 0;
}

/* A chain that the common curvature does not suit: Newton steps with its own. */
static llr_code_t go_alone(llr_logistic_t *it, int64_t index)
{
    llr_chain_t *chain = &it->chain[index];
    it->active[0] = index;
    it->actives = 1;
    it->alone = true;
    chain->stalls = 0;
    while (it->actives) {
        if (llr_call_stops(it->call)) return LLR_STOPPED;
        llr_logistic_precondition(it, chain);
        llr_chain_forget(chain);
        make_directions(it);
        advance(it);
        drop_done(it);
    }
    it->alone = false;
    return LLR_OK;
}

/* The largest lambda that is still to do; the chains that want it become active. */
static double next_level(llr_logistic_t *it)
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

/* Scores of the active chains from their coefficients. */
static void take_scores(llr_logistic_t *it)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, width = call->width;
    for (int64_t a = 0; a < it->actives; a++)
        memcpy(it->direction + a * width, it->chain[it->active[a]].trail.now.theta,
               (size_t)width * sizeof(double));
    make_scores(it, it->direction);
    for (int64_t a = 0; a < it->actives; a++)
        memcpy(it->chain[it->active[a]].trail.now.score, it->score + a * rows,
               (size_t)rows * sizeof(double));
}

/* The single-precision preconditioner, from the curvature of the middle one of the active chains.
 */
static void condition(llr_logistic_t *it)
{
    const llr_chain_t *middle = &it->chain[it->active[it->actives / 2]];
    it->conditioned_at = llr_trail_lambda(&middle->trail);
    llr_margin_curvature(&middle->margin, middle->trail.now.score, middle->trail.now.b,
                         it->curvature);
    llr_swift_precondition(&it->single, it->curvature, it->conditioned_at);
}

/* A preconditioner serves lambdas down to a share of its own: curvature falls with lambda, so that
 * what they do to it is little more than a scale, and passes are cheaper than Hessians. */
static void start_roughly(llr_logistic_t *it)
{
    const llr_call_t *call = it->call;
    for (int64_t a = 0; a < it->actives; a++) llr_chain_foretell(&it->chain[it->active[a]], call);
    take_scores(it);
    for (int64_t a = 0; a < it->actives; a++) llr_chain_settle(&it->chain[it->active[a]], call);
    double lambda = llr_trail_lambda(&it->chain[it->active[0]].trail);
    if (!(lambda * STALE > it->conditioned_at)) condition(it);
}

/* Steps of the active chains together, until they are done or have had some passes. */
static llr_code_t search(llr_logistic_t *it, int64_t passes)
{
    begin(it);
    drop_done(it);
    if (passes > it->call->options->max_iterations) passes = it->call->options->max_iterations;
    for (int64_t pass = 0; it->actives && pass < passes; pass++) {
        if (llr_call_stops(it->call)) return LLR_STOPPED;
        if (it->has_single && pass % PATIENCE == PATIENCE - 1) condition(it);
        make_directions(it);
        advance(it);
        drop_done(it);
    }
    return LLR_OK;
}

/* Two classes: single precision takes the active chains as far as it can, which mostly is enough.
 * Active afterwards: those that are to go on in double precision. */
static llr_code_t descend_roughly(llr_logistic_t *it)
{
    it->in_single = true;
    start_roughly(it);
    LLR_TRY(search(it, ROUGHLY));
    it->in_single = false;
    put_aside(it);
    take_back(it);
    if (!it->actives) return LLR_OK;
    take_scores(it);
    for (int64_t a = 0; a < it->actives; a++) {
        llr_chain_t *chain = &it->chain[it->active[a]];
        llr_chain_evaluate(chain, it->call);
        chain->stalls = 0;
    }
    return LLR_OK;
}

static void start_exactly(llr_logistic_t *it)
{
    for (int64_t a = 0; a < it->actives; a++) llr_chain_start(&it->chain[it->active[a]], it->call);
    llr_logistic_precondition(it, &it->chain[it->active[it->actives / 2]]);
}

llr_code_t llr_logistic_descend(llr_logistic_t *it, bool *more)
{
    *more = next_level(it) > 0;
    if (!*more) return LLR_OK;
    if (it->has_single)
        LLR_TRY(descend_roughly(it));
    else
        start_exactly(it);
    if (it->actives) LLR_TRY(search(it, TOGETHER));
    put_aside(it);
    while (it->slows) LLR_TRY(go_alone(it, it->slow[--it->slows]));
    return LLR_OK;
}

/* One fit among the paths. */
typedef struct place {
    int64_t path, lambda;
} place_t;

/* Certifies count <= LLR_CERTIFY_FITS fits from a place on; the place after them. */
static place_t certify(llr_logistic_t *it, place_t place, int64_t count)
{
    llr_call_t *call = it->call;
    llr_solutions_t *out = call->solutions;
    const llr_margin_t *margin[LLR_CERTIFY_FITS];
    double lambda[LLR_CERTIFY_FITS];
    int64_t fit = it->chain[place.path].trail.first_fit + place.lambda;
    double *theta = out->theta + fit * call->space.dim;
    for (int64_t f = 0; f < count; f++, place.lambda++) {
        while (place.lambda == call->path[place.path].lambdas) place = (place_t){place.path + 1, 0};
        margin[f] = &it->chain[place.path].margin;
        lambda[f] = call->path[place.path].lambda[place.lambda];
    }
    llr_space_expand(&call->space, it->z + fit * call->width, count, theta);
    llr_certify_each(&call->certifier, margin, lambda, count, theta, out->b + fit, out->fit + fit);
    return place;
}

/* A fit that turned out not to be good enough goes on alone, in double precision. */
static llr_code_t mend(llr_logistic_t *it, int64_t index, int64_t place)
{
    llr_chain_t *chain = &it->chain[index];
    const llr_call_t *call = it->call;
    int64_t lambda = chain->trail.order[place], fit = chain->trail.first_fit + lambda;
    chain->trail.next = place;
    chain->iterations = call->solutions->fit[fit].iterations;
    memcpy(chain->trail.now.theta, it->z + fit * call->width, (size_t)call->width * sizeof(double));
    *chain->trail.now.b = call->solutions->b[fit];
    it->active[0] = index;
    it->actives = 1;
    take_scores(it);
    llr_chain_evaluate(chain, call);
    begin(it);
    LLR_TRY(go_alone(it, index));
    certify(it, (place_t){index, lambda}, 1);
    return LLR_OK;
}

static llr_code_t certify_all(llr_logistic_t *it)
{
    llr_call_t *call = it->call;
    const llr_fit_t *fit = call->solutions->fit;
    place_t place = {0, 0};
    for (int64_t left = call->solutions->fits; left > 0; left -= LLR_CERTIFY_FITS)
        place = certify(it, place, left < LLR_CERTIFY_FITS ? left : LLR_CERTIFY_FITS);
    for (int64_t p = 0; p < call->paths && it->has_single; p++)
        for (int64_t l = 0; l < call->path[p].lambdas; l++) {
            int64_t at = it->chain[p].trail.first_fit + it->chain[p].trail.order[l];
            if (fit[at].status == LLR_FIT_UNCERTIFIED) LLR_TRY(mend(it, p, l));
        }
    return LLR_OK;
}

llr_code_t llr_solve_logistic(llr_call_t *call)
{
    llr_logistic_t it;
    bool more = true;
    LLR_TRY(llr_logistic_create(&it, call));
    it.wants_df = !call->options->leaves_df;
    it.has_single = true;
    it.aim = AIM * call->options->tolerance;
    for (int64_t p = 0; p < call->paths; p++) it.chain[p].trust = TRUST;
    LLR_TRY(llr_swift_create(&it.single, call, it.aim < ROUGH_GAP, call->paths));
    while (more) LLR_TRY(llr_logistic_descend(&it, &more));
    return certify_all(&it);
}
