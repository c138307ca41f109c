/* What units take on a machine, over what their fixed cost says: a rate by kind, learnt from units
 * that were timed. Never a part of what is computed. */
#ifndef LLR_WORK_PACE_H
#define LLR_WORK_PACE_H

#include "work/unit.h"

/* Units timed together. */
typedef struct llr_timed {
    double seconds, cost; /* sums */
    double most;          /* largest seconds / cost of one unit */
    int64_t units;
} llr_timed_t;

typedef struct llr_pace {
    llr_timed_t *kind; /* owned, kinds */
    int64_t kinds;
    double spread; /* how far the data of a job make its units slower or faster than the rates say:
                      a standard deviation, in logarithms, between datasets */
} llr_pace_t;

/* LLR_FAILED: out of memory. */
llr_code_t llr_pace_create(llr_pace_t *pace, int64_t kinds, llr_error_t *error);
void llr_pace_destroy(llr_pace_t *pace);

void llr_pace_add(llr_pace_t *pace, int64_t kind, double cost, double seconds);
/* Seconds for a unit of cost of a kind; of all kinds, where none of it was timed; 1 where nothing
 * was. */
double llr_pace_rate(const llr_pace_t *pace, int64_t kind);
/* The largest that was seen, likewise; NaN where nothing was timed. */
double llr_pace_slowest(const llr_pace_t *pace, int64_t kind);

/* How many times as long the same units take by this pace as by the other: of a kind, or of all
 * that both timed where one of them did not time it; NaN where there are none. */
double llr_pace_over(const llr_pace_t *pace, const llr_pace_t *other, int64_t kind);

/* Kinds by solver (llr_solve_regime). */
enum { LLR_REGIMES = LLR_SOLVE_REGIMES };
int64_t llr_regime(const llr_grid_t *grid, const llr_facts_t *facts, int64_t unit);
/* "logistic, two classes, df"; out: at least LLR_REGIME_TEXT bytes. Returns out. */
enum { LLR_REGIME_TEXT = 64 };
char *llr_regime_name(int64_t regime, char *out);

/* Learns rates by solver, and their spread, from the rows of a sweep (facts: one a dataset; blocks
 * without rows are left out). */
void llr_pace_learn(llr_pace_t *pace, const llr_grid_t *grid, const llr_facts_t *facts,
                    const llr_block_t *block);

/* Rates by solver as text, and read back. LLR_INVALID: the line, and what is wrong with it. */
void llr_pace_print(const llr_pace_t *pace, llr_text_t *out);
llr_code_t llr_pace_parse(llr_pace_t *pace, const char *text, const char *name, llr_error_t *error);

#endif
