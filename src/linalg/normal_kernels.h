/* The kernels of normal.c for one kind of CPU (see each_cpu.h): Box and Muller's pairs, radius
 * (cos, sin) of a uniform angle, a lane each. */

enum { NAME(PAIRS) = BYTES / (int)sizeof(double) };

/* cosine and sine: of as many pairs as there are lanes, those beyond count are any. */
INLINE void NAME(draw_pairs)(llr_random_t *random, int64_t count, double *cosine, double *sine)
{
    uint64_t word[2 * NAME(PAIRS)] = {0};
    double radius[NAME(PAIRS)];
    llr_random_words(random, word, 2 * (count < NAME(PAIRS) ? count : NAME(PAIRS)));
    for (int p = 0; p < NAME(PAIRS); p++) {
        radius[p] = llr_random_unit_of(word[2 * p]);
        cosine[p] = 2 * llr_random_unit_of(word[2 * p + 1]);
    }
    NAME(llr_elementary).log(radius);
    NAME(llr_elementary).cossinpi(cosine, sine);
    for (int p = 0; p < NAME(PAIRS); p++) {
        radius[p] = sqrt(-2 * radius[p]);
        cosine[p] *= radius[p];
        sine[p] *= radius[p];
    }
}

static void NAME(normals)(llr_random_t *random, double *out, int64_t count)
{
    double cosine[NAME(PAIRS)], sine[NAME(PAIRS)];
    for (int64_t i = 0; i < count; i += 2 * NAME(PAIRS)) {
        int64_t left = count - i;
        NAME(draw_pairs)(random, (left + 1) / 2, cosine, sine);
        for (int p = 0; p < NAME(PAIRS) && 2 * p < left; p++) {
            out[i + 2 * p] = cosine[p];
            if (2 * p + 1 < left) out[i + 2 * p + 1] = sine[p];
        }
    }
}
