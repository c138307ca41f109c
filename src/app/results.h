/* A result folder read back: the job as run, its datasets' lists, and the rows of its journal. */
#ifndef LLR_APP_RESULTS_H
#define LLR_APP_RESULTS_H

#include "app/session.h"
#include "model/methods.h"
#include "store/journal.h"

typedef struct llr_loaded {
    llr_session_t session;
    llr_block_t *block; /* owned, units */
    llr_journal_state_t journal;
    llr_results_t results; /* borrows from the others */
    int64_t done, cells;   /* units, and cells of these */
} llr_loaded_t;

/* A wrong word for a result folder is named before anything in it: LLR_INVALID. */
llr_code_t llr_results_check_folder(const char *folder, llr_error_t *error);

/* LLR_INVALID: no result folder. The datasets need not be there. */
llr_code_t llr_loaded_open(llr_loaded_t *loaded, const char *folder, llr_error_t *error);
void llr_loaded_close(llr_loaded_t *loaded);

#endif
