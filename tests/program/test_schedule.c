/* The scheduler alone, with units that do nothing, on many more ranks than cores: mpirun -n 64. */
#include "dummy_schedule.h"
#include "suite.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static llr_comm_t *comm;

static bool is_first(void)
{
    return llr_comm_rank(comm) == 0;
}

/* All ranks: units that were solved anywhere. */
static int64_t solved_by_all(const dummy_t *dummy)
{
    int64_t all = 0;
    MPI_Allreduce(&dummy->solved, &all, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    return all;
}

static void check_each_once(const dummy_t *dummy)
{
    int64_t wrong = 0;
    for (int64_t u = 0; is_first() && u < dummy->units; u++) wrong += dummy->kept[u] != 1;
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(solved_by_all(dummy), dummy->units);
}

/* Fewer units than ranks, as many, short ones in batches, long ones one by one. */
static void every_unit_is_done_once(void)
{
    static const struct {
        int64_t units;
        double cost;
    } world[] = {{0, 1}, {1, 1}, {5, 0}, {63, 1}, {64, 1}, {65, 0}, {1000, 1}, {20000, 1e-6}};
    for (size_t w = 0; w < sizeof world / sizeof *world; w++) {
        dummy_t dummy;
        llr_error_t error = {0};
        dummy_create(&dummy, comm, world[w].units, world[w].cost);
        CU_ASSERT_EQUAL(dummy_run(&dummy, &error), LLR_OK);
        check_each_once(&dummy);
        dummy_destroy(&dummy);
    }
}

/* From 64 ranks on rank 0 only serves. */
static void rank_0_works_where_it_should(void)
{
    dummy_t dummy;
    llr_error_t error = {0};
    dummy_create(&dummy, comm, 500, 1);
    dummy.wait = 1e-3;
    CU_ASSERT_EQUAL(dummy_run(&dummy, &error), LLR_OK);
    check_each_once(&dummy);
    if (is_first()) CU_ASSERT_EQUAL(dummy.solved > 0, llr_comm_size(comm) < 64);
    dummy_destroy(&dummy);
}

static void a_stop_ends_it_in_order(void)
{
    dummy_t dummy;
    llr_error_t error = {0};
    int64_t kept = 0;
    dummy_create(&dummy, comm, 100000, 1);
    dummy.wait = 1e-3;
    dummy.stops = 99500;
    CU_ASSERT_EQUAL(dummy_run(&dummy, &error), LLR_STOPPED);
    for (int64_t u = 0; u < dummy.units; u++) kept += dummy.kept[u];
    int64_t solved = solved_by_all(&dummy);
    if (is_first()) CU_ASSERT_EQUAL(kept, solved); /* nothing solved is lost */
    if (is_first()) CU_ASSERT_TRUE(kept > 0 && kept < dummy.units);
    dummy_destroy(&dummy);
}

/* The message names the rank that failed, and its host, on every rank. */
static void a_failure_names_rank_and_host(void)
{
    dummy_t dummy;
    llr_error_t error = {0};
    char host[64] = "", wanted[128];
    int mine = -1, failed;
    dummy_create(&dummy, comm, 100000, 1);
    dummy.wait = 1e-3;
    dummy.fails = 99990 % llr_comm_size(comm) ? 99990 : 99991;
    CU_ASSERT_EQUAL(dummy_run(&dummy, &error), LLR_FAILED);
    sscanf(error.text, "rank %d on ", &mine);
    MPI_Allreduce(&mine, &failed, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    CU_ASSERT_EQUAL(mine, failed);
    gethostname(host, sizeof host - 1);
    snprintf(wanted, sizeof wanted, "rank %d on %s: unit %lld", failed, host,
             (long long)dummy.fails);
    CU_ASSERT_STRING_EQUAL(error.text, wanted);
    if (llr_comm_size(comm) >= 64) CU_ASSERT_TRUE(failed > 0);
    dummy_destroy(&dummy);
}

int main(int count, char **words)
{
    static const llr_test_t tests[] = {
        {"every unit is done once", every_unit_is_done_once},
        {"rank 0 works where it should", rank_0_works_where_it_should},
        {"a stop ends it in order", a_stop_ends_it_in_order},
        {"a failure names rank and host", a_failure_names_rank_and_host},
    };
    llr_error_t error = {0};
    MPI_Comm world = MPI_COMM_WORLD;
    MPI_Init(&count, &words);
    if (llr_comm_create(&comm, &world, &error) != LLR_OK) return 2;
    if (!is_first() && !freopen("/dev/null", "w", stdout)) return 2;
    int bad = LLR_RUN_SUITE("schedule", tests), all;
    MPI_Allreduce(&bad, &all, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    llr_comm_destroy(&comm);
    MPI_Finalize();
    return all;
}
