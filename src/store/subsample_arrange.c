/* Subsamples as the solvers take them: sorted into strata, features gathered. */
#include "model/basis.h"
#include "store/subsample.h"
#include "store/synthetic.h"

#include <string.h>

/* Moves the rows of one kind to the order of their classes; inside a class the order stays. Adds
 * its strata. row, class: scratch for the rows of the kind. */
static void arrange_kind(llr_subsample_t *subsample, int32_t kind, int32_t classes, int64_t *row,
                         int32_t *class)
{
    int64_t first = subsample->kind_start[kind], rows = subsample->count[kind], at = 0;
    memcpy(row, subsample->row + first, (size_t)rows * sizeof *row);
    memcpy(class, subsample->class + first, (size_t)rows * sizeof *class);
    for (int32_t c = 0; c < classes && at < rows; c++) {
        int64_t begin = at;
        for (int64_t i = 0; i < rows; i++) {
            if (class[i] != c) continue;
            subsample->row[first + at] = row[i];
            subsample->class[first + at++] = c;
        }
        if (at == begin) continue;
        subsample->stratum_class[subsample->strata] = c;
        subsample->stratum_kind[subsample->strata++] = kind;
        subsample->stratum_start[subsample->strata] = first + at;
    }
}

llr_code_t llr_subsample_arrange(const llr_dataset_t *dataset, llr_subsample_t *subsample,
                                 llr_arena_t *arena, llr_error_t *error)
{
    const llr_facts_t *facts = &dataset->facts;
    int64_t most = llr_subsample_strata(facts, dataset->sweep->weights_by), *row;
    int32_t *class;
    LLR_TAKE(subsample->stratum_start, arena, most + 1, error);
    LLR_TAKE(subsample->stratum_class, arena, most, error);
    LLR_TAKE(subsample->stratum_kind, arena, most, error);
    int64_t mark = llr_arena_mark(arena);
    LLR_TAKE(row, arena, subsample->rows, error);
    LLR_TAKE(class, arena, subsample->rows, error);
    subsample->stratum_start[0] = 0;
    for (int32_t k = 0; k < facts->shape.kinds; k++)
        arrange_kind(subsample, k, facts->shape.classes, row, class);
    llr_arena_release(arena, mark);
    return LLR_OK;
}

/* Rows of a class are made in the order of its stream, whichever of them are wanted. place: of each
 * row of the stream in out, or -1. */
static void make_class(const llr_dataset_t *dataset, int64_t seed, int32_t class,
                       const int64_t *place, int64_t rows, double *spare, double *out)
{
    int64_t dim = dataset->facts.columns;
    llr_random_t random =
        llr_random_stream(dataset->facts.content, LLR_PURPOSE_SYNTHETIC_ROW, seed, class);
    for (int64_t i = 0; i < rows; i++)
        llr_synthetic_rows(&random, dataset->mean + class * dim, dataset->deviation, dim, 1,
                           place[i] < 0 ? spare : out + place[i] * dim);
}

static llr_code_t gather_synthetic(const llr_dataset_t *dataset, const llr_subsample_t *subsample,
                                   int64_t seed, double *out, llr_arena_t *arena,
                                   llr_error_t *error)
{
    int64_t mark = llr_arena_mark(arena), most = 0, *place;
    double *spare;
    for (int64_t i = 0; i < subsample->rows; i++)
        if (subsample->row[i] >= most) most = subsample->row[i] + 1;
    LLR_TAKE(place, arena, most, error);
    LLR_TAKE(spare, arena, dataset->facts.columns, error);
    for (int32_t c = 0; c < dataset->facts.shape.classes; c++) {
        int64_t rows = 0;
        for (int64_t i = 0; i < most; i++) place[i] = -1;
        for (int64_t i = 0; i < subsample->rows; i++) {
            if (subsample->class[i] != c) continue;
            place[subsample->row[i]] = i;
            if (subsample->row[i] >= rows) rows = subsample->row[i] + 1;
        }
        make_class(dataset, seed, c, place, rows, spare, out);
    }
    llr_arena_release(arena, mark);
    return LLR_OK;
}

static llr_code_t gather_components(const llr_dataset_t *dataset, const llr_subsample_t *subsample,
                                    double *out, llr_arena_t *arena, llr_error_t *error)
{
    const llr_basis_t *basis = dataset->basis;
    int64_t mark = llr_arena_mark(arena), columns = basis->columns, kept = basis->components;
    double *block;
    LLR_TAKE(block, arena, LLR_BASIS_ROWS * columns, error);
    for (int64_t first = 0; first < subsample->rows; first += LLR_BASIS_ROWS) {
        int64_t left = subsample->rows - first,
                rows = left < LLR_BASIS_ROWS ? left : LLR_BASIS_ROWS;
        for (int64_t i = 0; i < rows; i++)
            llr_dataset_row(dataset, subsample->row[first + i], block + i * columns);
        llr_basis_apply(basis, block, rows, out + first * kept);
    }
    llr_arena_release(arena, mark);
    return LLR_OK;
}

llr_code_t llr_subsample_gather(const llr_dataset_t *dataset, const llr_subsample_t *subsample,
                                int64_t seed, double *out, llr_arena_t *arena, llr_error_t *error)
{
    if (!dataset->source) return gather_synthetic(dataset, subsample, seed, out, arena, error);
    if (!dataset->features)
        return llr_fail(error, LLR_FAILED, "dataset \"%s\": the features are not loaded",
                        dataset->job->name);
    if (dataset->basis) return gather_components(dataset, subsample, out, arena, error);
    for (int64_t i = 0; i < subsample->rows; i++)
        llr_dataset_row(dataset, subsample->row[i], out + i * dataset->facts.columns);
    return LLR_OK;
}

/* Planning --------------------------------------------------------------------------------- */

int32_t llr_subsample_strata(const llr_facts_t *facts, llr_by_t by)
{
    int32_t strata = 0;
    if (by == LLR_BY_CLASS) return facts->shape.classes;
    for (int32_t g = 0; g < facts->shape.groups; g++)
        strata += facts->group_class[g] == LLR_SEVERAL_CLASSES ? facts->shape.classes : 1;
    return strata;
}

int64_t llr_subsample_bytes(const llr_facts_t *facts, llr_by_t by, int64_t n)
{
    int64_t strata = llr_subsample_strata(facts, by), kinds = facts->shape.kinds;
    return llr_arena_cost(n, sizeof(int64_t)) + llr_arena_cost(n, sizeof(int32_t)) +
           llr_arena_cost(kinds + 1, sizeof(int64_t)) + llr_arena_cost(kinds, sizeof(int64_t)) +
           llr_arena_cost(facts->shape.classes, sizeof(int64_t)) +
           llr_arena_cost(strata + 1, sizeof(int64_t)) +
           2 * llr_arena_cost(strata, sizeof(int32_t));
}

int64_t llr_subsample_scratch(const llr_facts_t *facts, int64_t n)
{
    int64_t pool = 0;
    for (int32_t c = 0; c < facts->shape.classes; c++) pool += facts->pool_count[c];
    int64_t drawing = llr_arena_cost(n, sizeof(int64_t)) + llr_arena_cost(n, sizeof(int32_t)) +
                      llr_arena_cost(pool, sizeof(int64_t)) +
                      llr_arena_cost(facts->shape.kinds, sizeof(int64_t));
    int64_t block =
        facts->synthetic
            ? llr_arena_cost(n, sizeof(int64_t)) + llr_arena_cost(facts->columns, sizeof(double))
            : llr_arena_cost(LLR_BASIS_ROWS * facts->columns, sizeof(double));
    return drawing > block ? drawing : block;
}
