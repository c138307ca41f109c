/* A job with its datasets and grid, as the commands that need no MPI look at it. */
#ifndef LLR_APP_SESSION_H
#define LLR_APP_SESSION_H

#include "model/grid.h"
#include "store/catalog.h"

typedef struct llr_session {
    llr_job_t job;
    llr_catalog_t catalog;
    llr_grid_t grid;
    llr_findings_t findings;
} llr_session_t;

/* Parses a job's text; output (may be NULL) overrides the job's, LLRSWEEP_OUTPUT comes before it.
 * path: of the job file. */
llr_code_t llr_session_parse(llr_session_t *session, const llr_text_t *text, const char *path,
                             const char *output, llr_error_t *error);
/* Reads the job file and opens its datasets. scan: all features are read and checked, content ids
 * known. LLR_INVALID with findings, or with an error. */
llr_code_t llr_session_open(llr_session_t *session, const char *path, const char *output, bool scan,
                            llr_error_t *error);
/* The job of a result folder, with the facts that it was run with; files are opened only where the
 * folder does not tell these. */
llr_code_t llr_session_open_folder(llr_session_t *session, const char *folder, const char *output,
                                   llr_error_t *error);
void llr_session_close(llr_session_t *session);

/* The dataset that --dataset names. LLR_INVALID: the job has none of that name. */
llr_code_t llr_session_find(const llr_session_t *session, const char *name, int64_t *index,
                            llr_error_t *error);

/* Prints what was found wrong, a line each; LLR_INVALID with an empty error when there was any. */
void llr_session_findings(const llr_findings_t *findings);

/* Prints what a user should know of the numbers to come (llr_grid_warn), a line each, to stderr. */
void llr_session_warn(const llr_grid_t *grid, const llr_facts_t *facts);

/* Prints, to stderr, how many of so many ranks are left over where size of them solve a unit
 * together (groups are all alike, as results depend on their size), where any are. */
void llr_session_warn_ranks(int64_t size, int64_t ranks);

/* Prints, to stderr, that the environment holds the BLAS back, where it does. */
void llr_session_warn_kernel(void);

/* The result folder, absolute or relative to the caller; owned by the caller. */
char *llr_session_output(const llr_session_t *session);

#endif
