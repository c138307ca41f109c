/* Predictions counted, and the accuracies and gaps that follow from the counts. */
#include "base/random.h"
#include "model/metrics.h"
#include "model/row.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void predictions_go_by_the_larger_score(void)
{
    CU_ASSERT_EQUAL(llr_predict((double[]){0.1}, 1), 1);
    CU_ASSERT_EQUAL(llr_predict((double[]){-0.1}, 1), 0);
    CU_ASSERT_EQUAL(llr_predict((double[]){0}, 1), 0); /* class 1 iff the score is above 0 */
    CU_ASSERT_EQUAL(llr_predict((double[]){1, 3, 2}, 3), 1);
    CU_ASSERT_EQUAL(llr_predict((double[]){3, 3, 2}, 3), 0); /* ties to the lower */
    CU_ASSERT_EQUAL(llr_predict((double[]){-5, -2, -2}, 3), 1);
}

static void slots_are_classes_groups_and_both(void)
{
    const llr_shape_t both = {2, 3, 2}, many = {4, 3, 3}, plain = {2, 0, 2};
    bool seen[11] = {false};
    CU_ASSERT_EQUAL(llr_shape_slots(both), 2 + 3 + 6);
    CU_ASSERT_EQUAL(llr_shape_slots(many), 4 + 3);
    CU_ASSERT_EQUAL(llr_shape_slots(plain), 2);
    for (int32_t g = 0; g < 3; g++)
        for (int32_t c = 0; c < 2; c++) {
            int64_t slot = llr_shape_slot(both, g, c);
            CU_ASSERT_TRUE_FATAL(slot >= 5 && slot < 11);
            CU_ASSERT_FALSE(seen[slot]);
            seen[slot] = true;
        }
}

/* Random rows: labels, groups, scores of some fits. */
enum { ROWS = 200, FITS = 3, MOST = 4 };

typedef struct rows {
    llr_shape_t shape;
    int32_t columns, label[ROWS], group[ROWS];
    double score[ROWS * FITS * MOST];
} rows_t;

static void fill_rows(rows_t *rows, llr_shape_t shape)
{
    llr_random_t random =
        llr_random_stream((llr_hash_t){2, 3}, LLR_PURPOSE_SPLIT, shape.classes, shape.groups);
    *rows = (rows_t){.shape = shape, .columns = shape.classes == 2 ? 1 : shape.classes};
    for (int i = 0; i < ROWS; i++) {
        rows->label[i] = (int32_t)llr_random_below(&random, shape.classes);
        if (shape.groups) rows->group[i] = (int32_t)llr_random_below(&random, shape.groups);
    }
    llr_random_normal(&random, rows->score, ROWS * FITS * rows->columns);
    for (int i = 0; i < ROWS * FITS * rows->columns; i += 7) rows->score[i] = 0;
}

/* Is a row of the class and group that a slot counts? */
static bool is_in_slot(const rows_t *rows, int row, int64_t slot)
{
    llr_shape_t shape = rows->shape;
    if (slot < shape.classes) return rows->label[row] == slot;
    slot -= shape.classes;
    if (slot < shape.groups) return rows->group[row] == slot;
    slot -= shape.groups;
    return rows->group[row] == slot / 2 && rows->label[row] == slot % 2;
}

static bool is_right(const rows_t *rows, int row, int fit)
{
    const double *score = rows->score + (row * FITS + fit) * rows->columns;
    if (rows->columns == 1) return (score[0] > 0) == (rows->label[row] == 1);
    for (int k = 0; k < rows->columns; k++) {
        bool beats = k < rows->label[row] ? score[k] >= score[rows->label[row]]
                                          : score[k] > score[rows->label[row]];
        if (beats) return false;
    }
    return true;
}

static void hits_are_counted_slot_by_slot(void)
{
    static const llr_shape_t shapes[] = {{2, 3, 2}, {2, 0, 2}, {4, 3, 3}, {3, 0, 3}, {2, 1, 1}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        rows_t rows;
        int64_t correct[FITS * 16], slots = llr_shape_slots(shapes[s]);
        fill_rows(&rows, shapes[s]);
        for (int i = 0; i < FITS * 16; i++) correct[i] = 1000; /* counts are added */
        for (int64_t first = 0; first < ROWS; first += 64) {
            int64_t count = ROWS - first < 64 ? ROWS - first : 64;
            llr_count_correct(rows.score + first * FITS * rows.columns, count, FITS, rows.columns,
                              rows.label + first, shapes[s].groups ? rows.group + first : NULL,
                              shapes[s], correct);
        }
        for (int f = 0; f < FITS; f++)
            for (int64_t slot = 0; slot < slots; slot++) {
                int64_t wanted = 1000;
                for (int i = 0; i < ROWS; i++)
                    wanted += is_in_slot(&rows, i, slot) && is_right(&rows, i, f);
                CU_ASSERT_EQUAL(correct[f * slots + slot], wanted);
            }
    }
}

/* Summaries ------------------------------------------------------------------------------------ */

/* A row of one split from counts by (group, class): right and all. */
typedef struct table {
    llr_facts_t facts;
    llr_row_t row;
    double rate[LLR_SPLITS * 16];
} table_t;

static void begin(table_t *table, llr_shape_t shape)
{
    *table = (table_t){.facts = {.dim = 3, .columns = 3, .shape = shape}};
    CU_ASSERT_EQUAL_FATAL(llr_facts_allocate(&table->facts), 0);
    table->row.rate = table->rate;
    for (int i = 0; i < LLR_SPLITS * 16; i++) table->rate[i] = NAN;
}

static void set(table_t *table, llr_split_t split, int64_t slot, int64_t right, int64_t all)
{
    int64_t at = split * llr_shape_slots(table->facts.shape) + slot;
    table->facts.eval_count[at] = all;
    table->rate[at] = all ? (double)right / (double)all : NAN;
}

/* Two classes, three groups, cell counts right / all:
 *             class 0    class 1
 *   group 0    40 / 50    6 / 10
 *   group 1     9 / 20   24 / 30
 *   group 2     5 / 5     0 / 0     */
static void fill_odds(table_t *table)
{
    static const int64_t right[3][2] = {{40, 6}, {9, 24}, {5, 0}},
                         all[3][2] = {{50, 10}, {20, 30}, {5, 0}};
    const llr_shape_t shape = {2, 3, 2};
    begin(table, shape);
    for (int32_t g = 0; g < 3; g++) {
        set(table, LLR_SPLIT_TEST, 2 + g, right[g][0] + right[g][1], all[g][0] + all[g][1]);
        for (int32_t c = 0; c < 2; c++)
            set(table, LLR_SPLIT_TEST, llr_shape_slot(shape, g, c), right[g][c], all[g][c]);
    }
    set(table, LLR_SPLIT_TEST, 0, 54, 75);
    set(table, LLR_SPLIT_TEST, 1, 30, 40);
}

static void gaps_are_those_of_the_table(void)
{
    table_t table;
    fill_odds(&table);
    llr_summary_t summary = llr_row_summary(&table.row, &table.facts, LLR_SPLIT_TEST);
    CU_ASSERT_DOUBLE_EQUAL(summary.overall, 84. / 115, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(summary.balanced, (0.72 + 0.75) / 2, 1e-15);
    CU_ASSERT_EQUAL(summary.worst_class, 0.72);
    CU_ASSERT_DOUBLE_EQUAL(summary.class_gap, 0.03, 1e-15);
    CU_ASSERT_EQUAL(summary.worst_group, 33. / 50);
    CU_ASSERT_DOUBLE_EQUAL(summary.group_gap, 1 - 33. / 50, 1e-15);
    /* True class 1 called 1: .6 and .8, none in group 2. */
    CU_ASSERT_DOUBLE_EQUAL(summary.tpr_gap, 0.2, 1e-15);
    /* True class 0 called 1: 10/50, 11/20, 0/5. */
    CU_ASSERT_DOUBLE_EQUAL(summary.fpr_gap, 0.55, 1e-15);
    CU_ASSERT_EQUAL(summary.count, 115);
    CU_ASSERT_EQUAL(summary.worst_class_count, 75);
    CU_ASSERT_EQUAL(summary.worst_group_count, 50);
    /* The other split has no rows at all. */
    summary = llr_row_summary(&table.row, &table.facts, LLR_SPLIT_VALIDATION);
    CU_ASSERT_TRUE(isnan(summary.overall) && isnan(summary.balanced) &&
                   isnan(summary.worst_class) && isnan(summary.worst_group) &&
                   isnan(summary.class_gap) && isnan(summary.group_gap) && isnan(summary.tpr_gap) &&
                   isnan(summary.fpr_gap));
    CU_ASSERT_TRUE(!summary.count && !summary.worst_class_count && !summary.worst_group_count);
    llr_facts_destroy(&table.facts);
}

/* One group with rows of a class: no two to differ. Ties for the worst go to the lower index. */
static void gaps_of_one_and_ties(void)
{
    const llr_shape_t shape = {2, 2, 2};
    table_t table;
    begin(&table, shape);
    set(&table, LLR_SPLIT_TEST, 0, 5, 10);
    set(&table, LLR_SPLIT_TEST, 1, 10, 20);
    set(&table, LLR_SPLIT_TEST, 2, 7, 14);
    set(&table, LLR_SPLIT_TEST, 3, 8, 16);
    set(&table, LLR_SPLIT_TEST, llr_shape_slot(shape, 0, 1), 3, 4);
    llr_summary_t summary = llr_row_summary(&table.row, &table.facts, LLR_SPLIT_TEST);
    CU_ASSERT_EQUAL(summary.tpr_gap, 0);
    CU_ASSERT_TRUE(isnan(summary.fpr_gap));
    CU_ASSERT_EQUAL(summary.worst_class_count, 10);
    CU_ASSERT_EQUAL(summary.worst_group_count, 14);
    llr_facts_destroy(&table.facts);
}

/* Equalised odds are of two classes with groups. */
static void odds_need_two_classes_and_groups(void)
{
    static const llr_shape_t shapes[] = {{3, 2, 3}, {2, 0, 2}};
    for (int s = 0; s < 2; s++) {
        table_t table;
        begin(&table, shapes[s]);
        for (int64_t slot = 0; slot < llr_shape_slots(shapes[s]); slot++)
            set(&table, LLR_SPLIT_VALIDATION, slot, 3 + slot, 10);
        llr_summary_t summary = llr_row_summary(&table.row, &table.facts, LLR_SPLIT_VALIDATION);
        CU_ASSERT_TRUE(isnan(summary.tpr_gap) && isnan(summary.fpr_gap));
        CU_ASSERT_EQUAL(isnan(summary.worst_group), !shapes[s].groups);
        CU_ASSERT_EQUAL(isnan(summary.group_gap), !shapes[s].groups);
        CU_ASSERT_EQUAL(summary.worst_group_count, shapes[s].groups ? 10 : 0);
        CU_ASSERT_EQUAL(summary.worst_class, 0.3);
        llr_facts_destroy(&table.facts);
    }
}

/* Exact rates have no rows behind them: priors weigh them, counts are 0. */
static void exact_rates_have_no_counts(void)
{
    table_t table;
    begin(&table, (llr_shape_t){2, 0, 2});
    table.facts.synthetic = true;
    memcpy(table.facts.pool_prior, (double[]){0.75, 0.25}, 2 * sizeof(double));
    for (int i = 0; i < 4; i++) table.rate[i] = i % 2 ? 0.5 : 0.875;
    for (int split = 0; split < LLR_SPLITS; split++) {
        llr_summary_t summary = llr_row_summary(&table.row, &table.facts, (llr_split_t)split);
        CU_ASSERT_EQUAL(summary.overall, 0.75 * 0.875 + 0.25 * 0.5);
        CU_ASSERT_EQUAL(summary.class_gap, 0.375);
        CU_ASSERT_TRUE(!summary.count && !summary.worst_class_count && !summary.worst_group_count);
    }
    llr_facts_destroy(&table.facts);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"predictions go by the larger score", predictions_go_by_the_larger_score},
        {"slots are classes, groups, and both", slots_are_classes_groups_and_both},
        {"hits are counted slot by slot", hits_are_counted_slot_by_slot},
        {"gaps are those of the table", gaps_are_those_of_the_table},
        {"gaps of one, and ties", gaps_of_one_and_ties},
        {"odds need two classes and groups", odds_need_two_classes_and_groups},
        {"exact rates have no counts", exact_rates_have_no_counts},
    };
    return LLR_RUN_SUITE("metrics", tests);
}
