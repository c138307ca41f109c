/* Items dealt to ranks in blocks, one after the other, as cards are: item i belongs to block
 * i / block, and that to rank (i / block) modulo the ranks. A rank keeps its items in order. */
#ifndef LLR_BASE_DEAL_H
#define LLR_BASE_DEAL_H

#include <stdint.h>

typedef struct llr_deal {
    int64_t items, block; /* block >= 1 */
    int ranks;
} llr_deal_t;

static inline int llr_deal_owner(llr_deal_t deal, int64_t item)
{
    return (int)(item / deal.block % deal.ranks);
}

/* Where the owner of an item keeps it. */
static inline int64_t llr_deal_place(llr_deal_t deal, int64_t item)
{
    return item / deal.block / deal.ranks * deal.block + item % deal.block;
}

/* The item at a place of a rank. */
static inline int64_t llr_deal_item(llr_deal_t deal, int rank, int64_t place)
{
    return (place / deal.block * deal.ranks + rank) * deal.block + place % deal.block;
}

/* Items of a rank that are less than bound, for a bound of up to all items. */
static inline int64_t llr_deal_below(llr_deal_t deal, int rank, int64_t bound)
{
    int64_t whole = bound / deal.block, mine = (whole + deal.ranks - 1 - rank) / deal.ranks;
    int64_t rest = whole % deal.ranks == rank ? bound % deal.block : 0;
    return mine * deal.block + rest;
}

static inline int64_t llr_deal_count(llr_deal_t deal, int rank)
{
    return llr_deal_below(deal, rank, deal.items);
}

/* The most that any rank has: the first one's. */
static inline int64_t llr_deal_most(llr_deal_t deal)
{
    return llr_deal_count(deal, 0);
}

#endif
