/* The population of synthetic classes. */
#include "model/population_parts.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static void fill(llr_population_t *p, const double *mean, const double *variance,
                 const double *share, const llr_mixture_t *mixture, bool standardise)
{
    for (int32_t c = 0; c < p->parts; c++) {
        p->part[c] = (llr_part_t){.class = c, .group = -1, .share = share[c]};
        for (int64_t j = 0; j < p->dim; j++) {
            double scale = standardise ? 1 / sqrt(mixture->variance[j]) : 1;
            p->mean[c * p->dim + j] = (mean[c * p->dim + j] - mixture->mean[j]) * scale;
            p->covariance[(c * p->dim + j) * p->dim + j] = variance[c * p->dim + j] * scale * scale;
        }
    }
}

static llr_code_t make(llr_population_t *p, const double *mean, const double *share,
                       const llr_view_t *view, double *variance, llr_mixture_t *mixture,
                       llr_error_t *error)
{
    LLR_TRY(llr_population_allocate(p, error));
    for (int64_t e = 0; e < p->parts * p->dim; e++) p->mean[e] = mean[e];
    llr_population_mix(p, view->prior ? view->prior : share, variance, mixture);
    fill(p, mean, variance, share, mixture, view->standardise);
    return llr_population_decompose(p, view, error);
}

llr_code_t llr_population_exact(llr_population_t *population, int64_t columns, const double *mean,
                                const double *deviation, const double *share,
                                const llr_view_t *view, llr_error_t *error)
{
    int32_t classes = view->shape.classes;
    double *room = llr_alloc((classes + 2) * columns, sizeof *room);
    *population =
        (llr_population_t){.dim = columns, .parts = classes, .shape = view->shape, .by = view->by};
    if (!room) return llr_fail_memory(error, (classes + 2) * columns * 8, "a population");
    llr_mixture_t mixture = {room, room + columns};
    double *variance = room + 2 * columns;
    for (int32_t c = 0; c < classes; c++)
        for (int64_t j = 0; j < columns; j++)
            variance[c * columns + j] = deviation[j] * deviation[j];
    llr_code_t code = make(population, mean, share, view, variance, &mixture, error);
    if (code != LLR_OK) llr_population_destroy(population);
    free(room);
    return code;
}
