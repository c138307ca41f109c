#include "model/job.h"

#include "base/memory.h"
#include "model/job_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_CELLS = 1000000000 };

const int64_t *llr_job_sizes(const llr_job_t *job, int64_t dataset, int64_t *count)
{
    const llr_job_dataset_t *own = &job->dataset[dataset];
    *count = own->size ? own->sizes : job->sizes;
    return own->size ? own->size : job->size;
}

static void find(const llr_job_t *job, llr_findings_t *findings, const char *text)
{
    llr_findings_add(findings, "%s:1: %s", job->file, text);
}

static void check_sizes(const llr_job_t *job, llr_findings_t *findings)
{
    for (int64_t d = 0; d < job->datasets; d++)
        if (!job->size && !job->dataset[d].size) {
            find(job, findings,
                 "key `sizes` is missing: n, rows of a subsample, e.g. sizes: [300]");
            return;
        }
}

static double count_cells(const llr_job_t *job)
{
    double units = 0;
    int64_t sizes;
    for (int64_t d = 0; d < job->datasets; d++) {
        llr_job_sizes(job, d, &sizes);
        units += (double)sizes;
    }
    return units * (double)job->losses * (double)job->seeds * (double)job->lambdas *
           (double)(job->exponents + job->ratios + LLR_RULE_COUNT);
}

static void check_whole(const llr_job_t *job, llr_findings_t *findings)
{
    check_sizes(job, findings);
    if (count_cells(job) > LARGEST_CELLS)
        llr_findings_add(findings, "%s:1: about %.3g cells; one job takes at most %.3g", job->file,
                         count_cells(job), (double)LARGEST_CELLS);
}

/* The file's name without folder and ending. */
static char *stem(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *name = llr_copy_text(slash ? slash + 1 : file);
    char *dot = name ? strrchr(name, '.') : NULL;
    if (dot && dot != name) *dot = '\0';
    return name;
}

/* Names that follow from others. */
static bool fill_names(llr_job_t *job)
{
    llr_text_t output = {0};
    if (!job->name) job->name = stem(job->file);
    if (!job->name) return false;
    for (char *c = job->name; *c; c++)
        if (strchr("/= \"\\", *c)) *c = '_';
    if (job->output) return true;
    llr_text_add(&output, "results/%s", job->name);
    job->output = output.data;
    return !output.failed;
}

static void read_document(llr_job_t *job, const char *text, int64_t length,
                          const llr_overrides_t *overrides, llr_findings_t *findings)
{
    yaml_document_t document;
    if (!llr_yaml_load(&document, text, length, job->file, findings)) return;
    llr_yaml_t yaml = {&document, job->file, findings};
    llr_yaml_mapping_with(&yaml, yaml_document_get_root_node(&document), "", llr_job_keys,
                          llr_job_key_count, overrides, job);
    yaml_document_delete(&document);
    if (!findings->count) check_whole(job, findings);
}

llr_code_t llr_job_parse_with(llr_job_t *job, const char *text, int64_t length, const char *file,
                              const char *folder, const llr_overrides_t *overrides,
                              llr_findings_t *findings, llr_error_t *error)
{
    *job = (llr_job_t){.file = llr_copy_text(file), .folder = llr_copy_text(folder)};
    if (!job->file || !job->folder) return llr_fail_memory(error, length, "the job");
    read_document(job, text, length, overrides, findings);
    if (findings->failed || !fill_names(job)) return llr_fail_memory(error, length, "the job");
    return findings->count ? LLR_INVALID : LLR_OK;
}

llr_code_t llr_job_parse(llr_job_t *job, const char *text, int64_t length, const char *file,
                         const char *folder, llr_findings_t *findings, llr_error_t *error)
{
    return llr_job_parse_with(job, text, length, file, folder, NULL, findings, error);
}

void llr_job_destroy(llr_job_t *job)
{
    for (int64_t d = 0; job->dataset && d < job->datasets; d++)
        llr_dataset_destroy_job(&job->dataset[d]);
    free(job->file);
    free(job->folder);
    free(job->name);
    free(job->dataset);
    free(job->exponent);
    free(job->ratio);
    free(job->lambda);
    free(job->size);
    free(job->prior);
    free(job->output);
    *job = (llr_job_t){0};
}

char *llr_job_resolve_path(const llr_job_t *job, const char *path)
{
    llr_text_t whole = {0};
    if (*path == '/' || !*job->folder || llr_job_is_memory(path)) return llr_copy_text(path);
    while (!strncmp(path, "./", 2)) path += 2;
    llr_text_add(&whole, "%s/%s", job->folder, path);
    if (whole.failed) llr_text_destroy(&whole);
    return whole.data;
}
