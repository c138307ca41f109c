/* The keys of a job file: the one table of their names, defaults, readers and meaning. */
#include "base/memory.h"
#include "model/job_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const llr_range_t exponent_range = {0, 16, false}, lambda_range = {0, 1e6, false},
                         ratio_range = {0, 1e12, true}, prior_range = {0, 1, true},
                         share_range = {0, 1, true}, tolerance_range = {1e-13, 1e-2, false},
                         delta_range = {0, 1e6, true}, log_range = {-300, 6, false};

static void read_version(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    int64_t version;
    (void)into;
    llr_yaml_integer(yaml, node, "version", 1, 1, &version);
}

llr_code_t llr_job_check_name(const char *name, llr_error_t *error)
{
    bool good = *name && !strpbrk(name, "/= \"\\") && strcmp(name, ".") && strcmp(name, "..") &&
                strlen(name) <= 100;
    for (const char *c = name; *c; c++) good = good && (unsigned char)*c > ' ' && *c != 127;
    if (good) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "`%.60s`: a name has no '/', '=', spaces, quotes or backslashes and at most "
                    "100 characters",
                    name);
}

bool llr_read_name(llr_yaml_t *yaml, const llr_node_t *node, const char *key, char **out)
{
    llr_error_t error;
    if (!llr_yaml_text(yaml, node, key, out)) return false;
    if (llr_job_check_name(*out, &error) == LLR_OK) return true;
    llr_yaml_complain(yaml, node, "%s: %s", key, error.text);
    return false;
}

static void read_name(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_read_name(yaml, node, "name", &((llr_job_t *)into)->name);
}

static void read_output(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    job->has_output = llr_yaml_text(yaml, node, "output", &job->output);
}

/* A list of losses, each once, in the given order. */
static void read_loss_list(llr_yaml_t *yaml, const llr_node_t *node, const char *key, int64_t least,
                           llr_loss_t *loss, int32_t *losses)
{
    const char *words[LLR_LOSS_COUNT];
    int64_t count, word;
    for (int l = 0; l < LLR_LOSS_COUNT; l++) words[l] = llr_loss_name((llr_loss_t)l);
    if (!llr_yaml_list_length(yaml, node, key, least, &count)) return;
    for (int64_t i = 0; i < count; i++) {
        const llr_node_t *entry = llr_yaml_entry(yaml, node, i);
        if (!llr_yaml_word(yaml, entry, key, words, LLR_LOSS_COUNT, &word)) return;
        for (int32_t l = 0; l < *losses; l++)
            if (loss[l] == (llr_loss_t)word) {
                llr_yaml_complain(yaml, entry, "%s: `%s` stands there twice", key, words[word]);
                return;
            }
        loss[(*losses)++] = (llr_loss_t)word;
    }
}

static void read_losses(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    read_loss_list(yaml, node, "losses", 1, job->loss, &job->losses);
}

static void read_df(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    llr_loss_t loss[LLR_LOSS_COUNT];
    int32_t losses = 0;
    read_loss_list(yaml, node, "df", 0, loss, &losses);
    for (int32_t l = 0; l < losses; l++) job->df[loss[l]] = true;
}

static void read_preprocess(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_read_preprocessing(yaml, node, &((llr_job_t *)into)->preprocess);
}

static void read_select(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    const char *words[LLR_SELECTS];
    int64_t word;
    for (int s = 0; s < LLR_SELECTS; s++) words[s] = llr_select_name((llr_select_t)s);
    if (llr_yaml_word(yaml, node, "select_by", words, LLR_SELECTS, &word))
        ((llr_job_t *)into)->select_by = (llr_select_t)word;
}

static void read_theory(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    const char *words[LLR_FORMS];
    int64_t word;
    for (int f = 0; f < LLR_FORMS; f++) words[f] = llr_form_name((llr_form_t)f);
    if (llr_yaml_word(yaml, node, "theory", words, LLR_FORMS, &word))
        ((llr_job_t *)into)->theory = (llr_form_t)word;
}

static void read_effective_variance(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_number(yaml, node, "effective_variance", share_range,
                    &((llr_job_t *)into)->effective_variance);
}

static void read_weights_by(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    const char *words[LLR_BYS];
    int64_t word;
    for (int b = 0; b < LLR_BYS; b++) words[b] = llr_by_name((llr_by_t)b);
    if (llr_yaml_word(yaml, node, "weights_by", words, LLR_BYS, &word))
        ((llr_job_t *)into)->weights_by = (llr_by_t)word;
}

static void read_sampling(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    const char *words[LLR_SAMPLINGS];
    int64_t word;
    for (int s = 0; s < LLR_SAMPLINGS; s++) words[s] = llr_sampling_name((llr_sampling_t)s);
    if (llr_yaml_word(yaml, node, "sampling", words, LLR_SAMPLINGS, &word))
        ((llr_job_t *)into)->sampling = (llr_sampling_t)word;
}

/* {from, to, count}: evenly spaced values. */
typedef struct span {
    double from, to;
    int64_t count;
    llr_range_t range;
} span_t;

static void read_from(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_number(yaml, node, "from", ((span_t *)into)->range, &((span_t *)into)->from);
}

static void read_to(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_number(yaml, node, "to", ((span_t *)into)->range, &((span_t *)into)->to);
}

static void read_span_count(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_integer(yaml, node, "count", 2, LLR_YAML_ENTRIES, &((span_t *)into)->count);
}

static const llr_yaml_key_t span_keys[] = {
    {"from", NULL, true, read_from, "first value"},
    {"to", NULL, true, read_to, "last value"},
    {"count", NULL, true, read_span_count, "how many, evenly spaced"}};

static double span_value(const span_t *span, int64_t i)
{
    if (i == span->count - 1) return span->to;
    return span->from + (span->to - span->from) * (double)i / (double)(span->count - 1);
}

static void read_span(llr_yaml_t *yaml, const llr_node_t *node, const char *key, llr_range_t range,
                      bool log10, double **out, int64_t *count)
{
    span_t span = {.from = NAN, .to = NAN, .range = range};
    llr_yaml_mapping(yaml, node, key, span_keys, 3, &span);
    if (!(span.count > 0) || isnan(span.from) || isnan(span.to)) return;
    free(*out);
    *out = llr_alloc(span.count, sizeof **out);
    *count = *out ? span.count : 0;
    for (int64_t i = 0; i < *count; i++)
        (*out)[i] = log10 ? pow(10, span_value(&span, i)) : span_value(&span, i);
    if (!*out) yaml->findings->failed = 1;
}

/* An entry of a list. */
typedef struct entry {
    double value;
    int64_t index;
} entry_t;

static int by_value(const void *a, const void *b)
{
    const entry_t *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* The first entry that an earlier one equals, or -1. value, or whole where that is NULL: count. */
static int64_t find_repeated(llr_yaml_t *yaml, const double *value, const int64_t *whole,
                             int64_t count)
{
    int64_t first = -1;
    entry_t *entry = count > 1 ? llr_alloc(count, sizeof *entry) : NULL;
    if (count > 1 && !entry) yaml->findings->failed = 1;
    if (!entry) return -1;
    for (int64_t i = 0; i < count; i++)
        entry[i] = (entry_t){value ? value[i] : (double)whole[i], i};
    qsort(entry, (size_t)count, sizeof *entry, by_value);
    for (int64_t i = 1; i < count; i++)
        if (entry[i].value == entry[i - 1].value && (first < 0 || entry[i].index < first))
            first = entry[i].index;
    free(entry);
    return first;
}

/* Equal values would be equal cells with equal keys. */
static void check_distinct(llr_yaml_t *yaml, const llr_node_t *node, const char *key,
                           const double *value, int64_t count)
{
    char number[LLR_NUMBER_TEXT];
    int64_t repeated = find_repeated(yaml, value, NULL, count);
    if (repeated >= 0)
        llr_yaml_complain(yaml, node, "%s: %s stands there twice", key,
                          llr_number_text(value[repeated], number));
}

static void read_values(llr_yaml_t *yaml, const llr_node_t *node, const char *key,
                        llr_range_t range, double **out, int64_t *count)
{
    if (node->type == YAML_MAPPING_NODE)
        read_span(yaml, node, key, range, false, out, count);
    else if (!llr_yaml_numbers(yaml, node, key, 0, range, out, count))
        return;
    check_distinct(yaml, node, key, *out, *count);
}

static void read_exponents(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    read_values(yaml, node, "exponents", exponent_range, &job->exponent, &job->exponents);
}

static void read_ratios(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    read_values(yaml, node, "ratios", ratio_range, &job->ratio, &job->ratios);
}

static void read_lambdas(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    const llr_node_t *powers = llr_yaml_find(yaml, node, "log10");
    if (powers && node->data.mapping.pairs.top - node->data.mapping.pairs.start == 1) {
        read_span(yaml, powers, "lambdas: log10", log_range, true, &job->lambda, &job->lambdas);
        check_distinct(yaml, node, "lambdas", job->lambda, job->lambdas);
        return;
    }
    read_values(yaml, node, "lambdas", lambda_range, &job->lambda, &job->lambdas);
    if (node->type == YAML_SEQUENCE_NODE && !job->lambdas)
        llr_yaml_complain(yaml, node, "lambdas: the list is empty; give at least one, e.g. [0.01]");
}

static void read_rules(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    enum { FIRST = LLR_RULE_INVERSE_PRIOR + 1 };
    llr_job_t *job = into;
    const char *words[LLR_RULE_COUNT];
    int64_t count, word;
    for (int r = FIRST; r < LLR_RULE_COUNT; r++) words[r - FIRST] = llr_rule_name((llr_rule_t)r);
    if (!llr_yaml_list_length(yaml, node, "rules", 0, &count)) return;
    for (int64_t i = 0; i < count; i++) {
        const llr_node_t *entry = llr_yaml_entry(yaml, node, i);
        if (!llr_yaml_word(yaml, entry, "rules", words, LLR_RULE_COUNT - FIRST, &word)) continue;
        if (job->rules & 1u << (word + FIRST))
            llr_yaml_complain(yaml, entry, "rules: `%s` stands there twice", words[word]);
        job->rules |= 1u << (word + FIRST);
    }
}

bool llr_read_sizes(llr_yaml_t *yaml, const llr_node_t *node, int64_t **size, int64_t *count)
{
    if (!llr_yaml_integers(yaml, node, "sizes", 1, 2, LLR_LARGEST_SIZE, size, count)) return false;
    int64_t repeated = find_repeated(yaml, NULL, *size, *count);
    if (repeated < 0) return true;
    llr_yaml_complain(yaml, node, "sizes: %lld stands there twice", (long long)(*size)[repeated]);
    return false;
}

static void read_sizes(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    llr_read_sizes(yaml, node, &job->size, &job->sizes);
}

bool llr_read_deltas(llr_yaml_t *yaml, const llr_node_t *node, double **delta, int64_t *count)
{
    int64_t before = yaml->findings->count;
    read_values(yaml, node, "deltas", delta_range, delta, count);
    if (yaml->findings->count == before && !*count)
        llr_yaml_complain(yaml, node, "deltas: the list is empty; give at least one, e.g. [0.5]");
    return yaml->findings->count == before;
}

static void read_deltas(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    llr_read_deltas(yaml, node, &job->delta, &job->deltas);
}

bool llr_read_priors(llr_yaml_t *yaml, const llr_node_t *node, double **prior, int32_t *count)
{
    int64_t entries = 0;
    double total = 0;
    if (!llr_yaml_numbers(yaml, node, "priors", 2, prior_range, prior, &entries)) return false;
    *count = (int32_t)entries;
    for (int64_t i = 0; i < entries; i++) total += (*prior)[i];
    if (fabs(total - 1) <= 1e-6) return true;
    llr_yaml_complain(yaml, node, "priors: their sum is %g, it must be 1", total);
    return false;
}

static void read_priors(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_job_t *job = into;
    llr_read_priors(yaml, node, &job->prior, &job->priors);
}

static void read_seed_first(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_integer(yaml, node, "seeds: first", 0, 1000000000000,
                     &((llr_job_t *)into)->seed_first);
}

static void read_seed_count(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_integer(yaml, node, "seeds: count", 1, LLR_LARGEST_SIZE, &((llr_job_t *)into)->seeds);
}

static void read_seeds(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    static const llr_yaml_key_t keys[] = {{"first", "0", false, read_seed_first, "first seed"},
                                          {"count", "10", false, read_seed_count, "how many"}};
    llr_yaml_mapping(yaml, node, "seeds", keys, 2, into);
}

static void read_tolerance(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_number(yaml, node, "tolerance", tolerance_range, &((llr_job_t *)into)->tolerance);
}

static void read_repeats(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_integer(yaml, node, "balanced_repeats", 1, 100000,
                     &((llr_job_t *)into)->balanced_repeats);
}

static void read_unit_size(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_integer(yaml, node, "unit_size", 0, LLR_LARGEST_SIZE, &((llr_job_t *)into)->unit_size);
}

static void read_ranks(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    enum { MOST = 4096 };
    llr_job_t *job = into;
    const char *text = node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "";
    int64_t ranks;
    if (!strcmp(text, "auto"))
        job->ranks_per_unit = 0;
    else if (llr_text_to_int64(text, &ranks) && ranks >= 1 && ranks <= MOST)
        job->ranks_per_unit = ranks;
    else
        llr_yaml_complain(yaml, node,
                          "ranks_per_unit: expected a whole number from 1 to %d, or auto, found "
                          "`%.60s`",
                          MOST, text);
}

static void read_rank_memory(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    const char *text = node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "";
    if (!llr_text_to_bytes(text, &((llr_job_t *)into)->rank_memory))
        llr_yaml_complain(yaml, node,
                          "rank_memory: expected bytes, as 4GiB or 512MiB, found `%.60s`", text);
}

const llr_yaml_key_t llr_job_keys[] = {
    {"version", "1", false, read_version, "of the job file's form; 1"},
    {"name", NULL, false, read_name, "of the sweep (default: the file's name)"},
    {"datasets", NULL, true, llr_read_datasets, "a list of datasets"},
    {"losses", "[square]", false, read_losses, "square, logistic"},
    {"preprocess", "zscore", false, read_preprocess,
     "none; zscore, by the subsample's moments; {pca: {variance: .99}} or {pca: {components: 32}}, "
     "the pool's"},
    {"weights_by", "class", false, read_weights_by,
     "what shares a weight and is stratified by: class or group"},
    {"exponents", "{from: 0, to: 2, count: 9}", false, read_exponents,
     "gamma of w_c ~ prior_c^-gamma, 0 to 16: a list, or {from, to, count}"},
    {"ratios", "[]", false, read_ratios, "w_minority / w_majority, two classes: a list, or a span"},
    {"rules", "[]", false, read_rules,
     "weightings beyond the grids: paper, thumb, theory, balanced_subsample, averaged_balanced"},
    {"lambdas", "{log10: {from: -4, to: 0, count: 9}}", false, read_lambdas,
     "strengths of the penalty, >= 0: a list, {from, to, count}, or {log10: {from, to, count}}"},
    {"sizes", NULL, false, read_sizes,
     "n, rows of a subsample: a list (a dataset may have its own)"},
    {"deltas", NULL, false, read_deltas, "d/n, in place of sizes: n = round(d / delta)"},
    {"priors", NULL, false, read_priors,
     "of the subsample's classes, or groups (default: the pool's)"},
    {"sampling", "stratified", false, read_sampling,
     "stratified, by the priors; or uniform, rows as they come"},
    {"seeds", "{first: 0, count: 10}", false, read_seeds, "subsamples of each size"},
    {"select_by", "worst_class", false, read_select,
     "validation accuracy that chooses: worst_class, worst_group, balanced, overall"},
    {"tolerance", "1e-8", false, read_tolerance, "certified relative gap of a converged fit"},
    {"df", "[square, logistic]", false, read_df,
     "losses whose column df is computed; of logistic fits it is most of the work"},
    {"theory", "none", false, read_theory,
     "form of the predicted errors beside the measured ones: none, auto, spectral (two classes, "
     "one "
     "covariance), general"},
    {"effective_variance", ".99", false, read_effective_variance,
     "share of the pool's variance in the dimension of rule paper"},
    {"balanced_repeats", "10", false, read_repeats, "draws that averaged_balanced averages"},
    {"unit_size", "0", false, read_unit_size,
     "most cells solved and saved together; 0: all of a subsample and loss"},
    {"ranks_per_unit", "1", false, read_ranks,
     "ranks that solve a unit together, each with a slice of the rows: a number, or auto, the "
     "fewest that rank_memory is enough for"},
    {"rank_memory", "0", false, read_rank_memory,
     "bytes that a rank may take, as 4GiB; for ranks_per_unit: auto"},
    {"output", NULL, false, read_output, "result folder (default: results/NAME)"}};
const int64_t llr_job_key_count = sizeof llr_job_keys / sizeof *llr_job_keys;
