#include "app/launch.h"

#include <stdlib.h>

/* A number of the environment; missing where it is not set. */
static long number(const char *name, long missing)
{
    const char *value = getenv(name);
    return value && *value ? strtol(value, NULL, 10) : missing;
}

/* mpirun starts its daemons with srun, so its ranks see a step with a task for each node: what
 * mpirun says of itself comes first. The batch script itself has SLURM_NTASKS, but no step. */
static void find_size(llr_launch_t *launch)
{
    long tasks = getenv("SLURM_STEP_ID") ? number("SLURM_STEP_NUM_TASKS", 1) : 1;
    long mpirun = number("OMPI_COMM_WORLD_SIZE", 0), pmi = number("PMI_SIZE", 0);
    if (mpirun > 0)
        launch->by = "mpirun", launch->processes = mpirun;
    else if (pmi > 0)
        launch->by = pmi == tasks ? "srun" : "mpiexec", launch->processes = pmi;
    else if (tasks > 1)
        launch->by = "srun", launch->processes = tasks;
    else if (getenv("PMIX_RANK"))
        launch->by = "a launcher";
}

static bool is_first(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK",
                                        "SLURM_PROCID"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        if (getenv(names[n])) return number(names[n], 0) == 0;
    return true;
}

llr_launch_t llr_launch_find(void)
{
    llr_launch_t launch = {.processes = 1, .first = is_first()};
    find_size(&launch);
    launch.server = getenv("PMIX_RANK") || getenv("PMI_RANK") || getenv("PMI_FD") ||
                    getenv("OMPI_COMM_WORLD_SIZE");
    return launch;
}

llr_code_t llr_launch_check(const llr_launch_t *launch, int ranks, llr_error_t *error)
{
    if (launch->processes < 2 || ranks > 1 || (!ranks && launch->server)) return LLR_OK;
    if (launch->by[0] == 's')
        return llr_fail(error, LLR_INVALID,
                        "srun started %ld tasks, but MPI cannot join them; start with srun "
                        "--mpi=pmix (srun --mpi=list: what there is), or with mpirun",
                        launch->processes);
    return llr_fail(error, LLR_INVALID,
                    "%s started %ld processes, but MPI sees one; it is not the %s of the MPI "
                    "library that llrsweep was built with: use that one",
                    launch->by, launch->processes, launch->by);
}
