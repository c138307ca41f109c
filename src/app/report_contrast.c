/* Differences over seeds: of methods from one of them, or of two result folders. */
#include "app/report.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The other side of a difference. */
typedef struct opponent {
    const llr_results_t *results;
    int64_t dataset; /* -1: there is none */
    int64_t method;  /* the one that all are compared with; -1: each with its own */
} opponent_t;

static int64_t find_method(const llr_report_t *report, const char *name)
{
    for (int64_t m = 0; m < report->methods; m++)
        if (!strcmp(llr_method_name(report->method[m]), name)) return report->method[m];
    return -1;
}

static int64_t find_dataset(const llr_job_t *job, const char *name)
{
    for (int64_t d = 0; d < job->datasets; d++)
        if (!strcmp(job->dataset[d].name, name)) return d;
    return -1;
}

static llr_code_t check_content(const char *name, const llr_facts_t *a, const llr_facts_t *b,
                                const char *folder, llr_error_t *error)
{
    if (llr_hash_equal(a->content, b->content)) return LLR_OK;
    return llr_fail(
        error, LLR_INVALID,
        "--compare: dataset `%s` holds other data, classes or splits in %s; only sweeps "
        "over the same rows can be compared by seed",
        name, folder);
}

static llr_code_t compare_place(const llr_results_t *results, const opponent_t *opponent,
                                const llr_setting_t *setting, llr_method_t method,
                                const llr_report_request_t *request, double *value,
                                llr_paired_t *paired, llr_error_t *error)
{
    const llr_job_t *job = results->grid->job;
    llr_setting_t other = {opponent->dataset, setting->loss, setting->n};
    llr_method_t from = opponent->method < 0 ? method : (llr_method_t)opponent->method;
    llr_method_values(results, setting, method, request->metric, job->seed_first, job->seeds,
                      value);
    llr_method_values(opponent->results, &other, from, request->metric, job->seed_first, job->seeds,
                      value + job->seeds);
    return llr_paired_compare(value, value + job->seeds, job->seeds, paired, error);
}

/* Finds the dataset of a column in the other folder; none of that name is no mistake. */
static llr_code_t meet(opponent_t *opponent, const llr_results_t *results,
                       const llr_report_column_t *column, const llr_report_request_t *request,
                       llr_error_t *error)
{
    opponent->dataset = request->other
                            ? find_dataset(request->other->results.grid->job, column->name)
                            : column->dataset;
    if (!request->other || opponent->dataset < 0) return LLR_OK;
    return check_content(column->name, &results->facts[column->dataset],
                         &opponent->results->facts[opponent->dataset], request->compare, error);
}

/* Differences of one table; pairs: raised by the pairs of seeds found. */
static llr_code_t contrast_table(const llr_report_t *report, llr_report_table_t *table,
                                 const llr_results_t *results, opponent_t *opponent,
                                 const llr_report_request_t *request, double *value, int64_t *pairs,
                                 llr_error_t *error)
{
    for (int64_t c = 0; c < table->columns; c++) {
        const llr_report_column_t *column = &table->column[c];
        llr_setting_t setting = {column->dataset, table->loss, column->n};
        LLR_TRY(meet(opponent, results, column, request, error));
        for (int64_t m = 0; m < report->methods; m++) {
            llr_paired_t *paired = &table->paired[m * table->columns + c];
            if (opponent->dataset >= 0)
                LLR_TRY(compare_place(results, opponent, &setting, report->method[m], request,
                                      value, paired, error));
            *pairs += paired->difference.seeds;
        }
    }
    return LLR_OK;
}

static llr_code_t contrast_tables(llr_report_t *report, const llr_results_t *results,
                                  opponent_t *opponent, const llr_report_request_t *request,
                                  double *value, llr_error_t *error)
{
    int64_t pairs = 0;
    for (int64_t t = 0; t < report->tables; t++) {
        llr_report_table_t *table = &report->table[t];
        table->paired = llr_alloc(report->methods * table->columns, sizeof *table->paired);
        if (!table->paired) return llr_fail_memory(error, table->columns, "the report");
        LLR_TRY(contrast_table(report, table, results, opponent, request, value, &pairs, error));
    }
    if (pairs || !request->other) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "--compare: %s shares no dataset (by name), loss, n, seed and method with this "
                    "sweep",
                    request->compare);
}

static void add_methods(const llr_report_t *report, llr_text_t *out)
{
    for (int64_t m = 0; m < report->methods; m++)
        llr_text_add(out, "%s%s", m ? ", " : "", llr_method_name(report->method[m]));
}

static llr_code_t fail_method(const llr_report_t *report, llr_error_t *error)
{
    llr_text_t methods = {0};
    add_methods(report, &methods);
    llr_code_t code = llr_fail(error, LLR_INVALID,
                               "--compare: `%s` is no method of this sweep (%s), nor a result "
                               "folder",
                               report->compare, methods.data ? methods.data : "none");
    llr_text_destroy(&methods);
    return code;
}

llr_code_t llr_report_contrast(llr_report_t *report, const llr_loaded_t *loaded,
                               const llr_report_request_t *request, llr_error_t *error)
{
    opponent_t opponent = {.results = request->other ? &request->other->results : &loaded->results,
                           .method = request->other ? -1 : find_method(report, request->compare)};
    if (!request->other && opponent.method < 0) return fail_method(report, error);
    double *value = llr_alloc(2 * report->seeds, sizeof *value);
    if (!value) return llr_fail_memory(error, report->seeds, "the report");
    llr_code_t code = contrast_tables(report, &loaded->results, &opponent, request, value, error);
    free(value);
    return code;
}
