/* A team of one, over LAPACK: the mathematics of llr_solve_team without other ranks. */
#ifndef LLR_TESTS_TEAM_ALONE_H
#define LLR_TESTS_TEAM_ALONE_H

#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "model/team.h"

#include <math.h>
#include <string.h>

static void alone_gram(const llr_team_t *team, int64_t rows, int64_t size, const double *x,
                       double *piece, double *work)
{
    (void)team, (void)work;
    llr_syrk(rows, size, 1, x, size, 0, piece);
    llr_mirror(size, piece);
}

/* The triangle that counts has i >= j in row j; LAPACK here takes the other one. */
static void alone_turn(int64_t size, double *piece, bool back)
{
    for (int64_t j = 0; j < size; j++)
        for (int64_t i = j; i < size; i++)
            if (back)
                piece[j * size + i] = piece[i * size + j];
            else
                piece[i * size + j] = piece[j * size + i];
}

static int alone_factor(const llr_team_t *team, int64_t size, double *piece)
{
    (void)team;
    alone_turn(size, piece, false);
    int info = llr_cholesky(size, piece);
    alone_turn(size, piece, true);
    return info;
}

static void alone_solve(const llr_team_t *team, int64_t size, const double *piece, double *b,
                        int64_t vectors, double *work)
{
    (void)team, (void)work;
    llr_cholesky_solve(size, piece, b, vectors, size); /* both triangles hold L by now */
}

static int alone_invert(const llr_team_t *team, int64_t size, double *piece)
{
    (void)team;
    int info = llr_cholesky_invert(size, piece);
    alone_turn(size, piece, true);
    return info;
}

static double alone_trace(const llr_team_t *team, int64_t size, double *piece)
{
    double trace = 0;
    if (alone_invert(team, size, piece)) return NAN;
    for (int64_t j = 0; j < size; j++) trace += piece[j * size + j];
    return trace;
}

static int alone_eigenvalues(const llr_team_t *team, int64_t size, double *piece, double *value,
                             double *work)
{
    (void)team;
    alone_turn(size, piece, false);
    llr_tridiagonalise(size, piece, value, work, work + size, work + 2 * size,
                       llr_lapack_work(size, 1));
    return llr_tridiagonal_eigenvalues(size, value, work);
}

static int alone_qr(const llr_team_t *team, int64_t rows, int64_t dim, double *x, double *tau,
                    double *work)
{
    (void)team;
    return llr_qr(rows, dim, x, tau, work, llr_lapack_work(dim, 1));
}

static void alone_apply(const llr_team_t *team, int64_t rows, int64_t dim, const double *x,
                        const double *tau, double *b, int64_t vectors, double *work)
{
    (void)team;
    llr_qr_apply(rows, dim, x, tau, false, b, vectors, work, llr_lapack_work(dim, vectors));
}

static void alone_sum(void *argument, double *value, int64_t count)
{
    (void)argument, (void)value, (void)count;
}

static const llr_team_algebra_t alone_algebra = {alone_gram,   alone_factor, alone_solve,
                                                 alone_invert, alone_trace,  alone_eigenvalues,
                                                 alone_qr,     alone_apply};
static const llr_team_t team_alone = {0, 1, NULL, alone_sum, &alone_algebra};

#endif
