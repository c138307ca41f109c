#include "store/table_columns.h"

#include <math.h>

/* fmin and fmax pass over the NaN of kinds without rows. */
static double least_weight(const llr_cursor_t *at)
{
    double least = NAN;
    for (int32_t k = 0; k < at->facts->shape.kinds; k++) least = fmin(least, at->row->weight[k]);
    return least;
}

static double largest_weight(const llr_cursor_t *at)
{
    double largest = NAN;
    for (int32_t k = 0; k < at->facts->shape.kinds; k++)
        largest = fmax(largest, at->row->weight[k]);
    return largest;
}

/* The exponent or ratio that the job asks for; rules have none. */
static double rule_value(const llr_cursor_t *at)
{
    llr_rule_t rule = at->weighting->rule;
    return rule == LLR_RULE_EXPONENT || rule == LLR_RULE_RATIO ? at->weighting->value : NAN;
}

static double lambda_of(const llr_cursor_t *at)
{
    const llr_job_t *job = at->table->grid->job;
    return job->lambda[at->number % at->table->grid->places % job->lambdas];
}

/* Lines of a cell in the long table, a split. */
static int64_t lines_of(const llr_cursor_t *at)
{
    return at->facts->shape.classes + at->facts->shape.groups;
}

static bool is_test(const llr_cursor_t *at)
{
    return at->split == LLR_SPLIT_TEST;
}

static bool is_class(const llr_cursor_t *at)
{
    return at->index < at->facts->shape.classes;
}

static double correct_rows(const llr_cursor_t *at)
{
    int64_t count = at->facts->eval_count[at->slot];
    return count ? round(at->row->rate[at->slot] * (double)count) : NAN;
}

/* Of what shares a weight: classes, or groups. */
static double weight_of(const llr_cursor_t *at)
{
    bool by_class = at->table->grid->job->weights_by == LLR_BY_CLASS;
    if (by_class != is_class(at)) return NAN;
    return at->row->weight[at->index - (by_class ? 0 : at->facts->shape.classes)];
}

/* X(type, scope, name, unit, meaning, expression of the cursor at) */
#define ACCURACY_COLUMNS(X, split)                                                                 \
    X(REAL, RESULT, split##_overall, "1", "share of the " #split " rows predicted right",          \
      at->split.overall)                                                                           \
    X(REAL, RESULT, split##_balanced, "1", "mean over classes of the " #split " accuracy",         \
      at->split.balanced)                                                                          \
    X(REAL, RESULT, split##_worst_class, "1", "smallest " #split " accuracy of a class",           \
      at->split.worst_class)                                                                       \
    X(REAL, RESULT, split##_worst_group, "1",                                                      \
      "smallest " #split " accuracy of a group; none without groups", at->split.worst_group)       \
    X(REAL, RESULT, split##_class_gap, "1",                                                        \
      "largest minus smallest " #split " accuracy of a class", at->split.class_gap)                \
    X(REAL, RESULT, split##_group_gap, "1",                                                        \
      "largest minus smallest " #split " accuracy of a group; none without groups",                \
      at->split.group_gap)                                                                         \
    X(REAL, RESULT, split##_tpr_gap, "1",                                                          \
      "largest minus smallest " #split                                                             \
      " rate of a group's rows of class 1 called class 1; two classes with groups only",           \
      at->split.tpr_gap)                                                                           \
    X(REAL, RESULT, split##_fpr_gap, "1",                                                          \
      "largest minus smallest " #split                                                             \
      " rate of a group's rows of class 0 called class 1; two classes with groups only",           \
      at->split.fpr_gap)                                                                           \
    X(COUNT, RESULT, split##_count, "rows", #split " rows; 0 where accuracies are exact",          \
      at->split.count)                                                                             \
    X(COUNT, RESULT, split##_worst_class_count, "rows",                                            \
      #split " rows of the class with the smallest accuracy; 0 where exact or without a fit",      \
      at->split.worst_class_count)                                                                 \
    X(COUNT, RESULT, split##_worst_group_count, "rows",                                            \
      #split " rows of the group with the smallest accuracy; 0 without groups or a fit",           \
      at->split.worst_group_count)

#define MAIN_COLUMNS(X)                                                                            \
    X(TEXT, RESULT, key, "", "dataset/loss/n/seed/rule[=value]/lambda", at->key.data)              \
    X(TEXT, RESULT, dataset, "", "name of the dataset in the job",                                 \
      at->table->grid->job->dataset[at->about->dataset].name)                                      \
    X(TEXT, RESULT, loss, "", "loss that is minimised", llr_loss_name(at->about->loss))            \
    X(COUNT, RESULT, n, "rows", "rows of the retraining subsample", at->about->n)                  \
    X(COUNT, RESULT, n_used, "rows", "rows that were fitted", at->row->n_used)                     \
    X(COUNT, RESULT, d, "columns", "dimension of the features after preprocessing",                \
      at->facts->dim)                                                                              \
    X(COUNT, RESULT, rank, "columns", "numerical rank of the centred rows that were fitted",       \
      at->row->rank)                                                                               \
    X(REAL, RESULT, delta, "1", "d / n", (double)at->facts->dim / (double)at->about->n)            \
    X(COUNT, RESULT, seed, "", "seed of the subsample", at->about->seed)                           \
    X(TEXT, RESULT, rule, "", "rule that gave the weights", llr_rule_name(at->weighting->rule))    \
    X(REAL, RESULT, value, "1", "exponent or ratio of the rule; none for other rules",             \
      rule_value(at))                                                                              \
    X(REAL, RESULT, gamma, "1",                                                                    \
      "exponent of the weights, w_c ~ pi_c^-gamma; none where no exponent gives them",             \
      at->row->gamma)                                                                              \
    X(REAL, RESULT, rho, "1", "w_minority / w_majority; none for more than two classes",           \
      at->row->rho)                                                                                \
    X(REAL, RESULT, lambda, "1", "regularisation strength", lambda_of(at))                         \
    X(REAL, RESULT, w_min, "1", "smallest weight of a class (or group), sum_c pi_c w_c = 1",       \
      least_weight(at))                                                                            \
    X(REAL, RESULT, w_max, "1", "largest weight of a class (or group)", largest_weight(at))        \
    X(TEXT, RESULT, status, "", "what is known of the fit",                                        \
      llr_fit_status_name(at->row->fit.status))                                                    \
    X(COUNT, RESULT, iterations, "1", "iterations of the solver, 0 for direct ones",               \
      at->row->fit.iterations)                                                                     \
    X(REAL, RESULT, objective, "1", "weighted mean loss plus penalty at the solution",             \
      at->row->fit.objective)                                                                      \
    X(REAL, RESULT, gradient_norm, "1", "Euclidean norm of the gradient in the coefficients",      \
      at->row->fit.gradient_norm)                                                                  \
    X(REAL, RESULT, certified_gap, "1",                                                            \
      "upper bound of the relative distance of the objective to its minimum; none for logistic "   \
      "loss at lambda 0 and for averages",                                                         \
      at->row->fit.certified_gap)                                                                  \
    X(REAL, RESULT, df, "1", "effective degrees of freedom; none where the job leaves them out",   \
      at->row->fit.df)                                                                             \
    ACCURACY_COLUMNS(X, validation)                                                                \
    ACCURACY_COLUMNS(X, test)                                                                      \
    X(REAL, RESULT, theory_balanced_error, "1",                                                    \
      "predicted mean over classes of the test error; none where the job asks for no theory, or "  \
      "there is none",                                                                             \
      at->theory.balanced)                                                                         \
    X(REAL, RESULT, theory_worst_class_error, "1", "predicted largest test error of a class",      \
      at->theory.worst_class)                                                                      \
    X(REAL, RESULT, theory_worst_group_error, "1",                                                 \
      "predicted largest test error of a group; none without groups", at->theory.worst_group)      \
    X(REAL, RESULT, theory_df, "1", "predicted effective degrees of freedom", at->row->theory_df)  \
    X(REAL, PLACEMENT, seconds, "s", "CPU time of the unit over its cells", at->row->seconds)      \
    X(REAL, PLACEMENT, begun, "s", "when the unit was begun, since 1970, UTC", at->block->begun)   \
    X(REAL, PLACEMENT, ended, "s", "when the unit was solved, since 1970, UTC", at->block->ended)  \
    X(COUNT, PLACEMENT, rank_id, "", "MPI rank that computed it", at->row->rank_id)                \
    X(TEXT, PLACEMENT, host, "", "host that computed it", at->block->host)

#define LONG_COLUMNS(X)                                                                            \
    X(TEXT, ONLY_CSV, key, "", "key of the cell in the main table", at->key.data)                  \
    X(COUNT, ONLY_H5, cell, "", "row of the cell in the main table, from 0", at->cell)             \
    X(TEXT, RESULT, split, "", "validation or test", is_test(at) ? "test" : "validation")          \
    X(TEXT, RESULT, kind, "", "class or group", is_class(at) ? "class" : "group")                  \
    X(COUNT, RESULT, index, "", "number of the class or group",                                    \
      at->index - (is_class(at) ? 0 : at->facts->shape.classes))                                   \
    X(COUNT, RESULT, count, "rows", "rows of this split and class or group; 0 where exact",        \
      at->facts->eval_count[at->slot])                                                             \
    X(REAL, RESULT, correct, "rows", "rows predicted right; none where the accuracy is exact",     \
      correct_rows(at))                                                                            \
    X(REAL, RESULT, accuracy, "1", "share predicted right", at->row->rate[at->slot])               \
    X(REAL, RESULT, weight, "1", "weight of the class, or, with weights_by: group, of the group",  \
      weight_of(at))                                                                               \
    X(REAL, RESULT, theory_error, "1", "predicted test error; none where there is no prediction",  \
      at->row->theory_error[at->index])

#define RESULT_TEXT  const char *
#define RESULT_COUNT int64_t
#define RESULT_REAL  double
#define MEMBER_TEXT  text
#define MEMBER_COUNT count
#define MEMBER_REAL  real

#define MAIN_GETTER(type, scope, name, unit, meaning, expression)                                  \
    static RESULT_##type main_##name(const llr_cursor_t *at)                                       \
    {                                                                                              \
        return expression;                                                                         \
    }
#define LONG_GETTER(type, scope, name, unit, meaning, expression)                                  \
    static RESULT_##type long_##name(const llr_cursor_t *at)                                       \
    {                                                                                              \
        return expression;                                                                         \
    }
MAIN_COLUMNS(MAIN_GETTER)
LONG_COLUMNS(LONG_GETTER)

#define MAIN_ENTRY(type, scope, name, unit, meaning, expression)                                   \
    {#name, LLR_COLUMN_##type, LLR_COLUMN_##scope, unit, meaning, {.MEMBER_##type = main_##name}},
#define LONG_ENTRY(type, scope, name, unit, meaning, expression)                                   \
    {#name, LLR_COLUMN_##type, LLR_COLUMN_##scope, unit, meaning, {.MEMBER_##type = long_##name}},
static const llr_column_t main_columns[] = {MAIN_COLUMNS(MAIN_ENTRY)};
static const llr_column_t long_columns[] = {LONG_COLUMNS(LONG_ENTRY)};

static const llr_sheet_t sheets[LLR_SHEETS] = {
    {"table", "results.csv", "one row a cell, in grid order", false, main_columns,
     sizeof main_columns / sizeof *main_columns},
    {"long", "long.csv", "one row a cell, split, and class or group, in grid order", true,
     long_columns, sizeof long_columns / sizeof *long_columns}};

const llr_sheet_t *llr_sheet(int index)
{
    return &sheets[index];
}

void llr_cursor_begin(llr_cursor_t *cursor, const llr_table_t *table, const llr_sheet_t *sheet)
{
    *cursor = (llr_cursor_t){
        .table = table, .is_long = sheet->is_long, .number = -1, .cell = -1, .subsample = -1};
}

void llr_cursor_end(llr_cursor_t *cursor)
{
    llr_text_destroy(&cursor->key);
}

static bool has_rows(const llr_table_t *table, int64_t cell)
{
    return table->block[llr_grid_unit_of(table->grid, cell)].rows > 0;
}

static void set_key(llr_cursor_t *at, int64_t unit, int64_t place)
{
    const llr_grid_t *grid = at->table->grid;
    int64_t subsample = at->number / grid->places;
    if (subsample != at->subsample) {
        at->key.length = 0;
        llr_grid_subsample_key(grid, unit, &at->key);
        at->shared = at->key.length;
        at->subsample = subsample;
    }
    at->key.length = at->shared;
    llr_grid_place_key(grid, place, &at->key);
}

static bool enter_cell(llr_cursor_t *at)
{
    const llr_table_t *table = at->table;
    const llr_grid_t *grid = table->grid;
    int64_t unit = llr_grid_unit_of(grid, at->number), place = at->number % grid->places;
    at->index = at->slot = 0;
    at->split = LLR_SPLIT_VALIDATION;
    at->cell++;
    at->about = &grid->unit[unit];
    at->facts = &table->facts[at->about->dataset];
    at->block = &table->block[unit];
    at->row = &at->block->row[llr_unit_row(grid, unit, place)];
    at->weighting = &grid->weighting[place / grid->job->lambdas];
    set_key(at, unit, place);
    if (at->is_long) return !at->key.failed;
    at->validation = llr_row_summary(at->row, at->facts, LLR_SPLIT_VALIDATION);
    at->test = llr_row_summary(at->row, at->facts, LLR_SPLIT_TEST);
    at->theory = llr_row_outlook(at->row, at->facts->shape);
    return !at->key.failed;
}

/* The next line of a cell in the long table; false: there is none. */
static bool next_line(llr_cursor_t *at)
{
    at->slot++;
    if (++at->index < lines_of(at)) return true;
    at->index = 0;
    at->split++;
    at->slot = at->split * llr_shape_slots(at->facts->shape);
    return at->split < LLR_SPLITS;
}

bool llr_cursor_next(llr_cursor_t *at)
{
    const llr_table_t *table = at->table;
    if (at->is_long && at->row && next_line(at)) return true;
    do at->number++;
    while (at->number < table->grid->cells && !has_rows(table, at->number));
    return at->number < table->grid->cells && enter_cell(at);
}

bool llr_cursor_seek(llr_cursor_t *at, int64_t number)
{
    at->number = number;
    return enter_cell(at);
}
