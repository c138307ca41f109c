#include "app/report.h"

#include "base/memory.h"

#include <stdlib.h>

static void list_methods(llr_report_t *report, const llr_grid_t *grid)
{
    for (int m = 0; m < LLR_METHOD_COUNT; m++)
        if (llr_method_in_grid(grid, (llr_method_t)m))
            report->method[report->methods++] = (llr_method_t)m;
}

/* What a table is filled from. */
typedef struct filler {
    const llr_report_t *report;
    const llr_report_request_t *request;
    const llr_results_t *results;
    int64_t dataset; /* -1: all */
    llr_loss_t loss;
    double *value, *other, *work; /* seeds each; for an interval */
} filler_t;

static llr_report_cell_t cell_of(const filler_t *filler, const double *value)
{
    int64_t seeds = filler->report->seeds;
    return (llr_report_cell_t){
        llr_spread_of(value, seeds),
        llr_interval_of(value, seeds, filler->report->interval, filler->work)};
}

static llr_setting_t setting_of(const filler_t *filler, const llr_report_column_t *column)
{
    return (llr_setting_t){column->dataset, filler->loss, column->n};
}

static void fill_methods(const filler_t *filler, llr_report_table_t *table)
{
    const llr_report_t *report = filler->report;
    const llr_job_t *job = filler->results->grid->job;
    for (int64_t m = 0; m < report->methods; m++)
        for (int64_t c = 0; c < table->columns; c++) {
            llr_setting_t setting = setting_of(filler, &table->column[c]);
            llr_method_values(filler->results, &setting, report->method[m], filler->request->metric,
                              job->seed_first, job->seeds, filler->value);
            table->cell[m * table->columns + c] = cell_of(filler, filler->value);
        }
}

static void add_best(const filler_t *filler, llr_report_table_t *table, int64_t c, int64_t rank,
                     const llr_ranked_t *ranked)
{
    llr_setting_t setting = setting_of(filler, &table->column[c]);
    llr_report_best_t *best = &table->best[table->bests++];
    llr_ranked_values(filler->results, &setting, ranked->cell, filler->request->metric,
                      filler->value, filler->other);
    *best = (llr_report_best_t){.n = setting.n,
                                .rank = rank,
                                .validation = cell_of(filler, filler->value),
                                .test = cell_of(filler, filler->other)};
    llr_grid_cell_key(filler->results->grid, ranked->cell, &best->key);
}

/* ranked: room for as many as are asked for. */
static void fill_best(const filler_t *filler, llr_report_table_t *table, llr_ranked_t *ranked)
{
    for (int64_t c = 0; c < table->columns; c++) {
        llr_setting_t setting = setting_of(filler, &table->column[c]);
        int64_t count = llr_method_rank(filler->results, &setting, filler->request->metric, ranked,
                                        filler->report->best);
        for (int64_t i = 0; i < count; i++) add_best(filler, table, c, i + 1, &ranked[i]);
    }
}

static llr_code_t fill_table(const filler_t *filler, llr_report_table_t *table, llr_error_t *error)
{
    const llr_report_t *report = filler->report;
    int64_t places = report->methods * table->columns;
    table->cell = llr_alloc(places, sizeof *table->cell);
    table->best = llr_alloc(report->best * table->columns, sizeof *table->best);
    llr_ranked_t *ranked = llr_alloc(report->best, sizeof *ranked);
    bool whole = table->cell && table->best && ranked;
    if (whole) fill_methods(filler, table);
    if (whole && report->best) fill_best(filler, table, ranked);
    llr_report_describe_rows(table, filler->results->facts);
    free(ranked);
    return whole ? LLR_OK : llr_fail_memory(error, places, "the report");
}

/* A table of one loss; one without columns is none. */
static llr_code_t add_table(llr_report_t *report, const filler_t *filler, llr_error_t *error)
{
    const llr_job_t *job = filler->results->grid->job;
    llr_report_table_t *table = &report->table[report->tables++];
    table->loss = filler->loss;
    table->dataset = filler->dataset < 0 ? NULL : job->dataset[filler->dataset].name;
    LLR_TRY(
        llr_report_columns(table, filler->results, filler->dataset, filler->request->sizes, error));
    if (table->columns) return fill_table(filler, table, error);
    free(table->column);
    *table = (llr_report_table_t){0};
    report->tables--;
    return LLR_OK;
}

static llr_code_t fail_sizes(const llr_job_t *job, llr_error_t *error)
{
    int64_t sizes;
    const int64_t *size = llr_job_sizes(job, 0, &sizes);
    llr_text_t words = {0};
    for (int64_t s = 0; s < sizes; s++)
        llr_text_add(&words, "%s%lld", s ? ", " : "", (long long)size[s]);
    llr_code_t code =
        llr_fail(error, LLR_INVALID, "--n: no dataset of this sweep has such an n; `%s` has %s",
                 job->dataset[0].name, words.data ? words.data : "others");
    llr_text_destroy(&words);
    return code;
}

static llr_code_t fill_tables(llr_report_t *report, filler_t *filler, llr_error_t *error)
{
    const llr_job_t *job = filler->results->grid->job;
    bool whole = filler->request->by_dataset;
    report->table = llr_alloc(job->datasets * job->losses, sizeof *report->table);
    if (!report->table) return llr_fail_memory(error, job->datasets, "the report");
    for (int64_t d = whole ? -1 : 0; d < (whole ? 0 : job->datasets); d++)
        for (int32_t l = 0; l < job->losses; l++) {
            filler->dataset = d;
            filler->loss = job->loss[l];
            LLR_TRY(add_table(report, filler, error));
        }
    return report->tables ? LLR_OK : fail_sizes(job, error);
}

static llr_code_t fill(llr_report_t *report, const llr_results_t *results,
                       const llr_report_request_t *request, llr_error_t *error)
{
    double *work = llr_alloc(3 * report->seeds + LLR_BOOTSTRAP_DRAWS, sizeof *work);
    if (!work) return llr_fail_memory(error, report->seeds, "the report");
    filler_t filler = {.report = report,
                       .request = request,
                       .results = results,
                       .value = work,
                       .other = work + report->seeds,
                       .work = work + 2 * report->seeds};
    llr_code_t code = fill_tables(report, &filler, error);
    free(work);
    return code;
}

/* Did all texts find memory? */
static bool is_whole(const llr_report_t *report)
{
    bool failed = report->average.failed || report->selection.failed || report->comparison.failed ||
                  report->done_text.failed;
    for (int64_t t = 0; t < report->tables; t++) {
        failed |= report->table[t].rows.failed != 0;
        for (int64_t b = 0; b < report->table[t].bests; b++)
            failed |= report->table[t].best[b].key.failed != 0;
    }
    return !failed;
}

llr_code_t llr_report_create(llr_report_t *report, const llr_loaded_t *loaded,
                             const llr_report_request_t *request, llr_error_t *error)
{
    const llr_grid_t *grid = loaded->results.grid;
    *report = (llr_report_t){.name = grid->job->name,
                             .metric = llr_select_name(request->metric),
                             .select_by = llr_select_name(grid->job->select_by),
                             .interval = request->interval,
                             .seeds = grid->job->seeds,
                             .done = loaded->done,
                             .units = grid->units,
                             .best = request->best < grid->places ? request->best : grid->places,
                             .compare = request->compare,
                             .of_folders = request->other != NULL};
    list_methods(report, grid);
    LLR_TRY(fill(report, &loaded->results, request, error));
    if (request->compare) LLR_TRY(llr_report_contrast(report, loaded, request, error));
    llr_report_describe(report);
    return is_whole(report) ? LLR_OK : llr_fail_memory(error, 0, "the text of the report");
}

static void destroy_table(llr_report_table_t *table)
{
    for (int64_t b = 0; b < table->bests; b++) llr_text_destroy(&table->best[b].key);
    free(table->column);
    free(table->cell);
    free(table->paired);
    free(table->best);
    llr_text_destroy(&table->rows);
}

void llr_report_destroy(llr_report_t *report)
{
    for (int64_t t = 0; t < report->tables; t++) destroy_table(&report->table[t]);
    free(report->table);
    llr_text_destroy(&report->average);
    llr_text_destroy(&report->selection);
    llr_text_destroy(&report->comparison);
    llr_text_destroy(&report->done_text);
}
