/* Our side of the race, as a server: prepares one dataset, then answers one line on standard input
 * by one line on standard output.
 *
 *   bench_unit made DIM DECAY CLASSES FOLDER | bench_unit file PATH FOLDER
 *
 * FOLDER receives the arrays for the other side. Commands:
 *   machine                          versions, BLAS kernel, dgemm rate in GFLOP/s
 *   task LOSS TOLERANCE SEEDS SIZES  lays a task out; answers exponents and lambdas
 *   rows N SEED                      row numbers of a unit's subsample
 *   unit N SEED                      times a unit; answers CPU seconds, the optima, and operations
 *                                    and time of each phase and kernel
 * An answer is a list of key=value. A failure is told on standard error and ends the program. */
#include "base/clock.h"
#include "bench_task.h"
#include "build_facts.h"
#include "linalg/blas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GEMM_SIZE = 1024, GEMM_RUNS = 7 };

static bench_data_t data;
static bench_task_t task;

/* Answers ------------------------------------------------------------------------------------ */

static void print_list(const char *key, const double *value, int64_t count)
{
    for (int64_t i = 0; i < count; i++) printf("%s%.17g", i ? "," : key, value[i]);
}

/* The best of some products of two square matrices. */
static double measure_gemm(double *memory)
{
    enum { N = GEMM_SIZE };
    double best = 0;
    for (int64_t i = 0; i < 3 * N * N; i++) memory[i] = 1e-3 * (double)(i % 1013);
    for (int run = 0; run < GEMM_RUNS; run++) {
        double before = llr_clock_cpu_seconds();
        llr_gemm(false, false, N, N, N, 1, memory, N, memory + N * N, N, 0, memory + 2 * N * N, N);
        double rate = 2e-9 * N * N * N / (llr_clock_cpu_seconds() - before);
        best = rate > best ? rate : best;
    }
    return best;
}

static llr_code_t answer_machine(llr_error_t *error)
{
    double *memory = llr_alloc(3 * GEMM_SIZE * GEMM_SIZE, sizeof *memory);
    if (!memory) return llr_fail_memory(error, GEMM_SIZE, "three matrices");
    printf("version=%s git=%s build=%s kernel=%s dgemm=%.1f compiler=", LLR_VERSION, LLR_GIT,
           LLR_BUILD_TYPE, llr_blas_kernel(), measure_gemm(memory));
    for (const char *c = LLR_COMPILER; *c; c++) putchar(*c == ' ' ? '-' : *c);
    printf(" blas=");
    for (const char *c = llr_blas_version(); *c; c++) putchar(*c == ' ' ? '-' : *c);
    free(memory);
    return LLR_OK;
}

static llr_code_t answer_task(char *const *word, llr_error_t *error)
{
    bench_task_destroy(&task);
    LLR_TRY(bench_task_create(&task, &data, word[1], word[2], word[4], word[3], error));
    print_list("exponents=", task.job.exponent, task.job.exponents);
    print_list(" lambdas=", task.job.lambda, task.job.lambdas);
    return LLR_OK;
}

static llr_code_t answer_rows(int64_t unit, llr_error_t *error)
{
    int64_t n = task.grid.unit[unit].n, *row = llr_alloc(n, sizeof *row);
    if (!row) return llr_fail_memory(error, n, "row numbers");
    llr_code_t code = bench_task_rows(&task, unit, row, error);
    for (int64_t i = 0; code == LLR_OK && i < n; i++)
        printf("%s%lld", i ? "," : "rows=", (long long)row[i]);
    free(row);
    return code;
}

/* The optima are those of the whole unit; accuracy is the mean balanced test accuracy. */
static void print_optima(void)
{
    double accuracy = 0;
    int64_t converged = 0;
    for (int64_t f = 0; f < task.fits; f++) {
        const llr_row_t *row = &task.block.row[f];
        converged += row->fit.status == LLR_FIT_CONVERGED;
        accuracy += llr_row_summary(row, &task.dataset.facts, LLR_SPLIT_TEST).balanced;
    }
    printf("fits=%lld converged=%lld accuracy=%.17g", (long long)task.fits, (long long)converged,
           accuracy / (double)task.fits);
    for (int64_t f = 0; f < task.fits; f++)
        printf("%s%.17g", f ? "," : " objectives=", task.block.row[f].fit.objective);
}

/* Value: calls,CPU seconds,flops. */
static void print_meter(const char *key, const char *kernel, const bench_meter_t *meter)
{
    printf(" %s%s%s=%lld,%.9g,%.9g", key, kernel ? "/" : "", kernel ? kernel : "",
           (long long)meter->calls, meter->seconds, meter->flops);
}

static llr_code_t answer_unit(int64_t unit, llr_error_t *error)
{
    bench_meters_t meters;
    bench_times_t times;
    LLR_TRY(bench_task_time(&task, unit, &meters, &times, error));
    printf("fit=%.9g sweep=%.9g ", times.fit, times.sweep);
    print_optima();
    for (int p = 0; p < BENCH_PHASES; p++) {
        const bench_meter_t *phase = &meters.phase[p];
        print_meter(phase->name, NULL, phase);
        for (int k = 0; k < meters.kernels[p]; k++)
            print_meter(phase->name, meters.kernel[p][k].name, &meters.kernel[p][k]);
    }
    return LLR_OK;
}

/* Commands ----------------------------------------------------------------------------------- */

typedef struct command {
    const char *name;
    int words; /* itself included */
    llr_code_t (*on_unit)(int64_t unit, llr_error_t *error);
} command_t;

static llr_code_t answer_on_unit(const command_t *command, char *const *word, llr_error_t *error)
{
    int64_t n, seed, unit;
    if (!llr_text_to_int64(word[1], &n) || !llr_text_to_int64(word[2], &seed))
        return llr_fail(error, LLR_INVALID, "%s: N and SEED are whole numbers", word[0]);
    LLR_TRY(bench_task_find(&task, n, seed, &unit, error));
    return command->on_unit(unit, error);
}

static llr_code_t answer(int words, char *const *word, llr_error_t *error)
{
    static const command_t commands[] = {{"machine", 1, NULL},
                                         {"task", 5, NULL},
                                         {"rows", 3, answer_rows},
                                         {"unit", 3, answer_unit}};
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
        const command_t *command = &commands[c];
        if (!words || strcmp(command->name, word[0]) || command->words != words) continue;
        if (command->on_unit) return answer_on_unit(command, word, error);
        return words == 1 ? answer_machine(error) : answer_task(word, error);
    }
    return llr_fail(error, LLR_INVALID,
                    "no command of %d words `%s`; there are machine, task, rows, unit", words,
                    words ? word[0] : "");
}

static int split(char *line, char **word, int most)
{
    int words = 0;
    for (char *next = strtok(line, " \n"); next && words < most; next = strtok(NULL, " \n"))
        word[words++] = next;
    return words;
}

static llr_code_t serve(llr_error_t *error)
{
    char *line = NULL, *word[8];
    size_t room = 0;
    llr_code_t code = LLR_OK;
    while (code == LLR_OK && getline(&line, &room, stdin) > 0) {
        code = answer(split(line, word, 8), word, error);
        putchar('\n');
        fflush(stdout);
    }
    free(line);
    return code;
}

static llr_code_t prepare(int count, char **word, llr_error_t *error)
{
    int64_t dim, classes;
    double decay;
    if (count == 4 && !strcmp(word[1], "file")) {
        LLR_TRY(bench_data_read(&data, word[2], error));
        return bench_data_write(&data, word[3], error);
    }
    if (count == 6 && !strcmp(word[1], "made") && llr_text_to_int64(word[2], &dim) &&
        llr_text_to_double(word[3], &decay) && llr_text_to_int64(word[4], &classes)) {
        LLR_TRY(bench_data_make(&data, dim, decay, (int32_t)classes, error));
        return bench_data_write(&data, word[5], error);
    }
    return llr_fail(error, LLR_INVALID,
                    "usage: bench_unit made DIM DECAY CLASSES FOLDER | file PATH FOLDER");
}

int main(int count, char **word)
{
    llr_error_t error = {0};
    llr_blas_begin(word);
    llr_blas_set_threads(1);
    llr_code_t code = prepare(count, word, &error);
    if (code == LLR_OK) code = serve(&error);
    if (code != LLR_OK) fprintf(stderr, "bench_unit: %s\n", error.text);
    bench_task_destroy(&task);
    bench_data_destroy(&data);
    return (int)code;
}
