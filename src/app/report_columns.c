/* Which places stand in a table of a report. */
#include "app/report.h"
#include "base/memory.h"

static bool is_asked(const llr_values_t *sizes, int64_t n)
{
    for (int64_t i = 0; i < sizes->count; i++)
        if (sizes->value[i] == (double)n) return true;
    return !sizes->count;
}

static void add_column(llr_report_table_t *table, const llr_results_t *results, int64_t dataset,
                       int64_t n)
{
    table->column[table->columns++] =
        (llr_report_column_t){dataset, results->grid->job->dataset[dataset].name, n,
                              (double)results->facts[dataset].dim / (double)n};
}

/* All n, or those asked for. */
static void add_sizes(llr_report_table_t *table, const llr_results_t *results, int64_t dataset,
                      const llr_values_t *asked)
{
    int64_t sizes;
    const int64_t *size = llr_job_sizes(results->grid->job, dataset, &sizes);
    for (int64_t s = 0; s < sizes; s++)
        if (is_asked(asked, size[s])) add_column(table, results, dataset, size[s]);
}

static void add_largest(llr_report_table_t *table, const llr_results_t *results, int64_t dataset)
{
    int64_t sizes, largest = 0;
    const int64_t *size = llr_job_sizes(results->grid->job, dataset, &sizes);
    for (int64_t s = 0; s < sizes; s++) largest = size[s] > largest ? size[s] : largest;
    add_column(table, results, dataset, largest);
}

static int64_t most_columns(const llr_job_t *job)
{
    int64_t all = 0, sizes;
    for (int64_t d = 0; d < job->datasets; d++) {
        llr_job_sizes(job, d, &sizes);
        all += sizes;
    }
    return all;
}

llr_code_t llr_report_columns(llr_report_table_t *table, const llr_results_t *results,
                              int64_t dataset, const llr_values_t *sizes, llr_error_t *error)
{
    const llr_job_t *job = results->grid->job;
    table->column = llr_alloc(most_columns(job), sizeof *table->column);
    if (!table->column) return llr_fail_memory(error, job->datasets, "the report");
    if (dataset >= 0) {
        add_sizes(table, results, dataset, sizes);
        return LLR_OK;
    }
    for (int64_t d = 0; d < job->datasets; d++)
        if (sizes->count)
            add_sizes(table, results, d, sizes);
        else
            add_largest(table, results, d);
    return LLR_OK;
}
