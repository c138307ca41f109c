/* The report as one tidy table, RFC 4180: numbers with the 17 digits that read back as the same
 * double, nothing where there is none. */
#include "app/csv.h"
#include "app/report.h"

#include <math.h>
#include <stdio.h>

static void print_name(const char *text)
{
    llr_csv_text(text);
    putchar(',');
}

static void print_number(double value)
{
    llr_csv_number(value);
    putchar(',');
}

/* The mean and what stands beside it. */
static void print_cell(const llr_report_t *report, const llr_report_cell_t *cell)
{
    print_number(cell->spread.mean);
    if (report->interval == LLR_INTERVAL_BOOTSTRAP) {
        print_number(cell->interval.low);
        print_number(cell->interval.high);
    } else
        print_number(llr_spread_half(&cell->spread, report->interval));
}

static void print_cell_heads(const llr_report_t *report, const char *prefix)
{
    static const char *const heads[LLR_INTERVALS] = {
        [LLR_INTERVAL_SD] = "%smean,%sstandard_deviation,",
        [LLR_INTERVAL_SE] = "%smean,%sstandard_error,",
        [LLR_INTERVAL_BOOTSTRAP] = "%smean,%slow,%shigh,"};
    printf(heads[report->interval], prefix, prefix, prefix);
}

static void print_place(const llr_report_t *report, const llr_report_table_t *table, int64_t c,
                        int64_t m)
{
    print_name(table->column[c].name);
    printf("%s,%lld,", llr_loss_name(table->loss), (long long)table->column[c].n);
    print_number(table->column[c].delta);
    printf("%s,", llr_method_name(report->method[m]));
}

static void print_methods(const llr_report_t *report, const llr_report_table_t *table)
{
    for (int64_t c = 0; c < table->columns; c++)
        for (int64_t m = 0; m < report->methods; m++) {
            const llr_report_cell_t *cell = &table->cell[m * table->columns + c];
            print_place(report, table, c, m);
            printf("%s,", report->metric);
            print_cell(report, cell);
            printf("%lld,%s\n", (long long)cell->spread.seeds, report->select_by);
        }
}

static void print_differences(const llr_report_t *report, const llr_report_table_t *table)
{
    for (int64_t c = 0; c < table->columns; c++)
        for (int64_t m = 0; m < report->methods; m++) {
            const llr_paired_t *paired = &table->paired[m * table->columns + c];
            if (!llr_report_is_contrast(report, m)) continue;
            print_place(report, table, c, m);
            print_name(report->compare);
            printf("%s,", report->metric);
            print_number(paired->difference.seeds ? paired->difference.mean : NAN);
            print_number(paired->difference.seeds ? paired->difference.deviation : NAN);
            print_number(paired->difference.seeds ? paired->p : NAN);
            printf("%lld,%s\n", (long long)paired->difference.seeds, report->select_by);
        }
}

static void print_best(const llr_report_t *report, const llr_report_table_t *table)
{
    for (int64_t b = 0; b < table->bests; b++) {
        const llr_report_best_t *best = &table->best[b];
        print_name(best->key.data);
        printf("%lld,%s,", (long long)best->rank, report->select_by);
        print_cell(report, &best->validation);
        printf("%s,", report->metric);
        print_cell(report, &best->test);
        printf("%lld\n", (long long)best->validation.spread.seeds);
    }
}

static void print_heads(const llr_report_t *report)
{
    if (report->best) {
        printf("key,rank,select_by,");
        print_cell_heads(report, "validation_");
        printf("metric,");
        print_cell_heads(report, "test_");
        puts("seeds");
        return;
    }
    printf("dataset,loss,n,delta,method,");
    if (report->compare) {
        puts("against,metric,difference,standard_deviation,p,seeds,select_by");
        return;
    }
    printf("metric,");
    print_cell_heads(report, "");
    puts("seeds,select_by");
}

void llr_report_print_csv(const llr_report_t *report)
{
    if (report->done < report->units) fprintf(stderr, "llrsweep: %s\n", report->done_text.data);
    print_heads(report);
    for (int64_t t = 0; t < report->tables; t++)
        if (report->best)
            print_best(report, &report->table[t]);
        else if (report->compare)
            print_differences(report, &report->table[t]);
        else
            print_methods(report, &report->table[t]);
}
