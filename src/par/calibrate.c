#include "par/calibrate.h"

#include "base/clock.h"
#include "par/load.h"
#include "par/schedule.h"
#include "store/layout.h"
#include "work/forecast.h"

#include <math.h>
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
static const double MADE[LLR_REGIMES] = {0.97, 0.95, 0.92, 0.95, 0.92, 1.15, 0.75, 0.95};

/* Of features that are read for it, and of a unit's workspace. */
static const double MOST_FEATURES = 256 << 20;
static const int64_t MOST_WORKSPACE = 512 << 20;

/* Units to be timed. */
typedef struct trial {
    const llr_grid_t *grid;
    const llr_facts_t *facts; /* datasets */
    llr_worker_t worker;      /* its arena is owned */
    const double *over;       /* regimes: of units over their cost elsewhere */
    const bool *asked;        /* regimes */
    llr_pace_t *pace;
    const double *elsewhere; /* units: seconds of those that may be timed; NULL: any */
    llr_pace_t *there;       /* learns these seconds */
    double until;            /* on llr_clock_seconds */
    int64_t *order; /* owned, samples: the first unit of each that is asked for and small, dearest
                       first */
    double *cost;   /* owned, units: of those */
    int64_t samples, blocks; /* units from a sample's seed to the next */
} trial_t;

/* Takes a unit little enough to be timed? */
static bool is_small(const llr_grid_t *grid, const llr_facts_t *facts, int64_t unit)
{
    return llr_unit_cost(grid, facts, unit) <= LLR_CALIBRATION_SECONDS &&
           llr_unit_bytes(grid, facts, unit) <= MOST_WORKSPACE;
}

static const llr_facts_t *facts_of(const trial_t *trial, int64_t unit)
{
    return &trial->facts[trial->grid->unit[unit].dataset];
}

static int64_t regime_of(const trial_t *trial, int64_t unit)
{
    return llr_regime(trial->grid, facts_of(trial, unit), unit);
}

static bool may_run(const trial_t *trial, int64_t unit)
{
    return is_small(trial->grid, facts_of(trial, unit), unit) &&
           (!trial->elsewhere || trial->elsewhere[unit] > 0);
}

static llr_code_t list_samples(trial_t *trial, llr_error_t *error)
{
    int64_t units = trial->grid->units, bytes = 0;
    trial->blocks = trial->grid->blocks;
    trial->order = llr_alloc(units, sizeof *trial->order);
    trial->cost = llr_alloc(units, sizeof *trial->cost);
    if (!trial->order || !trial->cost) return llr_fail_memory(error, 16 * units, "the trial");
    for (int64_t u = 0; u < units; u += trial->grid->job->seeds * trial->blocks) {
        int64_t regime = regime_of(trial, u);
        int64_t need = llr_unit_bytes(trial->grid, facts_of(trial, u), u);
        if (!trial->asked[regime] || !may_run(trial, u)) continue;
        trial->cost[u] = llr_unit_cost(trial->grid, facts_of(trial, u), u) * trial->over[regime];
        trial->order[trial->samples++] = u;
        bytes = need > bytes ? need : bytes;
    }
    llr_schedule_sort(trial->order, trial->samples, trial->cost);
    return llr_arena_create(&trial->worker.arena, bytes, error);
}

static llr_code_t run_unit(trial_t *trial, int64_t unit, double *seconds, llr_error_t *error)
{
    llr_block_t block;
    const llr_unit_t *about = &trial->grid->unit[unit];
    LLR_TRY(llr_block_create(&block, about->cells, facts_of(trial, unit)->shape, error));
    double started = llr_clock_cpu_seconds();
    llr_code_t code = llr_unit_run(&trial->worker, unit, &block, NULL, error);
    *seconds = llr_clock_cpu_seconds() - started;
    llr_block_destroy(&block);
    return code;
}

static llr_code_t learn(trial_t *trial, int64_t sample, int64_t seed, llr_error_t *error)
{
    double seconds, cost = trial->cost[sample];
    int64_t unit = sample + seed * trial->blocks, regime = regime_of(trial, sample);
    if (!may_run(trial, unit)) return LLR_OK;
    LLR_TRY(run_unit(trial, unit, &seconds, error));
    llr_pace_add(trial->pace, regime, cost, seconds);
    if (trial->elsewhere) llr_pace_add(trial->there, regime, cost, trial->elsewhere[unit]);
    return LLR_OK;
}

static double predicted(const trial_t *trial, int64_t sample)
{
    return trial->cost[sample] * llr_pace_rate(trial->pace, regime_of(trial, sample));
}

static double left(const trial_t *trial)
{
    return trial->until - llr_clock_seconds();
}

/* Of a solver the dearest sample that takes no more than so many seconds, or else the cheapest:
 * dear ones are most of a job's time. */
static int64_t choose(const trial_t *trial, int64_t regime, double seconds)
{
    int64_t chosen = 0;
    for (int64_t s = 0; s < trial->samples; s++) {
        if (regime_of(trial, trial->order[s]) != regime) continue;
        chosen = trial->order[s];
        if (predicted(trial, chosen) <= seconds) break;
    }
    return chosen;
}

/* One unit of every solver that has some, each with its share of the time. */
static llr_code_t run_each_solver(trial_t *trial, llr_error_t *error)
{
    bool there[LLR_REGIMES] = {false};
    int solvers = 0;
    for (int64_t s = 0; s < trial->samples; s++) there[regime_of(trial, trial->order[s])] = true;
    for (int64_t r = 0; r < LLR_REGIMES; r++) solvers += there[r];
    for (int64_t r = 0; r < LLR_REGIMES; r++)
        if (there[r]) LLR_TRY(learn(trial, choose(trial, r, left(trial) / solvers--), 0, error));
    return LLR_OK;
}

/* All samples for which there is time, seed after seed. */
static llr_code_t run_others(trial_t *trial, llr_error_t *error)
{
    bool any = true;
    for (int64_t seed = 0; any && seed < trial->grid->job->seeds; seed++) {
        any = false;
        for (int64_t s = 0; s < trial->samples; s++) {
            if (predicted(trial, trial->order[s]) > left(trial)) continue;
            LLR_TRY(learn(trial, trial->order[s], seed, error));
            any = true;
        }
    }
    return LLR_OK;
}

/* The first unit warms up; the arena's pages are there for all. */
static llr_code_t run_trial(trial_t *trial, llr_error_t *error)
{
    double unused;
    LLR_TRY(list_samples(trial, error));
    if (!trial->samples) return LLR_OK;
    llr_populate(trial->worker.arena.base, trial->worker.arena.size);
    LLR_TRY(run_unit(trial, trial->order[trial->samples - 1], &unused, error));
    LLR_TRY(run_each_solver(trial, error));
    return run_others(trial, error);
}

static void end_trial(trial_t *trial)
{
    llr_arena_destroy(&trial->worker.arena);
    free(trial->order);
    free(trial->cost);
}

/* Those that a grid has and nothing was timed of. */
static void ask(const llr_pace_t *pace, const llr_grid_t *grid, const llr_facts_t *facts,
                bool *asked)
{
    for (int64_t u = 0; u < grid->units; u++) {
        int64_t regime = llr_regime(grid, &facts[grid->unit[u].dataset], u);
        asked[regime] = !pace->kind[regime].units;
    }
}

static llr_code_t time_units(trial_t *trial, const llr_catalog_t *catalog, double seconds,
                             llr_error_t *error)
{
    trial->facts = catalog->facts;
    trial->worker = (llr_worker_t){.grid = trial->grid, .dataset = catalog->dataset};
    trial->until = llr_clock_seconds() + seconds;
    llr_code_t code = run_trial(trial, error);
    end_trial(trial);
    return code;
}

/* The job's own units ------------------------------------------------------------------------- */

/* Of every solver the cheapest unit that is small: seconds of all together, or NaN where a solver
 * has none. */
static double least_cost(const llr_grid_t *grid, const llr_facts_t *facts)
{
    double least[LLR_REGIMES], cost = 0;
    bool there[LLR_REGIMES] = {false};
    for (int r = 0; r < LLR_REGIMES; r++) least[r] = NAN;
    for (int64_t u = 0; u < grid->units; u += grid->job->seeds * grid->blocks) {
        const llr_facts_t *of = &facts[grid->unit[u].dataset];
        int64_t regime = llr_regime(grid, of, u);
        there[regime] = true;
        if (is_small(grid, of, u)) least[regime] = fmin(least[regime], llr_unit_cost(grid, of, u));
    }
    for (int r = 0; r < LLR_REGIMES; r++)
        if (there[r]) cost += least[r];
    return cost;
}

/* Columns of predictions take no part in a unit's time; weights that are predicted would. */
static bool predicts_weights(const llr_job_t *job)
{
    llr_job_t plain = *job;
    plain.theory = LLR_FORM_NONE;
    return llr_job_needs_population(&plain);
}

/* Features of all files, each once. */
static double bytes_of(const llr_job_t *job, const llr_facts_t *facts)
{
    double bytes = 0;
    for (int64_t d = 0; d < job->datasets; d++) {
        int64_t first = 0;
        while (first < d && (job->dataset[d].is_synthetic || job->dataset[first].is_synthetic ||
                             strcmp(job->dataset[first].path, job->dataset[d].path)))
            first++;
        bytes += first == d ? (double)facts[d].resident_bytes : 0;
    }
    return bytes;
}

bool llr_calibrates_itself(const llr_grid_t *grid, const llr_catalog_t *catalog)
{
    const llr_job_t *job = grid->job;
    for (int64_t d = 0; d < job->datasets; d++)
        if (llr_catalog_rotates(job, d)) return false;
    return bytes_of(job, catalog->facts) <= MOST_FEATURES && job->ranks_per_unit <= 1 &&
           !predicts_weights(job) && least_cost(grid, catalog->facts) <= LLR_CALIBRATION_SECONDS;
}

/* With the features, and without predictions. */
static llr_code_t load(llr_comm_t *comm, llr_job_t *job, llr_catalog_t *catalog, llr_error_t *error)
{
    llr_form_t theory = job->theory;
    job->theory = LLR_FORM_NONE;
    llr_code_t code = llr_load_datasets(comm, job, catalog, NULL, NULL, NULL, error);
    job->theory = theory;
    return code;
}

static llr_code_t time_own(trial_t *trial, llr_job_t *job, double seconds, llr_error_t *error)
{
    static const double over[LLR_REGIMES] = {1, 1, 1, 1, 1, 1, 1, 1};
    llr_catalog_t catalog = {0};
    llr_comm_t *comm = NULL;
    bool asked[LLR_REGIMES] = {false};
    llr_code_t code = llr_comm_create(&comm, NULL, error);
    if (code == LLR_OK) code = load(comm, job, &catalog, error);
    if (code == LLR_OK) {
        ask(trial->pace, trial->grid, catalog.facts, asked);
        trial->over = over;
        trial->asked = asked;
        code = time_units(trial, &catalog, seconds, error);
    }
    llr_catalog_close(&catalog);
    llr_comm_destroy(&comm);
    return code;
}

llr_code_t llr_calibrate_by_own(llr_pace_t *pace, const llr_grid_t *grid, llr_job_t *job,
                                double seconds, llr_error_t *error)
{
    trial_t trial = {.grid = grid, .pace = pace};
    return time_own(&trial, job, seconds, error);
}

llr_code_t llr_calibrate_again(llr_pace_t *here, llr_pace_t *there, const double *elsewhere,
                               const llr_grid_t *grid, llr_job_t *job, double seconds,
                               llr_error_t *error)
{
    trial_t trial = {.grid = grid, .pace = here, .elsewhere = elsewhere, .there = there};
    return time_own(&trial, job, seconds, error);
}

/* Made units ---------------------------------------------------------------------------------- */

typedef struct made {
    llr_job_t job;
    llr_catalog_t catalog;
    llr_grid_t grid;
    llr_findings_t findings;
} made_t;

static llr_code_t write_job(llr_text_t *text, const llr_job_t *like)
{
    llr_text_add(text, "%slosses: [square, logistic]\ndf: [%s%s%s]\n", JOB,
                 like->df[LLR_LOSS_SQUARE] ? "square" : "",
                 like->df[LLR_LOSS_SQUARE] && like->df[LLR_LOSS_LOGISTIC] ? ", " : "",
                 like->df[LLR_LOSS_LOGISTIC] ? "logistic" : "");
    return text->failed ? LLR_FAILED : LLR_OK;
}

static llr_code_t make(made_t *made, const llr_job_t *like, llr_error_t *error)
{
    llr_text_t text = {0};
    llr_code_t code = write_job(&text, like);
    if (code != LLR_OK) return llr_fail_memory(error, text.length, "the calibration");
    code = llr_job_parse(&made->job, text.data, text.length, "calibration", ".", &made->findings,
                         error);
    if (code == LLR_OK)
        code =
            llr_layout_open(&made->catalog, &made->grid, &made->job, false, &made->findings, error);
    llr_text_destroy(&text);
    return code;
}

llr_code_t llr_calibrate_by_made(llr_pace_t *pace, const llr_grid_t *grid, const llr_facts_t *facts,
                                 double seconds, llr_error_t *error)
{
    made_t made = {0};
    bool asked[LLR_REGIMES] = {false};
    ask(pace, grid, facts, asked);
    llr_code_t code = make(&made, grid->job, error);
    if (code == LLR_OK) {
        trial_t trial = {.grid = &made.grid, .pace = pace, .over = MADE, .asked = asked};
        code = time_units(&trial, &made.catalog, seconds, error);
    }
    llr_grid_destroy(&made.grid);
    llr_catalog_close(&made.catalog);
    llr_job_destroy(&made.job);
    llr_findings_destroy(&made.findings);
    return code;
}
