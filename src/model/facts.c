#include "model/facts.h"

#include "base/memory.h"

#include <stdlib.h>

int llr_facts_allocate(llr_facts_t *facts)
{
    int64_t slots = (int64_t)LLR_SPLITS * (facts->classes + facts->groups);
    facts->pool_count = llr_alloc(facts->classes, sizeof *facts->pool_count);
    facts->pool_prior = llr_alloc(facts->classes, sizeof *facts->pool_prior);
    facts->eval_count = llr_alloc(slots, sizeof *facts->eval_count);
    return facts->pool_count && facts->pool_prior && facts->eval_count ? 0 : -1;
}

void llr_facts_destroy(llr_facts_t *facts)
{
    free(facts->pool_count);
    free(facts->pool_prior);
    free(facts->eval_count);
    *facts = (llr_facts_t){0};
}
