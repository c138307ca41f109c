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
        for (int64_t i = 0; i < report->methods * report->table[t].columns; i++)
            if (report->table[t].cell[i].spread.seeds < report->seeds) return true;
    return false;
}

static void describe_average(llr_report_t *report)
{
    static const char *const shown[LLR_INTERVALS] = {
        [LLR_INTERVAL_SD] = "Mean +- sample standard deviation",
        [LLR_INTERVAL_SE] = "Mean +- standard error",
        [LLR_INTERVAL_BOOTSTRAP] = "Mean and its 95 % bootstrap interval (percentiles of 10000 "
                                   "resamples)"};
    if (report->seeds == 1)
        llr_text_add(&report->average, "Test %s accuracy of one seed.", report->metric);
    else
        llr_text_add(&report->average, "%s over %lld seeds of the test %s accuracy.",
                     shown[report->interval], (long long)report->seeds, report->metric);
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

/* Fewest pairs of seeds of a comparison that is shown with its p; 0: none has one. */
static int64_t fewest_pairs(const llr_report_t *report)
{
    int64_t fewest = 0;
    for (int64_t t = 0; t < report->tables; t++) {
        const llr_report_table_t *table = &report->table[t];
        for (int64_t i = 0; i < report->methods * table->columns; i++) {
            int64_t pairs = table->paired[i].difference.seeds;
            if (!llr_report_is_contrast(report, i / table->columns) || pairs < 2) continue;
            if (!fewest || pairs < fewest) fewest = pairs;
        }
    }
    return fewest;
}

static void describe_comparison(llr_report_t *report)
{
    if (!report->compare) return;
    int64_t pairs = fewest_pairs(report);
    bool exact = report->seeds <= LLR_PAIRED_EXACT;
    llr_text_add(&report->comparison, "Differences: this sweep's method minus %s%s%s; ",
                 report->of_folders ? "the same of " : "", report->compare,
                 report->of_folders ? " (each chosen by its own job's rule)" : "");
    if (report->seeds == 1) {
        llr_text_add(&report->comparison, "of one seed, which no test can judge.");
        return;
    }
    llr_text_add(&report->comparison,
                 "mean over the seeds that both have. p: two-sided, %s, not corrected for the "
                 "number of comparisons; ",
                 exact ? "exact permutation test of the signs of the paired differences"
                       : "paired t test (exact permutation test of the signs where both have at "
                         "most 40 seeds)");
    if (exact && pairs)
        llr_text_add(&report->comparison, "%lld seeds can give no less than %.3g; ",
                     (long long)pairs, ldexp(1, 1 - (int)pairs));
    llr_text_add(&report->comparison,
                 "it speaks of other subsamples of these data, not of other data.");
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
    describe_comparison(report);
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

static void add_rows(llr_text_t *out, const llr_facts_t *facts)
{
    if (facts->synthetic && !facts->eval_count[0]) {
        llr_text_add(out, "none, accuracies are exact.");
        return;
    }
    add_split(out, "validation", facts, LLR_SPLIT_VALIDATION);
    llr_text_add(out, "; ");
    add_split(out, "test", facts, LLR_SPLIT_TEST);
    llr_text_add(out, ".");
}

void llr_report_describe_rows(llr_report_table_t *table, const llr_facts_t *facts)
{
    for (int64_t c = 0; c < table->columns; c++) {
        const llr_report_column_t *column = &table->column[c];
        if (c && column->dataset == column[-1].dataset) continue;
        if (table->dataset)
            llr_text_add(&table->rows, "Rows: ");
        else
            llr_text_add(&table->rows, "%sRows of %s: ", c ? " " : "", column->name);
        add_rows(&table->rows, &facts[column->dataset]);
    }
}

/* Numbers as they are shown ----------------------------------------------------------------- */

const char *llr_report_shows(const llr_report_t *report)
{
    static const char *const shown[LLR_INTERVALS] = {[LLR_INTERVAL_SD] = "mean +- sd",
                                                     [LLR_INTERVAL_SE] = "mean +- se",
                                                     [LLR_INTERVAL_BOOTSTRAP] = "mean [95 %]"};
    return shown[report->interval];
}

/* " (7 seeds)" where fewer have a number than are wanted; "" otherwise. */
static const char *seeds_text(int64_t seeds, int64_t wanted, char out[LLR_NUMBER_TEXT])
{
    *out = '\0';
    if (seeds < wanted)
        snprintf(out, LLR_NUMBER_TEXT, " (%lld seed%s)", (long long)seeds, seeds == 1 ? "" : "s");
    return out;
}

char *llr_report_cell_text(const llr_report_t *report, const llr_report_cell_t *cell, char *out)
{
    char seeds[LLR_NUMBER_TEXT], interval[2 * LLR_NUMBER_TEXT] = "";
    const llr_spread_t *spread = &cell->spread;
    if (!spread->seeds) return strcpy(out, "-");
    if (spread->seeds > 1 && report->interval == LLR_INTERVAL_BOOTSTRAP)
        snprintf(interval, sizeof interval, " [%.3f, %.3f]", cell->interval.low,
                 cell->interval.high);
    else if (spread->seeds > 1)
        snprintf(interval, sizeof interval, " +- %.3f", llr_spread_half(spread, report->interval));
    snprintf(out, LLR_REPORT_TEXT, "%.3f%s%s", spread->mean, interval,
             seeds_text(spread->seeds, report->seeds, seeds));
    return out;
}

char *llr_report_paired_text(const llr_report_t *report, const llr_paired_t *paired, char *out)
{
    char seeds[LLR_NUMBER_TEXT], p[LLR_NUMBER_TEXT] = "";
    const llr_spread_t *difference = &paired->difference;
    if (!difference->seeds) return strcpy(out, "-");
    if (paired->p < .0005)
        snprintf(p, sizeof p, " (p <0.001)");
    else if (!isnan(paired->p))
        snprintf(p, sizeof p, " (p %.3f)", paired->p);
    snprintf(out, LLR_REPORT_TEXT, "%+.3f%s%s", difference->mean, p,
             seeds_text(difference->seeds, report->seeds, seeds));
    return out;
}

bool llr_report_is_contrast(const llr_report_t *report, int64_t method)
{
    return report->of_folders || strcmp(llr_method_name(report->method[method]), report->compare);
}

bool llr_report_is_best(const llr_report_t *report, const llr_report_table_t *table, int64_t method,
                        int64_t column)
{
    const llr_report_cell_t *cell = &table->cell[method * table->columns + column], *best = NULL;
    for (int64_t m = 0; m < report->methods; m++) {
        const llr_report_cell_t *other = &table->cell[m * table->columns + column];
        if (other->spread.seeds && (!best || other->spread.mean > best->spread.mean)) best = other;
    }
    return cell->spread.seeds &&
           (cell->spread.mean >= best->spread.mean || cell->interval.high >= best->interval.low);
}
