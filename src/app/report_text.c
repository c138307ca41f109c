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

/* Columns are as wide as their widest cell. */
static int cell_width(const llr_report_t *report, const llr_report_table_t *table)
{
    char cell[LLR_SPREAD_TEXT];
    int width = CELL;
    for (int64_t i = 0; i < report->methods * table->sizes; i++) {
        int length = (int)strlen(llr_spread_text(&table->spread[i], report->seeds, cell));
        width = length > width ? length : width;
    }
    return width;
}

static void print_heads(const llr_report_table_t *table, int width)
{
    char cell[LLR_NUMBER_TEXT];
    printf("%-*s", NAME, "n");
    for (int64_t s = 0; s < table->sizes; s++) printf("  %*lld", width, (long long)table->size[s]);
    printf("\n%-*s", NAME, "delta = d/n");
    for (int64_t s = 0; s < table->sizes; s++) {
        snprintf(cell, sizeof cell, "%.3g", table->delta[s]);
        printf("  %*s", width, cell);
    }
    putchar('\n');
}

static void print_methods(const llr_report_t *report, const llr_report_table_t *table)
{
    char cell[LLR_SPREAD_TEXT];
    int width = cell_width(report, table);
    print_heads(table, width);
    for (int64_t m = 0; m < report->methods; m++) {
        printf("%-*s", NAME, llr_method_name(report->method[m]));
        for (int64_t s = 0; s < table->sizes; s++)
            printf("  %*s", width,
                   llr_spread_text(&table->spread[m * table->sizes + s], report->seeds, cell));
        putchar('\n');
    }
}

static void print_best(const llr_report_t *report, const llr_report_table_t *table)
{
    char cell[LLR_SPREAD_TEXT];
    printf("best cells by mean validation %s (first seed's key)\n", report->select_by);
    for (int64_t b = 0; b < table->bests; b++) {
        const llr_report_best_t *best = &table->best[b];
        printf("  %-*s validation %s,", KEY, best->key.data,
               llr_spread_text(&best->validation, report->seeds, cell));
        printf(" test %s\n", llr_spread_text(&best->test, report->seeds, cell));
    }
}

void llr_report_print_text(const llr_report_t *report)
{
    printf("%s: %s\n", report->name, report->done_text.data);
    print_paragraph(report->average.data);
    print_paragraph(report->selection.data);
    for (int64_t t = 0; t < report->tables; t++) {
        const llr_report_table_t *table = &report->table[t];
        printf("\n%s, %s: test %s accuracy, mean +- sd over %lld seed%s\n", table->dataset,
               table->loss, report->metric, (long long)report->seeds,
               report->seeds == 1 ? "" : "s");
        print_methods(report, table);
        print_paragraph(table->rows.data);
        if (report->best) print_best(report, table);
    }
}
