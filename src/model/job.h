/* A job file, checked: what the user asked for, with defaults filled in. */
#ifndef LLR_MODEL_JOB_H
#define LLR_MODEL_JOB_H

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "model/solve.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum llr_preprocess {
    LLR_PREPROCESS_NONE,
    LLR_PREPROCESS_ZSCORE, /* by the moments of the rows that are fitted */
    LLR_PREPROCESS_PCA,    /* the pool's principal components */
    LLR_PREPROCESSES
} llr_preprocess_t;

typedef struct llr_preprocessing {
    llr_preprocess_t kind;
    double
        variance; /* pca: share that the components hold, in (0, 1]; used while components is 0 */
    int64_t components; /* pca: how many; 0: as many as the variance takes */
} llr_preprocessing_t;

/* What shares a weight, and what a stratified subsample is stratified by: the kinds of a sweep. */
typedef enum llr_by { LLR_BY_CLASS, LLR_BY_GROUP, LLR_BYS } llr_by_t;

typedef enum llr_sampling {
    LLR_SAMPLING_STRATIFIED, /* rows of every kind by the priors */
    LLR_SAMPLING_UNIFORM,    /* rows regardless of kind */
    LLR_SAMPLINGS
} llr_sampling_t;

/* How errors are predicted beside the measured ones (problem.md, 4 to 4c). */
typedef enum llr_form {
    LLR_FORM_NONE,
    LLR_FORM_AUTO,     /* by what the pool looks like, see model/predict.h */
    LLR_FORM_SPECTRAL, /* two classes, one covariance */
    LLR_FORM_GENERAL,  /* classes and groups with covariances of their own */
    LLR_FORMS
} llr_form_t;

/* Columns by which lambda and gamma are chosen on validation. */
typedef enum llr_select {
    LLR_SELECT_WORST_CLASS,
    LLR_SELECT_WORST_GROUP,
    LLR_SELECT_BALANCED,
    LLR_SELECT_OVERALL,
    LLR_SELECTS
} llr_select_t;

/* Rules of weighting beyond the grids; a set of bits in llr_job.rules. uniform and inverse_prior
 * are in every sweep. */
typedef enum llr_rule {
    LLR_RULE_EXPONENT,
    LLR_RULE_RATIO,
    LLR_RULE_UNIFORM,
    LLR_RULE_INVERSE_PRIOR,
    LLR_RULE_PAPER,  /* 1 / (K pi - dimension / n) */
    LLR_RULE_THUMB,  /* 1 / (K pi - df / n), df at this lambda */
    LLR_RULE_THEORY, /* where the predicted worst error is least, at this lambda */
    LLR_RULE_BALANCED_SUBSAMPLE,
    LLR_RULE_AVERAGED_BALANCED,
    LLR_RULE_COUNT
} llr_rule_t;
/* Does a rule fit balanced cuts of the subsample, with equal weights? */
static inline bool llr_rule_is_balanced(llr_rule_t rule)
{
    return rule == LLR_RULE_BALANCED_SUBSAMPLE || rule == LLR_RULE_AVERAGED_BALANCED;
}
/* Does a rule need to know the population that the rows come from? */
static inline bool llr_rule_is_computed(llr_rule_t rule)
{
    return rule == LLR_RULE_PAPER || rule == LLR_RULE_THUMB || rule == LLR_RULE_THEORY;
}
/* Do the weights of a rule depend on lambda? */
static inline bool llr_rule_follows_lambda(llr_rule_t rule)
{
    return rule == LLR_RULE_THUMB || rule == LLR_RULE_THEORY;
}
/* The worst error of those who have weights: what rule theory makes small. */
static inline llr_select_t llr_select_worst(llr_by_t by)
{
    return by == LLR_BY_GROUP ? LLR_SELECT_WORST_GROUP : LLR_SELECT_WORST_CLASS;
}
const char *llr_rule_name(llr_rule_t rule);
const char *llr_loss_name(llr_loss_t loss);
const char *llr_select_name(llr_select_t select);
const char *llr_preprocess_name(llr_preprocess_t preprocess);
const char *llr_by_name(llr_by_t by);
const char *llr_sampling_name(llr_sampling_t sampling);
const char *llr_form_name(llr_form_t form);

/* Gaussian classes that need no file (problem.md, 2 and 4). For K = 2 class means are
 * -+ separation * e, e a unit vector; for K > 2 K random directions of length separation. */
typedef struct llr_synthetic {
    int64_t dim;
    double separation;
    double decay;   /* eigenvalues of the covariance j^-decay, scaled to trace dim; 0 isotropic */
    double *priors; /* owned, classes */
    int32_t classes;
    int64_t test; /* sampled test and validation rows, used for K > 2 only */
} llr_synthetic_t;

typedef struct llr_job_dataset {
    char *name;   /* owned */
    char *path;   /* owned, relative to the job file's folder or absolute; NULL for synthetic */
    int64_t line; /* of the job file, for messages */
    int32_t
        *classes; /* owned, or NULL: raw labels kept, in the order that numbers them 0, 1, ... */
    int32_t class_count;
    int32_t **merge;      /* owned, or NULL: merge[c] lists the raw labels that become class c */
    int32_t *merge_count; /* owned, merges: length of each list */
    int32_t merges;
    bool has_split;           /* the job makes the split */
    double split_fraction[3]; /* pool, validation, test; sum 1 */
    int64_t split_seed;
    bool is_synthetic;
    llr_synthetic_t synthetic;
    int64_t *size; /* owned, sizes, or NULL: n of this dataset in place of the job's */
    int64_t sizes;
    double *delta; /* owned, deltas, or NULL: d/n of this dataset in place of the job's */
    int64_t deltas;
    bool has_preprocess; /* this dataset has one of its own, in place of the job's */
    llr_preprocessing_t preprocess;
} llr_job_dataset_t;

/* A dataset in memory. A job names it by the path "memory:NAME". */
typedef struct llr_arrays {
    char *name;      /* owned by who holds the list */
    const double *x; /* borrowed, rows x dim, row-major */
    int64_t rows, dim;
    const int32_t *label; /* borrowed, rows */
    const int32_t *group; /* borrowed, rows, or NULL */
    const int8_t *split;  /* borrowed, rows, or NULL: 0 pool, 1 validation, 2 test */
} llr_arrays_t;

typedef struct llr_job {
    char *file;                 /* owned: name of the job file, for messages */
    char *folder;               /* owned: folder that relative paths start from */
    char *name;                 /* owned */
    llr_job_dataset_t *dataset; /* owned, datasets */
    int64_t datasets;
    llr_loss_t loss[LLR_LOSS_COUNT];
    int32_t losses;
    llr_preprocessing_t preprocess;
    llr_by_t weights_by;
    double *exponent; /* owned, exponents: ascending as given */
    int64_t exponents;
    double *ratio; /* owned, ratios */
    int64_t ratios;
    unsigned rules; /* bit r set: rule r beyond the grids is asked for */
    double *lambda; /* owned, lambdas, all >= 0 */
    int64_t lambdas;
    int64_t *size; /* owned, sizes, or NULL: n */
    int64_t sizes;
    double *delta; /* owned, deltas, or NULL: d/n, in place of sizes */
    int64_t deltas;
    double *prior; /* owned, priors; NULL: the pool's */
    int32_t priors;
    llr_sampling_t sampling;
    int64_t balanced_repeats; /* draws of averaged_balanced */
    int64_t unit_size;        /* most cells of a unit; 0: all that share a subsample and a loss */
    int64_t ranks_per_unit;   /* that solve a unit together, each with a slice of the rows; 0: to be
                                 found from rank_memory (auto) */
    int64_t rank_memory;      /* bytes that a rank may take, for auto; 0: not said */
    int64_t seed_first, seeds;
    llr_select_t select_by;
    llr_form_t theory;         /* of the predicted errors beside every cell */
    double effective_variance; /* of the dimension that rule paper counts, (0, 1] */
    double tolerance;
    bool df[LLR_LOSS_COUNT];   /* df of a loss's fits is computed; else it is not available */
    char *output;              /* owned, relative to folder or absolute */
    bool has_output;           /* it was given, not made from the name */
    const llr_arrays_t *array; /* borrowed, arrays: what paths "memory:NAME" name */
    int64_t arrays;
} llr_job_t;

/* One key of a job given beside its text. */
typedef struct llr_override {
    const char *key, *value; /* borrowed; the value is YAML */
    const char *where;       /* borrowed: the name of this place in messages */
    bool is_fallback;        /* counts only where the text has no such key */
} llr_override_t;

/* Of overrides of one key the first counts. */
typedef struct llr_overrides {
    const llr_override_t *override; /* borrowed, count */
    int64_t count;
} llr_overrides_t;

/* Reads a job from text (length bytes; file and folder for messages and paths). Every mistake found
 * is added to findings as one line "file:line: ...". LLR_OK, LLR_INVALID when there were findings,
 * LLR_FAILED out of memory (error filled). */
llr_code_t llr_job_parse(llr_job_t *job, const char *text, int64_t length, const char *file,
                         const char *folder, llr_findings_t *findings, llr_error_t *error);
/* The same, with overrides in place of what the text says; NULL: none. */
llr_code_t llr_job_parse_with(llr_job_t *job, const char *text, int64_t length, const char *file,
                              const char *folder, const llr_overrides_t *overrides,
                              llr_findings_t *findings, llr_error_t *error);
/* LLR_INVALID: a job has no such key; names the nearest. */
llr_code_t llr_job_check_key(const char *key, llr_error_t *error);
/* LLR_INVALID: the text cannot be the name of a dataset; says what can. */
llr_code_t llr_job_check_name(const char *name, llr_error_t *error);
/* Accepts half-built jobs. */
void llr_job_destroy(llr_job_t *job);

/* Do weights or predictions of the job need the populations that the rows come from? */
bool llr_job_needs_population(const llr_job_t *job);

/* Is one of the lambdas 0? */
bool llr_job_has_zero(const llr_job_t *job);

/* The preprocessing of one dataset of the job. */
const llr_preprocessing_t *llr_job_preprocess(const llr_job_t *job, int64_t dataset);

/* The job's size list of a dataset where deltas ask for one: n = round(dim / delta), dim the
 * columns after preprocessing. The dataset then has these sizes of its own. Does nothing where
 * sizes are given. LLR_INVALID: two deltas that give one n, or n < 2, with the dataset's line. */
llr_code_t llr_job_resolve_sizes(llr_job_t *job, int64_t dataset, int64_t dim, llr_error_t *error);

/* The resolved job as YAML that llr_job_parse reads back to the same job: all keys, all defaults,
 * lists expanded; paths as the user wrote them made absolute. Ends with a newline. */
void llr_job_print(const llr_job_t *job, llr_text_t *out);

/* Hash of all that decides the numbers of the table: the resolved job without name, output and
 * paths (datasets count by their names and, separately, by content id). */
llr_hash_t llr_job_fingerprint(const llr_job_t *job);

/* path, or folder/path when path is relative and of a file; owned by the caller, NULL out of
 * memory. */
char *llr_job_resolve_path(const llr_job_t *job, const char *path);

/* Is it the path of arrays in memory? */
bool llr_job_is_memory(const char *path);
/* The job's arrays of this path, or NULL. */
const llr_arrays_t *llr_job_find_arrays(const llr_job_t *job, const char *path);

/* One key of a job file, for help; static strings. */
typedef struct llr_key_help {
    const char *owner; /* what has the key: "a job file", "an entry of datasets", "synthetic" */
    const char *name, *standard, *help; /* standard: YAML of the default, or NULL */
    bool required;
    bool is_first; /* of its owner */
} llr_key_help_t;
/* The keys by number; false past the last. */
bool llr_job_key_help(int64_t index, llr_key_help_t *key);
/* Help, default and whether it is required, on one line, appended to out. */
void llr_key_help_meaning(const llr_key_help_t *key, llr_text_t *out);
/* All keys, one a line, appended to out. */
void llr_job_help(llr_text_t *out);

/* The sizes of one dataset of the job; NULL and 0 before deltas are resolved. */
const int64_t *llr_job_sizes(const llr_job_t *job, int64_t dataset, int64_t *count);

#endif
