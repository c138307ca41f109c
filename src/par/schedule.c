#include "par/schedule.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SERVE_ONLY_FROM = 64, AHEAD = 2, ORDER_FINISH = -1, ORDER_STOP = -2 };

struct llr_schedule {
    llr_comm_t *comm;
    const llr_schedule_job_t *job;
    int64_t next, kept;   /* rank 0: position in the order, units kept */
    int leaving;          /* rank 0: workers that have left the loop */
    int64_t queue[AHEAD]; /* workers: units held */
    int queued;
    bool finish, stopping, told_workers, told_master;
    double deadline; /* when stopping: after it a unit is abandoned */
    llr_code_t code; /* first failure seen here */
    llr_error_t *error;
    char *buffer; /* owned: incoming message */
    int64_t room;
};

static void begin_stop(llr_schedule_t *s, double grace)
{
    if (s->stopping) return;
    s->stopping = true;
    s->deadline = llr_clock_seconds() + grace;
}

static void note_failure(llr_schedule_t *s, llr_code_t code)
{
    if (s->code == LLR_OK) s->code = code;
    begin_stop(s, 0);
}

static void order_all(llr_schedule_t *s, int64_t order)
{
    for (int r = 1; r < llr_comm_size(s->comm); r++)
        llr_comm_send(s->comm, r, LLR_TAG_UNIT, &order, sizeof order);
}

/* The next unit, or none: rank 0's side of the queue. */
static int64_t take_next(llr_schedule_t *s)
{
    if (s->stopping || s->next == s->job->units) return ORDER_FINISH;
    return s->job->order[s->next++];
}

static void hand_out(llr_schedule_t *s, int worker)
{
    int64_t unit = take_next(s);
    llr_comm_send(s->comm, worker, LLR_TAG_UNIT, &unit, sizeof unit);
}

static void keep_result(llr_schedule_t *s, int64_t unit, const void *bytes, int64_t count)
{
    llr_error_t failure = {0};
    llr_code_t code = s->job->keep(s->job->argument, unit, bytes, count, &failure);
    if (code == LLR_OK)
        s->kept++;
    else {
        if (s->code == LLR_OK) *s->error = failure;
        note_failure(s, code);
    }
}

static bool receive(llr_schedule_t *s, int from, llr_tag_t tag, int64_t count)
{
    if (count > s->room) {
        char *grown = realloc(s->buffer, (size_t)count);
        if (!grown) return false;
        s->buffer = grown;
        s->room = count;
    }
    llr_comm_receive(s->comm, from, tag, s->buffer, count);
    return true;
}

static void serve_result(llr_schedule_t *s, int from, int64_t count)
{
    int64_t unit;
    memcpy(&unit, s->buffer, sizeof unit);
    keep_result(s, unit, s->buffer + sizeof unit, count - (int64_t)sizeof unit);
    if (!s->stopping) hand_out(s, from);
}

static void serve_failure(llr_schedule_t *s)
{
    if (s->code == LLR_OK) memcpy(s->error, s->buffer, sizeof *s->error);
    note_failure(s, s->error->code);
}

static void take_order(llr_schedule_t *s)
{
    int64_t order;
    memcpy(&order, s->buffer, sizeof order);
    if (order == ORDER_STOP)
        begin_stop(s, s->job->grace);
    else if (order == ORDER_FINISH)
        s->finish = true;
    else if (s->queued < AHEAD)
        s->queue[s->queued++] = order;
}

/* Handles one waiting message; false when there was none. */
static bool serve_one(llr_schedule_t *s)
{
    int from;
    llr_tag_t tag;
    int64_t count;
    if (!llr_comm_probe(s->comm, &from, &tag, &count)) return false;
    if (!receive(s, from, tag, count)) {
        note_failure(s, llr_fail_memory(s->error, count, "a message"));
        return false;
    }
    if (tag == LLR_TAG_RESULT) serve_result(s, from, count);
    if (tag == LLR_TAG_FAILURE) serve_failure(s);
    if (tag == LLR_TAG_SIGNAL) begin_stop(s, s->job->grace);
    if (tag == LLR_TAG_DONE) s->leaving++;
    if (tag == LLR_TAG_UNIT) take_order(s);
    return true;
}

/* A stop asked for on this rank: rank 0 decides for all, a worker passes it on. */
static void look_for_stop(llr_schedule_t *s)
{
    bool wanted = s->job->stop_wanted && s->job->stop_wanted(s->job->argument);
    if (llr_comm_rank(s->comm) == 0) {
        if (wanted) begin_stop(s, s->job->grace);
        if (s->stopping && !s->told_workers) order_all(s, ORDER_STOP);
        s->told_workers = s->stopping;
    } else if (wanted && !s->told_master) {
        s->told_master = true;
        llr_comm_send(s->comm, 0, LLR_TAG_SIGNAL, NULL, 0);
    }
}

bool llr_schedule_tick(llr_schedule_t *s)
{
    while (serve_one(s)) continue;
    if (llr_comm_rank(s->comm) == 0 && s->job->pulse) {
        llr_error_t failure = {0};
        llr_code_t code = s->job->pulse(s->job->argument, &failure);
        if (code != LLR_OK && s->code == LLR_OK) *s->error = failure;
        if (code != LLR_OK) note_failure(s, code);
    }
    look_for_stop(s);
    return s->stopping && llr_clock_seconds() >= s->deadline;
}

/* Waits a little longer each time nothing came, so that idle ranks leave the cores alone. */
static void wait_a_little(int *idle)
{
    if (++*idle < 200) return;
    llr_clock_sleep(*idle < 2000 ? 20e-6 : 1e-3);
}

static void solve_here(llr_schedule_t *s, int64_t unit)
{
    llr_text_t out = {0};
    llr_error_t failure = {0};
    bool master = llr_comm_rank(s->comm) == 0;
    if (!master) llr_text_add_bytes(&out, &unit, sizeof unit);
    llr_code_t code = s->job->solve(s->job->argument, unit, &out, &failure);
    if (code == LLR_OK && out.failed) code = llr_fail_memory(&failure, out.length, "a result");
    if (code == LLR_OK && !master && out.length > INT32_MAX)
        code = llr_fail(&failure, LLR_INVALID,
                        "the rows of a unit take %lld bytes, a message at most %d; set unit_size",
                        (long long)out.length, INT32_MAX);
    if (code == LLR_OK && master) keep_result(s, unit, out.data, out.length);
    if (code == LLR_OK && !master) llr_comm_send(s->comm, 0, LLR_TAG_RESULT, out.data, out.length);
    if (code != LLR_OK && code != LLR_STOPPED) {
        if (s->code == LLR_OK) *s->error = failure;
        note_failure(s, code);
        if (!master) llr_comm_send(s->comm, 0, LLR_TAG_FAILURE, &failure, sizeof failure);
    }
    llr_text_destroy(&out);
}

static void work(llr_schedule_t *s)
{
    int idle = 0;
    while (!s->stopping && !(s->finish && !s->queued)) {
        llr_schedule_tick(s);
        if (s->stopping) break;
        if (!s->queued) {
            wait_a_little(&idle);
            continue;
        }
        int64_t unit = s->queue[0];
        s->queue[0] = s->queue[1];
        s->queued--;
        idle = 0;
        solve_here(s, unit);
    }
    llr_comm_send(s->comm, 0, LLR_TAG_DONE, NULL, 0);
}

static void lead(llr_schedule_t *s)
{
    int idle = 0, workers = llr_comm_size(s->comm) - 1;
    for (int ahead = 0; ahead < AHEAD; ahead++)
        for (int r = 1; r <= workers; r++) hand_out(s, r);
    bool works = workers + 1 < SERVE_ONLY_FROM;
    for (;;) {
        llr_schedule_tick(s);
        int64_t unit = works ? take_next(s) : ORDER_FINISH;
        if (unit != ORDER_FINISH) {
            solve_here(s, unit);
            idle = 0;
        } else if (s->leaving == workers && (s->stopping || s->next == s->job->units)) {
            break;
        } else {
            wait_a_little(&idle);
        }
    }
}

/* Orders that were on their way when this rank left the loop. */
static void drain(llr_schedule_t *s)
{
    while (serve_one(s)) continue;
}

static int dearest_first(const void *a, const void *b)
{
    const llr_costed_t *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? 1 : -1;
    return x->unit < y->unit ? -1 : 1;
}

void llr_schedule_sort(llr_costed_t *list, int64_t count)
{
    qsort(list, (size_t)count, sizeof *list, dearest_first);
}

llr_code_t llr_schedule_run(llr_comm_t *comm, const llr_schedule_job_t *job,
                            llr_schedule_t **schedule, llr_error_t *error)
{
    llr_schedule_t s = {.comm = comm, .job = job, .error = error, .code = LLR_OK};
    *schedule = &s;
    if (llr_comm_rank(comm) == 0)
        lead(&s);
    else
        work(&s);
    llr_code_t code = s.code;
    if (code == LLR_OK && llr_comm_rank(comm) == 0 && s.kept < job->units)
        code = llr_fail(error, LLR_STOPPED, "stopped early in good order");
    code = llr_comm_agree(comm, llr_comm_rank(comm) == 0 ? code : LLR_OK, error);
    drain(&s);
    free(s.buffer);
    *schedule = NULL;
    return code;
}
