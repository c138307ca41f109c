#include "linalg/blas.h"
#include "linalg/combine.h"
#include "linalg/gram.h"
#include "model/solve_ridge.h"

#include <float.h>
#include <math.h>
#include <string.h>

int64_t llr_ridge_system_bytes(int64_t size, int32_t columns)
{
    int64_t d = sizeof(double);
    return llr_arena_cost(size * size, d) + llr_arena_cost(size, d) +
           llr_arena_cost(columns * size, d) + llr_arena_cost(columns, d) + llr_arena_cost(size, d);
}

llr_code_t llr_ridge_system_create(llr_ridge_system_t *system, const llr_call_t *call)
{
    int64_t size = call->space.size, columns = call->columns;
    *system = (llr_ridge_system_t){.size = size, .columns = call->columns};
    LLR_TAKE(system->a, call->arena, size * size, call->error);
    LLR_TAKE(system->mean, call->arena, size, call->error);
    LLR_TAKE(system->scale, call->arena, size, call->error);
    LLR_TAKE(system->rhs, call->arena, columns * size, call->error);
    LLR_TAKE(system->target, call->arena, columns, call->error);
    return LLR_OK;
}

/* The share of a stratum's rows in F: of each, and of all together. */
static double row_weight(const llr_call_t *call, const double *weight, int32_t stratum)
{
    return weight[stratum] / (double)call->sample->rows;
}

static double stratum_weight(const llr_call_t *call, const double *weight, int32_t stratum)
{
    const int64_t *start = call->sample->stratum_start + stratum;
    return row_weight(call, weight, stratum) * (double)(start[1] - start[0]);
}

static void make_mean(llr_ridge_system_t *system, const llr_call_t *call, const double *weight,
                      double whole)
{
    memset(system->mean, 0, (size_t)system->size * sizeof(double));
    for (int32_t s = 0; s < call->gram.parts; s++)
        llr_axpy(system->size, row_weight(call, weight, s) / whole,
                 call->gram.sum + s * system->size, system->mean);
}

static void make_matrix(llr_ridge_system_t *system, const llr_call_t *call, const double *weight,
                        double whole)
{
    int64_t size = system->size;
    for (int64_t i = 0; i < size; i++) {
        double *row = system->a + i * size;
        llr_combine(i + 1, call->gram.parts, 1 / (double)call->sample->rows, weight,
                    call->gram.matrix + i * size, size * size, row);
        llr_axpy(i + 1, -whole * system->mean[i], system->mean, row);
    }
}

static void make_scale(llr_ridge_system_t *system, const llr_call_t *call, const double *weight)
{
    int64_t size = system->size;
    system->square = 0;
    for (int64_t i = 0; i < size; i++) {
        double entry = 0;
        for (int32_t s = 0; s < call->gram.parts; s++)
            entry += row_weight(call, weight, s) * call->gram.matrix[(s * size + i) * size + i];
        system->square += entry;
        system->scale[i] = sqrt(fmax(entry, 0));
    }
}

static double target_of(const llr_call_t *call, int32_t stratum, int32_t column)
{
    const llr_sample_t *sample = call->sample;
    return llr_square_target(sample->classes, sample->stratum_class[stratum], column);
}

/* The sum over rows of a_i (t_i - target) z_i needs no mean taken off z. */
static void make_rhs(llr_ridge_system_t *system, const llr_call_t *call, const double *weight,
                     double whole)
{
    int64_t size = system->size;
    system->spread = 0;
    memset(system->rhs, 0, (size_t)(system->columns * size) * sizeof(double));
    for (int32_t k = 0; k < system->columns; k++) {
        double target = 0;
        for (int32_t s = 0; s < call->gram.parts; s++)
            target += stratum_weight(call, weight, s) / whole * target_of(call, s, k);
        for (int32_t s = 0; s < call->gram.parts; s++) {
            double miss = target_of(call, s, k) - target;
            system->spread += stratum_weight(call, weight, s) * miss * miss;
            llr_axpy(size, row_weight(call, weight, s) * miss, call->gram.sum + s * size,
                     system->rhs + k * size);
        }
        system->target[k] = target;
    }
}

void llr_ridge_system_make_vectors(llr_ridge_system_t *system, const llr_call_t *call,
                                   const double *weight)
{
    double whole = 0;
    for (int32_t s = 0; s < call->gram.parts; s++) whole += stratum_weight(call, weight, s);
    make_mean(system, call, weight, whole);
    make_rhs(system, call, weight, whole);
    system->whole = whole;
}

void llr_ridge_system_make(llr_ridge_system_t *system, const llr_call_t *call, const double *weight)
{
    llr_ridge_system_make_vectors(system, call, weight);
    make_scale(system, call, weight);
    make_matrix(system, call, weight, system->whole);
}

/* Rounding, to first order in half an eps, times the additions on the way of a term and a few more
 * operations, times sums of absolute values. With e_j = scale_j, by Cauchy and Schwarz
 *
 *   sum_i a_i |z_ij z_ik| <= e_j e_k,  sum_i a_i |z_ij| <= e_j sqrt(whole),
 *   sum_i a_i |t_i - target| |z_ij| <= e_j sqrt(spread).
 *
 * A theta is a sum over strata of Gram matrices' products, less whole mean mean'theta; the terms of
 * either add up to at most e_j (sum over k of e_k |theta_k|). Additions on their way:
 *
 *   rows of a block, and blocks: in the Gram matrices and in each of the two means;
 *   strata: in the sum over them, in each mean, and in whole, by which the two are divided;
 *   size: in A theta, in mean'theta, and in the dots with theta that make F;
 *   columns: in F.
 *
 * Right-hand sides have less on their way, except for t_i - target: where nearly all weight has one
 * class, that is much smaller than the target, whose error counts in full (target_rounding). */
enum { OPERATIONS = 64 };

static const double unit = 0.5 * DBL_EPSILON;

static double unit_rounding(const llr_ridge_system_t *system, const llr_call_t *call)
{
    int64_t blocks = call->sample->rows / LLR_GRAM_ROWS + 1;
    int64_t additions = 3 * (LLR_GRAM_ROWS + blocks) + 4 * call->gram.parts + 3 * system->size +
                        system->columns + OPERATIONS;
    return unit * (double)additions;
}

/* Of the targets' means, whose terms are 1 or -1: in them and in whole, strata. Times the root of
 * whole and of the columns. */
static double target_rounding(const llr_ridge_system_t *system, const llr_call_t *call)
{
    int64_t additions = 2 * call->gram.parts + OPERATIONS;
    return unit * (double)additions * sqrt(system->whole * system->columns);
}

typedef struct rounding {
    double gradient, objective; /* most that either may be off */
} rounding_t;

static rounding_t bound_rounding(const llr_ridge_system_t *system, const llr_call_t *call,
                                 double lambda, const double *z)
{
    double reach = 0, norm = 0, all = unit_rounding(system, call);
    for (int32_t k = 0; k < system->columns; k++) {
        double sum = 0;
        for (int64_t j = 0; j < system->size; j++) {
            double size = fabs(z[k * system->size + j]);
            sum += system->scale[j] * size;
            norm += size * size;
        }
        reach += sum * sum;
    }
    double whole = sqrt(system->spread) + sqrt(reach), target = target_rounding(system, call);
    return (rounding_t){.gradient = sqrt(system->square) * (all * whole + target) +
                                    all * lambda * sqrt(norm),
                        .objective = all * (whole * whole + lambda * norm) + target * sqrt(reach)};
}

/* Column by column, which rounds less than one sum of all. */
static double dot_columns(const llr_ridge_system_t *system, const double *x, const double *y)
{
    double sum = 0;
    for (int64_t k = 0; k < system->columns; k++)
        sum += llr_dot(system->size, x + k * system->size, y + k * system->size);
    return sum;
}

/* One fit; gradient holds A z. */
static void certify_fit(const llr_ridge_system_t *system, const llr_call_t *call, double lambda,
                        const double *z, double *gradient, llr_fit_t *fit)
{
    int64_t width = system->columns * system->size;
    double square = dot_columns(system, z, z);
    double fitted = dot_columns(system, z, system->rhs), form = dot_columns(system, z, gradient);
    for (int64_t j = 0; j < width; j++) gradient[j] += lambda * z[j] - system->rhs[j];
    rounding_t off = bound_rounding(system, call, lambda, z);
    fit->gradient_norm = sqrt(dot_columns(system, gradient, gradient));
    fit->objective = 0.5 * (system->spread - 2 * fitted + form + lambda * square);
    double norm = fit->gradient_norm + off.gradient;
    double gap = norm * norm / (2 * lambda) + off.objective;
    llr_judge(&call->certifier, llr_relative_gap(gap, fit->objective), fit);
}

/* b of one fit. */
static void set_intercepts(const llr_ridge_system_t *system, const double *z, double *b)
{
    for (int32_t k = 0; k < system->columns; k++)
        b[k] = system->target[k] - llr_dot(system->size, system->mean, z + k * system->size);
}

void llr_ridge_system_certify(const llr_ridge_system_t *system, const llr_call_t *call,
                              const double *lambda, int64_t count, const double *z,
                              double *gradient, double *b, llr_fit_t *fit)
{
    int64_t columns = system->columns, width = columns * system->size;
    llr_symm(count * columns, system->size, z, system->a, gradient);
    for (int64_t f = 0; f < count; f++) {
        certify_fit(system, call, lambda[f], z + f * width, gradient + f * width, fit + f);
        set_intercepts(system, z + f * width, b + f * columns);
    }
}

/* Takes the weighted mean's part off the sum over strata of their matrices' products with z. */
static void centre_product(const llr_ridge_system_t *system, const double *z, double *product)
{
    int64_t size = system->size;
    for (int32_t k = 0; k < system->columns; k++) {
        double along = llr_dot(size, system->mean, z + k * size);
        llr_axpy(size, -system->whole * along, system->mean, product + k * size);
    }
}

void llr_ridge_certify_each(llr_ridge_system_t *system, const llr_call_t *call,
                            const llr_ridge_fit_t *of, int64_t count, const double *z,
                            double *gradient, double *part)
{
    int64_t size = system->size, columns = system->columns, width = columns * size;
    memset(gradient, 0, (size_t)(count * width) * sizeof *gradient);
    for (int32_t s = 0; s < call->gram.parts; s++) {
        llr_symm(count * columns, size, z, call->gram.matrix + s * size * size, part);
        for (int64_t f = 0; f < count; f++)
            llr_axpy(width, row_weight(call, of[f].path->weight, s), part + f * width,
                     gradient + f * width);
    }
    for (int64_t f = 0; f < count; f++) {
        if (f == 0 || of[f].path != of[f - 1].path) {
            llr_ridge_system_make_vectors(system, call, of[f].path->weight);
            make_scale(system, call, of[f].path->weight);
        }
        centre_product(system, z + f * width, gradient + f * width);
        certify_fit(system, call, of[f].lambda, z + f * width, gradient + f * width,
                    call->solutions->fit + of[f].index);
        set_intercepts(system, z + f * width, call->solutions->b + of[f].index * columns);
    }
}
