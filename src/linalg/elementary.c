#include "linalg/elementary.h"

#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { LANES_ANY = 2 };

static void exp_any(double *x)
{
    for (int i = 0; i < LANES_ANY; i++) x[i] = exp(x[i]);
}

static void log1p_any(double *x)
{
    for (int i = 0; i < LANES_ANY; i++) x[i] = log1p(x[i]);
}

const llr_elementary_t llr_elementary_any = {exp_any, log1p_any};

#if defined(__x86_64__)
/* sleef.h declares what the compiler's target has. */
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,fma")
#include <sleef.h>

static void exp_avx512(double *x)
{
    _mm512_storeu_pd(x, Sleef_expd8_u10avx512f(_mm512_loadu_pd(x)));
}

static void log1p_avx512(double *x)
{
    _mm512_storeu_pd(x, Sleef_log1pd8_u10avx512f(_mm512_loadu_pd(x)));
}

const llr_elementary_t llr_elementary_avx512 = {exp_avx512, log1p_avx512};
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2,fma")
static void exp_avx2(double *x)
{
    _mm256_storeu_pd(x, Sleef_expd4_u10avx2(_mm256_loadu_pd(x)));
}

static void log1p_avx2(double *x)
{
    _mm256_storeu_pd(x, Sleef_log1pd4_u10avx2(_mm256_loadu_pd(x)));
}

const llr_elementary_t llr_elementary_avx2 = {exp_avx2, log1p_avx2};
#pragma GCC pop_options
#endif
