/* The benchmark report of a sweep: its numbers and sentences, once. What only lays them out stands
 * in one file a format, report_<format>.c; a new format is such a file and a line of
 * llr_report_formats. */
#ifndef LLR_APP_REPORT_H
#define LLR_APP_REPORT_H

#include "app/results.h"

/* A weighting and lambda among the best of a table, at one n. */
typedef struct llr_report_best {
    int64_t n, rank; /* rank: from 1 */
    llr_text_t key;  /* owned: of the first seed that has it */
    llr_spread_t validation, test;
} llr_report_best_t;

/* One dataset and loss. */
typedef struct llr_report_table {
    const char *dataset, *loss; /* borrowed: names */
    const int64_t *size;        /* borrowed, sizes: n */
    int64_t sizes;
    double *delta;           /* owned, sizes: d / n */
    llr_spread_t *spread;    /* owned, methods x sizes, row-major: test accuracy */
    llr_report_best_t *best; /* owned, bests: by n, then rank */
    int64_t bests;
    llr_text_t rows; /* owned: rows of validation and test in words */
} llr_report_table_t;

typedef struct llr_report {
    const char *name;               /* borrowed: of the job */
    const char *metric, *select_by; /* static: accuracies, tested and chosen by */
    int64_t seeds;                  /* that the job asks for */
    int64_t done, units;
    llr_method_t method[LLR_METHOD_COUNT]; /* methods */
    int64_t methods;
    int64_t best;                             /* cells asked for, a table and n */
    llr_report_table_t *table;                /* owned, tables: by dataset, then loss */
    int64_t tables;                           /* filled so far */
    llr_text_t average, selection, done_text; /* owned: sentences of the caption */
} llr_report_t;

/* Fills a report; it borrows from loaded. LLR_FAILED: out of memory. */
llr_code_t llr_report_create(llr_report_t *report, const llr_loaded_t *loaded, llr_select_t metric,
                             int64_t best, llr_error_t *error);
/* Accepts half-built reports. */
void llr_report_destroy(llr_report_t *report);

/* Adds the sentences of the report, and those of one table; facts: of its dataset. */
void llr_report_describe(llr_report_t *report);
void llr_report_describe_rows(llr_report_table_t *table, const llr_facts_t *facts);

enum { LLR_SPREAD_TEXT = 64 };

/* "0.421 +- 0.089", with "(7 seeds)" where fewer seeds have a number than wanted; "-" where none
 * has. out: at least LLR_SPREAD_TEXT bytes. Returns out. */
char *llr_spread_text(const llr_spread_t *spread, int64_t wanted, char *out);

/* A way to print a report, to stdout. */
typedef struct llr_report_format {
    const char *name;
    int64_t best; /* best cells, where the user does not say how many */
    void (*print)(const llr_report_t *report);
} llr_report_format_t;

enum { LLR_FORMAT_TEXT, LLR_FORMAT_MARKDOWN, LLR_FORMAT_CSV, LLR_REPORT_FORMATS };
extern const llr_report_format_t llr_report_formats[LLR_REPORT_FORMATS];

void llr_report_print_text(const llr_report_t *report);
void llr_report_print_markdown(const llr_report_t *report);
/* The methods, or where best cells were asked for these: one tidy table. */
void llr_report_print_csv(const llr_report_t *report);

#endif
