/* Settings of OpenBLAS that suit the machine. */
#include "linalg/blas.h"
#include "linalg/cpu.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

/* The kind of CPU that a kernel of OpenBLAS is for. One that is not named here may be newer than
 * all that are. */
static llr_cpu_t cpu_of_kernel(const char *kernel)
{
    static const struct {
        const char *name;
        llr_cpu_t cpu;
    } known[] = {
        {"Prescott", LLR_CPU_ANY},    {"Core2", LLR_CPU_ANY},     {"Penryn", LLR_CPU_ANY},
        {"Dunnington", LLR_CPU_ANY},  {"Nehalem", LLR_CPU_ANY},   {"Atom", LLR_CPU_ANY},
        {"Athlon", LLR_CPU_ANY},      {"Opteron", LLR_CPU_ANY},   {"Opteron_SSE3", LLR_CPU_ANY},
        {"Barcelona", LLR_CPU_ANY},   {"Bobcat", LLR_CPU_ANY},    {"Nano", LLR_CPU_ANY},
        {"Sandybridge", LLR_CPU_ANY}, {"Bulldozer", LLR_CPU_ANY}, {"Piledriver", LLR_CPU_ANY},
        {"Steamroller", LLR_CPU_ANY}, {"Haswell", LLR_CPU_AVX2},  {"Excavator", LLR_CPU_AVX2},
        {"Zen", LLR_CPU_AVX2}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (!strcasecmp(kernel, known[k].name)) return known[k].cpu;
    return LLR_CPU_AVX512;
}

bool llr_blas_kernel_is_old(void)
{
    return cpu_of_kernel(llr_blas_kernel()) < llr_cpu();
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

/* A CPU newer than OpenBLAS may get a kernel of twenty years ago, at a fraction of the speed: then
 * the one for its vectors. What the user has set stays. */
static bool choose_kernel(void)
{
    static const char *const best[LLR_CPUS] = {
        [LLR_CPU_AVX2] = "Haswell", [LLR_CPU_AVX512] = "SkylakeX"};
    static const char name[] = "OPENBLAS_CORETYPE";
    bool can_choose = strstr(llr_blas_version(), "DYNAMIC_ARCH") != NULL;
    if (!can_choose || is_set(name) || !llr_blas_kernel_is_old()) return false;
    return !setenv(name, best[llr_cpu()], 1);
}

/* OpenBLAS has begun a thread a core before main. Where address space is limited, one that finds no
 * room for its buffer looks for it for ever, and whoever ends it waits as long. */
static bool leave_out_threads(void)
{
    static const char name[] = "OPENBLAS_NUM_THREADS";
    struct rlimit space;
    bool limited = !getrlimit(RLIMIT_AS, &space) && space.rlim_cur != RLIM_INFINITY;
    if (!limited || llr_blas_threads() == 1 || (is_set(name) && !strcmp(getenv(name), "1")))
        return false;
    return !setenv(name, "1", 1);
}

/* By its own path, which gives the process its name. Returns where it cannot: then as well as may
 * be. */
static void begin_anew(char **words)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0) return;
    path[length] = '\0';
    execv(path, words);
}

void llr_blas_begin(char **words)
{
    bool other_kernel = choose_kernel(), other_threads = leave_out_threads();
    if (other_kernel || other_threads) begin_anew(words);
}
