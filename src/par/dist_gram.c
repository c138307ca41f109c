/* Gram matrices of rows that are dealt, into pieces: every rank multiplies its own rows, a panel of
 * columns at a time, in which each rank has a block; the parts of a block go to the rank that has
 * it, which adds them up by rank. */
#include "linalg/blas.h"
#include "par/dist_parts.h"

#include <string.h>

/* Columns [first, first + width) of this rank's part, entries from row first on. */
static void multiply(int64_t rows, int64_t size, int64_t first, int64_t width, const double *x,
                     double *part)
{
    int64_t height = size - first;
    if (rows)
        llr_gemm(true, false, width, height, rows, 1, x + first, size, x + first, size, 0, part,
                 height);
    else
        memset(part, 0, (size_t)(width * height) * sizeof *part);
}

/* The block that this rank has of a panel, out of the parts of all ranks. */
static void add_parts(const llr_team_t *team, const double *part, int64_t size, int64_t first,
                      double *piece)
{
    llr_deal_t deal = llr_team_deal(team, size);
    int64_t height = size - first, mine = first + team->rank * deal.block;
    int64_t width = size - mine < deal.block ? size - mine : deal.block;
    for (int64_t c = 0; c < width; c++) {
        double *column = piece + llr_deal_place(deal, mine + c) * size + first;
        memcpy(column, part + c * height, (size_t)height * sizeof *column);
        for (int64_t r = 1; r < team->size; r++)
            llr_axpy(height, 1, part + (r * deal.block + c) * height, column);
    }
}

void llr_dist_gram(const llr_team_t *team, int64_t rows, int64_t size, const double *x,
                   double *piece, double *work)
{
    const llr_dist_t *dist = team->argument;
    int64_t block = LLR_TEAM_BLOCK, panel = block * team->size;
    double *send = work, *receive = work + panel * size;
    for (int64_t first = 0; first < size; first += panel) {
        int64_t width = size - first < panel ? size - first : panel;
        multiply(rows, size, first, width, x, send);
        llr_comm_exchange(dist->comm, send, block * (size - first), receive);
        add_parts(team, receive, size, first, piece);
    }
}
