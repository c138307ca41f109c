#include "app/commands.h"
#include "app/report.h"
#include "app/theory_table.h"
#include "base/memory.h"
#include "model/advice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is asked of every subject. */
typedef struct asked {
    const llr_loss_t *loss; /* losses */
    int64_t losses;
    const llr_weighting_t *weighting; /* weightings */
    int64_t weightings;
    const double *lambda; /* lambdas */
    int64_t lambdas;
    llr_select_t select; /* what rule theory minimises */
    llr_form_t form;
    bool marks;       /* also where the error is least over weights and lambda */
    const char *name; /* in place of a rule's, or NULL */
} asked_t;

static void add_rule(const llr_weighting_t *weighting, llr_text_t *out)
{
    llr_text_add(out, "%s", llr_rule_name(weighting->rule));
    if (weighting->rule == LLR_RULE_EXPONENT || weighting->rule == LLR_RULE_RATIO)
        llr_text_add(out, "=%g", weighting->value);
}

static void print_grid(llr_prospect_t *prospect, const llr_theory_table_t *table,
                       const asked_t *asked, llr_expected_t *expected)
{
    for (int64_t w = 0; w < asked->weightings; w++) {
        const llr_weighting_t *weighting = &asked->weighting[w];
        llr_text_t rule = {0};
        if (llr_rule_is_balanced(weighting->rule)) continue; /* fits of fewer rows */
        if (asked->name)
            llr_text_add(&rule, "%s", asked->name);
        else
            add_rule(weighting, &rule);
        for (int64_t l = 0; l < asked->lambdas; l++) {
            llr_prospect_rule(prospect, weighting, asked->lambda[l], expected);
            if (asked->name) expected->gamma = NAN; /* of fewer rows, not of an exponent */
            llr_theory_table_row(table, rule.data ? rule.data : "", expected);
        }
        llr_text_destroy(&rule);
    }
}

/* Where the worst error is least over all weights and lambdas. */
static void print_least(llr_prospect_t *prospect, const llr_theory_table_t *table,
                        llr_expected_t *expected)
{
    static const llr_advice_t anywhere = {0};
    llr_advice_best(prospect, &anywhere, expected);
    llr_theory_table_row(table, "argmin", expected);
    if (llr_advice_at_end(prospect, &anywhere, expected->lambda) && table->format != LLR_FORMAT_CSV)
        printf("\nargmin: at an end of the range of lambda that was searched\n");
}

static llr_code_t print_lines(const llr_theory_table_t *table, const asked_t *asked,
                              const llr_training_t *training, llr_error_t *error)
{
    const llr_subject_t *subject = table->subject;
    llr_target_t target = {asked->select, subject->share, NULL};
    llr_prospect_t prospect;
    llr_expected_t expected = {0};
    llr_code_t code = llr_prospect_open(&prospect, &subject->population, training, &target, error);
    if (code == LLR_OK) code = llr_expected_create(&expected, subject->facts->shape, error);
    if (code == LLR_OK) {
        print_grid(&prospect, table, asked, &expected);
        if (asked->marks) print_least(&prospect, table, &expected);
    }
    llr_expected_destroy(&expected);
    llr_prospect_close(&prospect);
    return code;
}

/* Every kind cut to the smallest one's rows, equal weights: fewer rows, equal priors. equal: kinds,
 * workspace. */
static llr_code_t print_balanced(const llr_theory_table_t *table, const asked_t *asked,
                                 double *equal, llr_error_t *error)
{
    static const llr_weighting_t uniform = {LLR_RULE_UNIFORM, 0};
    llr_training_t training = table->training;
    asked_t cut = *asked;
    int32_t kinds = table->subject->facts->shape.kinds;
    memcpy(equal, training.prior, sizeof *equal * (size_t)kinds);
    training.n = llr_training_balance(training.n, equal, kinds);
    training.prior = equal;
    cut.name = llr_rule_name(LLR_RULE_BALANCED_SUBSAMPLE);
    cut.weighting = &uniform;
    cut.weightings = 1;
    cut.marks = false;
    return print_lines(table, &cut, &training, error);
}

static bool asks_balanced(const asked_t *asked)
{
    for (int64_t w = 0; w < asked->weightings; w++)
        if (asked->weighting[w].rule == LLR_RULE_BALANCED_SUBSAMPLE) return true;
    return false;
}

static llr_code_t print_block(llr_theory_table_t *table, const asked_t *asked, llr_error_t *error)
{
    llr_theory_table_block(table);
    LLR_TRY(print_lines(table, asked, &table->training, error));
    if (!asks_balanced(asked)) return LLR_OK;
    int32_t kinds = table->subject->facts->shape.kinds;
    double *equal = llr_alloc(kinds, sizeof *equal);
    llr_code_t code = equal ? print_balanced(table, asked, equal, error)
                            : llr_fail_memory(error, kinds, "priors");
    free(equal);
    return code;
}

/* One n: shares of the kinds among the rows that are trained on (prior: kinds). */
static llr_code_t print_size(llr_theory_table_t *table, const asked_t *asked, double n,
                             const double *prior, llr_error_t *error)
{
    llr_shape_t shape = table->subject->facts->shape;
    for (int64_t l = 0; l < asked->losses; l++) {
        table->training =
            (llr_training_t){asked->loss[l], table->subject->population.by, n, prior, asked->form};
        if (!llr_predict_covers(asked->loss[l], shape.classes)) continue;
        LLR_TRY(print_block(table, asked, error));
    }
    return LLR_OK;
}

/* A job -------------------------------------------------------------------------------------- */

/* Losses that no theory covers, a line each. */
static void say_uncovered(const llr_subject_t *subject, const asked_t *asked)
{
    for (int64_t l = 0; l < asked->losses; l++)
        if (!llr_predict_covers(asked->loss[l], subject->facts->shape.classes))
            fprintf(stderr,
                    "llrsweep: dataset \"%s\", loss %s: errors of more than two classes are "
                    "predicted for square loss only\n",
                    subject->name, llr_loss_name(asked->loss[l]));
}

static llr_code_t print_sizes(const llr_session_t *session, llr_theory_table_t *table,
                              const asked_t *asked, int64_t index, llr_error_t *error)
{
    int64_t sizes;
    const int64_t *size = llr_job_sizes(&session->job, index, &sizes);
    int32_t kinds = table->subject->facts->shape.kinds;
    int64_t *count = llr_alloc(kinds, sizeof *count);
    double *prior = llr_alloc(kinds, sizeof *prior);
    llr_code_t code = count && prior ? LLR_OK : llr_fail_memory(error, kinds, "priors");
    for (int64_t s = 0; code == LLR_OK && s < sizes; s++) {
        llr_training_priors(&session->job, table->subject->facts, size[s], count, prior);
        code = print_size(table, asked, (double)size[s], prior, error);
    }
    free(count);
    free(prior);
    return code;
}

static llr_code_t print_job(const llr_session_t *session, const llr_options_t *options,
                            llr_theory_table_t *table, llr_error_t *error)
{
    const llr_job_t *job = &session->job;
    asked_t asked = {
        job->loss,   job->losses,  session->grid.weighting,           session->grid.weightings,
        job->lambda, job->lambdas, llr_select_worst(job->weights_by), job->theory,
        false,       NULL};
    int64_t only = -1;
    if (options->dataset) LLR_TRY(llr_session_find(session, options->dataset, &only, error));
    for (int64_t d = 0; d < job->datasets; d++) {
        const llr_shape_t *shape = &session->catalog.facts[d].shape;
        if (table->classes < shape->classes) table->classes = shape->classes;
        if (table->groups < shape->groups) table->groups = shape->groups;
    }
    llr_theory_table_begin(table);
    for (int64_t d = 0; d < job->datasets; d++) {
        llr_subject_t subject;
        if (only >= 0 && d != only) continue;
        llr_code_t code = llr_subject_open(&subject, session, d, error);
        table->subject = &subject;
        if (code == LLR_OK) say_uncovered(&subject, &asked);
        if (code == LLR_OK) code = print_sizes(session, table, &asked, d, error);
        llr_subject_close(&subject);
        LLR_TRY(code);
    }
    return LLR_OK;
}

static llr_code_t theory_of_job(const llr_options_t *options, llr_theory_table_t *table,
                                llr_error_t *error)
{
    static const char *const own[] = {
        "--gaussian",   "--n",          "--gamma",   "--lambda", "--loss",
        "--weights-by", "--preprocess", "--classes", "--priors", NULL};
    const char *strange = llr_options_given(options, own);
    llr_session_t session;
    if (strange)
        return llr_fail(error, LLR_INVALID,
                        "theory: %s is for --dataset FILE or --gaussian SPEC; a job says so itself",
                        strange);
    llr_code_t code = llr_session_open(&session, options->argument[0], NULL, false, error);
    llr_session_findings(&session.findings);
    if (code == LLR_OK) code = print_job(&session, options, table, error);
    llr_session_close(&session);
    return code;
}

/* No job ------------------------------------------------------------------------------------- */

static const llr_values_t usual_gamma = {{0, .5, 1, 1.5, 2}, 5};
static const llr_values_t usual_lambda = {{1e-4, 1e-3, 1e-2, .1, 1}, 5};

/* thumb stands last. weighting: room for all. */
static int64_t lay_weightings(const llr_values_t *gamma, llr_weighting_t *weighting)
{
    for (int64_t g = 0; g < gamma->count; g++)
        weighting[g] = (llr_weighting_t){LLR_RULE_EXPONENT, gamma->value[g]};
    weighting[gamma->count] = (llr_weighting_t){LLR_RULE_THUMB, 0};
    return gamma->count + 1;
}

static llr_code_t print_lone(const llr_subject_t *subject, const llr_options_t *options,
                             llr_theory_table_t *table, llr_error_t *error)
{
    llr_weighting_t weighting[LLR_MOST_VALUES + 1];
    const llr_values_t *lambda = options->lambda.count ? &options->lambda : &usual_lambda;
    int64_t weightings =
        lay_weightings(options->gamma.count ? &options->gamma : &usual_gamma, weighting);
    asked_t asked = {&options->loss,
                     1,
                     weighting,
                     weightings,
                     lambda->value,
                     lambda->count,
                     llr_select_worst(options->weights_by),
                     LLR_FORM_AUTO,
                     options->gaussian.dim > 0,
                     NULL};
    LLR_TRY(llr_subject_check(subject, options, error));
    llr_subject_say_split(subject);
    table->subject = subject;
    table->classes = subject->facts->shape.classes;
    table->groups = subject->facts->shape.groups;
    llr_theory_table_begin(table);
    for (int64_t n = 0; n < options->n.count; n++)
        LLR_TRY(print_size(table, &asked, options->n.value[n], subject->prior, error));
    return LLR_OK;
}

static llr_code_t check_lone(const llr_options_t *options, llr_error_t *error)
{
    bool is_gaussian = options->gaussian.dim > 0;
    if (is_gaussian && options->dataset)
        return llr_fail(error, LLR_INVALID, "theory: --dataset and --gaussian exclude each other");
    if (!is_gaussian && !options->dataset)
        return llr_fail(error, LLR_INVALID,
                        "theory: a job, --dataset FILE or --gaussian SPEC is needed");
    if (is_gaussian && (options->classes.count || options->priors.count))
        return llr_fail(error, LLR_INVALID, "theory: %s is for --dataset FILE",
                        options->classes.count ? "--classes" : "--priors");
    if (!options->n.count)
        return llr_fail(error, LLR_INVALID, "theory: --n LIST is needed: training rows");
    return LLR_OK;
}

static llr_code_t theory_alone(const llr_options_t *options, llr_theory_table_t *table,
                               llr_error_t *error)
{
    llr_session_t session;
    llr_subject_t subject = {0};
    LLR_TRY(check_lone(options, error));
    llr_code_t code = llr_session_lone(&session, options->dataset, options, error);
    if (code == LLR_OK) code = llr_subject_open(&subject, &session, 0, error);
    if (code == LLR_OK) code = print_lone(&subject, options, table, error);
    llr_subject_close(&subject);
    llr_session_close(&session);
    return code;
}

llr_code_t llr_command_theory(const llr_options_t *options, llr_error_t *error)
{
    if (options->format == &llr_report_formats[LLR_FORMAT_LATEX])
        return llr_fail(error, LLR_INVALID,
                        "--format: latex is a form of `llrsweep report`; theory has text, markdown "
                        "and csv");
    llr_theory_table_t table = {.format = options->format ? options->format - llr_report_formats
                                                          : LLR_FORMAT_TEXT};
    return options->arguments ? theory_of_job(options, &table, error)
                              : theory_alone(options, &table, error);
}
