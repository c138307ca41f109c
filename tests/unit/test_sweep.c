/* The public interface, on this process alone. */
#include "h5_file.h"
#include "suite.h"

#include "base/random.h"
#include "base/text.h"
#include "llr/sweep.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 360, DIM = 6, TEXT = 1 << 20, PATH = 512 };

/* Three classes with rows 6 : 3 : 1, their means apart; a group that cuts across them. */
static double features[ROWS * DIM];
static int32_t labels[ROWS], groups[ROWS];
static int8_t splits[ROWS];
static char folder[PATH];

static void fill_toy(void)
{
    static const int32_t pattern[] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2};
    llr_random_t random = llr_random_stream((llr_hash_t){4, 2}, LLR_PURPOSE_SPLIT, 0, 0);
    llr_random_normal(&random, features, ROWS * DIM);
    for (int i = 0; i < ROWS; i++) {
        labels[i] = pattern[i % 10];
        groups[i] = i / 7 % 2;
        splits[i] = (int8_t)(i / 10 % 3);
        features[i * DIM + labels[i]] += 1.5;
        features[i * DIM + 5] += groups[i];
    }
}

static const char *in_folder(const char *name)
{
    static char path[2 * PATH];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void set(llr_sweep_t *sweep, const char *key, const char *value)
{
    CU_ASSERT_EQUAL(llr_sweep_set(sweep, key, value), LLR_OK);
}

/* The grid of all tests, without datasets. */
static llr_sweep_t *create(void)
{
    llr_sweep_t *sweep = llr_sweep_create();
    CU_ASSERT_PTR_NOT_NULL_FATAL(sweep);
    set(sweep, "losses", "[square, logistic]");
    set(sweep, "exponents", "[0, 0.5, 1]");
    set(sweep, "lambdas", "[0.1, 1]");
    set(sweep, "sizes", "[40, 60]");
    set(sweep, "seeds", "{count: 2}");
    return sweep;
}

static llr_sweep_t *create_toy(void)
{
    llr_sweep_t *sweep = create();
    CU_ASSERT_EQUAL(llr_sweep_add_arrays(sweep, "toy", features, ROWS, DIM, labels, groups, splits),
                    LLR_OK);
    return sweep;
}

static bool ran(llr_sweep_t *sweep, llr_code_t wanted)
{
    llr_code_t code = llr_sweep_run(sweep, NULL);
    if (code != wanted) fprintf(stderr, "code %d: %s\n", code, llr_sweep_error(sweep));
    return code == wanted;
}

static void write_toy(const char *path)
{
    const hsize_t shape[2] = {ROWS, DIM}, rows = ROWS;
    hid_t file = h5_create(path);
    h5_add(file, "features", 2, shape, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, features, NULL);
    h5_add(file, "labels", 1, &rows, H5T_STD_I32LE, H5T_NATIVE_INT32, labels, NULL);
    h5_add(file, "groups", 1, &rows, H5T_STD_I32LE, H5T_NATIVE_INT32, groups, NULL);
    h5_add(file, "split", 1, &rows, H5T_STD_I8LE, H5T_NATIVE_INT8, splits, NULL);
    H5Fclose(file);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static bool same_cell(const llr_sweep_t *a, const llr_sweep_t *b, int64_t row, const char *column)
{
    const char *s = llr_sweep_text(a, row, column), *t = llr_sweep_text(b, row, column);
    double x = llr_sweep_number(a, row, column), y = llr_sweep_number(b, row, column);
    if (s || t) return s && t && !strcmp(s, t);
    return x == y || (isnan(x) && isnan(y));
}

static bool is_time(const char *column)
{
    return !strcmp(column, "seconds") || !strcmp(column, "begun") || !strcmp(column, "ended");
}

/* All columns but the times. */
static void check_same(const llr_sweep_t *a, const llr_sweep_t *b)
{
    CU_ASSERT_EQUAL(llr_sweep_rows(a), llr_sweep_rows(b));
    CU_ASSERT_STRING_EQUAL(llr_sweep_digest(a), llr_sweep_digest(b));
    for (int64_t r = 0; r < llr_sweep_rows(a); r++)
        for (int64_t c = 0; c < llr_sweep_columns(a); c++)
            CU_ASSERT_TRUE(is_time(llr_sweep_column(a, c)) ||
                           same_cell(a, b, r, llr_sweep_column(a, c)));
}

/* What is in memory and what is in a file gives one table; so does a job by calls and by a file. */
static void memory_equals_file(void)
{
    char job[2 * PATH];
    llr_sweep_t *memory = create_toy(), *file = llr_sweep_create();
    CU_ASSERT_TRUE(ran(memory, LLR_OK));
    write_toy(in_folder("toy.h5"));
    strcpy(job, in_folder("job.yaml"));
    write_text(job, "datasets: [{name: toy, path: toy.h5}]\nlosses: [square, logistic]\n"
                    "exponents: [0, 0.5, 1]\nlambdas: [0.1, 1]\nsizes: [40]\nseeds: {count: 2}\n");
    CU_ASSERT_EQUAL(llr_sweep_read(file, job), LLR_OK);
    set(file, "sizes", "[50]");
    set(file, "sizes", "[40, 60]");
    CU_ASSERT_EQUAL(llr_sweep_check(file), LLR_OK);
    CU_ASSERT_STRING_EQUAL(llr_sweep_error(file), "");
    CU_ASSERT_TRUE(ran(file, LLR_OK));
    /* losses x sizes x seeds units of (exponents, uniform, inverse_prior) x lambdas. */
    CU_ASSERT_EQUAL(llr_sweep_rows(memory), 2 * 2 * 2 * 5 * 2);
    CU_ASSERT_EQUAL(strlen(llr_sweep_digest(memory)), 32);
    check_same(memory, file);
    llr_sweep_destroy(memory);
    llr_sweep_destroy(file);
}

/* A task on arrays: the rows of two classes by hand, and by `classes`. */
static void a_task_is_made_of_arrays(void)
{
    static double x[ROWS * DIM];
    static int32_t label[ROWS];
    static int8_t split[ROWS];
    int64_t rows = 0;
    for (int i = 0; i < ROWS; i++) {
        if (labels[i] == 0) continue;
        memcpy(&x[rows * DIM], &features[i * DIM], DIM * sizeof *x);
        label[rows] = labels[i] == 1;
        split[rows++] = splits[i];
    }
    llr_sweep_t *by_hand = create(), *by_task = create();
    llr_sweep_add_arrays(by_hand, "pair", x, rows, DIM, label, NULL, split);
    llr_sweep_add_arrays(by_task, "toy", features, ROWS, DIM, labels, NULL, splits);
    set(by_task, "datasets", "[{name: pair, path: 'memory:toy', classes: [2, 1]}]");
    set(by_hand, "sizes", "[48]"); /* all of the pool: no draw differs */
    set(by_task, "sizes", "[48]");
    CU_ASSERT_TRUE(ran(by_hand, LLR_OK));
    CU_ASSERT_TRUE(ran(by_task, LLR_OK));
    CU_ASSERT_EQUAL(llr_sweep_rows(by_hand), llr_sweep_rows(by_task));
    for (int64_t r = 0; r < llr_sweep_rows(by_hand); r++) {
        CU_ASSERT_TRUE(same_cell(by_hand, by_task, r, "key"));
        CU_ASSERT_TRUE(same_cell(by_hand, by_task, r, "test_worst_class"));
        CU_ASSERT_DOUBLE_EQUAL(llr_sweep_number(by_hand, r, "objective"),
                               llr_sweep_number(by_task, r, "objective"), 1e-9);
    }
    llr_sweep_destroy(by_hand);
    llr_sweep_destroy(by_task);
}

/* One field of a line of a CSV file without quotes; cuts it off. */
static char *next_field(char **line)
{
    char *field = *line, *end = field + strcspn(field, ",\n");
    *line = end + 1;
    *end = '\0';
    return field;
}

static void check_line(const llr_sweep_t *sweep, int64_t row, char *line)
{
    for (int64_t c = 0; c < llr_sweep_columns(sweep); c++) {
        const char *column = llr_sweep_column(sweep, c), *field = next_field(&line);
        const char *text = llr_sweep_text(sweep, row, column);
        double value = llr_sweep_number(sweep, row, column), read = NAN;
        bool same = text     ? !strcmp(text, field)
                    : *field ? llr_text_to_double(field, &read) && read == value
                             : isnan(value);
        CU_ASSERT_TRUE(same);
    }
}

/* The rows are those of results.csv, in any order of asking. */
static void rows_are_those_of_the_table(void)
{
    static char text[TEXT];
    llr_sweep_t *sweep = create_toy();
    set(sweep, "output", in_folder("out"));
    CU_ASSERT_TRUE(ran(sweep, LLR_OK));
    FILE *file = fopen(in_folder("out/results.csv"), "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    text[fread(text, 1, TEXT - 1, file)] = '\0';
    fclose(file);
    char *line[100], *head = text, *at = text;
    int64_t lines = 0;
    for (at = strchr(at, '\n') + 1; *at; at = strchr(at, '\n') + 1) line[lines++] = at;
    CU_ASSERT_EQUAL(lines, llr_sweep_rows(sweep));
    for (int64_t c = 0; c < llr_sweep_columns(sweep); c++)
        CU_ASSERT_STRING_EQUAL(next_field(&head), llr_sweep_column(sweep, c));
    const char *first = llr_sweep_text(sweep, 0, "key");
    for (int64_t r = lines; r-- > 0;) check_line(sweep, r, line[r]);
    CU_ASSERT_STRING_EQUAL(first, line[0]); /* an earlier key stands */
    CU_ASSERT_PTR_NULL(llr_sweep_text(sweep, lines, "key"));
    CU_ASSERT_PTR_NULL(llr_sweep_text(sweep, -1, "key"));
    CU_ASSERT_PTR_NULL(llr_sweep_text(sweep, 0, "lambda"));
    CU_ASSERT_PTR_NULL(llr_sweep_text(sweep, 0, "kye"));
    CU_ASSERT_TRUE(isnan(llr_sweep_number(sweep, lines, "lambda")));
    CU_ASSERT_TRUE(isnan(llr_sweep_number(sweep, 0, "key")));
    CU_ASSERT_TRUE(isnan(llr_sweep_number(sweep, 0, "lamdba")));
    CU_ASSERT_PTR_NULL(llr_sweep_column(sweep, -1));
    CU_ASSERT_PTR_NULL(llr_sweep_column(sweep, llr_sweep_columns(sweep)));
    llr_sweep_destroy(sweep);
}

static int count_files(const char *path)
{
    int files = 0;
    DIR *list = opendir(path);
    for (struct dirent *entry; list && (entry = readdir(list));) files += *entry->d_name != '.';
    if (list) closedir(list);
    return files;
}

static void nothing_is_written_unasked(void)
{
    char before[PATH], empty[2 * PATH];
    strcpy(empty, in_folder("empty"));
    CU_ASSERT_EQUAL(mkdir(empty, 0777), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(before, sizeof before));
    CU_ASSERT_EQUAL(chdir(empty), 0);
    llr_sweep_t *sweep = create_toy();
    CU_ASSERT_TRUE(ran(sweep, LLR_OK));
    CU_ASSERT_EQUAL(count_files(empty), 0);
    set(sweep, "output", "here/and/there"); /* relative to the working folder */
    CU_ASSERT_EQUAL(llr_sweep_check(sweep), LLR_OK);
    CU_ASSERT_EQUAL(count_files(empty), 0);
    CU_ASSERT_TRUE(ran(sweep, LLR_OK));
    CU_ASSERT_EQUAL(access(in_folder("empty/here/and/there/results.h5"), F_OK), 0);
    CU_ASSERT_EQUAL(chdir(before), 0);
    llr_sweep_destroy(sweep);
}

typedef struct watch {
    llr_sweep_t *sweep;
    int64_t stop_at, calls, done, units;
} watch_t;

static void watch(void *argument, int64_t done, int64_t units)
{
    watch_t *watched = argument;
    CU_ASSERT_TRUE(done >= watched->done);
    watched->calls++;
    watched->done = done;
    watched->units = units;
    if (done >= watched->stop_at) llr_sweep_stop(watched->sweep);
}

/* Units that take long enough for a stop to come between them: 16 of them, and 32 short ones. */
static llr_sweep_t *create_long(void)
{
    llr_sweep_t *sweep = create_toy();
    set(sweep, "seeds", "{count: 8}");
    set(sweep, "datasets",
        "[{name: toy, path: 'memory:toy'},"
        " {name: gauss, synthetic: {d: 300, priors: [.6, .3, .1]}, sizes: [400]}]");
    return sweep;
}

/* Stopped before it began, stopped on the way, then finished from the journal: one table. */
static void a_stopped_run_goes_on(void)
{
    enum { UNITS = 48, CELLS = 10 };
    llr_sweep_t *whole = create_long(), *parts = create_long();
    watch_t watched = {.sweep = parts, .stop_at = INT64_MAX};
    set(parts, "output", in_folder("parts"));
    llr_sweep_on_progress(parts, watch, &watched);
    llr_sweep_stop(parts);
    CU_ASSERT_TRUE(ran(parts, LLR_STOPPED));
    CU_ASSERT_STRING_EQUAL(llr_sweep_error(parts), "stopped: 0 of 48 units are done");
    CU_ASSERT_EQUAL(llr_sweep_rows(parts), 0);
    CU_ASSERT_STRING_EQUAL(llr_sweep_digest(parts), "");
    watched.stop_at = 1;
    CU_ASSERT_TRUE(ran(parts, LLR_STOPPED));
    int64_t rows = llr_sweep_rows(parts);
    CU_ASSERT_TRUE(rows > 0 && rows < UNITS * CELLS && rows % CELLS == 0);
    CU_ASSERT_EQUAL(watched.done, rows / CELLS);
    CU_ASSERT_PTR_NOT_NULL(llr_sweep_text(parts, rows - 1, "key"));
    watched.stop_at = INT64_MAX;
    CU_ASSERT_TRUE(ran(parts, LLR_OK));
    CU_ASSERT_EQUAL(watched.done, UNITS);
    CU_ASSERT_EQUAL(watched.units, UNITS);
    CU_ASSERT_TRUE(ran(whole, LLR_OK));
    check_same(whole, parts);
    llr_sweep_destroy(whole);
    llr_sweep_destroy(parts);
}

/* Is the text what check and run say, and is it of this code? */
static void check_refused(llr_sweep_t *sweep, const char *text)
{
    CU_ASSERT_EQUAL(llr_sweep_check(sweep), LLR_INVALID);
    if (!strstr(llr_sweep_error(sweep), text))
        fprintf(stderr, "wanted `%s`, got `%s`\n", text, llr_sweep_error(sweep));
    CU_ASSERT_PTR_NOT_NULL(strstr(llr_sweep_error(sweep), text));
    CU_ASSERT_TRUE(ran(sweep, LLR_INVALID));
    CU_ASSERT_PTR_NOT_NULL(strstr(llr_sweep_error(sweep), text));
    CU_ASSERT_EQUAL(llr_sweep_rows(sweep), 0);
    llr_sweep_destroy(sweep);
}

static void mistakes_in_calls_are_named_and_kept(void)
{
    llr_sweep_t *sweep = create_toy();
    CU_ASSERT_EQUAL(llr_sweep_set(sweep, "exponent", "[1]"), LLR_INVALID);
    CU_ASSERT_STRING_EQUAL(llr_sweep_error(sweep),
                           "llr_sweep_set: unknown key `exponent`; did you mean `exponents`?");
    CU_ASSERT_EQUAL(llr_sweep_set(sweep, "losses", " "), LLR_INVALID);
    check_refused(sweep, "did you mean `exponents`?\nllr_sweep_set: losses: a value is needed");

    sweep = create_toy();
    CU_ASSERT_EQUAL(llr_sweep_read(sweep, in_folder("none.yaml")), LLR_INVALID);
    check_refused(sweep, "none.yaml: No such file or directory");

    sweep = create_toy();
    CU_ASSERT_EQUAL(llr_sweep_add_arrays(sweep, "toy", features, 1, 1, labels, NULL, NULL),
                    LLR_INVALID);
    check_refused(sweep, "llr_sweep_add_arrays: the name `toy` was added before");

    sweep = create();
    CU_ASSERT_EQUAL(llr_sweep_add_arrays(sweep, "a b", features, 1, 1, labels, NULL, NULL),
                    LLR_INVALID);
    check_refused(sweep, "llr_sweep_add_arrays: `a b`: a name has no");

    sweep = create();
    CU_ASSERT_EQUAL(llr_sweep_add_arrays(sweep, "toy", features, ROWS, 0, labels, NULL, splits),
                    LLR_INVALID);
    check_refused(sweep, "toy: /features: 360 rows of 0 columns");

    sweep = create();
    CU_ASSERT_EQUAL(llr_sweep_add_arrays(sweep, "toy", features, ROWS, DIM, NULL, NULL, splits),
                    LLR_INVALID);
    check_refused(sweep, "toy: features and labels are needed");
}

static void mistakes_in_jobs_are_named(void)
{
    llr_sweep_t *sweep = llr_sweep_create();
    check_refused(sweep, "job:1: key `datasets` is missing");

    sweep = create_toy();
    set(sweep, "lambdas", "[1, -1]");
    set(sweep, "losses", "[squar]");
    check_refused(sweep, "llr_sweep_set:1: losses: `squar` is not known here; did you mean "
                         "`square`?; it is one of square, logistic\nllr_sweep_set:1: lambdas: -1 "
                         "is out of range");

    sweep = create_toy();
    set(sweep, "sizes", "[2000]");
    check_refused(sweep, "job:1: dataset \"toy\": sizes: n = 2000 asks for");

    sweep = create_toy();
    set(sweep, "datasets", "[{name: g, synthetic: {d: 3, priors: [.5, .5]}}]");
    check_refused(sweep, "`toy`: no entry of datasets has the path `memory:toy`");

    sweep = create_toy();
    set(sweep, "datasets", "[{name: a, path: 'memory:toy'}, {name: b, path: 'memory:tox'}]");
    check_refused(sweep,
                  "job:1: dataset \"b\": path: `memory:tox` is in the memory of the program");

    sweep = create();
    llr_sweep_add_arrays(sweep, "toy", features, ROWS, DIM, labels, NULL, NULL);
    check_refused(sweep, "add split:");

    features[7 * DIM + 2] += NAN;
    sweep = create_toy();
    check_refused(sweep, "memory:toy: /features: row 7, column 2 is NaN");
    fill_toy();
}

static void a_wrong_resume_is_refused(void)
{
    llr_sweep_t *sweep = create_toy();
    set(sweep, "output", in_folder("resumed"));
    CU_ASSERT_TRUE(ran(sweep, LLR_OK));
    set(sweep, "lambdas", "[0.2]");
    CU_ASSERT_TRUE(ran(sweep, LLR_INVALID));
    CU_ASSERT_PTR_NOT_NULL(strstr(llr_sweep_error(sweep), "lambdas: [0.2]"));
    llr_sweep_destroy(sweep);
}

static void make_folder(void)
{
    const char *top = getenv("LLR_SCRATCH");
    snprintf(folder, sizeof folder, "%s/sweep-XXXXXX", top ? top : "/tmp");
    if (!mkdtemp(folder)) exit(1);
}

static int remove_folder(void)
{
    char command[2 * PATH];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"memory equals file", memory_equals_file},
        {"a task is made of arrays", a_task_is_made_of_arrays},
        {"rows are those of the table", rows_are_those_of_the_table},
        {"nothing is written unasked", nothing_is_written_unasked},
        {"a stopped run goes on", a_stopped_run_goes_on},
        {"mistakes in calls are named and kept", mistakes_in_calls_are_named_and_kept},
        {"mistakes in jobs are named", mistakes_in_jobs_are_named},
        {"a wrong resume is refused", a_wrong_resume_is_refused},
    };
    make_folder();
    fill_toy();
    int bad = LLR_RUN_SUITE("sweep", tests);
    return remove_folder() ? 1 : bad;
}
