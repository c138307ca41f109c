/* State of llr_solve_team. Private to it. Arrays are replicated but for those that say "here": of
 * the rows of this rank. Scores and the like are vectors x most, row-major. */
#ifndef LLR_MODEL_SOLVE_JOINT_H
#define LLR_MODEL_SOLVE_JOINT_H

#include "base/error.h"
#include "base/memory.h"
#include "model/solve_team.h"

/* Most score columns side by side, where a fit has no more of them. */
enum { LLR_JOINT_VECTORS = 64 };

/* One fit of the call. */
typedef struct llr_joint_fit {
    const llr_path_t *path;
    double lambda;
    int64_t index; /* in the solutions */
} llr_joint_fit_t;

/* At scores and intercepts: loss (without penalty), its derivatives by b, and second ones. */
typedef struct llr_joint_terms {
    int64_t width; /* doubles of a fit: 1 + columns + columns^2 */
    double *at;    /* batch x width */
} llr_joint_terms_t;

typedef struct llr_joint {
    llr_loss_t loss;
    const llr_team_t *team;
    const llr_team_sample_t *sample;
    const llr_path_t *path;
    int64_t paths;
    const llr_solve_options_t *options;
    llr_solutions_t *out;
    int32_t columns;
    int64_t here, most;   /* rows here, and the most of any rank, at least 1 */
    int64_t dim, size;    /* columns, and those that are worked on: min(rows, dim) */
    const double *z;      /* here x size: the rows worked on */
    double *q, *tau;      /* here x dim, here: Q of the rows; NULL where z is x */
    double *mean;         /* dim */
    llr_joint_fit_t *fit; /* fits */
    int64_t batch;        /* most fits side by side */
    /* For a batch. */
    double *score, *residual;         /* here */
    double *gradient;                 /* vectors x dim */
    double *trial, *step;             /* vectors: of intercepts */
    double *value, *promise, *length; /* batch: of the search for them */
    bool *settled, *last;             /* batch */
    llr_joint_terms_t terms;
    double *small;        /* columns^2: a system of intercepts */
    double *softmax_work; /* of the kernel, then its derivatives */
    double *work;         /* of the algebra */
    llr_arena_t *arena;
    llr_error_t *error;
} llr_joint_t;

/* Fits side by side for so many score columns. */
int64_t llr_joint_batch(int32_t columns);

/* What a row of a stratum counts in a fit's loss. */
static inline double llr_joint_row_weight(const llr_joint_t *joint, const llr_joint_fit_t *fit,
                                          int32_t stratum)
{
    return fit->path->weight[stratum] / (double)joint->sample->rows;
}

bool llr_joint_stops(const llr_joint_t *joint);

/* score (vectors x most, here) = theta z' for z here x width; theta: leading dimension ld. */
void llr_joint_scores(const llr_joint_t *joint, const double *z, int64_t width, int64_t vectors,
                      const double *theta, int64_t ld, double *score);

/* Collective. out (vectors x width) = residual z, summed over all rows. */
void llr_joint_project(const llr_joint_t *joint, const double *z, int64_t width, int64_t vectors,
                       const double *residual, double *out);

/* Collective. b (count x columns; in: a start) of count fits at their scores becomes the minimiser
 * of their losses, which go to joint->value; joint->terms are those there, and residual (here) the
 * derivatives of the losses by the scores. Of softmax fits b stays of sum zero if it was. */
void llr_joint_settle(llr_joint_t *joint, const llr_joint_fit_t *fit, int64_t count,
                      const double *score, double *b, double *residual);

/* Loss, derivatives by b, residual (here, may be NULL) of one fit, of the rows here: out as in
 * llr_joint_terms_t. */
void llr_joint_local(const llr_joint_t *joint, const llr_joint_fit_t *fit, const double *score,
                     const double *b, double *out, double *residual);

/* Solves h x = g in place for a fit's second derivatives by b, which may lack a direction. */
void llr_joint_solve_small(const llr_joint_t *joint, const double *h, double *g);

/* Collective. Evaluates count fits at theta (count * columns, leading dimension ld) on rows z (here
 * x width): b becomes the minimiser, joint->gradient (vectors x width) dF/dTheta; objective,
 * gradient_norm and certified_gap of report[]. */
void llr_joint_evaluate(llr_joint_t *joint, const double *z, int64_t width,
                        const llr_joint_fit_t *fit, int64_t count, const double *theta, int64_t ld,
                        double *b, llr_fit_t *report);

/* Collective. piece = sum_i c_i (z_i - m)(z_i - m)', m the mean weighted by c (here). scaled: most
 * x size; mean: size + 1. */
void llr_joint_curvature(const llr_joint_t *joint, const double *c, double *scaled, double *mean,
                         double *piece);

llr_code_t llr_joint_square(llr_joint_t *joint);
int64_t llr_joint_square_bytes(const llr_solve_shape_t *shape, int ranks);
llr_code_t llr_joint_logistic(llr_joint_t *joint);
int64_t llr_joint_logistic_bytes(const llr_solve_shape_t *shape, int ranks);

/* Collective. Numerical rank of the rows worked on, as llr_gram_rank counts it. total: their Gram
 * matrix, made by make, again where it is needed twice; destroyed. diagonal: size, scratch. */
void llr_joint_rank(llr_joint_t *joint, void (*make)(void *argument, double *total), void *argument,
                    double *total, double *diagonal);

#endif
