/* The preconditioner of the softmax solver. With B the roots of the pairs' curvatures times
 * (e_k - e_l) (x) x, (mu + B B')^-1 = (1 - B (mu + B'B)^-1 B') / mu. The intercepts, which are
 * minimised, count as a column of the rows that is penalised next to nothing. */
#include "linalg/single.h"
#include "model/solve_softmax.h"

#include <math.h>
#include <string.h>

/* Pairs are told apart by the upper bits of their size as a float. */
enum { BINS = 1 << 15, SHIFT = 16 };

enum { LEAST_PAIRS = 256, MOST_PAIRS = 4096 };

/* The mean curvature that may be left out, over lambda. */
static const double share_of_lambda = 0.4;
/* Largest trace of the curvature over mu that single precision can tell from nothing. */
static const double single_limit = 1e7;
/* Where that was too much for a factor, mu grows by this, so often. */
static const double single_step = 8;
enum { STEPS = 4 };
/* The intercept's column, squared, over the mean square of a row. */
static const double intercept_share = 4;

static int64_t smaller_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* As many as make a factor as dear as two passes of all paths. */
static int64_t most_pairs(int64_t rows, int64_t size, int32_t columns, int64_t paths)
{
    double pass = 8.0 * (double)rows * (double)size * columns * (double)paths;
    double most = cbrt(3 * 2 * pass / LLR_SOFTMAX_GROUPS);
    int64_t all = rows * columns * (columns - 1) / 2;
    return smaller_of((int64_t)fmin(fmax(most, LEAST_PAIRS), MOST_PAIRS), all);
}

llr_code_t llr_softmax_pairs_create(llr_softmax_pairs_t *pairs, const llr_call_t *call)
{
    llr_arena_t *arena = call->arena;
    int64_t rows = call->space.rows, size = call->space.size;
    int64_t most = most_pairs(rows, size, call->columns, call->paths);
    int64_t kept = smaller_of(rows, most);
    *pairs = (llr_softmax_pairs_t){.most = most};
    LLR_TAKE(pairs->row, arena, most, call->error);
    LLR_TAKE(pairs->k, arena, most, call->error);
    LLR_TAKE(pairs->l, arena, most, call->error);
    LLR_TAKE(pairs->root, arena, most, call->error);
    LLR_TAKE(pairs->x, arena, kept * size, call->error);
    LLR_TAKE(pairs->gram, arena, kept * kept, call->error);
    LLR_TAKE(pairs->factor, arena, most * most, call->error);
    LLR_TAKE(pairs->share, arena, call->paths * most, call->error);
    LLR_TAKE(pairs->score, arena, call->paths * call->columns * kept, call->error);
    LLR_TAKE(pairs->size_of, arena, BINS, call->error);
    LLR_TAKE(pairs->count_of, arena, BINS, call->error);
    return LLR_OK;
}

int64_t llr_softmax_pairs_bytes(int64_t rows, int64_t size, int32_t columns, int64_t paths)
{
    int64_t most = most_pairs(rows, size, columns, paths), kept = smaller_of(rows, most);
    return 3 * llr_arena_cost(most, sizeof(int32_t)) + llr_arena_cost(most, sizeof(float)) +
           llr_arena_cost(kept * size, sizeof(float)) + llr_arena_cost(kept * kept, sizeof(float)) +
           llr_arena_cost(most * most, sizeof(float)) +
           llr_arena_cost(paths * most, sizeof(float)) +
           llr_arena_cost(paths * columns * kept, sizeof(float)) +
           2 * llr_arena_cost(BINS, sizeof(int64_t));
}

/* Shares of the classes in a row, out of its residuals, into share; a: its weight. */
static void row_shares(const llr_softmax_solver_t *it, const double *residual, int64_t row,
                       int32_t class, double a, double *share)
{
    for (int32_t k = 0; k < it->call->columns; k++)
        share[k] = residual[k * it->call->space.rows + row] / a + (k == class);
}

/* Pairs by their size: the trace of their curvature. */
typedef struct tally {
    double whole, kept; /* sums of the sizes */
    int64_t bin, room;  /* pairs of a bin above it are taken, and of bin the first room */
} tally_t;

static int64_t bin_of(float size)
{
    uint32_t bits;
    memcpy(&bits, &size, sizeof bits);
    return bits >> SHIFT;
}

/* Keeps a pair, and its row where it is the first of it. */
static void keep(const llr_softmax_solver_t *it, llr_softmax_pairs_t *pairs, int64_t row, int32_t k,
                 int32_t l, double square)
{
    int64_t size = it->call->space.size, at = pairs->count++;
    if (row != pairs->last)
        memcpy(pairs->x + pairs->rows++ * size, it->x + row * size, (size_t)size * sizeof(float));
    pairs->last = row;
    pairs->row[at] = (int32_t)(pairs->rows - 1);
    pairs->k[at] = k;
    pairs->l[at] = l;
    pairs->root[at] = (float)sqrt(square);
}

/* One row's pairs: counts them by size, or takes those that are large enough. */
static void go_through_row(const llr_softmax_solver_t *it, llr_softmax_pairs_t *pairs, int64_t row,
                           double a, const double *share, bool takes, tally_t *tally)
{
    for (int32_t k = 1; k < it->call->columns; k++)
        for (int32_t l = 0; l < k; l++) {
            double square = a * share[k] * share[l];
            float size = (float)(2 * square * it->norm[row]);
            if (!(size > 0)) continue;
            int64_t bin = bin_of(size);
            if (!takes) {
                tally->whole += (double)size;
                pairs->count_of[bin]++;
                pairs->size_of[bin] += (double)size;
            } else if (bin > tally->bin || (bin == tally->bin && tally->room-- > 0)) {
                tally->kept += (double)size;
                keep(it, pairs, row, k, l, square);
            }
        }
}

static void go_through(const llr_softmax_solver_t *it, llr_softmax_pairs_t *pairs,
                       const llr_margin_t *margin, const double *residual, bool takes,
                       tally_t *tally)
{
    const llr_sample_t *sample = margin->sample;
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = margin->weight[s] / (double)sample->rows, *share = it->shift;
        for (int64_t i = sample->stratum_start[s]; a > 0 && i < sample->stratum_start[s + 1]; i++) {
            row_shares(it, residual, i, sample->stratum_class[s], a, share);
            go_through_row(it, pairs, i, a, share, takes, tally);
        }
    }
}

/* The bins to take: down to where the room ends, or what is left is small beside lambda. */
static void set_bin(const llr_softmax_pairs_t *pairs, double enough, tally_t *tally)
{
    double left = tally->whole;
    tally->bin = BINS - 1;
    tally->room = pairs->most;
    while (tally->bin >= 0 && tally->room >= pairs->count_of[tally->bin] && left > enough) {
        left -= pairs->size_of[tally->bin];
        tally->room -= pairs->count_of[tally->bin--];
    }
    if (left <= enough) tally->room = 0;
}

/* The largest pairs at a chain's point. mu stands for lambda and what is left out; it is larger
 * where single precision asks for that. false: nothing can be made of the curvature. */
static bool select_pairs(llr_softmax_solver_t *it, llr_softmax_pairs_t *pairs,
                         const llr_softmax_chain_t *chain, const double *residual)
{
    double lambda = llr_trail_lambda(&chain->trail);
    double directions = (double)(it->call->space.size * (it->call->columns - 1));
    tally_t tally = {0};
    memset(pairs->count_of, 0, BINS * sizeof *pairs->count_of);
    memset(pairs->size_of, 0, BINS * sizeof *pairs->size_of);
    pairs->count = pairs->rows = 0;
    pairs->last = -1;
    go_through(it, pairs, &chain->margin, residual, false, &tally);
    if (!isfinite(tally.whole)) return false;
    set_bin(pairs, share_of_lambda * lambda * directions, &tally);
    go_through(it, pairs, &chain->margin, residual, true, &tally);
    pairs->mu =
        fmax(lambda + fmax(tally.whole - tally.kept, 0) / directions, tally.whole / single_limit);
    return true;
}

/* (e_k - e_l) . (e_m - e_n) */
static float between(int32_t k, int32_t l, int32_t m, int32_t n)
{
    return (float)((k == m) + (l == n) - (k == n) - (l == m));
}

/* mu + B'B; the rows of pairs ascend, so the lower triangle of the Gram matrix is enough. */
static void fill(llr_softmax_pairs_t *pairs)
{
    for (int64_t a = 0; a < pairs->count; a++) {
        float *factor = pairs->factor + a * pairs->count, root = pairs->root[a];
        const float *gram = pairs->gram + pairs->row[a] * pairs->rows;
        int32_t k = pairs->k[a], l = pairs->l[a];
        for (int64_t b = 0; b <= a; b++)
            factor[b] = root * pairs->root[b] * between(k, l, pairs->k[b], pairs->l[b]) *
                        gram[pairs->row[b]];
        factor[a] += (float)pairs->mu;
    }
}

void llr_softmax_pair_up(llr_softmax_solver_t *it, llr_softmax_pairs_t *pairs,
                         const llr_softmax_chain_t *chain, const double *residual)
{
    double square = 0;
    int64_t rows = it->call->space.rows;
    pairs->failed = !select_pairs(it, pairs, chain, residual);
    if (pairs->failed || pairs->count == 0) return;
    for (int64_t i = 0; i < rows; i++) square += it->norm[i] / (double)rows;
    llr_single_syrk(true, it->call->space.size, pairs->rows, pairs->x, pairs->gram);
    for (int64_t i = 0; i < pairs->rows; i++)
        for (int64_t j = 0; j <= i; j++)
            pairs->gram[i * pairs->rows + j] += (float)(intercept_share * square);
    pairs->failed = true;
    for (int step = 0; pairs->failed && step < STEPS; step++) {
        if (step) pairs->mu *= single_step;
        fill(pairs);
        pairs->failed = llr_single_cholesky(pairs->count, pairs->factor);
    }
}

/* share = B' score. */
static void gather(const llr_softmax_pairs_t *pairs, int32_t columns, int64_t count)
{
    for (int64_t a = 0; a < count; a++) {
        const float *score = pairs->score + a * columns * pairs->rows;
        float *share = pairs->share + a * pairs->count;
        for (int64_t j = 0; j < pairs->count; j++)
            share[j] = pairs->root[j] * (score[pairs->k[j] * pairs->rows + pairs->row[j]] -
                                         score[pairs->l[j] * pairs->rows + pairs->row[j]]);
    }
}

/* score = B share. */
static void scatter(const llr_softmax_pairs_t *pairs, int32_t columns, int64_t count)
{
    memset(pairs->score, 0, (size_t)(count * columns * pairs->rows) * sizeof(float));
    for (int64_t a = 0; a < count; a++) {
        float *score = pairs->score + a * columns * pairs->rows;
        const float *share = pairs->share + a * pairs->count;
        for (int64_t j = 0; j < pairs->count; j++) {
            score[pairs->k[j] * pairs->rows + pairs->row[j]] += pairs->root[j] * share[j];
            score[pairs->l[j] * pairs->rows + pairs->row[j]] -= pairs->root[j] * share[j];
        }
    }
}

void llr_softmax_apply(const llr_softmax_solver_t *it, llr_softmax_pairs_t *pairs, int64_t count,
                       float *direction)
{
    int64_t size = it->call->space.size, vectors = count * it->call->columns;
    float scale = (float)(1 / pairs->mu);
    if (pairs->count) {
        llr_single_gemm(false, true, vectors, pairs->rows, size, 1, direction, size, pairs->x, size,
                        0, pairs->score, pairs->rows);
        gather(pairs, it->call->columns, count);
        llr_single_cholesky_solve(pairs->count, pairs->factor, pairs->share, count);
        scatter(pairs, it->call->columns, count);
        llr_single_gemm(false, false, vectors, size, pairs->rows, -1, pairs->score, pairs->rows,
                        pairs->x, size, 1, direction, size);
    }
    for (int64_t j = 0; j < vectors * size; j++) direction[j] *= scale;
}
