#include "store/dataset.h"

#include "store/dataset_build.h"
#include "store/task.h"

#include <stdlib.h>
#include <string.h>

llr_code_t llr_eval_allocate(llr_eval_t *eval, int64_t rows, bool groups, llr_error_t *error)
{
    eval->rows = rows;
    eval->row = llr_alloc(rows, sizeof *eval->row);
    eval->label = llr_alloc(rows, sizeof *eval->label);
    if (groups) eval->group = llr_alloc(rows, sizeof *eval->group);
    if (eval->row && eval->label && (eval->group || !groups)) return LLR_OK;
    return llr_fail_memory(error, llr_eval_bytes(eval), "the list of evaluation rows");
}

void llr_eval_free(llr_eval_t *eval)
{
    free(eval->row);
    free(eval->label);
    free(eval->group);
    *eval = (llr_eval_t){0};
}

int64_t llr_eval_bytes(const llr_eval_t *eval)
{
    return eval->rows * (int64_t)(sizeof *eval->row + sizeof *eval->label +
                                  (eval->group ? sizeof *eval->group : 0));
}

/* Rows of each class in each part (parts x classes), and of each part. */
typedef struct tally {
    int64_t *count; /* owned */
    int64_t rows[LLR_PARTS];
} tally_t;

static llr_code_t count_rows(const llr_task_t *task, tally_t *tally, llr_error_t *error)
{
    *tally = (tally_t){0};
    tally->count = llr_alloc((int64_t)LLR_PARTS * task->classes, sizeof *tally->count);
    if (!tally->count)
        return llr_fail_memory(error, task->classes * (int64_t)sizeof *tally->count,
                               "class counts");
    for (int64_t i = 0; i < task->source->rows; i++) {
        if (task->part[i] < 0) continue;
        tally->count[task->part[i] * task->classes + llr_task_class(task, i)]++;
        tally->rows[task->part[i]]++;
    }
    return LLR_OK;
}

/* The raw labels of a class, for messages: "class 1 (label 3)". */
static void name_class(const llr_task_t *task, int32_t class, llr_text_t *out)
{
    const char *separator = "label ";
    llr_text_add(out, "class %d (", class);
    for (int32_t raw = 0; raw < task->source->classes; raw++) {
        if (task->class_of[raw] != class) continue;
        llr_text_add(out, "%s%d", separator, raw);
        separator = ", ";
    }
    llr_text_add(out, ")");
}

static llr_code_t fail_empty(const llr_task_t *task, int32_t class, int part, llr_error_t *error)
{
    llr_text_t name = {0};
    name_class(task, class, &name);
    llr_code_t code = llr_task_fail(
        task->job, task->dataset, error, "%s has no %s rows%s", name.data ? name.data : "a class",
        llr_part_name[part],
        task->dataset->has_split ? "; give that part a larger share in split: fractions" : "");
    llr_text_destroy(&name);
    return code;
}

static llr_code_t check_counts(const llr_task_t *task, const tally_t *tally, llr_error_t *error)
{
    for (int part = 0; part < LLR_PARTS; part++)
        for (int32_t c = 0; c < task->classes; c++)
            if (!tally->count[part * task->classes + c]) return fail_empty(task, c, part, error);
    return LLR_OK;
}

static bool is_uniform(const llr_dataset_t *dataset)
{
    return dataset->sweep->sampling == LLR_SAMPLING_UNIFORM;
}

static llr_code_t allocate(llr_dataset_t *dataset, const llr_task_t *task, const tally_t *tally,
                           llr_error_t *error)
{
    llr_facts_t *facts = &dataset->facts;
    facts->dim = facts->columns = task->source->dim;
    facts->shape = llr_task_shape(task);
    dataset->lists = is_uniform(dataset) ? 1 : facts->shape.kinds;
    dataset->pool_start = llr_alloc(dataset->lists + 1, sizeof *dataset->pool_start);
    dataset->pool_row = llr_alloc(tally->rows[0], sizeof *dataset->pool_row);
    dataset->class_of = llr_alloc(task->source->classes, sizeof *dataset->class_of);
    if (llr_facts_allocate(facts) || !dataset->pool_start || !dataset->pool_row ||
        !dataset->class_of)
        return llr_fail_memory(error, tally->rows[0] * (int64_t)sizeof *dataset->pool_row,
                               "the list of pool rows");
    for (int s = 0; s < LLR_SPLITS; s++)
        LLR_TRY(llr_eval_allocate(&dataset->eval[s], tally->rows[s + 1],
                                  task->source->group != NULL, error));
    return LLR_OK;
}

/* The list of the pool that a row stands in. */
static int32_t list_of(const llr_dataset_t *dataset, const llr_task_t *task, int64_t row)
{
    if (is_uniform(dataset)) return 0;
    return dataset->sweep->weights_by == LLR_BY_GROUP && task->source->group
               ? task->source->group[row]
               : llr_task_class(task, row);
}

/* Pool rows by list, ascending inside a list. */
static void list_pool(llr_dataset_t *dataset, const llr_task_t *task)
{
    int64_t *start = dataset->pool_start;
    for (int64_t i = 0; i < task->source->rows; i++)
        if (task->part[i] == 0) start[list_of(dataset, task, i) + 1]++;
    for (int32_t l = 0; l < dataset->lists; l++) start[l + 1] += start[l];
    /* start[l] moves to the end of list l while it fills, then all move one list back. */
    for (int64_t i = 0; i < task->source->rows; i++)
        if (task->part[i] == 0) dataset->pool_row[start[list_of(dataset, task, i)]++] = i;
    for (int32_t l = dataset->lists; l > 0; l--) start[l] = start[l - 1];
    start[0] = 0;
}

static void list_eval(llr_eval_t *eval, const llr_task_t *task, int part)
{
    int64_t at = 0;
    for (int64_t i = 0; i < task->source->rows; i++) {
        if (task->part[i] != part) continue;
        eval->row[at] = i;
        eval->label[at] = llr_task_class(task, i);
        if (eval->group) eval->group[at] = task->source->group[i];
        at++;
    }
}

static void count_eval(llr_facts_t *facts, const llr_eval_t *eval, int split)
{
    llr_shape_t shape = facts->shape;
    int64_t *count = facts->eval_count + split * llr_shape_slots(shape);
    for (int64_t i = 0; i < eval->rows; i++) {
        count[eval->label[i]]++;
        if (eval->group) count[shape.classes + eval->group[i]]++;
        if (eval->group && shape.classes == 2)
            count[llr_shape_slot(shape, eval->group[i], eval->label[i])]++;
    }
}

/* Rows and classes of the pool's groups. */
static void count_groups(llr_facts_t *facts, const llr_task_t *task)
{
    for (int32_t g = 0; g < facts->shape.groups; g++) facts->group_class[g] = LLR_NO_CLASS;
    for (int64_t i = 0; task->source->group && i < task->source->rows; i++) {
        if (task->part[i] != 0) continue;
        int32_t *class = &facts->group_class[task->source->group[i]],
                mine = llr_task_class(task, i);
        facts->pool_count[facts->shape.classes + task->source->group[i]]++;
        *class = *class == LLR_NO_CLASS || *class == mine ? mine : LLR_SEVERAL_CLASSES;
    }
}

static void fill_facts(llr_dataset_t *dataset, const llr_task_t *task, llr_hash_t content,
                       const tally_t *tally)
{
    const llr_source_t *source = task->source;
    llr_facts_t *facts = &dataset->facts;
    for (int32_t c = 0; c < facts->shape.classes; c++) facts->pool_count[c] = tally->count[c];
    count_groups(facts, task);
    for (int32_t k = 0; k < facts->shape.classes + facts->shape.groups; k++)
        facts->pool_prior[k] = (double)facts->pool_count[k] / (double)tally->rows[0];
    memcpy(dataset->class_of, task->class_of, (size_t)source->classes * sizeof *dataset->class_of);
    facts->content = llr_task_content(task, content);
    facts->resident_bytes = source->rows * source->dim * llr_dtype_size(source->type);
    facts->private_bytes = (dataset->lists + 1 + tally->rows[0]) * (int64_t)sizeof(int64_t);
    for (int s = 0; s < LLR_SPLITS; s++) {
        count_eval(facts, &dataset->eval[s], s);
        facts->private_bytes += llr_eval_bytes(&dataset->eval[s]);
    }
}

static llr_code_t build_lists(llr_dataset_t *dataset, const llr_task_t *task, llr_hash_t content,
                              const tally_t *tally, llr_error_t *error)
{
    LLR_TRY(check_counts(task, tally, error));
    LLR_TRY(allocate(dataset, task, tally, error));
    list_pool(dataset, task);
    for (int s = 0; s < LLR_SPLITS; s++) list_eval(&dataset->eval[s], task, s + 1);
    fill_facts(dataset, task, content, tally);
    return LLR_OK;
}

static llr_code_t build_task(llr_dataset_t *dataset, const llr_job_t *job, int64_t index,
                             llr_hash_t content, llr_error_t *error)
{
    llr_task_t task;
    tally_t tally = {0};
    llr_code_t code = llr_task_create(&task, job, index, dataset->source, content, error);
    if (code == LLR_OK) code = count_rows(&task, &tally, error);
    if (code == LLR_OK) code = build_lists(dataset, &task, content, &tally, error);
    free(tally.count);
    llr_task_destroy(&task);
    return code;
}

llr_code_t llr_dataset_create(llr_dataset_t *dataset, const llr_job_t *job, int64_t index,
                              llr_source_t *source, llr_hash_t content, llr_error_t *error)
{
    *dataset = (llr_dataset_t){.sweep = job, .job = &job->dataset[index], .source = source};
    llr_code_t code = source ? build_task(dataset, job, index, content, error)
                             : llr_dataset_build_synthetic(dataset, job, error);
    if (code != LLR_OK) llr_dataset_destroy(dataset);
    return code;
}

void llr_dataset_destroy(llr_dataset_t *dataset)
{
    llr_facts_destroy(&dataset->facts);
    free(dataset->pool_start);
    free(dataset->pool_row);
    free(dataset->class_of);
    for (int s = 0; s < LLR_SPLITS; s++) llr_eval_free(&dataset->eval[s]);
    free(dataset->mean);
    free(dataset->deviation);
    free(dataset->sampled);
    *dataset = (llr_dataset_t){0};
}
