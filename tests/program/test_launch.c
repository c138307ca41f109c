/* A sweep that several processes would each run alone is refused by one of them, and nothing else
 * is: the environments are those that srun, mpirun and batch scripts were seen to have.
 * tests/slurm meets them for real. */
#include "program.h"
#include "suite.h"

#define SRUN                                                                                       \
    "llrsweep: srun started 4 tasks, but MPI cannot join them; start with srun --mpi=pmix "        \
    "(srun --mpi=list: what there is), or with mpirun\n"
#define OTHER(launcher)                                                                            \
    "llrsweep: " launcher " started 4 processes, but MPI sees one; it is not the " launcher        \
    " of the MPI library that llrsweep was built with: use that one\n"
#define STEP "SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=4 SLURM_NTASKS=4 "

static const struct {
    const char *environment;
    int code;
    const char *line;
} starts[] = {
    {STEP "SLURM_PROCID=0", 2, SRUN},
    {STEP "SLURM_PROCID=3", 2, ""},
    {"SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0", 0, ""},
    /* The batch script, the shell of salloc, and mpirun -n 1 below the daemons of four nodes. */
    {"SLURM_NTASKS=4 SLURM_NPROCS=4 SLURM_PROCID=0", 0, ""},
    {"SLURM_NTASKS=4 SLURM_STEP_ID=4294967290 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0", 0, ""},
    {STEP "SLURM_PROCID=0 $M -n 1", 0, ""},
    {"PMI_SIZE=4 PMI_RANK=0", 2, OTHER("mpiexec")},
    {"PMI_SIZE=4 PMI_RANK=1", 2, ""},
    {"PMI_SIZE=1 PMI_RANK=0", 0, ""},
    {"OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=0", 2, OTHER("mpirun")},
    {"OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=2", 2, ""},
};
enum { STARTS = sizeof starts / sizeof *starts };

static void write_job(void)
{
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/job.yaml", scratch());
    write_file(path, "datasets: [{name: g, synthetic: {d: 3, priors: [.6, .4]}}]\n"
                     "losses: [square]\nsizes: [20]\nlambdas: [1]\nseeds: {count: 1}\n");
}

static void only_lonely_ranks_are_refused(void)
{
    outcome_t outcome;
    write_job();
    for (int s = 0; s < STARTS; s++) {
        run(&outcome, "cd $D && rm -rf out; env -u OPENBLAS_CORETYPE %s $L run job.yaml -q -o out",
            starts[s].environment);
        bool good = ended(&outcome, starts[s].code, NULL) && !strcmp(outcome.err, starts[s].line);
        CU_ASSERT_TRUE(good);
        if (!good) fprintf(stderr, "%s\n", starts[s].environment);
        run(&outcome, "test -e $D/out/results.csv");
        CU_ASSERT_EQUAL(!outcome.code, !starts[s].code);
    }
}

/* They need no other rank. */
static void other_commands_are_never_refused(void)
{
    outcome_t outcome;
    for (int s = 0; s < STARTS; s++) {
        run(&outcome, "cd $D && %s $L check job.yaml && %s $L plan job.yaml", starts[s].environment,
            starts[s].environment);
        CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    }
    run(&outcome, "cd $D && " STEP "SLURM_PROCID=0 $L check job.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, "good: 1 datasets"));
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"only lonely ranks are refused", only_lonely_ranks_are_refused},
        {"other commands are never refused", other_commands_are_never_refused},
    };
    return LLR_RUN_SUITE("launch", tests);
}
