/* The program: MPI where it runs under a launcher, one command, one line for a failure. */
#include "app/commands.h"
#include "app/help.h"
#include "app/session.h"
#include "app/signals.h"
#include "par/provenance.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_number(const char *name, long least)
{
    const char *value = getenv(name);
    return value && strtol(value, NULL, 10) >= least;
}

static bool is_launched(void)
{
    return has_number("OMPI_COMM_WORLD_SIZE", 1) || has_number("PMI_SIZE", 1) ||
           has_number("SLURM_STEP_NUM_TASKS", 2) || getenv("PMIX_RANK");
}

/* The rank the launcher gave, before MPI is asked. */
static bool is_first(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK",
                                        "SLURM_PROCID"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        if (getenv(names[n])) return !has_number(names[n], 1);
    return true;
}

static void complain(const llr_error_t *error)
{
    if (*error->text) fprintf(stderr, "llrsweep: %s\n", error->text);
}

/* Every rank would be rank 0 of its own: the launcher and the MPI library do not know each other.
 */
static llr_code_t check_launch(int ranks, llr_error_t *error)
{
    if (ranks > 1 || !has_number("SLURM_STEP_NUM_TASKS", 2)) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "srun started %s tasks, but MPI sees one; start with srun --mpi=pmix, or with "
                    "mpirun",
                    getenv("SLURM_STEP_NUM_TASKS"));
}

static llr_code_t run_with_mpi(llr_options_t *options, llr_error_t *error)
{
    int given, ranks, rank;
    MPI_Comm world = MPI_COMM_WORLD;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &given);
    MPI_Comm_size(world, &ranks);
    MPI_Comm_rank(world, &rank);
    options->mpi = &world;
    llr_signals_catch();
    llr_code_t code = check_launch(ranks, error);
    if (code == LLR_OK) code = options->command->run(options, error);
    if (rank == 0 && code != LLR_OK) complain(error);
    fflush(NULL);
    MPI_Finalize();
    /* Only rank 0's code is the job's: a launcher would report other ones as failures of ranks. */
    return code;
}

static llr_code_t run(llr_options_t *options, llr_error_t *error)
{
    bool is_run = options->command->run == llr_command_run;
    if (is_run && is_launched()) return run_with_mpi(options, error);
    if (!is_first()) return LLR_OK;
    if (is_run) llr_signals_catch();
    llr_code_t code = options->command->run(options, error);
    if (code != LLR_OK) complain(error);
    return code;
}

static void print_version(void)
{
    llr_facts_of_run_t facts;
    llr_provenance_build(&facts);
    printf("llrsweep %s\n", facts.value[0]);
    for (int64_t i = 1; i < facts.provenance.count; i++)
        printf("  %-12s %s\n", facts.key[i], facts.value[i]);
    fflush(stdout);
    llr_session_warn_kernel();
}

static llr_code_t answer(const llr_options_t *options, llr_error_t *error)
{
    if (!options->version) return llr_help_print(options->command, error);
    print_version();
    return LLR_OK;
}

int main(int count, char **words)
{
    llr_options_t options;
    llr_error_t error = {0};
    llr_signals_ignore();
    llr_code_t code = llr_options_parse(&options, count, words, &error);
    if (code != LLR_OK) {
        if (is_first()) complain(&error);
    } else if (options.version || options.help) {
        code = is_first() ? answer(&options, &error) : LLR_OK;
        if (code != LLR_OK) complain(&error);
    } else
        code = run(&options, &error);
    llr_options_destroy(&options);
    if (fflush(stdout) && code == LLR_OK) {
        fprintf(stderr, "llrsweep: cannot write to standard output\n");
        code = LLR_FAILED;
    }
    return code;
}
