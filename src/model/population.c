#include "model/population_parts.h"

#include "base/memory.h"
#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "theory/spectral.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t llr_population_bytes(int32_t parts, int64_t dim)
{
    int64_t numbers = parts * dim * (dim + 1) + 2 * dim;
    return llr_arena_cost(parts, sizeof(llr_part_t)) + numbers * (int64_t)sizeof(double);
}

llr_population_t llr_population_in(void *block, const llr_population_t *like)
{
    llr_population_t p = *like;
    p.block = block;
    p.part = block;
    p.mean = (double *)((char *)block + llr_arena_cost(p.parts, sizeof(llr_part_t)));
    p.covariance = p.mean + p.parts * p.dim;
    p.spectrum = p.covariance + p.parts * p.dim * p.dim;
    p.mean_square = p.spectrum + p.dim;
    return p;
}

llr_code_t llr_population_allocate(llr_population_t *p, llr_error_t *error)
{
    int64_t bytes = llr_population_bytes(p->parts, p->dim);
    void *block = llr_alloc(bytes, 1);
    if (!block) return llr_fail_memory(error, bytes, "the covariances of a pool");
    *p = llr_population_in(block, p);
    return LLR_OK;
}

void llr_population_destroy(llr_population_t *population)
{
    free(population->block);
    *population = (llr_population_t){0};
}

int32_t llr_population_most_parts(const llr_facts_t *facts)
{
    int32_t parts = 0;
    if (!facts->shape.groups) return facts->shape.classes;
    for (int32_t g = 0; g < facts->shape.groups; g++) {
        int32_t of = facts->group_class[g];
        parts += of >= 0 ? 1 : of == LLR_SEVERAL_CLASSES ? facts->shape.classes : 0;
    }
    return parts;
}

int32_t llr_population_kind(const llr_population_t *p, int32_t part)
{
    return p->by == LLR_BY_GROUP ? p->part[part].group : p->part[part].class;
}

static double share_of_kind(const llr_population_t *p, int32_t kind)
{
    double whole = 0;
    for (int32_t b = 0; b < p->parts; b++)
        if (llr_population_kind(p, b) == kind) whole += p->part[b].share;
    return whole;
}

void llr_population_shares(const llr_population_t *p, const double *prior, double *share)
{
    for (int32_t a = 0; a < p->parts; a++) {
        int32_t kind = llr_population_kind(p, a);
        double whole = share_of_kind(p, kind);
        share[a] = prior[kind] > 0 && whole > 0 ? prior[kind] * p->part[a].share / whole : 0;
    }
}

void llr_population_mix(const llr_population_t *p, const double *share, const double *variance,
                        llr_mixture_t *out)
{
    for (int64_t j = 0; j < p->dim; j++) {
        double mean = 0, spread = 0;
        for (int32_t a = 0; a < p->parts; a++) mean += share[a] * p->mean[a * p->dim + j];
        for (int32_t a = 0; a < p->parts; a++) {
            double off = p->mean[a * p->dim + j] - mean;
            spread += share[a] * (variance[a * p->dim + j] + off * off);
        }
        out->mean[j] = mean;
        out->variance[j] = spread;
    }
}

double llr_population_df(const void *population, double curvature, double lambda)
{
    const llr_population_t *p = population;
    llr_spectrum_t spectrum = {p->dim, p->spectrum, NULL, p->mean_square};
    return llr_spectrum_df(&spectrum, curvature, lambda);
}

/* Decomposition --------------------------------------------------------------------------- */

typedef struct decomposing {
    const llr_population_t *population;
    double *matrix;              /* dim x dim: lower triangle */
    double *value, *mean, *work; /* dim, dim, llr_eigen_work */
    int *integers;
} decomposing_t;

/* matrix += factor times the covariance of a part */
static void add_part(decomposing_t *d, int32_t part, double factor)
{
    int64_t size = d->population->dim * d->population->dim;
    llr_axpy(size, factor, d->population->covariance + part * size, d->matrix);
}

/* matrix += factor times the square of the distance of a part's mean from another mean */
static void add_distance(decomposing_t *d, int32_t part, const double *from, double factor)
{
    int64_t dim = d->population->dim;
    const double *mean = d->population->mean + part * dim;
    for (int64_t i = 0; i < dim; i++)
        llr_axpy(i + 1, factor * (mean[i] - from[i]), mean, d->matrix + i * dim);
    for (int64_t i = 0; i < dim; i++)
        llr_axpy(i + 1, -factor * (mean[i] - from[i]), from, d->matrix + i * dim);
}

/* Do two parts share kind and class? */
static bool share_kind(const llr_population_t *p, int32_t a, int32_t b)
{
    return llr_population_kind(p, a) == llr_population_kind(p, b) &&
           p->part[a].class == p->part[b].class;
}

/* Mean of the parts that share kind and class with one; returns their share. */
static double mean_of_class(decomposing_t *d, int32_t part)
{
    const llr_population_t *p = d->population;
    double whole = 0;
    memset(d->mean, 0, (size_t)p->dim * sizeof(double));
    for (int32_t b = 0; b < p->parts; b++) {
        if (!share_kind(p, part, b)) continue;
        whole += p->part[b].share;
        llr_axpy(p->dim, p->part[b].share, p->mean + b * p->dim, d->mean);
    }
    for (int64_t j = 0; j < p->dim; j++) d->mean[j] /= whole;
    return whole;
}

static int32_t kinds_present(const llr_population_t *p)
{
    int32_t present = 0;
    for (int32_t k = 0; k < p->shape.kinds; k++) present += share_of_kind(p, k) > 0;
    return present;
}

/* Returns whether distances of means are in it. */
static bool add_kinds(decomposing_t *d, bool distances)
{
    const llr_population_t *p = d->population;
    double kinds = kinds_present(p);
    bool any = false;
    for (int32_t a = 0; a < p->parts; a++) {
        double factor = p->part[a].share / share_of_kind(p, llr_population_kind(p, a)) / kinds;
        add_part(d, a, factor);
        if (!distances) continue;
        any = mean_of_class(d, a) > p->part[a].share || any;
        add_distance(d, a, d->mean, factor);
    }
    return any;
}

/* The whole pool, its columns on the scale that the pool's own moments give. */
static void add_pool(decomposing_t *d, bool standardise)
{
    const llr_population_t *p = d->population;
    int64_t dim = p->dim;
    double *scale = d->value;
    memset(d->mean, 0, (size_t)dim * sizeof(double));
    for (int32_t a = 0; a < p->parts; a++)
        llr_axpy(dim, p->part[a].share, p->mean + a * dim, d->mean);
    for (int32_t a = 0; a < p->parts; a++) {
        add_part(d, a, p->part[a].share);
        add_distance(d, a, d->mean, p->part[a].share);
    }
    if (!standardise) return;
    for (int64_t i = 0; i < dim; i++) scale[i] = 1 / sqrt(d->matrix[i * dim + i]);
    for (int64_t i = 0; i < dim; i++)
        for (int64_t j = 0; j <= i; j++) d->matrix[i * dim + j] *= scale[i] * scale[j];
}

/* Half the distance of two means along every eigenvector, squared, less the sampling noise of the
 * means: right on the whole, though not in every direction. Where no part varies, rounding would
 * seem to tell the classes apart. */
static void project_means(const decomposing_t *d, llr_population_t *p)
{
    if (p->parts != 2) return;
    for (int64_t j = 0; j < p->dim; j++) d->mean[j] = (p->mean[p->dim + j] - p->mean[j]) / 2;
    double floor =
        llr_population_floor(fmax(p->spectrum[p->dim - 1], llr_dot(p->dim, d->mean, d->mean)));
    for (int64_t j = 0; j < p->dim; j++) {
        double along = llr_dot(p->dim, d->matrix + j * p->dim, d->mean);
        p->mean_square[j] = p->spectrum[j] > 0 || along * along > floor ? along * along : 0;
        for (int32_t a = 0; a < 2; a++)
            if (p->part[a].rows)
                p->mean_square[j] -= p->spectrum[j] / (4. * (double)p->part[a].rows);
    }
}

/* The fewest of the largest eigenvalues that hold the share. */
static double count_share(const double *value, int64_t dim, double share)
{
    double whole = 0, held = 0;
    int64_t count = 0;
    for (int64_t j = 0; j < dim; j++) whole += fmax(value[j], 0);
    while (count < dim && held < share * whole) held += value[dim - 1 - count++];
    return (double)count;
}

static int eigen(decomposing_t *d)
{
    return llr_eigen(d->population->dim, d->matrix, d->value, d->work, d->integers);
}

static void clear(decomposing_t *d)
{
    int64_t dim = d->population->dim;
    memset(d->matrix, 0, sizeof(double) * (size_t)(dim * dim));
}

double llr_population_floor(double largest)
{
    return 1e-12 * largest;
}

/* To the span, if it is not all. */
static void narrow(decomposing_t *d, llr_population_t *p)
{
    double floor = llr_population_floor(d->value[p->dim - 1]);
    int64_t rank = 0;
    while (rank < p->dim && d->value[p->dim - 1 - rank] > floor) rank++;
    if (rank < p->dim) llr_population_narrow(p, d->matrix, rank, floor, d->work);
}

static bool decompose(decomposing_t *d, llr_population_t *p, const llr_view_t *view)
{
    add_pool(d, view->standardise);
    if (eigen(d)) return false;
    p->dimension = count_share(d->value, p->dim, view->effective_variance);
    clear(d);
    bool distances = add_kinds(d, true);
    if (eigen(d)) return false;
    double floor = llr_population_floor(d->value[p->dim - 1]);
    for (int64_t j = 0; j < p->dim; j++) p->spectrum[j] = d->value[j] > floor ? d->value[j] : 0;
    project_means(d, p);
    if (distances) { /* what varies inside of the parts alone */
        clear(d);
        add_kinds(d, false);
        if (eigen(d)) return false;
    }
    narrow(d, p);
    return true;
}

static int64_t decompose_numbers(int64_t dim)
{
    return dim * dim + 2 * dim + llr_eigen_work(dim);
}

llr_code_t llr_population_decompose(llr_population_t *p, const llr_view_t *view, llr_error_t *error)
{
    int64_t dim = p->span = p->dim;
    decomposing_t d = {.population = p,
                       .matrix = llr_alloc(decompose_numbers(dim), sizeof(double)),
                       .integers = llr_alloc(llr_eigen_integers(dim), sizeof(int))};
    llr_code_t code = LLR_OK;
    if (!d.matrix || !d.integers)
        code = llr_fail_memory(error, decompose_numbers(dim) * (int64_t)sizeof(double),
                               "the spectrum of a pool");
    else {
        d.value = d.matrix + dim * dim;
        d.mean = d.value + dim;
        d.work = d.mean + dim;
        if (!decompose(&d, p, view))
            code = llr_fail(error, LLR_FAILED,
                            "the spectrum of a pool: the eigensolver did not "
                            "converge");
    }
    free(d.matrix);
    free(d.integers);
    return code;
}

int64_t llr_population_fit_bytes(int32_t parts, int64_t columns)
{
    int64_t reading = 2 * LLR_POPULATION_ROWS * columns + (2 * parts + 6) * columns;
    int64_t pooled = columns * columns, spectrum = decompose_numbers(columns);
    return (reading + (pooled > spectrum ? pooled : spectrum)) * (int64_t)sizeof(double) +
           llr_eigen_integers(columns) * (int64_t)sizeof(int);
}
