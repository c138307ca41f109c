/* The kernel of gram.c for one kind of CPU (see each_cpu.h). */

#define lanes_t NAME(lanes_t)
#define loose_t NAME(loose_t)
typedef double lanes_t __attribute__((vector_size(BYTES)));
typedef double loose_t __attribute__((vector_size(BYTES), aligned(8), may_alias));

#define LANES (BYTES / (int)sizeof(double))
#define PANEL (3 * LANES)
/* Rows of a tile: what the registers hold; a part of a panel. */
#define ROWS (BYTES == 16 ? 3 : LANES)

/* A tile of ROWS rows and a panel of columns: sum over k of left_k right_k'. */
static inline __attribute__((always_inline)) void
NAME(multiply)(int64_t depth, const double *left, const double *right, lanes_t sum[ROWS][3])
{
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) sum[r][0] = sum[r][1] = sum[r][2] = (lanes_t){0};
    for (int64_t k = 0; k < depth; k++, left += PANEL, right += PANEL) {
        const lanes_t *v = (const lanes_t *)right;
        lanes_t v0 = v[0], v1 = v[1], v2 = v[2];
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++) {
            sum[r][0] += left[r] * v0;
            sum[r][1] += left[r] * v1;
            sum[r][2] += left[r] * v2;
        }
    }
}

/* A tile inside the triangle. */
static void NAME(tile)(int64_t depth, const double *left, const double *right, bool first,
                       int64_t n, double *c)
{
    lanes_t sum[ROWS][3];
    for (int r = 0; r < ROWS; r++) {
        __builtin_prefetch(c + r * n, 1);
        __builtin_prefetch(c + r * n + PANEL - 1, 1);
    }
    NAME(multiply)(depth, left, right, sum);
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) {
        loose_t *to = (loose_t *)(c + r * n);
        for (int v = 0; v < 3; v++) to[v] = (first ? (lanes_t){0} : (lanes_t)to[v]) + sum[r][v];
    }
}

/* A tile that the diagonal cuts, or the last row: what of row i stands in columns up to i. */
static void NAME(edge)(int64_t depth, const double *left, const double *right, bool first,
                       int64_t n, int64_t row, int64_t column, double *c)
{
    lanes_t sum[ROWS][3];
    NAME(multiply)(depth, left, right, sum);
    for (int r = 0; r < ROWS && row + r < n; r++)
        for (int j = 0; j < PANEL && column + j <= row + r; j++) {
            double *to = c + (row + r) * n + column + j;
            *to = first ? sum[r][j / LANES][j % LANES] : *to + sum[r][j / LANES][j % LANES];
        }
}

/* Panels of the rows, zeros beyond the last column; total += the rows. */
static void NAME(pack)(int64_t rows, int64_t n, const double *x, double *total, double *panel)
{
    int64_t whole = n / PANEL * PANEL, rest = n - whole;
    for (int64_t i = 0; i < rows; i++, x += n) {
        double *to = panel + i * PANEL;
        for (int64_t j = 0; j < whole; j += PANEL, to += rows * PANEL)
            for (int v = 0; v < 3; v++) {
                loose_t here = *(const loose_t *)(x + j + v * LANES);
                ((lanes_t *)to)[v] = here;
                *(loose_t *)(total + j + v * LANES) += here;
            }
        if (!rest) continue;
        memcpy(to, x + whole, (size_t)rest * sizeof *to);
        memset(to + rest, 0, (size_t)(PANEL - rest) * sizeof *to);
        for (int64_t j = whole; j < n; j++) total[j] += x[j];
    }
}

static void NAME(add_rows)(int64_t rows, int64_t n, const double *x, bool first, double *sum,
                           double *c, double *room)
{
    int64_t padded = (n + PANEL - 1) / PANEL * PANEL;
    double *total = room + padded * rows;
    memset(total, 0, (size_t)n * sizeof *total);
    NAME(pack)(rows, n, x, total, room);
    for (int64_t j = 0; j < n; j++) sum[j] += total[j];
    for (int64_t column = 0; column < n; column += PANEL)
        for (int64_t row = column; row < n; row += ROWS) {
            const double *left = room + row / PANEL * PANEL * rows + row % PANEL;
            const double *right = room + column * rows;
            if (row >= column + PANEL && row + ROWS <= n)
                NAME(tile)(rows, left, right, first, n, c + row * n + column);
            else
                NAME(edge)(rows, left, right, first, n, row, column, c);
        }
}

#undef lanes_t
#undef loose_t
#undef LANES
#undef PANEL
#undef ROWS
