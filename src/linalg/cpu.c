#include "linalg/cpu.h"

static llr_cpu_t limit = LLR_CPU_AVX512;

static llr_cpu_t kind_here(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return LLR_CPU_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return LLR_CPU_AVX2;
#endif
    return LLR_CPU_ANY;
}

llr_cpu_t llr_cpu(void)
{
    llr_cpu_t kind = kind_here();
    return kind < limit ? kind : limit;
}

const char *llr_cpu_name(void)
{
    static const char *const names[LLR_CPUS] = {
        [LLR_CPU_ANY] = "any", [LLR_CPU_AVX2] = "avx2", [LLR_CPU_AVX512] = "avx512"};
    return names[llr_cpu()];
}

void llr_cpu_limit(llr_cpu_t most)
{
    limit = most;
}
