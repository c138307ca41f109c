/* One copy of a kernel for each kind of CPU, picked at run time. Kernels are written once, in
 * files *_kernels.h, with vectors of the compiler, and made by linalg/each_cpu.h. What they compute
 * depends on the kind of CPU, which may fuse multiplication and addition, and on no alignment. */
#ifndef LLR_LINALG_CPU_H
#define LLR_LINALG_CPU_H

typedef enum llr_cpu { LLR_CPU_ANY, LLR_CPU_AVX2, LLR_CPU_AVX512, LLR_CPUS } llr_cpu_t;

/* The kind of this CPU, by what kernels are built for: AVX2 with FMA; AVX-512 with its F, DQ, BW
 * and VL. */
llr_cpu_t llr_cpu(void);
/* "avx512", "avx2" or "any"; static string. */
const char *llr_cpu_name(void);
/* From now on this CPU counts as such a one at most: so tests run the kernels of lesser ones. Not
 * thread-safe. */
void llr_cpu_limit(llr_cpu_t most);

#if defined(__x86_64__)
/* Calls name_avx512, name_avx2 or name_any, as linalg/each_cpu.h makes them. */
#define LLR_CPU_CALL(name, ...)                                                                    \
    (llr_cpu() == LLR_CPU_AVX512 ? name##_avx512(__VA_ARGS__)                                      \
     : llr_cpu() == LLR_CPU_AVX2 ? name##_avx2(__VA_ARGS__)                                        \
                                 : name##_any(__VA_ARGS__))
#else
#define LLR_CPU_CALL(name, ...) name##_any(__VA_ARGS__)
#endif

#endif
