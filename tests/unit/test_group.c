/* How items are dealt to ranks, and ranks to groups. */
#include "base/deal.h"
#include "base/text.h"
#include "par/group.h"
#include "suite.h"

#include <string.h>

/* Every item has one owner and one place; places are in the order of the items, without gaps. */
static void check_deal(int64_t items, int64_t block, int ranks)
{
    llr_deal_t deal = {items, block, ranks};
    int64_t total = 0, next[16] = {0};
    for (int64_t i = 0; i < items; i++) {
        int owner = llr_deal_owner(deal, i);
        CU_ASSERT_EQUAL(llr_deal_place(deal, i), next[owner]);
        CU_ASSERT_EQUAL(llr_deal_item(deal, owner, next[owner]), i);
        next[owner]++;
        for (int r = 0; r < ranks; r++) CU_ASSERT_EQUAL(llr_deal_below(deal, r, i + 1), next[r]);
    }
    for (int r = 0; r < ranks; r++) {
        CU_ASSERT_EQUAL(llr_deal_count(deal, r), next[r]);
        CU_ASSERT_TRUE(next[r] <= llr_deal_most(deal));
        total += next[r];
    }
    CU_ASSERT_EQUAL(total, items);
}

static void test_deals(void)
{
    for (int64_t items = 0; items < 60; items++)
        for (int ranks = 1; ranks < 6; ranks++)
            for (int64_t block = 1; block < 9; block++) check_deal(items, block, ranks);
}

typedef struct nodes {
    int size, ranks, node[8], group[8];
} nodes_t;

static const nodes_t cases[] = {
    {4, 2, {0, 0, 0, 0}, {0, 0, 1, 1}},
    {5, 2, {0, 0, 0, 0, 0}, {0, 0, 1, 1, -1}},
    {3, 3, {0, 0, 0}, {0, 0, 0}},
    /* Ranks of two nodes, in turn: groups stay on a node. */
    {6, 3, {0, 1, 0, 1, 0, 1}, {0, 1, 0, 1, 0, 1}},
    /* Three ranks on each of two nodes: what is left over on both makes a group. */
    {6, 2, {0, 0, 0, 3, 3, 3}, {0, 0, 2, 1, 1, 2}},
    /* Rank 0 is alone on its node, and may not be left out. */
    {4, 3, {0, 1, 1, 1}, {0, 0, 0, -1}},
    {8, 4, {0, 0, 2, 2, 4, 4, 6, 6}, {0, 0, 0, 0, 1, 1, 1, 1}},
};

static void test_groups(void)
{
    int group[8];
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const nodes_t *nodes = &cases[c];
        CU_ASSERT_TRUE(llr_group_assign(nodes->node, nodes->size, nodes->ranks, group));
        CU_ASSERT_EQUAL(memcmp(group, nodes->group, (size_t)nodes->size * sizeof *group), 0);
    }
}

static void test_bytes(void)
{
    static const struct {
        const char *text;
        int64_t bytes; /* -1: refused */
    } list[] = {{"4GiB", 4ll << 30},
                {"512 MiB", 512ll << 20},
                {"1.5 KiB", 1536},
                {"100000", 100000},
                {"7B", 7},
                {"0", 0},
                {"2 TiB", 2ll << 40},
                {"4GB", -1},
                {"GiB", -1},
                {"", -1},
                {"-1", -1},
                {"1.5", -1},
                {"4GiB ", -1},
                {"9999999 PiB", -1},
                {"1..5GiB", -1}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        int64_t bytes = -1;
        CU_ASSERT_EQUAL(llr_text_to_bytes(list[i].text, &bytes), list[i].bytes >= 0);
        CU_ASSERT_EQUAL(bytes, list[i].bytes);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"deals", test_deals}, {"groups of ranks", test_groups}, {"bytes as text", test_bytes}};
    return LLR_RUN_SUITE("group", tests);
}
