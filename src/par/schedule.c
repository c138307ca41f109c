#include "par/schedule.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ORDER_FINISH = -1, ORDER_STOP = -2, ORDER_ABANDON = -3 };

/* Results wait this long for others to travel with, while there are units to go on with. */
static const double RESULTS_WAIT = 2e-3;

struct llr_schedule {
    llr_comm_t *comm;
    const llr_schedule_job_t *job;
    /* Rank 0. */
    llr_policy_t policy;
    int64_t kept;
    bool *left;           /* owned, ranks: has been told to finish, or says that it has stopped */
    int leaving;          /* how many of them */
    int64_t told_workers; /* the last order to stop, 0: none */
    bool failed_there;    /* the first failure was a worker's, which brings it to the agreement */
    /* Workers. */
    int64_t queue[LLR_POLICY_HELD]; /* units held, a ring */
    int64_t first, queued;
    llr_text_t results; /* owned: not sent yet */
    double results_since;
    bool finish, told_master;
    /* All. */
    bool stopping;
    double deadline; /* when stopping: after it a unit is abandoned */
    llr_code_t code; /* first failure seen here */
    llr_error_t *error;
    char *buffer; /* owned: incoming message */
    int64_t room;
};

static bool is_master(const llr_schedule_t *s)
{
    return llr_comm_rank(s->comm) == 0;
}

/* Asked to stop again, it may end sooner, never later. */
static void begin_stop(llr_schedule_t *s, double grace)
{
    double deadline = llr_clock_seconds() + grace;
    if (!s->stopping || deadline < s->deadline) s->deadline = deadline;
    s->stopping = true;
}

static void note_failure(llr_schedule_t *s, llr_code_t code, const llr_error_t *failure)
{
    if (s->code == LLR_OK && !s->failed_there) {
        s->code = code;
        if (failure) *s->error = *failure;
    }
    begin_stop(s, 0);
}

/* Rank 0 ------------------------------------------------------------------------------------- */

static void send_units(llr_schedule_t *s, int worker, const int64_t *unit, int64_t count)
{
    llr_comm_send(s->comm, worker, LLR_TAG_UNIT, unit, count * (int64_t)sizeof *unit);
}

static bool hand_out(llr_schedule_t *s, int worker)
{
    int64_t unit[LLR_POLICY_BATCH];
    int64_t count = s->stopping ? 0 : llr_policy_grant(&s->policy, worker, unit);
    if (count) send_units(s, worker, unit, count);
    return count > 0;
}

static void has_left(llr_schedule_t *s, int worker)
{
    if (!s->left[worker]) s->leaving++;
    s->left[worker] = true;
}

/* A worker that holds nothing when nothing is left goes home. */
static void let_go(llr_schedule_t *s, int worker)
{
    int64_t order = ORDER_FINISH;
    if (s->stopping || s->policy.held[worker] || !llr_policy_is_empty(&s->policy)) return;
    send_units(s, worker, &order, 1);
    has_left(s, worker);
}

/* A grace that was given is taken back where another rank failed meanwhile, or the time is up. */
static void order_stop(llr_schedule_t *s)
{
    int64_t order = s->deadline > llr_clock_seconds() ? ORDER_STOP : ORDER_ABANDON;
    if (!s->stopping || order == s->told_workers) return;
    s->told_workers = order;
    for (int r = 1; r < llr_comm_size(s->comm); r++)
        if (!s->left[r]) send_units(s, r, &order, 1);
}

static void keep_result(llr_schedule_t *s, int from, int64_t unit, const void *bytes, int64_t count)
{
    llr_error_t failure = {0};
    llr_policy_done(&s->policy, from, unit);
    llr_code_t code = s->job->keep(s->job->argument, unit, bytes, count, &failure);
    if (code == LLR_OK)
        s->kept++;
    else
        note_failure(s, code, &failure);
}

/* Results of one message: unit, bytes, and so many bytes, one after the other. */
static void serve_results(llr_schedule_t *s, int from, int64_t count)
{
    int64_t head[2];
    for (int64_t at = 0; at < count; at += (int64_t)sizeof head + head[1]) {
        memcpy(head, s->buffer + at, sizeof head);
        keep_result(s, from, head[0], s->buffer + at + sizeof head, head[1]);
    }
    while (hand_out(s, from)) continue;
    let_go(s, from);
}

static void serve_failure(llr_schedule_t *s)
{
    if (s->code == LLR_OK) s->failed_there = true;
    note_failure(s, LLR_OK, NULL);
}

/* Workers ------------------------------------------------------------------------------------ */

static void send_results(llr_schedule_t *s)
{
    if (s->results.length)
        llr_comm_send(s->comm, 0, LLR_TAG_RESULT, s->results.data, s->results.length);
    s->results.length = 0;
}

static void take_units(llr_schedule_t *s, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t unit;
        memcpy(&unit, s->buffer + i * (int64_t)sizeof unit, sizeof unit);
        if (unit == ORDER_STOP)
            begin_stop(s, s->job->grace);
        else if (unit == ORDER_ABANDON)
            begin_stop(s, 0);
        else if (unit == ORDER_FINISH)
            s->finish = true;
        else
            s->queue[(s->first + s->queued++) % LLR_POLICY_HELD] = unit;
    }
}

/* All ---------------------------------------------------------------------------------------- */

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

/* Handles one waiting message; false when there was none. */
static bool serve_one(llr_schedule_t *s)
{
    int from;
    llr_tag_t tag;
    int64_t count;
    if (!llr_comm_probe(s->comm, &from, &tag, &count)) return false;
    if (!receive(s, from, tag, count)) {
        llr_error_t failure = {0};
        note_failure(s, llr_fail_memory(&failure, count, "a message"), &failure);
        return false;
    }
    if (tag == LLR_TAG_RESULT) serve_results(s, from, count);
    if (tag == LLR_TAG_FAILURE) serve_failure(s);
    if (tag == LLR_TAG_SIGNAL) begin_stop(s, s->job->grace);
    if (tag == LLR_TAG_DONE) has_left(s, from);
    if (tag == LLR_TAG_UNIT) take_units(s, count / (int64_t)sizeof(int64_t));
    return true;
}

/* A stop asked for on this rank: rank 0 decides for all, a worker passes it on. */
static void look_for_stop(llr_schedule_t *s)
{
    bool wanted = s->job->stop_wanted && s->job->stop_wanted(s->job->argument);
    if (is_master(s)) {
        if (wanted) begin_stop(s, s->job->grace);
        if (s->job->time_is_up && s->job->time_is_up(s->job->argument)) begin_stop(s, 0);
        order_stop(s);
    } else if (wanted && !s->told_master) {
        s->told_master = true;
        llr_comm_send(s->comm, 0, LLR_TAG_SIGNAL, NULL, 0);
    }
}

bool llr_schedule_tick(llr_schedule_t *s)
{
    while (serve_one(s)) continue;
    if (is_master(s) && s->job->pulse) {
        llr_error_t failure = {0};
        llr_code_t code = s->job->pulse(s->job->argument, &failure);
        if (code != LLR_OK) note_failure(s, code, &failure);
    }
    if (s->results.length && llr_clock_seconds() - s->results_since > RESULTS_WAIT) send_results(s);
    look_for_stop(s);
    return s->stopping && llr_clock_seconds() >= s->deadline;
}

/* Waits a little longer each time nothing came, so that idle ranks leave the cores alone. */
static void wait_a_little(int *idle)
{
    if (++*idle < 200) return;
    llr_clock_sleep(*idle < 2000 ? 20e-6 : 1e-3);
}

/* A worker's result on its way: at once where nothing is left to do here. */
static llr_code_t pass_on(llr_schedule_t *s, int64_t unit, const llr_text_t *out,
                          llr_error_t *error)
{
    enum { MOST_BYTES = 1 << 20 };
    int64_t head[2] = {unit, out->length};
    if (out->length > INT32_MAX - (int64_t)sizeof head)
        return llr_fail(error, LLR_INVALID,
                        "the rows of a unit take %lld bytes, a message at most %d; set unit_size",
                        (long long)out->length, INT32_MAX);
    if (s->results.length + out->length > MOST_BYTES) send_results(s);
    if (!s->results.length) s->results_since = llr_clock_seconds();
    llr_text_add_bytes(&s->results, head, sizeof head);
    llr_text_add_bytes(&s->results, out->data, out->length);
    if (s->results.failed) return llr_fail_memory(error, out->length, "a result");
    if (!s->queued || llr_clock_seconds() - s->results_since > RESULTS_WAIT) send_results(s);
    return LLR_OK;
}

static void solve_here(llr_schedule_t *s, int64_t unit)
{
    llr_text_t out = {0};
    llr_error_t failure = {0};
    llr_code_t code = s->job->solve(s->job->argument, unit, &out, &failure);
    if (code == LLR_OK && out.failed) code = llr_fail_memory(&failure, out.length, "a result");
    if (code == LLR_OK && is_master(s))
        keep_result(s, 0, unit, out.data, out.length);
    else if (code == LLR_OK)
        code = pass_on(s, unit, &out, &failure);
    if (code != LLR_OK && code != LLR_STOPPED) {
        note_failure(s, code, &failure);
        if (!is_master(s)) llr_comm_send(s->comm, 0, LLR_TAG_FAILURE, NULL, 0);
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
        int64_t unit = s->queue[s->first];
        s->first = (s->first + 1) % LLR_POLICY_HELD;
        s->queued--;
        idle = 0;
        solve_here(s, unit);
    }
    send_results(s);
    if (!s->finish) llr_comm_send(s->comm, 0, LLR_TAG_DONE, NULL, 0);
}

static void begin(llr_schedule_t *s)
{
    int ranks = llr_comm_size(s->comm);
    for (bool more = true; more;) {
        more = false;
        for (int r = 1; r < ranks; r++) more = hand_out(s, r) || more;
    }
    for (int r = 1; r < ranks; r++) let_go(s, r);
}

static void lead(llr_schedule_t *s)
{
    int idle = 0, workers = llr_comm_size(s->comm) - 1;
    bool works = llr_policy_works(workers + 1);
    begin(s);
    for (;;) {
        int64_t unit;
        llr_schedule_tick(s);
        if (works && !s->stopping && llr_policy_grant(&s->policy, 0, &unit)) {
            solve_here(s, unit);
            idle = 0;
        } else if (s->leaving == workers && (s->stopping || llr_policy_is_empty(&s->policy))) {
            break;
        } else {
            wait_a_little(&idle);
        }
    }
}

static int dearest_first(const void *a, const void *b, void *argument)
{
    const double *cost = argument;
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    if (cost[x] != cost[y]) return cost[x] < cost[y] ? 1 : -1;
    return (x > y) - (x < y);
}

void llr_schedule_sort(int64_t *order, int64_t count, const double *cost)
{
    qsort_r(order, (size_t)count, sizeof *order, dearest_first, (void *)cost);
}

/* Orders that were on their way when this rank left the loop. */
static void drain(llr_schedule_t *s)
{
    while (serve_one(s)) continue;
}

static llr_code_t prepare(llr_schedule_t *s, llr_error_t *error)
{
    const llr_schedule_job_t *job = s->job;
    int ranks = llr_comm_size(s->comm);
    if (!is_master(s)) return LLR_OK;
    s->policy = (llr_policy_t){.order = job->order,
                               .cost = job->cost,
                               .units = job->units,
                               .grain = job->grain,
                               .ranks = ranks,
                               .fits = job->fits,
                               .argument = job->argument};
    s->left = llr_alloc(ranks, sizeof *s->left);
    if (!s->left) return llr_fail_memory(error, ranks, "the list of ranks");
    return llr_policy_begin(&s->policy, error);
}

static void clean_up(llr_schedule_t *s)
{
    llr_policy_end(&s->policy);
    llr_text_destroy(&s->results);
    free(s->left);
    free(s->buffer);
}

llr_code_t llr_schedule_run(llr_comm_t *comm, const llr_schedule_job_t *job,
                            llr_schedule_t **schedule, llr_error_t *error)
{
    llr_schedule_t s = {.comm = comm, .job = job, .error = error, .code = LLR_OK};
    llr_code_t code = llr_comm_agree(comm, prepare(&s, error), error);
    *schedule = &s;
    if (code == LLR_OK) {
        if (is_master(&s))
            lead(&s);
        else
            work(&s);
        code = s.code;
        if (code == LLR_OK && !s.failed_there && is_master(&s) && s.kept < job->units)
            code = llr_fail(error, LLR_STOPPED, "stopped early in good order");
        code = llr_comm_agree(comm, code, error);
        drain(&s);
    }
    clean_up(&s);
    *schedule = NULL;
    return code;
}
