/* BLACS and ScaLAPACK, which have no C header, and what the files that call them share. Private to
 * par/dist_*.c. Integers are the libraries' 32-bit ones; sizes are checked before a run
 * (model/grid_check_team.c). */
#ifndef LLR_PAR_DIST_PARTS_H
#define LLR_PAR_DIST_PARTS_H

#include "par/dist.h"

struct llr_dist {
    llr_comm_t *comm;       /* borrowed */
    int handle, context;    /* of BLACS, owned */
    double *send, *receive; /* owned: ranks x chunk, for sums */
    int64_t chunk;          /* doubles of a rank in a round of a sum */
    const char *refused;    /* routine that did not take an argument, its info */
    int refusal;
    llr_team_t team;
};

enum { LLR_DESCRIPTOR = 9 }; /* integers that describe a distributed matrix */

/* Of a matrix of rows x columns whose columns are dealt in blocks to the process columns; a column
 * lies whole, with leading dimension rows. */
void llr_dist_describe(const llr_dist_t *dist, int64_t rows, int64_t columns, int64_t block,
                       int *descriptor);

/* As llr_team_t wants them. */
extern const llr_team_algebra_t llr_dist_algebra;
void llr_dist_sum(void *dist, double *value, int64_t count);
void llr_dist_gram(const llr_team_t *team, int64_t rows, int64_t size, const double *x,
                   double *piece, double *work);

/* MPI_Comm to a BLACS handle; the type of the argument is MPI_Comm. */
#define LLR_BLACS_PROTOTYPES                                                                       \
    int Csys2blacs_handle(MPI_Comm comm);                                                          \
    void Cfree_blacs_system_handle(int handle);                                                    \
    void Cblacs_gridinit(int *context, const char *order, int rows, int columns);                  \
    void Cblacs_gridexit(int context);                                                             \
    void Cblacs_set(int context, int what, int *value);

void descinit_(int *descriptor, const int *m, const int *n, const int *mb, const int *nb,
               const int *first_row, const int *first_column, const int *context, const int *ld,
               int *info);
void pdpotrf_(const char *uplo, const int *n, double *a, const int *ia, const int *ja,
              const int *desca, int *info);
void pdpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *ia,
              const int *ja, const int *desca, double *b, const int *ib, const int *jb,
              const int *descb, int *info);
void pdpotri_(const char *uplo, const int *n, double *a, const int *ia, const int *ja,
              const int *desca, int *info);
void pdtrtri_(const char *uplo, const char *diag, const int *n, double *a, const int *ia,
              const int *ja, const int *desca, int *info);
void pdsytrd_(const char *uplo, const int *n, double *a, const int *ia, const int *ja,
              const int *desca, double *d, double *e, double *tau, double *work, const int *lwork,
              int *info);
void pdgeqrf_(const int *m, const int *n, double *a, const int *ia, const int *ja, const int *desca,
              double *tau, double *work, const int *lwork, int *info);
void pdormqr_(const char *side, const char *trans, const int *m, const int *n, const int *k,
              const double *a, const int *ia, const int *ja, const int *desca, const double *tau,
              double *c, const int *ic, const int *jc, const int *descc, double *work,
              const int *lwork, int *info);

#endif
