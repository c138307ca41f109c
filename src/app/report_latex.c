/* The report as LaTeX: table environments for the package booktabs, to be \input as they are. */
#include "app/report.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Signs of LaTeX, and what prints them in any of its font encodings. */
static const char *escaped(char c)
{
    static const char *const table[][2] = {{"\\", "\\textbackslash{}"},
                                           {"{", "\\{"},
                                           {"}", "\\}"},
                                           {"$", "\\$"},
                                           {"&", "\\&"},
                                           {"#", "\\#"},
                                           {"%", "\\%"},
                                           {"_", "\\_"},
                                           {"^", "\\textasciicircum{}"},
                                           {"~", "\\textasciitilde{}"},
                                           {"<", "$<$"},
                                           {">", "$>$"},
                                           {"|", "$|$"},
                                           {"\"", "\\char34{}"},
                                           {"'", "\\char39{}"},
                                           {"`", "\\char96{}"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (c == *table[i][0]) return table[i][1];
    return NULL;
}

/* What a user has named, so that it stands there as it is (UTF-8 beyond Latin needs LuaLaTeX). */
static void print_name(const char *text)
{
    for (const char *c = text; *c; c++)
        if (escaped(*c))
            printf("%s", escaped(*c));
        else if (strchr("-,?!", *c)) /* are joined to other signs where they stand in a row */
            printf("%c{}", *c);
        else
            putchar(iscntrl((unsigned char)*c) ? ' ' : *c);
}

/* A sentence of ours: "+-" is a sign, an apostrophe one too. */
static void print_words(const char *text)
{
    for (const char *c = text; *c; c++)
        if (!strncmp(c, "+-", 2)) {
            printf("$\\pm$");
            c++;
        } else if (*c != '\'' && escaped(*c))
            printf("%s", escaped(*c));
        else
            putchar(*c);
}

/* Letters, digits, hyphens and underscores: the rest would trouble \ref. */
static void print_key(const char *text)
{
    for (const char *c = text; *c; c++) putchar(isalnum((unsigned char)*c) || *c == '_' ? *c : '-');
}

/* Numbers in mathematics: "+-" a sign, what is bold bold in there too. */
static void print_number(const char *text, bool bold)
{
    size_t number = strcspn(text, "(");
    if (!strcmp(text, "-")) {
        printf("--");
        return;
    }
    while (number && text[number - 1] == ' ') number--;
    printf(bold ? "$\\mathbf{" : "$");
    for (size_t i = 0; i < number; i++)
        if (!strncmp(text + i, " +- ", 4)) {
            printf(" \\pm ");
            i += 3;
        } else
            printf(text[i] == ' ' ? "\\ " : "%c", text[i]);
    printf(bold ? "}$" : "$");
    print_words(text + number);
}

static void print_heads(const llr_report_table_t *table)
{
    if (!table->dataset) {
        printf("dataset");
        for (int64_t c = 0; c < table->columns; c++) {
            printf(" & ");
            print_name(table->column[c].name);
        }
        printf(" \\\\\n");
    }
    printf("$n$");
    for (int64_t c = 0; c < table->columns; c++) printf(" & %lld", (long long)table->column[c].n);
    printf(" \\\\\n$\\delta = d/n$");
    for (int64_t c = 0; c < table->columns; c++) printf(" & %.3g", table->column[c].delta);
    printf(" \\\\\n\\midrule\n");
}

static void print_methods(const llr_report_t *report, const llr_report_table_t *table, bool paired)
{
    char cell[LLR_REPORT_TEXT];
    printf("\\begin{tabular}{@{}l");
    for (int64_t c = 0; c < table->columns; c++) putchar('r');
    printf("@{}}\n\\toprule\n");
    print_heads(table);
    for (int64_t m = 0; m < report->methods; m++) {
        if (paired && !llr_report_is_contrast(report, m)) continue;
        print_words(llr_method_name(report->method[m]));
        for (int64_t c = 0; c < table->columns; c++) {
            int64_t place = m * table->columns + c;
            printf(" & ");
            if (paired)
                print_number(llr_report_paired_text(report, &table->paired[place], cell), false);
            else
                print_number(llr_report_cell_text(report, &table->cell[place], cell),
                             llr_report_is_best(report, table, m, c));
        }
        printf(" \\\\\n");
    }
    printf("\\bottomrule\n\\end{tabular}\n");
}

static void print_best(const llr_report_t *report, const llr_report_table_t *table)
{
    char cell[LLR_REPORT_TEXT];
    printf("\\begin{tabular}{lrll}\n\\toprule\ncell (first seed) & rank & validation ");
    print_words(report->select_by);
    printf(" & test ");
    print_words(report->metric);
    printf(" \\\\\n\\midrule\n");
    for (int64_t b = 0; b < table->bests; b++) {
        const llr_report_best_t *best = &table->best[b];
        print_name(best->key.data);
        printf(" & %lld & ", (long long)best->rank);
        print_number(llr_report_cell_text(report, &best->validation, cell), false);
        printf(" & ");
        print_number(llr_report_cell_text(report, &best->test, cell), false);
        printf(" \\\\\n");
    }
    printf("\\bottomrule\n\\end{tabular}\n");
}

/* What a table environment holds. */
typedef enum content { ACCURACIES, DIFFERENCES, BEST_CELLS } content_t;
static const char *const label_ends[] = {"", "-differences", "-best"};

static void print_caption(const llr_report_t *report, const llr_report_table_t *table,
                          content_t content)
{
    printf("\\caption{");
    print_name(table->dataset ? table->dataset : report->name);
    printf(", %s loss. ", llr_loss_name(table->loss));
    print_words(report->average.data);
    putchar(' ');
    print_words(report->selection.data);
    putchar(' ');
    if (content == ACCURACIES)
        printf("Bold: the best mean%s. ",
               report->seeds > 1 ? ", and those whose interval overlaps its interval" : "");
    else if (content == DIFFERENCES)
        print_words(report->comparison.data);
    else
        printf("Best cells by mean validation accuracy. ");
    if (content == ACCURACIES) print_words(table->rows.data);
    if (report->done < report->units || strchr(report->done_text.data, '.')[1]) {
        putchar(' '); /* that all units are done goes without saying */
        print_words(report->done_text.data);
    }
    printf("}\n\\medskip\n");
}

static void print_label(const llr_report_t *report, const llr_report_table_t *table,
                        content_t content)
{
    printf("\\label{tab:");
    print_key(report->name);
    putchar('-');
    print_key(table->dataset ? table->dataset : "datasets");
    printf("-%s%s}\n", llr_loss_name(table->loss), label_ends[content]);
}

static void print_table(const llr_report_t *report, const llr_report_table_t *table,
                        content_t content)
{
    printf("\n\\begin{table}[tbp]\n\\centering\\small\\setlength{\\tabcolsep}{3.5pt}\n");
    print_caption(report, table, content);
    print_label(report, table, content);
    if (content == BEST_CELLS)
        print_best(report, table);
    else
        print_methods(report, table, content == DIFFERENCES);
    printf("\\end{table}\n");
}

void llr_report_print_latex(const llr_report_t *report)
{
    puts("% \\usepackage{booktabs}");
    for (int64_t t = 0; t < report->tables; t++) {
        const llr_report_table_t *table = &report->table[t];
        print_table(report, table, ACCURACIES);
        if (report->compare) print_table(report, table, DIFFERENCES);
        if (report->best) print_table(report, table, BEST_CELLS);
    }
}
