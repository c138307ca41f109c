#include "app/commands.h"
#include "app/progress.h"
#include "app/session.h"
#include "app/signals.h"
#include "base/clock.h"
#include "model/predict.h"
#include "par/provenance.h"
#include "par/run.h"
#include "store/job_file.h"
#include "store/record.h"
#include "work/forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct run {
    const llr_options_t *options;
    llr_comm_t *comm;
    llr_session_t session; /* the job; sweep opens its datasets */
    char *output;
    llr_text_t stop_file;
    llr_meter_t meter;
    llr_facts_of_run_t facts;
    bool stop_file_seen;
    double deadline; /* see par/run.h */
} run_t;

static bool is_first(const run_t *run)
{
    return llr_comm_rank(run->comm) == 0;
}

static void show(void *argument, const llr_progress_t *progress)
{
    run_t *run = argument;
    llr_meter_show(&run->meter, progress);
    if (!run->stop_file_seen && !access(run->stop_file.data, F_OK)) {
        run->stop_file_seen = true;
        unlink(run->stop_file.data);
    }
}

static bool stop_wanted(void *argument)
{
    const run_t *run = argument;
    return llr_signals_stop() || run->stop_file_seen;
}

/* -v: where the numbers will come from. */
static void print_provenance(const llr_provenance_t *provenance)
{
    for (int64_t i = 0; i < provenance->count; i++)
        fprintf(stderr, "llrsweep: %s: %s\n", provenance->key[i], provenance->value[i]);
}

/* What the predictions of every dataset stand on. */
static void print_forms(const llr_grid_t *grid, const llr_catalog_t *catalog)
{
    const llr_job_t *job = grid->job;
    for (int64_t d = 0; d < catalog->datasets && llr_forecasts_wanted(job); d++) {
        llr_text_t form = {0};
        llr_predict_form_words(&catalog->population[d], job->theory, &form);
        fprintf(stderr, "llrsweep: theory of %s: %s\n", job->dataset[d].name,
                form.data ? form.data : "");
        llr_text_destroy(&form);
    }
}

static void print_groups(int64_t size, int64_t ranks)
{
    if (size < 2) return;
    fprintf(stderr, "llrsweep: groups: %lld of %lld ranks, process grid 1 x %lld\n",
            (long long)(ranks / size), (long long)size, (long long)size);
    llr_session_warn_ranks(size, ranks);
}

/* The same table everywhere is that of one kernel. */
static void warn_mixture(const char *output)
{
    llr_text_t kernels = {0};
    if (llr_record_kernels(output, &kernels) > 1)
        fprintf(stderr,
                "llrsweep: warning: runs of this folder differ in what they solve with: %s; the "
                "last bits of its table are those of no single one\n",
                kernels.data);
    llr_text_destroy(&kernels);
}

static void begun(void *argument, const llr_grid_t *grid, const llr_catalog_t *catalog,
                  const llr_progress_t *progress)
{
    run_t *run = argument;
    int ranks = llr_comm_size(run->comm);
    llr_provenance_add_job(&run->facts, &run->session.job);
    if (run->options->quiet) return;
    if (run->options->verbose) print_provenance(&run->facts.provenance);
    llr_session_warn(grid, catalog->facts);
    llr_session_warn_kernel();
    warn_mixture(run->output);
    fprintf(stderr, "llrsweep: %s: %lld units on %d rank%s", run->session.job.name,
            (long long)progress->units, ranks, ranks == 1 ? "" : "s");
    if (run->options->shards > 1)
        fprintf(stderr, " (shard %lld of %lld, of %lld units)", (long long)run->options->shard + 1,
                (long long)run->options->shards, (long long)grid->units);
    if (progress->found)
        fprintf(stderr, "; %lld of %lld units found", (long long)progress->found,
                (long long)progress->units);
    fputc('\n', stderr);
    print_groups(run->session.job.ranks_per_unit, ranks);
    print_forms(grid, catalog);
}

/* Rank 0 reads the job file; all parse the same text. */
static llr_code_t share_job(run_t *run, llr_error_t *error)
{
    llr_text_t text = {0};
    const char *path = run->options->argument[0];
    llr_code_t code = is_first(run) ? llr_job_file_read(path, &text, error) : LLR_OK;
    code = llr_comm_agree(run->comm, code, error);
    if (code == LLR_OK) {
        int64_t length = text.length;
        llr_comm_broadcast(run->comm, &length, sizeof length);
        if (!is_first(run)) {
            text.data = calloc(1, (size_t)length + 1);
            text.length = length;
        }
        code = text.data || !length ? LLR_OK : llr_fail_memory(error, length, "the job");
        code = llr_comm_agree(run->comm, code, error);
    }
    if (code == LLR_OK) {
        llr_comm_broadcast(run->comm, text.data, text.length);
        code = llr_session_parse(&run->session, &text, path, run->options->output, error);
        code = llr_comm_agree(run->comm, code, error);
    }
    llr_text_destroy(&text);
    return code;
}

static llr_code_t sweep(run_t *run, llr_run_result_t *result, llr_error_t *error)
{
    llr_provenance_fill(&run->facts, llr_comm_size(run->comm));
    llr_run_options_t options = {.output = run->output,
                                 .grace = run->options->grace,
                                 .deadline = run->deadline,
                                 .shard = run->options->shard,
                                 .shards = run->options->shards,
                                 .provenance = &run->facts.provenance,
                                 .begun = begun,
                                 .show = show,
                                 .stop_wanted = stop_wanted,
                                 .argument = run};
    run->meter = llr_meter_create(run->options->quiet || !is_first(run));
    llr_code_t code =
        llr_run_job(run->comm, &run->session.job, &options, &run->session.findings, result, error);
    llr_meter_end(&run->meter);
    return code;
}

/* Why a run ended early. */
static const char *reason_of(const run_t *run, const llr_run_result_t *result)
{
    const char *signal = llr_signals_name();
    if (signal) return signal;
    if (run->stop_file_seen) return "stop file";
    if (!result->out_of_time) return "asked for";
    return run->options->stop_before
               ? "what is left would not end before the time limit"
               : "what is left would not end before the time limit, SLURM_JOB_END_TIME";
}

static void print_end(const run_t *run, llr_code_t code, const llr_run_result_t *result)
{
    char digest[LLR_HASH_TEXT];
    const llr_progress_t *progress = &result->progress;
    if (code == LLR_STOPPED) {
        fprintf(stderr,
                "llrsweep: stopped (%s): %lld of %lld units are done; the same command "
                "goes on from here\n",
                reason_of(run, result), (long long)(progress->found + progress->done),
                (long long)progress->units);
        return;
    }
    if (result->unanswered)
        fprintf(stderr, "llrsweep: %lld cells have no answer; see column status\n",
                (long long)result->unanswered);
    if (run->options->quiet) return;
    printf("%lld units solved in %.1f s, %.4g fits/s; table in %s\n", (long long)progress->done,
           progress->seconds,
           progress->seconds > 0 ? (double)progress->cells / progress->seconds : 0, run->output);
    if (result->whole)
        printf("digest %s\n", llr_hash_text(result->digest, digest));
    else
        printf("a part of the table: merge all %lld shards with llrsweep gather\n",
               (long long)run->options->shards);
}

/* -v: where the time of this rank went. */
static void print_times(const llr_times_t *times)
{
    double wall = 0, cpu = 0;
    for (int s = 0; s < LLR_STAGES; s++) wall += times->wall[s], cpu += times->cpu[s];
    fprintf(stderr, "llrsweep: rank 0: %.3f s, CPU %.3f s:", wall, cpu);
    for (int s = 0; s < LLR_STAGES; s++)
        fprintf(stderr, "%s %s %.3f (CPU %.3f)", s ? "," : "", llr_stage_name((llr_stage_t)s),
                times->wall[s], times->cpu[s]);
    fputc('\n', stderr);
}

static llr_code_t run_job(run_t *run, llr_error_t *error)
{
    llr_run_result_t result = {0};
    LLR_TRY(share_job(run, error));
    run->output = llr_session_output(&run->session);
    llr_text_add(&run->stop_file, "%s/stop", run->output ? run->output : "");
    llr_code_t code =
        run->output && !run->stop_file.failed ? LLR_OK : llr_fail_memory(error, 0, "a path");
    LLR_TRY(llr_comm_agree(run->comm, code, error));
    code = sweep(run, &result, error);
    if (is_first(run) && (code == LLR_OK || code == LLR_UNSOLVED || code == LLR_STOPPED))
        print_end(run, code, &result);
    if (is_first(run) && run->options->verbose && !run->options->quiet) print_times(&result.times);
    return code;
}

/* When to have ended: as asked for, or a while before Slurm ends the job, where it says when. */
static double deadline_of(const llr_options_t *options)
{
    const double spare = 30;
    const char *end = getenv("SLURM_JOB_END_TIME");
    double at, now = llr_clock_seconds();
    if (options->stop_before) return now + options->stop_before;
    if (!end || !llr_text_to_double(end, &at) || !(at > 0)) return 0;
    double left = at - (double)time(NULL) - spare;
    return now + (left > 0 ? left : 0);
}

llr_code_t llr_command_run(const llr_options_t *options, llr_error_t *error)
{
    run_t run = {.options = options, .deadline = deadline_of(options)};
    LLR_TRY(llr_comm_create(&run.comm, options->mpi, error));
    llr_code_t code = run_job(&run, error);
    if (is_first(&run)) llr_session_findings(&run.session.findings);
    llr_session_close(&run.session);
    llr_text_destroy(&run.stop_file);
    free(run.output);
    llr_comm_destroy(&run.comm);
    return code;
}
