#include "app/advice_print.h"
#include "app/commands.h"
#include "base/memory.h"
#include "base/real.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The best of one training: of simple weights too where there is room for them. */
static llr_code_t seek(const llr_subject_t *subject, const llr_training_t *training,
                       const llr_target_t *target, llr_advice_t *advice, llr_expected_t *simple,
                       llr_expected_t *best, bool *at_end, llr_error_t *error)
{
    static const llr_weighting_t rule[] = {{LLR_RULE_UNIFORM, 0}, {LLR_RULE_INVERSE_PRIOR, 0}};
    llr_prospect_t prospect;
    llr_code_t code = llr_prospect_open(&prospect, &subject->population, training, target, error);
    if (code == LLR_OK) {
        for (int r = 0; simple && r < 2; r++)
            llr_advice_rule(&prospect, advice, &rule[r], &simple[r]);
        llr_advice_best(&prospect, advice, best);
        if (simple) llr_advice_settle(subject->facts->shape, &simple[LLR_ADVISED_INVERSE], best);
        *at_end = llr_advice_at_end(&prospect, advice, best->lambda);
    }
    llr_prospect_close(&prospect);
    return code;
}

/* More rows: near what is best without them. */
static llr_code_t seek_more(llr_advised_t *a, const llr_target_t *target, llr_advice_t advice,
                            llr_error_t *error)
{
    bool at_end;
    advice.is_near = true;
    advice.starts = 1;
    for (int m = 0; m < LLR_MORE_ROWS; m++) {
        llr_training_t training = a->training;
        advice.start = m ? &a->more[m - 1] : &a->by[LLR_ADVISED_BEST];
        training.n *= 2 << m;
        LLR_TRY(seek(a->subject, &training, target, &advice, NULL, &a->more[m], &at_end, error));
    }
    return LLR_OK;
}

static llr_code_t allocate(llr_advised_t *a, llr_error_t *error)
{
    llr_shape_t shape = a->subject->facts->shape;
    for (int m = 0; m < LLR_ADVISED; m++) LLR_TRY(llr_expected_create(&a->by[m], shape, error));
    for (int m = 0; m < LLR_MORE_ROWS; m++) LLR_TRY(llr_expected_create(&a->more[m], shape, error));
    return LLR_OK;
}

static void release(llr_advised_t *a)
{
    for (int m = 0; m < LLR_ADVISED; m++) llr_expected_destroy(&a->by[m]);
    for (int m = 0; m < LLR_MORE_ROWS; m++) llr_expected_destroy(&a->more[m]);
}

static void warn_pool(const llr_subject_t *subject, double n)
{
    int64_t pool = 0;
    for (int32_t c = 0; c < subject->facts->shape.classes; c++)
        pool += subject->facts->pool_count[c];
    if (n > (double)pool)
        fprintf(stderr,
                "llrsweep: warning: n = %.10g is more than the pool's %lld rows; predicted for "
                "more rows of its kind\n",
                n, (long long)pool);
}

static llr_code_t advise(const llr_subject_t *subject, const llr_options_t *options,
                         const llr_target_t *target, llr_error_t *error)
{
    llr_advised_t a = {.subject = subject,
                       .target = options->target,
                       .preprocess = options->preprocess,
                       .has_test_priors = options->test_priors.count > 0,
                       .has_choice = options->lambda.count != 1};
    llr_values_t lambda = options->lambda; /* neighbours are to stand side by side */
    llr_advice_t advice = {lambda.value, lambda.count, a.by, LLR_ADVISED_BEST, false};
    qsort(lambda.value, (size_t)lambda.count, sizeof *lambda.value, llr_real_compare);
    a.training = (llr_training_t){options->loss, options->weights_by, options->n.value[0],
                                  subject->prior, LLR_FORM_AUTO};
    llr_code_t code = allocate(&a, error);
    if (code == LLR_OK)
        code = seek(subject, &a.training, target, &advice, a.by, &a.by[LLR_ADVISED_BEST], &a.at_end,
                    error);
    if (code == LLR_OK && !a.by[LLR_ADVISED_BEST].found)
        code = llr_fail(error, LLR_INVALID,
                        "%s: nothing can be predicted here; take a lambda above 0, or more rows "
                        "than the %lld columns that vary",
                        options->argument[0], (long long)subject->population.dim);
    if (code == LLR_OK) code = seek_more(&a, target, advice, error);
    if (code == LLR_OK) {
        llr_subject_say_split(subject);
        warn_pool(subject, a.training.n);
        llr_advised_print(&a);
    }
    release(&a);
    return code;
}

/* Who is predicted ------------------------------------------------------------------------- */

/* Shares of classes or of groups, by how many they are; both: what shares a weight. */
static llr_code_t shift(llr_subject_t *subject, const llr_options_t *options, llr_target_t *target,
                        llr_error_t *error)
{
    const llr_values_t *prior = &options->test_priors;
    llr_shape_t shape = subject->facts->shape;
    bool of_groups = prior->count == shape.groups &&
                     (shape.groups != shape.classes || options->weights_by == LLR_BY_GROUP);
    if (!prior->count) return LLR_OK;
    if (!of_groups && prior->count != shape.classes && shape.groups)
        return llr_fail(error, LLR_INVALID,
                        "--test-priors: %s has %d classes and %d groups; expected as many shares "
                        "as one of these, found %lld",
                        subject->name, shape.classes, shape.groups, (long long)prior->count);
    if (!of_groups && prior->count != shape.classes)
        return llr_fail(error, LLR_INVALID,
                        "--test-priors: %s has %d classes; expected as many shares, found %lld",
                        subject->name, shape.classes, (long long)prior->count);
    llr_prospect_shift(&subject->population, of_groups ? LLR_BY_GROUP : LLR_BY_CLASS, prior->value,
                       subject->share);
    if (!of_groups) target->prior = prior->value;
    return LLR_OK;
}

static llr_code_t check_subject(const llr_subject_t *subject, const llr_options_t *options,
                                llr_error_t *error)
{
    if (options->target == LLR_SELECT_WORST_GROUP && !subject->facts->shape.groups)
        return llr_fail(error, LLR_INVALID, "--target worst_group: %s has no groups",
                        options->argument[0]);
    return llr_subject_check(subject, options, error);
}

static llr_code_t check_words(const llr_options_t *options, llr_error_t *error)
{
    if (!options->n.count)
        return llr_fail(error, LLR_INVALID, "advise: --n N is needed: rows to train on");
    if (options->n.count > 1)
        return llr_fail(error, LLR_INVALID, "advise: --n: expected one number, found %lld",
                        (long long)options->n.count);
    return LLR_OK;
}

llr_code_t llr_command_advise(const llr_options_t *options, llr_error_t *error)
{
    llr_session_t session;
    llr_subject_t subject = {0};
    LLR_TRY(check_words(options, error));
    llr_code_t code = llr_session_lone(&session, options->argument[0], options, error);
    if (code == LLR_OK) code = llr_subject_open(&subject, &session, 0, error);
    if (code == LLR_OK) code = check_subject(&subject, options, error);
    llr_target_t target = {options->target, subject.share, NULL};
    if (code == LLR_OK) code = shift(&subject, options, &target, error);
    if (code == LLR_OK) code = advise(&subject, options, &target, error);
    llr_subject_close(&subject);
    llr_session_close(&session);
    return code;
}
