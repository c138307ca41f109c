/* The entries of `datasets` in a job file. */
#include "base/memory.h"
#include "model/job_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_LABEL = 100000 };

static void read_name(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_read_name(yaml, node, "name", &((llr_job_dataset_t *)into)->name);
}

static void read_path(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_text(yaml, node, "path", &((llr_job_dataset_t *)into)->path);
}

/* Labels as the 32-bit integers that the data hold. */
static int32_t *read_labels(llr_yaml_t *yaml, const llr_node_t *node, const char *key,
                            int64_t least, int32_t *count)
{
    int64_t *wide = NULL, entries = 0;
    bool good = llr_yaml_integers(yaml, node, key, least, 0, LARGEST_LABEL, &wide, &entries);
    int32_t *label = good ? llr_alloc(entries, sizeof *label) : NULL;
    for (int64_t i = 0; label && i < entries; i++) label[i] = (int32_t)wide[i];
    if (good && !label) yaml->findings->failed = 1;
    *count = label ? (int32_t)entries : 0;
    free(wide);
    return label;
}

static void read_classes(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_dataset_t *dataset = into;
    dataset->classes = read_labels(yaml, node, "classes", 2, &dataset->class_count);
}

static void read_merge(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_dataset_t *dataset = into;
    int64_t count;
    if (!llr_yaml_list_length(yaml, node, "merge", 2, &count)) return;
    dataset->merge = llr_alloc(count, sizeof *dataset->merge);
    dataset->merge_count = llr_alloc(count, sizeof *dataset->merge_count);
    if (!dataset->merge || !dataset->merge_count) {
        yaml->findings->failed = 1;
        return;
    }
    dataset->merges = (int32_t)count;
    for (int32_t c = 0; c < count; c++) {
        const llr_node_t *entry = llr_yaml_entry(yaml, node, c);
        dataset->merge[c] = read_labels(yaml, entry, "merge", 1, &dataset->merge_count[c]);
    }
}

static void read_fractions(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    static const llr_range_t range = {0, 1, true};
    llr_job_dataset_t *dataset = into;
    double *fraction = NULL, total = 0;
    int64_t count = 0;
    if (llr_yaml_numbers(yaml, node, "split: fractions", 3, range, &fraction, &count)) {
        for (int64_t i = 0; i < count; i++) total += fraction[i];
        if (count != 3 || fabs(total - 1) > 1e-6)
            llr_yaml_complain(yaml, node,
                              "split: fractions: expected three with sum 1 (pool, validation, "
                              "test), found %lld with sum %g",
                              (long long)count, total);
        else
            memcpy(dataset->split_fraction, fraction, sizeof dataset->split_fraction);
    }
    free(fraction);
}

static void read_split_seed(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_integer(yaml, node, "split: seed", 0, INT32_MAX,
                     &((llr_job_dataset_t *)into)->split_seed);
}

static void read_split(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    static const llr_yaml_key_t keys[] = {
        {"fractions", NULL, true, read_fractions, "shares of pool, validation, test"},
        {"seed", "0", false, read_split_seed, "of the split"}};
    ((llr_job_dataset_t *)into)->has_split = true;
    llr_yaml_mapping(yaml, node, "split", keys, 2, into);
}

static void read_own_sizes(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_dataset_t *dataset = into;
    llr_read_sizes(yaml, node, &dataset->size, &dataset->sizes);
}

static void read_own_deltas(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_dataset_t *dataset = into;
    llr_read_deltas(yaml, node, &dataset->delta, &dataset->deltas);
}

static void read_own_preprocess(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_dataset_t *dataset = into;
    dataset->has_preprocess = true;
    llr_read_preprocessing(yaml, node, &dataset->preprocess);
}

/* Synthetic -------------------------------------------------------------------------------- */

static void read_dim(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_integer(yaml, node, "synthetic: d", 1, 1000000, &((llr_synthetic_t *)into)->dim);
}

static void read_separation(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    static const llr_range_t range = {0, 1000, false};
    llr_yaml_number(yaml, node, "synthetic: separation", range,
                    &((llr_synthetic_t *)into)->separation);
}

enum { ISOTROPIC, POWER };

static void read_spectrum(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    static const char *const words[] = {"isotropic", "power"};
    int64_t word;
    /* The decay, read next, is 1 unless it is given; isotropic has none. */
    if (llr_yaml_word(yaml, node, "synthetic: spectrum", words, 2, &word))
        ((llr_synthetic_t *)into)->decay = word == POWER ? 1 : 0;
}

static void read_decay(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    static const llr_range_t range = {0, 10, true};
    llr_synthetic_t *synthetic = into;
    if (synthetic->decay == 0)
        llr_yaml_complain(yaml, node, "synthetic: decay: only with `spectrum: power`");
    llr_yaml_number(yaml, node, "synthetic: decay", range, &synthetic->decay);
}

static void read_synthetic_priors(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_synthetic_t *synthetic = into;
    llr_read_priors(yaml, node, &synthetic->priors, &synthetic->classes);
}

static void read_test(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_integer(yaml, node, "synthetic: test", 1, LLR_LARGEST_SIZE,
                     &((llr_synthetic_t *)into)->test);
}

const llr_yaml_key_t llr_synthetic_keys[] = {
    {"d", NULL, true, read_dim, "columns"},
    {"separation", "2", false, read_separation, "length of the class means"},
    {"spectrum", "isotropic", false, read_spectrum, "isotropic, or power: eigenvalues j^-decay"},
    {"decay", NULL, false, read_decay, "of the power spectrum (default: 1)"},
    {"priors", NULL, true, read_synthetic_priors, "shares of the classes, sum 1"},
    {"test", "20000", false, read_test, "sampled test rows, for more than two classes"}};
const int64_t llr_synthetic_key_count = sizeof llr_synthetic_keys / sizeof *llr_synthetic_keys;

static void read_synthetic(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_dataset_t *dataset = into;
    dataset->is_synthetic = true;
    llr_yaml_mapping(yaml, node, "synthetic", llr_synthetic_keys, llr_synthetic_key_count,
                     &dataset->synthetic);
}

const llr_yaml_key_t llr_dataset_keys[] = {
    {"name", NULL, true, read_name, "how keys and tables call it"},
    {"path", NULL, false, read_path, "HDF5 file, relative to the job file"},
    {"synthetic", NULL, false, read_synthetic, "Gaussian classes that need no file"},
    {"classes", NULL, false, read_classes, "labels kept, in the order that numbers them 0, 1, ..."},
    {"merge", NULL, false, read_merge, "lists of labels; each list becomes one class"},
    {"split", NULL, false, read_split, "{fractions: [pool, validation, test], seed}"},
    {"sizes", NULL, false, read_own_sizes, "n of this dataset, in place of the job's"},
    {"deltas", NULL, false, read_own_deltas, "d/n of this dataset, in place of sizes"},
    {"preprocess", NULL, false, read_own_preprocess, "of this dataset, in place of the job's"}};
const int64_t llr_dataset_key_count = sizeof llr_dataset_keys / sizeof *llr_dataset_keys;

static void check_dataset(llr_yaml_t *yaml, const llr_node_t *node, const llr_job_t *job,
                          const llr_job_dataset_t *dataset)
{
    const char *name = dataset->name ? dataset->name : "?";
    if (!llr_yaml_find(yaml, node, "path") == !dataset->is_synthetic)
        llr_yaml_complain(yaml, node, "dataset \"%s\": give either path or synthetic", name);
    if (llr_yaml_find(yaml, node, "classes") && llr_yaml_find(yaml, node, "merge"))
        llr_yaml_complain(yaml, node,
                          "dataset \"%s\": classes and merge exclude each other; merge alone can "
                          "do both",
                          name);
    if (dataset->is_synthetic && (dataset->classes || dataset->merge || dataset->has_split))
        llr_yaml_complain(yaml, node,
                          "dataset \"%s\": classes, merge and split are for files, not for "
                          "synthetic data",
                          name);
    if (dataset->size && dataset->delta)
        llr_yaml_complain(yaml, node, "dataset \"%s\": give either sizes or deltas", name);
    for (const llr_job_dataset_t *other = job->dataset; other < dataset; other++)
        if (other->name && dataset->name && !strcmp(other->name, dataset->name))
            llr_yaml_complain(yaml, node, "dataset \"%s\": the name stands there twice", name);
}

void llr_read_datasets(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    int64_t count;
    if (!llr_yaml_list_length(yaml, node, "datasets", 1, &count)) return;
    job->dataset = llr_alloc(count, sizeof *job->dataset);
    if (!job->dataset) {
        yaml->findings->failed = 1;
        return;
    }
    job->datasets = count;
    for (int64_t d = 0; d < count; d++) {
        const llr_node_t *entry = llr_yaml_entry(yaml, node, d);
        job->dataset[d].line = llr_yaml_line(entry);
        int64_t before = yaml->findings->count;
        llr_yaml_mapping(yaml, entry, "dataset", llr_dataset_keys, llr_dataset_key_count,
                         &job->dataset[d]);
        if (yaml->findings->count == before) check_dataset(yaml, entry, job, &job->dataset[d]);
    }
}

void llr_dataset_destroy_job(llr_job_dataset_t *dataset)
{
    for (int32_t c = 0; dataset->merge && c < dataset->merges; c++) free(dataset->merge[c]);
    free(dataset->name);
    free(dataset->path);
    free(dataset->classes);
    free(dataset->merge);
    free(dataset->merge_count);
    free(dataset->size);
    free(dataset->delta);
    free(dataset->synthetic.priors);
}
