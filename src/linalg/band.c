#include "linalg/band.h"

#include <cblas.h>
#include <string.h>

void dgeqlf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
             const int *lwork, int *info);
void dlarft_(const char *direct, const char *storev, const int *n, const int *k, double *v,
             const int *ldv, const double *tau, double *t, const int *ldt, size_t, size_t);
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
    int64_t reduce = n * B + SQUARE + 2 * B, apply = vectors * B;
    return reduce > apply ? reduce : apply;
}

/* Read by columns, the lower triangle of a is an upper one. Panels go from the last columns to the
 * first: rows 0 .. m - 1 of columns m .. m + B - 1 become 0 above a lower triangle at their foot.
 */
typedef struct panel {
    int order, rows, columns, reflectors; /* of a; m; B or what is left; the lesser of the two */
    double *a;                            /* the panel's first column */
    double *v;                            /* the reflectors' first column */
    double *t;                            /* B x B */
} panel_t;

static int64_t panels(int64_t n)
{
    return (n - 1) / B;
}

/* Panel p counts from the last; the first columns that are left over are no panel. */
static panel_t panel_at(int64_t n, int64_t p, double *a, double *t)
{
    int rows = (int)(n - (p + 1) * B);
    panel_t panel = {.order = (int)n, .rows = rows, .columns = B};
    panel.reflectors = rows < B ? rows : B;
    panel.a = a + (int64_t)rows * n;
    panel.v = panel.a + (B - panel.reflectors) * n;
    panel.t = t + p * SQUARE;
    return panel;
}

/* Columns first .. first + count - 1 of B out of those of a, rows first - B and on. */
static void copy_band(int64_t n, const double *a, int64_t first, int64_t count, double *band)
{
    for (int64_t column = first; column < first + count; column++)
        for (int64_t i = 0; i <= B && i <= column; i++)
            band[(column - i) * LLR_BAND_WIDTH + i] = a[column * n + column - i];
}

/* Writes out the ones and zeros of the reflectors, which the factor's triangle has hidden. */
static void clear_triangle(const panel_t *panel)
{
    for (int k = 0; k < panel->reflectors; k++) {
        int one = panel->rows - panel->reflectors + k;
        double *v = panel->v + (int64_t)k * panel->order;
        v[one] = 1;
        memset(v + one + 1, 0, (size_t)(panel->rows - one - 1) * sizeof *v);
    }
}

static void factor_panel(const panel_t *panel, double *work)
{
    int room = B, info;
    double *tau = work + B;
    dgeqlf_(&panel->rows, &panel->columns, panel->a, &panel->order, tau, work, &room, &info);
    dlarft_("B", "C", &panel->rows, &panel->reflectors, panel->v, &panel->order, tau, panel->t,
            &(int){B}, 1, 1);
}

/* H' A H of the first rows for H = I - V T V': A - V X' - X V', X = Y - V (T' V' Y) / 2, Y = A V T.
 */
static void update(const panel_t *panel, double *a, double *work)
{
    int m = panel->rows, k = panel->reflectors, n = panel->order;
    double *x = work, *s = x + (int64_t)n * B;
    cblas_dsymm(CblasColMajor, CblasLeft, CblasUpper, m, k, 1, a, n, panel->v, n, 0, x, m);
    cblas_dtrmm(CblasColMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, m, k, 1,
                panel->t, B, x, m);
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, k, k, m, 1, panel->v, n, x, m, 0, s, B);
    cblas_dtrmm(CblasColMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, k, k, 1, panel->t,
                B, s, B);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, m, k, k, -0.5, panel->v, n, s, B, 1, x,
                m);
    cblas_dsyr2k(CblasColMajor, CblasUpper, CblasNoTrans, m, k, -1, panel->v, n, x, m, 1, a, n);
}

void llr_band_reduce(int64_t n, double *a, double *t, double *band, double *work)
{
    memset(band, 0, (size_t)(n * LLR_BAND_WIDTH) * sizeof *band);
    for (int64_t p = 0; p < panels(n); p++) {
        panel_t panel = panel_at(n, p, a, t);
        factor_panel(&panel, work);
        copy_band(n, a, panel.rows, B, band);
        clear_triangle(&panel);
        update(&panel, a, work);
    }
    copy_band(n, a, 0, n - panels(n) * B, band);
}

/* H b = b - V T V' b of one panel, or H' b. */
static void reflect(const panel_t *panel, bool transposed, double *b, int vectors, double *work)
{
    int m = panel->rows, k = panel->reflectors, n = panel->order;
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, k, vectors, m, 1, panel->v, n, b, n, 0,
                work, B);
    cblas_dtrmm(CblasColMajor, CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans,
                CblasNonUnit, k, vectors, 1, panel->t, B, work, B);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, m, vectors, k, -1, panel->v, n, work, B,
                1, b, n);
}

void llr_band_apply(int64_t n, const double *a, const double *t, bool transposed, double *b,
                    int64_t vectors, double *work)
{
    for (int64_t i = 0; i < panels(n); i++) {
        int64_t p = transposed ? i : panels(n) - 1 - i;
        panel_t panel = panel_at(n, p, (double *)a, (double *)t);
        reflect(&panel, transposed, b, (int)vectors, work);
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
