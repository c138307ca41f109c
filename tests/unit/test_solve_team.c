#include "team_alone.h"
#include "team_world.h"

static void test_square(void)
{
    team_check(&team_alone, 300, 40, 2, 2, LLR_LOSS_SQUARE, false);
    team_check(&team_alone, 300, 70, 2, 4, LLR_LOSS_SQUARE, false);
    team_check(&team_alone, 300, 40, 4, 5, LLR_LOSS_SQUARE, true);
}

static void test_square_wide(void)
{
    team_check(&team_alone, 90, 200, 2, 2, LLR_LOSS_SQUARE, false);
    team_check(&team_alone, 150, 151, 3, 4, LLR_LOSS_SQUARE, false);
    team_check(&team_alone, 70, 70, 2, 2, LLR_LOSS_SQUARE, false);
}

static void test_logistic(void)
{
    team_check(&team_alone, 300, 40, 2, 2, LLR_LOSS_LOGISTIC, false);
    team_check(&team_alone, 400, 70, 2, 5, LLR_LOSS_LOGISTIC, true);
    team_check(&team_alone, 90, 200, 2, 2, LLR_LOSS_LOGISTIC, false);
}

static void test_softmax(void)
{
    team_check(&team_alone, 300, 30, 3, 3, LLR_LOSS_LOGISTIC, false);
    team_check(&team_alone, 400, 50, 4, 6, LLR_LOSS_LOGISTIC, true);
    team_check(&team_alone, 90, 160, 5, 5, LLR_LOSS_LOGISTIC, false);
}

int main(void)
{
    static const llr_test_t tests[] = {{"square loss, as one rank solves it", test_square},
                                       {"square loss, fewer rows than columns", test_square_wide},
                                       {"logistic loss of two classes", test_logistic},
                                       {"softmax", test_softmax}};
    return LLR_RUN_SUITE("solve_team", tests);
}
