#include "base/random.h"
#include "model/row.h"
#include "model/weights.h"
#include "sainte_lague.h"
#include "suite.h"

#include <math.h>
#include <string.h>

static void rows_are_shared_out_by_sainte_lague(void)
{
    llr_random_t random = llr_random_stream((llr_hash_t){1, 1}, LLR_PURPOSE_SPLIT, 0, 0);
    for (int round = 0; round < 400; round++) {
        double prior[12], total = 0;
        int64_t count[12], wanted[12], before[12] = {0};
        int32_t classes = (int32_t)(2 + llr_random_below(&random, 11));
        for (int32_t c = 0; c < classes; c++)
            total += prior[c] = round % 3 ? pow(llr_random_unit(&random), 3) : 0.5;
        for (int32_t c = 0; c < classes; c++) prior[c] /= total;
        for (int64_t n = 1; n < 700; n += 1 + n / 9) {
            llr_stratify(n, prior, classes, count);
            sainte_lague(n, prior, classes, wanted);
            int64_t sum = 0;
            for (int32_t c = 0; c < classes; c++) {
                CU_ASSERT_EQUAL(count[c], wanted[c]);
                CU_ASSERT_TRUE(count[c] >= before[c]);
                before[c] = count[c];
                sum += count[c];
            }
            CU_ASSERT_EQUAL(sum, n);
        }
    }
    int64_t count[2];
    llr_stratify(1000000007, (double[]){0.9, 0.1}, 2, count);
    CU_ASSERT_EQUAL(count[0], 900000006);
    llr_stratify(5, (double[]){0.5, 0.5}, 2, count); /* ties to the lower class */
    CU_ASSERT_EQUAL(count[0], 3);
}

static void weights_follow_the_exponent(void)
{
    const int64_t count[3] = {70, 20, 10};
    const double pi[3] = {0.7, 0.2, 0.1};
    for (double gamma = 0; gamma <= 16; gamma += 0.5) {
        double weight[3], sum = 0;
        llr_weighting_t weighting = {LLR_RULE_EXPONENT, gamma};
        llr_weights(&weighting, count, 3, weight);
        for (int c = 0; c < 3; c++) sum += pi[c] * weight[c];
        CU_ASSERT_DOUBLE_EQUAL(sum, 1, 1e-14);
        CU_ASSERT_DOUBLE_EQUAL(weight[2] / weight[0] / pow(7, gamma), 1, 1e-13);
        CU_ASSERT_DOUBLE_EQUAL(weight[2] / weight[1] / pow(2, gamma), 1, 1e-13);
        CU_ASSERT_EQUAL(llr_weighting_gamma(&weighting, weight, count, 3), gamma);
        CU_ASSERT_TRUE(isnan(llr_weighting_rho(weight, count, 3)));
    }
}

static void rules_are_exponents(void)
{
    const int64_t count[2] = {537, 63}, equal[2] = {9, 9};
    double a[2], b[2];
    llr_weights(&(llr_weighting_t){LLR_RULE_UNIFORM, 0}, count, 2, a);
    llr_weights(&(llr_weighting_t){LLR_RULE_EXPONENT, 0}, count, 2, b);
    CU_ASSERT_TRUE(!memcmp(a, b, sizeof a) && a[0] == 1 && a[1] == 1);
    llr_weights(&(llr_weighting_t){LLR_RULE_INVERSE_PRIOR, 0}, count, 2, a);
    llr_weights(&(llr_weighting_t){LLR_RULE_EXPONENT, 1}, count, 2, b);
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    llr_weights(&(llr_weighting_t){LLR_RULE_BALANCED_SUBSAMPLE, 0}, equal, 2, a);
    CU_ASSERT_TRUE(a[0] == 1 && a[1] == 1);
}

static void ratio_and_exponent_are_two_names(void)
{
    const int64_t count[2] = {80, 20}, equal[2] = {50, 50};
    double weight[2], again[2];
    llr_weighting_t ratio = {LLR_RULE_RATIO, 7};
    llr_weights(&ratio, count, 2, weight);
    CU_ASSERT_DOUBLE_EQUAL(weight[1] / weight[0], 7, 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(llr_weighting_rho(weight, count, 2), 7, 1e-14);
    double gamma = llr_weighting_gamma(&ratio, weight, count, 2);
    CU_ASSERT_DOUBLE_EQUAL(gamma, log(7) / log(4), 1e-14); /* 1.40 in problem.md, 4 */
    llr_weights(&(llr_weighting_t){LLR_RULE_EXPONENT, gamma}, count, 2, again);
    CU_ASSERT_DOUBLE_EQUAL(again[1], weight[1], 1e-13);
    CU_ASSERT_TRUE(isnan(llr_weighting_gamma(&ratio, weight, equal, 2)));
}

/* Kinds without rows: no weight, and no part in the weights, the gamma and the rho of the others.
 */
static void kinds_without_rows_are_left_out(void)
{
    static const int64_t count[] = {0, 60, 0, 30, 10, 0}, left[] = {60, 30, 10};
    static const int of[] = {1, 3, 4};
    static const llr_weighting_t weighting[] = {{LLR_RULE_EXPONENT, 0},
                                                {LLR_RULE_EXPONENT, 0.5},
                                                {LLR_RULE_EXPONENT, 3},
                                                {LLR_RULE_EXPONENT, 16},
                                                {LLR_RULE_UNIFORM, 0},
                                                {LLR_RULE_INVERSE_PRIOR, 0},
                                                {LLR_RULE_BALANCED_SUBSAMPLE, 0},
                                                {LLR_RULE_AVERAGED_BALANCED, 0}};
    for (size_t w = 0; w < sizeof weighting / sizeof *weighting; w++) {
        double weight[6], alone[3], sum = 0;
        llr_weights(&weighting[w], count, 6, weight);
        llr_weights(&weighting[w], left, 3, alone);
        for (int k = 0; k < 6; k++) CU_ASSERT_EQUAL(isnan(weight[k]), !count[k]);
        for (int k = 0; k < 3; k++) {
            CU_ASSERT_EQUAL(weight[of[k]], alone[k]);
            sum += (double)left[k] / 100 * alone[k];
        }
        CU_ASSERT_DOUBLE_EQUAL(sum, 1, 1e-14);
        double gamma = weighting[w].rule == LLR_RULE_EXPONENT        ? weighting[w].value
                       : weighting[w].rule == LLR_RULE_INVERSE_PRIOR ? 1
                                                                     : 0;
        CU_ASSERT_DOUBLE_EQUAL(alone[2] / alone[0] / pow(6, gamma), 1, 1e-13);
        CU_ASSERT_DOUBLE_EQUAL(alone[1] / alone[0] / pow(2, gamma), 1, 1e-13);
        double said = llr_weighting_gamma(&weighting[w], weight, count, 6);
        CU_ASSERT_TRUE(llr_rule_is_balanced(weighting[w].rule) ? isnan(said) : said == gamma);
    }
}

/* One kind that is left has weight 1, whatever the exponent. */
static void one_kind_is_not_weighted(void)
{
    static const int64_t count[] = {0, 7, 0};
    for (double gamma = 0; gamma <= 16; gamma += 4) {
        double weight[3];
        llr_weights(&(llr_weighting_t){LLR_RULE_EXPONENT, gamma}, count, 3, weight);
        CU_ASSERT_TRUE(isnan(weight[0]) && weight[1] == 1 && isnan(weight[2]));
    }
}

static void a_kind_without_prior_gets_no_row(void)
{
    static const double prior[] = {0, 0.5, 0, 0.5};
    int64_t count[4];
    for (int64_t n = 0; n < 50; n++) {
        llr_stratify(n, prior, 4, count);
        CU_ASSERT_TRUE(!count[0] && !count[2]);
        CU_ASSERT_EQUAL(count[1], (n + 1) / 2);
        CU_ASSERT_EQUAL(count[3], n / 2);
    }
}

/* Two classes, three groups: 2 + 3 + 6 slots. */
enum { RATES = LLR_SPLITS * 11 };
static const llr_shape_t shape = {2, 3, 2};

static void fill_block(llr_block_t *block)
{
    for (int64_t r = 0; r < block->rows; r++) {
        llr_row_t *row = &block->row[r];
        row->fit = (llr_fit_t){LLR_FIT_UNCERTIFIED, 3 + r, 0.5, 1e-9, INFINITY, NAN};
        row->n_used = 100 - r;
        row->rank = 12;
        row->gamma = NAN;
        row->rho = 2.5;
        row->seconds = 0.25;
        row->rank_id = 6;
        for (int i = 0; i < 2; i++) row->weight[i] = (double)r + i;
        for (int i = 0; i < RATES; i++) row->rate[i] = i == 7 ? NAN : 0.1 * i;
    }
    strcpy(block->host, "node-7");
    block->begun = 1.7e9;
    block->ended = 1.7e9 + .5;
}

static void blocks_survive_the_journal(void)
{
    llr_block_t block, back;
    llr_text_t bytes = {0}, again = {0};
    llr_error_t error = {0};
    CU_ASSERT_EQUAL_FATAL(llr_block_create(&block, 4, shape, &error), LLR_OK);
    fill_block(&block);
    llr_block_pack(&block, &bytes);
    CU_ASSERT_EQUAL_FATAL(llr_block_unpack(&back, bytes.data, bytes.length, 4, shape, &error),
                          LLR_OK);
    llr_block_pack(&back, &again);
    CU_ASSERT_EQUAL(again.length, bytes.length);
    CU_ASSERT_EQUAL(memcmp(again.data, bytes.data, (size_t)bytes.length), 0);
    CU_ASSERT_STRING_EQUAL(back.host, "node-7");
    CU_ASSERT_EQUAL(back.begun, 1.7e9);
    CU_ASSERT_EQUAL(back.ended, 1.7e9 + .5);
    CU_ASSERT_EQUAL(back.row[3].fit.iterations, 6);
    CU_ASSERT_EQUAL(back.row[2].rate[3], 0.1 * 3);
    llr_block_destroy(&back);
    CU_ASSERT_EQUAL(llr_block_unpack(&back, bytes.data, bytes.length - 1, 4, shape, &error),
                    LLR_FAILED);
    static const llr_shape_t others[] = {{3, 3, 2}, {2, 2, 2}, {2, 3, 3}};
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(llr_block_unpack(&back, bytes.data, bytes.length, 4, others[i], &error),
                        LLR_FAILED);
    CU_ASSERT_EQUAL(llr_block_unpack(&back, bytes.data, 3, 4, shape, &error), LLR_FAILED);
    bytes.data[0] = 'x';
    CU_ASSERT_EQUAL(llr_block_unpack(&back, bytes.data, bytes.length, 4, shape, &error),
                    LLR_FAILED);
    llr_text_destroy(&bytes);
    llr_text_destroy(&again);
    llr_block_destroy(&block);
}

static void summaries_are_what_they_say(void)
{
    llr_facts_t facts = {.dim = 3, .shape = shape};
    double weight[2], rate[RATES] = {0};
    llr_row_t row = {.weight = weight, .rate = rate};
    CU_ASSERT_EQUAL_FATAL(llr_facts_allocate(&facts), 0);
    memcpy(facts.eval_count + 11, (int64_t[]){90, 10, 40, 60, 0}, 5 * sizeof(int64_t));
    memcpy(rate + 11, (double[]){0.8, 0.3, 0.5, 0.7, NAN}, 5 * sizeof(double));
    llr_summary_t summary = llr_row_summary(&row, &facts, LLR_SPLIT_TEST);
    CU_ASSERT_EQUAL(summary.overall, 0.75);
    CU_ASSERT_DOUBLE_EQUAL(summary.balanced, 0.55, 1e-15);
    CU_ASSERT_EQUAL(summary.worst_class, 0.3);
    CU_ASSERT_EQUAL(summary.worst_group, 0.5);
    CU_ASSERT_DOUBLE_EQUAL(summary.class_gap, 0.5, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(summary.group_gap, 0.2, 1e-15);
    /* Exact rates of synthetic data have no counts: priors weigh them. */
    facts.synthetic = true;
    memset(facts.eval_count, 0, RATES * sizeof(int64_t));
    memcpy(facts.pool_prior, (double[]){0.8, 0.2}, 2 * sizeof(double));
    summary = llr_row_summary(&row, &facts, LLR_SPLIT_TEST);
    CU_ASSERT_DOUBLE_EQUAL(summary.overall, 0.8 * 0.8 + 0.2 * 0.3, 1e-15);
    llr_facts_destroy(&facts);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"rows are shared out by Sainte-Lague", rows_are_shared_out_by_sainte_lague},
        {"weights follow the exponent", weights_follow_the_exponent},
        {"rules are exponents", rules_are_exponents},
        {"ratio and exponent are two names", ratio_and_exponent_are_two_names},
        {"kinds without rows are left out", kinds_without_rows_are_left_out},
        {"one kind is not weighted", one_kind_is_not_weighted},
        {"a kind without prior gets no row", a_kind_without_prior_gets_no_row},
        {"blocks survive the journal", blocks_survive_the_journal},
        {"summaries are what they say", summaries_are_what_they_say},
    };
    return LLR_RUN_SUITE("weights", tests);
}
