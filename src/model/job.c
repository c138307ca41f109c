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
    bool has_own = own->size || own->delta;
    *count = has_own ? own->sizes : job->sizes;
    return has_own ? own->size : job->size;
}

const llr_preprocessing_t *llr_job_preprocess(const llr_job_t *job, int64_t dataset)
{
    const llr_job_dataset_t *own = &job->dataset[dataset];
    return own->has_preprocess ? &own->preprocess : &job->preprocess;
}

bool llr_job_needs_population(const llr_job_t *job)
{
    for (llr_rule_t rule = 0; rule < LLR_RULE_COUNT; rule++)
        if (llr_rule_is_computed(rule) && job->rules & 1u << rule) return true;
    return job->theory != LLR_FORM_NONE;
}

bool llr_job_has_zero(const llr_job_t *job)
{
    for (int64_t l = 0; l < job->lambdas; l++)
        if (job->lambda[l] == 0) return true;
    return false;
}

static llr_code_t fail_delta(const llr_job_t *job, const llr_job_dataset_t *dataset, double delta,
                             int64_t n, int64_t dim, const char *remedy, llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID,
                    "%s:%lld: dataset \"%s\": deltas: %g of %lld columns gives n = %lld%s",
                    job->file, (long long)dataset->line, dataset->name, delta, (long long)dim,
                    (long long)n, remedy);
}

static bool holds(const int64_t *list, int64_t count, int64_t value)
{
    for (int64_t i = 0; i < count; i++)
        if (list[i] == value) return true;
    return false;
}

llr_code_t llr_job_resolve_sizes(llr_job_t *job, int64_t index, int64_t dim, llr_error_t *error)
{
    llr_job_dataset_t *dataset = &job->dataset[index];
    const double *delta = dataset->delta ? dataset->delta : job->delta;
    int64_t deltas = dataset->delta ? dataset->deltas : job->deltas;
    if (dataset->size || !delta) return LLR_OK;
    dataset->size = llr_alloc(deltas, sizeof *dataset->size);
    if (!dataset->size) return llr_fail_memory(error, deltas, "the sizes of a dataset");
    for (dataset->sizes = 0; dataset->sizes < deltas; dataset->sizes++) {
        double value = delta[dataset->sizes], rows = round((double)dim / value);
        int64_t n = rows < LLR_LARGEST_SIZE ? (int64_t)rows : LLR_LARGEST_SIZE;
        if (n < 2)
            return fail_delta(job, dataset, value, n, dim, "; ask for a smaller delta", error);
        if (holds(dataset->size, dataset->sizes, n))
            return fail_delta(job, dataset, value, n, dim, ", as another delta does; drop one",
                              error);
        dataset->size[dataset->sizes] = n;
    }
    return LLR_OK;
}

/* Where a mistake of the job as a whole stands: at the key, or at the top without it. */
static const llr_node_t *node_of(llr_yaml_t *yaml, const char *key)
{
    const llr_node_t *root = yaml_document_get_root_node(yaml->document);
    const llr_node_t *node = llr_yaml_find(yaml, root, key);
    return node ? node : root;
}

static bool has_sizes(const llr_job_t *job, const llr_job_dataset_t *dataset)
{
    return dataset->size || dataset->delta || job->size || job->delta;
}

static void check_sizes(const llr_job_t *job, llr_yaml_t *yaml)
{
    if (job->size && job->delta)
        llr_yaml_complain(yaml, node_of(yaml, "deltas"),
                          "sizes and deltas say the same thing twice; give one of them");
    for (int64_t d = 0; d < job->datasets; d++)
        if (!has_sizes(job, &job->dataset[d])) {
            llr_yaml_complain(yaml, node_of(yaml, "sizes"),
                              "key `sizes` is missing: n, rows of a subsample, e.g. sizes: [300]");
            return;
        }
}

/* Sizes of a dataset, deltas not yet resolved included. */
static int64_t count_sizes(const llr_job_t *job, const llr_job_dataset_t *dataset)
{
    if (dataset->size) return dataset->sizes;
    if (dataset->delta) return dataset->deltas;
    return job->size ? job->sizes : job->deltas;
}

static double count_cells(const llr_job_t *job)
{
    double units = 0;
    for (int64_t d = 0; d < job->datasets; d++) units += (double)count_sizes(job, &job->dataset[d]);
    return units * (double)job->losses * (double)job->seeds * (double)job->lambdas *
           (double)(job->exponents + job->ratios + LLR_RULE_COUNT);
}

static void check_whole(const llr_job_t *job, llr_yaml_t *yaml)
{
    check_sizes(job, yaml);
    if (job->ratios && job->weights_by == LLR_BY_GROUP)
        llr_yaml_complain(
            yaml, node_of(yaml, "ratios"),
            "ratios: are for `weights_by: class`, a ratio of two classes; use exponents");
    if (job->prior && job->sampling == LLR_SAMPLING_UNIFORM)
        llr_yaml_complain(
            yaml, node_of(yaml, "priors"),
            "priors: are for `sampling: stratified`; uniform takes rows as they come");
    if (job->ranks_per_unit > 1 && llr_job_has_zero(job))
        llr_yaml_complain(yaml, node_of(yaml, "lambdas"),
                          "lambdas: 0 is solved by one rank alone; leave it out, or give "
                          "ranks_per_unit: 1 in place of %lld",
                          (long long)job->ranks_per_unit);
    if (!job->ranks_per_unit && !job->rank_memory)
        llr_yaml_complain(yaml, node_of(yaml, "ranks_per_unit"),
                          "ranks_per_unit: auto follows from what a rank may take; say so, e.g. "
                          "rank_memory: 4GiB");
    if (count_cells(job) > LARGEST_CELLS)
        llr_yaml_complain(yaml, yaml_document_get_root_node(yaml->document),
                          "about %.3g cells; one job takes at most %.3g", count_cells(job),
                          (double)LARGEST_CELLS);
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
    if (!findings->count) check_whole(job, &yaml);
    yaml_document_delete(&document);
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
    free(job->delta);
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
