#include "app/commands.h"
#include "app/scaling.h"

#include <math.h>
#include <stdio.h>

static void print_point(const llr_scaling_t *scaling, int64_t p)
{
    const llr_scaling_point_t *point = &scaling->point[p];
    printf("%6lld %6lld %7lld %9lld %10.3f", (long long)point->ranks, (long long)point->nodes,
           (long long)point->units, (long long)point->cells, point->wall);
    if (isnan(point->predicted))
        printf(" %10s", "-");
    else
        printf(" %10.3f", point->predicted);
    if (point->flaw)
        printf(" %9s %10s", "-", "-");
    else
        printf(" %9.2f %10.3f", llr_scaling_speed_up(scaling, p),
               llr_scaling_efficiency(scaling, p));
    printf(" %9.1f %%  %s", 100 * point->imbalance, point->folder);
    if (point->flaw) printf(" (%s)", point->flaw);
    if (!point->flaw && point->runs > 1)
        printf(" (resumed: %lld runs together)", (long long)point->runs);
    putchar('\n');
}

static void print_points(const llr_scaling_t *scaling, bool weak)
{
    const llr_scaling_point_t *first = &scaling->point[0];
    printf("%s: %s scaling", first->job.name, weak ? "weak" : "strong");
    if (scaling->base >= 0)
        printf("; speed-up in cells a second, against %lld rank%s",
               (long long)scaling->point[scaling->base].ranks,
               scaling->point[scaling->base].ranks == 1 ? "" : "s");
    printf("\n\n%6s %6s %7s %9s %10s %10s %9s %10s %11s  %s\n", "ranks", "nodes", "units", "cells",
           "wall s", "planned s", "speed-up", "efficiency", "imbalance", "folder");
    for (int64_t p = 0; p < scaling->points; p++) print_point(scaling, p);
}

static bool has_stage(const llr_scaling_t *scaling, int s)
{
    for (int64_t p = 0; p < scaling->points; p++)
        if (scaling->point[p].most[s] > 0) return true;
    return false;
}

/* Where the time went: mean over the ranks, and the most of one. */
static void print_stages(const llr_scaling_t *scaling)
{
    printf("\nseconds of a rank: mean (most)\n%6s", "ranks");
    for (int s = 0; s < LLR_STAGES; s++)
        if (has_stage(scaling, s)) printf(" %15s", llr_stage_name((llr_stage_t)s));
    putchar('\n');
    for (int64_t p = 0; p < scaling->points; p++) {
        const llr_scaling_point_t *point = &scaling->point[p];
        printf("%6lld", (long long)point->ranks);
        for (int s = 0; s < LLR_STAGES; s++) {
            char text[64];
            if (!has_stage(scaling, s)) continue;
            snprintf(text, sizeof text, "%.3f (%.3f)", point->mean[s], point->most[s]);
            printf(" %15s", text);
        }
        putchar('\n');
    }
}

llr_code_t llr_command_scaling(const llr_options_t *options, llr_error_t *error)
{
    llr_scaling_t scaling;
    llr_code_t code =
        llr_scaling_open(&scaling, options->argument, options->arguments, options->weak, error);
    if (code == LLR_OK) {
        llr_scaling_predict(&scaling);
        print_points(&scaling, options->weak);
        print_stages(&scaling);
    }
    llr_scaling_close(&scaling);
    return code;
}
