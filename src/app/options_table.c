/* The options of the program. */
#include "app/options.h"
#include "app/report.h"
#include "base/text.h"

#include <stddef.h>
#include <string.h>

/* Words of options that take one of a list. The setters are given one of them. */

static const char *metric_choice(int64_t index)
{
    return index < LLR_SELECTS ? llr_select_name((llr_select_t)index) : NULL;
}

static const char *format_choice(int64_t index)
{
    return index < LLR_REPORT_FORMATS ? llr_report_formats[index].name : NULL;
}

static const char *interval_choice(int64_t index)
{
    return index < LLR_INTERVALS ? llr_interval_name((llr_interval_kind_t)index) : NULL;
}

static const char *axis_choice(int64_t index)
{
    static const char *const axes[] = {"n", "dataset"};
    return index < 2 ? axes[index] : NULL;
}

/* The cuts of a subsample that a rule fits. */
static const llr_rule_t cut_rules[] = {LLR_RULE_BALANCED_SUBSAMPLE, LLR_RULE_AVERAGED_BALANCED};
enum { CUT_RULES = sizeof cut_rules / sizeof *cut_rules };

static const char *rule_choice(int64_t index)
{
    return index < CUT_RULES ? llr_rule_name(cut_rules[index]) : NULL;
}

static int64_t place_of(const char *value, llr_words_t *words)
{
    int64_t place = 0;
    while (strcmp(value, words(place))) place++;
    return place;
}

static llr_code_t set_metric(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->metric = (llr_select_t)place_of(value, metric_choice);
    options->has_metric = true;
    return LLR_OK;
}

static llr_code_t set_format(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->format = &llr_report_formats[place_of(value, format_choice)];
    return LLR_OK;
}

static llr_code_t set_interval(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->interval = (llr_interval_kind_t)place_of(value, interval_choice);
    return LLR_OK;
}

static llr_code_t set_by(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->by_dataset = place_of(value, axis_choice) == 1;
    return LLR_OK;
}

static llr_code_t set_rule(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->rule = cut_rules[place_of(value, rule_choice)];
    return LLR_OK;
}

static llr_code_t read_count(const char *name, const char *value, int64_t low, int64_t *out,
                             llr_error_t *error)
{
    enum { LARGEST = 1000000 };
    if (llr_text_to_int64(value, out) && *out >= low && *out <= LARGEST) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: expected a whole number from %lld to %d, found `%s`",
                    name, (long long)low, LARGEST, value);
}

static llr_code_t set_ranks(llr_options_t *options, const char *value, llr_error_t *error)
{
    return read_count("--ranks", value, 1, &options->ranks, error);
}

static llr_code_t set_nodes(llr_options_t *options, const char *value, llr_error_t *error)
{
    return read_count("--nodes", value, 1, &options->nodes, error);
}

static llr_code_t set_best(llr_options_t *options, const char *value, llr_error_t *error)
{
    return read_count("--best", value, 0, &options->best, error);
}

/* "2/3": the second of three. */
static llr_code_t set_shard(llr_options_t *options, const char *value, llr_error_t *error)
{
    char first[LLR_NUMBER_TEXT];
    const char *slash = strchr(value, '/');
    size_t length = slash ? (size_t)(slash - value) : 0;
    if (slash && length < sizeof first) {
        memcpy(first, value, length);
        first[length] = '\0';
        if (llr_text_to_int64(first, &options->shard) &&
            llr_text_to_int64(slash + 1, &options->shards) && options->shard >= 1 &&
            options->shard <= options->shards && options->shards <= 1000000) {
            options->shard--;
            return LLR_OK;
        }
    }
    return llr_fail(error, LLR_INVALID, "--shard: expected I/N, from 1/N to N/N, found `%s`",
                    value);
}

static llr_code_t set_grace(llr_options_t *options, const char *value, llr_error_t *error)
{
    if (llr_text_to_double(value, &options->grace) && options->grace >= 0 && options->grace <= 1e6)
        return LLR_OK;
    return llr_fail(error, LLR_INVALID, "--grace: expected seconds from 0 to 1e6, found `%s`",
                    value);
}

/* "01:30:00": seconds of a time that is not 0. */
static llr_code_t set_stop_before(llr_options_t *options, const char *value, llr_error_t *error)
{
    static const char digits[] = "0123456789";
    const char *at = value;
    int64_t part[3];
    int parts = 0;
    for (char text[8]; parts < 3; parts++) {
        size_t length = strspn(at, digits);
        if (!length || length >= sizeof text || (parts && length != 2)) break;
        memcpy(text, at, length);
        text[length] = '\0';
        llr_text_to_int64(text, &part[parts]);
        at += length;
        if (parts < 2 && *at++ != ':') break;
    }
    bool good = parts == 3 && !*at && part[1] < 60 && part[2] < 60;
    if (good) options->stop_before = (double)(3600 * part[0] + 60 * part[1] + part[2]);
    if (good && options->stop_before > 0) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "--stop-before: expected HH:MM:SS, as 01:30:00 for an hour and a half from "
                    "now, found `%s`",
                    value);
}

/* Predictions ------------------------------------------------------------------------------ */

static const char *loss_choice(int64_t index)
{
    return index < LLR_LOSS_COUNT ? llr_loss_name((llr_loss_t)index) : NULL;
}

static const char *by_choice(int64_t index)
{
    return index < LLR_BYS ? llr_by_name((llr_by_t)index) : NULL;
}

/* Components are a job's to have. */
static const char *preprocess_choice(int64_t index)
{
    return index <= LLR_PREPROCESS_ZSCORE ? llr_preprocess_name((llr_preprocess_t)index) : NULL;
}

static const char *target_choice(int64_t index)
{
    return index < LLR_SELECT_OVERALL ? llr_select_name((llr_select_t)index) : NULL;
}

static llr_code_t set_loss(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->loss = (llr_loss_t)place_of(value, loss_choice);
    return LLR_OK;
}

static llr_code_t set_weights_by(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->weights_by = (llr_by_t)place_of(value, by_choice);
    return LLR_OK;
}

static llr_code_t set_preprocess(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->preprocess = (llr_preprocess_t)place_of(value, preprocess_choice);
    return LLR_OK;
}

static llr_code_t set_target(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->target = (llr_select_t)place_of(value, target_choice);
    return LLR_OK;
}

static llr_code_t set_gaussian(llr_options_t *options, const char *value, llr_error_t *error)
{
    return llr_gaussian_read("--gaussian", value, &options->gaussian, error);
}

static llr_code_t set_n(llr_options_t *options, const char *value, llr_error_t *error)
{
    static const llr_value_range_t range = {2,    1e9,  false,
                                            true, true, "whole numbers from 2 to 1e9"};
    return llr_values_read("--n", value, &range, &options->n, error);
}

static llr_code_t set_gamma(llr_options_t *options, const char *value, llr_error_t *error)
{
    static const llr_value_range_t range = {-20, 20, false, false, false, "numbers from -20 to 20"};
    return llr_values_read("--gamma", value, &range, &options->gamma, error);
}

static llr_code_t set_lambda(llr_options_t *options, const char *value, llr_error_t *error)
{
    static const llr_value_range_t range = {0, 1e9, false, false, true, "numbers from 0 to 1e9"};
    return llr_values_read("--lambda", value, &range, &options->lambda, error);
}

static llr_code_t set_classes(llr_options_t *options, const char *value, llr_error_t *error)
{
    static const llr_value_range_t range = {0,    100000, false,
                                            true, false,  "labels from 0 to 100000"};
    LLR_TRY(llr_values_read("--classes", value, &range, &options->classes, error));
    if (options->classes.count > 1) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "--classes: expected two labels or more, found `%s`",
                    value);
}

static llr_code_t read_priors(const char *name, const char *value, llr_values_t *priors,
                              llr_error_t *error)
{
    static const llr_value_range_t range = {0, 1, false, false, false, "shares from 0 to 1"};
    LLR_TRY(llr_values_read(name, value, &range, priors, error));
    return llr_priors_check(name, priors->value, priors->count, error);
}

static llr_code_t set_fractions(llr_options_t *options, const char *value, llr_error_t *error)
{
    static const llr_value_range_t range = {0, 1, true, false, false, "shares above 0, up to 1"};
    LLR_TRY(llr_values_read("--fractions", value, &range, &options->fractions, error));
    if (options->fractions.count != 3)
        return llr_fail(error, LLR_INVALID,
                        "--fractions: expected three (pool, validation, test), found `%s`", value);
    return llr_priors_check("--fractions", options->fractions.value, 3, error);
}

static llr_code_t set_seed(llr_options_t *options, const char *value, llr_error_t *error)
{
    if (llr_text_to_int64(value, &options->seed) && options->seed >= 0 &&
        options->seed <= INT32_MAX)
        return LLR_OK;
    return llr_fail(error, LLR_INVALID, "--seed: expected a whole number from 0 to %d, found `%s`",
                    INT32_MAX, value);
}

static llr_code_t set_priors(llr_options_t *options, const char *value, llr_error_t *error)
{
    return read_priors("--priors", value, &options->priors, error);
}

static llr_code_t set_test_priors(llr_options_t *options, const char *value, llr_error_t *error)
{
    return read_priors("--test-priors", value, &options->test_priors, error);
}

const llr_option_t llr_option_table[] = {
    {"--help", "-h", NULL, "", "help on a command", NULL, NULL,
     .place = offsetof(llr_options_t, help)},
    {"--version", NULL, NULL, "", "version and build facts", NULL, NULL,
     .place = offsetof(llr_options_t, version)},
    {"--output", "-o", "DIR", "check plan run gather import", "result folder; import: file",
     "the job's; gather and import need one", NULL, .place = offsetof(llr_options_t, output)},
    {"--explain", NULL, NULL, "check", "print the resolved job", NULL, NULL,
     .place = offsetof(llr_options_t, explain)},
    {"--ranks", NULL, "N", "plan", "ranks, on all nodes", "as few as the job can run on", NULL,
     .set = set_ranks},
    {"--nodes", NULL, "N", "plan", "nodes that they are on", "1", NULL, .set = set_nodes},
    {"--calibration", NULL, "FILE|DIR", "plan",
     "speed of the machine: a calibration file, or a result folder made there",
     "units of the job, or made ones, are timed here, for 2 s", NULL,
     .place = offsetof(llr_options_t, calibration)},
    {"--save-calibration", NULL, "FILE", "plan", "keep the speed for --calibration", NULL, NULL,
     .place = offsetof(llr_options_t, save_calibration)},
    {"--grace", NULL, "SECONDS", "run", "how long a unit may go on after a stop", "20", NULL,
     .set = set_grace},
    {"--stop-before", NULL, "HH:MM:SS", "run",
     "time from now on: no unit is begun that would not end before, and then it stops",
     "the end that Slurm set", NULL, .set = set_stop_before},
    {"--shard", NULL, "I/N", "run", "only the I-th of N parts of the units; then gather", NULL,
     NULL, .set = set_shard},
    {"--weak", NULL, NULL, "scaling", "the jobs may differ in the number of seeds", NULL, NULL,
     .place = offsetof(llr_options_t, weak)},
    {"--quiet", "-q", NULL, "check run gather import replay", "errors only", NULL, NULL,
     .place = offsetof(llr_options_t, quiet)},
    {"--verbose", "-v", NULL, "run", "also versions, kernel, hashes and where time went", NULL,
     NULL, .place = offsetof(llr_options_t, verbose)},
    {"--format", NULL, "NAME", "report theory", "form of the table (latex: report only)", "text",
     format_choice, .set = set_format},
    {"--metric", NULL, "NAME", "report", "test accuracy shown", "the job's select_by",
     metric_choice, .set = set_metric},
    {"--best", NULL, "N", "report",
     "best cells listed for each dataset, loss and n; csv: in place of the methods", "1; csv: 0",
     NULL, .set = set_best},
    {"--by", NULL, "AXIS", "report",
     "columns of the table; datasets stand at their largest n, or at those of --n", "n",
     axis_choice, .set = set_by},
    {"--spread", NULL, "KIND", "report",
     "beside a mean: standard deviation, standard error, or 95 % bootstrap interval of the mean",
     "sd", interval_choice, .set = set_interval},
    {"--compare", NULL, "METHOD|DIR", "report",
     "differences from a method, or from the same methods of another sweep, tested in pairs by "
     "seed",
     NULL, NULL, .place = offsetof(llr_options_t, compare)},
    {"--dataset", NULL, "NAME", "rows theory",
     "of the job, where it has several; theory without a job: HDF5 file", NULL, NULL,
     .place = offsetof(llr_options_t, dataset)},
    {"--features", NULL, "FILE", "import",
     "rows x columns of numbers; FILE:NAME takes a member, dataset or CSV column of it", NULL, NULL,
     .place = offsetof(llr_options_t, features)},
    {"--labels", NULL, "FILE", "import", "classes, one a row: whole numbers or words",
     "those beside the features", NULL, .place = offsetof(llr_options_t, labels)},
    {"--groups", NULL, "FILE", "import", "groups, one a row: whole numbers or words",
     "HDF5: those beside the features", NULL, .place = offsetof(llr_options_t, groups)},
    {"--split", NULL, "FILE", "import",
     "one a row: 0, pool, train or retrain; 1, validation, valid or val; 2 or test",
     "HDF5: that beside the features", NULL, .place = offsetof(llr_options_t, split)},
    {"--fractions", NULL, "LIST", "import",
     "in place of a split that is there: shares of pool, validation, test", NULL, NULL,
     .set = set_fractions},
    {"--seed", NULL, "N", "import", "of the split by fractions", "0", NULL, .set = set_seed},
    {"--float32", NULL, NULL, "import", "float64 features become float32", NULL, NULL,
     .place = offsetof(llr_options_t, single)},
    {"--force", NULL, NULL, "import", "replace a file that is there", NULL, NULL,
     .place = offsetof(llr_options_t, force)},
    {"--gaussian", NULL, "SPEC", "theory",
     "Gaussian classes: d=400,separation=2,priors=.8:.2[,decay=1] (means -+2 e; eigenvalues "
     "j^-decay)",
     NULL, NULL, .set = set_gaussian},
    {"--n", NULL, "LIST", "theory advise report",
     "training rows; advise: one number; report: only these columns", NULL, NULL, .set = set_n},
    {"--gamma", NULL, "LIST", "theory", "exponents: w_c ~ prior_c^-gamma", "0:2:5", NULL,
     .set = set_gamma},
    {"--lambda", NULL, "LIST", "theory advise",
     "regularisation; 1e-4:1:5 is a span, even in the logarithm", "theory: 1e-4:1:5; advise: any",
     NULL, .set = set_lambda},
    {"--loss", NULL, "NAME", "theory advise", "of the training", "square", loss_choice,
     .set = set_loss},
    {"--target", NULL, "NAME", "advise", "accuracy that the weights and lambda are for",
     "worst_class", target_choice, .set = set_target},
    {"--priors", NULL, "LIST", "theory advise",
     "shares of the classes (or groups, where these share a weight) among the training rows",
     "the pool's", NULL, .set = set_priors},
    {"--test-priors", NULL, "LIST", "advise",
     "shares of the classes, or of the groups, among the rows to be predicted",
     "those of the test rows", NULL, .set = set_test_priors},
    {"--weights-by", NULL, "NAME", "theory advise", "what shares a weight", "class", by_choice,
     .set = set_weights_by},
    {"--preprocess", NULL, "NAME", "theory advise", "of the columns", "zscore; --gaussian: none",
     preprocess_choice, .set = set_preprocess},
    {"--classes", NULL, "LIST", "theory advise",
     "labels of the file that are kept, in the order that numbers them", "all", NULL,
     .set = set_classes},
    {"--rule", NULL, "NAME", "rows",
     "rows that a rule fits, of averaged_balanced each draw (`n seed draw i0 ...`)", NULL,
     rule_choice, .set = set_rule},
    {"--save", NULL, "FILE", "replay", "the retrained layer as HDF5, raw-feature scale", NULL, NULL,
     .place = offsetof(llr_options_t, save)}};
const int64_t llr_option_count = sizeof llr_option_table / sizeof *llr_option_table;
_Static_assert(sizeof llr_option_table / sizeof *llr_option_table <= 64,
               "llr_options_t.given has a bit for each");
