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

static void log_any(double *x)
{
    for (int i = 0; i < LANES_ANY; i++) x[i] = log(x[i]);
}

static void log1p_any(double *x)
{
    for (int i = 0; i < LANES_ANY; i++) x[i] = log1p(x[i]);
}

static void cossinpi_any(double *x, double *sine)
{
    for (int i = 0; i < LANES_ANY; i++) {
        double angle = 3.14159265358979323846 * x[i];
        x[i] = cos(angle);
        sine[i] = sin(angle);
    }
}

const llr_elementary_t llr_elementary_any = {exp_any, log_any, log1p_any, cossinpi_any};

#if defined(__x86_64__)
/* sleef.h declares what the compiler's target has. */
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,fma")
#include <sleef.h>

static void exp_avx512(double *x)
{
    _mm512_storeu_pd(x, Sleef_expd8_u10avx512f(_mm512_loadu_pd(x)));
}

static void log_avx512(double *x)
{
    _mm512_storeu_pd(x, Sleef_logd8_u10avx512f(_mm512_loadu_pd(x)));
}

static void log1p_avx512(double *x)
{
    _mm512_storeu_pd(x, Sleef_log1pd8_u10avx512f(_mm512_loadu_pd(x)));
}

static void cossinpi_avx512(double *x, double *sine)
{
    Sleef___m512d_2 both = Sleef_sincospid8_u05avx512f(_mm512_loadu_pd(x));
    _mm512_storeu_pd(sine, both.x);
    _mm512_storeu_pd(x, both.y);
}

const llr_elementary_t llr_elementary_avx512 = {exp_avx512, log_avx512, log1p_avx512,
                                                cossinpi_avx512};
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2,fma")
static void exp_avx2(double *x)
{
    _mm256_storeu_pd(x, Sleef_expd4_u10avx2(_mm256_loadu_pd(x)));
}

static void log_avx2(double *x)
{
    _mm256_storeu_pd(x, Sleef_logd4_u10avx2(_mm256_loadu_pd(x)));
}

static void log1p_avx2(double *x)
{
    _mm256_storeu_pd(x, Sleef_log1pd4_u10avx2(_mm256_loadu_pd(x)));
}

static void cossinpi_avx2(double *x, double *sine)
{
    Sleef___m256d_2 both = Sleef_sincospid4_u05avx2(_mm256_loadu_pd(x));
    _mm256_storeu_pd(sine, both.x);
    _mm256_storeu_pd(x, both.y);
}

const llr_elementary_t llr_elementary_avx2 = {exp_avx2, log_avx2, log1p_avx2, cossinpi_avx2};
#pragma GCC pop_options
#endif
