/* The benchmark report of a sweep: its numbers and sentences, once. What only lays them out stands
 * in one file a format, report_<format>.c; a new format is such a file and a line of
 * llr_report_formats. */
#ifndef LLR_APP_REPORT_H
#define LLR_APP_REPORT_H

#include "app/results.h"
#include "app/values.h"
#include "model/paired.h"

/* What is asked for. */
typedef struct llr_report_request {
    llr_select_t metric;
    llr_interval_kind_t interval;
    bool by_dataset;           /* tables of methods by datasets, in place of methods by n */
    int64_t best;              /* cells listed of every dataset, loss and n */
    const llr_values_t *sizes; /* borrowed: only these n; none: all, by dataset the largest */
    const char *compare;       /* borrowed: a method's name or a result folder; NULL: nothing */
    const llr_loaded_t *other; /* borrowed: that folder, or NULL; content ids of both are known */
} llr_report_request_t;

/* Numbers over seeds as they are shown. */
typedef struct llr_report_cell {
    llr_spread_t spread;
    llr_interval_t interval; /* of the kind asked for */
} llr_report_cell_t;

/* A weighting and lambda among the best of a table, at one n. */
typedef struct llr_report_best {
    int64_t n, rank; /* rank: from 1 */
    llr_text_t key;  /* owned: of the first seed that has it */
    llr_report_cell_t validation, test;
} llr_report_best_t;

typedef struct llr_report_column {
    int64_t dataset;  /* index in the job */
    const char *name; /* borrowed: of the dataset */
    int64_t n;
    double delta; /* d / n */
} llr_report_column_t;

/* One loss, of one dataset or of all. */
typedef struct llr_report_table {
    const char *dataset; /* borrowed: name; NULL: each column has its own */
    llr_loss_t loss;
    llr_report_column_t *column; /* owned, columns */
    int64_t columns;
    llr_report_cell_t *cell; /* owned, methods x columns, row-major: test accuracy */
    llr_paired_t *paired;    /* owned, methods x columns: differences; NULL: nothing compared */
    llr_report_best_t *best; /* owned, bests: by column, then rank */
    int64_t bests;
    llr_text_t rows; /* owned: rows of validation and test in words */
} llr_report_table_t;

typedef struct llr_report {
    const char *name;               /* borrowed: of the job */
    const char *metric, *select_by; /* static: accuracies, tested and chosen by */
    llr_interval_kind_t interval;
    int64_t seeds; /* that the job asks for */
    int64_t done, units;
    llr_method_t method[LLR_METHOD_COUNT]; /* methods */
    int64_t methods;
    int64_t best;              /* cells asked for, a table and n */
    const char *compare;       /* borrowed: method or folder the differences are from; NULL: none */
    bool of_folders;           /* differences are of folders, method by method */
    llr_report_table_t *table; /* owned, tables: by dataset, then loss */
    int64_t tables;            /* filled so far */
    llr_text_t average, selection, comparison, done_text; /* owned: sentences of the caption */
} llr_report_t;

/* Fills a report; it borrows from loaded and request. LLR_INVALID: no column has the n asked for,
 * the method to compare with is not there, or the other folder has nothing to compare. LLR_FAILED:
 * out of memory. */
llr_code_t llr_report_create(llr_report_t *report, const llr_loaded_t *loaded,
                             const llr_report_request_t *request, llr_error_t *error);
/* Accepts half-built reports. */
void llr_report_destroy(llr_report_t *report);

/* The parts of it. Columns of a table: of one dataset, or (dataset -1) of all; 0 of them where no n
 * is one of those asked for. */
llr_code_t llr_report_columns(llr_report_table_t *table, const llr_results_t *results,
                              int64_t dataset, const llr_values_t *sizes, llr_error_t *error);
/* The differences of all places, from loaded, over the methods of the report. */
llr_code_t llr_report_contrast(llr_report_t *report, const llr_loaded_t *loaded,
                               const llr_report_request_t *request, llr_error_t *error);
/* Adds the sentences of the report, and those of one table (facts: one a dataset). */
void llr_report_describe(llr_report_t *report);
void llr_report_describe_rows(llr_report_table_t *table, const llr_facts_t *facts);

enum { LLR_REPORT_TEXT = 96 };

/* "0.421 +- 0.089" or "0.421 [0.370, 0.473]", with "(7 seeds)" where fewer seeds have a number than
 * the job asks for; "-" where none has. out: at least LLR_REPORT_TEXT bytes. Returns out. */
char *llr_report_cell_text(const llr_report_t *report, const llr_report_cell_t *cell, char *out);
/* "-0.031 (p 0.002)", likewise. */
char *llr_report_paired_text(const llr_report_t *report, const llr_paired_t *paired, char *out);
/* "mean +- sd", "mean +- se", "mean [95 % bootstrap]": what a cell shows; static string. */
const char *llr_report_shows(const llr_report_t *report);
/* Is the place shown as a difference from something else than itself? */
bool llr_report_is_contrast(const llr_report_t *report, int64_t method);
/* Is it the largest mean of its column, or does its interval overlap the largest's? */
bool llr_report_is_best(const llr_report_t *report, const llr_report_table_t *table, int64_t method,
                        int64_t column);

/* A way to print a report, to stdout. */
typedef struct llr_report_format {
    const char *name;
    int64_t best; /* best cells, where the user does not say how many */
    void (*print)(const llr_report_t *report);
} llr_report_format_t;

enum { LLR_FORMAT_TEXT, LLR_FORMAT_MARKDOWN, LLR_FORMAT_CSV, LLR_FORMAT_LATEX, LLR_REPORT_FORMATS };
extern const llr_report_format_t llr_report_formats[LLR_REPORT_FORMATS];

void llr_report_print_text(const llr_report_t *report);
void llr_report_print_markdown(const llr_report_t *report);
/* One tidy table: the methods, or where they were asked for best cells or differences. */
void llr_report_print_csv(const llr_report_t *report);
/* Table environments for booktabs, the best in bold. */
void llr_report_print_latex(const llr_report_t *report);

#endif
