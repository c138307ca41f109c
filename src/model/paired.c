#include "model/paired.h"

#include "base/memory.h"
#include "base/real.h"

#include <math.h>
#include <stdlib.h>

double llr_student_two_sided(double t, int64_t freedom)
{
    if (isinf(t)) return 0;
    bool odd = freedom % 2;
    double angle = atan(fabs(t) / sqrt((double)freedom)), cosine = cos(angle);
    double term = odd ? cosine : 1, sum = 0;
    for (int64_t k = odd ? 3 : 2; k <= freedom; k += 2) {
        sum += term;
        term *= cosine * cosine * (double)(k - 1) / (double)k;
    }
    double inside = odd ? 2 / acos(-1) * (angle + sin(angle) * sum) : sin(angle) * sum;
    return fmax(1 - inside, 0);
}

/* The sums of all choices of signs. sum: 2^count. */
static void sum_signs(const double *value, int64_t count, double *sum)
{
    sum[0] = 0;
    for (int64_t i = 0, known = 1; i < count; i++, known *= 2)
        for (int64_t k = 0; k < known; k++) {
            sum[known + k] = sum[k] - value[i];
            sum[k] += value[i];
        }
}

/* How many pairs of two sorted lists sum up to the bound or more. */
static double count_pairs(const double *a, int64_t as, const double *b, int64_t bs, double bound)
{
    double pairs = 0;
    int64_t reach = 0; /* of b, from its end */
    for (int64_t i = 0; i < as; i++) {
        while (reach < bs && a[i] + b[bs - 1 - reach] >= bound) reach++;
        pairs += (double)reach;
    }
    return pairs;
}

/* Of differences none of which is zero: the sums of two halves meet in the middle. */
static llr_code_t flip_signs(const double *difference, int64_t count, double *p, llr_error_t *error)
{
    int64_t half = count / 2, as = (int64_t)1 << half, bs = (int64_t)1 << (count - half);
    double *a = llr_alloc(as + bs, sizeof *a), *b = a + as, total = 0, size = 0;
    if (!a) return llr_fail_memory(error, 8 * (as + bs), "a permutation test");
    for (int64_t i = 0; i < count; i++) {
        total += difference[i];
        size += fabs(difference[i]);
    }
    sum_signs(difference, half, a);
    sum_signs(difference + half, count - half, b);
    qsort(a, (size_t)as, sizeof *a, llr_real_compare);
    qsort(b, (size_t)bs, sizeof *b, llr_real_compare);
    /* Sums that differ by rounding alone are equal. */
    double rounding = 1e-10 * size, bound = fabs(total) - rounding;
    double above = count_pairs(a, as, b, bs, bound);
    *p = bound <= 0 ? 1 : fmin(2 * above / ((double)as * (double)bs), 1);
    free(a);
    return LLR_OK;
}

static double paired_t(const llr_spread_t *difference)
{
    double error = difference->deviation / sqrt((double)difference->seeds);
    if (difference->mean == 0) return 1;
    return llr_student_two_sided(difference->mean / error, difference->seeds - 1);
}

/* Zeros have no sign: they halve the choices and those that count alike. */
static llr_code_t flip_pairs(const double *a, const double *b, int64_t count, double *p,
                             llr_error_t *error)
{
    double difference[LLR_PAIRED_EXACT];
    int64_t known = 0;
    for (int64_t i = 0; i < count; i++)
        if (a[i] < b[i] || a[i] > b[i]) difference[known++] = a[i] - b[i];
    return flip_signs(difference, known, p, error);
}

llr_code_t llr_paired_compare(const double *a, const double *b, int64_t count, llr_paired_t *paired,
                              llr_error_t *error)
{
    llr_tally_t tally = {0};
    for (int64_t i = 0; i < count; i++) llr_tally_add(&tally, a[i] - b[i]);
    *paired = (llr_paired_t){llr_tally_spread(&tally), NAN};
    if (tally.count < 2) return LLR_OK;
    if (tally.count <= LLR_PAIRED_EXACT) return flip_pairs(a, b, count, &paired->p, error);
    paired->p = paired_t(&paired->difference);
    return LLR_OK;
}
