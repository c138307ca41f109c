#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void numbers_read_back_exactly(void)
{
    const double values[] = {0, 0.1, 1.0 / 3, 1e-8, 123456789.125, -2.5e300, 0.25, 5e-324, 1e22};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[LLR_NUMBER_TEXT];
        double back;
        CU_ASSERT_TRUE(llr_text_to_double(llr_number_text(values[i], text), &back));
        CU_ASSERT_EQUAL(back, values[i]);
    }
    char text[LLR_NUMBER_TEXT];
    CU_ASSERT_STRING_EQUAL(llr_number_text(0.1, text), "0.1");
    CU_ASSERT_STRING_EQUAL(llr_number_text(1e-4, text), "0.0001");
}

static void nearest_word_finds_typos_only(void)
{
    static const char *const words[] = {"lambdas", "losses", "sizes", "seeds"};
    CU_ASSERT_STRING_EQUAL(llr_nearest_word("lamdas", words, 4), "lambdas");
    CU_ASSERT_STRING_EQUAL(llr_nearest_word("size", words, 4), "sizes");
    CU_ASSERT_PTR_NULL(llr_nearest_word("preprocess", words, 4));
}

static void hash_in_pieces_equals_hash_at_once(void)
{
    char data[1000];
    for (int i = 0; i < 1000; i++) data[i] = (char)(i * 7);
    llr_hasher_t *hasher = llr_hasher_create();
    for (int i = 0; i < 1000; i += 125) llr_hasher_add(hasher, data + i, 125);
    CU_ASSERT_TRUE(llr_hash_equal(llr_hasher_finish(hasher), llr_hash_bytes(data, 1000)));
    data[999]++;
    CU_ASSERT_FALSE(llr_hash_equal(llr_hash_bytes(data, 999), llr_hash_bytes(data, 1000)));
}

/* Known answer of Philox4x32-10 for counter 0, key 0 (Random123's kat_vectors). */
static void philox_gives_its_published_values(void)
{
    llr_random_t random = {0};
    CU_ASSERT_EQUAL(llr_random_word(&random), 0xe169c58d6627e8d5ull);
    CU_ASSERT_EQUAL(llr_random_word(&random), 0x9b00dbd8bc57ac4cull);
}

static void bounded_integers_are_uniform(void)
{
    llr_random_t random = llr_random_stream((llr_hash_t){1, 2}, LLR_PURPOSE_SPLIT, 3, 4);
    enum { BOUND = 7, DRAWS = 70000 };
    int count[BOUND] = {0};
    for (int i = 0; i < DRAWS; i++) count[llr_random_below(&random, BOUND)]++;
    double chi2 = 0;
    for (int i = 0; i < BOUND; i++) chi2 += pow(count[i] - DRAWS / BOUND, 2) / (DRAWS / BOUND);
    CU_ASSERT_TRUE(chi2 < 22.5); /* 6 degrees of freedom: 1e-3 */
}

static void normals_have_the_right_moments(void)
{
    enum { DRAWS = 100001 };
    double *z = malloc(DRAWS * sizeof *z), mean = 0, square = 0, fourth = 0;
    llr_random_t random = llr_random_stream((llr_hash_t){5, 6}, LLR_PURPOSE_SYNTHETIC_ROW, 0, 0);
    llr_random_normal(&random, z, DRAWS);
    for (int i = 0; i < DRAWS; i++) {
        mean += z[i] / DRAWS;
        square += z[i] * z[i] / DRAWS;
        fourth += pow(z[i], 4) / DRAWS;
    }
    CU_ASSERT_DOUBLE_EQUAL(mean, 0, 0.015);
    CU_ASSERT_DOUBLE_EQUAL(square, 1, 0.02);
    CU_ASSERT_DOUBLE_EQUAL(fourth, 3, 0.15);
    free(z);
}

static void streams_differ_by_every_part_of_their_name(void)
{
    llr_hash_t content = {1, 1};
    uint64_t words[5];
    llr_random_t random[5] = {llr_random_stream(content, LLR_PURPOSE_SPLIT, 0, 0),
                              llr_random_stream(content, LLR_PURPOSE_SPLIT, 0, 1),
                              llr_random_stream(content, LLR_PURPOSE_SPLIT, 1, 0),
                              llr_random_stream(content, LLR_PURPOSE_PERMUTATION, 0, 0),
                              llr_random_stream((llr_hash_t){1, 2}, LLR_PURPOSE_SPLIT, 0, 0)};
    for (int i = 0; i < 5; i++) words[i] = llr_random_word(&random[i]);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < i; j++) CU_ASSERT_NOT_EQUAL(words[i], words[j]);
}

static void arena_is_aligned_bounded_and_reusable(void)
{
    llr_arena_t arena;
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, 4096, NULL), LLR_OK);
    int64_t mark = llr_arena_mark(&arena);
    double *first = llr_arena_take(&arena, 3, sizeof *first);
    double *second = llr_arena_take(&arena, 5, sizeof *second);
    CU_ASSERT_EQUAL((uintptr_t)first % LLR_ALIGNMENT, 0);
    CU_ASSERT_EQUAL((uintptr_t)second % LLR_ALIGNMENT, 0);
    CU_ASSERT_TRUE(second >= first + 3);
    CU_ASSERT_EQUAL(llr_arena_mark(&arena), llr_arena_cost(3, 8) + llr_arena_cost(5, 8));
    CU_ASSERT_PTR_NULL(llr_arena_take(&arena, 4096, 1));
    llr_arena_release(&arena, mark);
    CU_ASSERT_PTR_EQUAL(llr_arena_take(&arena, 1, 8), first);
    llr_arena_destroy(&arena);
}

static void large_memory_is_aligned_and_keeps_its_content_when_populated(void)
{
    for (int64_t bytes = 100; bytes < 10000000; bytes *= 99) {
        char *memory = llr_alloc_large(bytes);
        CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
        CU_ASSERT_EQUAL((uintptr_t)memory % LLR_ALIGNMENT, 0);
        memset(memory, 7, (size_t)bytes);
        llr_populate(memory + 3, bytes - 5);
        llr_populate(memory, 0);
        int64_t kept = 0;
        for (int64_t i = 0; i < bytes; i++) kept += memory[i] == 7;
        CU_ASSERT_EQUAL(kept, bytes);
        free(memory);
    }
}

static void findings_keep_one_line_each(void)
{
    llr_findings_t findings = {0};
    for (int i = 0; i < 40; i++) llr_findings_add(&findings, "line %d\nwith a break", i);
    CU_ASSERT_EQUAL(findings.count, 40);
    CU_ASSERT_STRING_EQUAL(findings.line[39], "line 39 with a break");
    llr_findings_destroy(&findings);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"numbers read back exactly", numbers_read_back_exactly},
        {"nearest word finds typos only", nearest_word_finds_typos_only},
        {"hash in pieces equals hash at once", hash_in_pieces_equals_hash_at_once},
        {"philox gives its published values", philox_gives_its_published_values},
        {"bounded integers are uniform", bounded_integers_are_uniform},
        {"normals have the right moments", normals_have_the_right_moments},
        {"streams differ by every part of their name", streams_differ_by_every_part_of_their_name},
        {"arena is aligned, bounded and reusable", arena_is_aligned_bounded_and_reusable},
        {"large memory is aligned and keeps its content when populated",
         large_memory_is_aligned_and_keeps_its_content_when_populated},
        {"findings keep one line each", findings_keep_one_line_each},
    };
    return LLR_RUN_SUITE("base", tests);
}
