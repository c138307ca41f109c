/* The benchmark table a second time, from results.csv alone, by the words of the selection rule. */
#ifndef LLR_TESTS_REPORT_REFERENCE_H
#define LLR_TESTS_REPORT_REFERENCE_H

#include <CUnit/Basic.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 64, WORD = 80, CELLS = 4096, CSV_LINE = 4096 };

/* A line of a CSV file: fields without their quotes, by the names of the header. */
typedef struct sheet {
    FILE *file;
    char head[CSV_LINE], line[CSV_LINE];
    char *name[FIELDS], *field[FIELDS];
    int fields;
} sheet_t;

static inline int split_line(char *line, char **field)
{
    int count = 0;
    for (char *in = line; *in && *in != '\n' && count < FIELDS; in++) {
        char *out = field[count++] = in;
        bool quoted = *in == '"';
        for (in += quoted; *in && (quoted || (*in != ',' && *in != '\n')); in++)
            if (*in != '"')
                *out++ = *in;
            else if (in[1] == '"')
                *out++ = *in++;
            else
                quoted = false;
        bool last = *in != ',';
        *out = '\0';
        if (last) break;
        if (in[1] == '\n') field[count++] = in + 1, in[1] = '\0';
    }
    return count;
}

static inline void open_sheet(sheet_t *sheet, const char *path)
{
    sheet->file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(sheet->file);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fgets(sheet->head, sizeof sheet->head, sheet->file));
    sheet->fields = split_line(sheet->head, sheet->name);
}

/* Every line has as many fields as the header. */
static inline bool next_line(sheet_t *sheet)
{
    if (!fgets(sheet->line, sizeof sheet->line, sheet->file)) {
        fclose(sheet->file);
        return false;
    }
    CU_ASSERT_EQUAL(split_line(sheet->line, sheet->field), sheet->fields);
    return true;
}

static inline const char *word_in(const sheet_t *sheet, const char *name)
{
    for (int f = 0; f < sheet->fields; f++)
        if (!strcmp(sheet->name[f], name)) return sheet->field[f];
    fprintf(stderr, "no column %s\n", name);
    CU_FAIL_FATAL("a column is missing");
    return "";
}

static inline double number_in(const sheet_t *sheet, const char *name)
{
    const char *word = word_in(sheet, name);
    return *word ? strtod(word, NULL) : NAN;
}

static const char *const metrics[] = {"worst_class", "worst_group", "balanced", "overall"};
enum { METRICS = 4, BALANCED = 2 };

typedef struct cell {
    char key[2 * WORD], dataset[WORD], loss[WORD], rule[WORD], status[WORD];
    double n, n_used, seed, value, gamma, rho, lambda, delta, validation[METRICS], test[METRICS];
    bool known; /* its unit is done */
} cell_t;

typedef struct table {
    cell_t cell[CELLS];
    int cells;
    double first_seed, seeds;
} table_t;

static inline void read_cell(const sheet_t *sheet, cell_t *cell)
{
    snprintf(cell->key, sizeof cell->key, "%s", word_in(sheet, "key"));
    snprintf(cell->dataset, WORD, "%s", word_in(sheet, "dataset"));
    snprintf(cell->loss, WORD, "%s", word_in(sheet, "loss"));
    snprintf(cell->rule, WORD, "%s", word_in(sheet, "rule"));
    snprintf(cell->status, WORD, "%s", word_in(sheet, "status"));
    cell->n = number_in(sheet, "n");
    cell->n_used = number_in(sheet, "n_used");
    cell->seed = number_in(sheet, "seed");
    cell->value = number_in(sheet, "value");
    cell->gamma = number_in(sheet, "gamma");
    cell->rho = number_in(sheet, "rho");
    cell->lambda = number_in(sheet, "lambda");
    cell->delta = number_in(sheet, "delta");
    for (int m = 0; m < METRICS; m++) {
        char name[WORD];
        snprintf(name, WORD, "validation_%s", metrics[m]);
        cell->validation[m] = number_in(sheet, name);
        snprintf(name, WORD, "test_%s", metrics[m]);
        cell->test[m] = number_in(sheet, name);
    }
    cell->known = true;
}

static inline void read_table(table_t *table, const char *path)
{
    static sheet_t sheet;
    double last = 0;
    open_sheet(&sheet, path);
    for (table->cells = 0; next_line(&sheet); table->cells++) {
        CU_ASSERT_TRUE_FATAL(table->cells < CELLS);
        read_cell(&sheet, &table->cell[table->cells]);
        last = table->cell[table->cells].seed;
    }
    table->first_seed = table->cell[0].seed;
    table->seeds = last - table->first_seed + 1;
}

/* The choice of a method at one seed -------------------------------------------------------- */

/* How often two candidates were told apart only here: the test must see every kind of tie. */
enum { BY_ANSWER, BY_SELECTED, BY_BALANCED, BY_LAMBDA, BY_GAMMA, LEVELS };
static int decided[LEVELS];

static inline bool is_of_method(const cell_t *cell, const char *method)
{
    if (strcmp(method, "tuned_exponent")) return !strcmp(cell->rule, method);
    return (!strcmp(cell->rule, "exponent") || !strcmp(cell->rule, "ratio")) && !isnan(cell->gamma);
}

static inline bool is_answer(const cell_t *cell)
{
    return strcmp(cell->status, "max_iterations") && strcmp(cell->status, "uncertified") &&
           strcmp(cell->status, "numerical_failure");
}

/* Whether a comes before b. */
static inline bool is_preferred(const cell_t *a, const cell_t *b, int select_by)
{
    const double x[LEVELS] = {is_answer(a), a->validation[select_by], a->validation[BALANCED],
                              a->lambda, isnan(a->gamma) ? -INFINITY : -a->gamma};
    const double y[LEVELS] = {is_answer(b), b->validation[select_by], b->validation[BALANCED],
                              b->lambda, isnan(b->gamma) ? -INFINITY : -b->gamma};
    for (int level = 0; level < LEVELS; level++) {
        if (x[level] == y[level]) continue;
        decided[level]++;
        return x[level] > y[level];
    }
    return false;
}

static inline const cell_t *choose(const table_t *table, const cell_t *setting, double seed,
                                   const char *method, int select_by)
{
    const cell_t *best = NULL;
    for (int c = 0; c < table->cells; c++) {
        const cell_t *cell = &table->cell[c];
        if (!cell->known || strcmp(cell->dataset, setting->dataset) ||
            strcmp(cell->loss, setting->loss) || cell->n != setting->n || cell->seed != seed)
            continue;
        if (!is_of_method(cell, method) || isnan(cell->validation[select_by]) ||
            !strcmp(cell->status, "numerical_failure"))
            continue;
        if (!best || is_preferred(cell, best, select_by)) best = cell;
    }
    return best;
}

/* Mean and sample standard deviation, in two passes -------------------------------------------- */

enum { MOST_SEEDS = 64 };
typedef struct sample {
    double value[MOST_SEEDS];
    int count;
} sample_t;

static inline void add_value(sample_t *sample, double value)
{
    CU_ASSERT_TRUE_FATAL(sample->count < MOST_SEEDS);
    if (!isnan(value)) sample->value[sample->count++] = value;
}

static inline double mean_of(const sample_t *sample)
{
    long double sum = 0;
    for (int i = 0; i < sample->count; i++) sum += sample->value[i];
    return sample->count ? (double)(sum / sample->count) : NAN;
}

static inline double deviation_of(const sample_t *sample)
{
    long double mean = 0, squares = 0;
    for (int i = 0; i < sample->count; i++) mean += sample->value[i];
    mean /= sample->count;
    for (int i = 0; i < sample->count; i++)
        squares += (sample->value[i] - mean) * (sample->value[i] - mean);
    return sample->count > 1 ? (double)sqrtl(squares / (sample->count - 1)) : NAN;
}

static inline bool is_near(double a, double b, double tolerance)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= tolerance;
}

#endif
