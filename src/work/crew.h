/* The ranks that solve a unit together: each holds a part of every dataset's rows, and is dealt a
 * part of every sample's. */
#ifndef LLR_WORK_CREW_H
#define LLR_WORK_CREW_H

#include "model/team.h"
#include "store/subsample.h"
#include "work/unit.h"

struct llr_crew {
    const llr_team_t *team; /* borrowed */
    /* Collective: the rows of an arranged sample that llr_team_deal gives this rank, as doubles: x
     * is (rows here) x facts.columns, row-major. Not for synthetic data. Scratch from the arena:
     * llr_crew_fetch_bytes. */
    llr_code_t (*fetch)(void *argument, const llr_dataset_t *dataset, const llr_subsample_t *sample,
                        double *x, llr_arena_t *arena, llr_error_t *error);
    void *argument; /* borrowed, handed to fetch */
};

/* Rows of a sample that are on their way at a time. */
static inline int64_t llr_crew_window(int ranks, int64_t columns, int64_t rows)
{
    enum { BYTES = 8 << 20 };
    int64_t window = BYTES / (columns * (int64_t)sizeof(double));
    if (window < ranks) window = ranks;
    return window < rows ? window : rows;
}

/* Two windows of rows, and where every rank's begin. */
static inline int64_t llr_crew_fetch_bytes(int ranks, int64_t columns, int64_t rows)
{
    int64_t window = llr_crew_window(ranks, columns, rows);
    return 2 * llr_arena_cost(window * columns, sizeof(double)) +
           4 * llr_arena_cost(ranks + 1, sizeof(int64_t));
}

#endif
