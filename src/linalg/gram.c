#include "linalg/gram.h"

#include "linalg/cpu.h"

#include <stdbool.h>
#include <string.h>

/* A panel is a strip of columns, row after row: as wide as three vectors of a CPU, so that it
 * serves as the right side of tiles and, in parts, as their left one. */
enum { WIDEST_PANEL = 24 };

#define LLR_KERNELS "linalg/gram_kernels.h"
#include "linalg/each_cpu.h"

int64_t llr_gram_room(int64_t rows, int64_t n)
{
    return (n + WIDEST_PANEL) * ((rows < LLR_GRAM_ROWS ? rows : LLR_GRAM_ROWS) + 1);
}

void llr_gram_of(int64_t rows, int64_t n, const double *x, double *sum, double *c, double *room)
{
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int64_t i = 0; i < n && !rows; i++) memset(c + i * n, 0, (size_t)(i + 1) * sizeof *c);
    for (int64_t first = 0; first < rows; first += LLR_GRAM_ROWS) {
        int64_t count = rows - first < LLR_GRAM_ROWS ? rows - first : LLR_GRAM_ROWS;
        LLR_CPU_CALL(add_rows, count, n, x + first * n, first == 0, sum, c, room);
    }
}
