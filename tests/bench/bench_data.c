#include "bench_data.h"

#include "base/memory.h"
#include "base/random.h"
#include "linalg/lapack.h"
#include "store/synthetic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL = 20000, VALIDATION = 4000, TEST = 10000, ROWS = POOL + VALIDATION + TEST };
enum { MOST_CLASSES = 16, ROTATED_ROWS = 1024 };

/* Made data ---------------------------------------------------------------------------------- */

static void set_priors(double *prior, int32_t classes)
{
    double total = 0;
    for (int32_t c = 0; c < classes; c++) total += prior[c] = pow(0.6, c);
    for (int32_t c = 0; c < classes; c++) prior[c] /= total;
    if (classes == 2) prior[0] = 1 - (prior[1] = 0.1);
}

static int32_t draw_label(llr_random_t *random, const double *prior, int32_t classes)
{
    double left = llr_random_unit(random);
    int32_t class = 0;
    while (class + 1 < classes && (left -= prior[class]) > 0) class ++;
    return class;
}

static llr_code_t allocate(bench_data_t *data, int64_t rows, int64_t dim, llr_error_t *error)
{
    llr_source_t *source = &data->source;
    *source = (llr_source_t){.type = LLR_FLOAT32, .rows = rows, .dim = dim, .block = 1};
    source->path = llr_copy_text("made");
    source->label = llr_alloc(rows, sizeof *source->label);
    source->split = llr_alloc(rows, sizeof *source->split);
    data->x = llr_alloc(rows * dim, sizeof *data->x);
    if (source->path && source->label && source->split && data->x) return LLR_OK;
    return llr_fail_memory(error, rows * dim * (int64_t)sizeof *data->x, "the rows");
}

/* What the rows of a made dataset are drawn from. */
typedef struct recipe {
    llr_synthetic_t gauss;
    llr_hash_t content;
    double prior[MOST_CLASSES];
    double *mean, *deviation; /* owned: classes x dim, dim */
    double *rows;             /* owned: ROTATED_ROWS x dim */
    double *q, *tau, *work;   /* owned: the rotation, dim x dim and dim */
    double *shift;            /* owned: dim, zero without a decay */
    int64_t work_size;
} recipe_t;

static void destroy_recipe(recipe_t *recipe)
{
    free(recipe->mean);
    free(recipe->deviation);
    free(recipe->rows);
    free(recipe->q);
    free(recipe->tau);
    free(recipe->work);
    free(recipe->shift);
}

static llr_code_t create_recipe(recipe_t *recipe, int64_t dim, double decay, int32_t classes,
                                llr_error_t *error)
{
    recipe->gauss = (llr_synthetic_t){.dim = dim,
                                      .separation = 2,
                                      .decay = decay,
                                      .priors = recipe->prior,
                                      .classes = classes,
                                      .test = TEST};
    set_priors(recipe->prior, classes);
    recipe->content = llr_synthetic_content(&recipe->gauss);
    recipe->work_size = llr_lapack_work(dim, ROTATED_ROWS);
    recipe->mean = llr_alloc(classes * dim, sizeof(double));
    recipe->deviation = llr_alloc(dim, sizeof(double));
    recipe->rows = llr_alloc(ROTATED_ROWS * dim, sizeof(double));
    recipe->q = llr_alloc(dim * dim, sizeof(double));
    recipe->tau = llr_alloc(dim, sizeof(double));
    recipe->work = llr_alloc(recipe->work_size, sizeof(double));
    recipe->shift = llr_alloc(dim, sizeof(double));
    if (!recipe->mean || !recipe->deviation || !recipe->rows || !recipe->q || !recipe->tau ||
        !recipe->work || !recipe->shift)
        return llr_fail_memory(error, dim * dim * (int64_t)sizeof(double), "the recipe");
    llr_synthetic_means(&recipe->gauss, recipe->content, recipe->mean);
    llr_synthetic_deviations(&recipe->gauss, recipe->deviation);
    return LLR_OK;
}

static void draw_rotation(recipe_t *recipe)
{
    int64_t dim = recipe->gauss.dim;
    llr_random_t random = llr_random_stream(recipe->content, LLR_PURPOSE_SYNTHETIC_TEST, 1, 0);
    llr_random_normal(&random, recipe->q, dim * dim);
    llr_qr(dim, dim, recipe->q, recipe->tau, recipe->work, recipe->work_size);
    llr_random_normal(&random, recipe->shift, dim);
    for (int64_t j = 0; j < dim; j++) recipe->shift[j] *= 0.5;
}

static void draw_features(recipe_t *recipe, const int32_t *label, float *x)
{
    int64_t dim = recipe->gauss.dim;
    llr_random_t stream[MOST_CLASSES];
    for (int32_t c = 0; c < recipe->gauss.classes; c++)
        stream[c] = llr_random_stream(recipe->content, LLR_PURPOSE_SYNTHETIC_ROW, 0, c);
    for (int64_t first = 0; first < ROWS; first += ROTATED_ROWS) {
        int64_t rows = ROWS - first < ROTATED_ROWS ? ROWS - first : ROTATED_ROWS;
        for (int64_t i = 0; i < rows; i++) {
            int32_t c = label[first + i];
            llr_synthetic_rows(&stream[c], recipe->mean + c * dim, recipe->deviation, dim, 1,
                               recipe->rows + i * dim);
        }
        if (recipe->gauss.decay > 0)
            llr_qr_apply(dim, dim, recipe->q, recipe->tau, false, recipe->rows, rows, recipe->work,
                         recipe->work_size);
        for (int64_t i = 0; i < rows * dim; i++)
            x[first * dim + i] = (float)(recipe->rows[i] + recipe->shift[i % dim]);
    }
}

static llr_code_t make(bench_data_t *data, recipe_t *recipe, llr_error_t *error)
{
    llr_source_t *source = &data->source;
    LLR_TRY(allocate(data, ROWS, recipe->gauss.dim, error));
    llr_random_t random = llr_random_stream(recipe->content, LLR_PURPOSE_SYNTHETIC_TEST, 0, 0);
    for (int64_t i = 0; i < ROWS; i++) {
        source->label[i] = draw_label(&random, recipe->prior, recipe->gauss.classes);
        source->split[i] = (int8_t)(i < POOL ? 0 : i < POOL + VALIDATION ? 1 : 2);
    }
    if (recipe->gauss.decay > 0) draw_rotation(recipe);
    draw_features(recipe, source->label, data->x);
    return llr_source_check_labels(source, error);
}

llr_code_t bench_data_make(bench_data_t *data, int64_t dim, double decay, int32_t classes,
                           llr_error_t *error)
{
    recipe_t recipe = {0};
    *data = (bench_data_t){0};
    if (dim < 1 || classes < 2 || classes > MOST_CLASSES || !(decay >= 0))
        return llr_fail(error, LLR_INVALID,
                        "made data: d is at least 1, decay at least 0, classes are 2 to %d",
                        MOST_CLASSES);
    llr_code_t code = create_recipe(&recipe, dim, decay, classes, error);
    if (code == LLR_OK) code = make(data, &recipe, error);
    destroy_recipe(&recipe);
    return code;
}

/* Data from a file --------------------------------------------------------------------------- */

/* Mean of each column over the pool and the factor that makes its deviation 1, or 0. */
static void find_moments(const llr_source_t *source, const double *x, double *mean, double *scale)
{
    int64_t dim = source->dim, pool = 0;
    for (int64_t i = 0; i < source->rows; i++) {
        if (source->split[i]) continue;
        pool++;
        for (int64_t j = 0; j < dim; j++) mean[j] += x[i * dim + j];
    }
    for (int64_t j = 0; j < dim; j++) mean[j] /= (double)pool;
    for (int64_t i = 0; i < source->rows; i++)
        for (int64_t j = 0; !source->split[i] && j < dim; j++)
            scale[j] += (x[i * dim + j] - mean[j]) * (x[i * dim + j] - mean[j]);
    for (int64_t j = 0; j < dim; j++)
        scale[j] = scale[j] > 0 ? 1 / sqrt(scale[j] / (double)pool) : 0;
}

static llr_code_t standardise(bench_data_t *data, const double *x, llr_error_t *error)
{
    int64_t dim = data->source.dim, values = data->source.rows * dim;
    double *mean = llr_alloc(2 * dim, sizeof *mean);
    data->x = llr_alloc(values, sizeof *data->x);
    llr_code_t code = LLR_OK;
    if (mean && data->x) {
        find_moments(&data->source, x, mean, mean + dim);
        for (int64_t i = 0; i < values; i++)
            data->x[i] = (float)((x[i] - mean[i % dim]) * mean[dim + i % dim]);
        data->source.type = LLR_FLOAT32;
    } else
        code = llr_fail_memory(error, values * (int64_t)sizeof *data->x, "the standardised rows");
    free(mean);
    return code;
}

/* Reads all features as doubles, from the end so that floats widen in place. */
static llr_code_t read_features(llr_source_t *source, double *x, llr_error_t *error)
{
    LLR_TRY(source->read(source, 0, source->rows, x, error));
    const float *narrow = (const float *)x;
    for (int64_t i = source->rows * source->dim - 1; source->type == LLR_FLOAT32 && i >= 0; i--) {
        float value;
        memcpy(&value, narrow + i, sizeof value);
        x[i] = (double)value;
    }
    return LLR_OK;
}

llr_code_t bench_data_read(bench_data_t *data, const char *path, llr_error_t *error)
{
    *data = (bench_data_t){0};
    LLR_TRY(llr_source_open_h5(&data->source, path, error));
    if (!data->source.split)
        return llr_fail(error, LLR_INVALID, "%s: a race needs /split in the file", path);
    double *x = llr_alloc(data->source.rows * data->source.dim, sizeof *x);
    llr_code_t code = x ? read_features(&data->source, x, error)
                        : llr_fail_memory(error, data->source.rows, "the features");
    if (code == LLR_OK) code = standardise(data, x, error);
    free(x);
    return code;
}

/* Hand-over ---------------------------------------------------------------------------------- */

static llr_code_t write_array(const char *folder, const char *name, const void *array,
                              int64_t count, size_t size, llr_error_t *error)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return llr_fail(error, LLR_INVALID, "%s: the path is too long", folder);
    FILE *file = fopen(path, "wb");
    size_t written = file ? fwrite(array, size, (size_t)count, file) : 0;
    bool closed = file && !fclose(file);
    if (closed && written == (size_t)count) return LLR_OK;
    return llr_fail(error, LLR_FAILED, "%s: not written; the folder must exist and have room",
                    path);
}

llr_code_t bench_data_write(const bench_data_t *data, const char *folder, llr_error_t *error)
{
    const llr_source_t *source = &data->source;
    int64_t rows = source->rows;
    LLR_TRY(
        write_array(folder, "features.f32", data->x, rows * source->dim, sizeof *data->x, error));
    LLR_TRY(write_array(folder, "labels.i32", source->label, rows, sizeof *source->label, error));
    LLR_TRY(write_array(folder, "split.i8", source->split, rows, sizeof *source->split, error));
    if (!source->group) return LLR_OK;
    return write_array(folder, "groups.i32", source->group, rows, sizeof *source->group, error);
}

void bench_data_destroy(bench_data_t *data)
{
    llr_source_close(&data->source);
    free(data->x);
    *data = (bench_data_t){0};
}
