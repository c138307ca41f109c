/* Elementary functions of vectors, by SLEEF (1 ulp) where this kind of CPU has vectors of its own,
 * by the C library elsewhere. Private to linalg. */
#ifndef LLR_LINALG_ELEMENTARY_H
#define LLR_LINALG_ELEMENTARY_H

enum { LLR_ELEMENTARY_LANES = 8 };

/* Each replaces LLR_ELEMENTARY_LANES numbers by their values. */
typedef struct llr_elementary {
    void (*exp)(double *x);
    void (*log1p)(double *x);
} llr_elementary_t;

/* For code that is built for that kind of CPU (linalg/cpu.h). */
#if defined(__x86_64__)
extern const llr_elementary_t llr_elementary_avx512, llr_elementary_avx2;
#endif
extern const llr_elementary_t llr_elementary_any;

#endif
