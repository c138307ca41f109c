/* What is predicted: a dataset of a job, or one that no job describes, seen as a population, and
 * who is to be predicted. */
#ifndef LLR_APP_SUBJECT_H
#define LLR_APP_SUBJECT_H

#include "app/options.h"
#include "app/session.h"
#include "model/prospect.h"

/* A session of one dataset without a job: the file, as --classes, --weights-by and --preprocess
 * say, or (path NULL) the options' Gaussian data. It has no grid. To be closed also where this
 * fails. LLR_INVALID: the file is none, or not as the options say. */
llr_code_t llr_session_lone(llr_session_t *session, const char *path, const llr_options_t *options,
                            llr_error_t *error);

typedef struct llr_subject {
    const char *name;         /* borrowed: of the dataset */
    const llr_facts_t *facts; /* borrowed */
    const int32_t *label;     /* borrowed, classes: their labels in the file; NULL: their numbers */
    const double *prior; /* borrowed, kinds: of the training rows, if whole rows were no matter */
    llr_population_t population;
    double *share;       /* owned, parts: among the rows to be predicted: the test rows */
    bool has_made_split; /* the file has none: by fractions of its rows */
} llr_subject_t;

llr_code_t llr_subject_open(llr_subject_t *subject, const llr_session_t *session, int64_t index,
                            llr_error_t *error);
void llr_subject_close(llr_subject_t *subject);

/* Is there a theory for --loss at --lambda? LLR_INVALID: says what can be done. */
llr_code_t llr_subject_check(const llr_subject_t *subject, const llr_options_t *options,
                             llr_error_t *error);

/* Says on stderr that its rows were split, where the file does not say how. For a dataset without a
 * job, which says so itself. */
void llr_subject_say_split(const llr_subject_t *subject);

/* "d = 64, 60 of them vary", appended to out. */
void llr_subject_size(const llr_subject_t *subject, llr_text_t *out);

#endif
