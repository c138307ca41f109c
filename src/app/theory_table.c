#include "app/theory_table.h"

#include "app/csv.h"
#include "app/report.h"
#include "theory/weights.h"

#include <math.h>
#include <stdio.h>

enum { NUMBER = 10 }; /* width of a column, as of 2.507e+04 and a space */

/* Text and Markdown: a number that does not exist is a dash. A space of the width stands first, so
 * that not even a text wider than its column runs into the one before. */
static void print_cell(const llr_theory_table_t *t, int width, const char *text)
{
    if (t->format == LLR_FORMAT_MARKDOWN)
        printf(" %s |", text);
    else if (width < 0)
        printf("%*s", width, text);
    else
        printf(" %*s", width - 1, text);
}

static void print_number(const llr_theory_table_t *t, int width, const char *format, double value)
{
    char text[64];
    snprintf(text, sizeof text, format, value);
    print_cell(t, width, isnan(value) ? "-" : text);
}

static void print_error(const llr_theory_table_t *t, double value)
{
    print_number(t, NUMBER, "%.4f", value);
}

static void begin_line(const llr_theory_table_t *t)
{
    if (t->format == LLR_FORMAT_MARKDOWN) putchar('|');
}

static void print_slots(const llr_theory_table_t *t, const char *what, int32_t count)
{
    char name[32];
    for (int32_t s = 0; s < count; s++) {
        snprintf(name, sizeof name, "%s %d", what, s);
        print_cell(t, NUMBER, name);
    }
}

static void print_head(const llr_theory_table_t *t)
{
    llr_shape_t shape = t->subject->facts->shape;
    static const char *const names[] = {"gamma", "rho", "lambda", "df"};
    begin_line(t);
    print_cell(t, -18, "rule");
    for (int n = 0; n < 4; n++) print_cell(t, NUMBER, names[n]);
    print_cell(t, 13, "worst class");
    if (shape.groups) print_cell(t, 13, "worst group");
    print_cell(t, NUMBER, "balanced");
    print_slots(t, "class", shape.classes);
    print_slots(t, "group", shape.groups);
    putchar('\n');
    if (t->format != LLR_FORMAT_MARKDOWN) return;
    printf("|---|");
    for (int c = 0; c < 6 + (shape.groups > 0) + shape.classes + shape.groups; c++) printf("---:|");
    putchar('\n');
}

static void print_csv_slots(const char *what, int32_t count)
{
    for (int32_t s = 0; s < count; s++) printf(",theory_%s_%d_error", what, s);
}

void llr_theory_table_begin(const llr_theory_table_t *t)
{
    if (t->format != LLR_FORMAT_CSV) return;
    printf("dataset,loss,n,d,delta,border,form,inequality,rule,gamma,rho,lambda,theory_df,"
           "theory_worst_class_error,theory_worst_group_error,theory_balanced_error");
    print_csv_slots("class", t->classes);
    print_csv_slots("group", t->groups);
    putchar('\n');
}

/* delta above which weights of lambda = 0 are infinite */
static double border_of(const llr_theory_table_t *t)
{
    return llr_theory_border(t->training.prior, t->subject->facts->shape.kinds);
}

void llr_theory_table_block(llr_theory_table_t *t)
{
    llr_text_t form = {0};
    if (t->format == LLR_FORMAT_CSV) return;
    printf("%s%s, %s: predicted error at n = %.10g, delta = %.3g", t->blocks++ ? "\n" : "",
           t->subject->name, llr_loss_name(t->training.loss), t->training.n,
           (double)t->subject->facts->dim / t->training.n);
    llr_subject_size(t->subject, &form);
    printf(" (%s, border of lambda 0: %.3g)\n", form.data ? form.data : "", border_of(t));
    form.length = 0;
    llr_predict_form_words(&t->subject->population, t->training.form, &form);
    printf("%s\n", form.data ? form.data : "");
    if (t->format == LLR_FORMAT_MARKDOWN) putchar('\n');
    llr_text_destroy(&form);
    print_head(t);
}

static void print_text(const llr_theory_table_t *t, const char *rule, const llr_expected_t *f)
{
    llr_shape_t shape = t->subject->facts->shape;
    begin_line(t);
    print_cell(t, -18, rule);
    print_number(t, NUMBER, "%.4g", f->gamma);
    print_number(t, NUMBER, "%.4g", f->rho);
    print_number(t, NUMBER, "%.4g", f->lambda);
    print_number(t, NUMBER, "%.4g", f->df);
    print_number(t, 13, "%.4f", f->worst_class);
    if (shape.groups) print_number(t, 13, "%.4f", f->worst_group);
    print_error(t, f->balanced);
    for (int32_t s = 0; s < shape.classes + shape.groups; s++) print_error(t, f->error[s]);
    putchar('\n');
}

static void print_exact(double value)
{
    putchar(',');
    llr_csv_number(value);
}

static void print_csv(const llr_theory_table_t *t, const char *rule, const llr_expected_t *f)
{
    const llr_population_t *population = &t->subject->population;
    llr_shape_t shape = t->subject->facts->shape;
    llr_csv_text(t->subject->name);
    printf(",%s,%.17g,%lld", llr_loss_name(t->training.loss), t->training.n,
           (long long)t->subject->facts->dim);
    print_exact((double)t->subject->facts->dim / t->training.n);
    print_exact(border_of(t));
    printf(",%s", llr_form_name(llr_predict_form(population, t->training.form)));
    print_exact(population->inequality);
    printf(",%s", rule);
    const double number[] = {f->gamma,       f->rho,         f->lambda,  f->df,
                             f->worst_class, f->worst_group, f->balanced};
    for (size_t i = 0; i < sizeof number / sizeof *number; i++) print_exact(number[i]);
    for (int32_t c = 0; c < t->classes; c++) print_exact(c < shape.classes ? f->error[c] : NAN);
    for (int32_t g = 0; g < t->groups; g++)
        print_exact(g < shape.groups ? f->error[shape.classes + g] : NAN);
    putchar('\n');
}

void llr_theory_table_row(const llr_theory_table_t *table, const char *rule,
                          const llr_expected_t *expected)
{
    if (table->format == LLR_FORMAT_CSV)
        print_csv(table, rule, expected);
    else
        print_text(table, rule, expected);
}
