#include "report_reference.h"
#include "report_world.h"
#include "suite.h"

static world_t world;
static table_t table;

static int metric_of(const char *name)
{
    for (int m = 0; m < METRICS; m++)
        if (!strcmp(name, metrics[m])) return m;
    CU_FAIL_FATAL("no such metric");
    return -1;
}

static void load_table(const char *folder)
{
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s/results.csv", scratch(), folder);
    read_table(&table, path);
}

/* The report as CSV, in $D/report.csv. */
static void open_report(sheet_t *sheet, const char *folder, const char *options)
{
    outcome_t outcome;
    char path[2 * PATH_ROOM];
    run(&outcome, "$L report $D/%s --format csv %s >$D/report.csv", folder, options);
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    snprintf(path, sizeof path, "%s/report.csv", scratch());
    open_sheet(sheet, path);
}

/* Any cell of the setting that a line of the report is about. */
static const cell_t *setting_of(const sheet_t *sheet)
{
    for (int c = 0; c < table.cells; c++)
        if (!strcmp(table.cell[c].dataset, word_in(sheet, "dataset")) &&
            !strcmp(table.cell[c].loss, word_in(sheet, "loss")) &&
            table.cell[c].n == number_in(sheet, "n"))
            return &table.cell[c];
    CU_FAIL_FATAL("the report has a setting that the table has not");
    return NULL;
}

static void check_methods_line(const sheet_t *sheet, int metric, int select_by)
{
    const cell_t *setting = setting_of(sheet);
    sample_t sample = {0};
    for (double s = 0; s < table.seeds; s++) {
        const cell_t *chosen =
            choose(&table, setting, table.first_seed + s, word_in(sheet, "method"), select_by);
        if (chosen) add_value(&sample, chosen->test[metric]);
    }
    CU_ASSERT_EQUAL(number_in(sheet, "seeds"), sample.count);
    CU_ASSERT_TRUE(is_near(number_in(sheet, "mean"), mean_of(&sample), 1e-15));
    CU_ASSERT_TRUE(is_near(number_in(sheet, "standard_deviation"), deviation_of(&sample), 1e-15));
    CU_ASSERT_EQUAL(number_in(sheet, "delta"), setting->delta);
    CU_ASSERT_STRING_EQUAL(word_in(sheet, "metric"), metrics[metric]);
    CU_ASSERT_STRING_EQUAL(word_in(sheet, "select_by"), metrics[select_by]);
}

/* Every line of the methods' table against results.csv; the number of lines. */
static int check_methods(const char *folder, const char *options, const char *metric,
                         const char *select_by)
{
    static sheet_t sheet;
    int lines = 0;
    open_report(&sheet, folder, options);
    for (; next_line(&sheet); lines++)
        check_methods_line(&sheet, metric_of(metric), metric_of(select_by));
    return lines;
}

static void csv_is_what_the_table_gives(void)
{
    outcome_t outcome;
    make_world(&world);
    load_table("class");
    CU_ASSERT_EQUAL(check_methods("class", "", "worst_class", "worst_class"), 2 * 2 * 2 * 4);
    CU_ASSERT_EQUAL(check_methods("class", "--best 0 --metric overall", "overall", "worst_class"),
                    32);
    CU_ASSERT_EQUAL(check_methods("class", "--metric=balanced", "balanced", "worst_class"), 32);
    for (int level = BY_SELECTED; level < LEVELS; level++) CU_ASSERT_TRUE(decided[level] > 0);
    run(&outcome, "head -2 $D/report.csv");
    CU_ASSERT_TRUE(ended(&outcome, 0,
                         "dataset,loss,n,delta,method,metric,mean,standard_deviation,seeds,"
                         "select_by\n\"" GROUPED_NAME "\",square,20,0.2"));
}

static void groups_have_their_metric(void)
{
    outcome_t outcome;
    load_table("group");
    CU_ASSERT_EQUAL(check_methods("group", "", "worst_group", "worst_group"), 8);
    CU_ASSERT_EQUAL(check_methods("group", "--metric worst_class", "worst_class", "worst_group"),
                    8);
    load_table("class");
    CU_ASSERT_EQUAL(check_methods("class", "--metric worst_group", "worst_group", "worst_class"),
                    32);
    run(&outcome, "grep ^gauss, $D/report.csv | grep -c ',,0,worst_class$'");
    CU_ASSERT_TRUE(ended(&outcome, 0, "16\n"));
    run(&outcome, "$L report $D/class --metric worst_group");
    CU_ASSERT_TRUE(ended(&outcome, 0, "the test worst_group accuracy."));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "tuned_exponent                        -"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "- where none has a number"));
}

/* Best cells -------------------------------------------------------------------------------- */

typedef struct standing {
    const cell_t *cell; /* of the first seed */
    sample_t validation, test;
} standing_t;

static standing_t stand(const cell_t *first, int metric, int select_by)
{
    standing_t standing = {.cell = first};
    for (int c = 0; c < table.cells; c++) {
        const cell_t *cell = &table.cell[c];
        if (strcmp(cell->dataset, first->dataset) || strcmp(cell->loss, first->loss) ||
            cell->n != first->n || strcmp(cell->rule, first->rule) ||
            !is_near(cell->value, first->value, 0) || cell->lambda != first->lambda)
            continue;
        add_value(&standing.validation, cell->validation[select_by]);
        add_value(&standing.test, cell->test[metric]);
    }
    return standing;
}

/* The same fit under another name: only the first of them is listed. */
static bool is_repeated(const cell_t *cell)
{
    for (const cell_t *other = table.cell; other < cell; other++)
        if (!strcmp(cell->dataset, other->dataset) && !strcmp(cell->loss, other->loss) &&
            cell->n == other->n && cell->seed == other->seed && cell->lambda == other->lambda &&
            cell->rho == other->rho && cell->n_used == other->n_used)
            return true;
    return false;
}

static const cell_t *cell_of(const char *key)
{
    for (int c = 0; c < table.cells; c++)
        if (!strcmp(table.cell[c].key, key)) return &table.cell[c];
    CU_FAIL_FATAL("the report has a key that the table has not");
    return NULL;
}

/* Are so many of the setting's cells before this one by their mean, and no more than tie with it
 * beside? (Accuracies over few rows are equal, or far apart.) */
static bool has_rank(const standing_t *standing, double rank, int metric, int select_by)
{
    int better = 0, tied = 0;
    double mean = mean_of(&standing->validation);
    for (int c = 0; c < table.cells; c++) {
        const cell_t *cell = &table.cell[c];
        if (strcmp(cell->dataset, standing->cell->dataset) ||
            strcmp(cell->loss, standing->cell->loss) || cell->n != standing->cell->n ||
            cell->seed != table.first_seed || is_repeated(cell))
            continue;
        standing_t other = stand(cell, metric, select_by);
        tied += is_near(mean_of(&other.validation), mean, 1e-12);
        better += mean_of(&other.validation) > mean + 1e-12;
    }
    return rank > better && rank <= better + tied;
}

static void check_best_line(const sheet_t *sheet, int metric, int select_by)
{
    standing_t standing = stand(cell_of(word_in(sheet, "key")), metric, select_by);
    CU_ASSERT_EQUAL(standing.cell->seed, table.first_seed);
    CU_ASSERT_FALSE(is_repeated(standing.cell));
    CU_ASSERT_TRUE(has_rank(&standing, number_in(sheet, "rank"), metric, select_by));
    CU_ASSERT_EQUAL(number_in(sheet, "seeds"), standing.validation.count);
    CU_ASSERT_TRUE(
        is_near(number_in(sheet, "validation_mean"), mean_of(&standing.validation), 1e-15));
    CU_ASSERT_TRUE(is_near(number_in(sheet, "validation_standard_deviation"),
                           deviation_of(&standing.validation), 1e-15));
    CU_ASSERT_TRUE(is_near(number_in(sheet, "test_mean"), mean_of(&standing.test), 1e-15));
    CU_ASSERT_TRUE(
        is_near(number_in(sheet, "test_standard_deviation"), deviation_of(&standing.test), 1e-15));
    CU_ASSERT_STRING_EQUAL(word_in(sheet, "metric"), metrics[metric]);
    CU_ASSERT_STRING_EQUAL(word_in(sheet, "select_by"), metrics[select_by]);
}

static int check_best(const char *folder, const char *options, const char *metric,
                      const char *select_by)
{
    static sheet_t sheet;
    int lines = 0;
    load_table(folder);
    open_report(&sheet, folder, options);
    for (; next_line(&sheet); lines++)
        check_best_line(&sheet, metric_of(metric), metric_of(select_by));
    return lines;
}

static void the_best_cells_are_the_best(void)
{
    CU_ASSERT_EQUAL(check_best("class", "--best 3", "worst_class", "worst_class"), 8 * 3);
    CU_ASSERT_EQUAL(check_best("group", "--best 1 --metric overall", "overall", "worst_group"), 2);
    /* Five exponents (0 and 1 also uniform and inverse_prior) and the balanced subsample, each at
     * five lambdas. */
    CU_ASSERT_EQUAL(check_best("group", "--best 1000", "worst_group", "worst_group"), 2 * 6 * 5);
}

/* The same numbers in text and Markdown ------------------------------------------------------ */

/* The column'th cell (from 1) of the first line after head that begins with name. apart: what
 * stands between cells. */
static void find_place(const char *text, const char *head, const char *name, int column,
                       const char *apart, char *out)
{
    const char *at = strstr(text, head);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    at = strstr(at, name);
    for (int c = 0; at && c < column; c++) {
        at = strstr(at, apart);
        if (at) at += strspn(at, " |");
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    int length = (int)strcspn(at, "|\n");
    const char *end = strstr(at, apart);
    if (end && end - at < length) length = (int)(end - at);
    while (length && at[length - 1] == ' ') length--;
    snprintf(out, WORD, "%.*s", length, at);
}

/* "0.421 +- 0.089 (7 seeds)" against the numbers in full. */
static void check_place(const char *place, const sheet_t *sheet)
{
    double mean = NAN, deviation = NAN, seeds = number_in(sheet, "seeds");
    int marked = 0, numbers = sscanf(place, "%lf +- %lf (%d seed", &mean, &deviation, &marked);
    if (seeds == 1) sscanf(place, "%lf (%d seed)", &mean, &marked);
    CU_ASSERT_EQUAL(numbers, seeds == 0 ? 0 : seeds == 1 ? 1 : seeds < table.seeds ? 3 : 2);
    CU_ASSERT_EQUAL(marked, seeds < table.seeds ? seeds : 0);
    if (seeds == 0) CU_ASSERT_STRING_EQUAL(place, "-");
    CU_ASSERT_TRUE(is_near(mean, number_in(sheet, "mean"), 0.5e-3 + 1e-9));
    CU_ASSERT_TRUE(is_near(deviation, number_in(sheet, "standard_deviation"), 0.5e-3 + 1e-9));
}

static void check_shown(const sheet_t *sheet, const char *text, const char *markdown)
{
    char head[2 * WORD], name[2 * WORD], shown[WORD], place[WORD];
    const char *dataset = word_in(sheet, "dataset"), *loss = word_in(sheet, "loss");
    int column = number_in(sheet, "n") == 20 ? 1 : 2;
    snprintf(head, sizeof head, "\n%s, %s: test %s accuracy", dataset, loss,
             word_in(sheet, "metric"));
    snprintf(name, sizeof name, "\n%s ", word_in(sheet, "method"));
    find_place(text, head, name, column, "  ", shown);
    check_place(shown, sheet);
    snprintf(head, sizeof head, "\n## %s, %s\n",
             strcmp(dataset, GROUPED_NAME) ? dataset : GROUPED_MARKDOWN, loss);
    snprintf(name, sizeof name, "\n| %s |", word_in(sheet, "method"));
    find_place(markdown, head, name, column + 1, "| ", place);
    CU_ASSERT_STRING_EQUAL(place, shown);
}

static outcome_t text, markdown;

static void check_formats(const char *folder, const char *options)
{
    static sheet_t sheet;
    load_table(folder);
    run(&text, "$L report $D/%s %s --format text", folder, options);
    CU_ASSERT_TRUE(ended(&text, 0, NULL));
    run(&markdown, "$L report $D/%s %s --format=markdown", folder, options);
    CU_ASSERT_TRUE(ended(&markdown, 0, NULL));
    open_report(&sheet, folder, options);
    while (next_line(&sheet)) check_shown(&sheet, text.out, markdown.out);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.err, "validation rows"));
    CU_ASSERT_STRING_EQUAL(text.err, markdown.err);
}

static void all_formats_show_the_same_numbers(void)
{
    outcome_t plain;
    check_formats("class", "--metric worst_group");
    check_formats("group", "");
    check_formats("class", "");
    run(&plain, "$L report $D/class");
    CU_ASSERT_STRING_EQUAL(plain.out, text.out);
}

/* Best cells of text and Markdown: key and numbers of the CSV. */
static void check_best_shown(const sheet_t *sheet)
{
    char line[CSV_LINE], key[2 * WORD];
    snprintf(key, sizeof key, "%s", word_in(sheet, "key"));
    snprintf(line, sizeof line, "  %-60s validation %.3f +- %.3f, test %.3f +- %.3f\n", key,
             number_in(sheet, "validation_mean"), number_in(sheet, "validation_standard_deviation"),
             number_in(sheet, "test_mean"), number_in(sheet, "test_standard_deviation"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text.out, line));
    bool grouped = !strncmp(key, GROUPED_NAME, strlen(GROUPED_NAME));
    snprintf(line, sizeof line, "\n| %s%s | %g | %s | %.3f +- %.3f | %.3f +- %.3f |\n",
             grouped ? GROUPED_MARKDOWN : "", grouped ? key + strlen(GROUPED_NAME) : key,
             cell_of(key)->n, word_in(sheet, "rank"), number_in(sheet, "validation_mean"),
             number_in(sheet, "validation_standard_deviation"), number_in(sheet, "test_mean"),
             number_in(sheet, "test_standard_deviation"));
    CU_ASSERT_PTR_NOT_NULL(strstr(markdown.out, line));
}

static void best_cells_are_shown(void)
{
    static sheet_t sheet;
    for (int best = 1; best <= 4; best += 3) {
        char options[WORD];
        snprintf(options, sizeof options, "--best %d", best);
        run(&text, "$L report $D/class %s", best == 1 ? "" : options); /* 1 is the default */
        run(&markdown, "$L report $D/class --format markdown %s", best == 1 ? "" : options);
        int shown = count_lines(markdown.out), lines = 0;
        open_report(&sheet, "class", options);
        for (; next_line(&sheet); lines++) check_best_shown(&sheet);
        CU_ASSERT_EQUAL(lines, 8 * best);
        run(&markdown, "$L report $D/class --format markdown --best 0");
        CU_ASSERT_EQUAL(shown - count_lines(markdown.out), lines + 4 * 5); /* heads of 4 tables */
        CU_ASSERT_PTR_NULL(strstr(markdown.out, "est cells"));
    }
}

/* Captions ---------------------------------------------------------------------------------- */

static void the_caption_says_how(void)
{
    static const char average[] =
        "Mean +- sample standard deviation over 4 seeds of the test balanced accuracy.";
    static const char selection[] =
        "Selection: lambda, and for tuned_exponent also gamma, is chosen for each seed on "
        "validation by worst_class accuracy; ties: larger balanced accuracy, then larger lambda, "
        "then smaller gamma.";
    char validation[CSV_LINE], test[CSV_LINE], caption[3 * CSV_LINE];
    run(&markdown, "$L report $D/class --format markdown --metric balanced");
    count_split(&world, "validation", 1, validation);
    count_split(&world, "test", 2, test);
    snprintf(caption, sizeof caption,
             "# \\*my\\*\\_job\n\n## " GROUPED_MARKDOWN
             ", square\n\n%s %s Rows: %s; %s. 32 of 32 units done.\n\n"
             "| n | 20 | 60 |\n|---|---:|---:|\n| delta = d/n | 0.2 | 0.0667 |\n| uniform | ",
             average, selection, validation, test);
    CU_ASSERT_EQUAL(strncmp(markdown.out, caption, strlen(caption)), 0);
    snprintf(caption, sizeof caption, "\n\n%s %s Rows: none, accuracies are exact. 32 of 32",
             average, selection);
    CU_ASSERT_PTR_NOT_NULL(strstr(markdown.out, caption));
    /* Text breaks its lines. */
    run(&text, "$L report $D/class --metric balanced | tr -s '\\n' ' '");
    snprintf(caption, sizeof caption,
             "*my*_job: 32 of 32 units done. %s %s " GROUPED_NAME ", square", average, selection);
    CU_ASSERT_EQUAL(strncmp(text.out, caption, strlen(caption)), 0);
    snprintf(caption, sizeof caption, " Rows: %s; %s. best cells by mean validation worst_class",
             validation, test);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.out, caption));
}

/* One seed, no exponents, three sampled classes: no deviation, no gamma. */
static void a_small_sweep_says_less(void)
{
    outcome_t outcome;
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/one.yaml", scratch());
    write_file(path, "datasets: [{name: g, synthetic: {d: 3, priors: [.4, .3, .3], test: 90}}]\n"
                     "exponents: []\nsizes: [30]\nlambdas: [1]\nseeds: {count: 1}\n");
    run(&outcome, "$L run -q $D/one.yaml -o $D/one && $L report $D/one | tr -s '\\n' ' '");
    CU_ASSERT_TRUE(
        ended(&outcome, 0, "Test worst_class accuracy of one seed. Selection: lambda is "));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(outcome.out, "larger balanced accuracy, then larger lambda. g, "));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "mean +- sd over 1 seed n "));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "Rows: validation 90 (class 0: "));
    CU_ASSERT_PTR_NULL(strstr(outcome.out, "tuned_exponent"));
    run(&outcome, "$L report $D/one --format csv | sed -n 2p | cut -d, -f5,8-10");
    CU_ASSERT_TRUE(ended(&outcome, 0, "uniform,,1,worst_class\n"));
}

/* Unfinished -------------------------------------------------------------------------------- */

/* Which units a cut journal has left: replay tells. Returns how many. */
static int ask_for_units(void)
{
    outcome_t outcome;
    int done = 0, cells = 0;
    for (int c = 0; c < table.cells; c++) {
        cell_t *cell = &table.cell[c], *first = cell - cells;
        bool same = c && !strcmp(cell->dataset, first->dataset) &&
                    !strcmp(cell->loss, first->loss) && cell->n == first->n &&
                    cell->seed == first->seed;
        cells = same ? cells + 1 : 1;
        if (same) {
            cell->known = first->known;
            continue;
        }
        run(&outcome, "$L replay -q $D/cut '%s'", cell->key);
        cell->known = outcome.code == 0;
        if (!cell->known) CU_ASSERT_TRUE(ended(&outcome, 2, "is not done yet"));
        done += cell->known;
    }
    return done;
}

static void an_unfinished_sweep_says_so(void)
{
    outcome_t outcome;
    char said[2 * WORD];
    run(&outcome, "cp -r $D/class $D/cut && cd $D/cut/journal && ls | wc -l && "
                  "truncate -s $(($(wc -c <$(ls)) / 2)) *.log");
    CU_ASSERT_TRUE(ended(&outcome, 0, "1\n"));
    load_table("class");
    int done = ask_for_units();
    CU_ASSERT_TRUE(done > 8 && done < 24);
    CU_ASSERT_EQUAL(check_methods("cut", "", "worst_class", "worst_class"), 32);
    snprintf(said, sizeof said, "Unfinished: %d of 32 units done. Fewer seeds than 4 are marked,",
             done);
    run(&outcome, "$L report $D/cut --format csv >$D/report.csv");
    CU_ASSERT_TRUE(ended(&outcome, 0, said));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.err, "class 1 has 20 validation rows"));
    run(&outcome, "awk -F, '/,uniform,/ { units += $(NF - 1) } END { print \"units\", units }' "
                  "$D/report.csv");
    snprintf(said, sizeof said, "units %d\n", done);
    CU_ASSERT_TRUE(ended(&outcome, 0, said));
}

static void its_formats_mark_what_is_missing(void)
{
    static sheet_t sheet;
    char said[2 * WORD];
    int marks = 0;
    run(&text, "$L report $D/cut");
    run(&markdown, "$L report $D/cut --format markdown");
    open_report(&sheet, "cut", "");
    while (next_line(&sheet)) {
        check_shown(&sheet, text.out, markdown.out);
        marks += number_in(&sheet, "seeds") < table.seeds;
    }
    CU_ASSERT_TRUE(marks > 4);
    snprintf(said, sizeof said, "*my*_job: Unfinished: ");
    CU_ASSERT_EQUAL(strncmp(text.out, said, strlen(said)), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(markdown.out, " Unfinished: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text.err, "validation rows"));
    CU_ASSERT_STRING_EQUAL(text.err, markdown.err);
}

static void a_full_disk_is_a_failure(void)
{
    outcome_t outcome;
    for (int f = 0; f < 4; f++) {
        static const char *const formats[] = {"text", "markdown", "csv", "latex"};
        run(&outcome, "$L report $D/class --format %s >/dev/full", formats[f]);
        CU_ASSERT_TRUE(ended(&outcome, 1, "llrsweep: cannot write to standard output\n"));
    }
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"csv is what the table gives", csv_is_what_the_table_gives},
        {"groups have their metric", groups_have_their_metric},
        {"the best cells are the best", the_best_cells_are_the_best},
        {"all formats show the same numbers", all_formats_show_the_same_numbers},
        {"best cells are shown", best_cells_are_shown},
        {"the caption says how", the_caption_says_how},
        {"a small sweep says less", a_small_sweep_says_less},
        {"an unfinished sweep says so", an_unfinished_sweep_says_so},
        {"its formats mark what is missing", its_formats_mark_what_is_missing},
        {"a full disk is a failure", a_full_disk_is_a_failure},
    };
    return LLR_RUN_SUITE("report", tests);
}
