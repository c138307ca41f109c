#include "store/survey.h"

#include "base/memory.h"
#include "model/spectrum.h"
#include "store/source_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256 };

const double llr_survey_share[LLR_SURVEY_SHARES] = {.9, .95, .99};

typedef struct mark {
    uint64_t hash;
    int64_t row;
} mark_t;

typedef struct work {
    llr_survey_t *survey;
    llr_source_t *source;
    void *slice;                 /* owned */
    llr_spectrum_t spectrum;     /* owned; empty: none is wanted */
    double *batch;               /* owned, BATCH x dim */
    int64_t batched, step, seen; /* rows in batch; every step-th row of the pool; pool rows seen */
    mark_t *mark;                /* owned, rows, or NULL */
} work_t;

/* A row ------------------------------------------------------------------------------------ */

static void add_to_spectrum(work_t *work, const void *row)
{
    int64_t dim = work->source->dim;
    if (!work->batch || work->seen++ % work->step) return;
    double *to = work->batch + work->batched++ * dim;
    for (int64_t j = 0; j < dim; j++) to[j] = llr_dtype_value(work->source->type, row, j);
    if (work->batched < BATCH) return;
    llr_spectrum_add(&work->spectrum, work->batch, work->batched);
    work->batched = 0;
}

static void widen(work_t *work, const void *row)
{
    llr_survey_t *survey = work->survey;
    for (int64_t j = 0; j < work->source->dim; j++) {
        double value = llr_dtype_value(work->source->type, row, j);
        survey->least[j] = fmin(survey->least[j], value);
        survey->most[j] = fmax(survey->most[j], value);
    }
}

static void take_row(work_t *work, int64_t row, const void *x)
{
    const llr_source_t *source = work->source;
    int64_t bytes = source->dim * llr_dtype_size(source->type);
    if (work->mark) work->mark[row] = (mark_t){llr_hash_bytes(x, bytes).low, row};
    if (llr_source_part(source, row)) return;
    widen(work, x);
    add_to_spectrum(work, x);
}

static llr_code_t read_all(work_t *work, int64_t slice, llr_error_t *error)
{
    llr_source_t *source = work->source;
    int64_t bytes = source->dim * llr_dtype_size(source->type);
    for (int64_t first = 0; first < source->rows; first += slice) {
        int64_t rows = source->rows - first < slice ? source->rows - first : slice;
        LLR_TRY(source->read(source, first, rows, work->slice, error));
        for (int64_t i = 0; i < rows; i++)
            take_row(work, first + i, (const char *)work->slice + i * bytes);
    }
    return LLR_OK;
}

/* Equal rows --------------------------------------------------------------------------------- */

static int by_hash(const void *a, const void *b)
{
    const mark_t *x = a, *y = b;
    if (x->hash != y->hash) return (x->hash > y->hash) - (x->hash < y->hash);
    return (x->row > y->row) - (x->row < y->row);
}

/* The pairs with the smallest first rows are kept, in order. */
static void keep_pair(llr_survey_t *survey, int64_t first, int64_t second)
{
    int64_t(*pair)[2] = survey->pair;
    int at = survey->pairs < LLR_SURVEY_PAIRS ? survey->pairs++ : LLR_SURVEY_PAIRS;
    for (; at > 0 && pair[at - 1][0] > first; at--)
        if (at < LLR_SURVEY_PAIRS) memcpy(pair[at], pair[at - 1], sizeof pair[at]);
    if (at == LLR_SURVEY_PAIRS) return;
    pair[at][0] = first;
    pair[at][1] = second;
}

/* Rows of one kind, ascending: in which parts they stand. */
static void count_kind(work_t *work, const mark_t *mark, int64_t rows)
{
    llr_survey_t *survey = work->survey;
    int64_t count[LLR_PARTS] = {0};
    bool other = false;
    for (int64_t i = 0; i < rows; i++) {
        count[llr_source_part(work->source, mark[i].row)]++;
        bool counts = !work->source->split || llr_source_part(work->source, mark[i].row) !=
                                                  llr_source_part(work->source, mark[0].row);
        if (i && counts && !other) keep_pair(survey, mark[0].row, mark[i].row);
        other = other || (i && counts);
    }
    for (int a = 0; a < LLR_PARTS; a++) {
        if (count[a]) survey->repeats[a][a] += count[a] - 1;
        for (int b = a + 1; b < LLR_PARTS; b++)
            if (count[a]) survey->repeats[a][b] += count[b];
    }
}

static void find_equal_rows(work_t *work)
{
    int64_t rows = work->source->rows;
    if (!work->mark) return;
    work->survey->hashed = true;
    qsort(work->mark, (size_t)rows, sizeof *work->mark, by_hash);
    for (int64_t first = 0, end; first < rows; first = end) {
        for (end = first + 1; end < rows && work->mark[end].hash == work->mark[first].hash;) end++;
        if (end > first + 1) count_kind(work, work->mark + first, end - first);
    }
}

/* Spectrum --------------------------------------------------------------------------------- */

static llr_code_t find_ranks(work_t *work, llr_error_t *error)
{
    llr_survey_t *survey = work->survey;
    int64_t dim = work->source->dim;
    if (!work->batch) return LLR_OK;
    llr_spectrum_add(&work->spectrum, work->batch, work->batched);
    survey->spectrum_rows = work->spectrum.rows;
    double *value = llr_alloc(dim, sizeof *value);
    llr_code_t code = value ? LLR_OK : llr_fail_memory(error, dim, "eigenvalues");
    for (int scaled = 0; scaled < 2 && code == LLR_OK; scaled++) {
        code = llr_spectrum_values(&work->spectrum, scaled, value, error);
        for (int s = 0; s < LLR_SURVEY_SHARES && code == LLR_OK; s++)
            survey->rank[scaled][s] = llr_variance_rank(value, dim, dim, llr_survey_share[s]);
    }
    free(value);
    return code;
}

/* All -------------------------------------------------------------------------------------- */

static llr_code_t prepare(work_t *work, int64_t slice, llr_error_t *error)
{
    llr_survey_t *survey = work->survey;
    const llr_source_t *source = work->source;
    int64_t dim = source->dim, bytes = slice * dim * llr_dtype_size(source->type);
    for (int64_t i = 0; i < source->rows; i++) survey->pool += !llr_source_part(source, i);
    work->step = (survey->pool + LLR_SURVEY_ROWS - 1) / LLR_SURVEY_ROWS;
    survey->least = llr_alloc(dim, sizeof *survey->least);
    survey->most = llr_alloc(dim, sizeof *survey->most);
    work->slice = llr_alloc(bytes, 1);
    bool spectrum = dim <= LLR_SURVEY_COLUMNS, hashed = source->rows <= LLR_SURVEY_HASHED;
    if (spectrum) {
        LLR_TRY(llr_spectrum_begin(&work->spectrum, dim, error));
        work->batch = llr_alloc(BATCH * dim, sizeof *work->batch);
    }
    if (hashed) work->mark = llr_alloc(source->rows, sizeof *work->mark);
    if (!survey->least || !survey->most || !work->slice || (spectrum && !work->batch) ||
        (hashed && !work->mark))
        return llr_fail_memory(error, bytes, "a survey of the features");
    for (int64_t j = 0; j < dim; j++) {
        survey->least[j] = INFINITY;
        survey->most[j] = -INFINITY;
    }
    return LLR_OK;
}

llr_code_t llr_survey_make(llr_survey_t *survey, llr_source_t *source, llr_error_t *error)
{
    *survey = (llr_survey_t){0};
    work_t work = {.survey = survey, .source = source};
    int64_t slice = llr_source_slice(source);
    llr_code_t code = prepare(&work, slice, error);
    if (code == LLR_OK) code = read_all(&work, slice, error);
    if (code == LLR_OK) find_equal_rows(&work);
    if (code == LLR_OK) code = find_ranks(&work, error);
    llr_spectrum_end(&work.spectrum);
    free(work.slice);
    free(work.batch);
    free(work.mark);
    return code;
}

void llr_survey_destroy(llr_survey_t *survey)
{
    free(survey->least);
    free(survey->most);
    *survey = (llr_survey_t){0};
}
