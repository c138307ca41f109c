#include "linalg/band.h"

#include "linalg/band_panel.h"
#include "linalg/band_product.h"

#include <cblas.h>
#include <string.h>

void dsbtrd_(const char *vect, const char *uplo, const int *n, const int *kd, double *ab,
             const int *ldab, double *d, double *e, double *q, const int *ldq, double *work,
             int *info, size_t, size_t);
void dsterf_(const int *n, double *d, double *e, int *info);

enum { B = LLR_BAND, SQUARE = B * B };

int64_t llr_band_factors(int64_t n)
{
    return (n + B - 1) / B * SQUARE;
}

int64_t llr_band_work(int64_t n, int64_t vectors)
{
    int64_t reduce = 3 * llr_band_rows(n) * B, apply = 2 * vectors * B;
    return reduce > apply ? reduce : apply;
}

/* Panels go from the last rows of a to the first: rows m .. m + B - 1 become 0 in columns 0 .. m -
 * 1 but for a triangle at their end. Where they stood, their reflectors are kept: m x B. */
static int64_t panels(int64_t n)
{
    return (n - 1) / B;
}

/* m of panel p, which counts from the last; the first rows that are left over are no panel. */
static int64_t panel_rows(int64_t n, int64_t p)
{
    return n - (p + 1) * B;
}

/* The block of a on the diagonal at first. */
static void copy_block(int64_t n, const double *a, int64_t first, int64_t count, double *band)
{
    for (int64_t i = first; i < first + count; i++)
        for (int64_t j = first; j <= i; j++) band[j * LLR_BAND_WIDTH + i - j] = a[i * n + j];
}

/* Columns of the panel: B rows of a, as they stand left of the diagonal. */
static void pack(int64_t n, const double *a, int64_t m, double *panel)
{
    for (int64_t i = 0; i < m; i++)
        for (int c = 0; c < B; c++) panel[i * B + c] = a[(m + c) * n + i];
    memset(panel + m * B, 0, (size_t)((llr_band_rows(m) - m) * B) * sizeof *panel);
}

/* Moves the triangle of the factored panel into the band, and writes the reflectors out. */
static void split(int64_t m, double *panel, const double *tau, double *band)
{
    for (int c = 0; c < B; c++) {
        int64_t end = m - B + c;
        for (int64_t i = end > 0 ? end : 0; i < m; i++) {
            band[i * LLR_BAND_WIDTH + m + c - i] = panel[i * B + c];
            panel[i * B + c] = 0;
        }
        if (end >= 0) panel[end * B + c] = 1;
        /* Without a reflector, nothing stands above. */
        if (end < 0 || tau[c] == 0)
            for (int64_t i = 0; i <= end; i++) panel[i * B + c] = 0;
    }
}

static void multiply(bool transposed, int64_t rows, const double *x, const double *square,
                     double beta, double *y)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, (int)rows, B,
                B, 1, x, B, square, B, beta, y, B);
}

/* H' A H of the first m rows for H = I - V T V': A - V X' - X V', X = Y - V (T' V' Y) / 2,
 * Y = A V T. */
static void update(int64_t n, double *a, int64_t m, const double *v, const double *t, double *work)
{
    double *w = work, *x = work + llr_band_rows(m) * B, product[SQUARE], half[SQUARE];
    llr_band_product(m, a, n, LLR_BAND, v, w);
    multiply(false, m, w, t, 0, x);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, B, B, (int)m, 1, v, B, x, B, 0, product,
                B);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, B, B, B, -0.5, t, B, product, B, 0, half,
                B);
    multiply(false, m, v, half, 1, x);
    cblas_dsyr2k(CblasRowMajor, CblasLower, CblasNoTrans, (int)m, B, -1, v, B, x, B, 1, a, (int)n);
}

void llr_band_reduce(int64_t n, double *a, double *t, double *band, double *work)
{
    double *panel = work, *rest = work + llr_band_rows(n) * B, tau[B];
    memset(band, 0, (size_t)(n * LLR_BAND_WIDTH) * sizeof *band);
    for (int64_t p = 0; p < panels(n); p++) {
        int64_t m = panel_rows(n, p);
        pack(n, a, m, panel);
        copy_block(n, a, m, B, band);
        llr_band_panel(m, panel, tau);
        split(m, panel, tau, band);
        llr_band_panel_factor(m, panel, tau, t + p * SQUARE);
        update(n, a, m, panel, t + p * SQUARE, rest);
        memcpy(a + m * n, panel, (size_t)(m * B) * sizeof *a);
    }
    copy_block(n, a, 0, n - panels(n) * B, band);
}

/* H b = b - V T V' b of one panel for each row b, or H' b. */
static void reflect(int64_t n, int64_t m, const double *v, const double *t, bool transposed,
                    double *b, int64_t vectors, double *work)
{
    double *product = work, *factored = work + vectors * B;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)vectors, B, (int)m, 1, b, (int)n, v,
                B, 0, product, B);
    multiply(!transposed, vectors, product, t, 0, factored);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)vectors, (int)m, B, -1, factored, B,
                v, B, 1, b, (int)n);
}

void llr_band_apply(int64_t n, const double *a, const double *t, bool transposed, double *b,
                    int64_t vectors, double *work)
{
    for (int64_t i = 0; i < panels(n); i++) {
        int64_t p = transposed ? i : panels(n) - 1 - i, m = panel_rows(n, p);
        reflect(n, m, a + m * n, t + p * SQUARE, transposed, b, vectors, work);
    }
}

int llr_band_eigenvalues(int64_t n, const double *band, double *value, double *work)
{
    int order = (int)n, below = n > B ? B : (int)n - 1, stride = LLR_BAND_WIDTH, info;
    double *ab = work, *off = ab + n * LLR_BAND_WIDTH, *rotation = off + n, none;
    memcpy(ab, band, (size_t)(n * LLR_BAND_WIDTH) * sizeof *ab);
    dsbtrd_("N", "L", &order, &below, ab, &stride, value, off, &none, &(int){1}, rotation, &info, 1,
            1);
    if (!info) dsterf_(&order, value, off, &info);
    return info;
}
