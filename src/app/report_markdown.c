/* The report as GitHub Markdown: of every dataset and loss a caption, a table of methods and a
 * table of best cells. */
#include "app/report.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_word(char c)
{
    return isalnum((unsigned char)c);
}

/* What a user has named, so that it stands there as it is. An underscore inside a word is none of
 * Markdown's signs. */
static void print_name(const char *text)
{
    for (const char *c = text; *c; c++) {
        bool inside = *c == '_' && c > text && is_word(c[-1]) && is_word(c[1]);
        if (strchr("\\`*_[]<>|~&#$", *c) && !inside) putchar('\\');
        putchar(iscntrl((unsigned char)*c) ? ' ' : *c);
    }
}

static void print_rule(int64_t columns)
{
    printf("|---|");
    for (int64_t c = 1; c < columns; c++) printf("---:|");
    putchar('\n');
}

static void print_heads(const llr_report_table_t *table)
{
    if (!table->dataset) {
        printf("| dataset |");
        for (int64_t c = 0; c < table->columns; c++) {
            putchar(' ');
            print_name(table->column[c].name);
            printf(" |");
        }
        putchar('\n');
        print_rule(1 + table->columns);
    }
    printf("| n |");
    for (int64_t c = 0; c < table->columns; c++) printf(" %lld |", (long long)table->column[c].n);
    putchar('\n');
    if (table->dataset) print_rule(1 + table->columns);
    printf("| delta = d/n |");
    for (int64_t c = 0; c < table->columns; c++) printf(" %.3g |", table->column[c].delta);
    putchar('\n');
}

static void print_methods(const llr_report_t *report, const llr_report_table_t *table, bool paired)
{
    char cell[LLR_REPORT_TEXT];
    print_heads(table);
    for (int64_t m = 0; m < report->methods; m++) {
        if (paired && !llr_report_is_contrast(report, m)) continue;
        printf("| %s |", llr_method_name(report->method[m]));
        for (int64_t c = 0; c < table->columns; c++) {
            int64_t place = m * table->columns + c;
            printf(" %s |", paired ? llr_report_paired_text(report, &table->paired[place], cell)
                                   : llr_report_cell_text(report, &table->cell[place], cell));
        }
        putchar('\n');
    }
}

static void print_differences(const llr_report_t *report, const llr_report_table_t *table)
{
    putchar('\n');
    print_name(report->comparison.data);
    printf("\n\n");
    print_methods(report, table, true);
}

static void print_best(const llr_report_t *report, const llr_report_table_t *table)
{
    char cell[LLR_REPORT_TEXT];
    printf("\nBest cells by mean validation %s accuracy; keys of the first seed.\n\n",
           report->select_by);
    printf("| cell | n | rank | validation %s | test %s |\n", report->select_by, report->metric);
    print_rule(5);
    for (int64_t b = 0; b < table->bests; b++) {
        const llr_report_best_t *best = &table->best[b];
        printf("| ");
        print_name(best->key.data);
        printf(" | %lld | %lld | %s |", (long long)best->n, (long long)best->rank,
               llr_report_cell_text(report, &best->validation, cell));
        printf(" %s |\n", llr_report_cell_text(report, &best->test, cell));
    }
}

/* Names stand in there only where a table has several datasets. */
static void print_rows(const llr_report_table_t *table)
{
    if (table->dataset)
        printf("%s", table->rows.data);
    else
        print_name(table->rows.data);
}

void llr_report_print_markdown(const llr_report_t *report)
{
    printf("# ");
    print_name(report->name);
    putchar('\n');
    for (int64_t t = 0; t < report->tables; t++) {
        const llr_report_table_t *table = &report->table[t];
        printf("\n## ");
        print_name(table->dataset ? table->dataset : "all datasets");
        printf(", %s\n\n%s %s ", llr_loss_name(table->loss), report->average.data,
               report->selection.data);
        print_rows(table);
        printf(" %s\n\n", report->done_text.data);
        print_methods(report, table, false);
        if (table->paired) print_differences(report, table);
        if (report->best) print_best(report, table);
    }
}
