/* A population estimated from the rows of a pool, in three passes: means; variances of columns,
 * which set the scale; covariances. */
#include "model/population_parts.h"

#include "base/memory.h"
#include "linalg/blas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct fitting {
    const llr_pool_rows_t *source;
    const llr_view_t *view;
    llr_population_t *population;
    int64_t columns;
    double *x, *sorted;     /* LLR_POPULATION_ROWS x columns */
    int32_t *class, *group; /* LLR_POPULATION_ROWS */
    double *least, *most;   /* columns */
    int64_t *rows;          /* places: rows of every class and group */
    int32_t *part_of;       /* places: part, -1 where there are no rows */
    double *sum;            /* places x columns */
    int64_t *kept;          /* columns: those that vary, dim of them */
    double *variance;       /* parts x dim, then scaled 1 */
    double *shift, *scale;  /* dim */
    double *fourth;         /* parts: sum of |x|^4 of centred rows */
    double *pooled;         /* dim x dim */
    int64_t places;
} fitting_t;

static int64_t place_of(const fitting_t *fit, int32_t class, int32_t group)
{
    int64_t groups = fit->view->shape.groups;
    return groups ? class * groups + group : class;
}

/* Calls visit for every batch of rows. */
static llr_code_t pass(fitting_t *fit, void (*visit)(fitting_t *fit, int64_t rows),
                       llr_error_t *error)
{
    for (;;) {
        int64_t rows;
        LLR_TRY(
            fit->source->next(fit->source->argument, fit->x, fit->class, fit->group, &rows, error));
        if (!rows) return LLR_OK;
        visit(fit, rows);
    }
}

/* First pass ------------------------------------------------------------------------------- */

static void add_sums(fitting_t *fit, int64_t rows)
{
    for (int64_t i = 0; i < rows; i++) {
        const double *row = fit->x + i * fit->columns;
        int64_t place = place_of(fit, fit->class[i], fit -> group[i]);
        fit->rows[place]++;
        llr_axpy(fit->columns, 1, row, fit->sum + place * fit->columns);
        for (int64_t j = 0; j < fit->columns; j++) {
            fit->least[j] = fmin(fit->least[j], row[j]);
            fit->most[j] = fmax(fit->most[j], row[j]);
        }
    }
}

static void find_columns(fitting_t *fit)
{
    llr_population_t *p = fit->population;
    p->dim = 0;
    for (int64_t j = 0; j < fit->columns; j++)
        if (fit->most[j] > fit->least[j]) fit->kept[p->dim++] = j;
}

static void find_parts(fitting_t *fit)
{
    llr_population_t *p = fit->population;
    p->parts = 0;
    for (int64_t place = 0; place < fit->places; place++)
        fit->part_of[place] = fit->rows[place] ? p->parts++ : -1;
}

static void fill_parts(fitting_t *fit)
{
    llr_population_t *p = fit->population;
    int32_t groups = fit->view->shape.groups;
    int64_t all = 0;
    for (int64_t place = 0; place < fit->places; place++) all += fit->rows[place];
    for (int64_t place = 0; place < fit->places; place++) {
        int32_t part = fit->part_of[place];
        int64_t rows = fit->rows[place];
        if (part < 0) continue;
        p->part[part] = (llr_part_t){.class = (int32_t)(groups ? place / groups : place),
                                     .group = (int32_t)(groups ? place % groups : -1),
                                     .rows = rows,
                                     .share = (double)rows / (double)all};
        for (int64_t j = 0; j < p->dim; j++)
            p->mean[part * p->dim + j] =
                fit->sum[place * fit->columns + fit->kept[j]] / (double)rows;
    }
}

static llr_code_t find_means(fitting_t *fit, llr_error_t *error)
{
    llr_population_t *p = fit->population;
    for (int64_t j = 0; j < fit->columns; j++) {
        fit->least[j] = INFINITY;
        fit->most[j] = -INFINITY;
    }
    LLR_TRY(pass(fit, add_sums, error));
    find_columns(fit);
    find_parts(fit);
    if (!p->dim) return llr_fail(error, LLR_INVALID, "no column of the pool varies");
    if (p->parts < 2) return llr_fail(error, LLR_INVALID, "the pool has rows of one class only");
    LLR_TRY(llr_population_allocate(p, error));
    fill_parts(fit);
    return LLR_OK;
}

/* Second pass ------------------------------------------------------------------------------ */

static void add_squares(fitting_t *fit, int64_t rows)
{
    const llr_population_t *p = fit->population;
    for (int64_t i = 0; i < rows; i++) {
        const double *row = fit->x + i * fit->columns;
        int32_t part = fit->part_of[place_of(fit, fit->class[i], fit -> group[i])];
        for (int64_t j = 0; j < p->dim; j++) {
            double off = row[fit->kept[j]] - p->mean[part * p->dim + j];
            fit->variance[part * p->dim + j] += off * off / (double)p->part[part].rows;
        }
    }
}

/* Shares of the parts among the rows whose moments set the scale. */
static void fill_shares(const fitting_t *fit, double *share)
{
    const llr_population_t *p = fit->population;
    for (int32_t a = 0; a < p->parts; a++) share[a] = p->part[a].share;
    if (fit->view->prior) llr_population_shares(p, fit->view->prior, share);
}

static llr_code_t find_scale(fitting_t *fit, llr_error_t *error)
{
    llr_population_t *p = fit->population;
    llr_mixture_t mixture = {fit->shift, fit->scale};
    LLR_TRY(pass(fit, add_squares, error));
    fill_shares(fit, fit->fourth);
    llr_population_mix(p, fit->fourth, fit->variance, &mixture);
    for (int64_t j = 0; j < p->dim; j++) {
        bool standardise = fit->view->standardise && fit->scale[j] > 0;
        fit->scale[j] = standardise ? 1 / sqrt(fit->scale[j]) : 1;
        for (int32_t a = 0; a < p->parts; a++) {
            double *mean = p->mean + a * p->dim + j;
            *mean = (*mean - fit->shift[j]) * fit->scale[j];
        }
    }
    return LLR_OK;
}

/* Third pass ------------------------------------------------------------------------------- */

/* A row on the scale of the fit, about the mean of its part; returns its squared length. */
static double centre(const fitting_t *fit, const double *row, int32_t part, double *out)
{
    const llr_population_t *p = fit->population;
    for (int64_t j = 0; j < p->dim; j++)
        out[j] = (row[fit->kept[j]] - fit->shift[j]) * fit->scale[j] - p->mean[part * p->dim + j];
    return llr_dot(p->dim, out, out);
}

static void add_scatter(fitting_t *fit, int64_t rows)
{
    llr_population_t *p = fit->population;
    for (int32_t part = 0; part < p->parts; part++) {
        int64_t count = 0;
        for (int64_t i = 0; i < rows; i++) {
            if (fit->part_of[place_of(fit, fit->class[i], fit -> group[i])] != part) continue;
            double square =
                centre(fit, fit->x + i * fit->columns, part, fit->sorted + count++ * p->dim);
            fit->fourth[part] += square * square;
        }
        if (count)
            llr_syrk(count, p->dim, 1, fit->sorted, p->dim, 1,
                     p->covariance + part * p->dim * p->dim);
    }
}

static double squared_size(const double *matrix, int64_t dim)
{
    return llr_dot(dim * dim, matrix, matrix);
}

static double squared_distance(const double *a, const double *b, int64_t dim)
{
    double sum = 0;
    for (int64_t e = 0; e < dim * dim; e++) sum += (a[e] - b[e]) * (a[e] - b[e]);
    return sum;
}

/* From scatter to covariances, those of the parts and the pooled one. */
static void divide(fitting_t *fit)
{
    llr_population_t *p = fit->population;
    int64_t size = p->dim * p->dim;
    double freedom = 0;
    for (int32_t a = 0; a < p->parts; a++) {
        double own = (double)p->part[a].rows - 1;
        double *covariance = p->covariance + a * size;
        llr_mirror(p->dim, covariance);
        llr_axpy(size, 1, covariance, fit->pooled);
        freedom += own;
        for (int64_t e = 0; e < size; e++) covariance[e] /= fmax(own, 1);
    }
    for (int64_t e = 0; e < size; e++) fit->pooled[e] /= fmax(freedom, 1);
}

/* Squared size of the sampling noise in the covariance of a part. */
static double noise(const fitting_t *fit, int32_t a)
{
    const llr_population_t *p = fit->population;
    double rows = (double)p->part[a].rows;
    double size = squared_size(p->covariance + a * p->dim * p->dim, p->dim);
    return fmax(fit->fourth[a] - rows * size, 0) / (rows * rows);
}

static void shrink(fitting_t *fit)
{
    llr_population_t *p = fit->population;
    int64_t size = p->dim * p->dim;
    double apart = 0;
    for (int32_t a = 0; a < p->parts; a++) {
        double *covariance = p->covariance + a * size;
        double distance = squared_distance(covariance, fit->pooled, p->dim), own = noise(fit, a);
        bool few = p->part[a].rows < 3 || own >= distance;
        double towards = p->part[a].shrinkage = few ? 1 : own / distance;
        if (!few) apart += p->part[a].share * (distance - own);
        for (int64_t e = 0; e < size; e++)
            covariance[e] += towards * (fit->pooled[e] - covariance[e]);
    }
    double common = squared_size(fit->pooled, p->dim); /* 0 where every part is constant inside */
    p->inequality = apart > 0 ? apart / (apart + common) : 0;
}

static llr_code_t find_covariances(fitting_t *fit, llr_error_t *error)
{
    llr_population_t *p = fit->population;
    memset(fit->fourth, 0, (size_t)p->parts * sizeof(double));
    LLR_TRY(pass(fit, add_scatter, error));
    fit->pooled = llr_alloc(p->dim * p->dim, sizeof(double));
    if (!fit->pooled)
        return llr_fail_memory(error, p->dim * p->dim * 8, "the covariance of a pool");
    divide(fit);
    shrink(fit);
    free(fit->pooled);
    fit->pooled = NULL;
    return LLR_OK;
}

/* ------------------------------------------------------------------------------------------ */

static llr_code_t allocate(fitting_t *fit, llr_error_t *error)
{
    int64_t columns = fit->columns, places = fit->places, batch = LLR_POPULATION_ROWS;
    fit->x = llr_alloc(2 * batch * columns, sizeof(double));
    fit->class = llr_alloc(2 * batch, sizeof(int32_t));
    fit->least = llr_alloc((2 * places + 5) * columns + places, sizeof(double));
    fit->rows = llr_alloc(places + columns, sizeof(int64_t));
    fit->part_of = llr_alloc(places, sizeof(int32_t));
    if (!fit->x || !fit->class || !fit->least || !fit->rows || !fit->part_of)
        return llr_fail_memory(error, (2 * places + 2 * batch) * columns * 8,
                               "the moments of a pool");
    fit->sorted = fit->x + batch * columns;
    fit->group = fit->class + batch;
    fit->most = fit->least + columns;
    fit->shift = fit->most + columns;
    fit->scale = fit->shift + columns;
    fit->sum = fit->scale + columns;
    fit->variance = fit->sum + places * columns;
    fit->fourth = fit->variance + places * columns;
    fit->kept = fit->rows + places;
    return LLR_OK;
}

static void release(fitting_t *fit)
{
    free(fit->x);
    free(fit->class);
    free(fit->least);
    free(fit->rows);
    free(fit->part_of);
    free(fit->pooled);
}

llr_code_t llr_population_fit(llr_population_t *population, const llr_pool_rows_t *rows,
                              const llr_view_t *view, llr_error_t *error)
{
    int64_t groups = view->shape.groups;
    fitting_t fit = {.source = rows,
                     .view = view,
                     .population = population,
                     .columns = rows->columns,
                     .places = view->shape.classes * (groups ? groups : 1)};
    *population = (llr_population_t){.shape = view->shape, .by = view->by};
    llr_code_t code = allocate(&fit, error);
    if (code == LLR_OK) code = find_means(&fit, error);
    if (code == LLR_OK) code = find_scale(&fit, error);
    if (code == LLR_OK) code = find_covariances(&fit, error);
    release(&fit);
    if (code == LLR_OK) code = llr_population_decompose(population, view, error);
    if (code != LLR_OK) llr_population_destroy(population);
    return code;
}
