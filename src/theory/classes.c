#include "theory/classes.h"

#include "theory/general_parts.h"
#include "theory/orthant.h"

#include <math.h>
#include <string.h>

/* Differences of the score of a class to all others: mean (classes - 1) and covariance. */
static void differences(const llr_theory_classed_t *in, int32_t g, int32_t class, int32_t classes,
                        double *mean, double *covariance)
{
    const double *s = in->covariance + (int64_t)g * classes * classes;
    const double *m = in->m + (int64_t)g * classes;
    int32_t others = classes - 1;
    for (int32_t i = 0; i < others; i++) {
        int32_t k = i + (i >= class);
        mean[i] = m[class] + in->b[class] - m[k] - in->b[k];
        for (int32_t j = 0; j < others; j++) {
            int32_t l = j + (j >= class);
            covariance[i * others + j] = s[class * classes + class] - s[class * classes + l] -
                                         s[k * classes + class] + s[k * classes + l];
        }
    }
}

static void nothing(const llr_theory_groups_t *p, int32_t classes, llr_theory_classed_t *out)
{
    out->found = false;
    out->df = NAN;
    for (int32_t k = 0; k < classes; k++) out->b[k] = NAN;
    for (int32_t g = 0; g < p->groups; g++) {
        out->tau[g] = out->error[g] = NAN;
        for (int32_t k = 0; k < classes; k++) out->m[g * classes + k] = NAN;
        for (int32_t e = 0; e < classes * classes; e++)
            out->covariance[g * classes * classes + e] = NAN;
    }
}

/* Everything but the errors. */
static void read_scores(const llr_squares_t *s, const llr_resolvent_t *r, llr_theory_classed_t *out)
{
    const llr_theory_groups_t *p = r->problem;
    size_t groups = (size_t)p->groups, classes = (size_t)s->columns;
    memcpy(out->m, s->m, sizeof(double) * groups * classes);
    memcpy(out->b, s->b, sizeof(double) * classes);
    memcpy(out->covariance, s->covariance, sizeof(double) * groups * classes * classes);
    out->df = 0;
    for (int32_t g = 0; g < p->groups; g++) {
        out->tau[g] = s->interpolates ? INFINITY : r->tau[g];
        out->df += p->n * p->prior[g] * s->v[g] * r->tau[g];
    }
    out->found = isfinite(out->df);
}

static void read_errors(const llr_theory_groups_t *p, const int32_t *class_of, int32_t classes,
                        double *room, llr_theory_classed_t *out)
{
    double *mean = room, *work = mean + classes, *covariance = work + 3 * classes;
    for (int32_t g = 0; g < p->groups; g++) {
        differences(out, g, class_of[g], classes, mean, covariance);
        out->error[g] = 1 - llr_normal_orthant(classes - 1, mean, covariance, work);
        out->found = out->found && isfinite(out->error[g]);
    }
}

static llr_code_t solve(const llr_theory_groups_t *p, const int32_t *class_of, int32_t classes,
                        llr_theory_classed_t *out, llr_arena_t *arena, llr_error_t *error)
{
    llr_resolvent_t resolvent;
    llr_squares_t squares;
    double *target;
    LLR_TRY(llr_resolvent_take(&resolvent, p, arena, error));
    LLR_TRY(llr_squares_take(&squares, p->groups, classes, arena, error));
    LLR_TAKE(target, arena, (int64_t)p->groups * classes, error);
    for (int32_t g = 0; g < p->groups; g++)
        for (int32_t k = 0; k < classes; k++) target[g * classes + k] = class_of[g] == k ? 1 : -1;
    squares.target = target;
    if (!llr_squares_solve(&squares, &resolvent)) return LLR_OK;
    read_scores(&squares, &resolvent, out);
    /* answer: classes^2 x (groups + 1), groups >= 2, is free again */
    read_errors(p, class_of, classes, squares.answer, out);
    return LLR_OK;
}

llr_code_t llr_theory_classes(const llr_theory_groups_t *problem, const int32_t *class_of,
                              int32_t classes, llr_theory_classed_t *out, llr_arena_t *arena,
                              llr_error_t *error)
{
    int64_t mark = llr_arena_mark(arena);
    nothing(problem, classes, out);
    if (!llr_theory_groups_sensible(problem, class_of)) return LLR_OK;
    llr_code_t code = solve(problem, class_of, classes, out, arena, error);
    if (!out->found) nothing(problem, classes, out);
    llr_arena_release(arena, mark);
    return code;
}
