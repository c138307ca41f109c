/* Mistakes that only the job and the datasets together show, and what a user should know. */
#include "base/memory.h"
#include "linalg/blas.h"
#include "model/grid.h"
#include "model/team.h"
#include "model/weights.h"

#include <stdlib.h>

/* A dataset of the job being looked at, and where what is found goes. */
typedef struct look {
    const llr_job_t *job;
    const llr_job_dataset_t *dataset;
    const llr_facts_t *facts;
    const llr_grid_t *grid;
    llr_findings_t *findings;
    int64_t *count; /* kinds: rows of a subsample */
} look_t;

#define FIND(look, format, ...)                                                                    \
    llr_findings_add((look)->findings, "%s:%lld: dataset \"%s\": " format, (look)->job->file,      \
                     (long long)(look)->dataset->line, (look)->dataset->name, __VA_ARGS__)

static const char *kind_name(const look_t *look)
{
    return llr_by_name(look->job->weights_by);
}

/* The key that asked for the sizes. */
static const char *size_key(const look_t *look)
{
    return look->dataset->delta || (look->job->delta && !look->job->size) ? "deltas" : "sizes";
}

static const double *priors_of(const look_t *look)
{
    return look->job->prior ? look->job->prior
                            : llr_facts_kind_prior(look->facts, look->job->weights_by);
}

/* Does the subsample hold a row that may be of this class? */
static bool reaches_class(const look_t *look, int32_t class)
{
    if (look->job->weights_by == LLR_BY_CLASS) return look->count[class] > 0;
    for (int32_t g = 0; g < look->facts->shape.groups; g++) {
        int32_t of = look->facts->group_class[g];
        if (look->count[g] && (of == class || of == LLR_SEVERAL_CLASSES)) return true;
    }
    return false;
}

static bool check_classes(const look_t *look, int64_t n)
{
    for (int32_t c = 0; c < look->facts->shape.classes; c++)
        if (!reaches_class(look, c)) {
            FIND(look, "%s: of %lld rows class %d gets none; ask for more rows or other priors",
                 size_key(look), (long long)n, c);
            return false;
        }
    return true;
}

static void check_pool(const look_t *look, int64_t n)
{
    const int64_t *pool = llr_facts_kind_count(look->facts, look->job->weights_by);
    for (int32_t k = 0; k < look->facts->shape.kinds && !look->facts->synthetic; k++)
        if (look->count[k] > pool[k]) {
            FIND(look, "%s: n = %lld asks for %lld rows of %s %d, the pool has %lld",
                 size_key(look), (long long)n, (long long)look->count[k], kind_name(look), k,
                 (long long)pool[k]);
            return;
        }
}

/* The first class that the counts do not suit is named; one that gets no row comes first. */
static void check_stratified(const look_t *look, int64_t n)
{
    llr_stratify(n, priors_of(look), look->facts->shape.kinds, look->count);
    if (check_classes(look, n)) check_pool(look, n);
}

static void check_uniform(const look_t *look, int64_t n)
{
    int64_t pool = 0;
    for (int32_t c = 0; c < look->facts->shape.classes; c++) pool += look->facts->pool_count[c];
    if (!look->facts->synthetic && n > pool)
        FIND(look, "%s: n = %lld, the pool has %lld rows", size_key(look), (long long)n,
             (long long)pool);
}

static const int64_t *sizes_of(const look_t *look, int64_t *count)
{
    return llr_job_sizes(look->job, look->dataset - look->job->dataset, count);
}

static void check_sizes(const look_t *look)
{
    int64_t sizes;
    const int64_t *size = sizes_of(look, &sizes);
    for (int64_t i = 0; i < sizes; i++)
        if (look->job->sampling == LLR_SAMPLING_UNIFORM)
            check_uniform(look, size[i]);
        else
            check_stratified(look, size[i]);
}

/* Sizes that BLAS takes as 32-bit integers. */
static void check_limits(const look_t *look)
{
    const llr_facts_t *facts = look->facts;
    int64_t vectors = look->grid->places * llr_columns(facts->shape.classes);
    int64_t limit = llr_blas_limit();
    if (facts->columns > limit || vectors > limit)
        FIND(look,
             "%lld columns and %lld score columns a unit: BLAS here takes at most %lld; ask for "
             "fewer exponents or lambdas",
             (long long)facts->columns, (long long)vectors, (long long)limit);
}

/* Pieces of matrices and rows are arrays that ScaLAPACK counts with 32 bits. */
static void check_pieces(const look_t *look, int64_t n)
{
    int64_t dim = look->facts->dim, size = n < dim ? n : dim;
    int ranks = (int)look->job->ranks_per_unit;
    int64_t rows = llr_deal_most((llr_deal_t){n, LLR_TEAM_BLOCK, ranks});
    int64_t piece = llr_team_piece(ranks, size), slice = n < dim ? rows * dim : 0;
    int64_t most = piece > slice ? piece : slice, limit = llr_blas_limit();
    if (most > limit)
        FIND(look,
             "ranks_per_unit: %d: of n = %lld and d = %lld a rank holds %lld numbers in one array, "
             "ScaLAPACK takes at most %lld; ask for %lld ranks or more",
             ranks, (long long)n, (long long)dim, (long long)most, (long long)limit,
             (long long)(most / limit + 1) * ranks);
}

/* What ranks that solve a unit together cannot do. */
static void check_team(const look_t *look)
{
    const llr_job_t *job = look->job;
    int64_t sizes, dataset = look->dataset - job->dataset;
    const int64_t *size = sizes_of(look, &sizes);
    if (job->ranks_per_unit < 2) return;
    if (llr_job_preprocess(job, dataset)->kind == LLR_PREPROCESS_PCA)
        FIND(look,
             "preprocess: pca is for one rank a unit; use zscore or none, or ranks_per_unit: %d",
             1);
    for (int64_t i = 0; i < sizes; i++) check_pieces(look, size[i]);
}

static void check_groups(const look_t *look)
{
    if (look->facts->shape.groups) return;
    if (look->job->select_by == LLR_SELECT_WORST_GROUP)
        FIND(look, "select_by: %s, but it has no groups; use worst_class",
             llr_select_name(look->job->select_by));
    if (look->job->weights_by == LLR_BY_GROUP)
        FIND(look, "weights_by: %s, but it has no groups; use class", kind_name(look));
}

/* What is asked of the theory that it does not cover. */
static void check_theory(const look_t *look)
{
    const llr_job_t *job = look->job;
    llr_shape_t shape = look->facts->shape;
    bool has_logistic = false;
    for (int32_t l = 0; l < job->losses; l++)
        has_logistic = has_logistic || job->loss[l] == LLR_LOSS_LOGISTIC;
    if (job->rules & 1u << LLR_RULE_THEORY && has_logistic && shape.classes > 2)
        FIND(look,
             "rules: theory: nothing predicts logistic loss with %d classes; leave out logistic "
             "or theory, or use thumb",
             shape.classes);
    if (job->theory == LLR_FORM_SPECTRAL && (shape.classes != 2 || shape.groups))
        FIND(look, "theory: spectral: needs two classes without groups, it has %d and %d; use %s",
             shape.classes, shape.groups, llr_form_name(LLR_FORM_GENERAL));
}

static void check_dataset(const look_t *look)
{
    const llr_job_t *job = look->job;
    llr_shape_t shape = look->facts->shape;
    if (job->ratios && shape.classes != 2)
        FIND(look, "ratios: need two classes, it has %d; use exponents", shape.classes);
    check_groups(look);
    check_theory(look);
    if (job->weights_by == LLR_BY_GROUP && !shape.groups) return;
    if (job->prior && job->priors != shape.kinds)
        FIND(look, "priors: %d given, it has %d %s", job->priors, shape.kinds,
             job->weights_by == LLR_BY_GROUP ? "groups" : "classes");
    else
        check_sizes(look);
    check_limits(look);
    check_team(look);
}

static void warn_few(const look_t *look, const char *kind, int32_t index, int64_t rows)
{
    if (!rows)
        FIND(look, "%s %d has no validation rows: it has no say in a choice", kind, index);
    else if (rows < LLR_FEW_ROWS)
        FIND(look, "%s %d has %lld validation rows: an accuracy over them moves in steps of %.2g",
             kind, index, (long long)rows, 1 / (double)rows);
}

/* A file may have groups of classes that are left out. */
static bool has_group(const llr_facts_t *facts, int32_t group)
{
    int64_t place = facts->shape.classes + group, slots = llr_shape_slots(facts->shape);
    int64_t rows = facts->pool_count[place];
    for (int split = 0; split < LLR_SPLITS; split++)
        rows += facts->eval_count[split * slots + place];
    return rows > 0;
}

static void warn_absent(const look_t *look, int64_t n)
{
    const int64_t *pool = llr_facts_kind_count(look->facts, look->job->weights_by);
    llr_stratify(n, priors_of(look), look->facts->shape.kinds, look->count);
    for (int32_t k = 0; k < look->facts->shape.kinds; k++)
        if (pool[k] && !look->count[k])
            FIND(look, "of %lld rows group %d gets none; its weight is left out", (long long)n, k);
}

static void warn_dataset(const look_t *look)
{
    const llr_facts_t *facts = look->facts;
    bool by_group = look->job->weights_by == LLR_BY_GROUP;
    int64_t sizes;
    const int64_t *size = sizes_of(look, &sizes);
    if (facts->synthetic && facts->shape.classes == 2) return;
    for (int32_t c = 0; c < facts->shape.classes; c++)
        warn_few(look, "class", c, facts->eval_count[c]);
    if (by_group || look->job->select_by == LLR_SELECT_WORST_GROUP)
        for (int32_t g = 0; g < facts->shape.groups; g++)
            if (has_group(facts, g))
                warn_few(look, "group", g, facts->eval_count[facts->shape.classes + g]);
    if (by_group && look->job->sampling == LLR_SAMPLING_STRATIFIED)
        for (int64_t i = 0; i < sizes; i++) warn_absent(look, size[i]);
}

static void look_at_all(const llr_grid_t *grid, const llr_facts_t *facts, llr_findings_t *findings,
                        void (*look_at)(const look_t *look))
{
    for (int64_t d = 0; d < grid->job->datasets; d++) {
        look_t look = {grid->job, &grid->job->dataset[d], &facts[d], grid, findings, NULL};
        look.count = llr_alloc(facts[d].shape.kinds, sizeof *look.count);
        if (look.count)
            look_at(&look);
        else
            findings->failed = 1;
        free(look.count);
    }
}

void llr_grid_check(const llr_grid_t *grid, const llr_facts_t *facts, llr_findings_t *findings)
{
    look_at_all(grid, facts, findings, check_dataset);
}

void llr_grid_warn(const llr_grid_t *grid, const llr_facts_t *facts, llr_findings_t *warnings)
{
    look_at_all(grid, facts, warnings, warn_dataset);
}
