/* The report as a paper needs it: datasets side by side, intervals, paired tests, LaTeX. Numbers
 * against results.csv by the words of the rules, as in report_reference.h. */
#include "report_reference.h"
#include "report_world.h"
#include "suite.h"

static world_t world;
static table_t table, other_table;

static void load_table(table_t *into, const char *folder)
{
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s/results.csv", scratch(), folder);
    read_table(into, path);
}

static void open_report(sheet_t *sheet, const char *options)
{
    outcome_t outcome;
    char path[2 * PATH_ROOM];
    run(&outcome, "cd $D && $L report class --format csv %s >report.csv", options);
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    snprintf(path, sizeof path, "%s/report.csv", scratch());
    open_sheet(sheet, path);
}

/* Test accuracies of worst_class, a method's, by seed; NaN where it has none. */
static void values_of(const table_t *from, const sheet_t *sheet, const char *method, double *value)
{
    cell_t setting = {.n = number_in(sheet, "n")};
    snprintf(setting.dataset, WORD, "%s", word_in(sheet, "dataset"));
    snprintf(setting.loss, WORD, "%s", word_in(sheet, "loss"));
    for (int s = 0; s < (int)table.seeds; s++) {
        const cell_t *chosen = choose(from, &setting, table.first_seed + s, method, 0);
        value[s] = chosen ? chosen->test[0] : NAN;
    }
}

/* Places ------------------------------------------------------------------------------------- */

static void datasets_stand_side_by_side(void)
{
    outcome_t outcome;
    make_world(&world);
    /* The same lines, of the largest n or of those asked for. */
    run(&outcome,
        "cd $D && $L report class --format csv >all.csv 2>err && sort all.csv >all && "
        "grep -v ',20,0' all >largest && $L report class --by dataset --format csv 2>err "
        "| sort | diff - largest && $L report class --by dataset --n 20,60,77 --format csv "
        "2>err | sort | diff - all && $L report class --by n --n 60 --format csv 2>err | "
        "sort | diff - largest && wc -l <largest");
    CU_ASSERT_TRUE(ended(&outcome, 0, "17\n"));
    /* One line a method, its cells those of the CSV. */
    run(&outcome,
        "cd $D && $L report class --by dataset --best 0 2>err >text && "
        "awk -F, '/,square,/ && /thumb|uniform|tuned/ { i = NF; printf \"%%.3f +- %%.3f\\n\", "
        "$(i - 3), $(i - 2) }' largest | sort >wanted && sed -n '/, square/,/^Rows/p' text "
        "| grep '^uniform\\|^tuned' | grep -o '[0-9.]* +- [0-9.]*' | sort | diff - wanted");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    run(&outcome,
        "cd $D && cat text && $L report class --by dataset --best 0 --format markdown 2>err");
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "all datasets, square: test worst_class accuracy"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "Rows of gauss: none, accuracies are exact."));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(outcome.out, "\n| dataset | " GROUPED_MARKDOWN " | gauss |\n|---|"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(outcome.out, "|\n| n | 60 | 60 |\n| delta = d/n | 0.0667 | 0.1 |\n"));
}

/* Intervals ---------------------------------------------------------------------------------- */

static void standard_errors_are_of_the_mean(void)
{
    static sheet_t sheet;
    int lines = 0;
    load_table(&table, "class");
    for (open_report(&sheet, "--spread se"); next_line(&sheet); lines++) {
        double value[MOST_SEEDS];
        sample_t sample = {0};
        values_of(&table, &sheet, word_in(&sheet, "method"), value);
        for (int s = 0; s < (int)table.seeds; s++) add_value(&sample, value[s]);
        CU_ASSERT_TRUE(is_near(number_in(&sheet, "standard_error"),
                               deviation_of(&sample) / sqrt(sample.count), 1e-14));
    }
    CU_ASSERT_EQUAL(lines, 32);
}

/* Four seeds: 256 resamples, each as likely; between which of them a quantile falls. */
static void check_bootstrap(const sheet_t *sheet, const double *value)
{
    for (int end = 0; end < 2; end++) {
        double at = number_in(sheet, end ? "high" : "low"), share = end ? .975 : .025;
        int below = 0, up_to = 0;
        for (int code = 0; code < 256; code++) {
            double sum = 0;
            for (int i = 0; i < 4; i++) sum += value[code >> 2 * i & 3];
            below += sum / 4 < at - 1e-12;
            up_to += sum / 4 <= at + 1e-12;
        }
        CU_ASSERT_TRUE(below <= 256 * (share + .01) && up_to >= 256 * (share - .01));
    }
}

static void bootstrap_intervals_are_of_the_mean(void)
{
    static sheet_t sheet;
    outcome_t outcome;
    char line[2 * WORD] = "";
    for (open_report(&sheet, "--spread bootstrap"); next_line(&sheet);) {
        double value[MOST_SEEDS];
        values_of(&table, &sheet, word_in(&sheet, "method"), value);
        check_bootstrap(&sheet, value);
        if (!*line)
            snprintf(line, sizeof line, "%.3f [%.3f, %.3f]", number_in(&sheet, "mean"),
                     number_in(&sheet, "low"), number_in(&sheet, "high"));
    }
    run(&outcome, "$L report $D/class --spread bootstrap");
    CU_ASSERT_TRUE(ended(&outcome, 0, line));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "mean [95 %] over 4 seeds"));
    run(&outcome, "$L report $D/class --spread bootstrap --format csv --best 1 2>&1 | head -4");
    CU_ASSERT_TRUE(ended(&outcome, 0, ",validation_mean,validation_low,validation_high,metric,"));
}

/* Comparisons -------------------------------------------------------------------------------- */

/* Mean difference and the share of the choices of signs that are as far from 0. */
static void check_pairs(const sheet_t *sheet, const double *a, const double *b)
{
    double difference[MOST_SEEDS], seen = 0;
    int pairs = 0, as_far = 0;
    for (int s = 0; s < (int)table.seeds; s++)
        if (!isnan(a[s] - b[s])) seen += difference[pairs++] = a[s] - b[s];
    for (int signs = 0; signs < 1 << pairs; signs++) {
        double sum = 0;
        for (int i = 0; i < pairs; i++) sum += signs >> i & 1 ? difference[i] : -difference[i];
        as_far += fabs(sum) >= fabs(seen) - 1e-12;
    }
    CU_ASSERT_EQUAL(number_in(sheet, "seeds"), pairs);
    CU_ASSERT_TRUE(is_near(number_in(sheet, "difference"), pairs ? seen / pairs : NAN, 1e-14));
    CU_ASSERT_TRUE(
        is_near(number_in(sheet, "p"), pairs > 1 ? as_far / (double)(1 << pairs) : NAN, 1e-14));
}

static void methods_are_compared(void)
{
    static sheet_t sheet;
    outcome_t outcome;
    int lines = 0;
    double least = 1, most = 0, a[MOST_SEEDS], b[MOST_SEEDS];
    for (open_report(&sheet, "--compare inverse_prior"); next_line(&sheet); lines++) {
        values_of(&table, &sheet, word_in(&sheet, "method"), a);
        values_of(&table, &sheet, "inverse_prior", b);
        check_pairs(&sheet, a, b);
        CU_ASSERT_STRING_EQUAL(word_in(&sheet, "against"), "inverse_prior");
        least = fmin(least, number_in(&sheet, "p"));
        most = fmax(most, number_in(&sheet, "p"));
    }
    CU_ASSERT_EQUAL(lines, 24); /* not with itself */
    CU_ASSERT_EQUAL(least, .125);
    CU_ASSERT_TRUE(most > least);
    run(&outcome, "$L report $D/class --compare inverse_prior | tr -s '\\n' ' '");
    CU_ASSERT_TRUE(ended(&outcome, 0, "square: difference from inverse_prior, paired over seeds"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "4 seeds can give no less than 0.125;"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, " (p 0.125)"));
}

/* Another sweep: no standardised columns, other seeds, one n that is there too. */
static void sweeps_are_compared(void)
{
    static sheet_t sheet;
    outcome_t outcome;
    int lines = 0, pairs = 0;
    double a[MOST_SEEDS], b[MOST_SEEDS];
    run(&outcome,
        "cd $D && sed 's/sizes: .20, 60./sizes: [60, 70]/; s/first: 3, count: 4/first: 4, "
        "count: 5/; s/.square, logistic./[square]/; s/^name.*/preprocess: none/' class.yaml "
        ">raw.yaml && $L run -q raw.yaml -o raw");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    load_table(&other_table, "raw");
    for (open_report(&sheet, "--compare raw"); next_line(&sheet); lines++) {
        values_of(&table, &sheet, word_in(&sheet, "method"), a);
        values_of(&other_table, &sheet, word_in(&sheet, "method"), b);
        check_pairs(&sheet, a, b);
        pairs += (int)number_in(&sheet, "seeds");
    }
    CU_ASSERT_EQUAL(lines, 32);
    CU_ASSERT_EQUAL(pairs, 2 * 4 * 3); /* datasets, methods, seeds 4 to 6 */
    run(&outcome, "cd $D && $L report class --compare raw --n 60");
    CU_ASSERT_TRUE(ended(&outcome, 0, "difference from raw, paired over seeds"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, " (3 seeds)"));
    run(&outcome, "cd $D && $L report class --compare raw | tr -s '\\n' ' '");
    CU_ASSERT_TRUE(ended(&outcome, 0, " 3 seeds can give no less than 0.25;"));
}

static void what_cannot_be_compared_is_said(void)
{
    outcome_t outcome;
    run(&outcome,
        "cd $D && sed 's/sizes: .*/sizes: [30]/' raw.yaml >far.yaml && $L run -q far.yaml "
        "-o far && $L report class --compare far");
    CU_ASSERT_TRUE(ended(&outcome, 2,
                         "llrsweep: --compare: far shares no dataset (by name), loss, n, seed and "
                         "method with this sweep\n"));
    run(&outcome,
        "cd $D && sed 's/path: world.h5/&, split: {fractions: [.5, .25, .25], seed: 0}/' "
        "raw.yaml >split.yaml && $L run -q split.yaml -o split && $L report class --compare "
        "split");
    CU_ASSERT_TRUE(ended(&outcome, 2, "` holds other data, classes or splits in split; only"));
    /* A synthetic dataset of that name with other classes, though neither has rows to count. */
    run(&outcome,
        "cd $D && sed '/world.h5/d; s/separation: 1.5/separation: 1.6/' raw.yaml >wide.yaml && "
        "$L run -q wide.yaml -o wide && $L report class --compare wide");
    CU_ASSERT_TRUE(ended(&outcome, 2, "--compare: dataset `gauss` holds other data"));
}

/* LaTeX -------------------------------------------------------------------------------------- */

/* The line of a method in the first table, and the cells of its first column in bold. */
static void bold_is_the_best_and_what_overlaps(void)
{
    static sheet_t sheet;
    static outcome_t latex;
    enum { LINES = 4 };
    double mean[LINES], error[LINES];
    char cell[LINES][WORD], method[LINES][WORD];
    int lines = 0, best = 0, bold = 0;
    for (open_report(&sheet, "--spread se"); next_line(&sheet) && lines < LINES; lines++) {
        mean[lines] = number_in(&sheet, "mean");
        error[lines] = number_in(&sheet, "standard_error");
        snprintf(method[lines], WORD, "%s", word_in(&sheet, "method"));
        best = mean[lines] > mean[best] ? lines : best;
    }
    run(&latex, "$L report $D/class --format latex --spread se");
    CU_ASSERT_TRUE(
        ended(&latex, 0, "\\begin{tabular}{@{}lrr@{}}\n\\toprule\n$n$ & 20 & 60 \\\\\n"));
    for (int m = 0; m < LINES; m++) {
        bool wanted = mean[m] + error[m] >= mean[best] - error[best];
        char *under = strchr(method[m], '_');
        if (under) memmove(under + 2, under + 1, strlen(under)), memcpy(under, "\\_", 2);
        snprintf(cell[m], WORD,
                 wanted ? "\n%s & $\\mathbf{%.3f \\pm %.3f}$ & " : "\n%s & $%.3f \\pm %.3f$ & ",
                 method[m], mean[m], error[m]);
        CU_ASSERT_PTR_NOT_NULL(strstr(latex.out, cell[m]));
        bold += wanted;
    }
    CU_ASSERT_TRUE(bold >= 1 && bold < LINES);
    CU_ASSERT_PTR_NOT_NULL(strstr(latex.out,
                                  "\\caption{a$|$b,{}c\\_*, square loss. Mean $\\pm$ standard "
                                  "error over 4 seeds of the test worst\\_class accuracy."));
    CU_ASSERT_PTR_NOT_NULL(strstr(latex.out, "\\label{tab:-my-_job-a-b-c_--square}\n"));
}

/* Every sign that LaTeX reads in its own way, in names; the tables of all options in one document.
 */
static void latex_compiles(void)
{
    outcome_t outcome;
    run(&outcome,
        "cd $D && mkdir -p 'w#\"`' && cp -r class 'w#\"`/\\new^~' && cat >odd.yaml <<'E'\n"
        "name: \"50%%_{of}#1&$x_1^2$~<>|--?\"\ndatasets: [{name: \"bad_{%%}#&~^$<>|--!\", "
        "synthetic: {d: "
        "3, priors: [.4, .3, .3], test: 90}}]\nsizes: [30, 60]\nlambdas: [1]\nseeds: {count: "
        "2}\nE\n"
        "$L run -q odd.yaml -o odd && for d in odd class; do $L report $d --format latex --compare "
        "uniform --best 2 && $L report $d --format latex --by dataset --spread bootstrap || exit "
        "9; "
        "done 2>err >table.tex && $L report class --format latex --compare 'w#\"`/\\new^~' 2>err "
        ">>table.tex && printf '\\\\documentclass{article}\\n\\\\usepackage{booktabs}\\n"
        "\\\\begin{document}\\n\\\\input{table}\\n\\\\end{document}\\n' >paper.tex && grep -c "
        "'begin{table}' table.tex");
    CU_ASSERT_TRUE(ended(&outcome, 0, "26\n")); /* 1 + 4 places thrice, 1 + 2 losses, 4 twice */
    run(&outcome,
        "cd $D && grep -cF '\\caption{bad\\_\\{\\%%\\}\\#\\&\\textasciitilde{}\\textasciicircum{}"
        "\\$$<$$>$$|$-{}-{}!{}, square loss.' table.tex");
    CU_ASSERT_TRUE(ended(&outcome, 0, "3\n"));
    run(&outcome,
        "cd $D && grep -cF 'minus the same of w\\#\\char34{}\\char96{}/\\textbackslash{}new"
        "\\textasciicircum{}\\textasciitilde{} (each' table.tex");
    CU_ASSERT_TRUE(ended(&outcome, 0, "4\n"));
    run(&outcome,
        "cd $D && { command -v pdflatex >/dev/null || exit 77; } && pdflatex "
        "-interaction=nonstopmode -halt-on-error paper >log && test -s paper.pdf && ! grep "
        "-q '^!' log && grep -o 'Output written' log");
    if (outcome.code == 77) {
        puts("skipped: no pdflatex here");
    } else {
        CU_ASSERT_TRUE(ended(&outcome, 0, "Output written"));
    }
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"datasets stand side by side", datasets_stand_side_by_side},
        {"standard errors are of the mean", standard_errors_are_of_the_mean},
        {"bootstrap intervals are of the mean", bootstrap_intervals_are_of_the_mean},
        {"methods are compared", methods_are_compared},
        {"sweeps are compared", sweeps_are_compared},
        {"what cannot be compared is said", what_cannot_be_compared_is_said},
        {"bold is the best and what overlaps", bold_is_the_best_and_what_overlaps},
        {"latex compiles", latex_compiles},
    };
    return LLR_RUN_SUITE("report_paper", tests);
}
