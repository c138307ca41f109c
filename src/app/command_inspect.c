#include "app/commands.h"
#include "base/memory.h"
#include "store/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 3 };
static const char *const part_names[PARTS] = {"pool", "validation", "test"};

/* Least and largest value of each column over the pool (all rows where there is no split). */
typedef struct extent {
    double *least, *most; /* owned, dim */
} extent_t;

static bool is_pool(const llr_source_t *source, int64_t row)
{
    return !source->split || source->split[row] == 0;
}

static double value_at(const llr_source_t *source, const void *x, int64_t at)
{
    return source->type == LLR_FLOAT32 ? (double)((const float *)x)[at] : ((const double *)x)[at];
}

static void widen(const llr_source_t *source, int64_t first, int64_t rows, const void *x,
                  extent_t *extent)
{
    for (int64_t i = 0; i < rows; i++) {
        if (!is_pool(source, first + i)) continue;
        for (int64_t j = 0; j < source->dim; j++) {
            double value = value_at(source, x, i * source->dim + j);
            extent->least[j] = fmin(extent->least[j], value);
            extent->most[j] = fmax(extent->most[j], value);
        }
    }
}

/* Reads all features: NaN and infinities are refused on the way. */
static llr_code_t scan(llr_source_t *source, extent_t *extent, llr_error_t *error)
{
    int64_t slice = 1 + (4 << 20) / (source->dim * llr_dtype_size(source->type));
    void *x = llr_alloc(slice * source->dim, (size_t)llr_dtype_size(source->type));
    llr_code_t code = x ? LLR_OK : llr_fail_memory(error, slice * source->dim, "a slice of rows");
    for (int64_t j = 0; j < source->dim; j++) {
        extent->least[j] = INFINITY;
        extent->most[j] = -INFINITY;
    }
    for (int64_t first = 0; code == LLR_OK && first < source->rows; first += slice) {
        int64_t rows = source->rows - first < slice ? source->rows - first : slice;
        code = source->read(source, first, rows, x, error);
        if (code == LLR_OK) widen(source, first, rows, x, extent);
    }
    free(x);
    return code;
}

static void print_shape(const llr_source_t *source)
{
    char bytes[LLR_NUMBER_TEXT];
    printf("%s\n", source->path);
    if (source->name) printf("  name       %s\n", source->name);
    printf(
        "  features   %lld rows x %lld columns, %s, %s\n", (long long)source->rows,
        (long long)source->dim, source->type == LLR_FLOAT32 ? "float32" : "float64",
        llr_bytes_text((double)(source->rows * source->dim * llr_dtype_size(source->type)), bytes));
    if (source->origin) printf("  origin     %s\n", source->origin);
    if (!source->split) printf("  split      none: a job has to make one\n");
}

/* Rows of each label or group in each part. list: labels or groups. */
static void print_counts(const llr_source_t *source, const char *what, const int32_t *list,
                         int32_t kinds, char *const *name)
{
    int64_t *count = llr_alloc((int64_t)kinds * PARTS, sizeof *count), pool = 0;
    if (!count) return;
    for (int64_t i = 0; i < source->rows; i++) {
        count[list[i] * PARTS + (source->split ? source->split[i] : 0)]++;
        pool += is_pool(source, i);
    }
    printf("\n  %-24s", what);
    for (int p = 0; p < (source->split ? PARTS : 1); p++)
        printf(" %10s", source->split ? part_names[p] : "rows");
    printf(" %10s\n", "prior");
    for (int32_t k = 0; k < kinds; k++) {
        printf("  %-4d %-19s", k, name ? name[k] : "");
        for (int p = 0; p < (source->split ? PARTS : 1); p++)
            printf(" %10lld", (long long)count[k * PARTS + p]);
        printf(" %10.4f\n", (double)count[k * PARTS] / (double)pool);
    }
    free(count);
}

static double least_prior(const llr_source_t *source)
{
    int64_t *count = llr_alloc(source->classes, sizeof *count), pool = 0, least = INT64_MAX;
    if (!count) return NAN;
    for (int64_t i = 0; i < source->rows; i++)
        if (is_pool(source, i)) {
            count[source->label[i]]++;
            pool++;
        }
    for (int32_t c = 0; c < source->classes; c++) least = count[c] < least ? count[c] : least;
    free(count);
    return (double)least / (double)pool;
}

static void print_columns(const llr_source_t *source, const extent_t *extent)
{
    enum { NAMED = 12 };
    int64_t constant = 0;
    for (int64_t j = 0; j < source->dim; j++) constant += extent->least[j] == extent->most[j];
    printf("\n  NaN or infinite    none\n  constant columns   %lld on the %s", (long long)constant,
           source->split ? "pool" : "rows");
    int64_t named = 0;
    for (int64_t j = 0; j < source->dim && named < NAMED; j++)
        if (extent->least[j] == extent->most[j])
            printf("%s%lld", named++ ? ", " : ": ", (long long)j);
    printf("%s\n", constant > named ? ", ..." : "");
}

static void print_sizes(const llr_source_t *source)
{
    static const double deltas[] = {0.1, 0.25, 0.5, 1};
    double border = 2 * least_prior(source), dim = (double)source->dim;
    printf("\n  delta = d/n  ");
    for (size_t i = 0; i < sizeof deltas / sizeof *deltas; i++) printf(" %8g", deltas[i]);
    printf(" %8.3g (2 pi_min)\n  n            ", border);
    for (size_t i = 0; i < sizeof deltas / sizeof *deltas; i++)
        printf(" %8.0f", round(dim / deltas[i]));
    printf(" %8.0f\n", round(dim / border));
}

static llr_code_t print_all(llr_source_t *source, llr_error_t *error)
{
    extent_t extent = {llr_alloc(source->dim, sizeof(double)),
                       llr_alloc(source->dim, sizeof(double))};
    llr_code_t code = extent.least && extent.most
                          ? scan(source, &extent, error)
                          : llr_fail_memory(error, source->dim, "column extents");
    if (code == LLR_OK) {
        print_shape(source);
        print_counts(source, "class", source->label, source->classes, source->class_name);
        if (source->group)
            print_counts(source, "group", source->group, source->groups, source->group_name);
        print_columns(source, &extent);
        print_sizes(source);
    }
    free(extent.least);
    free(extent.most);
    return code;
}

llr_code_t llr_command_inspect(const llr_options_t *options, llr_error_t *error)
{
    llr_source_t source = {0};
    llr_code_t code = llr_source_open_h5(&source, options->argument[0], error);
    if (code == LLR_OK) code = print_all(&source, error);
    llr_source_close(&source);
    return code;
}
