/* A CUnit program: a list of tests and how many cases it must have run. */
#ifndef LLR_TESTS_SUITE_H
#define LLR_TESTS_SUITE_H

#include <CUnit/Basic.h>

typedef struct llr_test {
    const char *name;
    void (*run)(void);
} llr_test_t;

/* Runs all tests; 0 when every one ran and passed. */
static inline int llr_run_suite(const char *name, const llr_test_t *tests, unsigned count)
{
    if (CU_initialize_registry() != CUE_SUCCESS) return 2;
    CU_pSuite suite = CU_add_suite(name, NULL, NULL);
    for (unsigned i = 0; suite && i < count; i++)
        if (!CU_add_test(suite, tests[i].name, tests[i].run)) return 2;
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    int bad = CU_get_number_of_failures() > 0 || CU_get_number_of_tests_run() != count;
    CU_cleanup_registry();
    return bad;
}

#define LLR_RUN_SUITE(name, tests)                                                                 \
    llr_run_suite((name), (tests), (unsigned)(sizeof(tests) / sizeof *(tests)))

#endif
