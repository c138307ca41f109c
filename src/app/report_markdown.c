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

static void print_methods(const llr_report_t *report, const llr_report_table_t *table)
{
    char cell[LLR_SPREAD_TEXT];
    printf("| n |");
    for (int64_t s = 0; s < table->sizes; s++) printf(" %lld |", (long long)table->size[s]);
    putchar('\n');
    print_rule(1 + table->sizes);
    printf("| delta = d/n |");
    for (int64_t s = 0; s < table->sizes; s++) printf(" %.3g |", table->delta[s]);
    putchar('\n');
    for (int64_t m = 0; m < report->methods; m++) {
        printf("| %s |", llr_method_name(report->method[m]));
        for (int64_t s = 0; s < table->sizes; s++)
            printf(" %s |",
                   llr_spread_text(&table->spread[m * table->sizes + s], report->seeds, cell));
        putchar('\n');
    }
}

static void print_best(const llr_report_t *report, const llr_report_table_t *table)
{
    char cell[LLR_SPREAD_TEXT];
    printf("\nBest cells by mean validation %s accuracy; keys of the first seed.\n\n",
           report->select_by);
    printf("| cell | n | rank | validation %s | test %s |\n", report->select_by, report->metric);
    print_rule(5);
    for (int64_t b = 0; b < table->bests; b++) {
        const llr_report_best_t *best = &table->best[b];
        printf("| ");
        print_name(best->key.data);
        printf(" | %lld | %lld | %s |", (long long)best->n, (long long)best->rank,
               llr_spread_text(&best->validation, report->seeds, cell));
        printf(" %s |\n", llr_spread_text(&best->test, report->seeds, cell));
    }
}

void llr_report_print_markdown(const llr_report_t *report)
{
    printf("# ");
    print_name(report->name);
    putchar('\n');
    for (int64_t t = 0; t < report->tables; t++) {
        const llr_report_table_t *table = &report->table[t];
        printf("\n## ");
        print_name(table->dataset);
        printf(", %s\n\n%s %s %s %s\n\n", table->loss, report->average.data, report->selection.data,
               table->rows.data, report->done_text.data);
        print_methods(report, table);
        if (report->best) print_best(report, table);
    }
}
