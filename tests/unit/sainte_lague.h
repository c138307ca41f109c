/* Sainte-Lague as the textbook says: the next row goes to the largest prior / (2 rows + 1). */
#ifndef LLR_TESTS_SAINTE_LAGUE_H
#define LLR_TESTS_SAINTE_LAGUE_H

#include <stdint.h>
#include <string.h>

static inline void sainte_lague(int64_t n, const double *prior, int32_t kinds, int64_t *count)
{
    memset(count, 0, sizeof *count * (size_t)kinds);
    for (; n > 0; n--) {
        int32_t best = 0;
        for (int32_t k = 1; k < kinds; k++)
            if (prior[k] * (double)(2 * count[best] + 1) > prior[best] * (double)(2 * count[k] + 1))
                best = k;
        count[best]++;
    }
}

#endif
