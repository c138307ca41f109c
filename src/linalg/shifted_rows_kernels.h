/* The kernels of shifted_rows.c for one kind of CPU (see each_cpu.h). */

#define lanes_t NAME(lanes_t)
typedef double lanes_t __attribute__((vector_size(BYTES)));

#define LANES (BYTES / (int)sizeof(double))
/* Vectors that are solved together, and a row's. */
#define STEP 4
#define ROW  (rows->stride / LANES)

/* half = L^-1 y, then whole = L^-T D^-1 half, then half = D^-1/2 half; STEP vectors from the given
 * one on. */
static void NAME(solve_part)(const rows_t *rows, int64_t first)
{
    const lanes_t *y = (const lanes_t *)rows->y + first;
    lanes_t *half = (lanes_t *)rows->half + first;
    lanes_t *whole = rows->whole ? (lanes_t *)rows->whole + first : NULL;
    int64_t n = rows->n, row = ROW;
    for (int64_t j = 0; j < n; j++) {
        lanes_t sum[STEP];
        for (int s = 0; s < STEP; s++) sum[s] = y[j * row + s];
        for (int64_t k = j > B ? j - B : 0; k < j; k++)
            for (int s = 0; s < STEP; s++) sum[s] -= entry_of(rows, k, j - k) * half[k * row + s];
        for (int s = 0; s < STEP; s++) half[j * row + s] = sum[s];
    }
    for (int64_t j = n - 1; j >= 0; j--) {
        lanes_t sum[STEP];
        double inverse = entry_of(rows, j, 0), root = sqrt(inverse);
        for (int s = 0; s < STEP; s++) {
            sum[s] = inverse * half[j * row + s];
            half[j * row + s] *= root;
        }
        if (!whole) continue;
        for (int64_t k = j + 1; k < n && k <= j + B; k++)
            for (int s = 0; s < STEP; s++) sum[s] -= entry_of(rows, j, k - j) * whole[k * row + s];
        for (int s = 0; s < STEP; s++) whole[j * row + s] = sum[s];
    }
}

static void NAME(solve_rows)(const rows_t *rows)
{
    for (int64_t first = 0; first < ROW; first += STEP) NAME(solve_part)(rows, first);
}

/* Rows of a register block, which is two vectors wide. */
#define TALL (REGISTERS == 32 ? 8 : 4)

/* Adds depth rows of x to the block of c whose first entry is (row, column). */
static void NAME(square_block)(int64_t depth, int64_t wide, const double *x, int64_t row,
                               int64_t column, double *c)
{
    lanes_t sum[TALL][2];
#pragma GCC unroll 8
    for (int r = 0; r < TALL; r++) {
        const lanes_t *from = (const lanes_t *)(c + (row + r) * wide + column);
        sum[r][0] = from[0];
        sum[r][1] = from[1];
    }
    for (int64_t k = 0; k < depth; k++) {
        const double *left = x + k * wide + row;
        const lanes_t *right = (const lanes_t *)(x + k * wide + column);
        lanes_t first = right[0], second = right[1];
#pragma GCC unroll 8
        for (int r = 0; r < TALL; r++) {
            sum[r][0] += left[r] * first;
            sum[r][1] += left[r] * second;
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < TALL; r++) {
        lanes_t *to = (lanes_t *)(c + (row + r) * wide + column);
        to[0] = sum[r][0];
        to[1] = sum[r][1];
    }
}

/* Adds depth rows of x to the lower triangle of c. */
static void NAME(square)(int64_t depth, int64_t wide, const double *x, double *c)
{
    for (int64_t row = 0; row < wide; row += TALL)
        for (int64_t column = 0; column < row + TALL; column += 2 * LANES)
            NAME(square_block)(depth, wide, x, row, column, c);
}

#undef LANES
#undef STEP
#undef ROW
#undef TALL
#undef lanes_t
