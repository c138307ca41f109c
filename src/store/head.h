/* A retrained last layer as a file that other programs load. */
#ifndef LLR_STORE_HEAD_H
#define LLR_STORE_HEAD_H

#include "store/dataset.h"

typedef struct llr_layer {
    const llr_dataset_t *dataset; /* all borrowed */
    const llr_job_t *job;
    const char *key; /* of the cell */
    llr_loss_t loss;
    const double *theta, *b;     /* columns x dim, row-major; columns: raw-feature scale */
    const double *shift, *scale; /* dim: the preprocessing that is folded in */
} llr_layer_t;

/* Writes /theta, /b, /shift, /scale (doubles), /classes (raw label of each class; K = 2: class 1 is
 * predicted where theta'x + b > 0) and attributes; aside first, then renamed. LLR_FAILED: path and
 * why. */
llr_code_t llr_layer_write(const llr_layer_t *layer, const char *path, llr_error_t *error);

#endif
