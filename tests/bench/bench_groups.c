/* What groups of ranks give (docs/bench.md): a square-loss unit by one rank and by all ranks of the
 * run together, and the rate at which they read a dataset in slices.
 *
 *     bench_groups solve D N PATHS LAMBDAS [df]     under mpirun
 *     bench_groups read FILE ROWS D [LAYOUT]        under mpirun; FILE is made where it is missing:
 *                                                   contiguous, chunked or gzip
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/blas.h"
#include "model/solve_team.h"
#include "par/slices.h"

#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static llr_group_t group;
static llr_error_t error;
static int rank, ranks;

static void fail(const char *what)
{
    fprintf(stderr, "bench_groups: %s: %s\n", what, error.text);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static void end_run(const llr_error_t *failure)
{
    error = *failure;
    fail("reading");
}

/* Waits for all; those who come early leave the cores alone. */
static void meet(void)
{
    char nothing = 0;
    llr_comm_any(group.comm, false);
    llr_comm_announce(group.comm, &nothing, 1);
}

/* Solving ---------------------------------------------------------------------------------- */

typedef struct problem {
    int64_t dim, rows, paths, lambdas;
    bool df;
    double weight[16][2], lambda[64];
    llr_path_t path[16];
    int64_t start[3];
    int32_t class_of[2];
} problem_t;

static problem_t problem_of(char **word, int words)
{
    problem_t p = {.dim = atoll(word[0]),
                   .rows = atoll(word[1]),
                   .paths = atoll(word[2]),
                   .lambdas = atoll(word[3]),
                   .df = words > 4,
                   .class_of = {0, 1}};
    p.start[1] = p.rows * 8 / 10;
    p.start[2] = p.rows;
    return p;
}

/* Exponents from 0 up, strengths from 1 down by halves. */
static void list_paths(problem_t *p)
{
    for (int64_t l = 0; l < p->lambdas; l++) p->lambda[l] = 1 / (double)(1ll << l);
    for (int64_t i = 0; i < p->paths; i++) {
        double rho = (double)(1ll << i), mean = 0.8 + 0.2 * rho;
        p->weight[i][0] = 1 / mean;
        p->weight[i][1] = rho / mean;
        p->path[i] = (llr_path_t){p->weight[i], p->lambda, p->lambdas};
    }
}

static void draw(int64_t count, int64_t seed, double *x)
{
    llr_random_t random = llr_random_stream((llr_hash_t){1, 2}, LLR_PURPOSE_SYNTHETIC_ROW, seed, 0);
    llr_random_normal(&random, x, count);
}

static double gemm_rate(void)
{
    enum { SIZE = 1536, TURNS = 3 };
    double *a = llr_alloc(3 * SIZE * SIZE, sizeof *a), best = 1e9;
    draw(2 * SIZE * SIZE, 1, a);
    for (int t = 0; t < TURNS; t++) {
        meet();
        double begun = llr_clock_cpu_seconds();
        llr_gemm(false, true, SIZE, SIZE, SIZE, 1, a, SIZE, a + SIZE * SIZE, SIZE, 0,
                 a + 2 * SIZE * SIZE, SIZE);
        double taken = llr_clock_cpu_seconds() - begun;
        if (taken < best) best = taken;
    }
    free(a);
    return 2.0 * SIZE * SIZE * SIZE / best;
}

static llr_solutions_t take_solutions(const problem_t *p, llr_fit_t *fit)
{
    int64_t fits = p->paths * p->lambdas;
    return (llr_solutions_t){.fits = fits,
                             .columns = 1,
                             .fit = fit,
                             .theta = llr_alloc(fits * p->dim, sizeof(double)),
                             .b = llr_alloc(fits, sizeof(double))};
}

static llr_solve_shape_t shape_of(const problem_t *p)
{
    return (llr_solve_shape_t){.loss = LLR_LOSS_SQUARE,
                               .rows = p->rows,
                               .dim = p->dim,
                               .strata = 2,
                               .classes = 2,
                               .paths = p->paths,
                               .fits = p->paths * p->lambdas,
                               .leaves_df = !p->df};
}

typedef struct taken {
    double wall, cpu;
    int64_t bytes;
} taken_t;

/* together: rows are dealt, and all solve; else rank 0 alone. */
static taken_t solve(problem_t *p, bool together, llr_fit_t *fit)
{
    const llr_team_t *team = llr_dist_team(group.dist);
    llr_deal_t deal = llr_team_deal(team, p->rows);
    llr_solve_shape_t shape = shape_of(p);
    llr_solve_options_t options = {.tolerance = 1e-8, .max_iterations = 100, .leaves_df = !p->df};
    llr_solutions_t out = take_solutions(p, fit);
    int64_t here = together ? llr_deal_count(deal, rank) : p->rows;
    int64_t bytes = together ? llr_solve_team_bytes(&shape, ranks) : llr_solve_bytes(&shape);
    int64_t start[3] = {0, p->start[1], p->start[2]};
    llr_arena_t arena;
    if (llr_arena_create(&arena, bytes, &error)) fail("memory");
    double *x = llr_alloc(here * p->dim, sizeof *x);
    draw(here * p->dim, together ? rank : 0, x);
    for (int s = 0; together && s < 3; s++) start[s] = llr_deal_below(deal, rank, p->start[s]);
    llr_sample_t local = {x, here, p->dim, 2, 2, start, p->class_of};
    llr_team_sample_t dealt = {local, p->rows};
    if (together) meet();
    double wall = llr_clock_seconds(), cpu = llr_clock_cpu_seconds();
    llr_code_t code = together ? llr_solve_team(LLR_LOSS_SQUARE, &dealt, p->path, p->paths,
                                                &options, &out, team, &arena, &error)
                               : llr_solve(LLR_LOSS_SQUARE, &local, p->path, p->paths, &options,
                                           &out, &arena, &error);
    if (code != LLR_OK) fail("solve");
    taken_t taken = {llr_clock_seconds() - wall, llr_clock_cpu_seconds() - cpu,
                     arena.peak + here * p->dim * (int64_t)sizeof *x};
    llr_arena_destroy(&arena);
    free(x);
    free(out.theta);
    free(out.b);
    return taken;
}

static void bench_solve(char **word, int words)
{
    static llr_fit_t fit[1024];
    problem_t p = problem_of(word, words);
    list_paths(&p);
    double rate = gemm_rate(), d = (double)p.dim;
    taken_t one = {0}, many;
    if (rank == 0) one = solve(&p, false, fit);
    meet();
    many = solve(&p, true, fit);
    /* The triangle of the class matrices and the factor that shows the rank; a factor a fit, with
     * df its inverse, or for many fits a reduction a weighting. */
    double thirds = fmin((double)p.lambdas * (p.df ? 2 : 1), 4) * (double)p.paths + 1;
    double flops = (double)p.rows * d * d + thirds * d * d * d / 3;
    if (rank) return;
    printf("square loss, d = %lld, n = %lld, %lld weightings x %lld lambdas%s, kernel %s\n",
           (long long)p.dim, (long long)p.rows, (long long)p.paths, (long long)p.lambdas,
           p.df ? ", df" : "", llr_blas_kernel());
    printf("  GEMM of a rank, all at once  %8.1f GFLOP/s\n", rate / 1e9);
    printf("  1 rank    %8.2f s, CPU %8.2f s, %7.1f MiB\n", one.wall, one.cpu,
           (double)one.bytes / 0x1p20);
    printf("  %d ranks   %8.2f s, CPU %8.2f s, %7.1f MiB a rank\n", ranks, many.wall, many.cpu,
           (double)many.bytes / 0x1p20);
    printf("  ratio     %8.2f    CPU %8.2f    memory %.2f (of 1/%d: %.2f)\n", many.wall / one.wall,
           many.cpu / one.cpu, (double)many.bytes / (double)one.bytes, ranks,
           ranks * (double)many.bytes / (double)one.bytes);
    printf("  share of the GEMM rate  %.0f %% by wall, %.0f %% by CPU\n",
           100 * flops / many.wall / rate / ranks, 100 * flops / many.cpu / rate / ranks);
}

/* Reading ---------------------------------------------------------------------------------- */

/* How the features are stored; lists are contiguous. */
static void add(hid_t file, const char *name, int dims, const hsize_t *extent, hid_t type,
                const void *data, const char *layout)
{
    hid_t space = H5Screate_simple(dims, extent, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[2] = {1024, extent[dims - 1]};
    if (strcmp(layout, "contiguous")) H5Pset_chunk(list, 2, chunk);
    if (!strcmp(layout, "gzip")) H5Pset_deflate(list, 1);
    hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    if (H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) fail("writing the dataset");
    H5Dclose(set);
    H5Pclose(list);
    H5Sclose(space);
}

static void write_dataset(const char *path, int64_t rows, int64_t dim, const char *layout)
{
    hsize_t extent[2] = {(hsize_t)rows, (hsize_t)dim};
    float *x = llr_alloc(rows * dim, sizeof *x);
    int *label = llr_alloc(rows, sizeof *label), *split = llr_alloc(rows, sizeof *split);
    if (!x || !label || !split) fail("memory");
    for (int64_t i = 0; i < rows * dim; i++) x[i] = (float)(i % 1009) / 1009;
    for (int64_t i = 0; i < rows; i++) label[i] = (int)(i % 2), split[i] = (int)(3 * i / rows);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    add(file, "features", 2, extent, H5T_NATIVE_FLOAT, x, layout);
    add(file, "labels", 1, extent, H5T_NATIVE_INT, label, "contiguous");
    add(file, "split", 1, extent, H5T_NATIVE_INT, split, "contiguous");
    H5Fclose(file);
    free(x);
    free(label);
    free(split);
}

/* Every rank its part of the file's bytes, with nothing in between. */
static void read_plainly(const char *path)
{
    enum { PIECE = 16 << 20 };
    struct stat entry;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &entry)) fail("plain reading");
    int64_t first = entry.st_size * rank / ranks, end = entry.st_size * (rank + 1) / ranks;
    char *memory = llr_alloc(end - first, 1);
    if (!memory) fail("memory");
    for (int64_t at = first; at < end;) {
        size_t piece = (size_t)(end - at < PIECE ? end - at : PIECE);
        ssize_t got = pread(file, memory + (at - first), piece, at);
        if (got <= 0) fail("plain reading");
        at += got;
    }
    free(memory);
    close(file);
}

/* As a run does. */
static void read_together(const char *path)
{
    llr_source_t source;
    llr_catalog_t catalog = {.sources = 1, .source = &source};
    llr_slices_t slices;
    if (llr_source_open_h5(&source, path, &error)) fail("opening");
    if (llr_slices_create(&slices, &group, &catalog, &error)) fail("slices");
    if (llr_slices_read(&slices, 0, &error)) fail("reading");
    llr_slices_destroy(&slices);
    llr_source_close(&source);
}

/* The same rows, block by block, without the others. */
static void read_alone(const char *path)
{
    llr_source_t source;
    if (llr_source_open_h5(&source, path, &error)) fail("opening");
    llr_deal_t deal = llr_slices_deal(&source, ranks);
    int64_t bytes = source.dim * llr_dtype_size(source.type), mine = llr_deal_count(deal, rank);
    char *memory = llr_alloc(llr_slices_bytes(&source, ranks), 1);
    if (!memory) fail("memory");
    for (int64_t at = 0; at < mine; at += deal.block)
        if (source.read(&source, llr_deal_item(deal, rank, at),
                        at + deal.block < mine ? deal.block : mine - at, memory + at * bytes,
                        &error))
            fail("reading");
    free(memory);
    llr_source_close(&source);
}

typedef struct way {
    const char *name;
    void (*read)(const char *path);
} way_t;

static const way_t ways[] = {{"plain reads of the bytes", read_plainly},
                             {"collective", read_together},
                             {"each rank by itself", read_alone}};
enum { WAYS = 3, TURNS = 5 };

/* Wall seconds of all ranks, and the CPU seconds of all. */
static void meter(const char *path, const way_t *way, double *wall, double *cpu)
{
    meet();
    double begun = llr_clock_seconds(), used = llr_clock_cpu_seconds();
    way->read(path);
    llr_comm_any(group.comm, false);
    *wall = llr_clock_seconds() - begun;
    used = llr_clock_cpu_seconds() - used;
    MPI_Reduce(&used, cpu, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bench_read(char **word, int words)
{
    int64_t rows = atoll(word[1]), dim = atoll(word[2]), bytes = rows * dim * 4;
    const char *path = word[0], *layout = words > 3 ? word[3] : "contiguous";
    double wall[WAYS][TURNS], cpu[WAYS][TURNS];
    if (rank == 0 && access(path, F_OK)) write_dataset(path, rows, dim, layout);
    for (int t = 0; t < TURNS; t++)
        for (int w = 0; w < WAYS; w++) meter(path, &ways[w], &wall[w][t], &cpu[w][t]);
    if (rank) return;
    printf("reading %.2f GB by %d ranks, medians of %d\n", (double)bytes / 1e9, ranks, TURNS);
    for (int w = 0; w < WAYS; w++) {
        qsort(wall[w], TURNS, sizeof **wall, by_size);
        qsort(cpu[w], TURNS, sizeof **cpu, by_size);
        double taken = wall[w][TURNS / 2];
        printf("  %-24s %6.2f s  %6.2f GB/s  %4.0f %% of plain, CPU %.2f s\n", ways[w].name, taken,
               (double)bytes / taken / 1e9, 100 * wall[0][TURNS / 2] / taken, cpu[w][TURNS / 2]);
    }
}

int main(int count, char **word)
{
    llr_comm_t *comm;
    llr_blas_begin(word);
    setenv("OMPI_MCA_io_romio321_priority", "100", 0); /* as the program does */
    MPI_Init(&count, &word);
    MPI_Comm world = MPI_COMM_WORLD;
    MPI_Comm_size(world, &ranks);
    MPI_Comm_rank(world, &rank);
    llr_blas_set_threads(1);
    llr_comm_set_end(end_run);
    bool solves = count >= 6 && !strcmp(word[1], "solve");
    if (!solves && !((count == 5 || count == 6) && !strcmp(word[1], "read")))
        fail("solve D N PATHS LAMBDAS [df], or read FILE ROWS D [LAYOUT]");
    if (llr_comm_create(&comm, &world, &error) || llr_group_create(&group, comm, ranks, &error))
        fail("the group");
    if (solves)
        bench_solve(word + 2, count - 2);
    else
        bench_read(word + 2, count - 2);
    llr_group_destroy(&group);
    llr_comm_destroy(&comm);
    MPI_Finalize();
    return 0;
}
