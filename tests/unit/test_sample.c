/* Intervals against the exact distribution of a resample, p-values against every choice of signs,
 * binomial sums and the integral of Student's density. */
#include "model/paired.h"
#include "suite.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Nearly normal: a sum of uniforms. */
static double draw(uint64_t *state)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += (double)((*state = *state * 6364136223846793005u + 1442695040888963407u) >> 32) *
               0x1p-32;
    return sum;
}

static double work[2000 + LLR_BOOTSTRAP_DRAWS];

static llr_interval_t bootstrap_of(const double *value, int64_t count)
{
    return llr_interval_of(value, count, LLR_INTERVAL_BOOTSTRAP, work);
}

static void spreads_leave_out_what_is_missing(void)
{
    const double value[] = {1, NAN, 2, 4, NAN, 5}, one[] = {NAN, 3};
    llr_spread_t spread = llr_spread_of(value, 6);
    CU_ASSERT_DOUBLE_EQUAL(spread.mean, 3, 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(spread.deviation, sqrt(10. / 3), 1e-14);
    CU_ASSERT_EQUAL(spread.seeds, 4);
    llr_interval_t sd = llr_interval_of(value, 6, LLR_INTERVAL_SD, work);
    llr_interval_t se = llr_interval_of(value, 6, LLR_INTERVAL_SE, work);
    CU_ASSERT_DOUBLE_EQUAL(sd.high, 3 + sqrt(10. / 3), 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(se.low, 3 - sqrt(10. / 3) / 2, 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(se.high, 3 + sqrt(10. / 3) / 2, 1e-14);
    for (int k = 0; k < LLR_INTERVALS; k++) {
        llr_interval_t none = llr_interval_of(one, 2, (llr_interval_kind_t)k, work);
        CU_ASSERT_TRUE(isnan(none.low) && isnan(none.high));
    }
    CU_ASSERT_EQUAL(llr_spread_of(one, 2).seeds, 1);
    CU_ASSERT_TRUE(isnan(llr_spread_of(one, 2).deviation));
    CU_ASSERT_TRUE(isnan(llr_spread_of(one, 1).mean));
}

/* Bootstrap ---------------------------------------------------------------------------------- */

/* A quantile of so many draws is one of the law, but for five deviations of the share below it. */
static bool is_quantile(double share, double below, double up_to)
{
    double slack = 5 * sqrt(share * (1 - share) / LLR_BOOTSTRAP_DRAWS);
    return below <= share + slack && up_to >= share - slack;
}

/* Shares of the 5^5 resamples whose mean is below, and up to, a value. */
static void share_of_resamples(const double *value, double at, double *below, double *up_to)
{
    *below = *up_to = 0;
    for (int code = 0; code < 3125; code++) {
        double sum = 0;
        for (int i = 0, left = code; i < 5; i++, left /= 5) sum += value[left % 5];
        *below += sum / 5 < at - 1e-12;
        *up_to += sum / 5 <= at + 1e-12;
    }
    *below /= 3125;
    *up_to /= 3125;
}

static void bootstrap_is_the_law_of_resamples(void)
{
    static const double sets[][5] = {
        {.42, .5, .31, .47, .44}, {.1, .1, .1, .1, .9}, {0, 1, 0, 1, 1}, {-3, 7, 1.5, 2, 100}};
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        double below, up_to;
        llr_interval_t interval = bootstrap_of(sets[s], 5);
        share_of_resamples(sets[s], interval.low, &below, &up_to);
        CU_ASSERT_TRUE(is_quantile(.025, below, up_to));
        share_of_resamples(sets[s], interval.high, &below, &up_to);
        CU_ASSERT_TRUE(is_quantile(.975, below, up_to));
    }
}

/* P(X <= k) of n tosses that are heads with probability p. */
static double binomial(int n, double p, int k)
{
    double sum = 0;
    for (int i = 0; i <= k; i++)
        sum += exp(lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) +
                   (n - i) * log1p(-p));
    return sum;
}

static void bootstrap_of_tosses_is_binomial(void)
{
    for (int heads = 3; heads < 30; heads += 4) {
        double value[30];
        for (int i = 0; i < 30; i++) value[i] = i < heads;
        llr_interval_t interval = bootstrap_of(value, 30);
        for (int end = 0; end < 2; end++) {
            double at = 30 * (end ? interval.high : interval.low);
            int k = (int)floor(at + 1e-9), before = (int)ceil(at - 1e-9) - 1;
            CU_ASSERT_TRUE(is_quantile(end ? .975 : .025, binomial(30, heads / 30., before),
                                       binomial(30, heads / 30., k)));
        }
    }
}

static void bootstrap_of_many_is_normal(void)
{
    double value[1000];
    uint64_t state = 7;
    for (int i = 0; i < 1000; i++) value[i] = 3 + draw(&state);
    llr_spread_t spread = llr_spread_of(value, 1000);
    llr_interval_t interval = bootstrap_of(value, 1000);
    double half = 1.959964 * spread.deviation / sqrt(1000);
    CU_ASSERT_DOUBLE_EQUAL(interval.low, spread.mean - half, .06 * half);
    CU_ASSERT_DOUBLE_EQUAL(interval.high, spread.mean + half, .06 * half);
}

static void bootstrap_depends_on_the_numbers_alone(void)
{
    const double value[] = {.5, .25, .75, .875}, gaps[] = {NAN, .5, .25, NAN, .75, .875};
    const double twice[] = {1, .5, 1.5, 1.75}, equal[] = {.1, .1, .1};
    llr_interval_t first = bootstrap_of(value, 4), again = bootstrap_of(gaps, 6);
    llr_interval_t double_size = bootstrap_of(twice, 4), flat = bootstrap_of(equal, 3);
    CU_ASSERT_TRUE(first.low == again.low && first.high == again.high);
    CU_ASSERT_TRUE(2 * first.low == double_size.low && 2 * first.high == double_size.high);
    CU_ASSERT_TRUE(flat.low == .1 && flat.high == .1);
    CU_ASSERT_TRUE(first.low < first.high && first.low >= .25 && first.high <= .875);
}

/* Pairs -------------------------------------------------------------------------------------- */

static llr_paired_t compare(const double *a, const double *b, int64_t count)
{
    llr_paired_t paired;
    CU_ASSERT_EQUAL_FATAL(llr_paired_compare(a, b, count, &paired, NULL), LLR_OK);
    return paired;
}

/* All choices of signs, one by one, in whole numbers. */
static double by_all_signs(const int *difference, int count)
{
    int64_t seen = 0, as_far = 0, total = (int64_t)1 << count;
    for (int i = 0; i < count; i++) seen += difference[i];
    for (int64_t signs = 0; signs < total; signs++) {
        int64_t sum = 0;
        for (int i = 0; i < count; i++) sum += signs >> i & 1 ? difference[i] : -difference[i];
        as_far += llabs(sum) >= llabs(seen);
    }
    return (double)as_far / (double)total;
}

static void signs_are_counted(void)
{
    uint64_t state = 11;
    for (int count = 2; count <= 14; count++)
        for (int round = 0; round < 4; round++) {
            double a[14], b[14];
            int difference[14];
            for (int i = 0; i < count; i++) { /* accuracies over 450 rows: ties and zeros */
                int rows_a = 300 + (int)(6 * draw(&state)), rows_b = 297 + (int)(6 * draw(&state));
                a[i] = rows_a / 450.;
                b[i] = rows_b / 450.;
                difference[i] = rows_a - rows_b;
            }
            llr_paired_t ab = compare(a, b, count), ba = compare(b, a, count);
            CU_ASSERT_DOUBLE_EQUAL(ab.p, by_all_signs(difference, count), 1e-12);
            CU_ASSERT_EQUAL(ab.p, ba.p);
            CU_ASSERT_DOUBLE_EQUAL(ab.difference.mean, -ba.difference.mean, 1e-15);
            CU_ASSERT_EQUAL(ab.difference.seeds, count);
        }
}

/* Differences of one size: the sign test, two-sided; all of one sign: 2^(1 - pairs). */
static void equal_sizes_are_a_sign_test(void)
{
    static const int cases[][2] = {{40, 40}, {40, 27}, {39, 25}, {30, 21},
                                   {25, 13}, {17, 3},  {2, 2}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        int count = cases[c][0], up = cases[c][1], fewer = up < count - up ? up : count - up;
        double a[40], b[40];
        for (int i = 0; i < count; i++) {
            a[i] = i < up ? .7 : .6;
            b[i] = i < up ? .6 : .7;
        }
        double wanted = fmin(2 * binomial(count, .5, fewer), 1);
        CU_ASSERT_DOUBLE_EQUAL(compare(a, b, count).p / wanted, 1, 1e-9);
    }
}

static void few_or_equal_pairs(void)
{
    const double a[] = {.5, NAN, .7}, b[] = {.4, .2, NAN}, same[] = {.5, NAN, .7};
    llr_paired_t one = compare(a, b, 3), none = compare(a, b + 2, 1), equal = compare(a, same, 3);
    CU_ASSERT_EQUAL(one.difference.seeds, 1);
    CU_ASSERT_DOUBLE_EQUAL(one.difference.mean, .1, 1e-15);
    CU_ASSERT_TRUE(isnan(one.p));
    CU_ASSERT_EQUAL(none.difference.seeds, 0);
    CU_ASSERT_TRUE(isnan(none.p));
    CU_ASSERT_EQUAL(equal.p, 1);
    CU_ASSERT_EQUAL(equal.difference.mean, 0);
    double many[50] = {0};
    CU_ASSERT_EQUAL(compare(many, many, 50).p, 1);
}

/* Student ------------------------------------------------------------------------------------ */

static double density(double t, double freedom)
{
    return exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2) -
               (freedom + 1) / 2 * log1p(t * t / freedom)) /
           sqrt(freedom * acos(-1));
}

/* 1 - the integral from -t to t, by Simpson's rule. */
static double by_integral(double t, double freedom)
{
    enum { STEPS = 20000 };
    double sum = density(0, freedom) + density(t, freedom);
    for (int i = 1; i < STEPS; i++) sum += (i % 2 ? 4 : 2) * density(t * i / STEPS, freedom);
    return 1 - 2 * sum * t / STEPS / 3;
}

static void student_is_its_integral(void)
{
    for (int freedom = 2; freedom < 200; freedom += 1 + freedom / 3)
        for (double t = .1; t < 6; t *= 1.7)
            CU_ASSERT_DOUBLE_EQUAL(llr_student_two_sided(t, freedom), by_integral(t, freedom),
                                   1e-12);
    CU_ASSERT_DOUBLE_EQUAL(llr_student_two_sided(-3, 2), 1 - 3 / sqrt(11), 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(llr_student_two_sided(2.0210753903, 40), .05, 1e-9);
    CU_ASSERT_EQUAL(llr_student_two_sided(INFINITY, 60), 0);
}

static void many_pairs_take_student(void)
{
    double a[64], b[64];
    uint64_t state = 3;
    for (int i = 0; i < 64; i++) {
        a[i] = .2 + draw(&state);
        b[i] = draw(&state);
    }
    llr_paired_t paired = compare(a, b, 64);
    double t = fabs(paired.difference.mean) / (paired.difference.deviation / 8);
    CU_ASSERT_DOUBLE_EQUAL(paired.p, by_integral(t, 63), 1e-12);
    CU_ASSERT_TRUE(paired.p > 1e-6 && paired.p < 1);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"spreads leave out what is missing", spreads_leave_out_what_is_missing},
        {"bootstrap is the law of resamples", bootstrap_is_the_law_of_resamples},
        {"bootstrap of tosses is binomial", bootstrap_of_tosses_is_binomial},
        {"bootstrap of many is normal", bootstrap_of_many_is_normal},
        {"bootstrap depends on the numbers alone", bootstrap_depends_on_the_numbers_alone},
        {"signs are counted", signs_are_counted},
        {"equal sizes are a sign test", equal_sizes_are_a_sign_test},
        {"few or equal pairs", few_or_equal_pairs},
        {"student is its integral", student_is_its_integral},
        {"many pairs take student", many_pairs_take_student},
    };
    return LLR_RUN_SUITE("sample", tests);
}
