#include "base/clock.h"
#include "par/limit.h"
#include "suite.h"

static llr_limit_t begin(llr_times_t *times, double seconds)
{
    llr_limit_t limit = {.times = times};
    llr_error_t error = {0};
    *times = (llr_times_t){0};
    if (seconds != 0) limit.deadline = llr_clock_seconds() + seconds;
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&limit.pace, 2, &error), LLR_OK);
    return limit;
}

static void without_a_limit_the_time_is_never_up(void)
{
    llr_times_t times;
    llr_limit_t none = begin(&times, 0), over = begin(&times, -1), later = begin(&times, 1000);
    CU_ASSERT_FALSE(llr_limit_is_up(&none) || none.was_up);
    CU_ASSERT_FALSE(llr_limit_is_up(&later) || later.was_up);
    CU_ASSERT_TRUE(llr_limit_is_up(&over) && over.was_up);
    llr_pace_destroy(&none.pace);
    llr_pace_destroy(&over.pace);
    llr_pace_destroy(&later.pace);
}

/* Nothing is known: one at a time, while there is time. */
static void the_first_unit_is_begun_alone(void)
{
    llr_times_t times;
    llr_limit_t limit = begin(&times, 1000);
    CU_ASSERT_TRUE(llr_limit_fits(&limit, 0, 1e9, 0));
    CU_ASSERT_FALSE(llr_limit_fits(&limit, 0, 1, 1));
    CU_ASSERT_FALSE(limit.was_up);
    limit.deadline = llr_clock_seconds() - 1;
    CU_ASSERT_FALSE(llr_limit_fits(&limit, 0, 1, 0));
    CU_ASSERT_TRUE(limit.was_up);
    llr_pace_destroy(&limit.pace);
}

/* 1000 s are left; the slowest took 10 s a cost of 1, and a fifth more is left for the next. */
static void the_slowest_of_a_kind_decides(void)
{
    llr_times_t times;
    llr_limit_t limit = begin(&times, 1000);
    llr_pace_add(&limit.pace, 0, 1, 10);
    llr_pace_add(&limit.pace, 0, 10, 10);
    CU_ASSERT_TRUE(llr_limit_fits(&limit, 0, 80, 0));
    CU_ASSERT_TRUE(llr_limit_fits(&limit, 0, 40, 40));
    CU_ASSERT_FALSE(llr_limit_fits(&limit, 0, 45, 45));
    CU_ASSERT_FALSE(limit.was_up); /* the rank may still begin it when it is free */
    CU_ASSERT_FALSE(llr_limit_fits(&limit, 1, 90, 0));
    CU_ASSERT_TRUE(limit.was_up);
    /* Two ranks a core: half as much. */
    times.wall[LLR_STAGE_SOLVE] = 2;
    times.cpu[LLR_STAGE_SOLVE] = 1;
    CU_ASSERT_FALSE(llr_limit_fits(&limit, 0, 80, 0));
    CU_ASSERT_TRUE(llr_limit_fits(&limit, 0, 40, 0));
    llr_pace_destroy(&limit.pace);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"without a limit the time is never up", without_a_limit_the_time_is_never_up},
        {"the first unit is begun alone", the_first_unit_is_begun_alone},
        {"the slowest of a kind decides", the_slowest_of_a_kind_decides},
    };
    return LLR_RUN_SUITE("limit", tests);
}
