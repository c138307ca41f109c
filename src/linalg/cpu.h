/* One copy of a kernel for each kind of CPU, picked at run time. Kernels are written once, with
 * vectors of the compiler. What they compute depends on the kind of CPU, which may fuse
 * multiplication and addition, and on no alignment. Private to linalg. */
#ifndef LLR_LINALG_CPU_H
#define LLR_LINALG_CPU_H

#define LLR_CPU_BODY static inline __attribute__((always_inline)) void

/* Out of LLR_CPU_BODY name_body, the function name_any of the same parameters. */
#define LLR_CPU_COPIES(name, parameters, arguments)                                                \
    static __attribute__((target("avx512f"))) void name##_avx512 parameters                        \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    static __attribute__((target("avx2,fma"))) void name##_avx2 parameters                         \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    static void name##_any parameters                                                              \
    {                                                                                              \
        if (__builtin_cpu_supports("avx512f"))                                                     \
            name##_avx512 arguments;                                                               \
        else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))                  \
            name##_avx2 arguments;                                                                 \
        else                                                                                       \
            name##_body arguments;                                                                 \
    }

#endif
