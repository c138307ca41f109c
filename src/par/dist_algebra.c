/* Factorisations of matrices in pieces, by ScaLAPACK. */
#include "linalg/lapack.h"
#include "par/dist_parts.h"

#include <math.h>
#include <string.h>

/* ScaLAPACK has no C header. */
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

static const int one = 1;

static llr_dist_t *dist_of(const llr_team_t *team)
{
    return team->argument;
}

/* An argument that a routine does not take is no property of the numbers: it is kept for
 * llr_dist_check. Returns info. */
static int note(const llr_team_t *team, const char *routine, int info)
{
    llr_dist_t *dist = dist_of(team);
    if (info < 0 && !dist->refused) {
        dist->refused = routine;
        dist->refusal = info;
    }
    return info;
}

/* What ScaLAPACK works in, out of llr_team_work. */
static int tridiagonal_room(int64_t size)
{
    return (int)(LLR_TEAM_BLOCK * (size + 3));
}

static int qr_room(int ranks, int64_t rows, int64_t dim)
{
    int64_t here = llr_deal_most((llr_deal_t){rows, LLR_TEAM_BLOCK, ranks});
    return (int)(LLR_TEAM_BLOCK * (dim + here + LLR_TEAM_BLOCK));
}

static int apply_room(int ranks, int64_t dim, int64_t vectors)
{
    return (int)(LLR_TEAM_BLOCK * (dim + llr_team_share(ranks, vectors) + 2 * LLR_TEAM_BLOCK));
}

static void describe_square(const llr_team_t *team, int64_t size, int *descriptor)
{
    llr_dist_describe(dist_of(team), size, size, LLR_TEAM_BLOCK, descriptor);
}

static int factor(const llr_team_t *team, int64_t size, double *piece)
{
    int descriptor[LLR_DESCRIPTOR], n = (int)size, info;
    describe_square(team, size, descriptor);
    pdpotrf_("L", &n, piece, &one, &one, descriptor, &info);
    return note(team, "pdpotrf", info);
}

/* Vectors of this rank: a block of them. Copies them out of all, or, the rest zero, back in. */
static int64_t first_vector(const llr_team_t *team, int64_t vectors)
{
    int64_t first = team->rank * llr_team_share(team->size, vectors);
    return first < vectors ? first : vectors;
}

static void take_vectors(const llr_team_t *team, int64_t length, int64_t vectors, const double *b,
                         double *mine)
{
    int64_t first = first_vector(team, vectors), share = llr_team_share(team->size, vectors);
    int64_t count = vectors - first < share ? vectors - first : share;
    memcpy(mine, b + first * length, (size_t)(count * length) * sizeof *b);
}

static void give_vectors(const llr_team_t *team, int64_t length, int64_t vectors,
                         const double *mine, double *b)
{
    int64_t first = first_vector(team, vectors), share = llr_team_share(team->size, vectors);
    int64_t count = vectors - first < share ? vectors - first : share;
    memset(b, 0, (size_t)(vectors * length) * sizeof *b);
    memcpy(b + first * length, mine, (size_t)(count * length) * sizeof *b);
    team->sum(team->argument, b, vectors * length);
}

static void solve(const llr_team_t *team, int64_t size, const double *piece, double *b,
                  int64_t vectors, double *room)
{
    int matrix[LLR_DESCRIPTOR], side[LLR_DESCRIPTOR], n = (int)size, count = (int)vectors, info;
    describe_square(team, size, matrix);
    llr_dist_describe(dist_of(team), size, vectors, llr_team_share(team->size, vectors), side);
    take_vectors(team, size, vectors, b, room);
    pdpotrs_("L", &n, &count, piece, &one, &one, matrix, room, &one, &one, side, &info);
    note(team, "pdpotrs", info);
    give_vectors(team, size, vectors, room, b);
}

static int invert(const llr_team_t *team, int64_t size, double *piece)
{
    int descriptor[LLR_DESCRIPTOR], n = (int)size, info;
    describe_square(team, size, descriptor);
    pdpotri_("L", &n, piece, &one, &one, descriptor, &info);
    return note(team, "pdpotri", info);
}

/* The squared norm of the factor's inverse. */
static double inverse_trace(const llr_team_t *team, int64_t size, double *piece)
{
    int descriptor[LLR_DESCRIPTOR], n = (int)size, info;
    llr_deal_t deal = llr_team_deal(team, size);
    double square = 0;
    describe_square(team, size, descriptor);
    pdtrtri_("L", "N", &n, piece, &one, &one, descriptor, &info);
    for (int64_t c = 0; c < llr_deal_count(deal, team->rank); c++)
        for (int64_t i = llr_deal_item(deal, team->rank, c); i < size; i++)
            square += piece[c * size + i] * piece[c * size + i];
    team->sum(team->argument, &square, 1);
    return note(team, "pdtrtri", info) ? NAN : square;
}

static int eigenvalues(const llr_team_t *team, int64_t size, double *piece, double *value,
                       double *room)
{
    int descriptor[LLR_DESCRIPTOR], n = (int)size, info, lwork = tridiagonal_room(size);
    llr_deal_t deal = llr_team_deal(team, size);
    double *d = room, *e = room + size, *tau = room + 2 * size, *off = room + 3 * size;
    describe_square(team, size, descriptor);
    pdsytrd_("L", &n, piece, &one, &one, descriptor, d, e, tau, room + 4 * size, &lwork, &info);
    memset(value, 0, (size_t)size * sizeof *value);
    memset(off, 0, (size_t)size * sizeof *off);
    for (int64_t c = 0; c < llr_deal_count(deal, team->rank); c++) {
        int64_t j = llr_deal_item(deal, team->rank, c);
        value[j] = d[c];
        if (j + 1 < size) off[j] = e[c];
    }
    team->sum(team->argument, value, size);
    team->sum(team->argument, off, size);
    return note(team, "pdsytrd", info) ? info : llr_tridiagonal_eigenvalues(size, value, off);
}

static int qr(const llr_team_t *team, int64_t rows, int64_t dim, double *x, double *tau,
              double *room)
{
    int descriptor[LLR_DESCRIPTOR], m = (int)dim, n = (int)rows, info;
    int lwork = qr_room(team->size, rows, dim);
    llr_dist_describe(dist_of(team), dim, rows, LLR_TEAM_BLOCK, descriptor);
    pdgeqrf_(&m, &n, x, &one, &one, descriptor, tau, room, &lwork, &info);
    return note(team, "pdgeqrf", info);
}

static void apply(const llr_team_t *team, int64_t rows, int64_t dim, const double *x,
                  const double *tau, double *b, int64_t vectors, double *room)
{
    int matrix[LLR_DESCRIPTOR], side[LLR_DESCRIPTOR], info;
    int m = (int)dim, n = (int)vectors, k = (int)rows;
    int lwork = apply_room(team->size, dim, vectors);
    double *mine = room, *rest = room + llr_team_share(team->size, vectors) * dim;
    llr_dist_describe(dist_of(team), dim, rows, LLR_TEAM_BLOCK, matrix);
    llr_dist_describe(dist_of(team), dim, vectors, llr_team_share(team->size, vectors), side);
    take_vectors(team, dim, vectors, b, mine);
    pdormqr_("L", "N", &m, &n, &k, x, &one, &one, matrix, tau, mine, &one, &one, side, rest, &lwork,
             &info);
    note(team, "pdormqr", info);
    give_vectors(team, dim, vectors, mine, b);
}

const llr_team_algebra_t llr_dist_algebra = {llr_dist_gram, factor,      solve, invert,
                                             inverse_trace, eigenvalues, qr,    apply};
