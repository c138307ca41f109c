/* One pass over all features of a source: what a user should know before a sweep. */
#ifndef LLR_STORE_SURVEY_H
#define LLR_STORE_SURVEY_H

#include "store/source.h"

enum {
    LLR_SURVEY_COLUMNS = 4096,    /* beyond, no spectrum: its cost is columns^3 */
    LLR_SURVEY_ROWS = 16384,      /* most rows that the spectrum is taken from */
    LLR_SURVEY_HASHED = 16777216, /* beyond, no search for equal rows: 16 bytes a row */
    LLR_SURVEY_PAIRS = 3,
    LLR_SURVEY_SHARES = 3
};
extern const double llr_survey_share[LLR_SURVEY_SHARES]; /* of variance: .9, .95, .99 */

typedef struct llr_survey {
    double *least, *most; /* owned, dim: of each column over the pool (all rows without a split) */
    int64_t pool;         /* rows of it */
    /* Fewest directions that hold the shares of variance, of the columns as they are, and z-scored;
     * from so many of the pool's rows, evenly taken. 0: too many columns. */
    int64_t spectrum_rows;
    int64_t rank[2][LLR_SURVEY_SHARES];
    /* Rows whose features are the same, bit for bit. repeats[a][b], a < b: rows of part b that part
     * a has too; repeats[a][a]: rows of a beyond the first of their kind. */
    bool hashed; /* false: too many rows */
    int64_t repeats[LLR_PARTS][LLR_PARTS];
    int pairs;
    int64_t pair[LLR_SURVEY_PAIRS][2]; /* first pairs in two parts (without a split: anywhere) */
} llr_survey_t;

/* Reads the features in slices; NaN and infinities are refused on the way. To be destroyed also
 * after a failure. */
llr_code_t llr_survey_make(llr_survey_t *survey, llr_source_t *source, llr_error_t *error);
void llr_survey_destroy(llr_survey_t *survey);

#endif
