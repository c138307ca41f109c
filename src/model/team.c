#include "model/team.h"

#include "linalg/blas.h"

#include <string.h>

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t llr_team_share(int ranks, int64_t vectors)
{
    return larger((vectors + ranks - 1) / ranks, 1);
}

int64_t llr_team_panels(int ranks)
{
    enum { COLUMNS = 512 }; /* enough for a fast product */
    return larger(COLUMNS / ((int64_t)LLR_TEAM_BLOCK * ranks), 1);
}

int64_t llr_team_strip(int ranks, int64_t size)
{
    enum { LEAST = 8 };
    int64_t panel = (int64_t)LLR_TEAM_BLOCK * ranks, panels = llr_team_panels(ranks) + 1;
    int64_t strip = llr_team_piece(ranks, size) / (2 * panels * panel);
    if (strip > size) strip = size;
    return larger(strip, LEAST);
}

/* Parts of a Gram matrix's panel on their way; vectors beside a matrix; a reduction to tridiagonal
 * form; a QR and its use. */
int64_t llr_team_work(int ranks, int64_t size, int64_t rows, int64_t dim, int64_t vectors)
{
    int64_t block = LLR_TEAM_BLOCK, share = llr_team_share(ranks, vectors);
    int64_t here = llr_deal_most((llr_deal_t){rows, block, ranks});
    int64_t most = larger(
        (llr_team_panels(ranks) + 1) * block * ranks * llr_team_strip(ranks, size), share * size);
    most = larger(most, 4 * size + block * (size + 3));
    if (!dim) return most;
    return larger(most, larger(block * (dim + here + block),
                               share * dim + block * (dim + share + 2 * block)));
}

int64_t llr_team_piece(int ranks, int64_t size)
{
    return llr_deal_most((llr_deal_t){size, LLR_TEAM_BLOCK, ranks}) * size;
}

void llr_team_add_square(const llr_team_t *team, int64_t size, double alpha, const double *v,
                         double *piece)
{
    llr_deal_t deal = llr_team_deal(team, size);
    int64_t columns = llr_deal_count(deal, team->rank);
    for (int64_t c = 0; c < columns; c++) {
        int64_t j = llr_deal_item(deal, team->rank, c);
        llr_axpy(size - j, alpha * v[j], v + j, piece + c * size + j);
    }
}

void llr_team_add_diagonal(const llr_team_t *team, int64_t size, const double *diagonal,
                           double shift, double *piece)
{
    llr_deal_t deal = llr_team_deal(team, size);
    int64_t columns = llr_deal_count(deal, team->rank);
    for (int64_t c = 0; c < columns; c++) {
        int64_t j = llr_deal_item(deal, team->rank, c);
        piece[c * size + j] += diagonal ? diagonal[j] : shift;
    }
}

/* The block on the diagonal as a whole. s: its rows. */
static void mirror_block(int64_t size, int64_t first, int64_t width, double *s)
{
    for (int64_t c = 0; c < width; c++)
        for (int64_t i = 0; i < c; i++) s[c * size + first + i] = s[i * size + first + c];
}

void llr_team_multiply_from(const llr_team_t *team, int64_t size, int64_t first, double *piece,
                            const double *b, int64_t vectors, double *out)
{
    llr_deal_t deal = llr_team_deal(team, size);
    int64_t columns = llr_deal_count(deal, team->rank), rows = size - first, width;
    memset(out, 0, (size_t)(vectors * rows) * sizeof *out);
    for (int64_t c = llr_deal_below(deal, team->rank, first); c < columns; c += width) {
        int64_t j = llr_deal_item(deal, team->rank, c), inside = deal.block - c % deal.block;
        width = columns - c < inside ? columns - c : inside;
        int64_t below = size - j - width;
        double *s = piece + c * size, *to = out + j - first;
        const double *from = b + j - first;
        mirror_block(size, j, width, s);
        llr_gemm(false, true, vectors, width, size - j, 1, from, rows, s + j, size, 1, to, rows);
        if (below)
            llr_gemm(false, false, vectors, below, width, 1, from, rows, s + j + width, size, 1,
                     to + width, rows);
    }
    team->sum(team->argument, out, vectors * rows);
}

void llr_team_multiply(const llr_team_t *team, int64_t size, double *piece, const double *b,
                       int64_t vectors, double *out)
{
    llr_team_multiply_from(team, size, 0, piece, b, vectors, out);
}
