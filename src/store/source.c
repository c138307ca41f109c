#include "store/source.h"

#include "base/memory.h"
#include "store/source_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE_BYTES = 16 << 20, LARGEST_SLICE = 256 << 20 };

const char *const llr_part_name[LLR_PARTS] = {"pool", "validation", "test"};

int64_t llr_dtype_size(llr_dtype_t type)
{
    return type == LLR_FLOAT32 ? (int64_t)sizeof(float) : (int64_t)sizeof(double);
}

const char *llr_dtype_name(llr_dtype_t type)
{
    return type == LLR_FLOAT32 ? "float32" : "float64";
}

int llr_source_part(const llr_source_t *source, int64_t row)
{
    return source->split ? source->split[row] : 0;
}

static void free_names(char **name, int64_t count)
{
    for (int64_t i = 0; name && i < count; i++) free(name[i]);
    free(name);
}

void llr_source_close(llr_source_t *source)
{
    if (source->close) source->close(source);
    free_names(source->class_name, source->classes);
    free_names(source->group_name, source->groups);
    free(source->path);
    free(source->name);
    free(source->origin);
    free(source->label);
    free(source->group);
    free(source->split);
    *source = (llr_source_t){0};
}

/* Labels and groups ------------------------------------------------------------------------ */

llr_code_t llr_source_fail_value(const llr_source_t *source, const char *list, int64_t row,
                                 int64_t value, llr_error_t *error)
{
    const char *right = !strcmp(list, "/split")
                            ? "0 (pool), 1 (validation) or 2 (test)"
                            : "0, 1, 2, ... without gaps, so less than the number of rows";
    return llr_fail(error, LLR_INVALID, "%s: %s: row %lld has value %lld; values must be %s",
                    source->path, list, (long long)row, (long long)value, right);
}

/* Which of the values 0..largest occurs; NULL out of memory. */
static char *find_present(const int32_t *value, int64_t rows, int32_t largest)
{
    char *present = llr_alloc((int64_t)largest + 1, 1);
    for (int64_t i = 0; present && i < rows; i++) present[value[i]] = 1;
    return present;
}

/* The first row with a value above the given one. */
static int64_t row_above(const int32_t *value, int64_t rows, int32_t bound)
{
    int64_t row = 0;
    while (row + 1 < rows && value[row] <= bound) row++;
    return row;
}

static llr_code_t check_gaps(const llr_source_t *source, const char *list, const int32_t *value,
                             int32_t largest, llr_error_t *error)
{
    char *present = find_present(value, source->rows, largest);
    if (!present) return llr_fail_memory(error, (int64_t)largest + 1, "the check of the labels");
    int32_t missing = 0;
    while (missing <= largest && present[missing]) missing++;
    free(present);
    if (missing > largest) return LLR_OK;
    int64_t row = row_above(value, source->rows, missing);
    return llr_fail(error, LLR_INVALID,
                    "%s: %s: no row has value %d, but row %lld has %d; values must be 0, 1, 2, ... "
                    "without gaps",
                    source->path, list, missing, (long long)row, value[row]);
}

/* Values are 0..count-1, each present. A value cannot reach the number of rows then, so what is
 * allocated for it is bounded by what was read. */
static llr_code_t check_values(const llr_source_t *source, const char *list, const int32_t *value,
                               int32_t *count, llr_error_t *error)
{
    int32_t largest = 0;
    for (int64_t i = 0; i < source->rows; i++) {
        if (value[i] < 0 || value[i] >= source->rows)
            return llr_source_fail_value(source, list, i, value[i], error);
        if (value[i] > largest) largest = value[i];
    }
    LLR_TRY(check_gaps(source, list, value, largest, error));
    *count = largest + 1;
    return LLR_OK;
}

static llr_code_t check_split(const llr_source_t *source, llr_error_t *error)
{
    bool present[LLR_PARTS] = {false};
    for (int64_t i = 0; i < source->rows; i++) {
        if (source->split[i] < 0 || source->split[i] >= LLR_PARTS)
            return llr_source_fail_value(source, "/split", i, source->split[i], error);
        present[source->split[i]] = true;
    }
    for (int s = 0; s < LLR_PARTS; s++)
        if (!present[s])
            return llr_fail(error, LLR_INVALID,
                            "%s: /split: no row has value %d (%s); all three must be present",
                            source->path, s, llr_part_name[s]);
    return LLR_OK;
}

llr_code_t llr_source_check_labels(llr_source_t *source, llr_error_t *error)
{
    int32_t classes = 0, groups = 0;
    LLR_TRY(check_values(source, "/labels", source->label, &classes, error));
    if (classes < 2)
        return llr_fail(error, LLR_INVALID,
                        "%s: /labels: every row has label 0; at least two classes are needed",
                        source->path);
    if (source->group) LLR_TRY(check_values(source, "/groups", source->group, &groups, error));
    if (source->split) LLR_TRY(check_split(source, error));
    source->classes = classes;
    source->groups = groups;
    return LLR_OK;
}

/* Features --------------------------------------------------------------------------------- */

/* A number is not finite when all bits of its exponent are set; whole rows are looked at without a
 * branch, so that this runs at the speed of memory. */
static bool row_has_nonfinite_f(const float *x, int64_t dim)
{
    const uint32_t exponent = 0x7f800000u;
    uint32_t bad = 0;
    for (int64_t j = 0; j < dim; j++) {
        uint32_t bits;
        memcpy(&bits, &x[j], sizeof bits);
        bad |= (uint32_t)((bits & exponent) == exponent);
    }
    return bad != 0;
}

static bool row_has_nonfinite_d(const double *x, int64_t dim)
{
    const uint64_t exponent = 0x7ff0000000000000u;
    uint64_t bad = 0;
    for (int64_t j = 0; j < dim; j++) {
        uint64_t bits;
        memcpy(&bits, &x[j], sizeof bits);
        bad |= (uint64_t)((bits & exponent) == exponent);
    }
    return bad != 0;
}

int64_t llr_source_find_nonfinite(llr_dtype_t type, int64_t dim, int64_t count, const void *x)
{
    int64_t bytes = dim * llr_dtype_size(type);
    for (int64_t i = 0; i < count; i++) {
        const void *row = (const char *)x + i * bytes;
        bool bad =
            type == LLR_FLOAT32 ? row_has_nonfinite_f(row, dim) : row_has_nonfinite_d(row, dim);
        if (bad) return i;
    }
    return -1;
}

llr_code_t llr_source_fail_nonfinite(const llr_source_t *source, const char *part, int64_t row,
                                     const void *x, llr_error_t *error)
{
    int64_t column = 0;
    while (column + 1 < source->dim && isfinite(llr_dtype_value(source->type, x, column))) column++;
    return llr_fail(error, LLR_INVALID,
                    "%s:%s row %lld, column %lld is %s; all features must be finite", source->path,
                    part, (long long)row, (long long)column,
                    isnan(llr_dtype_value(source->type, x, column)) ? "NaN" : "infinite");
}

llr_code_t llr_source_check_finite(const llr_source_t *source, int64_t first, int64_t count,
                                   const void *x, llr_error_t *error)
{
    int64_t bad = llr_source_find_nonfinite(source->type, source->dim, count, x);
    if (bad < 0) return LLR_OK;
    const char *row = (const char *)x + bad * source->dim * llr_dtype_size(source->type);
    return llr_source_fail_nonfinite(source, " /features:", first + bad, row, error);
}

void llr_source_widen(const llr_source_t *source, const void *features, int64_t row, double *out)
{
    int64_t dim = source->dim;
    if (source->type == LLR_FLOAT64) {
        memcpy(out, (const double *)features + row * dim, (size_t)dim * sizeof *out);
        return;
    }
    const float *x = (const float *)features + row * dim;
    for (int64_t j = 0; j < dim; j++) out[j] = (double)x[j];
}

/* Content id ------------------------------------------------------------------------------- */

static llr_hash_t hash_list(const void *list, int64_t bytes)
{
    return list ? llr_hash_bytes(list, bytes) : (llr_hash_t){0, 0};
}

llr_hash_t llr_source_combine(const llr_source_t *source, llr_hash_t features)
{
    int64_t rows = source->rows;
    llr_hash_t part[] = {
        {(uint64_t)source->type, 0},
        {(uint64_t)rows, (uint64_t)source->dim},
        {source->group != NULL, source->split != NULL},
        features,
        hash_list(source->label, rows * (int64_t)sizeof *source->label),
        hash_list(source->group, rows * (int64_t)sizeof *source->group),
        hash_list(source->split, rows * (int64_t)sizeof *source->split),
    };
    return llr_hash_bytes(part, sizeof part);
}

llr_hash_t llr_source_content(const llr_source_t *source, const void *features)
{
    int64_t bytes = source->rows * source->dim * llr_dtype_size(source->type);
    return llr_source_combine(source, llr_hash_bytes(features, bytes));
}

int64_t llr_source_slice(const llr_source_t *source)
{
    int64_t row_bytes = source->dim * llr_dtype_size(source->type);
    int64_t rows = SLICE_BYTES / row_bytes, block = source->block;
    if (rows < 1) rows = 1;
    if (block <= rows)
        rows -= rows % block;
    else if (block <= LARGEST_SLICE / row_bytes)
        rows = block;
    return rows < source->rows ? rows : source->rows;
}

static llr_code_t hash_slices(llr_source_t *source, char *slice, int64_t slice_rows,
                              llr_hasher_t *hasher, llr_error_t *error)
{
    int64_t row_bytes = source->dim * llr_dtype_size(source->type);
    for (int64_t first = 0; first < source->rows; first += slice_rows) {
        int64_t left = source->rows - first, count = left < slice_rows ? left : slice_rows;
        LLR_TRY(source->read(source, first, count, slice, error));
        llr_hasher_add(hasher, slice, count * row_bytes);
    }
    return LLR_OK;
}

llr_code_t llr_source_scan(llr_source_t *source, llr_hash_t *content, llr_error_t *error)
{
    int64_t slice_rows = llr_source_slice(source);
    int64_t bytes = slice_rows * source->dim * llr_dtype_size(source->type);
    char *slice = llr_alloc(bytes, 1);
    llr_hasher_t *hasher = llr_hasher_create();
    llr_code_t code = slice && hasher ? hash_slices(source, slice, slice_rows, hasher, error)
                                      : llr_fail_memory(error, bytes, "a slice of the features");
    llr_hash_t features = llr_hasher_finish(hasher);
    if (code == LLR_OK) *content = llr_source_combine(source, features);
    free(slice);
    return code;
}
