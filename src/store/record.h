/* job.yaml of a result folder: the resolved job as run, with content ids and facts of its datasets
 * in comments, so that a resume that is refused can say what changed, and results can be looked at
 * where the data are not. */
#ifndef LLR_STORE_RECORD_H
#define LLR_STORE_RECORD_H

#include "store/catalog.h"
#include "store/table.h"

#include <stdbool.h>

/* Writes FOLDER/job.yaml aside and renames it. runs: lines of llr_record_run_line, added to those
 * that the file has if it is of the same job. LLR_FAILED: path, errno in words. */
llr_code_t llr_record_write(const char *folder, const llr_job_t *job, const llr_catalog_t *catalog,
                            const llr_text_t *runs, llr_error_t *error);

/* Appends the line that says what a run solves with, and where. */
void llr_record_run_line(const llr_provenance_t *provenance, llr_text_t *out);
/* Appends these lines of FOLDER/job.yaml. */
void llr_record_runs(const char *folder, llr_text_t *out);
/* Appends the kernels that these lines name, each once; their number. More than one: the last bits
 * of the table are those of no single kernel. */
int64_t llr_record_kernels(const char *folder, llr_text_t *out);

/* What differs between FOLDER/job.yaml and this job, appended to out: "was `...`, now `...`" for
 * the first line that differs; nothing where they are the same or there is no such file. Places
 * (paths, output) do not count. */
void llr_record_difference(const char *folder, const llr_job_t *job, const llr_catalog_t *catalog,
                           llr_text_t *out);

/* The content ids that FOLDER/job.yaml names, into catalog->facts[].content of the datasets of
 * those names. LLR_INVALID: one is missing. */
llr_code_t llr_record_contents(const char *folder, const llr_job_t *job, llr_catalog_t *catalog,
                               llr_error_t *error);

/* The facts that FOLDER/job.yaml tells of all datasets, contents included, as a catalog without
 * files. false: it does not tell them (it is of an older version, or was edited); the catalog is
 * then empty. */
bool llr_record_facts(const char *folder, const llr_job_t *job, llr_catalog_t *catalog);

/* llr_catalog_content as the text of a job.yaml with that many datasets tells it; false where the
 * text does not. */
bool llr_record_content(const char *text, int64_t datasets, llr_hash_t *content);

#endif
