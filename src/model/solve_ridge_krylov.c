#include "model/solve_ridge_krylov.h"

#include "linalg/blas.h"

#include <math.h>
#include <string.h>

enum {
    LANES = LLR_BAND,
    MOST = 192,     /* steps: a bound of the memory */
    LEAST = 16,     /* fewer are not worth a start */
    LOOK = 16,      /* steps after which a group is judged again; half as many at first */
    CERTIFIED = 96, /* vectors that are certified together */
};

/* Products of a matrix with a block that one step of all weightings takes. */
static int64_t products(int32_t columns, int32_t strata, int64_t paths, bool is_shared)
{
    int64_t group = LANES / columns;
    return is_shared ? (paths + group - 1) / group * strata : paths;
}

static bool shares(int32_t columns, int32_t strata, int64_t paths)
{
    return products(columns, strata, paths, true) <= products(columns, strata, paths, false);
}

/* Steps of all weightings that take as many operations as the reduction of one to a band and what
 * goes with it. */
static double worth(int64_t size, int32_t columns, int32_t strata, int64_t paths)
{
    bool is_shared = shares(columns, strata, paths);
    double reduction = 5.0 / 3 * (double)size;
    return reduction / (2.0 * LANES * (double)products(columns, strata, paths, is_shared));
}

/* 0: none. */
static int64_t most_steps(int64_t size, int32_t columns, int32_t strata, int64_t paths)
{
    if (columns > LANES) return 0;
    double most = (double)paths * worth(size, columns, strata, paths);
    return most < LEAST ? 0 : (int64_t)fmin(most, MOST);
}

bool llr_ridge_krylov_shares(const llr_call_t *call)
{
    return shares(call->columns, call->gram.parts, call->paths);
}

bool llr_ridge_krylov_pays(const llr_call_t *call)
{
    return call->options->leaves_df && !call->space.q &&
           most_steps(call->space.size, call->columns, call->gram.parts, call->paths) > 0;
}

/* The most steps of any number of paths up to these that share, or do not; their number does not
 * grow with the paths. */
static int64_t most_steps_of_some(int64_t size, int32_t columns, int32_t strata, int64_t least,
                                  int64_t paths, bool is_shared)
{
    int64_t most = 0;
    for (int64_t p = least; p <= paths; p++) {
        int64_t here = most_steps(size, columns, strata, p);
        if (shares(columns, strata, p) == is_shared && here > most) most = here;
    }
    return most;
}

int64_t llr_ridge_krylov_bytes(int64_t size, int32_t columns, int32_t strata, int64_t least,
                               int64_t paths, int64_t fits, bool is_shared)
{
    int64_t d = sizeof(double), block = llr_lanczos_block(size);
    int64_t most = most_steps_of_some(size, columns, strata, least, paths, is_shared);
    if (most == 0) return 0;
    int64_t certified = fits * columns < CERTIFIED ? fits * columns : CERTIFIED;
    return (is_shared ? 2 * llr_arena_cost(certified * size, d) : 0) +
           llr_arena_cost(strata * LANES, d) + 3 * llr_arena_cost(block, d) +
           llr_arena_cost(LANES, d) + 3 * llr_arena_cost(fits * LANES, d) +
           2 * llr_arena_cost(most * LANES, d) + llr_arena_cost((most + 1) * block, d) +
           2 * llr_arena_cost((most + 1) * LANES, d);
}

static llr_code_t take(llr_ridge_krylov_t *krylov, llr_arena_t *arena, llr_error_t *error)
{
    int64_t block = llr_lanczos_block(krylov->lanczos.n), most = krylov->lanczos.most;
    LLR_TAKE(krylov->coefficient, arena, krylov->lanczos.parts * LANES, error);
    LLR_TAKE(krylov->mean, arena, block, error);
    LLR_TAKE(krylov->x, arena, block, error);
    LLR_TAKE(krylov->spread, arena, LANES, error);
    LLR_TAKE(krylov->pivot, arena, krylov->lambdas * LANES, error);
    LLR_TAKE(krylov->residual, arena, krylov->lambdas * LANES, error);
    LLR_TAKE(krylov->form, arena, krylov->lambdas * LANES, error);
    LLR_TAKE(krylov->y, arena, most * LANES, error);
    LLR_TAKE(krylov->d, arena, most * LANES, error);
    LLR_TAKE(krylov->lanczos.part, arena, block, error);
    LLR_TAKE(krylov->lanczos.basis, arena, (most + 1) * block, error);
    LLR_TAKE(krylov->lanczos.diagonal, arena, (most + 1) * LANES, error);
    LLR_TAKE(krylov->lanczos.next, arena, (most + 1) * LANES, error);
    return LLR_OK;
}

llr_code_t llr_ridge_krylov_create(llr_ridge_krylov_t *krylov, llr_call_t *call, int64_t lambdas)
{
    int32_t columns = call->columns, strata = call->gram.parts;
    bool is_shared = shares(columns, strata, call->paths);
    *krylov = (llr_ridge_krylov_t){.call = call, .is_shared = is_shared, .lambdas = lambdas};
    krylov->group = is_shared ? LANES / columns : 1;
    krylov->worth = worth(call->space.size, columns, strata, call->paths);
    krylov->lanczos =
        (llr_lanczos_t){.n = call->space.size,
                        .parts = is_shared ? strata : 1,
                        .most = most_steps(call->space.size, columns, strata, call->paths)};
    LLR_TRY(take(krylov, call->arena, call->error));
    krylov->lanczos.coefficient = krylov->coefficient;
    krylov->lanczos.mean = krylov->mean;
    return LLR_OK;
}

static void put_lane(int64_t size, double scale, const double *x, int64_t lane, double *block)
{
    for (int64_t i = 0; i < size; i++) block[i * LANES + lane] = scale * x[i];
}

/* Lanes of weighting p of the group, whose system's vectors are made. */
static void set_lanes(llr_ridge_krylov_t *krylov, const llr_ridge_system_t *system, int64_t p,
                      const double *weight)
{
    const llr_call_t *call = krylov->call;
    for (int64_t k = 0; k < call->columns; k++) {
        int64_t lane = p * call->columns + k;
        put_lane(system->size, 1, system->rhs + k * system->size, lane, krylov->lanczos.basis);
        krylov->spread[lane] = system->spread;
        if (krylov->is_shared)
            put_lane(system->size, sqrt(system->whole), system->mean, lane, krylov->mean);
        for (int64_t s = 0; s < krylov->lanczos.parts; s++)
            krylov->coefficient[s * LANES + lane] =
                krylov->is_shared ? weight[s] / (double)call->sample->rows : 1;
    }
}

static void clear(llr_ridge_krylov_t *krylov)
{
    size_t block = (size_t)llr_lanczos_block(krylov->lanczos.n) * sizeof(double);
    memset(krylov->mean, 0, block);
    memset(krylov->lanczos.basis, 0, block);
    memset(krylov->coefficient, 0, (size_t)(krylov->lanczos.parts * LANES) * sizeof(double));
}

/* Takes the last step into the solutions' residuals and forms: the factors of T + lambda grow by
 * one row. */
static void follow(llr_ridge_krylov_t *krylov, int64_t lane, int64_t l, double lambda)
{
    int64_t u = l * LANES + lane, j = krylov->lanczos.steps - 1;
    const double *diagonal = krylov->lanczos.diagonal + j * LANES + lane;
    const double *next = krylov->lanczos.next + j * LANES + lane;
    double before = j > 0 ? next[0] * next[0] / krylov->pivot[u] : 0;
    double last = j > 0 ? krylov->residual[u] : next[0];
    krylov->pivot[u] = diagonal[0] + lambda - before;
    krylov->form[u] = (j > 0 ? krylov->form[u] : 0) + last * last / krylov->pivot[u];
    krylov->residual[u] = -next[LANES] * last / krylov->pivot[u];
}

/* Of the gap of a fit, ||residual||^2 / (2 lambda), to what is asked of it. The objective is
 * (spread - rhs' theta) / 2. */
static double excess(const llr_ridge_krylov_t *krylov, int64_t p, int64_t l, double lambda)
{
    double square = 0, form = 0;
    for (int64_t k = 0; k < krylov->call->columns; k++) {
        int64_t u = l * LANES + p * krylov->call->columns + k;
        square += krylov->residual[u] * krylov->residual[u];
        form += krylov->form[u];
    }
    double asked = 0.08 * krylov->call->options->tolerance;
    return square / (lambda * asked * (krylov->spread[p * krylov->call->columns] - form));
}

/* The largest excess of the fits of weighting p. */
static double follow_path(llr_ridge_krylov_t *krylov, int64_t p, const llr_path_t *path)
{
    double worst = 0;
    for (int64_t l = 0; l < path->lambdas; l++) {
        for (int64_t k = 0; k < krylov->call->columns; k++)
            follow(krylov, p * krylov->call->columns + k, l, path->lambda[l]);
        double here = excess(krylov, p, l, path->lambda[l]);
        worst = here <= worst ? worst : here;
    }
    return worst;
}

/* x of one lambda for a lane: y = (T + lambda)^-1 e next_0. */
static void solve_lane(llr_ridge_krylov_t *krylov, int64_t lane, double lambda)
{
    const llr_lanczos_t *lanczos = &krylov->lanczos;
    const double *diagonal = lanczos->diagonal + lane, *next = lanczos->next + lane;
    double *y = krylov->y + lane, *d = krylov->d + lane;
    int64_t last = lanczos->steps - 1;
    for (int64_t j = 0; j <= last; j++) {
        double ratio = j > 0 ? next[j * LANES] / d[(j - 1) * LANES] : 0;
        d[j * LANES] = diagonal[j * LANES] + lambda - ratio * next[j * LANES];
        y[j * LANES] = j > 0 ? -ratio * y[(j - 1) * LANES] : next[0];
    }
    for (int64_t j = last; j >= 0; j--) {
        double above = j < last ? next[(j + 1) * LANES] * y[(j + 1) * LANES] : 0;
        y[j * LANES] = (y[j * LANES] - above) / d[j * LANES];
    }
}

/* Fits of the l-th lambda of each path of the group. */
static void write_fits(llr_ridge_krylov_t *krylov, const llr_path_t *path, int64_t paths, int64_t l,
                       double *theta)
{
    int64_t columns = krylov->call->columns, size = krylov->lanczos.n;
    memset(krylov->y, 0, (size_t)(krylov->lanczos.steps * LANES) * sizeof(double));
    for (int64_t p = 0; p < paths; p++)
        for (int64_t k = 0; k < columns && l < path[p].lambdas; k++)
            solve_lane(krylov, p * columns + k, path[p].lambda[l]);
    llr_lanczos_combine(&krylov->lanczos, krylov->y, krylov->x);
    for (int64_t p = 0; p < paths; theta += path[p++].lambdas * columns * size)
        for (int64_t k = 0; k < columns && l < path[p].lambdas; k++)
            for (int64_t i = 0; i < size; i++)
                theta[(l * columns + k) * size + i] = krylov->x[i * LANES + p * columns + k];
}

static bool is_solved(const llr_ridge_krylov_t *krylov, int64_t p)
{
    return krylov->excess[p] <= 1;
}

/* Steps that weighting p may still need, if it goes on as since the last look. */
static double steps_left(const llr_ridge_krylov_t *krylov, int64_t p)
{
    double gain = log(krylov->excess_before[p] / krylov->excess[p]);
    double steps = (double)(krylov->lanczos.steps - krylov->looked);
    return gain > 0 ? steps * fmax(log(krylov->excess[p]), 0) / gain : INFINITY;
}

/* Whether some more steps are likely to spare reductions that would take longer. */
static bool is_promising(const llr_ridge_krylov_t *krylov, int64_t paths)
{
    int64_t unsolved = 0;
    for (int64_t p = 0; p < paths; p++) unsolved += !is_solved(krylov, p);
    for (int64_t p = 0; p < paths; p++) {
        double left = steps_left(krylov, p);
        int64_t spared = 0;
        for (int64_t q = 0; q < paths; q++)
            spared += !is_solved(krylov, q) && steps_left(krylov, q) <= left;
        if (krylov->all_or_none && spared < unsolved) continue;
        if (left <= (double)(krylov->lanczos.most - krylov->lanczos.steps) &&
            left < (double)spared * krylov->worth)
            return true;
    }
    return false;
}

/* One step. Returns whether every weighting is solved. */
static bool advance(llr_ridge_krylov_t *krylov, const llr_path_t *path, int64_t paths)
{
    bool all = true;
    llr_lanczos_step(&krylov->lanczos);
    for (int64_t p = 0; p < paths; p++) {
        krylov->excess[p] = follow_path(krylov, p, path + p);
        all = all && is_solved(krylov, p);
    }
    return all;
}

static void look(llr_ridge_krylov_t *krylov)
{
    krylov->looked = krylov->lanczos.steps;
    memcpy(krylov->excess_before, krylov->excess, sizeof krylov->excess);
}

static void advance_while_it_pays(llr_ridge_krylov_t *krylov, const llr_path_t *path, int64_t paths)
{
    const llr_lanczos_t *lanczos = &krylov->lanczos;
    while (lanczos->steps < lanczos->most && !advance(krylov, path, paths)) {
        bool judges = lanczos->steps % LOOK == 0 || lanczos->steps == LOOK / 2;
        if (judges && !is_promising(krylov, paths)) return;
        if (judges || lanczos->steps == LOOK / 4) look(krylov);
    }
}

void llr_ridge_krylov_solve(llr_ridge_krylov_t *krylov, llr_ridge_system_t *system, int64_t index,
                            int64_t fit)
{
    const llr_call_t *call = krylov->call;
    const llr_path_t *path = call->path + index;
    int64_t left = call->paths - index, paths = left < krylov->group ? left : krylov->group;
    clear(krylov);
    krylov->lanczos.matrix = krylov->is_shared ? call->gram.matrix : system->a;
    for (int64_t p = 0; p < paths; p++) {
        llr_ridge_system_make_vectors(system, call, path[p].weight);
        set_lanes(krylov, system, p, path[p].weight);
    }
    krylov->lanczos.lanes = (int)paths * call->columns;
    llr_lanczos_start(&krylov->lanczos);
    advance_while_it_pays(krylov, path, paths);
    for (int64_t l = 0; l < krylov->lambdas; l++)
        write_fits(krylov, path, paths, l, call->solutions->theta + fit * call->width);
}

bool llr_ridge_krylov_solved(const llr_ridge_krylov_t *krylov, int64_t index)
{
    return is_solved(krylov, index % krylov->group);
}

/* Certifies fits of a group of paths, which stand in their places from first on. */
static void certify(llr_ridge_krylov_t *krylov, llr_ridge_system_t *system, const llr_path_t *path,
                    int64_t paths, int64_t first)
{
    const llr_call_t *call = krylov->call;
    llr_ridge_fit_t of[CERTIFIED];
    int64_t most = CERTIFIED / call->columns, count = 0;
    for (int64_t p = 0; p < paths; p++)
        for (int64_t l = 0; l < path[p].lambdas; l++) {
            of[count] = (llr_ridge_fit_t){path + p, path[p].lambda[l], first + count};
            count++;
            bool is_last = p == paths - 1 && l == path[p].lambdas - 1;
            if (count < most && !is_last) continue;
            llr_ridge_certify_each(system, call, of, count,
                                   call->solutions->theta + first * call->width, krylov->gradient,
                                   krylov->product);
            first += count;
            count = 0;
        }
}

static llr_code_t solve_groups(llr_ridge_krylov_t *krylov, llr_ridge_system_t *system, bool *solved)
{
    const llr_call_t *call = krylov->call;
    int64_t fit = 0, vectors = call->solutions->fits * call->columns;
    int64_t certified = vectors < CERTIFIED ? vectors : CERTIFIED;
    LLR_TAKE(krylov->gradient, call->arena, certified * call->space.size, call->error);
    LLR_TAKE(krylov->product, call->arena, certified * call->space.size, call->error);
    for (int64_t first = 0; first < call->paths; first += krylov->group) {
        int64_t left = call->paths - first, paths = left < krylov->group ? left : krylov->group;
        if (llr_call_stops(call)) return LLR_STOPPED;
        llr_ridge_krylov_solve(krylov, system, first, fit);
        certify(krylov, system, call->path + first, paths, fit);
        for (int64_t p = 0; p < paths; p++) {
            solved[first + p] = is_solved(krylov, p);
            fit += call->path[first + p].lambdas;
        }
    }
    return LLR_OK;
}

llr_code_t llr_ridge_krylov_solve_all(llr_call_t *call, llr_ridge_system_t *system, int64_t lambdas,
                                      bool all_or_none, bool *solved)
{
    int64_t mark = llr_arena_mark(call->arena);
    llr_ridge_krylov_t krylov;
    LLR_TRY(llr_ridge_krylov_create(&krylov, call, lambdas));
    krylov.all_or_none = all_or_none;
    LLR_TRY(solve_groups(&krylov, system, solved));
    llr_arena_release(call->arena, mark);
    return LLR_OK;
}
