/* The table of `llrsweep theory`: predicted errors, a line each. */
#ifndef LLR_APP_THEORY_TABLE_H
#define LLR_APP_THEORY_TABLE_H

#include "app/subject.h"

typedef struct llr_theory_table {
    int64_t format;          /* LLR_FORMAT_TEXT, ... of report.h */
    int32_t classes, groups; /* most of any dataset */
    const llr_subject_t *subject;
    llr_training_t training; /* of the block under way: of the whole sample */
    int64_t blocks;          /* begun so far */
} llr_theory_table_t;

/* Begins the table: prints what stands once. */
void llr_theory_table_begin(const llr_theory_table_t *table);
/* Begins the lines of a subject and training. */
void llr_theory_table_block(llr_theory_table_t *table);
/* rule: its word. */
void llr_theory_table_row(const llr_theory_table_t *table, const char *rule,
                          const llr_expected_t *expected);

#endif
