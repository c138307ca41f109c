/* Standard normal numbers, many at a time. */
#ifndef LLR_LINALG_NORMAL_H
#define LLR_LINALG_NORMAL_H

#include "base/random.h"

/* What llr_random_normal gives, out of the same words of the stream, to a few units in the last
 * place, which are those of this kind of CPU. */
void llr_normals(llr_random_t *random, double *out, int64_t count);

#endif
