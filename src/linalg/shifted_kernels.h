/* The kernels of shifted.c for one kind of CPU (see each_cpu.h). A vector holds LANES of the
 * shifts; row j of the factor and of the solution is PARTS vectors an entry, and a kernel goes
 * through one part of all rows. */

#define lanes_t NAME(lanes_t)
typedef double lanes_t __attribute__((vector_size(BYTES)));

#define LANES (BYTES / (int)sizeof(double))
#define PARTS (LLR_LANES / LANES)
/* Entry i of column j of the factor; row j of the solution. */
#define M(j, i) m[((j)*W + (i)) * PARTS]
#define Y(j)    y[(j)*PARTS]

/* Entries first .. last of column j, less what the columns before it take off; the sums are in
 * registers. */
static inline __attribute__((always_inline)) void NAME(reduce)(int64_t j, const int first,
                                                               const int last, const lanes_t *m,
                                                               const lanes_t *diagonal,
                                                               lanes_t *sum)
{
#pragma GCC unroll 16
    for (int k = B - first; k >= 1; k--) {
        if (k > j) continue;
        const int end = last < B - k ? last : B - k;
        lanes_t u = M(j - k, k) * diagonal[(j - k) % B];
#pragma GCC unroll 17
        for (int i = first; i <= end; i++) sum[i] -= u * M(j - k, k + i);
    }
}

static void NAME(factor_part)(int64_t n, const double *band, lanes_t lambda, lanes_t *m)
{
    enum { HALF = W / 2 };
    lanes_t diagonal[B];
    for (int64_t j = 0; j < n; j++) {
        lanes_t sum[W];
#pragma GCC unroll 17
        for (int i = 0; i <= B; i++) sum[i] = (lanes_t){0} + band[j * W + i];
        sum[0] += lambda;
        NAME(reduce)(j, 0, HALF, m, diagonal, sum);
        NAME(reduce)(j, HALF + 1, B, m, diagonal, sum);
        diagonal[j % B] = sum[0];
        M(j, 0) = 1 / sum[0];
#pragma GCC unroll 16
        for (int i = 1; i <= B; i++) M(j, i) = sum[i] * M(j, 0);
    }
    for (int64_t j = 0; j < B * W; j++) M(n, j) = (lanes_t){0};
}

/* L^-1 y. The next B rows wait in registers for what the rows before them take off. */
static void NAME(forward)(int64_t n, const lanes_t *m, lanes_t *y)
{
    lanes_t next[B];
    int64_t j = 0, end = rows_in_blocks(n);
    for (int i = 0; end && i < B; i++) next[i] = Y(i);
    for (; j < end; j += B)
#pragma GCC unroll 16
        for (int r = 0; r < B; r++) {
            lanes_t own = next[r];
            Y(j + r) = own;
#pragma GCC unroll 16
            for (int i = 1; i < B; i++) next[(r + i) % B] -= M(j + r, i) * own;
            next[r] = Y(j + r + B) - M(j + r, B) * own;
        }
    for (int i = 0; end && i < B; i++) Y(end + i) = next[i];
    for (; j < n; j++)
        for (int i = 1; i <= B && j + i < n; i++) Y(j + i) -= M(j, i) * Y(j);
}

/* L^-T D^-1 y. The last B rows are in registers; four sums, so that few wait for each other. */
static void NAME(backward)(int64_t n, const lanes_t *m, lanes_t *y)
{
    lanes_t last[B];
    int64_t j = n, end = rows_in_blocks(n);
    while (j-- > end) {
        Y(j) *= M(j, 0);
        for (int i = 1; i <= B && j + i < n; i++) Y(j) -= M(j, i) * Y(j + i);
    }
    for (int i = 0; end && i < B; i++) last[i] = Y(end + i);
    for (j = end - B; j >= 0; j -= B)
#pragma GCC unroll 16
        for (int r = B - 1; r >= 0; r--) {
            lanes_t sum[4] = {M(j + r, 0) * Y(j + r)};
#pragma GCC unroll 16
            for (int i = B; i >= 1; i--) sum[i % 4] -= M(j + r, i) * last[(r + i) % B];
            last[r] = (sum[0] + sum[3]) + (sum[2] + sum[1]);
            Y(j + r) = last[r];
        }
}

/* The inverse Z inside the band, from its last column to its first (Takahashi): Z L = L^-T D^-1. */
static void NAME(trace_part)(int64_t n, const double *band, lanes_t *m, lanes_t *inverse,
                             lanes_t *product)
{
    *inverse = *product = (lanes_t){0};
    for (int64_t j = n - 1; j >= 0; j--) {
        lanes_t l[W], sum = M(j, 0);
        for (int i = 1; i <= B; i++) l[i] = M(j, i);
        for (int i = 1; i <= B; i++) {
            lanes_t entry = {0};
            for (int k = 1; k <= i; k++) entry -= l[k] * M(j + k, i - k);
            for (int k = i + 1; k <= B; k++) entry -= l[k] * M(j + i, k - i);
            M(j, i) = entry;
        }
        for (int i = 1; i <= B; i++) {
            sum -= l[i] * M(j, i);
            *product += 2 * band[j * W + i] * M(j, i);
        }
        M(j, 0) = sum;
        *inverse += sum;
        *product += band[j * W] * sum;
    }
}

static void NAME(factor)(llr_shifted_t *shifted)
{
    for (int part = 0; part * LANES < shifted->lanes; part++) NAME(factor_part)
    (shifted->n, shifted->band, ((lanes_t *)shifted->lambda)[part],
     (lanes_t *)shifted->factor + part);
}

static void NAME(solve)(llr_shifted_t *shifted)
{
    for (int part = 0; part * LANES < shifted->lanes; part++) {
        const lanes_t *m = (const lanes_t *)shifted->factor + part;
        lanes_t *y = (lanes_t *)shifted->solution + part;
        NAME(forward)(shifted->n, m, y);
        NAME(backward)(shifted->n, m, y);
    }
}

static void NAME(trace)(llr_shifted_t *shifted, double *inverse, double *product)
{
    for (int part = 0; part * LANES < shifted->lanes; part++) NAME(trace_part)
    (shifted->n, shifted->band, (lanes_t *)shifted->factor + part, (lanes_t *)inverse + part,
     (lanes_t *)product + part);
}

#undef LANES
#undef PARTS
#undef M
#undef Y
#undef lanes_t
