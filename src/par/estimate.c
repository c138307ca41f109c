#include "par/estimate.h"

#include "base/memory.h"
#include "par/schedule.h"
#include "par/simulate.h"
#include "work/forecast.h"

#include <math.h>
#include <stdlib.h>

/* Seconds of what is no unit, measured on one node with a file system of its own. */
static const double START = 0.01;
static const double READ = 1 / 1e9;         /* a byte of features, the hash included */
static const double RESULT = 1e-5;          /* rank 0: a unit's result, */
static const double RESULT_CELL = 1e-6;     /* and each of its rows: unpacking, journal */
static const double TABLE_CELL = 8e-6;      /* a row of the table */
static const double THEORY = 3e-10;         /* of llr_forecast_cost; */
static const double THEORY_MOST = 3;        /* a search may take so many times that */
static const double LATENCY_WORKING = 1e-3; /* until a rank 0 that works looks at a message */
static const double LATENCY_SERVING = 5e-5;

/* Of the speed of its ranks alone that a group has: measured with two of them. */
static const double TOGETHER = 0.65;

int llr_estimate_ranks_a_unit(const llr_estimate_t *e)
{
    int64_t ranks = e->grid->job->ranks_per_unit;
    return ranks > 1 ? (int)ranks : 1;
}

static llr_code_t time_theory(llr_estimate_t *e, llr_error_t *error)
{
    llr_forecasts_t forecasts;
    if (!llr_forecasts_wanted(e->grid->job)) return LLR_OK;
    llr_code_t code = llr_forecasts_create(&forecasts, e->grid, e->catalog->facts, error);
    int64_t tasks = code == LLR_OK ? forecasts.samples * e->grid->weightings : 0;
    bool only = e->grid->job->theory == LLR_FORM_NONE;
    for (int64_t t = 0; t < tasks; t++) {
        if (!llr_forecast_has_task(&forecasts, t, only)) continue;
        double seconds = THEORY * llr_forecast_cost(&forecasts, t);
        e->theory += seconds;
        e->longest_theory = fmax(e->longest_theory, seconds);
    }
    llr_forecasts_destroy(&forecasts);
    return code;
}

/* Of each dataset and loss the data make all units faster or slower together. */
static double spread_of(const llr_estimate_t *e, double spread)
{
    double squares = 0, group = 0;
    const llr_unit_t *unit = e->grid->unit;
    for (int64_t u = 0; u < e->grid->units; u++) {
        group += e->seconds[u];
        if (u + 1 < e->grid->units && unit[u + 1].dataset == unit[u].dataset &&
            unit[u + 1].loss == unit[u].loss)
            continue;
        squares += group * group;
        group = 0;
    }
    return e->work > 0 ? spread * sqrt(squares) / e->work : 0;
}

static llr_code_t time_units(llr_estimate_t *e, const llr_pace_t *pace, llr_error_t *error)
{
    int64_t units = e->grid->units;
    int together = llr_estimate_ranks_a_unit(e);
    double speed = together > 1 ? TOGETHER * together : 1;
    e->seconds = llr_alloc(units, sizeof *e->seconds);
    e->cost = llr_alloc(units, sizeof *e->cost);
    e->order = llr_alloc(units, sizeof *e->order);
    if (!e->seconds || !e->cost || !e->order)
        return llr_fail_memory(error, units * 24, "the list of units");
    for (int64_t u = 0; u < units; u++) {
        const llr_facts_t *facts = &e->catalog->facts[e->grid->unit[u].dataset];
        e->cost[u] = llr_unit_cost(e->grid, facts, u);
        e->seconds[u] = e->cost[u] * llr_pace_rate(pace, llr_regime(e->grid, facts, u)) / speed;
        e->work += e->seconds[u];
        e->longest = fmax(e->longest, e->seconds[u]);
        e->order[u] = u;
    }
    llr_schedule_sort(e->order, units, e->cost);
    return LLR_OK;
}

llr_code_t llr_estimate_create(llr_estimate_t *e, const llr_grid_t *grid,
                               const llr_catalog_t *catalog, const llr_pace_t *pace,
                               llr_error_t *error)
{
    *e = (llr_estimate_t){.grid = grid, .catalog = catalog};
    LLR_TRY(time_units(e, pace, error));
    e->spread = spread_of(e, pace->spread);
    return time_theory(e, error);
}

void llr_estimate_destroy(llr_estimate_t *e)
{
    free(e->seconds);
    free(e->cost);
    free(e->order);
    *e = (llr_estimate_t){0};
}

static double bytes_read(const llr_catalog_t *catalog)
{
    double bytes = 0;
    for (int64_t s = 0; s < catalog->sources; s++) {
        const llr_source_t *source = &catalog->source[s];
        bytes += (double)source->rows * (double)source->dim * (double)llr_dtype_size(source->type);
    }
    return bytes;
}

int llr_estimate_groups(const llr_estimate_t *e, int ranks)
{
    int groups = ranks / llr_estimate_ranks_a_unit(e);
    return groups > 1 ? groups : 1;
}

llr_code_t llr_estimate_stages(const llr_estimate_t *e, int ranks, llr_stages_t *stages,
                               llr_error_t *error)
{
    const llr_grid_t *grid = e->grid;
    double cells = (double)grid->cells / (double)grid->units;
    int groups = llr_estimate_groups(e, ranks);
    bool works = llr_policy_works(groups);
    int workers = works ? ranks : ranks - 1;
    /* Ranks beyond those that get a unit change nothing. */
    int64_t busy = grid->units < LLR_POLICY_SERVES ? LLR_POLICY_SERVES : grid->units + 1;
    llr_simulation_t simulation = {.order = e->order,
                                   .cost = e->cost,
                                   .seconds = e->seconds,
                                   .units = grid->units,
                                   .grain = LLR_UNIT_GRAIN,
                                   .ranks = groups < busy ? groups : (int)busy,
                                   .latency = works ? LATENCY_WORKING : LATENCY_SERVING,
                                   .service = RESULT + RESULT_CELL * cells};
    *stages = (llr_stages_t){.read = START + READ * bytes_read(e->catalog),
                             .theory = fmax(e->theory / workers, e->longest_theory),
                             .table = TABLE_CELL * (double)grid->cells};
    return llr_simulate(&simulation, &stages->solve, error);
}

double llr_stages_wall(const llr_stages_t *stages)
{
    return stages->read + stages->theory + stages->solve + stages->table;
}

double llr_stages_bound(const llr_estimate_t *e, const llr_stages_t *stages, double side)
{
    double theory = side > 0 ? THEORY_MOST * stages->theory : stages->theory;
    return stages->read + theory + stages->solve * exp(side * 2 * e->spread) + stages->table;
}
