/* llrsweep as a library: build a job, run it on the ranks of a communicator, read the rows.
 *
 *   llr_sweep_t *sweep = llr_sweep_create();
 *   llr_sweep_add_arrays(sweep, "toy", x, rows, dim, label, NULL, split);
 *   llr_sweep_set(sweep, "sizes", "[80]");
 *   if (llr_sweep_run(sweep, &comm) != LLR_OK) fprintf(stderr, "%s\n", llr_sweep_error(sweep));
 *   for (int64_t r = 0; r < llr_sweep_rows(sweep); r++)
 *       printf("%g\n", llr_sweep_number(sweep, r, "test_overall"));
 *   llr_sweep_destroy(sweep);
 *
 * Only llr_sweep_run is collective; everything else is local and works without MPI, also before
 * MPI_Init and after MPI_Finalize. A sweep belongs to one thread; several sweeps may be alive at
 * once. The library prints nothing, ends no process and handles no signals. The table is the same,
 * byte for byte, for any number of ranks. */
#ifndef LLR_SWEEP_H
#define LLR_SWEEP_H

#include "llr/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct llr_sweep llr_sweep_t;

/* NULL: out of memory. */
llr_sweep_t *llr_sweep_create(void);
/* Frees the sweep and all that it handed out. NULL is accepted. */
void llr_sweep_destroy(llr_sweep_t *sweep);

/* The job ------------------------------------------------------------------------------------ */

/* A mistake made here is also kept: llr_sweep_check and llr_sweep_run come back to it, so a program
 * may look at the code of llr_sweep_run alone. LLR_INVALID: a mistake, see llr_sweep_error;
 * LLR_FAILED: out of memory. */

/* Takes the keys of a job file; of several files the last counts. Every rank reads it. */
llr_code_t llr_sweep_read(llr_sweep_t *sweep, const char *path);

/* Sets one key of a job (`llrsweep help job` lists them) to a value, both copied. The value is YAML
 * as in a job file: "exponents", "[0, 1, 2]"; "losses", "[square]". It takes the place of what a
 * file or an earlier call said. Paths are relative to the folder of the job file, or to the working
 * folder where none was read. */
llr_code_t llr_sweep_set(llr_sweep_t *sweep, const char *key, const char *value);

/* Adds a dataset that is in memory. x: rows x dim, row-major, finite. label: rows, 0..K-1, each
 * present. group: rows, likewise, or NULL. split: rows, 0 pool, 1 validation, 2 test, or NULL where
 * the job makes the split. The arrays are borrowed until llr_sweep_destroy, must not change, and
 * must be the same on all ranks; a run copies x once a node.
 * Where the job has no key `datasets`, all added datasets are the job's. Where it has one, an entry
 * names them by path: "datasets", "[{name: pair, path: 'memory:toy', classes: [3, 8]}]". */
llr_code_t llr_sweep_add_arrays(llr_sweep_t *sweep, const char *name, const double *x, int64_t rows,
                                int64_t dim, const int32_t *label, const int32_t *group,
                                const int8_t *split);

/* Finds the mistakes in job and datasets, before any heavy work: all features are read once.
 * LLR_INVALID: llr_sweep_error names them, one a line; LLR_FAILED: the output cannot be written, or
 * out of memory. */
llr_code_t llr_sweep_check(llr_sweep_t *sweep);

/* The run ------------------------------------------------------------------------------------ */

/* Called on rank 0 about ten times a second while units are solved, and once at the end, with the
 * units done (those that an earlier run left included) and the units of the job. NULL: none. */
void llr_sweep_on_progress(llr_sweep_t *sweep,
                           void (*show)(void *argument, int64_t done, int64_t units),
                           void *argument);

/* Runs the job. mpi_comm: address of an MPI_Comm, on all ranks of which the same job was built; it
 * is duplicated, so messages of the program are not disturbed. NULL: this process alone, without
 * any call of MPI. Collective over the communicator. BLAS has one thread while it runs.
 * Nothing is written, unless the job has the key `output`: then the folder gets journal and table
 * as from the program, and a run that finds a journal there goes on from it.
 * The code is the same on all ranks. LLR_OK: every cell has an answer; LLR_UNSOLVED: done, some
 * rows have a status that is no answer; LLR_STOPPED: ended early, the rows so far are there;
 * LLR_INVALID: mistakes in job or datasets, a resume that is refused, or other jobs on other ranks;
 * LLR_FAILED: folder, disk or memory. */
llr_code_t llr_sweep_run(llr_sweep_t *sweep, const void *mpi_comm);

/* Asks a run to end in good order; may be called on any rank, from a signal handler or a progress
 * callback. A unit that does not finish within 20 s is abandoned. Asked before llr_sweep_run it
 * ends that run at its beginning; a run that has returned has used it up. */
void llr_sweep_stop(llr_sweep_t *sweep);

/* What the last call found wrong, one a line without a newline at the end; "" where it was nothing.
 * Borrowed until the next call that returns a code. */
const char *llr_sweep_error(const llr_sweep_t *sweep);

/* The rows ----------------------------------------------------------------------------------- */

/* Rows of the last run, in the order of results.csv; 0 on ranks other than 0. */
int64_t llr_sweep_rows(const llr_sweep_t *sweep);

/* Names of the columns of results.csv, in its order; NULL past the last. Static strings. */
int64_t llr_sweep_columns(const llr_sweep_t *sweep);
const char *llr_sweep_column(const llr_sweep_t *sweep, int64_t index);

/* A cell of a column of words (key, dataset, loss, rule, status, host). NULL: no such row, no such
 * column, a column of numbers. Borrowed until the next run. */
const char *llr_sweep_text(const llr_sweep_t *sweep, int64_t row, const char *column);
/* A cell of a column of numbers; counts are exact up to 2^53. NaN: not available, no such row, no
 * such column, a column of words. */
double llr_sweep_number(const llr_sweep_t *sweep, int64_t row, const char *column);

/* The digest of the table as the program prints it, 32 hexadecimal digits: on all ranks after a run
 * that was not ended early, else "". Borrowed until the next run. */
const char *llr_sweep_digest(const llr_sweep_t *sweep);

#ifdef __cplusplus
}
#endif
#endif
