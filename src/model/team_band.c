#include "model/team_band.h"

#include "linalg/blas.h"

#include <math.h>
#include <string.h>

/* Panels of B columns go from the first to the last. Below its block on the diagonal a panel is
 * factored, H R; R goes into the band, and the reflectors stay where they stood, written out. */
enum { B = LLR_BAND, SQUARE = B * B };
_Static_assert(LLR_TEAM_BLOCK % LLR_BAND == 0, "a panel is of one rank");

/* A panel whose first column is j: width columns, and rows below its block on the diagonal. */
typedef struct panel {
    int64_t j, width, rows;
    int reflectors;
} panel_t;

static panel_t panel_at(int64_t size, int64_t j)
{
    panel_t panel = {.j = j, .width = size - j < B ? size - j : B};
    panel.rows = size - j - panel.width;
    if (panel.rows > 1)
        panel.reflectors = (int)(panel.rows - 1 < panel.width ? panel.rows - 1 : panel.width);
    return panel;
}

int64_t llr_team_band_work(int64_t size, int64_t vectors)
{
    return 6 * B * size + 3 * SQUARE + 2 * vectors * B;
}

/* Columns of a panel from row j + skip on (width x count, row-major): the owner's, on all ranks. */
static void share_panel(const llr_team_t *team, int64_t size, const double *piece, panel_t panel,
                        int64_t skip, double *out)
{
    llr_deal_t deal = llr_team_deal(team, size);
    int64_t count = size - panel.j - skip, place = llr_deal_place(deal, panel.j);
    memset(out, 0, (size_t)(panel.width * count) * sizeof *out);
    if (llr_deal_owner(deal, panel.j) == team->rank)
        for (int64_t c = 0; c < panel.width; c++) {
            int64_t first = c > skip ? c : skip; /* nothing stands before the diagonal */
            memcpy(out + c * count + first - skip, piece + (place + c) * size + panel.j + first,
                   (size_t)(count - first + skip) * sizeof *out);
        }
    team->sum(team->argument, out, panel.width * count);
}

/* x (rows) = beta e_1 after I - tau v v', v_1 = 1: x then holds beta and the rest of v. */
static double make_reflector(int64_t rows, double *x)
{
    double rest = sqrt(llr_dot(rows - 1, x + 1, x + 1));
    if (rest == 0) return 0;
    double beta = -copysign(hypot(x[0], rest), x[0]), alpha = x[0];
    for (int64_t i = 1; i < rows; i++) x[i] /= alpha - beta;
    x[0] = beta;
    return (beta - alpha) / beta;
}

/* H' to the columns of the panel: x (width x rows, leading dimension ld). */
static void factor_panel(panel_t panel, double *x, int64_t ld, double *tau)
{
    for (int c = 0; c < panel.reflectors; c++) {
        double *v = x + c * ld + c;
        int64_t rows = panel.rows - c;
        tau[c] = make_reflector(rows, v);
        for (int64_t o = c + 1; o < panel.width; o++) {
            double *other = x + o * ld + c;
            double share = tau[c] * (other[0] + llr_dot(rows - 1, v + 1, other + 1));
            other[0] -= share;
            llr_axpy(rows - 1, -share, v + 1, other + 1);
        }
    }
}

/* The panel's columns of the band. whole: width x (width + rows), factored. */
static void keep_band(panel_t panel, const double *whole, double *band)
{
    int64_t height = panel.width + panel.rows;
    for (int64_t c = 0; c < panel.width; c++)
        for (int64_t i = 0; i < LLR_BAND_WIDTH; i++)
            band[(panel.j + c) * LLR_BAND_WIDTH + i] =
                c + i < height ? whole[c * height + c + i] : 0;
}

/* The reflectors written out: v (B x rows), zero beyond them. x: leading dimension ld. */
static void write_out(panel_t panel, const double *x, int64_t ld, double *v)
{
    memset(v, 0, (size_t)(B * panel.rows) * sizeof *v);
    for (int c = 0; c < panel.reflectors; c++) {
        memcpy(v + c * panel.rows + c, x + c * ld + c, (size_t)(panel.rows - c) * sizeof *v);
        v[c * panel.rows + c] = 1;
    }
}

/* t (B x B, upper triangle) of H = I - v' t v. */
static void make_t(panel_t panel, const double *v, const double *tau, double *t)
{
    double product[SQUARE];
    llr_gemm(false, true, B, B, panel.rows, 1, v, panel.rows, v, panel.rows, 0, product, B);
    memset(t, 0, SQUARE * sizeof *t);
    for (int c = 0; c < panel.reflectors; c++) {
        t[c * B + c] = tau[c];
        for (int i = 0; i < c; i++)
            for (int k = i; k < c; k++) t[i * B + c] -= tau[c] * t[i * B + k] * product[k * B + c];
    }
}

/* The owner keeps the reflectors in the panel's place. */
static void keep_reflectors(const llr_team_t *team, int64_t size, panel_t panel, const double *v,
                            double *piece)
{
    llr_deal_t deal = llr_team_deal(team, size);
    int64_t place = llr_deal_place(deal, panel.j);
    if (llr_deal_owner(deal, panel.j) != team->rank) return;
    for (int64_t c = 0; c < panel.width; c++)
        memcpy(piece + (place + c) * size + panel.j + panel.width, v + c * panel.rows,
               (size_t)panel.rows * sizeof *v);
}

/* The columns here from first on: S -= X' V + V' X of the trailing matrix. vx, xv: 2 B x rows. */
static void update(const llr_team_t *team, int64_t size, int64_t first, const double *vx,
                   const double *xv, double *piece)
{
    llr_deal_t deal = llr_team_deal(team, size);
    int64_t columns = llr_deal_count(deal, team->rank), rows = size - first, width;
    for (int64_t c = llr_deal_below(deal, team->rank, first); c < columns; c += width) {
        int64_t j = llr_deal_item(deal, team->rank, c), inside = deal.block - c % deal.block;
        width = columns - c < inside ? columns - c : inside;
        llr_gemm(true, false, width, size - j, 2 * B, -1, xv + (j - first), rows, vx + (j - first),
                 rows, 1, piece + c * size + j, size);
    }
}

/* H' A H of the trailing matrix A: A - X' V - V' X, X = W - (V W' T)' V / 2, W = T' V A. vx: V, and
 * room for X; work: 3 B x rows + 2 SQUARE. */
static void turn(const llr_team_t *team, int64_t size, panel_t panel, const double *t, double *vx,
                 double *piece, double *work)
{
    int64_t rows = panel.rows, first = size - rows;
    double *x = vx + B * rows, *xv = work, *y = work + 2 * B * rows;
    double *inner = work + 3 * B * rows, *mixed = inner + SQUARE;
    llr_team_multiply_from(team, size, first, piece, vx, B, y);
    llr_gemm(true, false, B, rows, B, 1, t, B, y, rows, 0, x, rows);
    llr_gemm(false, true, B, B, rows, 1, vx, rows, x, rows, 0, inner, B);
    llr_gemm(true, false, B, B, B, 1, t, B, inner, B, 0, mixed, B);
    llr_gemm(true, false, B, rows, B, -0.5, mixed, B, vx, rows, 1, x, rows);
    memcpy(xv, x, (size_t)(B * rows) * sizeof *x);
    memcpy(xv + B * rows, vx, (size_t)(B * rows) * sizeof *x);
    update(team, size, first, vx, xv, piece);
}

void llr_team_band_reduce(const llr_team_t *team, int64_t size, double *piece, double *t,
                          double *band, double *work)
{
    double *whole = work, *vx = work + B * size, *rest = work + 3 * B * size;
    for (int64_t j = 0; j < size; j += B, t += SQUARE) {
        panel_t panel = panel_at(size, j);
        int64_t height = panel.width + panel.rows;
        double tau[B] = {0}, *below = whole + panel.width;
        share_panel(team, size, piece, panel, 0, whole);
        factor_panel(panel, below, height, tau);
        keep_band(panel, whole, band);
        memset(t, 0, SQUARE * sizeof *t);
        if (!panel.reflectors) continue;
        write_out(panel, below, height, vx);
        make_t(panel, vx, tau, t);
        keep_reflectors(team, size, panel, vx, piece);
        turn(team, size, panel, t, vx, piece, rest);
    }
}

void llr_team_band_apply(const llr_team_t *team, int64_t size, const double *piece, const double *t,
                         bool transposed, double *b, int64_t vectors, double *work)
{
    int64_t panels = (size + B - 1) / B;
    double *v = work, *y = work + B * size, *z = y + vectors * B;
    for (int64_t p = 0; p < panels; p++) {
        int64_t at = transposed ? p : panels - 1 - p;
        panel_t panel = panel_at(size, at * B);
        int64_t first = panel.j + panel.width;
        if (!panel.reflectors) continue;
        share_panel(team, size, piece, panel, panel.width, v);
        llr_gemm(false, true, vectors, B, panel.rows, 1, b + first, size, v, panel.rows, 0, y, B);
        llr_gemm(false, !transposed, vectors, B, B, 1, y, B, t + at * SQUARE, B, 0, z, B);
        llr_gemm(false, false, vectors, panel.rows, B, -1, z, B, v, panel.rows, 1, b + first, size);
    }
}
