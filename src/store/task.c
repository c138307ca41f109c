#include "store/task.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

llr_code_t llr_task_fail(const llr_job_t *job, const llr_job_dataset_t *dataset, llr_error_t *error,
                         const char *format, ...)
{
    char text[LLR_ERROR_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return llr_fail(error, LLR_INVALID, "%s:%lld: dataset \"%s\": %s", job->file,
                    (long long)dataset->line, dataset->name, text);
}

/* Classes ---------------------------------------------------------------------------------- */

static llr_code_t assign(llr_task_t *task, const char *key, int32_t raw, int32_t class,
                         llr_error_t *error)
{
    const llr_source_t *source = task->source;
    if (raw < 0 || raw >= source->classes)
        return llr_task_fail(task->job, task->dataset, error,
                             "%s: label %d is not in %s, which has labels 0 to %d", key, raw,
                             source->path, source->classes - 1);
    if (task->class_of[raw] >= 0)
        return llr_task_fail(task->job, task->dataset, error, "%s: label %d stands there twice",
                             key, raw);
    task->class_of[raw] = class;
    return LLR_OK;
}

static llr_code_t map_classes(llr_task_t *task, llr_error_t *error)
{
    const llr_job_dataset_t *dataset = task->dataset;
    task->classes = dataset->class_count;
    for (int32_t c = 0; c < dataset->class_count; c++)
        LLR_TRY(assign(task, "classes", dataset->classes[c], c, error));
    return LLR_OK;
}

static llr_code_t map_merges(llr_task_t *task, llr_error_t *error)
{
    const llr_job_dataset_t *dataset = task->dataset;
    task->classes = dataset->merges;
    for (int32_t c = 0; c < dataset->merges; c++) {
        if (!dataset->merge_count[c])
            return llr_task_fail(task->job, dataset, error, "merge: list %d is empty", c);
        for (int32_t i = 0; i < dataset->merge_count[c]; i++)
            LLR_TRY(assign(task, "merge", dataset->merge[c][i], c, error));
    }
    return LLR_OK;
}

static llr_code_t map_labels(llr_task_t *task, llr_error_t *error)
{
    const llr_job_dataset_t *dataset = task->dataset;
    for (int32_t raw = 0; raw < task->source->classes; raw++) task->class_of[raw] = -1;
    if (dataset->classes && dataset->merge)
        return llr_task_fail(task->job, dataset, error,
                             "classes and merge exclude each other; merge alone can do both");
    if (dataset->classes)
        LLR_TRY(map_classes(task, error));
    else if (dataset->merge)
        LLR_TRY(map_merges(task, error));
    else
        for (task->classes = 0; task->classes < task->source->classes; task->classes++)
            task->class_of[task->classes] = task->classes;
    if (task->classes >= 2) return LLR_OK;
    return llr_task_fail(task->job, dataset, error, "%s: at least two classes are needed",
                         dataset->classes ? "classes" : "merge");
}

int32_t llr_task_class(const llr_task_t *task, int64_t row)
{
    return task->class_of[task->source->label[row]];
}

llr_shape_t llr_task_shape(const llr_task_t *task)
{
    bool by_group = task->job->weights_by == LLR_BY_GROUP && task->source->groups;
    return (llr_shape_t){task->classes, task->source->groups,
                         by_group ? task->source->groups : task->classes};
}

/* Split ------------------------------------------------------------------------------------ */

static llr_code_t make_split(llr_task_t *task, llr_hash_t content, llr_error_t *error)
{
    const llr_job_dataset_t *dataset = task->dataset;
    llr_splitting_t splitting = {.rows = task->source->rows,
                                 .label = task->source->label,
                                 .class_of = task->class_of,
                                 .classes = task->classes,
                                 .seed = dataset->split_seed,
                                 .content = content};
    memcpy(splitting.fraction, dataset->split_fraction, sizeof splitting.fraction);
    return llr_split_make(&splitting, task->part, error);
}

static llr_code_t take_split(llr_task_t *task, llr_error_t *error)
{
    if (!task->source->split)
        return llr_task_fail(task->job, task->dataset, error,
                             "%s has no /split; add split: {fractions: [.5, .2, .3], seed: 0}",
                             task->source->path);
    for (int64_t i = 0; i < task->source->rows; i++)
        if (llr_task_class(task, i) >= 0) task->part[i] = task->source->split[i];
    return LLR_OK;
}

llr_code_t llr_task_create(llr_task_t *task, const llr_job_t *job, int64_t index,
                           const llr_source_t *source, llr_hash_t content, llr_error_t *error)
{
    *task = (llr_task_t){.job = job, .dataset = &job->dataset[index], .source = source};
    task->class_of = llr_alloc(source->classes, sizeof *task->class_of);
    task->part = llr_alloc(source->rows, sizeof *task->part);
    if (!task->class_of || !task->part) return llr_fail_memory(error, source->rows, "the split");
    LLR_TRY(map_labels(task, error));
    memset(task->part, -1, (size_t)source->rows);
    return task->dataset->has_split ? make_split(task, content, error) : take_split(task, error);
}

void llr_task_destroy(llr_task_t *task)
{
    free(task->class_of);
    free(task->part);
    *task = (llr_task_t){0};
}

/* Content id ------------------------------------------------------------------------------- */

static bool is_identity(const llr_task_t *task)
{
    for (int32_t raw = 0; raw < task->source->classes; raw++)
        if (task->class_of[raw] != raw) return false;
    return true;
}

llr_hash_t llr_task_content(const llr_task_t *task, llr_hash_t source)
{
    const llr_job_dataset_t *dataset = task->dataset;
    if (is_identity(task) && !dataset->has_split) return source;
    struct {
        llr_hash_t source, map;
        double fraction[LLR_PARTS];
        int64_t seed, has_split;
    } identity = {.source = source, .has_split = dataset->has_split};
    identity.map =
        llr_hash_bytes(task->class_of, task->source->classes * (int64_t)sizeof *task->class_of);
    if (dataset->has_split) {
        memcpy(identity.fraction, dataset->split_fraction, sizeof identity.fraction);
        identity.seed = dataset->split_seed;
    }
    return llr_hash_bytes(&identity, sizeof identity);
}
