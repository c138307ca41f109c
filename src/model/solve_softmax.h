/* State of the softmax solver (K > 2). Private to it. Weightings go down lambda together, each from
 * where its last solutions point to, by limited-memory BFGS; passes over the rows are products with
 * a copy of them in single precision, and are checked in double. */
#ifndef LLR_MODEL_SOLVE_SOFTMAX_H
#define LLR_MODEL_SOLVE_SOFTMAX_H

#include "model/solve_softmax_chain.h"

/* Paths are cut, in their order, into groups of one preconditioner each. */
enum { LLR_SOFTMAX_GROUPS = 2 };

/* Pairs of classes that rows hesitate between: the curvature of a row is
 * a sum_{k<l} p_k p_l (e_k - e_l)(e_k - e_l)' (x) x x', so the Hessian is lambda and a sum of
 * squares of (row, k, l), of which few matter. The inverse of lambda + those that matter follows
 * from a matrix of their size. */
typedef struct llr_softmax_pairs {
    int64_t most, count;  /* pairs */
    int64_t rows;         /* that occur in them */
    int32_t *row, *k, *l; /* count: place among those rows, classes k > l */
    float *root;          /* count: sqrt(a p_k p_l) */
    float *x;             /* rows x size: those rows */
    float *gram;          /* rows x rows: of them, with the intercept's column */
    float *factor;        /* count x count */
    float *share, *score; /* paths x count, (paths * columns) x rows */
    int64_t last;         /* row kept last */
    double mu;            /* lambda, and the mean curvature of the pairs left out */
    bool failed;          /* no factor: single precision is not enough */
    int64_t *count_of;    /* pairs by their size: number */
    double *size_of;      /* and sum */
} llr_softmax_pairs_t;

typedef struct llr_softmax_solver {
    llr_call_t *call;
    llr_softmax_chain_t *chain; /* paths */
    int64_t *active, *slow;     /* paths: chains that are searching; that go on alone */
    int64_t actives;
    bool wants_df; /* of every fit */
    bool exact;    /* passes are made in double precision */
    float *x;      /* rows x size: the rows in single precision */
    double *norm;  /* rows: their squared norms */
    double *line;  /* work of the searches */
    llr_softmax_pairs_t pairs[LLR_SOFTMAX_GROUPS];
    /* By place among the active: vectors are columns x size, scores columns x rows. */
    float *direction, *narrow;
    double *wide, *gradient, *score, *residual;
    /* Of chains that go alone, and of df. */
    float *thin, *gram; /* rows x size, twice the square of the smaller */
    double *block, *hessian, *scaled, *curvature, *mean, *conjugate[4], *shift;
    double *z; /* (fits * columns) x size: all solutions */
} llr_softmax_solver_t;

llr_code_t llr_solve_softmax(llr_call_t *call);
int64_t llr_softmax_bytes(int64_t rows, int64_t size, int32_t columns, int64_t paths, int64_t fits);
/* Predicted operations, without reduction to the rows' span and certificates. */
double llr_softmax_flops(int64_t rows, int64_t size, int32_t columns, int64_t fits);

/* All memory from the call's arena. df is left out until it->wants_df is set. */
llr_code_t llr_softmax_create(llr_softmax_solver_t *it, llr_call_t *call);
/* Solves all chains at the largest lambda that is still to do: it->z and the solutions' b and fit
 * (status, iterations, df if wanted), not yet certified. False in *more when nothing was left. */
llr_code_t llr_softmax_descend(llr_softmax_solver_t *it, bool *more);

/* most is a fixed function of the shapes. */
llr_code_t llr_softmax_pairs_create(llr_softmax_pairs_t *pairs, const llr_call_t *call);
int64_t llr_softmax_pairs_bytes(int64_t rows, int64_t size, int32_t columns, int64_t paths);
/* The preconditioner from a chain's point, whose residuals are given. */
void llr_softmax_pair_up(llr_softmax_solver_t *it, llr_softmax_pairs_t *pairs,
                         const llr_softmax_chain_t *chain, const double *residual);
/* Applies it to count directions (columns x size each) in place. */
void llr_softmax_apply(const llr_softmax_solver_t *it, llr_softmax_pairs_t *pairs, int64_t count,
                       float *direction);

/* df of a chain at its point: trace of A (A + lambda)^-1, A the centred Gram matrix of the rows
 * weighted by their curvature a_i p_ik (1 - p_ik) in a column k; mean over the columns. Good to
 * 1e-5 of itself. NaN on failure. */
double llr_softmax_df(llr_softmax_solver_t *it, const llr_softmax_chain_t *chain,
                      const double *residual);

/* h = sum_i c_i (z_i - mean)(z_i - mean)', c = it->curvature, mean the one weighted by it: lower
 * triangle. In double precision. */
void llr_softmax_gram(llr_softmax_solver_t *it, double *h);

/* The direction of a Newton step of a chain on its own into it->wide: conjugate gradients on the
 * whole Hessian, preconditioned by its diagonal blocks. In double precision. */
void llr_softmax_newton(llr_softmax_solver_t *it, const llr_softmax_chain_t *chain,
                        const double *residual);

#endif
