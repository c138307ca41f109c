/* Stands before MPI in a program's ranks (LD_PRELOAD): counts the collective reads of a rank into
 * the file $LLR_PROBE.<rank>, and lets those of rank $LLR_PROBE_FAILS fail. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int reads;

int MPI_File_read_at_all(MPI_File file, MPI_Offset offset, void *out, int count, MPI_Datatype type,
                         MPI_Status *status)
{
    const char *fails = getenv("LLR_PROBE_FAILS");
    int rank, code = PMPI_File_read_at_all(file, offset, out, count, type, status);
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    reads++;
    return fails && atoi(fails) == rank ? MPI_ERR_IO : code;
}

int MPI_Finalize(void)
{
    char path[4096];
    int rank;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    snprintf(path, sizeof path, "%s.%d", getenv("LLR_PROBE"), rank);
    FILE *file = fopen(path, "w");
    if (file) fprintf(file, "%d\n", reads);
    if (file) fclose(file);
    return PMPI_Finalize();
}
