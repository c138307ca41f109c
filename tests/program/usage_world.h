/* A folder to be wrong in, and the check of what wrong usage says. */
#ifndef LLR_TESTS_USAGE_WORLD_H
#define LLR_TESTS_USAGE_WORLD_H

#include "program.h"

/* In the folder world: two jobs, a small sweep and result folders that are none. */
static inline void write_world(void)
{
    outcome_t outcome;
    run(&outcome,
        "rm -rf $D/world && mkdir $D/world && cd $D/world && mkdir empty nojournal &&\n"
        "printf 'datasets: [{name: g, synthetic: {d: 3, priors: [.6, .4]}}]\\nlosses: [square]\\n"
        "sizes: [20]\\nlambdas: [1]\\nseeds: {count: 1}\\n' >good.yaml &&\n"
        "printf 'datasets:\\n- {name: first, synthetic: {d: 3, priors: [.6, .4]}}\\n"
        "- {name: second, synthetic: {d: 3, priors: [.6, .4]}}\\nsizes: [20]\\n' >two.yaml &&\n"
        "$L run -q good.yaml -o good && cp good/job.yaml nojournal &&\n"
        "cp -r good otherjob && sed -i 's/lambdas: .1/&, 2/' otherjob/job.yaml");
    CU_ASSERT_TRUE_FATAL(ended(&outcome, 0, NULL));
}

/* Wrong usage changes nothing. */
static inline void check_world_is_as_written(void)
{
    outcome_t outcome;
    run(&outcome, "ls $D/world");
    CU_ASSERT_STRING_EQUAL(outcome.out, "empty\ngood\ngood.yaml\nnojournal\notherjob\ntwo.yaml\n");
}

/* Exit code 2, this line alone on stderr, nothing on stdout. */
static inline void check_wrong(const char *words, const char *line)
{
    outcome_t outcome;
    char wanted[COMMAND_ROOM];
    snprintf(wanted, sizeof wanted, "%s\n", line);
    run(&outcome, "cd $D/world && $L %s", words);
    bool good = outcome.code == 2 && !strcmp(outcome.err, wanted) && !*outcome.out;
    CU_ASSERT_TRUE(good);
    if (!good)
        fprintf(stderr, "--- llrsweep %s\nwanted 2: %sgot    %d: %s%s", words, wanted, outcome.code,
                outcome.err, outcome.out);
}

static inline void check_wrong_format(const char *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void check_wrong_format(const char *words, const char *format, ...)
{
    char line[COMMAND_ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    check_wrong(words, line);
}

#endif
