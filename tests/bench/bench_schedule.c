/* mpirun -n 4 bench_schedule [UNITS]: units a second that the scheduler hands out and takes back,
 * where they do nothing: short ones, which travel in batches, and long ones, one by one. Exit code
 * 1: fewer than 20 000 short ones a second are handed to others than rank 0. */
#include "../program/dummy_schedule.h"

#include <mpi.h>
#include <stdio.h>

/* Units a second; workers: of these, those that others than rank 0 did. */
static double rate(llr_comm_t *comm, int64_t units, double cost, double *workers)
{
    dummy_t dummy;
    llr_error_t error = {0};
    dummy_create(&dummy, comm, units, cost);
    double started = llr_clock_seconds();
    llr_code_t code = dummy_run(&dummy, &error);
    double seconds = llr_clock_seconds() - started;
    *workers = (double)(units - dummy.solved) / seconds;
    dummy_destroy(&dummy);
    if (code != LLR_OK) MPI_Abort(MPI_COMM_WORLD, code);
    return (double)units / seconds;
}

int main(int count, char **words)
{
    const double least = 20000;
    llr_comm_t *comm;
    llr_error_t error = {0};
    MPI_Comm world = MPI_COMM_WORLD;
    MPI_Init(&count, &words);
    int64_t units = count > 1 ? atoll(words[1]) : 200000;
    if (llr_comm_create(&comm, &world, &error) != LLR_OK) MPI_Abort(MPI_COMM_WORLD, 1);
    double sent[2], batches = rate(comm, units, 1e-6, &sent[0]);
    double single = rate(comm, units / 10, 1, &sent[1]);
    if (llr_comm_rank(comm) == 0)
        printf("%d ranks: %.0f short units a second, of them %.0f over messages; %.0f long ones "
               "(%.0f)\n",
               llr_comm_size(comm), batches, sent[0], single, sent[1]);
    llr_comm_broadcast(comm, sent, sizeof sent);
    llr_comm_destroy(&comm);
    MPI_Finalize();
    return sent[0] < least;
}
