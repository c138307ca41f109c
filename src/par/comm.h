/* The ranks of a run: one rank without MPI, or the ranks of a communicator. With one rank no MPI
 * call is made, so everything below works where MPI_Init is forbidden. */
#ifndef LLR_PAR_COMM_H
#define LLR_PAR_COMM_H

#include "base/error.h"
#include "store/mpi_io.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct llr_comm llr_comm_t;

typedef enum llr_tag {
    LLR_TAG_UNIT = 1, /* rank 0 to a worker: a unit, or an order */
    LLR_TAG_RESULT,   /* worker to rank 0: a solved unit */
    LLR_TAG_FAILURE,  /* worker to rank 0: an error */
    LLR_TAG_SIGNAL,   /* worker to rank 0: asked to stop */
    LLR_TAG_DONE,     /* worker to rank 0: leaves the loop */
    LLR_TAG_ROWS      /* inside a group: rows of features */
} llr_tag_t;

/* mpi_comm: address of the MPI_Comm to duplicate (collective), or NULL for one rank without MPI. */
llr_code_t llr_comm_create(llr_comm_t **comm, const void *mpi_comm, llr_error_t *error);
void llr_comm_destroy(llr_comm_t **comm); /* collective */
int llr_comm_rank(const llr_comm_t *comm);
int llr_comm_size(const llr_comm_t *comm);
int llr_comm_node_rank(const llr_comm_t *comm);
int llr_comm_node_size(const llr_comm_t *comm);
int llr_comm_nodes(const llr_comm_t *comm);

/* Collective: the ranks that give the same colour, ordered by their rank here; *part is NULL, and
 * nothing created, where colour is negative. */
llr_code_t llr_comm_split(llr_comm_t *comm, int colour, llr_comm_t **part, llr_error_t *error);
/* Collective: node (size of comm): of each rank the first rank of its node. */
void llr_comm_node_of_all(const llr_comm_t *comm, int *node);
/* Address of the MPI_Comm inside, for libraries that need one. Not for one rank without MPI. */
const void *llr_comm_mpi(const llr_comm_t *comm);
/* Collective: how the ranks open files together; no comm in it where they had better not, as a
 * failure might go unnoticed, or leave others waiting (where llr_comm_set_end was not called). */
llr_mpi_io_t llr_comm_mpi_io(llr_comm_t *comm);

/* Collective. Where any rank brings a code other than LLR_OK, all return the code of the lowest
 * such rank, with its text in *error (after "rank r on host: " where it is LLR_FAILED). */
llr_code_t llr_comm_agree(llr_comm_t *comm, llr_code_t code, llr_error_t *error);

/* The same after a collective call of a library, in which the others may be stuck for ever if it
 * failed here: a rank that brings a failure waits for them for ten seconds, and then lets end
 * (llr_comm_set_end) end the run. */
llr_code_t llr_comm_agree_after(llr_comm_t *comm, llr_code_t code, llr_error_t *error);
/* end: tells the error, ends all ranks and does not return. NULL, as at first: the others are
 * waited for without end. */
void llr_comm_set_end(void (*end)(const llr_error_t *error));

/* Collective: bytes of rank 0 to all. */
void llr_comm_broadcast(llr_comm_t *comm, void *bytes, int64_t count);

/* The same, where the others may have to wait for long: they leave the cores alone. */
void llr_comm_announce(llr_comm_t *comm, void *bytes, int64_t count);

/* Collective: the flag of any rank, on all. */
bool llr_comm_any(llr_comm_t *comm, bool flag);

/* Collective: numbers to all by their rank: all has count of each rank. */
void llr_comm_gather_all(llr_comm_t *comm, const double *mine, int64_t count, double *all);
/* Collective: count numbers of send for each rank; those that the ranks have for this one. */
void llr_comm_exchange(llr_comm_t *comm, const double *send, int64_t count, double *receive);
/* Collective: bytes laid out by rank, bounded by start (ranks + 1). All counts fit an int. */
void llr_comm_exchange_bytes(llr_comm_t *comm, const char *send, const int64_t *send_start,
                             char *receive, const int64_t *receive_start);

/* Collective: bytes of rank 0 into the memory that the ranks of each node share; the first rank of
 * a node writes, so a fence is to follow. */
void llr_comm_broadcast_nodes(llr_comm_t *comm, void *bytes, int64_t count);

/* Collective: bytes of memory that the ranks of a node share, zero ranks of it copied; owned by the
 * communicator until it is destroyed. */
llr_code_t llr_comm_share(llr_comm_t *comm, int64_t bytes, void **memory, llr_error_t *error);
/* Collective: what ranks of the node wrote to shared memory is seen by all of them afterwards. */
void llr_comm_fence(llr_comm_t *comm);

/* Collective: count bytes of every rank, by rank, into all (size * count bytes; rank 0 only). */
void llr_comm_gather(llr_comm_t *comm, const void *mine, int64_t count, void *all);

/* A message waiting here, if any: its sender, tag and size. Not collective. */
bool llr_comm_probe(llr_comm_t *comm, int *from, llr_tag_t *tag, int64_t *count);
void llr_comm_receive(llr_comm_t *comm, int from, llr_tag_t tag, void *bytes, int64_t count);
void llr_comm_send(llr_comm_t *comm, int to, llr_tag_t tag, const void *bytes, int64_t count);

#endif
