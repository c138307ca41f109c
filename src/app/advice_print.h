/* What `llrsweep advise` prints. */
#ifndef LLR_APP_ADVICE_PRINT_H
#define LLR_APP_ADVICE_PRINT_H

#include "app/subject.h"
#include "model/advice.h"

enum { LLR_ADVISED_UNIFORM, LLR_ADVISED_INVERSE, LLR_ADVISED_BEST, LLR_ADVISED };
enum { LLR_MORE_ROWS = 2 }; /* 2 n and 4 n */

typedef struct llr_advised {
    const llr_subject_t *subject;
    llr_training_t training;
    llr_select_t target;
    llr_preprocess_t preprocess;
    bool has_test_priors;
    llr_expected_t by[LLR_ADVISED];     /* owned: each at its own best lambda */
    llr_expected_t more[LLR_MORE_ROWS]; /* owned: the best with more rows */
    bool at_end;                        /* the advised lambda ends the range looked at */
    bool has_choice;                    /* lambda was free, or one of several */
} llr_advised_t;

void llr_advised_print(const llr_advised_t *advised);

#endif
