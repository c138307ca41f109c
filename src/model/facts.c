#include "model/facts.h"

#include "base/memory.h"

#include <stdlib.h>

int64_t llr_shape_slots(llr_shape_t shape)
{
    int64_t odds = shape.classes == 2 ? 2 * (int64_t)shape.groups : 0;
    return shape.classes + shape.groups + odds;
}

int64_t llr_shape_slot(llr_shape_t shape, int32_t group, int32_t class)
{
    return shape.classes + shape.groups + 2 * (int64_t)group + class;
}

int llr_facts_allocate(llr_facts_t *facts)
{
    int64_t both = facts->shape.classes + facts->shape.groups;
    facts->pool_count = llr_alloc(both, sizeof *facts->pool_count);
    facts->pool_prior = llr_alloc(both, sizeof *facts->pool_prior);
    facts->group_class = llr_alloc(facts->shape.groups, sizeof *facts->group_class);
    facts->eval_count =
        llr_alloc(LLR_SPLITS * llr_shape_slots(facts->shape), sizeof *facts->eval_count);
    return facts->pool_count && facts->pool_prior && facts->group_class && facts->eval_count ? 0
                                                                                             : -1;
}

void llr_facts_destroy(llr_facts_t *facts)
{
    free(facts->pool_count);
    free(facts->pool_prior);
    free(facts->group_class);
    free(facts->eval_count);
    *facts = (llr_facts_t){0};
}

const int64_t *llr_facts_kind_count(const llr_facts_t *facts, llr_by_t by)
{
    return facts->pool_count + (by == LLR_BY_GROUP ? facts->shape.classes : 0);
}

const double *llr_facts_kind_prior(const llr_facts_t *facts, llr_by_t by)
{
    return facts->pool_prior + (by == LLR_BY_GROUP ? facts->shape.classes : 0);
}
