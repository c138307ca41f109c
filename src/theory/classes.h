/* Asymptotic errors of groups for any number of classes, square loss one-vs-rest (problem.md, 4c).
 */
#ifndef LLR_THEORY_CLASSES_H
#define LLR_THEORY_CLASSES_H

#include "theory/general.h"

/* The K scores of a row of group g are N(m_g + b, S_g). Arrays are the caller's. */
typedef struct llr_theory_classed {
    bool found; /* as llr_theory_grouped_t; numbers are then NaN */
    double df;
    double *m;          /* groups x classes, row-major */
    double *b;          /* classes */
    double *covariance; /* groups x classes x classes: S_g */
    double *tau;        /* groups */
    double *error;      /* groups: 1 - P(the argmax is its class), within about 1e-4 for K > 2 */
} llr_theory_classed_t;

/* Solves one problem. class_of: groups, 0..classes-1, at least two of them among the groups of
 * positive prior. Workspace: llr_theory_general_bytes(groups, dim, classes). LLR_FAILED: workspace
 * too small. Not found is no failure. */
llr_code_t llr_theory_classes(const llr_theory_groups_t *problem, const int32_t *class_of,
                              int32_t classes, llr_theory_classed_t *out, llr_arena_t *arena,
                              llr_error_t *error);

#endif
