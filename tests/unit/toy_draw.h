/* Subsamples of a toy with memory of their own, exactly as much as is planned. */
#ifndef LLR_TESTS_TOY_DRAW_H
#define LLR_TESTS_TOY_DRAW_H

#include "toy.h"

#define UNIFORM "sizes: [9]\nsampling: uniform\n"
#define GAUSS   "synthetic: {d: 4, priors: [.6, .3, .1], test: 50}"

/* An arena of exactly the planned bytes for draws of n rows and `cuts` balanced cuts of them. */
static inline llr_arena_t planned_arena(const toy_t *toy, int64_t n, int64_t cuts)
{
    llr_arena_t arena;
    const llr_facts_t *facts = &toy->dataset.facts;
    int64_t bytes = (1 + cuts) * llr_subsample_bytes(facts, toy->job.weights_by, n) +
                    llr_subsample_scratch(facts, n);
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, bytes, NULL), LLR_OK);
    return arena;
}

/* S with memory of its own. */
typedef struct drawn {
    llr_subsample_t s;
    llr_arena_t arena;
} drawn_t;

static inline drawn_t draw(const toy_t *toy, int64_t n, int64_t seed)
{
    drawn_t drawn = {.arena = planned_arena(toy, n, 1)};
    CU_ASSERT_EQUAL_FATAL(llr_subsample_draw(&toy->dataset, n, seed, &drawn.s, &drawn.arena, NULL),
                          LLR_OK);
    CU_ASSERT_EQUAL(drawn.s.rows, n);
    return drawn;
}

static inline void release(drawn_t *drawn)
{
    llr_arena_destroy(&drawn->arena);
}

/* Starts, counts and classes agree with each other and with the arrays. */
static inline void check_layout(const toy_t *toy, const llr_subsample_t *s)
{
    int64_t count[TOY_KINDS] = {0}, class_count[TOY_LABELS] = {0};
    int32_t kinds = toy->dataset.facts.shape.kinds;
    for (int32_t k = 0; k < kinds; k++)
        for (int64_t i = s->kind_start[k]; i < s->kind_start[k + 1]; i++) {
            CU_ASSERT_TRUE_FATAL(toy_in_pool(toy, s->row[i]));
            CU_ASSERT_EQUAL(toy_kind(toy, s->row[i]), k);
            CU_ASSERT_EQUAL(s->class[i], toy_class(toy, s->row[i]));
            count[k]++;
            class_count[toy_class(toy, s->row[i])]++;
        }
    CU_ASSERT_EQUAL(s->kind_start[0], 0);
    CU_ASSERT_EQUAL(s->kind_start[kinds], s->rows);
    for (int32_t k = 0; k < kinds; k++) CU_ASSERT_EQUAL(s->count[k], count[k]);
    for (int32_t c = 0; c < toy->task.classes; c++)
        CU_ASSERT_EQUAL(s->class_count[c], class_count[c]);
}

#endif
