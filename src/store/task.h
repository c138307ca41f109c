/* The task a job makes of a source: which raw labels are which class, and which rows are in which
 * split. Private to the dataset. */
#ifndef LLR_STORE_TASK_H
#define LLR_STORE_TASK_H

#include "model/facts.h"
#include "store/source.h"
#include "store/split.h"

typedef struct llr_task {
    const llr_job_t *job;             /* borrowed */
    const llr_job_dataset_t *dataset; /* borrowed */
    const llr_source_t *source;       /* borrowed */
    int32_t classes;
    int32_t *class_of; /* owned, classes of the source: class of the task, or -1 where dropped */
    int8_t *part;      /* owned, rows: 0 pool, 1 validation, 2 test, -1 where dropped */
} llr_task_t;

/* LLR_INVALID: "file:line: dataset "name": ...". content: of the source. */
llr_code_t llr_task_create(llr_task_t *task, const llr_job_t *job, int64_t index,
                           const llr_source_t *source, llr_hash_t content, llr_error_t *error);
/* Accepts half-built tasks. */
void llr_task_destroy(llr_task_t *task);

/* Classes, groups (as the source numbers them) and kinds. */
llr_shape_t llr_task_shape(const llr_task_t *task);

/* Class of the task of a row, or -1. */
int32_t llr_task_class(const llr_task_t *task, int64_t row);

/* The content id of the task: the source's where the task changes nothing, else with the class map
 * and the split folded in. */
llr_hash_t llr_task_content(const llr_task_t *task, llr_hash_t source);

/* A mistake in a dataset of the job. Returns LLR_INVALID. */
llr_code_t llr_task_fail(const llr_job_t *job, const llr_job_dataset_t *dataset, llr_error_t *error,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
