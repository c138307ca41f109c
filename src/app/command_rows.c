#include "app/commands.h"
#include "app/session.h"
#include "store/subsample.h"

#include <stdio.h>

/* The dataset asked for, or the only one. */
static llr_code_t choose(const llr_session_t *session, const char *name, int64_t *index,
                         llr_error_t *error)
{
    const llr_job_t *job = &session->job;
    if (!name && job->datasets > 1)
        return llr_fail(error, LLR_INVALID,
                        "the job has %lld datasets; choose one with --dataset NAME",
                        (long long)job->datasets);
    *index = 0;
    if (name) LLR_TRY(llr_session_find(session, name, index, error));
    if (session->catalog.facts[*index].synthetic)
        return llr_fail(error, LLR_INVALID, "dataset `%s` is synthetic: its rows are in no file",
                        job->dataset[*index].name);
    return LLR_OK;
}

static void print_list(const llr_subsample_t *sample)
{
    for (int64_t i = 0; i < sample->rows; i++) printf(" %lld", (long long)sample->row[i]);
    printf("\n");
}

/* What a rule fits of a subsample: one balanced cut, or several draws. */
static llr_code_t print_cuts(const llr_dataset_t *dataset, const llr_subsample_t *whole, int64_t n,
                             int64_t seed, bool averaged, llr_arena_t *arena, llr_error_t *error)
{
    int64_t draws = averaged ? dataset->sweep->balanced_repeats : 1;
    for (int64_t r = 0; r < draws; r++) {
        llr_subsample_t cut;
        int64_t mark = llr_arena_mark(arena);
        LLR_TRY(llr_subsample_balance(dataset, whole, seed, averaged ? r : -1, &cut, arena, error));
        printf("%lld %lld", (long long)n, (long long)seed);
        if (averaged) printf(" %lld", (long long)r);
        print_list(&cut);
        llr_arena_release(arena, mark);
    }
    return LLR_OK;
}

static llr_code_t print_subsample(const llr_dataset_t *dataset, int64_t n, int64_t seed,
                                  llr_rule_t rule, llr_arena_t *arena, llr_error_t *error)
{
    llr_subsample_t sample;
    LLR_TRY(llr_subsample_draw(dataset, n, seed, &sample, arena, error));
    if (llr_rule_is_balanced(rule))
        return print_cuts(dataset, &sample, n, seed, rule == LLR_RULE_AVERAGED_BALANCED, arena,
                          error);
    printf("%lld %lld", (long long)n, (long long)seed);
    print_list(&sample);
    return LLR_OK;
}

static int64_t largest(const int64_t *size, int64_t sizes)
{
    int64_t most = 0;
    for (int64_t s = 0; s < sizes; s++) most = size[s] > most ? size[s] : most;
    return most;
}

static llr_code_t print_rows(const llr_session_t *session, int64_t index, llr_rule_t rule,
                             llr_error_t *error)
{
    const llr_dataset_t *dataset = &session->catalog.dataset[index];
    const llr_job_t *job = &session->job;
    int64_t sizes;
    const int64_t *size = llr_job_sizes(job, index, &sizes);
    int64_t bytes =
        2 * llr_subsample_bytes(&dataset->facts, job->weights_by, largest(size, sizes)) +
        llr_subsample_scratch(&dataset->facts, largest(size, sizes));
    llr_arena_t arena = {0};
    llr_code_t code = llr_arena_create(&arena, bytes, error);
    for (int64_t s = 0; code == LLR_OK && s < sizes; s++)
        for (int64_t seed = 0; code == LLR_OK && seed < job->seeds; seed++) {
            code = print_subsample(dataset, size[s], job->seed_first + seed, rule, &arena, error);
            llr_arena_release(&arena, 0);
        }
    llr_arena_destroy(&arena);
    return code;
}

llr_code_t llr_command_rows(const llr_options_t *options, llr_error_t *error)
{
    llr_session_t session;
    int64_t index = 0;
    llr_code_t code = llr_session_open(&session, options->argument[0], NULL, true, error);
    llr_session_findings(&session.findings);
    if (code == LLR_OK) code = choose(&session, options->dataset, &index, error);
    if (code == LLR_OK) code = print_rows(&session, index, options->rule, error);
    llr_session_close(&session);
    return code;
}
