/* From the errors of the parts of a population to the numbers that are looked at. */
#ifndef LLR_MODEL_TARGET_H
#define LLR_MODEL_TARGET_H

#include "model/population.h"

/* What is to be small. */
typedef struct llr_target {
    llr_select_t select; /* worst_class, worst_group, balanced or overall */
    const double *share; /* borrowed, parts: of the rows that will be predicted */
    const double *prior; /* borrowed, classes: weights of the classes in balanced; NULL: equal */
} llr_target_t;

/* Errors of classes, then groups (slots: classes + groups) from those of the parts. share: parts,
 * weights of the parts inside their class or group, need not be normalised; NaN where a class or
 * group has no share. */
void llr_predict_mix(const llr_population_t *population, const double *error, const double *share,
                     double *slot);

/* Shares of the parts among the test rows: by counts where they are known, else as in the pool. */
void llr_predict_test_share(const llr_population_t *population, const llr_facts_t *facts,
                            double *share);

/* A total of the errors: the largest of the classes or groups, or the mean over classes or rows.
 * error: parts; slot: as llr_predict_mix has it. Those without a share are NaN and do not count;
 * NaN where none does. */
double llr_target_total(const llr_target_t *target, const llr_population_t *population,
                        llr_select_t select, const double *error, const double *slot);

/* The errors of which the target is the largest: of all classes, all groups, or one mean. */
int32_t llr_target_measures(llr_shape_t shape, llr_select_t select);
/* measure: as many of them. One without a share is 0, never the largest. */
void llr_target_measure(const llr_target_t *target, const llr_population_t *population,
                        const double *error, const double *slot, double *measure);

#endif
