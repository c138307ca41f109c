/* Numbers of a table against printf. */
#include "base/random.h"
#include "base/real.h"
#include "base/text.h"
#include "suite.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static int64_t wrong;

static void check(double value)
{
    char text[LLR_NUMBER_TEXT], expected[LLR_NUMBER_TEXT + 8];
    int length = llr_real_text(value, text);
    int known = snprintf(expected, sizeof expected, "%.17g", value);
    wrong += length != known || strcmp(text, expected) != 0;
    if (wrong == 1) fprintf(stderr, "  %s, not %s\n", text, expected);
}

static void check_both(double value)
{
    check(value);
    check(-value);
}

static void test_random_bits(void)
{
    llr_random_t random = llr_random_stream((llr_hash_t){1, 2}, LLR_PURPOSE_SYNTHETIC_ROW, 0, 0);
    wrong = 0;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = llr_random_word(&random);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isnan(value)) check(value);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* Sizes that a table has, densely. */
static void test_random_sizes(void)
{
    llr_random_t random = llr_random_stream((llr_hash_t){1, 3}, LLR_PURPOSE_SYNTHETIC_ROW, 0, 0);
    wrong = 0;
    for (int exponent = -60; exponent < 30; exponent++)
        for (int i = 0; i < 4000; i++) check_both(llr_random_unit(&random) * pow(10, exponent));
    CU_ASSERT_EQUAL(wrong, 0);
}

/* Shares of rows, powers and their neighbours, and sums of few powers of two, which are ties. */
static void test_chosen(void)
{
    wrong = 0;
    for (int rows = 1; rows < 300; rows++)
        for (int right = 0; right <= rows; right++) check_both((double)right / rows);
    for (int power = -330; power < 310; power++) {
        double value = pow(10, power);
        check_both(value);
        check_both(nextafter(value, 0));
        check_both(nextafter(value, INFINITY));
    }
    for (int high = -80; high < 80; high++)
        for (int low = high - 52; low <= high; low++) check_both(ldexp(1, high) + ldexp(1, low));
    check_both(0);
    check_both(INFINITY);
    check_both(DBL_MIN);
    check_both(DBL_MAX);
    check_both(DBL_TRUE_MIN);
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_whole(void)
{
    static const int64_t values[] = {0, 1, -1, 9, 10, 99, 1234567890123, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[LLR_NUMBER_TEXT], expected[LLR_NUMBER_TEXT];
        int length = llr_whole_text(values[i], text);
        CU_ASSERT_EQUAL(length, snprintf(expected, sizeof expected, "%lld", (long long)values[i]));
        CU_ASSERT_STRING_EQUAL(text, expected);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {{"doubles of random bits", test_random_bits},
                                       {"doubles of random sizes", test_random_sizes},
                                       {"shares, powers and ties", test_chosen},
                                       {"whole numbers", test_whole}};
    return LLR_RUN_SUITE("real", tests);
}
