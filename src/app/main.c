/* The program: MPI where it runs under a launcher, one command, one line for a failure. */
#include "app/commands.h"
#include "app/help.h"
#include "app/launch.h"
#include "app/session.h"
#include "app/signals.h"
#include "linalg/blas.h"
#include "par/comm.h"
#include "par/provenance.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain(const llr_error_t *error)
{
    if (*error->text) fprintf(stderr, "llrsweep: %s\n", error->text);
}

/* Open MPI ends a task that srun started and nobody joins with a page of its own, so it is not
 * asked. Other libraries may have ways that the environment does not show. */
static llr_code_t check_before_mpi(const llr_launch_t *launch, llr_error_t *error)
{
#ifdef OPEN_MPI
    return llr_launch_check(launch, 0, error);
#else
    (void)launch, (void)error;
    return LLR_OK;
#endif
}

/* For ranks that can no longer be brought to agree. */
static void end_run(const llr_error_t *error)
{
    complain(error);
    fflush(NULL);
    MPI_Abort(MPI_COMM_WORLD, (int)error->code);
}

/* Of Open MPI's two ways to read files together the second: with the first ranks of a group would
 * read by themselves (see llr_comm_mpi_io). What the user has set stays. */
static void prefer_romio(void)
{
    setenv("OMPI_MCA_io_romio314_priority", "100", 0);
    setenv("OMPI_MCA_io_romio321_priority", "100", 0);
    setenv("OMPI_MCA_io_romio341_priority", "100", 0);
}

static llr_code_t run_with_mpi(llr_options_t *options, const llr_launch_t *launch,
                               llr_error_t *error)
{
    int given, ranks, rank;
    MPI_Comm world = MPI_COMM_WORLD;
    prefer_romio();
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &given);
    llr_comm_set_end(end_run);
    MPI_Comm_size(world, &ranks);
    MPI_Comm_rank(world, &rank);
    options->mpi = &world;
    llr_signals_catch(); /* once more: starting MPI may have changed it */
    llr_code_t code = llr_launch_check(launch, ranks, error);
    bool speaks = code == LLR_OK ? rank == 0 : launch->first;
    if (code == LLR_OK) code = options->command->run(options, error);
    if (speaks && code != LLR_OK) complain(error);
    fflush(NULL);
    MPI_Finalize();
    /* Only rank 0's code is the job's: mpirun kills all ranks once one fails, maybe before the line
     * of rank 0 is out. */
    return rank == 0 ? code : LLR_OK;
}

static llr_code_t run(llr_options_t *options, const llr_launch_t *launch, llr_error_t *error)
{
    bool is_run = options->command->run == llr_command_run;
    if (is_run) llr_signals_catch(); /* on a cluster one may come while MPI is still starting */
    llr_blas_alone(); /* a rank is a core; timings, and bits of sums, are those of one */
    llr_code_t code = is_run ? check_before_mpi(launch, error) : LLR_OK;
    if (code == LLR_OK && is_run && launch->by) return run_with_mpi(options, launch, error);
    if (code == LLR_OK && !launch->first) return LLR_OK;
    if (code == LLR_OK) code = options->command->run(options, error);
    if (launch->first && code != LLR_OK) complain(error);
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
    llr_blas_begin(words);
    llr_launch_t launch = llr_launch_find();
    llr_signals_ignore();
    llr_code_t code = llr_options_parse(&options, count, words, &error);
    if (code != LLR_OK) {
        /* Others end with 0: mpirun kills all ranks once one fails, maybe before the line is out.
         */
        if (launch.first)
            complain(&error);
        else
            code = LLR_OK;
    } else if (options.version || options.help) {
        code = launch.first ? answer(&options, &error) : LLR_OK;
        if (code != LLR_OK) complain(&error);
    } else
        code = run(&options, &launch, &error);
    llr_options_destroy(&options);
    if (fflush(stdout) && code == LLR_OK) {
        fprintf(stderr, "llrsweep: cannot write to standard output\n");
        code = LLR_FAILED;
    }
    return code;
}
