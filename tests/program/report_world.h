/* A dataset with groups and two sweeps over it, small enough that validation accuracies tie. */
#ifndef LLR_TESTS_REPORT_WORLD_H
#define LLR_TESTS_REPORT_WORLD_H

#include "h5_grouped.h"
#include "program.h"

/* "validation 60 (class 0: 40, class 1: 20; group 0: 32, ...)" */
static inline void count_split(const world_t *world, const char *name, int split, char *out)
{
    int label[2] = {0}, group[GROUPS] = {0};
    for (int i = 0; i < ROWS; i++) {
        label[world->label[i]] += world->split[i] == split;
        group[world->group[i]] += world->split[i] == split;
    }
    sprintf(out,
            "%s %d (class 0: %d, class 1: %d; group 0: %d, group 1: %d, group 2: %d, group 3: %d)",
            name, label[0] + label[1], label[0], label[1], group[0], group[1], group[2], group[3]);
}

/* Names that CSV and Markdown must quote. */
#define GROUPED_NAME     "a|b,c_*"
#define GROUPED_MARKDOWN "a\\|b,c\\_\\*"
#define GRID                                                                                       \
    "exponents: [0, .5, 1, 2, 3]\nrules: [balanced_subsample]\n"                                   \
    "lambdas: {log10: {from: -3, to: 1, count: 5}}\nsizes: [20, 60]\n"

static const char by_class[] =
    "name: \"*my*_job\"\n"
    "datasets:\n  - {name: \"" GROUPED_NAME "\", path: world.h5}\n"
    "  - {name: gauss, synthetic: {d: 6, separation: 1.5, priors: [.7, .3]}}\n"
    "losses: [square, logistic]\n" GRID "ratios: [3]\nseeds: {first: 3, count: 4}\n";

static const char by_group[] =
    "datasets: [{name: \"" GROUPED_NAME "\", path: world.h5}]\n"
    "losses: [logistic]\nselect_by: worst_group\n" GRID "seeds: {count: 6}\n";

static inline void make_world(world_t *world)
{
    char path[2 * PATH_ROOM];
    fill_world(world);
    snprintf(path, sizeof path, "%s/world.h5", scratch());
    write_world(world, path);
    snprintf(path, sizeof path, "%s/class.yaml", scratch());
    write_file(path, by_class);
    snprintf(path, sizeof path, "%s/group.yaml", scratch());
    write_file(path, by_group);
    outcome_t outcome;
    for (int j = 0; j < 2; j++) {
        const char *job = j ? "group" : "class";
        run(&outcome, "$L run -q $D/%s.yaml -o $D/%s", job, job);
        CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    }
}

#endif
