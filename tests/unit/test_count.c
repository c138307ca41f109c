/* Counts of right predictions against plain sums in double precision. Where a score lies at zero,
 * or two are tied, data are whole numbers, so that plain sums are exact in any order. */
#include "base/random.h"
#include "every_cpu.h"
#include "model/metrics.h"
#include "work/count.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 1201, VALIDATION = 430, MOST_DIM = 80, MOST_FITS = 70, MOST_CLASSES = 5 };
enum { MOST_VECTORS = MOST_FITS * MOST_CLASSES, MOST_SLOTS = 64 };

typedef struct world {
    llr_source_t source;
    llr_dataset_t dataset;
    int64_t dim, fits;
    int32_t columns;
    double x[ROWS * MOST_DIM]; /* the features, exactly */
    float x_single[ROWS * MOST_DIM];
    int64_t row[ROWS];
    int32_t label[ROWS], group[ROWS];
    double theta[MOST_VECTORS * MOST_DIM], b[MOST_VECTORS];
    int64_t doubts; /* of the last count */
    int32_t mixed;  /* columns of it that had a basis */
    llr_random_t random;
} world_t;

static double normal(world_t *world)
{
    double x;
    llr_random_normal(&world->random, &x, 1);
    return x;
}

static double whole(world_t *world, int64_t most)
{
    return (double)(llr_random_below(&world->random, 2 * most + 1) - most);
}

static world_t *begin(int64_t dim, int64_t fits, int32_t classes, int32_t groups)
{
    world_t *world = calloc(1, sizeof *world);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world);
    world->dim = dim;
    world->fits = fits;
    world->columns = classes == 2 ? 1 : classes;
    world->random = llr_random_stream((llr_hash_t){3, 1}, LLR_PURPOSE_SYNTHETIC_ROW, dim, classes);
    world->dataset.facts.columns = dim;
    world->dataset.facts.shape = (llr_shape_t){classes, groups, classes};
    for (int64_t i = 0; i < ROWS; i++) {
        world->row[i] = (i * 7) % ROWS; /* 7 has no factor in common with ROWS */
        world->label[i] = (int32_t)llr_random_below(&world->random, classes);
        world->group[i] = groups ? (int32_t)llr_random_below(&world->random, groups) : 0;
    }
    for (int s = 0; s < LLR_SPLITS; s++) {
        int64_t first = s ? VALIDATION : 0, rows = s ? ROWS - VALIDATION : VALIDATION;
        world->dataset.eval[s] = (llr_eval_t){rows, world->row + first, world->label + first,
                                              groups ? world->group + first : NULL};
    }
    return world;
}

/* Rounded to single precision, by way of memory: GCC 12 takes a vector of doubles to float and back
 * for itself. */
static double rounded(double x)
{
    volatile float single = (float)x;
    return (double)single;
}

static void normal_features(world_t *world)
{
    for (int64_t i = 0; i < ROWS * world->dim; i++) world->x[i] = rounded(normal(world));
}

/* Smooth families, as a sweep gives them: few directions. */
static void smooth_fits(world_t *world)
{
    double direction[6 * MOST_DIM];
    for (int64_t k = 0; k < world->columns; k++) {
        llr_random_normal(&world->random, direction, 6 * world->dim);
        for (int64_t f = 0; f < world->fits; f++) {
            int64_t v = f * world->columns + k;
            double t = (double)f / (double)world->fits;
            world->b[v] = 0.3 * t;
            for (int64_t j = 0; j < world->dim; j++) {
                double sum = 0;
                for (int p = 0; p < 6; p++) sum += pow(t, p) * direction[p * world->dim + j];
                world->theta[v * world->dim + j] = sum;
            }
        }
    }
}

static void normal_fits(world_t *world)
{
    int64_t vectors = world->fits * world->columns;
    llr_random_normal(&world->random, world->theta, vectors * world->dim);
    llr_random_normal(&world->random, world->b, vectors);
}

/* From the last column on; where a score is no number it only matters that all agree. */
static int32_t predict(const double *score, int32_t columns)
{
    if (columns == 1) return score[0] > 0;
    for (int32_t k = 0; k < columns; k++)
        if (isnan(score[k])) return llr_predict(score, columns);
    int32_t best = columns - 1;
    for (int32_t k = columns - 2; k >= 0; k--)
        if (score[k] >= score[best]) best = k;
    return best;
}

/* The definition, summed in order. */
static void count_plainly(const world_t *world, int split, int64_t *correct)
{
    const llr_eval_t *eval = &world->dataset.eval[split];
    llr_shape_t shape = world->dataset.facts.shape;
    int64_t slots = llr_shape_slots(shape);
    for (int64_t i = 0; i < eval->rows; i++)
        for (int64_t f = 0; f < world->fits; f++) {
            double score[MOST_CLASSES];
            for (int32_t k = 0; k < world->columns; k++) {
                int64_t v = f * world->columns + k;
                score[k] = 0;
                for (int64_t j = 0; j < world->dim; j++)
                    score[k] +=
                        world->theta[v * world->dim + j] * world->x[eval->row[i] * world->dim + j];
                score[k] += world->b[v];
            }
            int32_t label = eval->label[i];
            if (predict(score, world->columns) != label) continue;
            correct[f * slots + label]++;
            if (!eval->group) continue;
            correct[f * slots + shape.classes + eval->group[i]]++;
            if (shape.classes == 2)
                correct[f * slots + 2 + shape.groups + 2 * eval->group[i] + label]++;
        }
}

static void count_tiles(world_t *world, llr_count_t *count, int split, int64_t *correct,
                        int64_t *doubled)
{
    int64_t all = world->dataset.eval[split].rows;
    for (int64_t first = 0; first < all; first += LLR_TILE_ROWS) {
        int64_t rows = all - first < LLR_TILE_ROWS ? all - first : LLR_TILE_ROWS;
        llr_count_tile(count, (llr_split_t)split, first, rows, correct);
        for (int64_t i = 0; i < rows; i++)
            for (int64_t f = 0; f < world->fits; f++)
                world->doubts -= count->doubtful[i] ? count->doubt[i * count->scores.width + f] : 0;
        llr_count_tile_double(count, (llr_split_t)split, first, rows, doubled);
    }
}

static void compare(const world_t *world, const int64_t *counted, const int64_t *plain)
{
    int64_t wrong = 0, numbers = world->fits * llr_shape_slots(world->dataset.facts.shape);
    for (int64_t i = 0; i < numbers; i++) wrong += counted[i] != plain[i];
    CU_ASSERT_EQUAL(wrong, 0);
}

/* Both splits, of features in the type given. */
static void check_as(world_t *world, llr_dtype_t type)
{
    static int64_t plain[MOST_FITS * MOST_SLOTS], correct[MOST_FITS * MOST_SLOTS],
        doubled[MOST_FITS * MOST_SLOTS];
    llr_count_t count;
    llr_arena_t arena;
    llr_heads_t heads = {world->fits, world->dim, world->columns, world->theta, world->b};
    world->source.type = type;
    world->source.dim = world->dim;
    world->dataset.source = &world->source;
    world->dataset.features = type == LLR_FLOAT32 ? (void *)world->x_single : (void *)world->x;
    for (int64_t i = 0; i < ROWS * world->dim; i++) world->x_single[i] = (float)world->x[i];
    world->doubts = 0;
    int64_t bytes = llr_count_bytes(&world->dataset.facts, world->fits);
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, bytes, NULL), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_count_create(&count, &world->dataset, &heads, &arena, NULL), LLR_OK);
    CU_ASSERT_TRUE(arena.peak <= bytes);
    for (int split = 0; split < LLR_SPLITS; split++) {
        memset(plain, 0, sizeof plain);
        memset(correct, 0, sizeof correct);
        memset(doubled, 0, sizeof doubled);
        count_plainly(world, split, plain);
        count_tiles(world, &count, split, correct, doubled);
        compare(world, correct, plain);
        compare(world, doubled, plain);
    }
    world->mixed = 0;
    for (int32_t k = 0; k < world->columns; k++) world->mixed += count.scores.column[k].depth > 0;
    llr_arena_destroy(&arena);
}

/* Doubt is the exception: at most so many of a thousand. */
static void check(world_t *world, int64_t most)
{
    check_as(world, LLR_FLOAT32);
    CU_ASSERT_TRUE(1000 * world->doubts <= most * ROWS * world->fits);
    check_as(world, LLR_FLOAT64);
    CU_ASSERT_TRUE(1000 * world->doubts <= most * ROWS * world->fits);
}

static const int32_t shapes[][2] = {{2, 0}, {2, 4}, {3, 0}, {5, 3}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void test_smooth(void)
{
    for (int s = 0; s < SHAPES; s++) {
        world_t *world = begin(70, 61, shapes[s][0], shapes[s][1]);
        normal_features(world);
        smooth_fits(world);
        check(world, 10);
        CU_ASSERT_EQUAL(world->mixed, world->columns);
        free(world);
    }
}

static void test_unrelated(void)
{
    static const int64_t sizes[][2] = {{1, 1}, {3, 70}, {16, 16}, {80, 5}, {33, 49}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int s = 0; s < SHAPES; s++) {
            world_t *world = begin(sizes[i][0], sizes[i][1], shapes[s][0], shapes[s][1]);
            normal_features(world);
            normal_fits(world);
            check(world, 10);
            free(world);
        }
}

/* Columns of all scales, far from zero; one is constant. */
static void test_offsets(void)
{
    for (int s = 0; s < SHAPES; s++) {
        world_t *world = begin(64, 40, shapes[s][0], shapes[s][1]);
        normal_features(world);
        smooth_fits(world);
        for (int64_t j = 0; j < world->dim; j++) {
            double scale = pow(10, (double)(j % 13 - 6)), shift = j % 3 ? 30 * scale : 0;
            for (int64_t i = 0; i < ROWS; i++) {
                double *x = &world->x[i * world->dim + j];
                *x = j == 5 ? 7 : rounded(shift + scale * *x);
            }
            for (int64_t v = 0; v < world->fits * world->columns; v++) {
                world->theta[v * world->dim + j] /= scale;
                world->b[v] -= world->theta[v * world->dim + j] * (j == 5 ? 7 : shift);
            }
        }
        check(world, 10);
        free(world);
    }
}

/* Scores that are zero, and that differ from it by 2^-30, in whole numbers of hundreds. */
static void test_zero(void)
{
    for (int s = 0; s < SHAPES; s++) {
        world_t *world = begin(48, 64, shapes[s][0], shapes[s][1]);
        for (int64_t i = 0; i < ROWS * world->dim; i++) world->x[i] = whole(world, 9);
        for (int64_t v = 0; v < world->fits * world->columns; v++) {
            int64_t row = llr_random_below(&world->random, ROWS);
            double sum = 0;
            for (int64_t j = 0; j < world->dim; j++) {
                world->theta[v * world->dim + j] = whole(world, 9);
                sum += world->theta[v * world->dim + j] * world->x[row * world->dim + j];
            }
            world->b[v] = whole(world, 1) * 0x1p-30 - (world->columns == 1 ? sum : 0);
        }
        check(world, 50);
        CU_ASSERT_TRUE(world->doubts > 0);
        free(world);
    }
}

/* What tells two columns apart is below single precision in the features themselves. */
static void test_double_features(void)
{
    for (int s = 0; s < SHAPES; s++) {
        world_t *world = begin(24, 50, shapes[s][0], shapes[s][1]);
        for (int64_t i = 0; i < ROWS * world->dim; i++)
            world->x[i] = 1000 + whole(world, 1) + whole(world, 1) * 0x1p-30;
        for (int64_t v = 0; v < world->fits * world->columns; v++) {
            double sum = 0;
            for (int64_t j = 0; j < world->dim; j++)
                sum += world->theta[v * world->dim + j] = whole(world, 3);
            world->b[v] = -1000 * sum;
        }
        check_as(world, LLR_FLOAT64);
        CU_ASSERT_TRUE(world->doubts > 0);
        free(world);
    }
}

/* Columns of a fit that are equal: the lower one wins. */
static void test_ties(void)
{
    world_t *world = begin(30, 33, 5, 3);
    normal_features(world);
    smooth_fits(world);
    for (int64_t f = 0; f < world->fits; f++)
        for (int64_t k = 1; k < 5; k += 2) {
            int64_t v = f * 5 + k;
            memcpy(world->theta + v * world->dim, world->theta + (v - 1) * world->dim,
                   (size_t)world->dim * sizeof *world->theta);
            world->b[v] = world->b[v - 1];
        }
    /* Sums of whole numbers, so that rounding cannot tell equal columns apart. */
    for (int64_t i = 0; i < ROWS * world->dim; i++) world->x[i] = rint(8 * world->x[i]);
    for (int64_t i = 0; i < world->fits * 5 * world->dim; i++)
        world->theta[i] = rint(64 * world->theta[i]) / 64;
    check_as(world, LLR_FLOAT32);
    CU_ASSERT_TRUE(world->doubts > ROWS * world->fits / 5);
    free(world);
}

/* Coefficients of every size, and none. */
static void test_extreme_fits(void)
{
    static const double sizes[] = {0, 1e-300, 1e-170, 1e-40, 1, 1e40, 1e170, 1e290, NAN, INFINITY};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    for (int s = 0; s < SHAPES; s++) {
        world_t *world = begin(20, 5 * SIZES, shapes[s][0], shapes[s][1]);
        normal_features(world);
        normal_fits(world);
        for (int64_t v = 0; v < world->fits * world->columns; v++) {
            int64_t fit = v / world->columns, column = v % world->columns;
            double size = sizes[fit % SIZES];
            if (isfinite(size) || column == fit / SIZES % world->columns)
                for (int64_t j = 0; j < world->dim; j++) world->theta[v * world->dim + j] *= size;
            if (fit % 3) world->b[v] *= isfinite(size) ? size : 1;
            if (fit == 7 && column == 0) world->b[v] = NAN;
            if (fit == 14) world->b[v] *= 1e300;
        }
        check_as(world, LLR_FLOAT32);
        check_as(world, LLR_FLOAT64);
        free(world);
    }
}

/* Features at the ends of what single precision holds, and columns that are rarely other than
 * zero. */
static void test_extreme_features(void)
{
    for (int s = 0; s < SHAPES; s++) {
        world_t *world = begin(40, 20, shapes[s][0], shapes[s][1]);
        normal_features(world);
        normal_fits(world);
        for (int64_t i = 0; i < ROWS; i++) {
            double *x = world->x + i * world->dim;
            x[3] = rounded(x[3] * 1e37);
            x[4] = rounded(x[4] * 1e-42);
            x[5] = i % 101 ? 0 : x[5] * 1024;
            x[6] = i % 113 ? 0 : rounded(x[6] * 1e30);
            x[7] = i % 97 ? 3 : 3.5;
        }
        for (int64_t v = 0; v < world->fits * world->columns; v++) {
            double *theta = world->theta + v * world->dim;
            theta[3] *= v % 2 ? 1e-37 : 1e-60;
            theta[4] *= v % 3 ? 1e42 : 1;
            theta[6] *= 1e-29;
        }
        check_as(world, LLR_FLOAT32);
        check_as(world, LLR_FLOAT64);
        free(world);
    }
}

/* Strong correlation: scores are small beside coefficients and features. */
static void test_cancelling(void)
{
    for (int s = 0; s < SHAPES; s++) {
        world_t *world = begin(60, 30, shapes[s][0], shapes[s][1]);
        normal_features(world);
        smooth_fits(world);
        for (int64_t i = 0; i < ROWS; i++)
            for (int64_t j = 1; j < world->dim; j += 2) {
                double *x = world->x + i * world->dim + j;
                *x = rounded(x[-1] + 1e-5 * *x);
            }
        for (int64_t v = 0; v < world->fits * world->columns; v++)
            for (int64_t j = 1; j < world->dim; j += 2)
                world->theta[v * world->dim + j] = -world->theta[v * world->dim + j - 1];
        for (int64_t v = 0; v < world->fits * world->columns; v++) world->b[v] *= 1e-5;
        check_as(world, LLR_FLOAT32);
        CU_ASSERT_TRUE(world->doubts > ROWS * world->fits / 4);
        free(world);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"fits close to few directions", test_smooth},
        {"unrelated fits of all shapes", test_unrelated},
        {"columns far from zero and of all scales", test_offsets},
        {"scores at zero and beside it", test_zero},
        {"features that need double precision", test_double_features},
        {"tied columns", test_ties},
        {"coefficients of every size", test_extreme_fits},
        {"features of every size", test_extreme_features},
        {"cancelling columns", test_cancelling}};
    return RUN_ON_EVERY_CPU("count", tests);
}
