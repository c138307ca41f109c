/* Anderson's acceleration of a fixed point x = map(x) in few unknowns. */
#ifndef LLR_THEORY_ANDERSON_H
#define LLR_THEORY_ANDERSON_H

#include <stdbool.h>
#include <stdint.h>

/* next (n) = map(x) (n); false gives up. */
typedef bool (*llr_map_t)(void *problem, const double *x, double *next);

/* Doubles of work for n unknowns. */
int64_t llr_anderson_work(int64_t n);

/* From x (n) to the fixed point: largest change of a coordinate by a step below tolerance. The last
 * map evaluated was at x. false: not reached in most steps, or the map gave up. */
bool llr_anderson(int64_t n, llr_map_t map, void *problem, double tolerance, int64_t most,
                  double *x, double *work);

#endif
