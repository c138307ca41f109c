#include "store/synthetic.h"

#include "linalg/normal.h"

#include <math.h>
#include <string.h>

llr_hash_t llr_synthetic_content(const llr_synthetic_t *synthetic)
{
    struct {
        int64_t dim, classes, test;
        double separation, decay;
        llr_hash_t priors;
    } identity = {.dim = synthetic->dim,
                  .classes = synthetic->classes,
                  .test = synthetic->classes > 2 ? synthetic->test : 0,
                  .separation = synthetic->separation,
                  .decay = synthetic->decay};
    identity.priors =
        llr_hash_bytes(synthetic->priors, synthetic->classes * (int64_t)sizeof *synthetic->priors);
    return llr_hash_bytes(&identity, sizeof identity);
}

/* A uniform direction of the given length. */
static void draw_direction(llr_random_t *random, int64_t dim, double length, double *out)
{
    double square = 0;
    llr_normals(random, out, dim);
    for (int64_t j = 0; j < dim; j++) square += out[j] * out[j];
    for (int64_t j = 0; j < dim; j++) out[j] *= length / sqrt(square);
}

void llr_synthetic_means(const llr_synthetic_t *synthetic, llr_hash_t content, double *mean)
{
    int64_t dim = synthetic->dim;
    for (int32_t c = 0; c < synthetic->classes; c++) {
        llr_random_t random = llr_random_stream(content, LLR_PURPOSE_SYNTHETIC_MEAN, 0, c);
        draw_direction(&random, dim, synthetic->separation, mean + c * dim);
    }
    if (synthetic->classes == 2)
        for (int64_t j = 0; j < dim; j++) mean[j] = -mean[dim + j];
}

void llr_synthetic_deviations(const llr_synthetic_t *synthetic, double *deviation)
{
    int64_t dim = synthetic->dim;
    double trace = 0;
    for (int64_t j = 0; j < dim; j++) {
        deviation[j] = pow((double)(j + 1), -synthetic->decay);
        trace += deviation[j];
    }
    for (int64_t j = 0; j < dim; j++) deviation[j] = sqrt(deviation[j] * (double)dim / trace);
}

void llr_synthetic_rows(llr_random_t *random, const double *mean, const double *deviation,
                        int64_t dim, int64_t count, double *out)
{
    for (int64_t i = 0; i < count; i++, out += dim) {
        llr_normals(random, out, dim);
        for (int64_t j = 0; j < dim; j++) out[j] = mean[j] + deviation[j] * out[j];
    }
}

static double largest(const double *theta, int64_t dim)
{
    double most = 0;
    for (int64_t j = 0; j < dim; j++)
        if (fabs(theta[j]) > most) most = fabs(theta[j]);
    return most;
}

double llr_synthetic_rate(const double *mean, const double *deviation, int64_t dim,
                          const double *theta, double b, int target)
{
    double scale = largest(theta, dim), margin = 0, variance = 0;
    if (scale == 0) scale = 1;
    /* Scaled, so that the squares of tiny or huge coefficients stay in range. */
    for (int64_t j = 0; j < dim; j++) {
        double t = theta[j] / scale;
        margin += t * mean[j];
        variance += t * deviation[j] * t * deviation[j];
    }
    margin += b / scale;
    if (variance == 0) return (margin > 0) == (target > 0) ? 1 : 0;
    return 0.5 * erfc(-target * margin / sqrt(2 * variance));
}
