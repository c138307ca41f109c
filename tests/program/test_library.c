/* The public interface on the ranks of a communicator; every rank runs all tests: mpirun -n 3 or
 * more. */
#include "suite.h"

#include "llr/sweep.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 600, DIM = 4 };

static int rank, ranks;
static double features[ROWS][DIM];
static int32_t labels[ROWS];
static int8_t splits[ROWS];

/* Two classes, 5 : 1, of numbers without pattern. */
static void fill_toy(void)
{
    unsigned state = 1;
    for (int i = 0; i < ROWS; i++) {
        labels[i] = i % 6 == 0;
        splits[i] = (int8_t)(i / 6 % 3);
        for (int j = 0; j < DIM; j++) {
            state = state * 1664525u + 1013904223u;
            features[i][j] = state / 4294967296.0 + 0.3 * labels[i];
        }
    }
}

static llr_sweep_t *create(const char *sizes)
{
    llr_sweep_t *sweep = llr_sweep_create();
    CU_ASSERT_PTR_NOT_NULL_FATAL(sweep);
    llr_sweep_add_arrays(sweep, "toy", &features[0][0], ROWS, DIM, labels, NULL, splits);
    llr_sweep_set(sweep, "losses", "[square, logistic]");
    llr_sweep_set(sweep, "sizes", sizes);
    return sweep;
}

/* Did it end so here, saying this? */
static bool ended(llr_sweep_t *sweep, const MPI_Comm *comm, llr_code_t wanted, const char *text)
{
    llr_code_t code = llr_sweep_run(sweep, comm);
    bool good = code == wanted && strstr(llr_sweep_error(sweep), text);
    if (!good)
        fprintf(stderr, "rank %d: wanted %d and `%s`, got %d and `%s`\n", rank, wanted, text, code,
                llr_sweep_error(sweep));
    return good;
}

static void the_table_is_the_same_for_any_ranks(void)
{
    MPI_Comm world = MPI_COMM_WORLD;
    llr_sweep_t *together = create("[48, 90]"), *alone = create("[48, 90]");
    CU_ASSERT_TRUE(ended(together, &world, LLR_OK, ""));
    CU_ASSERT_TRUE(ended(alone, NULL, LLR_OK, ""));
    CU_ASSERT_EQUAL(strlen(llr_sweep_digest(alone)), 32);
    CU_ASSERT_STRING_EQUAL(llr_sweep_digest(together), llr_sweep_digest(alone));
    CU_ASSERT_EQUAL(llr_sweep_rows(together), rank ? 0 : llr_sweep_rows(alone));
    int helped = 0;
    for (int64_t r = 0; r < llr_sweep_rows(together); r++) {
        CU_ASSERT_EQUAL(llr_sweep_number(together, r, "objective"),
                        llr_sweep_number(alone, r, "objective"));
        helped += llr_sweep_number(together, r, "rank_id") > 0;
    }
    CU_ASSERT_TRUE(rank || helped);
    llr_sweep_destroy(together);
    llr_sweep_destroy(alone);
}

/* Halves of the world at different jobs, at the same time. */
static void communicators_do_not_meet(void)
{
    MPI_Comm half;
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, -rank, &half);
    const char *sizes = rank % 2 ? "[30, 60, 90]" : "[36, 66]";
    llr_sweep_t *together = create(sizes), *alone = create(sizes);
    CU_ASSERT_TRUE(ended(together, &half, LLR_OK, ""));
    CU_ASSERT_TRUE(ended(alone, NULL, LLR_OK, ""));
    CU_ASSERT_STRING_EQUAL(llr_sweep_digest(together), llr_sweep_digest(alone));
    CU_ASSERT_EQUAL(llr_sweep_rows(together) > 0, rank >= ranks - 2);
    llr_sweep_destroy(together);
    llr_sweep_destroy(alone);
    MPI_Comm_free(&half);
}

static void jobs_that_differ_are_refused(void)
{
    MPI_Comm world = MPI_COMM_WORLD;
    const char *refusal = "rank 1 was given another job, or other arrays, than rank 0";
    llr_sweep_t *sweep = create(rank == 1 ? "[48]" : "[54]");
    CU_ASSERT_TRUE(ended(sweep, &world, LLR_INVALID, refusal));
    llr_sweep_destroy(sweep);

    sweep = create("[48]");
    features[7][2] += rank == 1;
    CU_ASSERT_TRUE(ended(sweep, &world, LLR_INVALID, refusal));
    llr_sweep_destroy(sweep);
    fill_toy();
}

static void a_mistake_of_one_rank_is_known_to_all(void)
{
    MPI_Comm world = MPI_COMM_WORLD;
    llr_sweep_t *sweep = create("[48]");
    if (rank == 2) llr_sweep_set(sweep, "seed", "1");
    CU_ASSERT_TRUE(ended(sweep, &world, LLR_INVALID, "unknown key `seed`"));
    llr_sweep_destroy(sweep);

    sweep = create(rank == 2 ? "[0]" : "[48]");
    CU_ASSERT_TRUE(ended(sweep, &world, LLR_INVALID, "sizes: 0 is out of range"));
    llr_sweep_destroy(sweep);
}

static void any_rank_may_ask_for_a_stop(void)
{
    MPI_Comm world = MPI_COMM_WORLD;
    llr_sweep_t *sweep = create("[48, 90]");
    llr_sweep_set(sweep, "seeds", "{count: 4000}");
    if (rank == ranks - 1) llr_sweep_stop(sweep);
    CU_ASSERT_TRUE(ended(sweep, &world, LLR_STOPPED, "of 16000 units are done"));
    CU_ASSERT_STRING_EQUAL(llr_sweep_digest(sweep), "");
    llr_sweep_set(sweep, "seeds", "{count: 2}"); /* the request is used up */
    CU_ASSERT_TRUE(ended(sweep, &world, LLR_OK, ""));
    llr_sweep_destroy(sweep);
}

int main(int count, char **words)
{
    static const llr_test_t tests[] = {
        {"the table is the same for any ranks", the_table_is_the_same_for_any_ranks},
        {"communicators do not meet", communicators_do_not_meet},
        {"jobs that differ are refused", jobs_that_differ_are_refused},
        {"a mistake of one rank is known to all", a_mistake_of_one_rank_is_known_to_all},
        {"any rank may ask for a stop", any_rank_may_ask_for_a_stop},
    };
    MPI_Init(&count, &words);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    fill_toy();
    int bad = ranks < 3 || LLR_RUN_SUITE("library", tests);
    MPI_Finalize();
    return bad;
}
