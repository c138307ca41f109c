/* What a file needs to be opened by the ranks of a communicator together (par/comm.h gives it):
 * this floor hands it on, and makes no call of MPI. */
#ifndef LLR_STORE_MPI_IO_H
#define LLR_STORE_MPI_IO_H

typedef struct llr_mpi_io {
    const void *comm;   /* address of the MPI_Comm; NULL: ranks read by themselves */
    const void *info;   /* address of the MPI_Info with hints */
    const char *prefix; /* stands before the path of a file */
} llr_mpi_io_t;

#endif
