#include "par/calibrate.h"

#include "base/clock.h"
#include "store/layout.h"

#include <stdlib.h>
#include <string.h>

/* Units of every solver, with fewer rows than columns and with more. */
static const char JOB[] =
    "datasets:\n"
    "  - {name: two, synthetic: {d: 448, separation: 2, priors: [.8, .2]}}\n"
    "  - {name: many, synthetic: {d: 256, separation: 2, priors: [.4, .25, .2, .15], test: 4000}}\n"
    "exponents: [0, .5, 1]\nlambdas: {log10: {from: -3, to: -1, count: 5}}\nsizes: [160, 640]\n"
    "seeds: {count: 200}\n";

/* What made units take over their cost on the machine that the cost was measured on, by regime:
 * their data are others than those that its rates were fitted to. */
static const double MADE[LLR_REGIMES] = {0.82, 0.98, 0.85, 0.8, 0.82, 1.12, 0.66, 0.93};

typedef struct made {
    llr_job_t job;
    llr_catalog_t catalog;
    llr_grid_t grid;
    llr_findings_t findings;
    llr_worker_t worker;
} made_t;

static llr_code_t write_job(llr_text_t *text, const llr_job_t *like)
{
    llr_text_add(text, "%slosses: [square, logistic]\ndf: [%s%s%s]\n", JOB,
                 like->df[LLR_LOSS_SQUARE] ? "square" : "",
                 like->df[LLR_LOSS_SQUARE] && like->df[LLR_LOSS_LOGISTIC] ? ", " : "",
                 like->df[LLR_LOSS_LOGISTIC] ? "logistic" : "");
    return text->failed ? LLR_FAILED : LLR_OK;
}

static const llr_facts_t *facts_of(const made_t *made, int64_t unit)
{
    return &made->catalog.facts[made->grid.unit[unit].dataset];
}

static llr_code_t make(made_t *made, const llr_job_t *like, llr_error_t *error)
{
    llr_text_t text = {0};
    int64_t bytes = 0;
    *made = (made_t){0};
    llr_code_t code = write_job(&text, like);
    if (code != LLR_OK) return llr_fail_memory(error, text.length, "the calibration");
    code = llr_job_parse(&made->job, text.data, text.length, "calibration", ".", &made->findings,
                         error);
    if (code == LLR_OK)
        code =
            llr_layout_open(&made->catalog, &made->grid, &made->job, false, &made->findings, error);
    llr_text_destroy(&text);
    LLR_TRY(code);
    for (int64_t u = 0; u < made->grid.units; u += made->job.seeds) {
        int64_t need = llr_unit_bytes(&made->grid, facts_of(made, u), u);
        bytes = need > bytes ? need : bytes;
    }
    made->worker.grid = &made->grid;
    made->worker.dataset = made->catalog.dataset;
    return llr_arena_create(&made->worker.arena, bytes, error);
}

static void destroy(made_t *made)
{
    llr_arena_destroy(&made->worker.arena);
    llr_grid_destroy(&made->grid);
    llr_catalog_close(&made->catalog);
    llr_job_destroy(&made->job);
    llr_findings_destroy(&made->findings);
}

static llr_code_t run_unit(made_t *made, int64_t unit, double *seconds, llr_error_t *error)
{
    llr_block_t block;
    LLR_TRY(
        llr_block_create(&block, made->grid.unit[unit].cells, facts_of(made, unit)->shape, error));
    double started = llr_clock_cpu_seconds();
    llr_code_t code = llr_unit_run(&made->worker, unit, &block, NULL, error);
    *seconds = llr_clock_cpu_seconds() - started;
    llr_block_destroy(&block);
    return code;
}

/* One unit of every kind that is asked for. */
static llr_code_t run_turn(made_t *made, int64_t turn, const bool *asked, llr_pace_t *pace,
                           llr_error_t *error)
{
    for (int64_t u = turn; u < made->grid.units; u += made->job.seeds) {
        double seconds;
        int64_t regime = llr_regime(&made->grid, facts_of(made, u), u);
        if (!asked[regime]) continue;
        LLR_TRY(run_unit(made, u, &seconds, error));
        double cost = llr_unit_cost(&made->grid, facts_of(made, u), u) * MADE[regime];
        if (turn) llr_pace_add(pace, regime, cost, seconds); /* the first warms up */
    }
    return LLR_OK;
}

llr_code_t llr_calibrate(llr_pace_t *pace, const llr_grid_t *grid, const llr_facts_t *facts,
                         double seconds, llr_error_t *error)
{
    made_t made;
    bool asked[LLR_REGIMES] = {false};
    double until = llr_clock_seconds() + seconds;
    for (int64_t u = 0; u < grid->units; u++)
        asked[llr_regime(grid, &facts[grid->unit[u].dataset], u)] = true;
    llr_code_t code = make(&made, grid->job, error);
    for (int64_t turn = 0; code == LLR_OK && turn < made.job.seeds; turn++) {
        if (turn > 1 && llr_clock_seconds() > until) break;
        code = run_turn(&made, turn, asked, pace, error);
    }
    destroy(&made);
    return code;
}
