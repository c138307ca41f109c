#include "app/commands.h"
#include "app/results.h"
#include "base/memory.h"
#include "par/forecast.h"
#include "par/load.h"
#include "store/head.h"
#include "work/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything a replayed cell needs; the datasets are loaded by this process alone. */
typedef struct replay {
    llr_loaded_t loaded;
    llr_catalog_t catalog; /* with features */
    llr_comm_t *comm;
    llr_worker_t worker;
    llr_forecasts_t forecasts;
    int64_t cell, unit;
    int64_t ranks; /* that solved it together */
    llr_head_t head;
    llr_block_t block;
} replay_t;

static llr_code_t find_cell(replay_t *replay, const char *key, llr_error_t *error)
{
    const llr_grid_t *grid = &replay->loaded.session.grid;
    replay->cell = llr_grid_find_cell(grid, key);
    if (replay->cell < 0) {
        llr_text_t example = {0};
        llr_grid_cell_key(grid, 0, &example);
        llr_code_t code =
            llr_fail(error, LLR_INVALID, "no cell has the key `%.200s`; keys read like %s", key,
                     example.data ? example.data : "");
        llr_text_destroy(&example);
        return code;
    }
    replay->unit = llr_grid_unit_of(grid, replay->cell);
    if (replay->loaded.block[replay->unit].rows) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "the cell %s is not done yet", key);
}

/* A unit of a group of ranks is solved by this one alone. */
static llr_code_t load(replay_t *replay, llr_error_t *error)
{
    llr_session_t *session = &replay->loaded.session;
    replay->ranks = session->job.ranks_per_unit;
    session->job.ranks_per_unit = 1;
    LLR_TRY(llr_comm_create(&replay->comm, NULL, error));
    LLR_TRY(
        llr_load_datasets(replay->comm, &session->job, &replay->catalog, NULL, NULL, NULL, error));
    replay->worker.grid = &session->grid;
    replay->worker.dataset = replay->catalog.dataset;
    const llr_facts_t *facts = &replay->catalog.facts[session->grid.unit[replay->unit].dataset];
    int64_t bytes = llr_unit_bytes(&session->grid, facts, replay->unit),
            predicting = llr_forecast_bytes(&session->grid, facts);
    return llr_arena_create(&replay->worker.arena, bytes > predicting ? bytes : predicting, error);
}

/* The weights of rule theory, where the cell's unit has some. */
static llr_code_t predict(replay_t *replay, llr_error_t *error)
{
    const llr_grid_t *grid = &replay->loaded.session.grid;
    bool *needed = llr_alloc(grid->units, sizeof *needed);
    llr_schedule_t *schedule = NULL;
    llr_forecast_run_t phase = {.worker = &replay->worker,
                                .facts = replay->catalog.facts,
                                .needed = needed,
                                .weights_only = true,
                                .schedule = &schedule};
    if (!needed) return llr_fail_memory(error, grid->units, "the list of units");
    needed[replay->unit] = true;
    llr_code_t code = llr_forecast_run(replay->comm, &phase, &replay->forecasts, error);
    free(needed);
    return code;
}

static llr_code_t solve(replay_t *replay, llr_error_t *error)
{
    const llr_grid_t *grid = &replay->loaded.session.grid;
    const llr_facts_t *facts = &replay->catalog.facts[grid->unit[replay->unit].dataset];
    int64_t columns = llr_columns(facts->shape.classes);
    llr_head_t *head = &replay->head;
    head->cell = replay->cell;
    head->theta = llr_alloc(columns * facts->columns, sizeof(double));
    head->b = llr_alloc(columns, sizeof(double));
    head->shift = llr_alloc(facts->columns, sizeof(double));
    head->scale = llr_alloc(facts->columns, sizeof(double));
    if (!head->theta || !head->b || !head->shift || !head->scale)
        return llr_fail_memory(error, columns * facts->columns, "the layer");
    LLR_TRY(llr_block_create(&replay->block, grid->unit[replay->unit].cells, facts->shape, error));
    return llr_unit_run(&replay->worker, replay->unit, &replay->block, head, error);
}

static bool same_bits(const double *a, const double *b, int64_t count)
{
    return !memcmp(a, b, (size_t)count * sizeof *a);
}

static bool is_same(const llr_row_t *a, const llr_row_t *b, const llr_block_t *block)
{
    const double x[] = {a->fit.objective, a->fit.gradient_norm, a->fit.certified_gap, a->fit.df};
    const double y[] = {b->fit.objective, b->fit.gradient_norm, b->fit.certified_gap, b->fit.df};
    return a->fit.status == b->fit.status && a->fit.iterations == b->fit.iterations &&
           same_bits(x, y, 4) && same_bits(a->weight, b->weight, block->shape.kinds) &&
           same_bits(a->rate, b->rate, LLR_SPLITS * llr_shape_slots(block->shape));
}

/* Objectives that their certificates allow to be of one optimum; what has none is not compared. */
static bool is_near(const llr_row_t *a, const llr_row_t *b)
{
    double gap = a->fit.certified_gap + b->fit.certified_gap;
    double apart = fabs(a->fit.objective - b->fit.objective);
    return a->fit.status == b->fit.status && (isnan(gap) || apart <= gap * fabs(a->fit.objective));
}

static void print_row(const char *what, const llr_row_t *row, const llr_facts_t *facts)
{
    llr_summary_t summary = llr_row_summary(row, facts, LLR_SPLIT_TEST);
    printf("  %-10s %s, ", what, llr_fit_status_name(row->fit.status));
    if (!isnan(row->fit.objective))
        printf("objective %.17g, gap %.3g, ", row->fit.objective, row->fit.certified_gap);
    printf("test worst_class %.6f, balanced %.6f\n", summary.worst_class, summary.balanced);
}

static llr_code_t compare(const replay_t *replay, const llr_options_t *options, llr_error_t *error)
{
    const llr_grid_t *grid = &replay->loaded.session.grid;
    const llr_unit_t *unit = &grid->unit[replay->unit];
    int64_t row = llr_unit_row(grid, replay->unit, replay->cell % grid->places);
    const llr_block_t *old = &replay->loaded.block[replay->unit];
    const llr_row_t *was = &old->row[row], *now = &replay->block.row[row];
    const llr_facts_t *facts = &replay->catalog.facts[unit->dataset];
    bool alone = replay->ranks <= 1, same = alone ? is_same(was, now, old) : is_near(was, now);
    if (!options->quiet) {
        printf("%s\n", options->argument[1]);
        print_row("table", was, facts);
        print_row("replayed", now, facts);
        if (alone)
            printf("  %s\n", same ? "the same, bit for bit" : "not the same");
        else
            printf(
                "  %s, as far as the certificates tell (the table's by %lld ranks, this by one)\n",
                same ? "the same" : "not the same", (long long)replay->ranks);
    }
    if (same) return LLR_OK;
    return llr_fail(
        error, LLR_FAILED,
        "the replayed cell differs from the table: another CPU, BLAS, build or dataset?");
}

static llr_code_t save(const replay_t *replay, const llr_options_t *options, llr_error_t *error)
{
    const llr_session_t *session = &replay->loaded.session;
    const llr_grid_t *grid = &session->grid;
    const llr_unit_t *unit = &grid->unit[replay->unit];
    const llr_dataset_t *dataset = &replay->catalog.dataset[unit->dataset];
    int64_t row = llr_unit_row(grid, replay->unit, replay->cell % grid->places);
    llr_fit_status_t status = replay->block.row[row].fit.status;
    if (status == LLR_FIT_MISSING_CLASS || status == LLR_FIT_NO_FINITE_WEIGHTS)
        return llr_fail(error, LLR_INVALID, "the cell %s has status %s: there is no layer to save",
                        options->argument[1], llr_fit_status_name(status));
    llr_layer_t layer = {.dataset = dataset,
                         .job = &session->job,
                         .key = options->argument[1],
                         .loss = unit->loss,
                         .theta = replay->head.theta,
                         .b = replay->head.b,
                         .shift = replay->head.shift,
                         .scale = replay->head.scale};
    return llr_layer_write(&layer, options->save, error);
}

static llr_code_t run(replay_t *replay, const llr_options_t *options, llr_error_t *error)
{
    LLR_TRY(llr_loaded_open(&replay->loaded, options->argument[0], error));
    LLR_TRY(find_cell(replay, options->argument[1], error));
    LLR_TRY(load(replay, error));
    if (llr_forecasts_wanted(&replay->loaded.session.job)) LLR_TRY(predict(replay, error));
    LLR_TRY(solve(replay, error));
    if (options->save) LLR_TRY(save(replay, options, error));
    return compare(replay, options, error);
}

llr_code_t llr_command_replay(const llr_options_t *options, llr_error_t *error)
{
    replay_t replay = {0};
    llr_code_t code = run(&replay, options, error);
    llr_arena_destroy(&replay.worker.arena);
    llr_forecasts_destroy(&replay.forecasts);
    llr_block_destroy(&replay.block);
    free(replay.head.theta);
    free(replay.head.b);
    free(replay.head.shift);
    free(replay.head.scale);
    llr_catalog_close(&replay.catalog);
    llr_comm_destroy(&replay.comm);
    llr_loaded_close(&replay.loaded);
    return code;
}
