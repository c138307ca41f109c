/* The process grid of a group, and sums over it. */
#include "base/memory.h"
#include "par/dist_parts.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

/* BLACS and ScaLAPACK have no C header. */
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int *context, const char *order, int rows, int columns);
void Cblacs_gridexit(int context);
void Cblacs_set(int context, int what, int *value);
void descinit_(int *descriptor, const int *m, const int *n, const int *mb, const int *nb,
               const int *first_row, const int *first_column, const int *context, const int *ld,
               int *info);

/* Of Cblacs_set: combines are to give the same bits whenever they are repeated. */
enum { TOPOLOGIES_REPEAT = 15 };

static llr_code_t make_grid(llr_dist_t *dist, llr_error_t *error)
{
    int size = llr_comm_size(dist->comm), yes = 1;
    dist->handle = Csys2blacs_handle(*(const MPI_Comm *)llr_comm_mpi(dist->comm));
    dist->context = dist->handle;
    Cblacs_gridinit(&dist->context, "Row", 1, size);
    if (dist->context < 0)
        return llr_fail(error, LLR_FAILED, "BLACS could not make a grid of 1 x %d processes", size);
    Cblacs_set(dist->context, TOPOLOGIES_REPEAT, &yes);
    return LLR_OK;
}

llr_code_t llr_dist_create(llr_dist_t **out, llr_comm_t *comm, llr_error_t *error)
{
    enum { ROOM = 1 << 18, LEAST = 64 };
    int64_t ranks = llr_comm_size(comm), chunk = ROOM / ranks > LEAST ? ROOM / ranks : LEAST;
    llr_dist_t *dist = *out = llr_alloc(1, sizeof *dist);
    llr_code_t code = LLR_OK;
    if (dist) {
        dist->comm = comm;
        dist->chunk = chunk;
        dist->handle = dist->context = -1;
        dist->team = (llr_team_t){llr_comm_rank(comm), llr_comm_size(comm), dist, llr_dist_sum,
                                  &llr_dist_algebra};
        dist->send = llr_alloc(ranks * chunk, sizeof *dist->send);
        dist->receive = llr_alloc(ranks * chunk, sizeof *dist->receive);
    }
    if (!dist || !dist->send || !dist->receive)
        code = llr_fail_memory(error, ranks * chunk * 16, "the group's buffers");
    LLR_TRY(llr_comm_agree(comm, code, error));
    return llr_comm_agree(comm, make_grid(dist, error), error);
}

void llr_dist_destroy(llr_dist_t **out)
{
    llr_dist_t *dist = *out;
    if (!dist) return;
    if (dist->context >= 0) Cblacs_gridexit(dist->context);
    if (dist->handle >= 0) Cfree_blacs_system_handle(dist->handle);
    free(dist->send);
    free(dist->receive);
    free(dist);
    *out = NULL;
}

llr_code_t llr_dist_check(llr_dist_t *dist, llr_error_t *error)
{
    const char *routine = dist->refused;
    int info = -dist->refusal;
    dist->refused = NULL;
    if (!routine) return LLR_OK;
    /* Of an array, its number times a hundred and the entry's. */
    if (info > 99)
        return llr_fail(error, LLR_FAILED, "ScaLAPACK: %s does not take entry %d of argument %d",
                        routine, info % 100, info / 100);
    return llr_fail(error, LLR_FAILED, "ScaLAPACK: %s does not take argument %d", routine, info);
}

const llr_team_t *llr_dist_team(const llr_dist_t *dist)
{
    return &dist->team;
}

void llr_dist_describe(const llr_dist_t *dist, int64_t rows, int64_t columns, int64_t block,
                       int *descriptor)
{
    int m = (int)rows, n = (int)columns, mb = LLR_TEAM_BLOCK, nb = (int)block, zero = 0, info;
    int ld = m > 0 ? m : 1;
    descinit_(descriptor, &m, &n, &mb, &nb, &zero, &zero, &dist->context, &ld, &info);
}

/* Sums ------------------------------------------------------------------------------------- */

/* The same numbers of all ranks, one under another, in their order. */
static void add_up(const double *part, int64_t ranks, int64_t count, double *sum)
{
    memcpy(sum, part, (size_t)count * sizeof *sum);
    for (int64_t r = 1; r < ranks; r++)
        for (int64_t i = 0; i < count; i++) sum[i] += part[r * count + i];
}

/* Each rank adds its share of the numbers up. count: at most ranks * chunk. */
static void sum_shares(llr_dist_t *dist, double *value, int64_t count)
{
    int64_t ranks = dist->team.size, share = (count + ranks - 1) / ranks;
    memcpy(dist->send, value, (size_t)count * sizeof *value);
    memset(dist->send + count, 0, (size_t)(ranks * share - count) * sizeof *value);
    llr_comm_exchange(dist->comm, dist->send, share, dist->receive);
    add_up(dist->receive, ranks, share, dist->send);
    llr_comm_gather_all(dist->comm, dist->send, share, dist->receive);
    memcpy(value, dist->receive, (size_t)count * sizeof *value);
}

void llr_dist_sum(void *argument, double *value, int64_t count)
{
    enum { FEW = 512 }; /* so few that one message does, and everyone adds all of them */
    llr_dist_t *dist = argument;
    int64_t ranks = dist->team.size, most = ranks * dist->chunk;
    if (ranks == 1) return;
    if (count <= FEW && count <= dist->chunk) {
        llr_comm_gather_all(dist->comm, value, count, dist->receive);
        add_up(dist->receive, ranks, count, value);
        return;
    }
    for (int64_t at = 0; at < count; at += most)
        sum_shares(dist, value + at, count - at < most ? count - at : most);
}
