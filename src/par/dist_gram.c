/* Gram matrices of rows that are dealt, into pieces: every rank multiplies its own rows, a panel of
 * columns at a time, in which each rank has a block, and a strip of rows of it; the parts of a
 * block go to the rank that has it, which adds them up by rank. */
#include "linalg/blas.h"
#include "par/dist_parts.h"

#include <string.h>

/* Rows [top, top + height) of columns [first, first + width) of the matrix. */
typedef struct tile {
    int64_t size, first, width, top, height;
} tile_t;

/* Columns [column, column + width) of the part, rows [row, end). */
static void multiply_some(const tile_t *tile, int64_t rows, const double *x, int64_t column,
                          int64_t width, int64_t row, int64_t end, double *part)
{
    if (row < end)
        llr_gemm(true, false, width, end - row, rows, 1, x + column, tile->size, x + row,
                 tile->size, 0, part + (column - tile->first) * tile->height + row - tile->top,
                 tile->height);
}

/* The part of this rank's rows: width x height. Beside the diagonal panel by panel, as what stands
 * above it is not asked for; below, all columns in one product. */
static void multiply(const tile_t *tile, int64_t rows, const double *x, int64_t panel, double *part)
{
    int64_t end = tile->top + tile->height, right = tile->first + tile->width;
    int64_t edge = right < end ? right : end;
    if (!rows) {
        memset(part, 0, (size_t)(tile->width * tile->height) * sizeof *part);
        return;
    }
    for (int64_t column = tile->first; column < right; column += panel)
        multiply_some(tile, rows, x, column, right - column < panel ? right - column : panel,
                      column > tile->top ? column : tile->top, edge, part);
    multiply_some(tile, rows, x, tile->first, tile->width, edge > tile->top ? edge : tile->top, end,
                  part);
}

/* The block that this rank has of a panel, out of the parts of all ranks. */
static void add_parts(const llr_team_t *team, const tile_t *tile, const double *part, double *piece)
{
    llr_deal_t deal = llr_team_deal(team, tile->size);
    int64_t mine = tile->first + team->rank * deal.block;
    int64_t width = tile->size - mine < deal.block ? tile->size - mine : deal.block;
    for (int64_t c = 0; c < width; c++) {
        double *column = piece + llr_deal_place(deal, mine + c) * tile->size + tile->top;
        memcpy(column, part + c * tile->height, (size_t)tile->height * sizeof *column);
        for (int64_t r = 1; r < team->size; r++)
            llr_axpy(tile->height, 1, part + (r * deal.block + c) * tile->height, column);
    }
}

/* Sends the parts of a tile to where they belong, panel by panel. */
static void gather_parts(const llr_team_t *team, const tile_t *tile, const double *part,
                         double *received, double *piece)
{
    const llr_dist_t *dist = team->argument;
    int64_t panel = (int64_t)LLR_TEAM_BLOCK * team->size, end = tile->first + tile->width;
    tile_t one = *tile;
    for (; one.first < end; one.first += panel) {
        one.width = end - one.first < panel ? end - one.first : panel;
        llr_comm_exchange(dist->comm, part + (one.first - tile->first) * tile->height,
                          LLR_TEAM_BLOCK * tile->height, received);
        add_parts(team, &one, received, piece);
    }
}

void llr_dist_gram(const llr_team_t *team, int64_t rows, int64_t size, const double *x,
                   double *piece, double *work)
{
    int64_t panel = (int64_t)LLR_TEAM_BLOCK * team->size;
    int64_t wide = panel * llr_team_panels(team->size), strip = llr_team_strip(team->size, size);
    double *part = work, *received = work + wide * strip;
    for (int64_t first = 0; first < size; first += wide)
        for (int64_t top = first; top < size; top += strip) {
            tile_t tile = {size, first, size - first < wide ? size - first : wide, top,
                           size - top < strip ? size - top : strip};
            multiply(&tile, rows, x, panel, part);
            gather_parts(team, &tile, part, received, piece);
        }
}
