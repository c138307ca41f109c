#include "par/simulate.h"

#include "base/memory.h"
#include "par/policy.h"

#include <stdlib.h>
#include <string.h>

/* What happens to a rank at a time. */
typedef enum kind { SOLVED, RESULT, GRANT } kind_t;

typedef struct event {
    double time;
    int64_t number; /* equal times: first come, first served */
    kind_t kind;
    int rank;
    int64_t unit;
} event_t;

typedef struct rank {
    int64_t queue[LLR_POLICY_HELD]; /* a ring */
    int64_t first, queued;
    bool works;
} rank_t;

typedef struct world {
    const llr_simulation_t *about;
    llr_policy_t policy;
    event_t *heap; /* owned, a binary heap: the earliest first */
    int64_t events, room, numbers;
    rank_t *rank;      /* owned, ranks */
    double free, last; /* rank 0 is free to serve; the last unit was done */
    bool failed;       /* out of memory */
} world_t;

static bool is_before(const event_t *a, const event_t *b)
{
    return a->time != b->time ? a->time < b->time : a->number < b->number;
}

static void add_event(world_t *w, double time, kind_t kind, int rank, int64_t unit)
{
    if (llr_grow((void **)&w->heap, w->events, &w->room, sizeof *w->heap)) {
        w->failed = true;
        return;
    }
    event_t event = {time, w->numbers++, kind, rank, unit};
    int64_t at = w->events++;
    for (; at && is_before(&event, &w->heap[(at - 1) / 2]); at = (at - 1) / 2)
        w->heap[at] = w->heap[(at - 1) / 2];
    w->heap[at] = event;
}

static event_t next_event(world_t *w)
{
    event_t first = w->heap[0], last = w->heap[--w->events];
    int64_t at = 0;
    for (int64_t child = 1; child < w->events; child = 2 * at + 1) {
        if (child + 1 < w->events && is_before(&w->heap[child + 1], &w->heap[child])) child++;
        if (!is_before(&w->heap[child], &last)) break;
        w->heap[at] = w->heap[child];
        at = child;
    }
    w->heap[at] = last;
    return first;
}

static void work(world_t *w, int r, double now)
{
    rank_t *rank = &w->rank[r];
    if (rank->works || !rank->queued) return;
    int64_t unit = rank->queue[rank->first];
    rank->first = (rank->first + 1) % LLR_POLICY_HELD;
    rank->queued--;
    rank->works = true;
    add_event(w, now + w->about->seconds[unit], SOLVED, r, unit);
}

/* One grant to a rank, which arrives there later (at rank 0 itself, now). */
static bool grant(world_t *w, int rank, double now)
{
    int64_t unit[LLR_POLICY_BATCH], count = llr_policy_grant(&w->policy, rank, unit);
    for (int64_t i = 0; i < count; i++)
        add_event(w, rank ? now + w->about->latency : now, GRANT, rank, unit[i]);
    return count > 0;
}

static void serve(world_t *w, const event_t *event)
{
    double now = event->time;
    if (event->rank) now = (now > w->free ? now : w->free) + w->about->service;
    if (event->rank) w->free = now;
    llr_policy_done(&w->policy, event->rank, event->unit);
    while (grant(w, event->rank, now)) continue;
}

static void handle(world_t *w, const event_t *event)
{
    rank_t *rank = &w->rank[event->rank];
    if (event->kind == GRANT) {
        rank->queue[(rank->first + rank->queued++) % LLR_POLICY_HELD] = event->unit;
        work(w, event->rank, event->time);
    } else if (event->kind == SOLVED) {
        rank->works = false;
        w->last = event->time;
        add_event(w, event->rank ? event->time + w->about->latency : event->time, RESULT,
                  event->rank, event->unit);
        work(w, event->rank, event->time);
    } else {
        serve(w, event);
    }
}

static void begin(world_t *w)
{
    int ranks = w->about->ranks;
    bool more = true;
    while (more) {
        more = false;
        for (int r = 1; r < ranks; r++) more = grant(w, r, 0) || more;
        if (llr_policy_works(ranks)) more = grant(w, 0, 0) || more;
    }
}

llr_code_t llr_simulate(const llr_simulation_t *about, double *seconds, llr_error_t *error)
{
    world_t w = {.about = about,
                 .policy = {.order = about->order,
                            .cost = about->cost,
                            .units = about->units,
                            .grain = about->grain,
                            .ranks = about->ranks}};
    llr_code_t code = llr_policy_begin(&w.policy, error);
    w.rank = llr_alloc(about->ranks, sizeof *w.rank);
    w.failed = !w.rank;
    if (code == LLR_OK && !w.failed) begin(&w);
    while (code == LLR_OK && !w.failed && w.events) {
        event_t event = next_event(&w);
        handle(&w, &event);
    }
    *seconds = w.last;
    if (code == LLR_OK && w.failed)
        code = llr_fail_memory(error, about->units * (int64_t)sizeof(event_t), "a simulation");
    free(w.heap);
    free(w.rank);
    llr_policy_end(&w.policy);
    return code;
}
