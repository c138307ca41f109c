#include "par/comm.h"

#include "base/clock.h"
#include "base/memory.h"

#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_WINDOWS = 4096 };

struct llr_comm {
    bool serial;
    MPI_Comm world, node; /* duplicates, owned */
    MPI_Comm leaders;     /* first ranks of the nodes, owned; MPI_COMM_NULL on others */
    llr_mpi_io_t io;      /* once it was asked for */
    MPI_Info hints;       /* owned, with io */
    int rank, size, node_rank, node_size, nodes;
    int shown;       /* rank in messages: of the communicator that all others were split from */
    MPI_Win *window; /* owned, windows */
    void **memory;   /* owned, windows: serial only */
    int windows;
};

static void (*end_run)(const llr_error_t *error); /* see llr_comm_set_end */

static llr_code_t join(llr_comm_t *comm, MPI_Comm parent)
{
    if (MPI_Comm_dup(parent, &comm->world)) return LLR_FAILED;
    MPI_Comm_rank(comm->world, &comm->rank);
    MPI_Comm_size(comm->world, &comm->size);
    comm->shown = comm->rank;
    if (MPI_Comm_split_type(comm->world, MPI_COMM_TYPE_SHARED, comm->rank, MPI_INFO_NULL,
                            &comm->node))
        return LLR_FAILED;
    MPI_Comm_rank(comm->node, &comm->node_rank);
    MPI_Comm_size(comm->node, &comm->node_size);
    if (MPI_Comm_split(comm->world, comm->node_rank ? MPI_UNDEFINED : 0, comm->rank,
                       &comm->leaders))
        return LLR_FAILED;
    int leads = comm->node_rank == 0;
    MPI_Allreduce(&leads, &comm->nodes, 1, MPI_INT, MPI_SUM, comm->world);
    return LLR_OK;
}

llr_code_t llr_comm_create(llr_comm_t **out, const void *mpi_comm, llr_error_t *error)
{
    llr_comm_t *comm = *out = llr_alloc(1, sizeof *comm);
    if (!comm) return llr_fail_memory(error, sizeof *comm, "the communicator");
    comm->size = comm->node_size = comm->nodes = 1;
    comm->serial = !mpi_comm;
    comm->window = llr_alloc(MOST_WINDOWS, sizeof *comm->window);
    comm->memory = llr_alloc(MOST_WINDOWS, sizeof *comm->memory);
    if (!comm->window || !comm->memory) return llr_fail_memory(error, MOST_WINDOWS, "windows");
    if (comm->serial) return LLR_OK;
    if (join(comm, *(const MPI_Comm *)mpi_comm))
        return llr_fail(error, LLR_FAILED, "MPI could not duplicate the communicator");
    return LLR_OK;
}

void llr_comm_destroy(llr_comm_t **out)
{
    llr_comm_t *comm = *out;
    if (!comm) return;
    for (int w = 0; w < comm->windows; w++) {
        if (comm->serial)
            free(comm->memory[w]);
        else
            MPI_Win_free(&comm->window[w]);
    }
    if (!comm->serial) {
        MPI_Comm_free(&comm->node);
        if (comm->leaders != MPI_COMM_NULL) MPI_Comm_free(&comm->leaders);
        if (comm->io.prefix) MPI_Info_free(&comm->hints);
        MPI_Comm_free(&comm->world);
    }
    free(comm->window);
    free(comm->memory);
    free(comm);
    *out = NULL;
}

llr_code_t llr_comm_split(llr_comm_t *comm, int colour, llr_comm_t **part, llr_error_t *error)
{
    MPI_Comm mine = MPI_COMM_NULL;
    *part = NULL;
    if (comm->serial) return colour < 0 ? LLR_OK : llr_comm_create(part, NULL, error);
    llr_code_t code = LLR_OK;
    if (MPI_Comm_split(comm->world, colour < 0 ? MPI_UNDEFINED : colour, comm->rank, &mine))
        code = llr_fail(error, LLR_FAILED, "MPI could not split the communicator");
    if (mine == MPI_COMM_NULL) return code;
    code = llr_comm_create(part, &mine, error);
    MPI_Comm_free(&mine);
    if (*part) (*part)->shown = comm->shown;
    return code;
}

void llr_comm_node_of_all(const llr_comm_t *comm, int *node)
{
    int first = comm->rank;
    node[0] = 0;
    if (comm->serial) return;
    MPI_Bcast(&first, 1, MPI_INT, 0, comm->node);
    MPI_Allgather(&first, 1, MPI_INT, node, 1, MPI_INT, comm->world);
}

const void *llr_comm_mpi(const llr_comm_t *comm)
{
    return &comm->world;
}

/* The pieces are large, and every rank reads its own: buffers that ranks fill for each other, or
 * with what lies between the pieces, would cost more than half of the rate. */
static void set_hints(MPI_Info *hints)
{
    MPI_Info_create(hints);
    MPI_Info_set(*hints, "romio_cb_read", "disable");
    MPI_Info_set(*hints, "romio_ds_read", "disable");
}

/* Only ROMIO understands the prefix, which stands for plain reads and writes without locks. Others
 * are not trusted: for OMPIO of Open MPI 4.1 a read that failed is one that succeeded, and HDF5
 * then has zeros for its bytes. */
static bool has_romio(const char *prefix)
{
    char path[32];
    MPI_File file;
    snprintf(path, sizeof path, "%s/dev/null", prefix);
    if (MPI_File_open(MPI_COMM_SELF, path, MPI_MODE_RDONLY, MPI_INFO_NULL, &file)) return false;
    MPI_File_close(&file);
    return true;
}

llr_mpi_io_t llr_comm_mpi_io(llr_comm_t *comm)
{
    static const char prefix[] = "ufs:";
    if (comm->serial || comm->io.prefix) return comm->io;
    /* Without a way to end the run, a rank that cannot read would leave the others waiting. */
    int mine = end_run && has_romio(prefix), all;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MIN, comm->world);
    set_hints(&comm->hints);
    comm->io = (llr_mpi_io_t){all ? &comm->world : NULL, &comm->hints, prefix};
    return comm->io;
}

void llr_comm_set_end(void (*end)(const llr_error_t *error))
{
    end_run = end;
}

int llr_comm_rank(const llr_comm_t *comm)
{
    return comm->rank;
}

int llr_comm_size(const llr_comm_t *comm)
{
    return comm->size;
}

int llr_comm_node_rank(const llr_comm_t *comm)
{
    return comm->node_rank;
}

int llr_comm_node_size(const llr_comm_t *comm)
{
    return comm->node_size;
}

int llr_comm_nodes(const llr_comm_t *comm)
{
    return comm->nodes;
}

/* A user's mistake reads the same on every rank; an environment's failure is of one place, which a
 * group may have named already. */
static void name_place(const llr_comm_t *comm, llr_error_t *error)
{
    char host[64] = "", text[LLR_ERROR_TEXT];
    if (error->placed) return;
    gethostname(host, sizeof host - 1);
    memcpy(text, error->text, sizeof text);
    llr_fail(error, error->code, "rank %d on %s: %.800s", comm->shown, host, text);
    error->placed = true;
}

/* What the first rank that failed has to say; INT_MAX: none did. */
static llr_code_t hear(llr_comm_t *comm, int first, llr_code_t code, llr_error_t *error)
{
    if (first == INT_MAX) return LLR_OK;
    error->code = code;
    if (first == comm->rank && code == LLR_FAILED) name_place(comm, error);
    MPI_Bcast(error, (int)sizeof *error, MPI_BYTE, first, comm->world);
    return error->code;
}

llr_code_t llr_comm_agree(llr_comm_t *comm, llr_code_t code, llr_error_t *error)
{
    if (comm->size == 1) return code;
    int mine = code == LLR_OK ? INT_MAX : comm->rank, first;
    MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, comm->world);
    return hear(comm, first, code, error);
}

/* Waits, and leaves the cores to those who still work; for a rank that failed not for ever. */
static void await(const llr_comm_t *comm, MPI_Request *request, bool failed, llr_error_t *error)
{
    enum { SOON = 200, PATIENCE = 10 };
    double until = llr_clock_seconds() + PATIENCE;
    int done = 0;
    for (int tries = 0; !done; tries++) {
        MPI_Test(request, &done, MPI_STATUS_IGNORE);
        if (!done && tries > SOON) llr_clock_sleep(1e-4);
        if (done || !failed || !end_run || llr_clock_seconds() < until) continue;
        if (error->code == LLR_FAILED) name_place(comm, error);
        end_run(error);
        failed = false;
    }
}

llr_code_t llr_comm_agree_after(llr_comm_t *comm, llr_code_t code, llr_error_t *error)
{
    if (comm->size == 1) return code;
    int mine = code == LLR_OK ? INT_MAX : comm->rank, first;
    MPI_Request request;
    MPI_Iallreduce(&mine, &first, 1, MPI_INT, MPI_MIN, comm->world, &request);
    await(comm, &request, code != LLR_OK, error);
    return hear(comm, first, code, error);
}

static void broadcast(MPI_Comm comm, void *bytes, int64_t count)
{
    for (int64_t done = 0; done < count;) {
        int64_t piece = count - done < INT_MAX ? count - done : INT_MAX;
        MPI_Bcast((char *)bytes + done, (int)piece, MPI_BYTE, 0, comm);
        done += piece;
    }
}

void llr_comm_broadcast(llr_comm_t *comm, void *bytes, int64_t count)
{
    if (comm->size > 1) broadcast(comm->world, bytes, count);
}

void llr_comm_announce(llr_comm_t *comm, void *bytes, int64_t count)
{
    enum { SOON = 200, LATER = 2000 };
    MPI_Request request;
    int done = 0;
    if (comm->size == 1) return;
    MPI_Ibcast(bytes, (int)count, MPI_BYTE, 0, comm->world, &request);
    for (int tries = 0; !done; tries++) {
        MPI_Test(&request, &done, MPI_STATUS_IGNORE);
        if (!done && tries > SOON) llr_clock_sleep(tries < LATER ? 20e-6 : 1e-3);
    }
}

bool llr_comm_any(llr_comm_t *comm, bool flag)
{
    int mine = flag, any = flag;
    if (comm->size > 1) MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, comm->world);
    return any != 0;
}

void llr_comm_gather_all(llr_comm_t *comm, const double *mine, int64_t count, double *all)
{
    if (comm->serial)
        memcpy(all, mine, (size_t)count * sizeof *all);
    else
        MPI_Allgather(mine, (int)count, MPI_DOUBLE, all, (int)count, MPI_DOUBLE, comm->world);
}

void llr_comm_exchange(llr_comm_t *comm, const double *send, int64_t count, double *receive)
{
    if (comm->serial)
        memcpy(receive, send, (size_t)count * sizeof *send);
    else
        MPI_Alltoall(send, (int)count, MPI_DOUBLE, receive, (int)count, MPI_DOUBLE, comm->world);
}

void llr_comm_exchange_bytes(llr_comm_t *comm, const char *send, const int64_t *send_start,
                             char *receive, const int64_t *receive_start)
{
    if (comm->serial) {
        memcpy(receive, send, (size_t)send_start[1]);
        return;
    }
    /* Pairs of ranks meet in rounds, so that few requests are open at a time. */
    for (int round = 0; round < comm->size; round++) {
        int to = (comm->rank + round) % comm->size,
            from = (comm->rank + comm->size - round) % comm->size;
        MPI_Sendrecv(send + send_start[to], (int)(send_start[to + 1] - send_start[to]), MPI_BYTE,
                     to, LLR_TAG_ROWS, receive + receive_start[from],
                     (int)(receive_start[from + 1] - receive_start[from]), MPI_BYTE, from,
                     LLR_TAG_ROWS, comm->world, MPI_STATUS_IGNORE);
    }
}

void llr_comm_broadcast_nodes(llr_comm_t *comm, void *bytes, int64_t count)
{
    if (comm->size > 1 && comm->leaders != MPI_COMM_NULL) broadcast(comm->leaders, bytes, count);
}

llr_code_t llr_comm_share(llr_comm_t *comm, int64_t bytes, void **memory, llr_error_t *error)
{
    if (comm->windows == MOST_WINDOWS)
        return llr_fail(error, LLR_FAILED, "more than %d datasets", MOST_WINDOWS);
    if (comm->serial) {
        *memory = comm->memory[comm->windows] = llr_alloc_large(bytes);
        if (!*memory) return llr_fail_memory(error, bytes, "a dataset");
        comm->windows++;
        return LLR_OK;
    }
    MPI_Aint size = comm->node_rank ? 0 : (MPI_Aint)bytes;
    int unit;
    MPI_Win *window = &comm->window[comm->windows];
    if (MPI_Win_allocate_shared(size, 1, MPI_INFO_NULL, comm->node, memory, window) ||
        MPI_Win_shared_query(*window, 0, &size, &unit, memory))
        return llr_fail_memory(error, bytes, "a dataset in shared memory");
    comm->windows++;
    return LLR_OK;
}

void llr_comm_fence(llr_comm_t *comm)
{
    if (comm->size == 1) return;
    for (int w = 0; w < comm->windows; w++) MPI_Win_fence(0, comm->window[w]);
    MPI_Barrier(comm->world);
}

void llr_comm_gather(llr_comm_t *comm, const void *mine, int64_t count, void *all)
{
    if (comm->size == 1)
        memcpy(all, mine, (size_t)count);
    else
        MPI_Gather(mine, (int)count, MPI_BYTE, all, (int)count, MPI_BYTE, 0, comm->world);
}

bool llr_comm_probe(llr_comm_t *comm, int *from, llr_tag_t *tag, int64_t *count)
{
    if (comm->size == 1) return false;
    int waiting, bytes;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm->world, &waiting, &status);
    if (!waiting) return false;
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    *from = status.MPI_SOURCE;
    *tag = (llr_tag_t)status.MPI_TAG;
    *count = bytes;
    return true;
}

void llr_comm_receive(llr_comm_t *comm, int from, llr_tag_t tag, void *bytes, int64_t count)
{
    MPI_Recv(bytes, (int)count, MPI_BYTE, from, (int)tag, comm->world, MPI_STATUS_IGNORE);
}

void llr_comm_send(llr_comm_t *comm, int to, llr_tag_t tag, const void *bytes, int64_t count)
{
    MPI_Send(bytes, (int)count, MPI_BYTE, to, (int)tag, comm->world);
}
