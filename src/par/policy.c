#include "par/policy.h"

#include "base/memory.h"

#include <stdlib.h>

llr_code_t llr_policy_begin(llr_policy_t *p, llr_error_t *error)
{
    p->next = p->refused = 0;
    p->rest = 0;
    for (int64_t i = 0; p->cost && i < p->units; i++) p->rest += p->cost[p->order[i]];
    p->held = llr_alloc(p->ranks, sizeof *p->held);
    p->burden = llr_alloc(p->ranks, sizeof *p->burden);
    return p->held && p->burden ? LLR_OK
                                : llr_fail_memory(error, p->ranks * 16LL, "the list of ranks");
}

void llr_policy_end(llr_policy_t *p)
{
    free(p->held);
    free(p->burden);
    p->held = NULL;
    p->burden = NULL;
}

bool llr_policy_works(int ranks)
{
    return ranks < LLR_POLICY_SERVES;
}

bool llr_policy_is_empty(const llr_policy_t *p)
{
    return p->next == p->units;
}

static double cost_of(const llr_policy_t *p, int64_t unit)
{
    return p->cost ? p->cost[unit] : 0;
}

static int workers(const llr_policy_t *p)
{
    return llr_policy_works(p->ranks) ? p->ranks : p->ranks - 1;
}

static bool fits(const llr_policy_t *p, int rank)
{
    return !p->fits || p->fits(p->argument, p->order[p->next], p->burden[rank]);
}

/* Is there a unit that the rank may be given now? One that does not even fit a rank that holds
 * none is passed over. */
static bool find_next(llr_policy_t *p, int rank)
{
    while (p->next < p->units && !fits(p, rank)) {
        if (p->held[rank]) return false;
        p->rest -= cost_of(p, p->order[p->next++]);
        p->refused++;
    }
    return p->next < p->units;
}

static int64_t take(llr_policy_t *p, int rank)
{
    int64_t unit = p->order[p->next++];
    p->rest -= cost_of(p, unit);
    p->held[rank]++;
    p->burden[rank] += cost_of(p, unit);
    return unit;
}

/* May a unit wait behind what the rank holds? Not where the others might run out of work before it
 * is done: it is then better off with the first of them that is free. */
static bool may_wait(const llr_policy_t *p, int rank)
{
    if (p->units - p->next < 2 * workers(p)) return false;
    if (!p->cost) return true;
    return (p->burden[rank] + p->cost[p->order[p->next]]) * workers(p) <= p->rest;
}

/* Units that travel together: short ones, and no more than their share of what is left. */
static int64_t batch_size(const llr_policy_t *p)
{
    int64_t most = (p->units - p->next) / (4 * workers(p)), size = 0;
    double cost = 0;
    if (most > LLR_POLICY_BATCH) most = LLR_POLICY_BATCH;
    while (size < most && p->cost && (cost += p->cost[p->order[p->next + size]]) <= p->grain)
        size++;
    return size ? size : 1;
}

int64_t llr_policy_grant(llr_policy_t *p, int rank, int64_t *unit)
{
    int64_t count = 0;
    if (!find_next(p, rank)) return 0;
    int64_t size = rank ? batch_size(p) : 1;
    bool ahead = p->held[rank] > 0;
    if (ahead && (rank == 0 || p->held[rank] > size || !may_wait(p, rank))) return 0;
    while (count < size && find_next(p, rank)) unit[count++] = take(p, rank);
    return count;
}

void llr_policy_done(llr_policy_t *p, int rank, int64_t unit)
{
    p->held[rank]--;
    p->burden[rank] = p->held[rank] ? p->burden[rank] - cost_of(p, unit) : 0;
}
