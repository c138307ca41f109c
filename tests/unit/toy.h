/* A small dataset in memory, and a job on it that is given as YAML. */
#ifndef LLR_TESTS_TOY_H
#define LLR_TESTS_TOY_H

#include "base/random.h"
#include "store/subsample.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOY_ROWS = 900, TOY_DIM = 6, TOY_GROUPS = 6, TOY_LABELS = 3, TOY_KINDS = 8 };

/* Groups of rows of three labels: six, but where it says two. */
typedef enum toy_groups {
    TOY_CROSSED, /* 0 to 3 cut across the labels, 4 has rows of label 2 only, 5 none in the pool */
    TOY_NESTED,  /* 2 label and 2 label + 1 are inside a label */
    TOY_TWO      /* two groups that cut across the labels */
} toy_groups_t;

/* The classes of a job's dataset, and what they make of the labels. */
typedef struct toy_task {
    const char *entry; /* keys of the dataset */
    int32_t class_of[TOY_LABELS], classes;
} toy_task_t;
static const toy_task_t toy_all = {"path: toy.h5", {0, 1, 2}, 3};
static const toy_task_t toy_pair = {"path: toy.h5, classes: [1, 0]", {1, 0, -1}, 2};

typedef struct toy {
    double x[TOY_ROWS * TOY_DIM];
    int32_t label[TOY_ROWS], group[TOY_ROWS];
    int8_t split[TOY_ROWS]; /* 0 pool, 1 validation, 2 test */
    toy_task_t task;
    llr_source_t source;
    llr_hash_t content;
    llr_job_t job;
    llr_dataset_t dataset;
} toy_t;

static inline int32_t toy_draw_group(llr_random_t *random, toy_groups_t groups, int32_t label,
                                     int8_t split)
{
    int32_t coin = (int32_t)llr_random_below(random, 12);
    if (groups == TOY_NESTED) return 2 * label + (coin < 3);
    if (groups == TOY_TWO) return coin < 3 + label;
    if (split && coin == 0) return 5;
    if (label == 2 && coin < 6) return 4;
    return coin < 5 + label ? 0 : coin < 9 ? 1 : coin < 11 ? 2 : 3;
}

/* Columns of several scales, the last one constant. */
static inline void toy_fill(toy_t *toy, toy_groups_t groups)
{
    llr_random_t random = llr_random_stream((llr_hash_t){7, 7}, LLR_PURPOSE_SYNTHETIC_ROW, 0, 0);
    for (int64_t i = 0; i < TOY_ROWS; i++) {
        double *x = toy->x + i * TOY_DIM;
        int64_t die = llr_random_below(&random, 10);
        toy->label[i] = die < 6 ? 0 : die < 9 ? 1 : 2;
        toy->split[i] = (int8_t)(i % 7 < 4 ? 0 : i % 7 < 5 ? 1 : 2);
        toy->group[i] = toy_draw_group(&random, groups, toy->label[i], toy->split[i]);
        llr_random_normal(&random, x, TOY_DIM);
        x[toy->label[i]] += 1;
        x[3 + toy->group[i] % 2] += 0.5 * toy->group[i];
        for (int j = 0; j < TOY_DIM; j++) x[j] = 10 * j + (1 + j * j) * x[j];
        x[TOY_DIM - 1] = 4.1;
    }
}

/* A job from its text; mistakes are shown. */
static inline void toy_parse(toy_t *toy, const char *entry, const char *keys)
{
    llr_findings_t findings = {0};
    llr_text_t text = {0};
    llr_text_add(&text, "datasets: [{name: toy, %s}]\n%s", entry, keys);
    llr_code_t code =
        llr_job_parse(&toy->job, text.data, text.length, "toy.yaml", "", &findings, NULL);
    for (int64_t i = 0; i < findings.count; i++) fprintf(stderr, "  %s\n", findings.line[i]);
    CU_ASSERT_EQUAL_FATAL(code, LLR_OK);
    llr_findings_destroy(&findings);
    llr_text_destroy(&text);
}

/* keys: of the job, besides datasets. */
static inline toy_t *toy_begin(toy_groups_t groups, const toy_task_t *task, const char *keys)
{
    toy_t *toy = calloc(1, sizeof *toy);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy->task = *task;
    toy_fill(toy, groups);
    toy_parse(toy, task->entry, keys);
    CU_ASSERT_EQUAL_FATAL(llr_source_open_memory(&toy->source, "toy.h5", toy->x, TOY_ROWS, TOY_DIM,
                                                 toy->label, toy->group, toy->split, NULL),
                          LLR_OK);
    toy->content = llr_source_content(&toy->source, toy->x);
    CU_ASSERT_EQUAL_FATAL(
        llr_dataset_create(&toy->dataset, &toy->job, 0, &toy->source, toy->content, NULL), LLR_OK);
    toy->dataset.features = toy->x;
    return toy;
}

/* entry: the dataset's key synthetic. */
static inline toy_t *toy_begin_synthetic(const char *entry, const char *keys)
{
    toy_t *toy = calloc(1, sizeof *toy);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_parse(toy, entry, keys);
    CU_ASSERT_EQUAL_FATAL(
        llr_dataset_create(&toy->dataset, &toy->job, 0, NULL, (llr_hash_t){0, 0}, NULL), LLR_OK);
    toy->task.classes = toy->dataset.facts.shape.classes;
    return toy;
}

static inline void toy_end(toy_t *toy)
{
    llr_dataset_destroy(&toy->dataset);
    llr_source_close(&toy->source);
    llr_job_destroy(&toy->job);
    free(toy);
}

static inline int32_t toy_class(const toy_t *toy, int64_t row)
{
    return toy->task.class_of[toy->label[row]];
}

/* The group or class of a row. */
static inline int32_t toy_kind(const toy_t *toy, int64_t row)
{
    return toy->job.weights_by == LLR_BY_GROUP ? toy->group[row] : toy_class(toy, row);
}

static inline bool toy_in_pool(const toy_t *toy, int64_t row)
{
    return !toy->split[row] && toy_class(toy, row) >= 0;
}

#endif
