/* llrsweep as a library: which class weights serve the worst class of a small imbalanced dataset?
 *
 *   mpicc example.c $(pkg-config --cflags --libs llrsweep) -o example
 *   mpirun -n 4 ./example */
#include <llr/sweep.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 3000, DIM = 20, PARTS = 3 };

static double x[ROWS][DIM];
static int32_t label[ROWS];
static int8_t split[ROWS];

/* Normal by the sum of twelve uniform numbers; the same on every rank. */
static double normal(void)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += rand() / (RAND_MAX + 1.0);
    return sum;
}

/* One row of ten is of class 1, whose mean lies a little along every axis. */
static void make_dataset(void)
{
    srand(1);
    for (int i = 0; i < ROWS; i++) {
        label[i] = i % 10 == 0;
        split[i] = (int8_t)(i / 10 % PARTS); /* pool, validation, test in turn */
        for (int j = 0; j < DIM; j++) x[i][j] = normal() + 0.5 * label[i];
    }
}

static void print_best(const llr_sweep_t *sweep)
{
    int64_t best = 0;
    for (int64_t r = 1; r < llr_sweep_rows(sweep); r++)
        if (llr_sweep_number(sweep, r, "validation_worst_class") >
            llr_sweep_number(sweep, best, "validation_worst_class"))
            best = r;
    printf("best of %d fits: %s\n", (int)llr_sweep_rows(sweep), llr_sweep_text(sweep, best, "key"));
    printf("worst class: validation %.4f, test %.4f\n",
           llr_sweep_number(sweep, best, "validation_worst_class"),
           llr_sweep_number(sweep, best, "test_worst_class"));
}

int main(int count, char **words)
{
    MPI_Init(&count, &words);
    int world_rank, rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
    MPI_Comm mine; /* any communicator will do: here the world, its ranks the other way round */
    MPI_Comm_split(MPI_COMM_WORLD, 0, -world_rank, &mine);
    MPI_Comm_rank(mine, &rank);

    make_dataset();
    llr_sweep_t *sweep = llr_sweep_create();
    llr_sweep_add_arrays(sweep, "toy", &x[0][0], ROWS, DIM, label, NULL, split);
    llr_sweep_set(sweep, "exponents", "{from: 0, to: 2, count: 9}");
    llr_sweep_set(sweep, "sizes", "[100, 400]");
    llr_sweep_set(sweep, "seeds", "{count: 5}");
    llr_code_t code = llr_sweep_run(sweep, &mine);
    if (rank == 0 && code == LLR_OK) print_best(sweep);
    if (rank == 0 && code != LLR_OK) fprintf(stderr, "%s\n", llr_sweep_error(sweep));
    llr_sweep_destroy(sweep);

    MPI_Comm_free(&mine);
    MPI_Finalize();
    return code;
}
