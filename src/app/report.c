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
    const llr_results_t *results;
    int64_t dataset;
    llr_loss_t loss;
    llr_select_t metric;
} filler_t;

static void fill_methods(const filler_t *filler, llr_report_table_t *table)
{
    const llr_report_t *report = filler->report;
    for (int64_t m = 0; m < report->methods; m++)
        for (int64_t s = 0; s < table->sizes; s++) {
            llr_setting_t setting = {filler->dataset, filler->loss, table->size[s]};
            table->spread[m * table->sizes + s] = llr_method_evaluate(
                filler->results, &setting, report->method[m], filler->metric, NULL);
        }
}

static void add_best(const filler_t *filler, llr_report_table_t *table, int64_t n, int64_t rank,
                     const llr_ranked_t *ranked)
{
    llr_report_best_t *best = &table->best[table->bests++];
    *best = (llr_report_best_t){
        .n = n, .rank = rank, .validation = ranked->validation, .test = ranked->test};
    llr_grid_cell_key(filler->results->grid, ranked->cell, &best->key);
}

/* ranked: room for as many as are asked for. */
static void fill_best(const filler_t *filler, llr_report_table_t *table, llr_ranked_t *ranked)
{
    for (int64_t s = 0; s < table->sizes; s++) {
        llr_setting_t setting = {filler->dataset, filler->loss, table->size[s]};
        int64_t count = llr_method_rank(filler->results, &setting, filler->metric, ranked,
                                        filler->report->best);
        for (int64_t i = 0; i < count; i++)
            add_best(filler, table, table->size[s], i + 1, &ranked[i]);
    }
}

static llr_code_t fill_table(const filler_t *filler, llr_report_table_t *table, llr_error_t *error)
{
    const llr_report_t *report = filler->report;
    const llr_job_t *job = filler->results->grid->job;
    const llr_facts_t *facts = &filler->results->facts[filler->dataset];
    table->dataset = job->dataset[filler->dataset].name;
    table->loss = llr_loss_name(filler->loss);
    table->size = llr_job_sizes(job, filler->dataset, &table->sizes);
    table->delta = llr_alloc(table->sizes, sizeof *table->delta);
    table->spread = llr_alloc(report->methods * table->sizes, sizeof *table->spread);
    table->best = llr_alloc(report->best * table->sizes, sizeof *table->best);
    llr_ranked_t *ranked = llr_alloc(report->best, sizeof *ranked);
    bool whole = table->delta && table->spread && table->best && ranked;
    for (int64_t s = 0; whole && s < table->sizes; s++)
        table->delta[s] = (double)facts->dim / (double)table->size[s];
    if (whole) fill_methods(filler, table);
    if (whole && report->best) fill_best(filler, table, ranked);
    llr_report_describe_rows(table, facts);
    free(ranked);
    return whole ? LLR_OK : llr_fail_memory(error, table->sizes, "the report");
}

static llr_code_t fill_tables(llr_report_t *report, const llr_results_t *results,
                              llr_select_t metric, llr_error_t *error)
{
    const llr_job_t *job = results->grid->job;
    report->table = llr_alloc(job->datasets * job->losses, sizeof *report->table);
    if (!report->table) return llr_fail_memory(error, job->datasets, "the report");
    for (int64_t d = 0; d < job->datasets; d++)
        for (int32_t l = 0; l < job->losses; l++) {
            filler_t filler = {report, results, d, job->loss[l], metric};
            LLR_TRY(fill_table(&filler, &report->table[report->tables++], error));
        }
    return LLR_OK;
}

/* Did all texts find memory? */
static bool is_whole(const llr_report_t *report)
{
    bool failed = report->average.failed || report->selection.failed || report->done_text.failed;
    for (int64_t t = 0; t < report->tables; t++) {
        failed |= report->table[t].rows.failed != 0;
        for (int64_t b = 0; b < report->table[t].bests; b++)
            failed |= report->table[t].best[b].key.failed != 0;
    }
    return !failed;
}

llr_code_t llr_report_create(llr_report_t *report, const llr_loaded_t *loaded, llr_select_t metric,
                             int64_t best, llr_error_t *error)
{
    const llr_grid_t *grid = loaded->results.grid;
    *report = (llr_report_t){.name = grid->job->name,
                             .metric = llr_select_name(metric),
                             .select_by = llr_select_name(grid->job->select_by),
                             .seeds = grid->job->seeds,
                             .done = loaded->done,
                             .units = grid->units,
                             .best = best < grid->places ? best : grid->places};
    list_methods(report, grid);
    LLR_TRY(fill_tables(report, &loaded->results, metric, error));
    llr_report_describe(report);
    return is_whole(report) ? LLR_OK : llr_fail_memory(error, 0, "the text of the report");
}

static void destroy_table(llr_report_table_t *table)
{
    for (int64_t b = 0; b < table->bests; b++) llr_text_destroy(&table->best[b].key);
    free(table->delta);
    free(table->spread);
    free(table->best);
    llr_text_destroy(&table->rows);
}

void llr_report_destroy(llr_report_t *report)
{
    for (int64_t t = 0; t < report->tables; t++) destroy_table(&report->table[t]);
    free(report->table);
    llr_text_destroy(&report->average);
    llr_text_destroy(&report->selection);
    llr_text_destroy(&report->done_text);
}
