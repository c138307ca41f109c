/* The sentences of a report, and its numbers in words: the same in every format. */
#include "app/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool has_method(const llr_report_t *report, llr_method_t method)
{
    for (int64_t m = 0; m < report->methods; m++)
        if (report->method[m] == method) return true;
    return false;
}

/* Has some place of a table fewer seeds than the job asks for? */
static bool has_gaps(const llr_report_t *report)
{
    for (int64_t t = 0; t < report->tables; t++)
        for (int64_t i = 0; i < report->methods * report->table[t].sizes; i++)
            if (report->table[t].spread[i].seeds < report->seeds) return true;
    return false;
}

static void describe_average(llr_report_t *report)
{
    if (report->seeds == 1)
        llr_text_add(&report->average, "Test %s accuracy of one seed.", report->metric);
    else
        llr_text_add(&report->average,
                     "Mean +- sample standard deviation over %lld seeds of the test %s accuracy.",
                     (long long)report->seeds, report->metric);
}

static void describe_selection(llr_report_t *report)
{
    bool tuned = has_method(report, LLR_METHOD_TUNED_EXPONENT);
    llr_text_add(&report->selection,
                 "Selection: lambda%s is chosen for each seed on validation by %s accuracy; ties: "
                 "larger balanced accuracy, then larger lambda%s.",
                 tuned ? ", and for tuned_exponent also gamma," : "", report->select_by,
                 tuned ? ", then smaller gamma" : "");
}

static void describe_done(llr_report_t *report)
{
    llr_text_add(&report->done_text, "%s%lld of %lld units done.",
                 report->done < report->units ? "Unfinished: " : "", (long long)report->done,
                 (long long)report->units);
    if (has_gaps(report))
        llr_text_add(
            &report->done_text,
            " Fewer seeds than %lld are marked, as in (1 seed); - where none has a number.",
            (long long)report->seeds);
}

void llr_report_describe(llr_report_t *report)
{
    describe_average(report);
    describe_selection(report);
    describe_done(report);
}

/* "class 0: 180, class 1: 179", or of very many "1000 classes of 48 to 50". other: of the other
 * split; a group without rows in both is of classes that are left out. */
static void add_counts(llr_text_t *out, const char *one, const char *many, const int64_t *count,
                       const int64_t *other, int32_t kinds)
{
    enum { LISTED = 12 };
    int64_t least = INT64_MAX, most = 0;
    int32_t present = 0;
    for (int32_t k = 0; k < kinds; k++) {
        if (!count[k] && !other[k]) continue;
        if (kinds <= LISTED)
            llr_text_add(out, "%s%s %d: %lld", present ? ", " : "", one, k, (long long)count[k]);
        least = count[k] < least ? count[k] : least;
        most = count[k] > most ? count[k] : most;
        present++;
    }
    if (kinds > LISTED)
        llr_text_add(out, "%d %s of %lld to %lld", present, many, (long long)least,
                     (long long)most);
}

static void add_split(llr_text_t *out, const char *name, const llr_facts_t *facts,
                      llr_split_t split)
{
    int64_t slots = llr_shape_slots(facts->shape), rows = 0;
    const int64_t *count = facts->eval_count + split * slots;
    const int64_t *other = facts->eval_count + (LLR_SPLITS - 1 - split) * slots;
    for (int32_t c = 0; c < facts->shape.classes; c++) rows += count[c];
    llr_text_add(out, "%s %lld (", name, (long long)rows);
    add_counts(out, "class", "classes", count, other, facts->shape.classes);
    if (facts->shape.groups) llr_text_add(out, "; ");
    add_counts(out, "group", "groups", count + facts->shape.classes, other + facts->shape.classes,
               facts->shape.groups);
    llr_text_add(out, ")");
}

void llr_report_describe_rows(llr_report_table_t *table, const llr_facts_t *facts)
{
    if (facts->synthetic && !facts->eval_count[0]) {
        llr_text_add(&table->rows, "Rows: none, accuracies are exact.");
        return;
    }
    llr_text_add(&table->rows, "Rows: ");
    add_split(&table->rows, "validation", facts, LLR_SPLIT_VALIDATION);
    llr_text_add(&table->rows, "; ");
    add_split(&table->rows, "test", facts, LLR_SPLIT_TEST);
    llr_text_add(&table->rows, ".");
}

char *llr_spread_text(const llr_spread_t *spread, int64_t wanted, char *out)
{
    if (!spread->seeds) return strcpy(out, "-");
    int length = snprintf(out, LLR_SPREAD_TEXT, "%.3f", spread->mean);
    if (!isnan(spread->deviation))
        length +=
            snprintf(out + length, LLR_SPREAD_TEXT - (size_t)length, " +- %.3f", spread->deviation);
    if (spread->seeds < wanted)
        snprintf(out + length, LLR_SPREAD_TEXT - (size_t)length, " (%lld seed%s)",
                 (long long)spread->seeds, spread->seeds == 1 ? "" : "s");
    return out;
}
