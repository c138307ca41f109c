/* The commands of the program. */
#include "app/commands.h"

const llr_command_t llr_commands[] = {
    {"check", "JOB", 1, 1, "find every mistake in a job and its datasets", llr_command_check},
    {"plan", "JOB", 1, 1, "units, memory and time of a job, and what to ask a cluster for",
     llr_command_plan},
    {"run", "JOB", 1, 1, "run a job, alone or under mpirun or srun; resumes what it finds",
     llr_command_run},
    {"status", "DIR", 1, 1, "how far a sweep is", llr_command_status},
    {"report", "DIR", 1, 2,
     "benchmark table of a sweep, methods by n or dataset: text, Markdown, CSV, LaTeX",
     llr_command_report},
    {"import", "--features FILE", 0, 0,
     "make a dataset of .npy, .npz, CSV, LIBSVM text or HDF5 files", llr_command_import},
    {"inspect", "DATASET", 1, 1,
     "shape, classes, columns, spectrum and equal rows of an HDF5 dataset", llr_command_inspect},
    {"gather", "DIR...", 1, -1, "merge result folders of one job (shards, reruns) into one table",
     llr_command_gather},
    {"scaling", "DIR...", 1, -1, "speed-up and where time went, of one job at several rank counts",
     llr_command_scaling},
    {"rows", "JOB", 1, 1, "rows of every subsample: `n seed i0 i1 ...`", llr_command_rows},
    {"theory", "[JOB]", 0, 1,
     "predicted errors over a grid: a job's, or of --dataset or --gaussian", llr_command_theory},
    {"advise", "DATASET", 1, 1, "the weights and lambda at which predicted errors are least",
     llr_command_advise},
    {"replay", "DIR KEY", 2, 2, "solve one cell again and compare with the table",
     llr_command_replay},
    {"journal", "check|repair DIR", 2, 2, "look for damage in a sweep's journal, or mend it",
     llr_command_journal},
    {"help", "[TOPIC]", 0, 1, "this text, a command's, or: job, man, completion",
     llr_command_help}};
const int64_t llr_command_count = sizeof llr_commands / sizeof *llr_commands;
