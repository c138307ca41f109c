/* Who gets which unit next, in simulated time, against closed forms. */
#include "par/policy.h"
#include "par/simulate.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 3000 };
static int64_t order[MOST];
static double seconds[MOST], cost[MOST];

static int dearest_first(const void *a, const void *b)
{
    double x = seconds[*(const int64_t *)a], y = seconds[*(const int64_t *)b];
    return (x < y) - (x > y);
}

/* Makespan of units in order of their seconds, hints as true as they are, messages in no time. */
static double makespan(int64_t units, int ranks, double latency)
{
    double end = NAN;
    llr_error_t error = {0};
    for (int64_t u = 0; u < units; u++) {
        order[u] = u;
        cost[u] = seconds[u];
    }
    qsort(order, (size_t)units, sizeof *order, dearest_first);
    llr_simulation_t about = {.order = order,
                              .cost = cost,
                              .seconds = seconds,
                              .units = units,
                              .grain = 1e-3,
                              .ranks = ranks,
                              .latency = latency};
    CU_ASSERT_EQUAL_FATAL(llr_simulate(&about, &end, &error), LLR_OK);
    return end;
}

static int workers_of(int ranks)
{
    return ranks < LLR_POLICY_SERVES ? ranks : ranks - 1;
}

static void equal_units_take_whole_rounds(void)
{
    static const int ranks[] = {1, 2, 3, 7, 16, 63, 64, 65, 128};
    static const int64_t units[] = {0, 1, 2, 15, 16, 17, 100, 1000};
    for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++)
        for (size_t n = 0; n < sizeof units / sizeof *units; n++) {
            for (int64_t u = 0; u < units[n]; u++) seconds[u] = 2;
            double rounds = ceil((double)units[n] / workers_of(ranks[r]));
            CU_ASSERT_DOUBLE_EQUAL(makespan(units[n], ranks[r], 0), 2 * rounds, 1e-9);
        }
}

static void one_long_unit_is_all_there_is_to_wait_for(void)
{
    for (int64_t u = 0; u < 200; u++) seconds[u] = .1;
    seconds[123] = 9;
    CU_ASSERT_DOUBLE_EQUAL(makespan(200, 8, 0), 9, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(makespan(200, 80, 0), 9, 1e-9);
}

static double draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* No schedule ends before it. */
static double lower_bound(int64_t units, int workers)
{
    double sum = 0, most = 0, pair = 0;
    for (int64_t u = 0; u < units; u++) sum += seconds[order[u]];
    if (units) most = seconds[order[0]];
    if (units > workers) pair = seconds[order[workers - 1]] + seconds[order[workers]];
    return fmax(fmax(sum / workers, most), pair);
}

static void uneven_units_keep_the_bounds_of_lists(void)
{
    uint64_t state = 7;
    for (int turn = 0; turn < 200; turn++) {
        int ranks = 1 + (int)(draw(&state) * 100);
        int64_t units = (int64_t)(draw(&state) * 600);
        int m = workers_of(ranks);
        for (int64_t u = 0; u < units; u++) seconds[u] = exp(3 * draw(&state)) + .01;
        double end = makespan(units, ranks, 0), sum = 0;
        for (int64_t u = 0; u < units; u++) sum += seconds[u];
        CU_ASSERT_TRUE(end >= lower_bound(units, m) * (1 - 1e-12));
        double longest = units ? seconds[order[0]] : 0;
        CU_ASSERT_TRUE(end <= sum / m + longest * (1 - 1.0 / m) + 1e-9);
    }
}

/* The best of all schedules of few units, by trying them all. */
static double best_of(int64_t units, int workers, int64_t at, double *load, double best)
{
    double most = 0;
    for (int w = 0; w < workers; w++) most = fmax(most, load[w]);
    if (most >= best) return best;
    if (at == units) return most;
    for (int w = 0; w < workers; w++) {
        load[w] += seconds[order[at]];
        best = fmin(best, best_of(units, workers, at + 1, load, best));
        load[w] -= seconds[order[at]];
        if (load[w] == 0) break; /* empty ones are alike */
    }
    return best;
}

static void it_is_within_four_thirds_of_the_best(void)
{
    uint64_t state = 11;
    double worst = 1;
    for (int turn = 0; turn < 300; turn++) {
        int m = 2 + (int)(draw(&state) * 3);
        int64_t units = m + (int64_t)(draw(&state) * 7);
        double load[4] = {0};
        for (int64_t u = 0; u < units; u++) seconds[u] = 1 + floor(20 * draw(&state));
        double end = makespan(units, m, 0), best = best_of(units, m, 0, load, INFINITY);
        CU_ASSERT_TRUE(end <= best * (4.0 / 3 - 1.0 / (3 * m)) + 1e-9);
        worst = fmax(worst, end / best);
    }
    CU_ASSERT_TRUE(worst > 1); /* the cases are no trivial ones */
}

/* A unit held ahead hides the wait for a message, up to the last ones. */
static void units_held_ahead_hide_the_wait(void)
{
    for (int64_t u = 0; u < 1000; u++) seconds[u] = 1;
    double end = makespan(1000, 10, .4);
    CU_ASSERT_TRUE(end >= 100);
    CU_ASSERT_TRUE(end < 103); /* 100 rounds with a wait in each would take 180 */
}

/* Short units: batches; all of them, once. */
static void short_units_travel_in_batches(void)
{
    llr_error_t error = {0};
    int64_t unit[LLR_POLICY_BATCH], largest = 0, given = 0, seen[MOST] = {0};
    for (int64_t u = 0; u < MOST; u++) {
        order[u] = MOST - 1 - u;
        cost[u] = 1e-5;
    }
    llr_policy_t policy = {.order = order, .cost = cost, .units = MOST, .grain = 1e-3, .ranks = 4};
    CU_ASSERT_EQUAL_FATAL(llr_policy_begin(&policy, &error), LLR_OK);
    while (!llr_policy_is_empty(&policy))
        for (int r = 0; r < 4; r++) {
            int64_t count = llr_policy_grant(&policy, r, unit);
            if (r == 0) CU_ASSERT_TRUE(count <= 1);
            largest = count > largest ? count : largest;
            given += count;
            for (int64_t i = 0; i < count; i++) {
                CU_ASSERT_TRUE(policy.held[r] <= LLR_POLICY_HELD);
                CU_ASSERT_EQUAL(seen[unit[i]]++, 0);
                llr_policy_done(&policy, r, unit[i]);
            }
        }
    CU_ASSERT_EQUAL(given, MOST);
    CU_ASSERT_EQUAL(largest, LLR_POLICY_BATCH);
    llr_policy_end(&policy);
}

/* What does not fit is passed over; what does not fit behind another waits for a free rank. */
static bool fits_ten(void *argument, int64_t unit, double ahead)
{
    (void)argument;
    return cost[unit] + ahead <= 10;
}

static void what_does_not_fit_is_passed_over(void)
{
    static const double of[] = {30, 20, 10, 6, 6, 4, 3};
    llr_error_t error = {0};
    int64_t unit[LLR_POLICY_BATCH];
    for (int64_t u = 0; u < 7; u++) {
        order[u] = u;
        cost[u] = of[u];
    }
    llr_policy_t policy = {.order = order, .cost = cost, .units = 7, .ranks = 2, .fits = fits_ten};
    CU_ASSERT_EQUAL_FATAL(llr_policy_begin(&policy, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_policy_grant(&policy, 1, unit), 1);
    CU_ASSERT_EQUAL(unit[0], 2);
    CU_ASSERT_EQUAL(policy.refused, 2);
    CU_ASSERT_EQUAL(llr_policy_grant(&policy, 1, unit), 0); /* not behind the 10 */
    CU_ASSERT_EQUAL(llr_policy_grant(&policy, 0, unit), 1);
    CU_ASSERT_EQUAL(unit[0], 3);
    llr_policy_done(&policy, 1, 2);
    CU_ASSERT_EQUAL(llr_policy_grant(&policy, 1, unit), 1);
    CU_ASSERT_EQUAL(unit[0], 4);
    llr_policy_end(&policy);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"equal units take whole rounds", equal_units_take_whole_rounds},
        {"one long unit is all there is to wait for", one_long_unit_is_all_there_is_to_wait_for},
        {"uneven units keep the bounds of lists", uneven_units_keep_the_bounds_of_lists},
        {"it is within four thirds of the best", it_is_within_four_thirds_of_the_best},
        {"units held ahead hide the wait", units_held_ahead_hide_the_wait},
        {"short units travel in batches", short_units_travel_in_batches},
        {"what does not fit is passed over", what_does_not_fit_is_passed_over},
    };
    return LLR_RUN_SUITE("policy", tests);
}
