/* The resolved job as YAML, and its fingerprint. */
#include "model/job_parts.h"

#include <stdlib.h>

void llr_print_text(llr_text_t *out, const char *text)
{
    llr_text_add(out, "\"");
    for (; *text; text++) llr_text_add(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    llr_text_add(out, "\"");
}

void llr_print_numbers(llr_text_t *out, const double *value, int64_t count)
{
    char number[LLR_NUMBER_TEXT];
    for (int64_t i = 0; i < count; i++)
        llr_text_add(out, "%s%s", i ? ", " : "[", llr_number_text(value[i], number));
    llr_text_add(out, count ? "]" : "[]");
}

void llr_print_integers(llr_text_t *out, const int64_t *value, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        llr_text_add(out, "%s%lld", i ? ", " : "[", (long long)value[i]);
    llr_text_add(out, count ? "]" : "[]");
}

static void print_labels(llr_text_t *out, const int32_t *label, int32_t count)
{
    for (int32_t i = 0; i < count; i++) llr_text_add(out, "%s%d", i ? ", " : "[", label[i]);
    llr_text_add(out, "]");
}

static void print_path(llr_text_t *out, const llr_job_t *job, const char *path)
{
    char *whole = llr_job_resolve_path(job, path);
    if (whole)
        llr_print_text(out, whole);
    else
        out->failed = 1;
    free(whole);
}

static void print_synthetic(llr_text_t *out, const llr_synthetic_t *synthetic)
{
    char number[LLR_NUMBER_TEXT];
    llr_text_add(out, "    synthetic: {d: %lld, separation: %s, ", (long long)synthetic->dim,
                 llr_number_text(synthetic->separation, number));
    if (synthetic->decay > 0)
        llr_text_add(out, "spectrum: power, decay: %s", llr_number_text(synthetic->decay, number));
    else
        llr_text_add(out, "spectrum: isotropic");
    llr_text_add(out, ", priors: ");
    llr_print_numbers(out, synthetic->priors, synthetic->classes);
    llr_text_add(out, ", test: %lld}\n", (long long)synthetic->test);
}

static void print_task(llr_text_t *out, const llr_job_dataset_t *dataset)
{
    if (dataset->classes) {
        llr_text_add(out, "    classes: ");
        print_labels(out, dataset->classes, dataset->class_count);
        llr_text_add(out, "\n");
    }
    for (int32_t c = 0; c < dataset->merges; c++) {
        llr_text_add(out, c ? ", " : "    merge: [");
        print_labels(out, dataset->merge[c], dataset->merge_count[c]);
        if (c == dataset->merges - 1) llr_text_add(out, "]\n");
    }
    if (dataset->has_split) {
        llr_text_add(out, "    split: {fractions: ");
        llr_print_numbers(out, dataset->split_fraction, 3);
        llr_text_add(out, ", seed: %lld}\n", (long long)dataset->split_seed);
    }
}

static void print_list(llr_text_t *out, const char *key, const double *value, int64_t count)
{
    llr_text_add(out, "%s: ", key);
    llr_print_numbers(out, value, count);
    llr_text_add(out, "\n");
}

void llr_print_dataset(llr_text_t *out, const llr_job_t *job, const llr_job_dataset_t *dataset,
                       bool where)
{
    llr_text_add(out, "  - name: ");
    llr_print_text(out, dataset->name);
    llr_text_add(out, "\n");
    if (dataset->path && where) {
        llr_text_add(out, "    path: ");
        print_path(out, job, dataset->path);
        llr_text_add(out, "\n");
    }
    if (dataset->is_synthetic) print_synthetic(out, &dataset->synthetic);
    print_task(out, dataset);
    if (dataset->size) {
        llr_text_add(out, "    sizes: ");
        llr_print_integers(out, dataset->size, dataset->sizes);
        llr_text_add(out, "\n");
    } else if (dataset->delta)
        print_list(out, "    deltas", dataset->delta, dataset->deltas);
    if (dataset->has_preprocess) {
        llr_text_add(out, "    preprocess: ");
        llr_print_preprocessing(out, &dataset->preprocess);
        llr_text_add(out, "\n");
    }
}

static void print_rules(llr_text_t *out, unsigned rules)
{
    const char *separator = "";
    llr_text_add(out, "rules: [");
    for (int r = 0; r < LLR_RULE_COUNT; r++) {
        if (!(rules & 1u << r)) continue;
        llr_text_add(out, "%s%s", separator, llr_rule_name((llr_rule_t)r));
        separator = ", ";
    }
    llr_text_add(out, "]\n");
}

/* Deltas that were resolved are the sizes of the datasets. */
static bool all_have_sizes(const llr_job_t *job)
{
    for (int64_t d = 0; d < job->datasets; d++)
        if (!job->dataset[d].size) return false;
    return true;
}

static void print_df(llr_text_t *out, const llr_job_t *job)
{
    const char *separator = "";
    llr_text_add(out, "df: [");
    for (int l = 0; l < LLR_LOSS_COUNT; l++) {
        if (!job->df[l]) continue;
        llr_text_add(out, "%s%s", separator, llr_loss_name((llr_loss_t)l));
        separator = ", ";
    }
    llr_text_add(out, "]\n");
}

static void print_grid(llr_text_t *out, const llr_job_t *job)
{
    llr_text_add(out, "losses: [");
    for (int32_t l = 0; l < job->losses; l++)
        llr_text_add(out, "%s%s", l ? ", " : "", llr_loss_name(job->loss[l]));
    llr_text_add(out, "]\npreprocess: ");
    llr_print_preprocessing(out, &job->preprocess);
    llr_text_add(out, "\nweights_by: %s\n", llr_by_name(job->weights_by));
    print_list(out, "exponents", job->exponent, job->exponents);
    print_list(out, "ratios", job->ratio, job->ratios);
    print_rules(out, job->rules);
    print_list(out, "lambdas", job->lambda, job->lambdas);
    if (job->size) {
        llr_text_add(out, "sizes: ");
        llr_print_integers(out, job->size, job->sizes);
        llr_text_add(out, "\n");
    }
    if (job->delta && !all_have_sizes(job)) print_list(out, "deltas", job->delta, job->deltas);
    if (job->prior) print_list(out, "priors", job->prior, job->priors);
}

/* where: with all that says where things are and what they are called. */
static void print_job(const llr_job_t *job, bool where, llr_text_t *out)
{
    char number[LLR_NUMBER_TEXT];
    llr_text_add(out, "version: 1\n");
    if (where) llr_text_add(out, "name: \"%s\"\n", job->name);
    llr_text_add(out, "datasets:\n");
    for (int64_t d = 0; d < job->datasets; d++)
        llr_print_dataset(out, job, &job->dataset[d], where);
    print_grid(out, job);
    llr_text_add(out, "sampling: %s\nseeds: {first: %lld, count: %lld}\nselect_by: %s\n",
                 llr_sampling_name(job->sampling), (long long)job->seed_first,
                 (long long)job->seeds, llr_select_name(job->select_by));
    print_df(out, job);
    llr_text_add(out, "theory: %s\neffective_variance: %s\n", llr_form_name(job->theory),
                 llr_number_text(job->effective_variance, number));
    llr_text_add(out, "tolerance: %s\nbalanced_repeats: %lld\nunit_size: %lld\n",
                 llr_number_text(job->tolerance, number), (long long)job->balanced_repeats,
                 (long long)job->unit_size);
    if (job->ranks_per_unit)
        llr_text_add(out, "ranks_per_unit: %lld\n", (long long)job->ranks_per_unit);
    else
        llr_text_add(out, "ranks_per_unit: auto\n");
    if (!where && job->unit_size) llr_text_add(out, "units: cut by lambda\n"); /* not as before */
    if (!where) return;
    llr_text_add(out, "rank_memory: %lld\noutput: ", (long long)job->rank_memory);
    print_path(out, job, job->output);
    llr_text_add(out, "\n");
}

void llr_job_print(const llr_job_t *job, llr_text_t *out)
{
    print_job(job, true, out);
}

llr_hash_t llr_job_fingerprint(const llr_job_t *job)
{
    llr_text_t text = {0};
    print_job(job, false, &text);
    llr_hash_t hash = llr_hash_bytes(text.data ? text.data : "", text.length);
    llr_text_destroy(&text);
    return hash;
}
