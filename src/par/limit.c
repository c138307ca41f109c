#include "par/limit.h"

#include "base/clock.h"

#include <math.h>

bool llr_limit_is_up(llr_limit_t *limit)
{
    if (!limit->deadline || llr_clock_seconds() < limit->deadline) return false;
    limit->was_up = true;
    return true;
}

/* Wall time over CPU time of solving on this rank: more than 1 where ranks share a core. */
static double stretch_of(const llr_times_t *times)
{
    double cpu = times->cpu[LLR_STAGE_SOLVE], wall = times->wall[LLR_STAGE_SOLVE];
    return cpu > 0 && wall > cpu ? wall / cpu : 1;
}

bool llr_limit_fits(llr_limit_t *limit, int64_t kind, double cost, double ahead)
{
    const double margin = 1.2;
    double left = limit->deadline - llr_clock_seconds();
    double rate = llr_pace_slowest(&limit->pace, kind);
    double seconds = (cost + ahead) * rate * stretch_of(limit->times) * margin;
    bool fits = isnan(rate) ? ahead == 0 && left > 0 : seconds <= left;
    if (!fits && ahead == 0) limit->was_up = true;
    return fits;
}
