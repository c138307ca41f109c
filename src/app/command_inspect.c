#include "app/commands.h"
#include "base/memory.h"
#include "store/survey.h"
#include "theory/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void print_shape(const llr_source_t *source)
{
    char bytes[LLR_NUMBER_TEXT];
    printf("%s\n", source->path);
    if (source->name) printf("  name       %s\n", source->name);
    printf(
        "  features   %lld rows x %lld columns, %s, %s\n", (long long)source->rows,
        (long long)source->dim, llr_dtype_name(source->type),
        llr_bytes_text((double)(source->rows * source->dim * llr_dtype_size(source->type)), bytes));
    if (source->origin) printf("  origin     %s\n", source->origin);
    if (!source->split) printf("  split      none: a job has to make one\n");
}

/* Rows of each label or group in each part. list: labels or groups. */
static void print_counts(const llr_source_t *source, int64_t pool, const char *what,
                         const int32_t *list, int32_t kinds, char *const *name)
{
    int64_t *count = llr_alloc((int64_t)kinds * LLR_PARTS, sizeof *count);
    if (!count) return;
    for (int64_t i = 0; i < source->rows; i++)
        count[list[i] * LLR_PARTS + llr_source_part(source, i)]++;
    printf("\n  %-24s", what);
    for (int p = 0; p < (source->split ? LLR_PARTS : 1); p++)
        printf(" %10s", source->split ? llr_part_name[p] : "rows");
    printf(" %10s\n", "prior");
    for (int32_t k = 0; k < kinds; k++) {
        printf("  %-4d %-19s", k, name ? name[k] : "");
        for (int p = 0; p < (source->split ? LLR_PARTS : 1); p++)
            printf(" %10lld", (long long)count[k * LLR_PARTS + p]);
        printf(" %10.4f\n", (double)count[k * LLR_PARTS] / (double)pool);
    }
    free(count);
}

static void print_columns(const llr_source_t *source, const llr_survey_t *survey)
{
    enum { NAMED = 12 };
    int64_t constant = 0;
    for (int64_t j = 0; j < source->dim; j++) constant += survey->least[j] == survey->most[j];
    printf("\n  NaN or infinite    none\n  constant columns   %lld on the %s", (long long)constant,
           source->split ? "pool" : "rows");
    int64_t named = 0;
    for (int64_t j = 0; j < source->dim && named < NAMED; j++)
        if (survey->least[j] == survey->most[j])
            printf("%s%lld", named++ ? ", " : ": ", (long long)j);
    printf("%s\n", constant > named ? ", ..." : "");
}

/* Rows that stand in two parts leak from one into the other. */
static void print_equal_rows(const llr_source_t *source, const llr_survey_t *survey)
{
    printf("  equal rows         ");
    if (!survey->hashed) {
        printf("not looked for: more than %d rows\n", LLR_SURVEY_HASHED);
        return;
    }
    if (source->split)
        printf("in the pool and validation %lld, pool and test %lld, validation and test %lld; "
               "twice in the pool %lld, validation %lld, test %lld\n",
               (long long)survey->repeats[0][1], (long long)survey->repeats[0][2],
               (long long)survey->repeats[1][2], (long long)survey->repeats[0][0],
               (long long)survey->repeats[1][1], (long long)survey->repeats[2][2]);
    else
        printf("%lld are repetitions\n", (long long)survey->repeats[0][0]);
    for (int p = 0; p < survey->pairs; p++)
        printf("%s%lld = %lld%s", p ? ", " : "                     first: row ",
               (long long)survey->pair[p][0], (long long)survey->pair[p][1],
               p + 1 < survey->pairs ? "" : "\n");
}

static void print_spectrum(const llr_source_t *source, const llr_survey_t *survey)
{
    static const char *const name[] = {"as they are", "z-scored"};
    if (!survey->spectrum_rows) {
        printf("\n  variance held      not looked at: more than %d columns\n", LLR_SURVEY_COLUMNS);
        return;
    }
    printf("\n  variance held by   ");
    for (int s = 0; s < LLR_SURVEY_SHARES; s++) printf(" %7g%%", 100 * llr_survey_share[s]);
    printf("  (directions of %lld; %lld rows of the %s)\n", (long long)source->dim,
           (long long)survey->spectrum_rows, source->split ? "pool" : "file");
    for (int scaled = 0; scaled < 2; scaled++) {
        printf("  %-19s", name[scaled]);
        for (int s = 0; s < LLR_SURVEY_SHARES; s++)
            printf(" %8lld", (long long)survey->rank[scaled][s]);
        printf("\n");
    }
}

/* Shares of the classes in the pool; NULL out of memory. */
static double *find_priors(const llr_source_t *source, int64_t pool)
{
    double *prior = llr_alloc(source->classes, sizeof *prior);
    for (int64_t i = 0; prior && i < source->rows; i++)
        if (!llr_source_part(source, i)) prior[source->label[i]] += 1 / (double)pool;
    return prior;
}

/* classes: those that have rows in the pool. */
static void print_advice(const llr_source_t *source, int64_t pool, int classes, double border)
{
    double least = floor((double)source->dim / border) + 1;
    printf("  from n = %.0f on, delta < %d pi_min: the weights of thumb are finite at every lambda",
           least, classes);
    if (least > (double)pool)
        printf("; the %s has %lld: lambda or pca has to help", source->split ? "pool" : "file",
               (long long)pool);
    printf("\n");
}

/* Nothing is learned of a class without rows in the pool. Returns how many have some. */
static int print_missing(const llr_source_t *source, const double *prior)
{
    enum { NAMED = 12 };
    int missing = 0;
    for (int32_t c = 0; c < source->classes; c++) missing += !(prior[c] > 0);
    if (!missing) return source->classes;
    printf("\n  no pool rows       class");
    for (int32_t c = 0, named = 0; c < source->classes && named < NAMED; c++)
        if (!(prior[c] > 0)) printf("%s %d", named++ ? "," : "", c);
    printf("%s: a job has to leave %s out%s\n", missing > NAMED ? ", ..." : "",
           missing > 1 ? "them" : "it",
           source->classes - missing < 2 ? ", and no two classes are left" : "");
    return source->classes - missing;
}

/* border: of the classes that have rows in the pool. */
static void print_table(const llr_source_t *source, int classes, double border)
{
    static const double deltas[] = {0.1, 0.25, 0.5, 1};
    double dim = (double)source->dim;
    bool has_border = classes > 1;
    printf("\n  delta = d/n  ");
    for (size_t i = 0; i < sizeof deltas / sizeof *deltas; i++) printf(" %8g", deltas[i]);
    if (has_border) printf(" %8.3g (%d pi_min)", border, classes);
    printf("\n  n            ");
    for (size_t i = 0; i < sizeof deltas / sizeof *deltas; i++)
        printf(" %8.0f", round(dim / deltas[i]));
    if (has_border) printf(" %8.0f", round(dim / border));
    printf("\n");
}

static void print_sizes(const llr_source_t *source, const llr_survey_t *survey)
{
    double *prior = find_priors(source, survey->pool);
    if (!prior) return;
    double border = llr_theory_border(prior, source->classes);
    int classes = print_missing(source, prior);
    free(prior);
    print_table(source, classes, border);
    if (classes > 1) print_advice(source, survey->pool, classes, border);
}

static llr_code_t print_all(llr_source_t *source, llr_error_t *error)
{
    llr_survey_t survey;
    llr_code_t code = llr_survey_make(&survey, source, error);
    if (code == LLR_OK) {
        print_shape(source);
        print_counts(source, survey.pool, "class", source->label, source->classes,
                     source->class_name);
        if (source->group)
            print_counts(source, survey.pool, "group", source->group, source->groups,
                         source->group_name);
        print_columns(source, &survey);
        print_equal_rows(source, &survey);
        print_spectrum(source, &survey);
        print_sizes(source, &survey);
    }
    llr_survey_destroy(&survey);
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
