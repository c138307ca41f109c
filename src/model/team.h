/* The ranks that solve one unit together, as the solvers see them: something that sums numbers over
 * all ranks, and that factors matrices held in pieces. Who does it, and how, is no matter here.
 *
 * What is replicated is the same on all ranks, to the last bit: every rank runs the same solver and
 * takes the same turns, as all that it decides by is replicated. Rows are dealt (base/deal.h) in
 * blocks of LLR_TEAM_BLOCK. So are the columns of a symmetric matrix; of it the lower triangle is
 * kept. Its piece on a rank is an array of (columns here) x size, row-major: the row of column j
 * has entry (i, j) at i, for i >= j; what stands before is nothing. */
#ifndef LLR_MODEL_TEAM_H
#define LLR_MODEL_TEAM_H

#include "base/deal.h"

#include <stdbool.h>
#include <stdint.h>

enum { LLR_TEAM_BLOCK = 64 };

typedef struct llr_team llr_team_t;

/* All collective. work: llr_team_work doubles. Functions that return int return 0 where
 * it went well, on all ranks the same. */
typedef struct llr_team_algebra {
    /* piece = sum over all ranks of x' x. x: rows x size, row-major, the rows of this rank. */
    void (*gram)(const llr_team_t *team, int64_t rows, int64_t size, const double *x, double *piece,
                 double *work);
    /* Cholesky's factor L in place. k > 0: the leading minor of order k is not positive. */
    int (*factor)(const llr_team_t *team, int64_t size, double *piece);
    /* b (vectors x size, row-major, replicated) = (L L')^-1 b. */
    void (*solve)(const llr_team_t *team, int64_t size, const double *piece, double *b,
                  int64_t vectors, double *work);
    /* L becomes the inverse of L L'. */
    int (*invert)(const llr_team_t *team, int64_t size, double *piece);
    /* Trace of the inverse of L L'; L is destroyed. NaN: L is singular. */
    double (*inverse_trace)(const llr_team_t *team, int64_t size, double *piece);
    /* value (size, replicated): eigenvalues, ascending; the piece is destroyed. */
    int (*eigenvalues)(const llr_team_t *team, int64_t size, double *piece, double *value,
                       double *work);
    /* x' = Q R for rows dealt rows of dim columns, rows <= dim. x (rows here x dim) then holds R'
     * (of the row that is item i of the deal, entries 0 .. i) and Q; tau: rows here. */
    int (*qr)(const llr_team_t *team, int64_t rows, int64_t dim, double *x, double *tau,
              double *work);
    /* b (vectors x dim, row-major, replicated) = Q b. */
    void (*apply)(const llr_team_t *team, int64_t rows, int64_t dim, const double *x,
                  const double *tau, double *b, int64_t vectors, double *work);
} llr_team_algebra_t;

struct llr_team {
    int rank, size;
    void *argument; /* borrowed, handed to the functions */
    /* Collective: every number becomes its sum over the ranks, in a fixed order: replicated. */
    void (*sum)(void *argument, double *value, int64_t count);
    const llr_team_algebra_t *algebra; /* borrowed */
};

static inline llr_deal_t llr_team_deal(const llr_team_t *team, int64_t items)
{
    return (llr_deal_t){items, LLR_TEAM_BLOCK, team->size};
}

/* Vectors of a rank, where so many are shared out. */
int64_t llr_team_share(int ranks, int64_t vectors);

/* A Gram matrix is made in tiles: columns of so many panels, each of a block of every rank, in one
 * product, and so many rows of them. The parts take no more than half a piece, or little. */
int64_t llr_team_panels(int ranks);
int64_t llr_team_strip(int ranks, int64_t size);

/* Doubles of work that the algebra is content with, for sizes up to size, rows of dim columns dealt
 * (0: no QR), and so many vectors. The same on all ranks. */
int64_t llr_team_work(int ranks, int64_t size, int64_t rows, int64_t dim, int64_t vectors);

/* Doubles of a piece, the most of any rank. */
int64_t llr_team_piece(int ranks, int64_t size);

/* To the matrix of a piece: adds alpha v v'; adds diagonal[i], or shift where diagonal is NULL, to
 * its diagonal. v, diagonal: size, replicated. Not collective. */
void llr_team_add_square(const llr_team_t *team, int64_t size, double alpha, const double *v,
                         double *piece);
void llr_team_add_diagonal(const llr_team_t *team, int64_t size, const double *diagonal,
                           double shift, double *piece);

/* Collective: of the trailing matrix of rows and columns from first on, out (vectors x (size -
 * first), replicated) = b times it; b alike. Of the piece as llr_team_multiply. */
void llr_team_multiply_from(const llr_team_t *team, int64_t size, int64_t first, double *piece,
                            const double *b, int64_t vectors, double *out);
/* Collective: out (vectors x size, replicated) = b times the symmetric matrix; b alike. Of the
 * piece, what stands before the diagonal inside a block is overwritten. */
void llr_team_multiply(const llr_team_t *team, int64_t size, double *piece, const double *b,
                       int64_t vectors, double *out);

#endif
