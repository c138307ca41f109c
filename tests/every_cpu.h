/* A suite of kernels, on this CPU and as on lesser ones. */
#ifndef LLR_TESTS_EVERY_CPU_H
#define LLR_TESTS_EVERY_CPU_H

#include "linalg/cpu.h"
#include "suite.h"

#include <stdio.h>

static inline int run_on_every_cpu(const char *name, const llr_test_t *tests, unsigned count)
{
    int bad = 0;
    llr_cpu_t best = llr_cpu();
    for (int kind = best; kind >= LLR_CPU_ANY; kind--) {
        llr_cpu_limit((llr_cpu_t)kind);
        printf("kernels for %s\n", llr_cpu_name());
        bad |= llr_run_suite(name, tests, count);
    }
    return bad;
}

#define RUN_ON_EVERY_CPU(name, tests)                                                              \
    run_on_every_cpu((name), (tests), (unsigned)(sizeof(tests) / sizeof *(tests)))

#endif
