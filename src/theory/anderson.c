#include "theory/anderson.h"

#include <math.h>
#include <string.h>

enum { DEPTH = 8 }; /* steps remembered */

typedef struct history {
    int64_t n, used;
    double *change;      /* DEPTH x n: differences of the residuals, latest first */
    double *move;        /* DEPTH x n: of x, the same */
    double *basis;       /* DEPTH x n: orthonormal basis of the changes */
    double *combination; /* DEPTH x n: the moves that belong to the basis */
} history_t;

int64_t llr_anderson_work(int64_t n)
{
    return (4 * DEPTH + 4) * n;
}

static double dot(int64_t n, const double *a, const double *b)
{
    double sum = 0;
    for (int64_t u = 0; u < n; u++) sum += a[u] * b[u];
    return sum;
}

static double largest(int64_t n, const double *a)
{
    double most = 0;
    for (int64_t u = 0; u < n; u++)
        if (!(fabs(a[u]) <= most)) most = fabs(a[u]);
    return most;
}

static void remember(history_t *h, const double *change, const double *move)
{
    size_t bytes = sizeof(double) * (size_t)h->n;
    int64_t depth = h->n < DEPTH ? h->n : DEPTH;
    for (int64_t k = depth - 1; k > 0; k--) {
        memcpy(h->change + k * h->n, h->change + (k - 1) * h->n, bytes);
        memcpy(h->move + k * h->n, h->move + (k - 1) * h->n, bytes);
    }
    memcpy(h->change, change, bytes);
    memcpy(h->move, move, bytes);
    if (h->used < depth) h->used++;
}

/* step = residual minus what the remembered changes explain of it, with their moves (Gram-Schmidt,
 * latest first; changes that are nearly dependent are left out). */
static void propose(history_t *h, const double *residual, double *rest, double *step)
{
    int64_t n = h->n, kept = 0;
    memcpy(rest, residual, sizeof(double) * (size_t)n);
    memset(step, 0, sizeof(double) * (size_t)n);
    for (int64_t k = 0; k < h->used; k++) {
        double *q = h->basis + kept * n, *move = h->combination + kept * n;
        memcpy(q, h->change + k * n, sizeof(double) * (size_t)n);
        memcpy(move, h->move + k * n, sizeof(double) * (size_t)n);
        double before = sqrt(dot(n, q, q));
        for (int64_t l = 0; l < kept; l++) {
            double part = dot(n, h->basis + l * n, q);
            for (int64_t u = 0; u < n; u++) {
                q[u] -= part * h->basis[l * n + u];
                move[u] -= part * h->combination[l * n + u];
            }
        }
        double length = sqrt(dot(n, q, q));
        if (!(length > 1e-6 * before)) continue;
        double part = dot(n, q, rest) / length;
        for (int64_t u = 0; u < n; u++) {
            q[u] /= length;
            move[u] /= length;
            rest[u] -= part * q[u];
            step[u] -= part * move[u];
        }
        kept++;
    }
    for (int64_t u = 0; u < n; u++) step[u] += rest[u];
}

bool llr_anderson(int64_t n, llr_map_t map, void *problem, double tolerance, int64_t most,
                  double *x, double *work)
{
    history_t h = {n, 0, work, work + DEPTH * n, work + 2 * DEPTH * n, work + 3 * DEPTH * n};
    double *residual = work + 4 * DEPTH * n, *next = residual + n, *rest = next + n;
    double *step = rest + n, before = INFINITY;
    for (int64_t pass = 0; pass < most; pass++) {
        if (!map(problem, x, next)) return false;
        for (int64_t u = 0; u < n; u++) next[u] -= x[u];
        double size = largest(n, next);
        if (!isfinite(size)) return false;
        if (size <= tolerance) return true;
        if (pass) {
            for (int64_t u = 0; u < n; u++) rest[u] = next[u] - residual[u];
            remember(&h, rest, step);
        }
        if (size > 4 * before) h.used = 0; /* led astray: a plain step */
        before = size;
        memcpy(residual, next, sizeof(double) * (size_t)n);
        propose(&h, residual, rest, step);
        double length = largest(n, step);
        for (int64_t u = 0; u < n; u++) {
            if (length > 3) step[u] *= 3 / length;
            x[u] += step[u];
        }
    }
    return false;
}
