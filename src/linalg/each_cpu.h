/* Includes the file LLR_KERNELS once for each kind of CPU, so that kernels are written once and
 * compiled for each. They find defined: NAME(x), the name of x for this kind, as LLR_CPU_CALL calls
 * it; BYTES, the size of a vector; REGISTERS, the vectors that the CPU holds. Not guarded: a file
 * may include it more than once. */
#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma,prefer-vector-width=512")
#define NAME(x)   x##_avx512
#define BYTES     64
#define REGISTERS 32
#include LLR_KERNELS
#undef NAME
#undef BYTES
#undef REGISTERS
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define NAME(x)   x##_avx2
#define BYTES     32
#define REGISTERS 16
#include LLR_KERNELS
#undef NAME
#undef BYTES
#undef REGISTERS
#pragma GCC pop_options
#endif

#define NAME(x)   x##_any
#define BYTES     16
#define REGISTERS 16
#include LLR_KERNELS
#undef NAME
#undef BYTES
#undef REGISTERS
#undef LLR_KERNELS
