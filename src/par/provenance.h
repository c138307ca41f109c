/* Where numbers come from: facts of the build and of the run. */
#ifndef LLR_PAR_PROVENANCE_H
#define LLR_PAR_PROVENANCE_H

#include "model/job.h"
#include "store/table.h"

enum { LLR_PROVENANCE_LINES = 24, LLR_PROVENANCE_TEXT = 256 };

typedef struct llr_facts_of_run {
    const char *key[LLR_PROVENANCE_LINES], *value[LLR_PROVENANCE_LINES];
    char text[LLR_PROVENANCE_LINES][LLR_PROVENANCE_TEXT];
    llr_provenance_t provenance; /* borrows from this object */
} llr_facts_of_run_t;

/* Facts of the build and the libraries alone. */
void llr_provenance_build(llr_facts_of_run_t *facts);

/* The same, and those of this start. */
void llr_provenance_fill(llr_facts_of_run_t *facts, int ranks);
/* Adds name and fingerprint of the resolved job. */
void llr_provenance_add_job(llr_facts_of_run_t *facts, const llr_job_t *job);
/* Adds the folders that a table was gathered from. */
void llr_provenance_add_gathered(llr_facts_of_run_t *facts, const char *const *folder, int folders);

#endif
