/* Elementary functions of vectors, by SLEEF (1 ulp) where this kind of CPU has vectors of its own,
 * by the C library elsewhere. Private to linalg. */
#ifndef LLR_LINALG_ELEMENTARY_H
#define LLR_LINALG_ELEMENTARY_H

/* Each replaces the numbers of a vector of that kind of CPU (BYTES in linalg/each_cpu.h) by their
 * values; any alignment. */
typedef struct llr_elementary {
    void (*exp)(double *x);
    void (*log)(double *x);
    void (*log1p)(double *x);
    void (*cossinpi)(double *x, double *sine); /* x becomes cos(pi x); sine: sin(pi x) */
} llr_elementary_t;

#if defined(__x86_64__)
extern const llr_elementary_t llr_elementary_avx512, llr_elementary_avx2;
#endif
extern const llr_elementary_t llr_elementary_any;

#endif
