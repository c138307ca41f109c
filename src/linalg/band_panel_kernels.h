/* The kernels of band_panel.c for one kind of CPU (see each_cpu.h). A row of a panel is VECTORS
 * vectors; of them only the first few are looked at, up to that of a column. */

#define lanes_t NAME(lanes_t)
typedef double lanes_t __attribute__((vector_size(BYTES)));

#define LANES   (BYTES / (int)sizeof(double))
#define VECTORS (B / LANES)

/* dot: products of a column with those of its first `vectors` vectors, over the first rows. Two
 * rows a step, whose sums do not wait for each other. */
static inline __attribute__((always_inline)) void
NAME(dots_of)(int vectors, int64_t rows, const double *p, int column, double *dot)
{
    lanes_t even[VECTORS] = {0}, odd[VECTORS] = {0};
    const lanes_t *row = (const lanes_t *)p;
    int64_t i = 0;
    for (; i + 2 <= rows; i += 2, row += 2 * VECTORS) {
        double here = p[i * B + column], next = p[(i + 1) * B + column];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
            even[v] += here * row[v];
            odd[v] += next * row[VECTORS + v];
        }
    }
    for (int v = 0; i < rows && v < vectors; v++) even[v] += p[i * B + column] * row[v];
    for (int v = 0; v < vectors; v++) ((lanes_t *)dot)[v] = even[v] + odd[v];
}

/* The first vectors of row i less p[i][column] times step. */
static inline __attribute__((always_inline)) void
NAME(update_of)(int vectors, int64_t rows, double *p, int column, const double *step)
{
    lanes_t less[VECTORS], *row = (lanes_t *)p;
    for (int v = 0; v < vectors; v++) less[v] = ((const lanes_t *)step)[v];
    for (int64_t i = 0; i < rows; i++, row += VECTORS) {
        double entry = p[i * B + column];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) row[v] -= entry * less[v];
    }
}

/* Calls the function with a number of vectors that the compiler knows. */
#define EACH_WIDTH(function, ...)                                                                  \
    switch (column / LANES + 1) {                                                                  \
    case 1:                                                                                        \
        function(1, __VA_ARGS__);                                                                  \
        break;                                                                                     \
    case 2:                                                                                        \
        function(2, __VA_ARGS__);                                                                  \
        break;                                                                                     \
    case 3:                                                                                        \
        function(VECTORS < 3 ? VECTORS : 3, __VA_ARGS__);                                          \
        break;                                                                                     \
    case 4:                                                                                        \
        function(VECTORS < 4 ? VECTORS : 4, __VA_ARGS__);                                          \
        break;                                                                                     \
    default:                                                                                       \
        function(VECTORS, __VA_ARGS__);                                                            \
    }

static void NAME(dots)(int64_t rows, const double *p, int column, double *dot)
{
    EACH_WIDTH(NAME(dots_of), rows, p, column, dot)
}

static void NAME(update)(int64_t rows, double *p, int column, const double *step)
{
    EACH_WIDTH(NAME(update_of), rows, p, column, step)
}

#undef EACH_WIDTH
#undef LANES
#undef VECTORS
#undef lanes_t
