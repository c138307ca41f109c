#include "store/subsample.h"

#include "base/random.h"
#include "model/weights.h"

#include <string.h>

static llr_by_t by_of(const llr_dataset_t *dataset)
{
    return dataset->sweep->weights_by;
}

static llr_code_t take(const llr_dataset_t *dataset, int64_t rows, llr_subsample_t *out,
                       llr_arena_t *arena, llr_error_t *error)
{
    llr_shape_t shape = dataset->facts.shape;
    *out = (llr_subsample_t){.rows = rows};
    LLR_TAKE(out->row, arena, rows, error);
    LLR_TAKE(out->class, arena, rows, error);
    LLR_TAKE(out->kind_start, arena, shape.kinds + 1, error);
    LLR_TAKE(out->count, arena, shape.kinds, error);
    LLR_TAKE(out->class_count, arena, shape.classes, error);
    return LLR_OK;
}

static void count_classes(const llr_dataset_t *dataset, llr_subsample_t *subsample)
{
    memset(subsample->class_count, 0,
           (size_t)dataset->facts.shape.classes * sizeof *subsample->class_count);
    for (int64_t i = 0; i < subsample->rows; i++) subsample->class_count[subsample->class[i]]++;
}

/* kind_start from count. */
static void lay_kinds(const llr_dataset_t *dataset, llr_subsample_t *subsample)
{
    subsample->kind_start[0] = 0;
    for (int32_t k = 0; k < dataset->facts.shape.kinds; k++)
        subsample->kind_start[k + 1] = subsample->kind_start[k] + subsample->count[k];
}

/* The first count values of a random permutation, without permuting the rest. */
static void draw_front(llr_random_t *random, int64_t *value, int64_t values, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t j = i + llr_random_below(random, values - i);
        int64_t swap = value[i];
        value[i] = value[j];
        value[j] = swap;
    }
}

/* The stream that permutes a list of the pool: a class, a group, or all of it. */
static llr_random_t permutation_of(const llr_dataset_t *dataset, int64_t seed, int32_t list)
{
    llr_purpose_t purpose = LLR_PURPOSE_PERMUTATION;
    if (dataset->sweep->sampling == LLR_SAMPLING_UNIFORM)
        purpose = LLR_PURPOSE_POOL_PERMUTATION;
    else if (by_of(dataset) == LLR_BY_GROUP)
        purpose = LLR_PURPOSE_GROUP_PERMUTATION;
    return llr_random_stream(dataset->facts.content, purpose, seed, list);
}

/* The first count rows of the permutation of a list of the pool. */
static llr_code_t draw_list(const llr_dataset_t *dataset, int64_t seed, int32_t list, int64_t count,
                            int64_t *row, llr_arena_t *arena, llr_error_t *error)
{
    const int64_t *pool = dataset->pool_row + dataset->pool_start[list];
    int64_t rows = dataset->pool_start[list + 1] - dataset->pool_start[list];
    int64_t mark = llr_arena_mark(arena), *copy;
    if (count > rows)
        return llr_fail(error, LLR_INVALID,
                        "dataset \"%s\": %lld rows of list %d of the pool (a class or group) are "
                        "asked for; the pool has %lld",
                        dataset->job->name, (long long)count, list, (long long)rows);
    LLR_TAKE(copy, arena, rows, error);
    memcpy(copy, pool, (size_t)rows * sizeof *copy);
    llr_random_t random = permutation_of(dataset, seed, list);
    draw_front(&random, copy, rows, count);
    memcpy(row, copy, (size_t)count * sizeof *row);
    llr_arena_release(arena, mark);
    return LLR_OK;
}

static int32_t class_of(const llr_dataset_t *dataset, int64_t row)
{
    return dataset->class_of[dataset->source->label[row]];
}

static int32_t kind_of(const llr_dataset_t *dataset, int64_t row)
{
    return by_of(dataset) == LLR_BY_GROUP ? dataset->source->group[row] : class_of(dataset, row);
}

static llr_code_t draw_stratified(const llr_dataset_t *dataset, int64_t n, int64_t seed,
                                  llr_subsample_t *out, llr_arena_t *arena, llr_error_t *error)
{
    const llr_facts_t *facts = &dataset->facts;
    const double *prior = dataset->sweep->prior;
    llr_stratify(n, prior ? prior : llr_facts_kind_prior(facts, by_of(dataset)), facts->shape.kinds,
                 out->count);
    lay_kinds(dataset, out);
    for (int32_t k = 0; k < facts->shape.kinds; k++) {
        int64_t *row = out->row + out->kind_start[k];
        if (dataset->source)
            LLR_TRY(draw_list(dataset, seed, k, out->count[k], row, arena, error));
        else
            for (int64_t i = 0; i < out->count[k]; i++) row[i] = i;
        for (int64_t i = 0; i < out->count[k]; i++)
            out->class[out->kind_start[k] + i] =
                dataset->source ? class_of(dataset, row[i]) : (int32_t)k;
    }
    return LLR_OK;
}

/* Moves rows that came in any order to their kinds; inside a kind the order stays. */
static llr_code_t sort_by_kind(const llr_dataset_t *dataset, const int64_t *row,
                               const int32_t *kind, llr_subsample_t *out, llr_arena_t *arena,
                               llr_error_t *error)
{
    int32_t kinds = dataset->facts.shape.kinds;
    int64_t mark = llr_arena_mark(arena), *next;
    LLR_TAKE(next, arena, kinds, error);
    memset(out->count, 0, (size_t)kinds * sizeof *out->count);
    for (int64_t i = 0; i < out->rows; i++) out->count[kind[i]]++;
    lay_kinds(dataset, out);
    memcpy(next, out->kind_start, (size_t)kinds * sizeof *next);
    for (int64_t i = 0; i < out->rows; i++) {
        int64_t at = next[kind[i]]++;
        out->row[at] = row[i];
        out->class[at] = dataset->source ? class_of(dataset, row[i]) : kind[i];
    }
    llr_arena_release(arena, mark);
    return LLR_OK;
}

/* A class by its prior. */
static int32_t draw_class(const llr_dataset_t *dataset, llr_random_t *random)
{
    int32_t last = dataset->facts.shape.classes - 1, class = 0;
    double point = llr_random_unit(random);
    for (; class < last && point >= dataset->facts.pool_prior[class]; class ++)
        point -= dataset->facts.pool_prior[class];
    return class;
}

/* Synthetic rows as they come: classes at random, each the next row of its class's stream. */
static void draw_labels(const llr_dataset_t *dataset, int64_t n, int64_t seed, int64_t *row,
                        int32_t *kind, int64_t *drawn)
{
    llr_random_t random =
        llr_random_stream(dataset->facts.content, LLR_PURPOSE_SYNTHETIC_LABEL, seed, 0);
    memset(drawn, 0, (size_t)dataset->facts.shape.classes * sizeof *drawn);
    for (int64_t i = 0; i < n; i++) {
        kind[i] = draw_class(dataset, &random);
        row[i] = drawn[kind[i]]++;
    }
}

static llr_code_t draw_uniform(const llr_dataset_t *dataset, int64_t n, int64_t seed,
                               llr_subsample_t *out, llr_arena_t *arena, llr_error_t *error)
{
    int64_t mark = llr_arena_mark(arena), *row;
    int32_t *kind;
    LLR_TAKE(row, arena, n, error);
    LLR_TAKE(kind, arena, n, error);
    if (dataset->source) {
        LLR_TRY(draw_list(dataset, seed, 0, n, row, arena, error));
        for (int64_t i = 0; i < n; i++) kind[i] = kind_of(dataset, row[i]);
    } else
        draw_labels(dataset, n, seed, row, kind, out->class_count);
    LLR_TRY(sort_by_kind(dataset, row, kind, out, arena, error));
    llr_arena_release(arena, mark);
    return LLR_OK;
}

llr_code_t llr_subsample_draw(const llr_dataset_t *dataset, int64_t n, int64_t seed,
                              llr_subsample_t *out, llr_arena_t *arena, llr_error_t *error)
{
    LLR_TRY(take(dataset, n, out, arena, error));
    LLR_TRY(dataset->sweep->sampling == LLR_SAMPLING_UNIFORM
                ? draw_uniform(dataset, n, seed, out, arena, error)
                : draw_stratified(dataset, n, seed, out, arena, error));
    count_classes(dataset, out);
    return LLR_OK;
}

/* The smallest count of a kind that has rows. */
static int64_t smallest(const int64_t *count, int32_t kinds)
{
    int64_t least = 0;
    for (int32_t k = 0; k < kinds; k++)
        if (count[k] && (!least || count[k] < least)) least = count[k];
    return least;
}

/* Places inside a kind of S: the first ones, or drawn ones. */
static void choose(const llr_dataset_t *dataset, int64_t seed, int64_t repeat, int32_t kind,
                   int64_t rows, int64_t count, int64_t *place)
{
    for (int64_t i = 0; i < rows; i++) place[i] = i;
    if (repeat < 0) return;
    llr_random_t random = llr_random_stream(dataset->facts.content, LLR_PURPOSE_BALANCED, seed,
                                            repeat * dataset->facts.shape.kinds + kind);
    draw_front(&random, place, rows, count);
}

llr_code_t llr_subsample_balance(const llr_dataset_t *dataset, const llr_subsample_t *whole,
                                 int64_t seed, int64_t repeat, llr_subsample_t *out,
                                 llr_arena_t *arena, llr_error_t *error)
{
    int32_t kinds = dataset->facts.shape.kinds, present = 0;
    int64_t least = smallest(whole->count, kinds), *place;
    for (int32_t k = 0; k < kinds; k++) present += whole->count[k] > 0;
    LLR_TRY(take(dataset, present * least, out, arena, error));
    int64_t mark = llr_arena_mark(arena), at = 0;
    LLR_TAKE(place, arena, whole->rows, error);
    for (int32_t k = 0; k < kinds; k++) {
        out->count[k] = whole->count[k] ? least : 0;
        choose(dataset, seed, repeat, k, whole->count[k], out->count[k], place);
        for (int64_t i = 0; i < out->count[k]; i++, at++) {
            out->row[at] = whole->row[whole->kind_start[k] + place[i]];
            out->class[at] = whole->class[whole->kind_start[k] + place[i]];
        }
    }
    llr_arena_release(arena, mark);
    lay_kinds(dataset, out);
    count_classes(dataset, out);
    return LLR_OK;
}

bool llr_subsample_misses_class(const llr_dataset_t *dataset, const llr_subsample_t *subsample)
{
    for (int32_t c = 0; c < dataset->facts.shape.classes; c++)
        if (!subsample->class_count[c]) return true;
    return false;
}
