#include "app/advice_print.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static const char *const names[LLR_ADVISED] = {"uniform", "inverse_prior", "advised"};
static const double extreme = 100; /* a ratio of weights that rests on few rows */
static const double small = .01;   /* a gain within what the theory is off by on real data */

static const char *kind_word(const llr_advised_t *a)
{
    return a->training.by == LLR_BY_GROUP ? "group" : "class";
}

/* What the file calls a class (or group). */
static int32_t label_of(const llr_advised_t *a, llr_by_t by, int32_t kind)
{
    return by == LLR_BY_CLASS && a->subject->label ? a->subject->label[kind] : kind;
}

/* Which class is which, where the file numbers them otherwise. */
static void print_labels(const llr_advised_t *a)
{
    int32_t classes = a->subject->facts->shape.classes;
    bool same = true;
    for (int32_t c = 0; c < classes; c++) same = same && label_of(a, LLR_BY_CLASS, c) == c;
    for (int32_t c = 0; c < classes && !same; c++)
        printf("%s%d", c ? ", " : " (labels ", label_of(a, LLR_BY_CLASS, c));
    if (!same) printf(")");
}

static void print_head(const llr_advised_t *a)
{
    const llr_subject_t *s = a->subject;
    llr_text_t text = {0};
    printf("%s: %d classes", s->name, s->facts->shape.classes);
    print_labels(a);
    if (s->facts->shape.groups) printf(", %d groups", s->facts->shape.groups);
    llr_subject_size(s, &text);
    printf("; %s; %s loss, preprocess %s, n = %.10g, delta = %.3g\n", text.data ? text.data : "",
           llr_loss_name(a->training.loss), llr_preprocess_name(a->preprocess), a->training.n,
           (double)s->facts->dim / a->training.n);
    text.length = 0;
    llr_predict_form_words(&s->population, a->training.form, &text);
    printf("%s; predicted for %s\n", text.data ? text.data : "",
           a->has_test_priors ? "the priors given" : "the mixture of the test rows");
    llr_text_destroy(&text);
}

static void print_accuracy(int width, double error)
{
    if (isnan(error))
        printf(" %*s", width, "-");
    else
        printf(" %*.4f", width, 1 - error);
}

/* A line a weighting. */
static void print_methods(const llr_advised_t *a)
{
    bool groups = a->subject->facts->shape.groups > 0;
    printf("\n%-16s %10s %8s %12s", "accuracy", "lambda", "df", "worst_class");
    if (groups) printf(" %12s", "worst_group");
    printf(" %10s %10s\n", "balanced", "overall");
    for (int m = 0; m < LLR_ADVISED; m++) {
        const llr_expected_t *e = &a->by[m];
        printf("%-16s %10.4g %8.4g", names[m], e->lambda, e->df);
        print_accuracy(12, e->worst_class);
        if (groups) print_accuracy(12, e->worst_group);
        print_accuracy(10, e->balanced);
        print_accuracy(10, e->overall);
        printf("\n");
    }
    printf("%s\n", a->has_choice ? "(each at its own best lambda)\n" : "");
}

static void print_weight(const llr_advised_t *a, bool of_kinds, int32_t kind)
{
    if (!of_kinds) return;
    double weight = a->by[LLR_ADVISED_BEST].weight[kind];
    if (isnan(weight))
        printf(" %10s", "-");
    else
        printf(" %10.4g", weight);
}

/* Classes or groups, a line each: shares, accuracies, and where they have one the weight. */
static void print_slots(const llr_advised_t *a, const char *what, llr_by_t by, int32_t count,
                        int32_t first)
{
    bool of_kinds = by == a->training.by;
    const double *prior =
        of_kinds ? a->training.prior : llr_facts_kind_prior(a->subject->facts, by);
    if (!count) return;
    printf("%-16s %10s %8s %14s %10s%s\n", what, "prior", names[0], names[1], names[2],
           of_kinds ? "     weight" : "");
    for (int32_t k = 0; k < count; k++) {
        printf("%s %-10d %10.4f", what, k, prior[k]);
        print_accuracy(8, a->by[0].error[first + k]);
        print_accuracy(14, a->by[1].error[first + k]);
        print_accuracy(10, a->by[2].error[first + k]);
        print_weight(a, of_kinds, k);
        printf("\n");
    }
    printf("\n");
}

static double largest_ratio(const llr_advised_t *a)
{
    double least = INFINITY, most = 0;
    for (int32_t k = 0; k < a->subject->facts->shape.kinds; k++) {
        double weight = a->by[LLR_ADVISED_BEST].weight[k];
        if (isnan(weight)) continue;
        least = fmin(least, weight);
        most = fmax(most, weight);
    }
    return most / least;
}

static void print_warnings(const llr_advised_t *a)
{
    double gain = a->by[LLR_ADVISED_INVERSE].value - a->by[LLR_ADVISED_BEST].value;
    if (largest_ratio(a) > extreme)
        printf("warning: the largest weight is %.4g times the smallest: the fit rests on few rows, "
               "and the prediction on few rows of the pool\n",
               largest_ratio(a));
    if (gain == 0)
        printf(
            "note: inverse_prior is the advice: what other weights are predicted to gain is within "
            "the error of a prediction\n");
    else if (gain < small)
        printf("note: inverse_prior is predicted to be as good but for %.4f, which is within the "
               "error of a prediction\n",
               gain);
}

/* Ready to paste beside the file's labels. */
static void print_dictionary(const llr_advised_t *a)
{
    const char *separator = "";
    printf("%s_weight={", kind_word(a));
    for (int32_t k = 0; k < a->subject->facts->shape.kinds; k++) {
        double weight = a->by[LLR_ADVISED_BEST].weight[k];
        if (isnan(weight)) continue;
        printf("%s%d: %.4g", separator, label_of(a, a->training.by, k), weight);
        separator = ", ";
    }
    printf("}\n");
}

/* The same objective in the words of another library. */
static void print_elsewhere(const llr_advised_t *a)
{
    double strength = a->training.n * a->by[LLR_ADVISED_BEST].lambda;
    const char *columns = a->preprocess == LLR_PREPROCESS_ZSCORE ? " on z-scored columns" : "";
    if (a->training.loss == LLR_LOSS_SQUARE)
        printf("scikit-learn: RidgeClassifier(alpha=%.4g)%s", strength, columns);
    else
        printf("scikit-learn: LogisticRegression(C=%.4g)%s", 1 / strength, columns);
    printf("%s\n", a->training.by == LLR_BY_GROUP ? ", each row's group_weight as sample_weight"
                                                  : ", with this class_weight");
}

static void print_advice(const llr_advised_t *a)
{
    const llr_expected_t *best = &a->by[LLR_ADVISED_BEST];
    printf("advised: lambda %.4g%s, df %.4g (df/n %.3g)", best->lambda,
           a->at_end ? " (an end of the range that was searched)" : "", best->df,
           best->df / a->training.n);
    if (!isnan(best->rho)) printf(", rho %.4g", best->rho);
    if (!isnan(best->gamma)) printf(", gamma %.4g", best->gamma);
    printf("\n");
    print_dictionary(a);
    print_elsewhere(a);
    print_warnings(a);
}

static void print_growth(const llr_advised_t *a, const char *name, size_t place)
{
    double n = a->training.n;
    const char *best = (const char *)&a->by[LLR_ADVISED_BEST];
    printf("  %s error %.4f at n = %.10g", name, *(const double *)(best + place), n);
    for (int m = 0; m < LLR_MORE_ROWS; m++)
        printf(", %.4f at %.10g", *(const double *)((const char *)&a->more[m] + place),
               n * (2 << m));
    printf("\n");
}

static void print_more(const llr_advised_t *a)
{
    printf("more rows, with weights and lambda sought anew:\n");
    print_growth(a, "worst_class", offsetof(llr_expected_t, worst_class));
    if (a->target != LLR_SELECT_WORST_CLASS)
        print_growth(a, llr_select_name(a->target), offsetof(llr_expected_t, value));
}

void llr_advised_print(const llr_advised_t *a)
{
    llr_shape_t shape = a->subject->facts->shape;
    print_head(a);
    printf("target: %s, by the weights of %d %s%s\n", llr_select_name(a->target), shape.kinds,
           a->training.by == LLR_BY_GROUP ? "groups" : "classes",
           a->has_choice ? " and lambda" : "");
    print_methods(a);
    print_slots(a, "class", LLR_BY_CLASS, shape.classes, 0);
    print_slots(a, "group", LLR_BY_GROUP, shape.groups, shape.classes);
    print_advice(a);
    print_more(a);
}
