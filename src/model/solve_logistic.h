/* State of the solver of two-class logistic fits, and its curvature. Private to it. */
#ifndef LLR_MODEL_SOLVE_LOGISTIC_H
#define LLR_MODEL_SOLVE_LOGISTIC_H

#include "model/solve_chain.h"
#include "model/solve_swift.h"

typedef struct llr_logistic {
    llr_call_t *call;
    llr_chain_t *chain;     /* paths */
    int64_t *active, *slow; /* paths: chains that are searching; that go on alone */
    int64_t actives, slows;
    bool wants_df;         /* of every fit */
    double aim;            /* relative gap at which a search ends */
    bool has_single;       /* single precision goes first */
    bool in_single, alone; /* now: passes in single precision; one chain, by Newton */
    llr_swift_t single;
    double conditioned_at;        /* lambda its preconditioner was made at */
    double *direction, *gradient; /* paths x size, by place among the active */
    double *score, *residual;     /* paths x rows */
    double *factor;               /* size x size: of the preconditioner */
    double *hessian;              /* size x size */
    double *scaled;               /* rows x size */
    double *curvature, *mean;     /* rows, size */
    double *z;                    /* fits x size: all solutions */
} llr_logistic_t;

/* All memory from the call's arena. df is left out until it->wants_df is set. */
llr_code_t llr_logistic_create(llr_logistic_t *it, llr_call_t *call);
/* Solves all chains at the largest lambda that is still to do: it->z and the solutions' b and fit
 * (status, iterations, df if wanted), not yet certified. False in *more when nothing was left. */
llr_code_t llr_logistic_descend(llr_logistic_t *it, bool *more);

/* h = sum_i c_i (z_i - mean)(z_i - mean)', c the curvature, mean the one weighted by it: the
 * Hessian of F over Theta with b minimised, without lambda. Lower triangle. */
void llr_logistic_hessian(llr_logistic_t *it, const llr_chain_t *chain, double *h);

/* it->factor from the curvature of a chain at its point. */
void llr_logistic_precondition(llr_logistic_t *it, const llr_chain_t *chain);
/* Applies it to vectors (vectors x size) in place. */
void llr_logistic_apply(const llr_logistic_t *it, double *vector, int64_t vectors);

#endif
