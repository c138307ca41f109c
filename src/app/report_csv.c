/* The report as one tidy table, RFC 4180: numbers with the 17 digits that read back as the same
 * double, nothing where there is none. */
#include "app/csv.h"
#include "app/report.h"

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

static void print_spread(const llr_spread_t *spread)
{
    print_number(spread->mean);
    print_number(spread->deviation);
}

static void print_methods(const llr_report_t *report, const llr_report_table_t *table)
{
    for (int64_t s = 0; s < table->sizes; s++)
        for (int64_t m = 0; m < report->methods; m++) {
            const llr_spread_t *spread = &table->spread[m * table->sizes + s];
            print_name(table->dataset);
            printf("%s,%lld,", table->loss, (long long)table->size[s]);
            print_number(table->delta[s]);
            printf("%s,%s,", llr_method_name(report->method[m]), report->metric);
            print_spread(spread);
            printf("%lld,%s\n", (long long)spread->seeds, report->select_by);
        }
}

static void print_best(const llr_report_t *report, const llr_report_table_t *table)
{
    for (int64_t b = 0; b < table->bests; b++) {
        const llr_report_best_t *best = &table->best[b];
        print_name(best->key.data);
        printf("%lld,%s,", (long long)best->rank, report->select_by);
        print_spread(&best->validation);
        printf("%s,", report->metric);
        print_spread(&best->test);
        printf("%lld\n", (long long)best->validation.seeds);
    }
}

void llr_report_print_csv(const llr_report_t *report)
{
    if (report->done < report->units) fprintf(stderr, "llrsweep: %s\n", report->done_text.data);
    puts(report->best
             ? "key,rank,select_by,validation_mean,validation_standard_deviation,metric,test_mean,"
               "test_standard_deviation,seeds"
             : "dataset,loss,n,delta,method,metric,mean,standard_deviation,seeds,select_by");
    for (int64_t t = 0; t < report->tables; t++)
        if (report->best)
            print_best(report, &report->table[t]);
        else
            print_methods(report, &report->table[t]);
}
