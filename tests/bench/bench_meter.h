/* Where the time of a unit goes: the linker puts meters in front of the phases and of the dense
 * kernels (--wrap), so that the library itself knows nothing of them. */
#ifndef LLR_TESTS_BENCH_METER_H
#define LLR_TESTS_BENCH_METER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct bench_meter {
    const char *name; /* static */
    int64_t calls;
    double seconds; /* CPU */
    double flops;   /* issued, by the textbook count of the kernel; 0 where there is none */
} bench_meter_t;

typedef enum bench_phase { BENCH_GATHER, BENCH_SOLVE, BENCH_METRICS, BENCH_PHASES } bench_phase_t;
enum { BENCH_KERNELS = 32 };

typedef struct bench_meters {
    bench_meter_t phase[BENCH_PHASES]; /* flops: those of the kernels inside */
    bench_meter_t kernel[BENCH_PHASES][BENCH_KERNELS];
    int kernels[BENCH_PHASES]; /* how many are in use */
} bench_meters_t;

/* Counts from here on into *meters, until stopped: phases, and kernels if asked for. What runs
 * outside gathering and solving counts as metrics. */
void bench_meters_start(bench_meters_t *meters, bool kernels);
void bench_meters_stop(void);

#endif
