#include "suite.h"
#include "sweep.h"

#define GRID                                                                                       \
    "exponents: [0, 1.5]\nlambdas: [.01, 1]\nlosses: [square, logistic]\n"                         \
    "seeds: {first: 3, count: 2}\nrules: [balanced_subsample]\n"

static void check_all(toy_t *toy)
{
    sweep_t *sweep = sweep_begin(toy);
    for (int64_t cell = 0; cell < sweep->grid.cells; cell++) check_cell(sweep, cell);
    sweep_end(sweep);
}

static void fits_by_class_are_minima(void)
{
    check_all(toy_begin(TOY_CROSSED, &toy_all, GRID "sizes: [30, 90]\n"));
    check_all(toy_begin(TOY_CROSSED, &toy_pair, GRID "sizes: [60]\npriors: [.8, .2]\n"));
}

/* Groups inside a class: with the pair, two groups of each class, and two that are absent. */
static void fits_by_nested_groups_are_minima(void)
{
    check_all(toy_begin(TOY_NESTED, &toy_all, GRID "sizes: [60]\nweights_by: group\n"));
    check_all(toy_begin(TOY_NESTED, &toy_pair, GRID "sizes: [60]\nweights_by: group\n"));
}

/* Groups that have rows of several classes. */
static void fits_by_crossing_groups_are_minima(void)
{
    check_all(toy_begin(TOY_CROSSED, &toy_all, GRID "sizes: [200]\nweights_by: group\n"));
    check_all(toy_begin(TOY_CROSSED, &toy_pair, GRID "sizes: [120]\nweights_by: group\n"));
    check_all(toy_begin(TOY_TWO, &toy_pair, GRID "sizes: [50]\nweights_by: group\n"));
}

static void fits_of_uniform_rows_are_minima(void)
{
    check_all(toy_begin(TOY_CROSSED, &toy_pair, GRID "sizes: [70]\nsampling: uniform\n"));
    check_all(toy_begin(TOY_NESTED, &toy_pair,
                        GRID "sizes: [70]\nsampling: uniform\nweights_by: group\n"));
}

/* Columns that follow from the counts. */
static void gamma_and_rho_are_those_of_the_weights(void)
{
    toy_t *toy = toy_begin(TOY_CROSSED, &toy_pair, GRID "sizes: [60]\nratios: [7]\n");
    sweep_t *sweep = sweep_begin(toy);
    for (int64_t cell = 0; cell < sweep->grid.places; cell++) {
        const llr_row_t *row = sweep_row(sweep, cell);
        int64_t count[TOY_KINDS];
        drawn_t drawn = sweep_draw(sweep, cell, false, -1, count);
        int small = count[1] < count[0];
        double rho = row->weight[small] / row->weight[1 - small];
        double odds = (double)count[1 - small] / (double)count[small];
        CU_ASSERT_DOUBLE_EQUAL(row->rho, rho, 1e-14 * rho);
        llr_rule_t rule = sweep_weighting(sweep, cell)->rule;
        CU_ASSERT_TRUE(rule == LLR_RULE_BALANCED_SUBSAMPLE
                           ? isnan(row->gamma) && rho == 1
                           : fabs(row->gamma - log(rho) / log(odds)) < 1e-13);
        if (rule == LLR_RULE_RATIO) CU_ASSERT_DOUBLE_EQUAL(rho, 7, 1e-13);
        release(&drawn);
    }
    sweep_end(sweep);
}

/* Groups have no ratio, be they two. */
static void groups_have_no_rho(void)
{
    for (int g = 0; g < 3; g++) {
        sweep_t *sweep = sweep_begin(
            toy_begin((toy_groups_t)g, &toy_pair, GRID "sizes: [120]\nweights_by: group\n"));
        for (int64_t cell = 0; cell < sweep->grid.places; cell++)
            CU_ASSERT_TRUE(isnan(sweep_row(sweep, cell)->rho));
        CU_ASSERT_EQUAL(sweep_row(sweep, 2)->gamma, 1.5);
        sweep_end(sweep);
    }
}

/* Odds gaps ------------------------------------------------------------------------------------ */

/* Largest minus smallest, over the groups that have rows of a class, of the share called class 1.
 */
static double gap_by_hand(const sweep_t *sweep, const int64_t *right, const int64_t *count,
                          int class)
{
    llr_shape_t shape = sweep->facts.shape;
    double most = -1, least = 2;
    for (int32_t g = 0; g < shape.groups; g++) {
        int64_t slot = shape.classes + shape.groups + 2 * g + class;
        double positive = (double)(class ? right[slot] : count[slot] - right[slot]);
        if (!count[slot]) continue;
        most = fmax(most, positive / (double)count[slot]);
        least = fmin(least, positive / (double)count[slot]);
    }
    return most - least;
}

/* The smallest accuracy of some slots, and its rows. */
static void check_worst(const int64_t *right, const int64_t *count, int64_t slots, double worst,
                        int64_t rows)
{
    double least = 2;
    int64_t of = 0;
    for (int64_t s = 0; s < slots; s++)
        if (count[s] && (double)right[s] / (double)count[s] < least) {
            least = (double)right[s] / (double)count[s];
            of = count[s];
        }
    CU_ASSERT_EQUAL(worst, least);
    CU_ASSERT_EQUAL(rows, of);
}

static void check_summary(sweep_t *sweep, int64_t cell)
{
    head_t head;
    llr_shape_t shape = sweep->facts.shape;
    sweep_head(sweep, cell, &head);
    for (int split = 0; split < LLR_SPLITS; split++) {
        int64_t right[64] = {0}, count[64] = {0};
        llr_summary_t summary =
            llr_row_summary(sweep_row(sweep, cell), &sweep->facts, (llr_split_t)split);
        count_by_hand(sweep->toy, &head, split, right, count);
        CU_ASSERT_DOUBLE_EQUAL(summary.tpr_gap, gap_by_hand(sweep, right, count, 1), 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(summary.fpr_gap, gap_by_hand(sweep, right, count, 0), 1e-15);
        CU_ASSERT_EQUAL(summary.count, count[0] + count[1]);
        CU_ASSERT_DOUBLE_EQUAL(
            summary.overall, (double)(right[0] + right[1]) / (double)(count[0] + count[1]), 1e-15);
        check_worst(right, count, 2, summary.worst_class, summary.worst_class_count);
        check_worst(right + 2, count + 2, shape.groups, summary.worst_group,
                    summary.worst_group_count);
    }
}

static void odds_gaps_are_those_of_the_groups(void)
{
    for (int g = 0; g < 3; g++)
        for (int by = 0; by < 2; by++) {
            sweep_t *sweep = sweep_begin(
                toy_begin((toy_groups_t)g, &toy_pair,
                          by ? GRID "sizes: [120]\nweights_by: group\n" : GRID "sizes: [120]\n"));
            for (int64_t cell = 0; cell < sweep->grid.cells; cell++) check_summary(sweep, cell);
            sweep_end(sweep);
        }
}

/* A group without pool rows has accuracies, and no weight. */
static void an_absent_group_has_no_weight(void)
{
    sweep_t *sweep =
        sweep_begin(toy_begin(TOY_CROSSED, &toy_all, GRID "sizes: [200]\nweights_by: group\n"));
    CU_ASSERT_EQUAL(sweep->facts.group_class[5], LLR_NO_CLASS);
    CU_ASSERT_EQUAL(sweep->facts.group_class[4], 2);
    CU_ASSERT_EQUAL(sweep->facts.group_class[0], LLR_SEVERAL_CLASSES);
    for (int64_t cell = 0; cell < sweep->grid.cells; cell++) {
        const llr_row_t *row = sweep_row(sweep, cell);
        CU_ASSERT_TRUE(isnan(row->weight[5]));
        CU_ASSERT_TRUE(row->weight[4] > 0);
        CU_ASSERT_FALSE(isnan(row->rate[3 + 5]));
    }
    sweep_end(sweep);
}

/* Missing classes ------------------------------------------------------------------------------ */

static void check_missing(const sweep_t *sweep, const llr_row_t *row)
{
    const double numbers[] = {row->fit.objective,
                              row->fit.gradient_norm,
                              row->fit.certified_gap,
                              row->fit.df,
                              row->gamma,
                              row->rho};
    CU_ASSERT_EQUAL(row->fit.status, LLR_FIT_MISSING_CLASS);
    CU_ASSERT_EQUAL(row->fit.iterations, 0);
    CU_ASSERT_EQUAL(row->n_used, 0);
    CU_ASSERT_EQUAL(row->rank, 0);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) CU_ASSERT_TRUE(isnan(numbers[i]));
    for (int32_t k = 0; k < sweep->facts.shape.kinds; k++) CU_ASSERT_TRUE(isnan(row->weight[k]));
    for (int64_t i = 0; i < LLR_SPLITS * llr_shape_slots(sweep->facts.shape); i++)
        CU_ASSERT_TRUE(isnan(row->rate[i]));
}

/* Seeds without a class have no numbers; the others are as ever. */
static void a_missing_class_is_said(void)
{
    sweep_t *sweep =
        sweep_begin(toy_begin(TOY_CROSSED, &toy_all,
                              "exponents: [1.5]\nlambdas: [.1]\nlosses: [square]\nsizes: [14]\n"
                              "seeds: {count: 12}\nrules: [balanced_subsample, "
                              "averaged_balanced]\nsampling: uniform\n"));
    int64_t missing = 0;
    for (int64_t cell = 0; cell < sweep->grid.cells; cell++) {
        drawn_t drawn = draw(sweep->toy, 14, sweep_unit(sweep, cell)->seed);
        bool lacks = false;
        for (int c = 0; c < 3; c++) lacks = lacks || !drawn.s.class_count[c];
        release(&drawn);
        missing += lacks;
        if (lacks)
            check_missing(sweep, sweep_row(sweep, cell));
        else if (!llr_rule_is_balanced(sweep_weighting(sweep, cell)->rule))
            check_cell(sweep, cell);
        else {
            CU_ASSERT_NOT_EQUAL(sweep_row(sweep, cell)->fit.status, LLR_FIT_MISSING_CLASS);
        }
    }
    CU_ASSERT_TRUE(missing > 0 && missing < sweep->grid.cells);
    sweep_end(sweep);
}

/* Synthetic ------------------------------------------------------------------------------------ */

static void synthetic_rates_are_exact(void)
{
    sweep_t *sweep = sweep_begin(
        toy_begin_synthetic("synthetic: {d: 20, priors: [.7, .3]}", GRID "sizes: [15, 100]\n"));
    for (int64_t cell = 0; cell < sweep->grid.cells; cell++) {
        head_t head;
        double rate[2];
        const llr_row_t *row = sweep_row(sweep, cell);
        sweep_head(sweep, cell, &head);
        llr_dataset_exact_rates(&sweep->toy->dataset, head.theta, head.b[0], rate);
        CU_ASSERT_EQUAL(memcmp(row->rate, rate, sizeof rate), 0);
        CU_ASSERT_EQUAL(memcmp(row->rate + 2, rate, sizeof rate), 0);
    }
    sweep_end(sweep);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"fits by class are minima", fits_by_class_are_minima},
        {"fits by nested groups are minima", fits_by_nested_groups_are_minima},
        {"fits by crossing groups are minima", fits_by_crossing_groups_are_minima},
        {"fits of uniform rows are minima", fits_of_uniform_rows_are_minima},
        {"gamma and rho are those of the weights", gamma_and_rho_are_those_of_the_weights},
        {"groups have no rho", groups_have_no_rho},
        {"odds gaps are those of the groups", odds_gaps_are_those_of_the_groups},
        {"an absent group has no weight", an_absent_group_has_no_weight},
        {"a missing class is said", a_missing_class_is_said},
        {"synthetic rates are exact", synthetic_rates_are_exact},
    };
    return LLR_RUN_SUITE("unit", tests);
}
