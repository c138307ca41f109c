#include "app/subject.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A dataset without a job ---------------------------------------------------------------------- */

static llr_code_t parse(llr_session_t *session, const llr_options_t *options, bool is_file,
                        llr_error_t *error)
{
    llr_text_t text = {0};
    llr_preprocess_t preprocess =
        is_file || llr_options_given(options, (const char *const[]){"--preprocess", NULL})
            ? options->preprocess
            : LLR_PREPROCESS_NONE;
    llr_text_add(&text,
                 "datasets: [{name: data, %s}]\nsizes: [2]\nweights_by: %s\npreprocess: %s\n",
                 is_file ? "path: x" : "synthetic: {d: 1, priors: [.5, .5]}",
                 llr_by_name(options->weights_by), llr_preprocess_name(preprocess));
    if (text.failed) return llr_fail_memory(error, text.length, "a job");
    llr_code_t code = llr_job_parse(&session->job, text.data, text.length, "command line", "",
                                    &session->findings, error);
    llr_text_destroy(&text);
    return code;
}

/* "folder/digits.h5": digits */
static char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = llr_copy_text(slash ? slash + 1 : path), *dot = name ? strrchr(name, '.') : NULL;
    if (dot && dot > name) *dot = '\0';
    return name;
}

static llr_code_t put_text(char **place, char *text, llr_error_t *error)
{
    free(*place);
    *place = text;
    return text ? LLR_OK : llr_fail_memory(error, 0, "a name");
}

static llr_code_t put_classes(llr_job_dataset_t *dataset, const llr_values_t *classes,
                              llr_error_t *error)
{
    if (!classes->count) return LLR_OK;
    dataset->classes = llr_alloc(classes->count, sizeof *dataset->classes);
    if (!dataset->classes) return llr_fail_memory(error, classes->count, "a list of labels");
    dataset->class_count = (int32_t)classes->count;
    for (int64_t c = 0; c < classes->count; c++) dataset->classes[c] = (int32_t)classes->value[c];
    return LLR_OK;
}

static llr_code_t put_gaussian(llr_job_dataset_t *dataset, const llr_synthetic_t *gaussian,
                               llr_error_t *error)
{
    double *priors = llr_alloc(gaussian->classes, sizeof *priors);
    if (!priors) return llr_fail_memory(error, gaussian->classes, "priors");
    memcpy(priors, gaussian->priors, sizeof *priors * (size_t)gaussian->classes);
    free(dataset->synthetic.priors);
    dataset->synthetic = *gaussian;
    dataset->synthetic.priors = priors;
    return LLR_OK;
}

static llr_code_t fill(llr_session_t *session, const char *path, const llr_options_t *options,
                       llr_error_t *error)
{
    llr_job_dataset_t *dataset = &session->job.dataset[0];
    LLR_TRY(put_text(&dataset->name, path ? name_of(path) : llr_copy_text("gaussian"), error));
    if (!path) return put_gaussian(dataset, &options->gaussian, error);
    LLR_TRY(put_text(&dataset->path, llr_copy_text(path), error));
    return put_classes(dataset, &options->classes, error);
}

/* A file without a split: a part of its rows stands for the pool. */
static void make_split(llr_session_t *session)
{
    static const double fraction[] = {.8, .1, .1};
    llr_job_dataset_t *dataset = &session->job.dataset[0];
    if (dataset->is_synthetic || session->catalog.source[0].split) return;
    dataset->has_split = true;
    memcpy(dataset->split_fraction, fraction, sizeof fraction);
}

/* Messages about datasets begin with the place in a job file, which there is none of. */
static llr_code_t rename_place(const char *path, const llr_session_t *session, llr_error_t *error)
{
    static const char mark[] = "\": ";
    char text[LLR_ERROR_TEXT];
    const char *at = strstr(error->text, mark);
    if (strncmp(error->text, session->job.file, strlen(session->job.file)) || !at)
        return LLR_INVALID;
    strcpy(text, at + strlen(mark));
    bool split = session->job.dataset[0].has_split;
    text[split ? strcspn(text, ";") : strlen(text)] = '\0';
    return llr_fail(error, LLR_INVALID, "%s: %s%s", path ? path : "--gaussian", text,
                    split ? " in the split of 80 : 10 : 10 that is made because it has none" : "");
}

static llr_code_t check_groups(const llr_session_t *session, const char *path, llr_error_t *error)
{
    if (session->job.weights_by != LLR_BY_GROUP || (path && session->catalog.source[0].groups))
        return LLR_OK;
    return llr_fail(error, LLR_INVALID, "--weights-by group: %s has no groups",
                    path ? path : "Gaussian data");
}

static llr_code_t put_priors(llr_session_t *session, const llr_values_t *priors, llr_error_t *error)
{
    int32_t kinds = session->catalog.facts[0].shape.kinds;
    if (!priors->count) return LLR_OK;
    if (priors->count != kinds)
        return llr_fail(error, LLR_INVALID, "--priors: expected %d shares, one a %s, found %lld",
                        kinds, llr_by_name(session->job.weights_by), (long long)priors->count);
    for (int32_t k = 0; k < kinds; k++)
        if (!(priors->value[k] > 0) && session->job.weights_by == LLR_BY_CLASS)
            return llr_fail(error, LLR_INVALID,
                            "--priors: class %d has a share of 0; every class needs rows to be "
                            "learned",
                            k);
    session->job.prior = llr_alloc(kinds, sizeof *session->job.prior);
    if (!session->job.prior) return llr_fail_memory(error, kinds, "priors");
    memcpy(session->job.prior, priors->value, sizeof *priors->value * (size_t)kinds);
    session->job.priors = kinds;
    return LLR_OK;
}

static llr_code_t build(llr_session_t *session, const char *path, const llr_values_t *priors,
                        llr_error_t *error)
{
    LLR_TRY(llr_catalog_open(&session->catalog, &session->job, error));
    LLR_TRY(check_groups(session, path, error));
    make_split(session);
    LLR_TRY(llr_catalog_build(&session->catalog, &session->job, error));
    LLR_TRY(put_priors(session, priors, error));
    return llr_catalog_settle(&session->catalog, &session->job, 0, 0, error);
}

llr_code_t llr_session_lone(llr_session_t *session, const char *path, const llr_options_t *options,
                            llr_error_t *error)
{
    *session = (llr_session_t){0};
    LLR_TRY(parse(session, options, path != NULL, error));
    LLR_TRY(fill(session, path, options, error));
    llr_code_t code = build(session, path, &options->priors, error);
    return code == LLR_INVALID ? rename_place(path, session, error) : code;
}

/* Subjects ------------------------------------------------------------------------------------- */

llr_code_t llr_subject_open(llr_subject_t *subject, const llr_session_t *session, int64_t index,
                            llr_error_t *error)
{
    *subject = (llr_subject_t){.name = session->job.dataset[index].name,
                               .facts = &session->catalog.facts[index],
                               .label = session->job.dataset[index].classes,
                               .prior = session->job.prior,
                               .has_made_split = session->job.dataset[index].has_split};
    if (!subject->prior)
        subject->prior = llr_facts_kind_prior(subject->facts, session->job.weights_by);
    LLR_TRY(llr_catalog_population(&session->catalog, &session->job, index, &subject->population,
                                   error));
    subject->share = llr_alloc(subject->population.parts, sizeof *subject->share);
    if (!subject->share) return llr_fail_memory(error, subject->population.parts, "shares");
    llr_predict_test_share(&subject->population, subject->facts, subject->share);
    return LLR_OK;
}

void llr_subject_close(llr_subject_t *subject)
{
    llr_population_destroy(&subject->population);
    free(subject->share);
    *subject = (llr_subject_t){0};
}

static llr_code_t check_lambda(const llr_options_t *options, llr_error_t *error)
{
    for (int64_t l = 0; l < options->lambda.count; l++)
        if (options->lambda.value[l] == 0 && options->loss != LLR_LOSS_SQUARE)
            return llr_fail(error, LLR_INVALID,
                            "--lambda 0: only errors of square loss are predicted there; with "
                            "--loss %s take one above 0",
                            llr_loss_name(options->loss));
    return LLR_OK;
}

llr_code_t llr_subject_check(const llr_subject_t *subject, const llr_options_t *options,
                             llr_error_t *error)
{
    int32_t classes = subject->facts->shape.classes;
    if (llr_predict_covers(options->loss, classes)) return check_lambda(options, error);
    return llr_fail(error, LLR_INVALID,
                    "--loss %s: errors of more than two classes are predicted for square loss "
                    "only, and %s has %d; take --loss square%s",
                    llr_loss_name(options->loss), subject->name, classes,
                    subject->facts->synthetic ? "" : ", or two of the classes with --classes");
}

void llr_subject_say_split(const llr_subject_t *subject)
{
    if (subject->has_made_split)
        fprintf(stderr,
                "llrsweep: %s has no split: 80 %% of its rows are the pool, 10 %% validation and "
                "10 %% test\n",
                subject->name);
}

void llr_subject_size(const llr_subject_t *subject, llr_text_t *out)
{
    int64_t all = subject->facts->dim, vary = subject->population.dim;
    llr_text_add(out, "d = %lld", (long long)all);
    if (vary < all) llr_text_add(out, ", %lld of them vary", (long long)vary);
}
