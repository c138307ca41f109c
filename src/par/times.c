#include "par/times.h"

#include "base/clock.h"

const char *llr_stage_name(llr_stage_t stage)
{
    static const char *const name[LLR_STAGES] = {
        [LLR_STAGE_BUILD] = "build", [LLR_STAGE_READ] = "read",
        [LLR_STAGE_HASH] = "hash",   [LLR_STAGE_FORECAST] = "theory",
        [LLR_STAGE_SOLVE] = "solve", [LLR_STAGE_METRICS] = "metrics",
        [LLR_STAGE_WAIT] = "wait",   [LLR_STAGE_JOURNAL] = "journal",
        [LLR_STAGE_TABLE] = "table"};
    return name[stage];
}

void llr_times_begin(llr_times_t *times, llr_stage_t stage)
{
    *times = (llr_times_t){
        .stage = stage, .wall_since = llr_clock_seconds(), .cpu_since = llr_clock_cpu_seconds()};
}

llr_stage_t llr_times_enter(llr_times_t *times, llr_stage_t next)
{
    if (!times) return next;
    double wall = llr_clock_seconds(), cpu = llr_clock_cpu_seconds();
    llr_stage_t before = times->stage;
    times->wall[before] += wall - times->wall_since;
    times->cpu[before] += cpu - times->cpu_since;
    times->wall_since = wall;
    times->cpu_since = cpu;
    times->stage = next;
    return before;
}
