/* The report for a terminal. */
#include "app/report.h"

#include <stdio.h>
#include <string.h>

enum { NAME = 20, CELL = 17, LINE = 100, KEY = 60 };

/* A paragraph, broken at spaces. */
static void print_paragraph(const char *text)
{
    int column = 0;
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (column && column + 1 + word > LINE) {
            putchar('\n');
            column = 0;
        }
        column += printf("%s%.*s", column ? " " : "", word, text);
        text += word;
        text += strspn(text, " ");
    }
    putchar('\n');
}

/* A cell, of the accuracies or of the differences. */
static char *cell_text(const llr_report_t *report, const llr_report_table_t *table, bool paired,
                       int64_t place, char *out)
{
    return paired ? llr_report_paired_text(report, &table->paired[place], out)
                  : llr_report_cell_text(report, &table->cell[place], out);
}

/* Columns are as wide as their widest cell. */
static int cell_width(const llr_report_t *report, const llr_report_table_t *table, bool paired)
{
    char cell[LLR_REPORT_TEXT];
    int width = CELL;
    for (int64_t i = 0; i < report->methods * table->columns; i++) {
        int length = (int)strlen(cell_text(report, table, paired, i, cell));
        width = length > width ? length : width;
    }
    for (int64_t c = 0; !table->dataset && c < table->columns; c++) {
        int length = (int)strlen(table->column[c].name);
        width = length > width ? length : width;
    }
    return width;
}

static void print_heads(const llr_report_table_t *table, int width)
{
    if (!table->dataset) {
        printf("%-*s", NAME, "dataset");
        for (int64_t c = 0; c < table->columns; c++) printf("  %*s", width, table->column[c].name);
        putchar('\n');
    }
    printf("%-*s", NAME, "n");
    for (int64_t c = 0; c < table->columns; c++)
        printf("  %*lld", width, (long long)table->column[c].n);
    printf("\n%-*s", NAME, "delta = d/n");
    for (int64_t c = 0; c < table->columns; c++) printf("  %*.3g", width, table->column[c].delta);
    putchar('\n');
}

static void print_methods(const llr_report_t *report, const llr_report_table_t *table, bool paired)
{
    char cell[LLR_REPORT_TEXT];
    int width = cell_width(report, table, paired);
    print_heads(table, width);
    for (int64_t m = 0; m < report->methods; m++) {
        if (paired && !llr_report_is_contrast(report, m)) continue;
        printf("%-*s", NAME, llr_method_name(report->method[m]));
        for (int64_t c = 0; c < table->columns; c++)
            printf("  %*s", width, cell_text(report, table, paired, m * table->columns + c, cell));
        putchar('\n');
    }
}

static void print_best(const llr_report_t *report, const llr_report_table_t *table)
{
    char cell[LLR_REPORT_TEXT];
    printf("best cells by mean validation %s (first seed's key)\n", report->select_by);
    for (int64_t b = 0; b < table->bests; b++) {
        const llr_report_best_t *best = &table->best[b];
        printf("  %-*s validation %s,", KEY, best->key.data,
               llr_report_cell_text(report, &best->validation, cell));
        printf(" test %s\n", llr_report_cell_text(report, &best->test, cell));
    }
}

static void print_table(const llr_report_t *report, const llr_report_table_t *table)
{
    const char *dataset = table->dataset ? table->dataset : "all datasets";
    printf("\n%s, %s: test %s accuracy, %s over %lld seed%s\n", dataset, llr_loss_name(table->loss),
           report->metric, llr_report_shows(report), (long long)report->seeds,
           report->seeds == 1 ? "" : "s");
    print_methods(report, table, false);
    print_paragraph(table->rows.data);
    if (table->paired) {
        printf("%s, %s: difference from %s, paired over seeds\n", dataset,
               llr_loss_name(table->loss), report->compare);
        print_methods(report, table, true);
    }
    if (report->best) print_best(report, table);
}

void llr_report_print_text(const llr_report_t *report)
{
    printf("%s: %s\n", report->name, report->done_text.data);
    print_paragraph(report->average.data);
    print_paragraph(report->selection.data);
    if (report->compare) print_paragraph(report->comparison.data);
    for (int64_t t = 0; t < report->tables; t++) print_table(report, &report->table[t]);
}
