#include "app/commands.h"
#include "app/results.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 18, METHOD = 20 };

typedef struct report {
    const llr_loaded_t *loaded;
    const llr_job_t *job;
    llr_select_t metric;
    int64_t best; /* cells listed a setting */
} report_t;

static void print_spread(const llr_spread_t *spread)
{
    char text[64];
    if (!spread->seeds)
        snprintf(text, sizeof text, "-");
    else if (isnan(spread->deviation))
        snprintf(text, sizeof text, "%.3f", spread->mean);
    else
        snprintf(text, sizeof text, "%.3f +- %.3f", spread->mean, spread->deviation);
    printf(" %*s", CELL, text);
}

static void print_heads(const report_t *report, int64_t dataset, const int64_t *size, int64_t sizes)
{
    char text[64];
    double dim = (double)report->loaded->session.catalog.facts[dataset].dim;
    printf("%-*s", METHOD, "n");
    for (int64_t s = 0; s < sizes; s++) printf(" %*lld", CELL, (long long)size[s]);
    printf("\n%-*s", METHOD, "delta = d/n");
    for (int64_t s = 0; s < sizes; s++) {
        snprintf(text, sizeof text, "%.3g", dim / (double)size[s]);
        printf(" %*s", CELL, text);
    }
    printf("\n");
}

static void print_methods(const report_t *report, int64_t dataset, llr_loss_t loss,
                          const int64_t *size, int64_t sizes)
{
    for (int m = 0; m < LLR_METHOD_COUNT; m++) {
        if (!llr_method_in_grid(report->loaded->results.grid, (llr_method_t)m)) continue;
        printf("%-*s", METHOD, llr_method_name((llr_method_t)m));
        for (int64_t s = 0; s < sizes; s++) {
            llr_setting_t setting = {dataset, loss, size[s]};
            llr_spread_t spread = llr_method_evaluate(&report->loaded->results, &setting,
                                                      (llr_method_t)m, report->metric, NULL);
            print_spread(&spread);
        }
        printf("\n");
    }
}

/* The best weightings and lambdas of each size, by validation over all seeds. */
static void print_best(const report_t *report, int64_t dataset, llr_loss_t loss,
                       const int64_t *size, int64_t sizes)
{
    llr_ranked_t *best = llr_alloc(report->best, sizeof *best);
    for (int64_t s = 0; best && s < sizes; s++) {
        llr_setting_t setting = {dataset, loss, size[s]};
        int64_t count =
            llr_method_rank(&report->loaded->results, &setting, report->metric, best, report->best);
        for (int64_t i = 0; i < count; i++) {
            llr_text_t key = {0};
            llr_grid_cell_key(report->loaded->results.grid, best[i].cell, &key);
            printf("  %-60s validation %.3f, test %.3f\n", key.data ? key.data : "?",
                   best[i].validation.mean, best[i].test.mean);
            llr_text_destroy(&key);
        }
    }
    free(best);
}

static void print_setting(const report_t *report, int64_t dataset, llr_loss_t loss)
{
    int64_t sizes;
    const int64_t *size = llr_job_sizes(report->job, dataset, &sizes);
    printf("\n%s, %s: test %s accuracy, mean +- sd over %lld seeds\n",
           report->job->dataset[dataset].name, llr_loss_name(loss), llr_select_name(report->metric),
           (long long)report->job->seeds);
    print_heads(report, dataset, size, sizes);
    print_methods(report, dataset, loss, size, sizes);
    if (report->best)
        printf("best cells by validation %s (first seed's key)\n",
               llr_select_name(report->job->select_by));
    print_best(report, dataset, loss, size, sizes);
}

static llr_code_t check_metric(const report_t *report, llr_error_t *error)
{
    for (int64_t d = 0; d < report->job->datasets; d++)
        if (report->loaded->session.catalog.facts[d].shape.groups) return LLR_OK;
    if (report->metric != LLR_SELECT_WORST_GROUP) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "--metric worst_group: no dataset of this sweep has groups");
}

static void print_report(const report_t *report)
{
    const llr_grid_t *grid = report->loaded->results.grid;
    printf("%s: %lld of %lld units; lambda and exponent chosen by validation %s\n",
           report->job->name, (long long)report->loaded->done, (long long)grid->units,
           llr_select_name(report->job->select_by));
    for (int64_t d = 0; d < report->job->datasets; d++)
        for (int32_t l = 0; l < report->job->losses; l++)
            print_setting(report, d, report->job->loss[l]);
}

llr_code_t llr_command_report(const llr_options_t *options, llr_error_t *error)
{
    llr_loaded_t loaded;
    llr_code_t code = llr_loaded_open(&loaded, options->argument[0], error);
    if (code == LLR_OK) {
        const llr_job_t *job = &loaded.session.job;
        report_t report = {&loaded, job, options->has_metric ? options->metric : job->select_by,
                           options->best};
        code = check_metric(&report, error);
        if (code == LLR_OK) print_report(&report);
    }
    llr_loaded_close(&loaded);
    return code;
}
