#include "app/commands.h"
#include "app/session.h"
#include "base/memory.h"
#include "model/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static llr_code_t fail_name(const llr_job_t *job, const char *name, llr_error_t *error)
{
    const char **names = llr_alloc(job->datasets, sizeof *names);
    for (int64_t d = 0; names && d < job->datasets; d++) names[d] = job->dataset[d].name;
    const char *nearest = names ? llr_nearest_word(name, names, job->datasets) : NULL;
    llr_code_t code = llr_fail(error, LLR_INVALID, "--dataset: the job has no dataset `%s`; %s%s%s",
                               name, nearest ? "did you mean `" : "its first is `",
                               nearest ? nearest : job->dataset[0].name, nearest ? "`?" : "`");
    free(names);
    return code;
}

/* The dataset asked for, or the only one. */
static llr_code_t choose(const llr_session_t *session, const char *name, int64_t *index,
                         llr_error_t *error)
{
    const llr_job_t *job = &session->job;
    if (!name && job->datasets > 1)
        return llr_fail(error, LLR_INVALID,
                        "the job has %lld datasets; choose one with --dataset NAME",
                        (long long)job->datasets);
    for (*index = 0; name && *index < job->datasets; ++*index)
        if (!strcmp(job->dataset[*index].name, name)) break;
    if (*index == job->datasets) return fail_name(job, name, error);
    if (session->catalog.facts[*index].synthetic)
        return llr_fail(error, LLR_INVALID, "dataset `%s` is synthetic: its rows are in no file",
                        job->dataset[*index].name);
    return LLR_OK;
}

static llr_code_t print_subsample(const llr_dataset_t *dataset, int64_t n, int64_t seed,
                                  const int64_t *count, int64_t *row, llr_arena_t *arena,
                                  llr_error_t *error)
{
    LLR_TRY(llr_dataset_draw(dataset, seed, count, row, arena, error));
    printf("%lld %lld", (long long)n, (long long)seed);
    for (int64_t i = 0; i < n; i++) printf(" %lld", (long long)row[i]);
    printf("\n");
    return LLR_OK;
}

static llr_code_t print_rows(const llr_session_t *session, int64_t index, llr_error_t *error)
{
    const llr_dataset_t *dataset = &session->catalog.dataset[index];
    const llr_job_t *job = &session->job;
    int64_t sizes, pool = dataset->pool_start[dataset->facts.classes];
    const int64_t *size = llr_job_sizes(job, index, &sizes);
    llr_arena_t arena = {0};
    int64_t *count = llr_alloc(dataset->facts.classes, sizeof *count);
    int64_t *row = llr_alloc(pool, sizeof *row);
    llr_code_t code = count && row
                          ? llr_arena_create(&arena, 2 * llr_arena_cost(pool, sizeof *row), error)
                          : llr_fail_memory(error, pool * (int64_t)sizeof *row, "the rows");
    for (int64_t s = 0; code == LLR_OK && s < sizes; s++) {
        llr_stratify(size[s], job->prior ? job->prior : dataset->facts.pool_prior,
                     dataset->facts.classes, count);
        for (int64_t seed = 0; code == LLR_OK && seed < job->seeds; seed++)
            code = print_subsample(dataset, size[s], job->seed_first + seed, count, row, &arena,
                                   error);
    }
    llr_arena_destroy(&arena);
    free(count);
    free(row);
    return code;
}

llr_code_t llr_command_rows(const llr_options_t *options, llr_error_t *error)
{
    llr_session_t session;
    int64_t index = 0;
    llr_code_t code = llr_session_open(&session, options->argument[0], NULL, true, error);
    llr_session_findings(&session.findings);
    if (code == LLR_OK) code = choose(&session, options->dataset, &index, error);
    if (code == LLR_OK) code = print_rows(&session, index, error);
    llr_session_close(&session);
    return code;
}
