#include "model/scaling.h"
#include "suite.h"
#include "sweep.h"

#define GRID                                                                                       \
    "exponents: [1]\nlambdas: [1, .02]\nlosses: [square, logistic]\nseeds: {first: 1, count: 2}\n" \
    "rules: [balanced_subsample, averaged_balanced]\n"

enum { LAMBDAS = 2, REPEATS = 4 };

/* Sums over the draws: coefficients of the raw features by the textbook's minimum, the rest by the
 * solvers. */
typedef struct average {
    real_t theta[TOY_LABELS * TOY_DIM], b[TOY_LABELS], df;
    int64_t iterations, rank, rows, lacking; /* draws without a row of a class */
} average_t;

/* The minimum on one draw, turned into coefficients of the raw features. */
static void add_minimum(const sweep_t *sweep, int64_t cell, const llr_subsample_t *s,
                        average_t *average)
{
    problem_t problem = problem_of(sweep, cell, s);
    moments_t moments = moments_of(sweep->toy, s->row, s->rows);
    real_t v[TOY_LABELS * (TOY_DIM + 1)];
    for (int32_t t = 0; t < s->strata; t++) problem.weight[t] = 1;
    reference_minimum(&problem, v);
    for (int32_t k = 0; k < llr_columns(problem.classes); k++) {
        average->b[k] += v[k * (TOY_DIM + 1) + TOY_DIM] / REPEATS;
        for (int j = 0; j < TOY_DIM; j++) {
            if (moments.deviation[j] == 0) continue;
            real_t theta = v[k * (TOY_DIM + 1) + j] / moments.deviation[j];
            average->theta[k * TOY_DIM + j] += theta / REPEATS;
            average->b[k] -= theta * moments.mean[j] / REPEATS;
        }
    }
    free(problem.x);
}

/* The draw given to the solvers, all lambdas at once as a unit gives them. */
static void add_fit(const sweep_t *sweep, int64_t cell, const llr_subsample_t *s,
                    average_t *average)
{
    const toy_t *toy = sweep->toy;
    const llr_unit_t *unit = sweep_unit(sweep, cell);
    double x[TOY_ROWS * TOY_DIM], shift[TOY_DIM], scale[TOY_DIM], ones[MOST_STRATA],
        theta[LAMBDAS * TOY_LABELS * TOY_DIM], b[LAMBDAS * TOY_LABELS];
    llr_fit_t fit[LAMBDAS];
    int32_t classes = sweep->facts.shape.classes;
    llr_arena_t arena;
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, 4 << 20, NULL), LLR_OK);
    llr_subsample_gather(&toy->dataset, s, unit->seed, x, &arena, NULL);
    llr_scaling_fit(LLR_PREPROCESS_ZSCORE, x, s->rows, TOY_DIM, shift, scale);
    llr_scaling_apply(shift, scale, x, s->rows, TOY_DIM);
    for (int32_t t = 0; t < s->strata; t++) ones[t] = 1;
    llr_sample_t sample = {x,       s->rows,          TOY_DIM,         s->strata,
                           classes, s->stratum_start, s->stratum_class};
    llr_path_t path = {ones, toy->job.lambda, LAMBDAS};
    llr_solve_options_t options = {toy->job.tolerance, 1000, NULL, NULL};
    llr_solutions_t out = {LAMBDAS, llr_columns(classes), 0, fit, theta, b};
    CU_ASSERT_EQUAL(llr_solve(unit->loss, &sample, &path, 1, &options, &out, &arena, NULL), LLR_OK);
    const llr_fit_t *mine = &fit[cell % LAMBDAS];
    CU_ASSERT_EQUAL(mine->status, LLR_FIT_CONVERGED);
    average->iterations += mine->iterations;
    average->df += mine->df / (real_t)REPEATS;
    average->rank = out.rank > average->rank ? out.rank : average->rank;
    average->rows = s->rows;
    llr_arena_destroy(&arena);
}

static average_t average_by_hand(const sweep_t *sweep, int64_t cell)
{
    average_t average = {.df = 0};
    int64_t count[TOY_KINDS];
    for (int64_t r = 0; r < REPEATS; r++) {
        drawn_t drawn = sweep_draw(sweep, cell, true, r, count);
        bool lacks = false;
        for (int32_t c = 0; c < sweep->facts.shape.classes; c++)
            lacks = lacks || !drawn.s.class_count[c];
        average.lacking += lacks;
        if (!lacks) {
            add_minimum(sweep, cell, &drawn.s, &average);
            add_fit(sweep, cell, &drawn.s, &average);
        }
        release(&drawn);
    }
    return average;
}

static void check_averaged_row(const sweep_t *sweep, int64_t cell, const average_t *average)
{
    const llr_row_t *row = sweep_row(sweep, cell);
    int64_t count[TOY_KINDS];
    drawn_t drawn = sweep_draw(sweep, cell, false, -1, count);
    CU_ASSERT_EQUAL(row->fit.status, LLR_FIT_AVERAGED);
    CU_ASSERT_TRUE(isnan(row->fit.objective) && isnan(row->fit.gradient_norm) &&
                   isnan(row->fit.certified_gap) && isnan(row->gamma));
    CU_ASSERT_EQUAL(row->fit.iterations, average->iterations);
    CU_ASSERT_EQUAL(row->fit.iterations > 0, sweep_unit(sweep, cell)->loss == LLR_LOSS_LOGISTIC);
    CU_ASSERT_TRUE(fabsl(row->fit.df - average->df) < 1e-12L);
    CU_ASSERT_EQUAL(row->rank, average->rank);
    CU_ASSERT_EQUAL(row->n_used, average->rows);
    CU_ASSERT_TRUE(row->n_used < sweep_unit(sweep, cell)->n);
    for (int32_t k = 0; k < sweep->facts.shape.kinds; k++)
        CU_ASSERT_TRUE(count[k] ? row->weight[k] == 1 : isnan(row->weight[k]));
    release(&drawn);
}

static void check_averaged(sweep_t *sweep, int64_t cell)
{
    average_t average = average_by_hand(sweep, cell);
    head_t head;
    real_t most = 0;
    int32_t columns = llr_columns(sweep->facts.shape.classes);
    CU_ASSERT_EQUAL_FATAL(average.lacking, 0);
    check_averaged_row(sweep, cell, &average);
    sweep_head(sweep, cell, &head);
    for (int j = 0; j < columns * TOY_DIM; j++) {
        most = fmaxl(most, fabsl(average.theta[j]));
        CU_ASSERT_TRUE(fabsl(head.theta[j] - average.theta[j]) < 1e-6L);
    }
    CU_ASSERT_TRUE(most > 1e-3L);
    /* All intercepts of softmax may shift together. */
    for (int32_t k = 1; k < columns; k++)
        CU_ASSERT_TRUE(fabsl(head.b[k] - head.b[0] - (average.b[k] - average.b[0])) < 1e-5L);
    if (columns == 1) CU_ASSERT_TRUE(fabsl(head.b[0] - average.b[0]) < 1e-5L);
    check_rates(sweep, sweep_row(sweep, cell), &head);
}

static void check_job(toy_t *toy)
{
    sweep_t *sweep = sweep_begin(toy);
    int64_t averages = 0;
    CU_ASSERT_EQUAL(toy->job.balanced_repeats, REPEATS);
    for (int64_t cell = 0; cell < sweep->grid.cells; cell++)
        if (sweep_weighting(sweep, cell)->rule == LLR_RULE_AVERAGED_BALANCED) {
            check_averaged(sweep, cell);
            averages++;
        }
    CU_ASSERT_EQUAL(averages * sweep->grid.weightings, sweep->grid.cells);
    sweep_end(sweep);
}

static void coefficients_are_averages_over_draws(void)
{
    check_job(toy_begin(TOY_CROSSED, &toy_pair, GRID "sizes: [60]\nbalanced_repeats: 4\n"));
    check_job(toy_begin(TOY_CROSSED, &toy_all, GRID "sizes: [100]\nbalanced_repeats: 4\n"));
}

static void groups_are_drawn_alike(void)
{
    check_job(toy_begin(TOY_NESTED, &toy_pair,
                        GRID "sizes: [60]\nweights_by: group\nbalanced_repeats: 4\n"));
    check_job(toy_begin(TOY_CROSSED, &toy_all,
                        GRID "sizes: [220]\nweights_by: group\nbalanced_repeats: 4\n"));
}

/* The first rows of each kind are one more cut, not one of the draws. */
static void one_draw_is_not_the_balanced_subsample(void)
{
    sweep_t *sweep =
        sweep_begin(toy_begin(TOY_CROSSED, &toy_pair, GRID "sizes: [60]\nbalanced_repeats: 1\n"));
    for (int64_t cell = 0; cell < sweep->grid.cells; cell++) {
        head_t averaged, first;
        if (sweep_weighting(sweep, cell)->rule != LLR_RULE_AVERAGED_BALANCED) continue;
        sweep_head(sweep, cell, &averaged);
        sweep_head(sweep, cell - LAMBDAS, &first);
        CU_ASSERT_NOT_EQUAL(averaged.theta[0], first.theta[0]);
        CU_ASSERT_EQUAL(sweep_row(sweep, cell)->n_used, sweep_row(sweep, cell - LAMBDAS)->n_used);
    }
    sweep_end(sweep);
}

/* An average of fits of which some are no answer is none. */
static void an_average_is_as_good_as_its_worst_part(void)
{
    toy_t *toy = toy_begin(TOY_CROSSED, &toy_pair, GRID "sizes: [60]\nbalanced_repeats: 4\n");
    toy->job.tolerance = 1e-17; /* below rounding: nothing is certified */
    sweep_t *sweep = sweep_begin(toy);
    for (int64_t cell = 0; cell < sweep->grid.cells; cell++)
        CU_ASSERT_FALSE(llr_fit_status_is_answer(sweep_row(sweep, cell)->fit.status));
    sweep_end(sweep);
}

/* Cuts of groups that have several classes may lack a class that S has. */
static void a_cut_without_a_class_has_no_fit(void)
{
    sweep_t *sweep =
        sweep_begin(toy_begin(TOY_CROSSED, &toy_pair,
                              "exponents: [1]\nlambdas: [1, .02]\nlosses: [square, logistic]\n"
                              "seeds: {count: 20}\nrules: [balanced_subsample, averaged_balanced]\n"
                              "sizes: [10, 80]\nweights_by: group\nbalanced_repeats: 4\n"));
    int64_t cuts[2] = {0}, draws[2] = {0};
    for (int64_t cell = 0; cell < sweep->grid.cells; cell++) {
        const llr_row_t *row = sweep_row(sweep, cell);
        llr_rule_t rule = sweep_weighting(sweep, cell)->rule;
        int64_t count[TOY_KINDS];
        drawn_t whole = sweep_draw(sweep, cell, false, -1, count),
                first = sweep_draw(sweep, cell, true, -1, count);
        bool lacks = !whole.s.class_count[0] || !whole.s.class_count[1];
        if (rule == LLR_RULE_BALANCED_SUBSAMPLE) {
            lacks = lacks || !first.s.class_count[0] || !first.s.class_count[1];
            cuts[lacks]++;
        } else if (rule == LLR_RULE_AVERAGED_BALANCED) {
            lacks = lacks || average_by_hand(sweep, cell).lacking;
            draws[lacks]++;
        }
        CU_ASSERT_EQUAL(row->fit.status == LLR_FIT_MISSING_CLASS, lacks);
        CU_ASSERT_EQUAL(row->n_used == 0, lacks);
        for (int64_t i = 0; i < LLR_SPLITS * 2; i++)
            CU_ASSERT_EQUAL(isnan(row->rate[i / 2 * llr_shape_slots(sweep->facts.shape) + i % 2]),
                            lacks);
        CU_ASSERT_EQUAL(isnan(row->weight[0]), lacks);
        head_t head;
        sweep_head(sweep, cell, &head);
        CU_ASSERT_EQUAL(isnan(head.theta[0]) && isnan(head.b[0]), lacks);
        release(&first);
        release(&whole);
    }
    CU_ASSERT_TRUE(cuts[0] && cuts[1] && draws[0] && draws[1]);
    sweep_end(sweep);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"coefficients are averages over draws", coefficients_are_averages_over_draws},
        {"groups are drawn alike", groups_are_drawn_alike},
        {"one draw is not the balanced subsample", one_draw_is_not_the_balanced_subsample},
        {"an average is as good as its worst part", an_average_is_as_good_as_its_worst_part},
        {"a cut without a class has no fit", a_cut_without_a_class_has_no_fit},
    };
    return LLR_RUN_SUITE("unit_averaged", tests);
}
