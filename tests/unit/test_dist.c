/* The team of a group of ranks: run by mpirun at several sizes. Ranks above 0 stay silent. */
#include "par/comm.h"
#include "par/dist.h"
#include "team_world.h"

#include <mpi.h>
#include <stdio.h>

static llr_comm_t *comm;
static llr_dist_t *dist;
static const llr_team_t *team;

/* Sums are the same bits on all ranks, and those of adding by rank. */
static void check_sum(int64_t count)
{
    double *value = malloc(sizeof *value * (size_t)count), *first;
    first = malloc(sizeof *first * (size_t)count);
    for (int64_t i = 0; i < count; i++) value[i] = 1.0 / (double)(1 + i + 7 * team->rank);
    team->sum(team->argument, value, count);
    int64_t bad = 0;
    for (int64_t i = 0; i < count; i++) {
        double sum = 0;
        for (int r = 0; r < team->size; r++) sum += 1.0 / (double)(1 + i + 7 * r);
        bad += sum != value[i];
    }
    CU_ASSERT_EQUAL(bad, 0);
    memcpy(first, value, sizeof *value * (size_t)count);
    llr_comm_broadcast(comm, first, count * (int64_t)sizeof *first);
    CU_ASSERT_EQUAL(memcmp(first, value, sizeof *value * (size_t)count), 0);
    free(value);
    free(first);
}

static void test_sum(void)
{
    check_sum(1);
    check_sum(600);
    check_sum(100003);
}

/* The place of a failure, named by a group, is not named again by those around it. */
static void test_place(void)
{
    int last = team->size - 1, place = -1, at = 0;
    llr_error_t failure;
    llr_code_t code = team->rank == last ? llr_fail(&failure, LLR_FAILED, "broken") : LLR_OK;
    for (int turn = 0; turn < 2; turn++) code = llr_comm_agree(comm, code, &failure);
    CU_ASSERT_EQUAL(code, LLR_FAILED);
    if (last) CU_ASSERT_EQUAL(sscanf(failure.text, "rank %d on %*[^:]: %n", &place, &at), 1);
    CU_ASSERT_EQUAL(place, last ? last : -1);
    CU_ASSERT_STRING_EQUAL(failure.text + at, "broken");
}

static void test_square(void)
{
    team_check(team, 700, 150, 2, 2, LLR_LOSS_SQUARE, false);
    team_check(team, 640, 257, 3, 4, LLR_LOSS_SQUARE, true);
    team_check(team, 40, 20, 2, 2, LLR_LOSS_SQUARE, false); /* most ranks have nothing */
}

static void test_square_wide(void)
{
    team_check(team, 300, 350, 2, 2, LLR_LOSS_SQUARE, false);
    team_check(team, 200, 500, 3, 4, LLR_LOSS_SQUARE, true);
    team_check(team, 30, 300, 2, 2, LLR_LOSS_SQUARE, false);
    team_check(team, 6, 9, 2, 2, LLR_LOSS_SQUARE, false);
}

static void test_logistic(void)
{
    team_check(team, 600, 130, 2, 2, LLR_LOSS_LOGISTIC, false);
    team_check(team, 200, 300, 2, 4, LLR_LOSS_LOGISTIC, true);
}

static void test_softmax(void)
{
    team_check(team, 600, 100, 4, 5, LLR_LOSS_LOGISTIC, false);
    team_check(team, 150, 200, 3, 3, LLR_LOSS_LOGISTIC, true);
}

/* The same bits again, and on all ranks. */
static void check_repeats(llr_loss_t loss)
{
    static const double lambda[] = {0.1, 1e-3};
    world_t world = world_create(500, 200, 2, 2, 5);
    llr_solve_options_t options = {.tolerance = 1e-10, .max_iterations = 1000};
    llr_path_t path[2] = {{world.weight[0], lambda, 2}, {world.weight[1], lambda, 2}};
    size_t bytes = sizeof(double) * 4 * 200;
    team_weigh(&world);
    outcome_t once = team_solve(team, &world, loss, path, 2, &options);
    outcome_t again = team_solve(team, &world, loss, path, 2, &options);
    CU_ASSERT_EQUAL(memcmp(once.theta, again.theta, bytes), 0);
    CU_ASSERT_EQUAL(memcmp(once.fit, again.fit, sizeof(llr_fit_t) * 4), 0);
    llr_comm_broadcast(comm, again.theta, (int64_t)bytes);
    CU_ASSERT_EQUAL(memcmp(once.theta, again.theta, bytes), 0);
    outcome_destroy(&once);
    outcome_destroy(&again);
    world_destroy(&world);
}

static void test_repeats(void)
{
    check_repeats(LLR_LOSS_SQUARE);
    check_repeats(LLR_LOSS_LOGISTIC);
}

static int run(void)
{
    static const llr_test_t tests[] = {{"sums", test_sum},
                                       {"a failure names its place once", test_place},
                                       {"square loss", test_square},
                                       {"square loss, fewer rows than columns", test_square_wide},
                                       {"logistic loss of two classes", test_logistic},
                                       {"softmax", test_softmax},
                                       {"the same bits again", test_repeats}};
    if (team->rank && !freopen("/dev/null", "w", stdout)) return 1;
    return LLR_RUN_SUITE("dist", tests);
}

int main(int count, char **arguments)
{
    llr_error_t error;
    MPI_Init(&count, &arguments);
    MPI_Comm world = MPI_COMM_WORLD;
    int bad = llr_comm_create(&comm, &world, &error) != LLR_OK ||
              llr_dist_create(&dist, comm, &error) != LLR_OK;
    team = bad ? NULL : llr_dist_team(dist);
    bad = llr_comm_any(comm, bad || run());
    llr_dist_destroy(&dist);
    llr_comm_destroy(&comm);
    MPI_Finalize();
    return bad;
}
