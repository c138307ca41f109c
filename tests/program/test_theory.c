/* The commands theory and advise, as a user sees them. */
#include "program.h"
#include "suite.h"

/* The number that follows the words on their line; NaN where they are not there. */
static double number_after(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    double value = 0. / 0.;
    if (at) sscanf(at + strlen(words), "%lf", &value);
    return value;
}

/* problem.md, 4: class 1 is the majority. */
static void reference_values_are_printed(void)
{
    static const struct {
        const char *words, *errors;
    } known[] = {
        {"--n 4000 --gamma 0 --lambda 0", "0.0771    0.0108"},
        {"--n 1200 --gamma 1 --lambda .1 --gaussian d=360,priors=.2:.8", "0.0669    0.0421"},
        {"--n 1000 --gamma 2 --lambda .1 --gaussian d=360,priors=.2:.8", "0.0652    0.0746"},
        {"--n 8000 --gamma 1 --lambda .001 --loss logistic", "0.0499    0.0238"},
        {"--n 4000 --gamma 2 --lambda .1 --loss logistic", "0.0044    0.1071"},
        {"--n 1000 --gamma 0 --lambda .001 --loss logistic --gaussian "
         "d=150,separation=2,priors=.2:.8",
         "0.0952    0.0163"}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        outcome_t outcome;
        run(&outcome, "$L theory %s %s", known[k].words,
            strstr(known[k].words, "gaussian") ? "" : "--gaussian d=400,priors=.2:.8");
        CU_ASSERT_TRUE(ended(&outcome, 0, known[k].errors));
        CU_ASSERT_TRUE(ended(&outcome, 0, "spectral form, covariances 0 % unequal"));
    }
}

static void gaussian_data_are_marked(void)
{
    outcome_t outcome;
    run(&outcome, "$L theory --gaussian d=40,separation=2,priors=.8:.2 --n 200 --lambda 0");
    CU_ASSERT_TRUE(ended(&outcome, 0, "border of lambda 0: 0.4"));
    CU_ASSERT_TRUE(ended(&outcome, 0, "\nthumb "));
    CU_ASSERT_TRUE(ended(&outcome, 0, "\nargmin "));
    CU_ASSERT_TRUE(ended(&outcome, 0, "0.0551")); /* thumb */
    CU_ASSERT_TRUE(ended(&outcome, 0, "an end of the range of lambda"));
    run(&outcome, "$L theory --gaussian d=40,separation=2,priors=.8:.2 --n 90 --lambda 0 "
                  "--gamma 1 | grep -c 'thumb *- *- *0 .*- *-$'");
    CU_ASSERT_TRUE(ended(&outcome, 0, "1\n")); /* beyond the border */
}

static void formats_hold_the_same(void)
{
    outcome_t outcome;
    run(&outcome, "$L theory --gaussian d=20,priors=.5:.3:.2 --n 60:180:3,500 --gamma 0,1 "
                  "--lambda .01:1:3 --format csv | awk -F, 'NF != 19 { exit 1 } END { print NR }'");
    CU_ASSERT_TRUE(ended(&outcome, 0, "41\n")); /* 4 x (3 x 3 + 1), and the names */
    run(&outcome, "$L theory --gaussian d=20,priors=.8:.2 --n 60 --gamma 0 --lambda 1 --format "
                  "markdown | grep '^|' | awk -F'|' 'NF != 11 { exit 1 } END { print NR }'");
    CU_ASSERT_TRUE(ended(&outcome, 0, "5\n"));
    /* The widest numbers, and a rule that is wider than its column, stay apart. */
    run(&outcome, "$L theory --gaussian d=20,separation=2,priors=.9:.1 --n 6 --lambda .01 "
                  "--gamma 4,.333333333,-19.12345 | awk 'NR > 3 && /[0-9]$/ && NF != 9 { exit 1 }\n"
                  "/^thumb/ { print $3 }'");
    CU_ASSERT_TRUE(ended(&outcome, 0, "2.507e+04\n"));
}

/* Of a job: what the sweep puts beside its measurements. */
static void a_job_is_predicted_as_in_its_table(void)
{
    outcome_t outcome;
    for (int uniform = 0; uniform < 2; uniform++) {
        run(&outcome,
            "cd $D && cat >job.yaml <<END\n"
            "datasets:\n"
            "  - {name: pair, path: $S/jobs/data/digits.h5, classes: [3, 8]}\n"
            "  - {name: gauss, synthetic: {d: 20, priors: [.5, .3, .2]}}\n"
            "losses: [square, logistic]\n"
            "exponents: [0, 1]\n"
            "rules: [paper, thumb, balanced_subsample]\n"
            "theory: auto\n"
            "lambdas: [.01, .1]\n"
            "sizes: [71]\n"
            "seeds: {count: 1}\n"
            "%s\n"
            "END\n"
            "$L run -q job.yaml -o %s && $L theory job.yaml --format csv >theory.csv 2>said && "
            "awk -F, 'FNR == 1 { for (i = 1; i <= NF; i++) at[FILENAME, $i] = i; next }\n"
            "function of(name) { return $at[FILENAME, name] }\n"
            "{ key = of(\"dataset\") of(\"loss\") of(\"lambda\")\n"
            "  error = of(\"theory_worst_class_error\") }\n"
            "FILENAME == \"theory.csv\" { predicted[key of(\"rule\")] = error; next }\n"
            "error == \"\" { next }\n"
            "{ rule = of(\"rule\"); if (rule == \"exponent\") rule = rule \"=\" of(\"value\")\n"
            "  p = predicted[key rule]; if (p == \"\" || (p - error) ^ 2 > 1e-14) exit 1; rows++ "
            "}\n"
            "END { print rows }' theory.csv %s/results.csv && cat said",
            uniform ? "sampling: uniform" : "", uniform ? "uniform" : "out",
            uniform ? "uniform" : "out");
        CU_ASSERT_TRUE(ended(&outcome, 0, "42\n")); /* 2 x (2 + 1) losses x 7 rules */
        CU_ASSERT_TRUE(ended(&outcome, 0, "dataset \"gauss\", loss logistic: errors of more"));
    }
    run(&outcome, "cd $D && sed 's/\\[71\\]/[71, 90]/' job.yaml >two.yaml && "
                  "$L theory two.yaml 2>&1 >two.txt | grep -c 'loss logistic: errors of more'; "
                  "grep -c 'predicted error' two.txt");
    CU_ASSERT_TRUE(ended(&outcome, 0, "1\n6\n")); /* once, not for every n */
    run(&outcome, "cd $D && $L theory job.yaml --dataset pair | grep -c 'predicted error'");
    CU_ASSERT_TRUE(ended(&outcome, 0, "2\n"));
}

static void advice_says_what_to_do(void)
{
    outcome_t outcome;
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 100 --classes 3,8 --lambda .03,.3");
    CU_ASSERT_TRUE(ended(&outcome, 0, "general form, covariances"));
    CU_ASSERT_TRUE(ended(&outcome, 0, "target: worst_class, by the weights of 2 classes"));
    CU_ASSERT_TRUE(ended(&outcome, 0, "digits: 2 classes (labels 3, 8); d = 64"));
    CU_ASSERT_TRUE(ended(&outcome, 0, "\nclass_weight={3: "));
    CU_ASSERT_TRUE(ended(&outcome, 0, ", 8: "));
    CU_ASSERT_TRUE(ended(&outcome, 0, "RidgeClassifier(alpha="));
    CU_ASSERT_EQUAL(strlen(outcome.err), 0);
    double lambda = number_after(outcome.out, "\nadvised: lambda");
    CU_ASSERT_TRUE(lambda == .03 || lambda == .3);
    double advised = number_after(outcome.out, "worst_class error"),
           more = number_after(outcome.out, " at n = 100,"), most;
    most = number_after(outcome.out, " at 200,");
    CU_ASSERT_TRUE(advised > more && more > most && most > 0);
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 100 --classes 3,8 --lambda .03,.3 | "
                  "awk '$1 == \"inverse_prior\" { p = $4 } $1 == \"advised\" { exit !($4 >= p) }'");
    CU_ASSERT_EQUAL(outcome.code, 0);
}

/* Classes that are numbered as in the file are their labels. */
static void own_numbers_are_labels(void)
{
    outcome_t outcome;
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 100 --classes 0,1 --lambda .1");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digits: 2 classes; d = 64"));
    CU_ASSERT_TRUE(ended(&outcome, 0, "\nclass_weight={0: "));
}

static void order_of_lambdas_is_no_matter(void)
{
    outcome_t outcome, sorted;
    run(&sorted, "cd $S/jobs/data && $L advise digits.h5 --n 60 --classes 1,8,3 --priors .8,.1,.1 "
                 "--lambda .1,.3,1,3,10,30");
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 60 --classes 1,8,3 --priors .8,.1,.1 "
                  "--lambda 10,.1,1,30,.3,3");
    CU_ASSERT_TRUE(ended(&outcome, 0, "advised: lambda"));
    CU_ASSERT_STRING_EQUAL(outcome.out, sorted.out);
}

static void advice_warns(void)
{
    outcome_t outcome;
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 100000 --classes 3,8 --lambda .1 "
                  "--loss logistic");
    CU_ASSERT_TRUE(ended(&outcome, 0, "warning: n = 100000 is more than the pool's"));
    CU_ASSERT_TRUE(ended(&outcome, 0, "LogisticRegression(C="));
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 100 --loss logistic");
    CU_ASSERT_TRUE(ended(&outcome, 2, "digits has 10; take --loss square, or two of the classes"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 100 --weights-by group");
    CU_ASSERT_TRUE(ended(&outcome, 2, "--weights-by group: digits.h5 has no groups"));
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 100 --target worst_group");
    CU_ASSERT_TRUE(ended(&outcome, 2, "--target worst_group: digits.h5 has no groups"));
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 100 --test-priors .5,.5");
    CU_ASSERT_TRUE(ended(&outcome, 2, "digits has 10 classes; expected as many shares, found 2"));
    run(&outcome, "cd $S/jobs/data && $L theory --dataset digits.h5 --n 100 --classes 3,33");
    CU_ASSERT_TRUE(ended(&outcome, 2, "digits.h5: classes: label 33 is not in"));
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 54 --classes 3,8 --lambda 0");
    CU_ASSERT_TRUE(ended(&outcome, 2, "digits.h5: nothing can be predicted here; take a lambda"));
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 54 --classes 3,8 --priors 1,0");
    CU_ASSERT_TRUE(ended(&outcome, 2, "--priors: class 1 has a share of 0"));
    run(&outcome, "cd $S/jobs/data && $L advise digits.h5 --n 54 --classes 3,8 --priors .5,.4,.1");
    CU_ASSERT_TRUE(ended(&outcome, 2, "--priors: expected 2 shares, one a class, found 3"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
}

/* Priors of the rows to be predicted move the advice for their mean, towards the likelier class. */
static void test_priors_count(void)
{
    outcome_t outcome;
    double weight[2];
    for (int i = 0; i < 2; i++) {
        run(&outcome,
            "cd $S/jobs/data && $L advise digits.h5 --n 60 --classes 3,8 --lambda 1 "
            "--target balanced --test-priors %s",
            i ? ".1,.9" : ".9,.1");
        CU_ASSERT_TRUE(ended(&outcome, 0, "predicted for the priors given"));
        weight[i] = number_after(outcome.out, "class_weight={3:");
    }
    CU_ASSERT_TRUE(weight[0] > 1 && weight[1] < 1);
}

/* One line says so, and leaves the table alone. */
static void a_split_that_is_made_is_said(void)
{
    static const char *const commands[] = {"advise plain.h5 --lambda 1",
                                           "theory --dataset plain.h5 --format csv"};
    outcome_t outcome;
    run(&outcome,
        "cd $D && awk 'BEGIN { for (i = 0; i < 90; i++) print i * i %% 7 \",\" i %% 5 \",\" "
        "(i %% 3 > 0) }' >plain.csv && $L import -q --features plain.csv "
        "--labels plain.csv:2 -o plain.h5");
    CU_ASSERT_TRUE_FATAL(ended(&outcome, 0, NULL));
    for (int c = 0; c < 2; c++) {
        run(&outcome, "cd $D && $L %s --n 20", commands[c]);
        CU_ASSERT_TRUE(ended(&outcome, 0,
                             "llrsweep: plain has no split: 80 % of its rows are the pool, 10 % "
                             "validation and 10 % test\n"));
        CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    }
    run(&outcome, "cd $D && $L advise plain.h5 --n 20 --target worst_group");
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1); /* the mistake alone */
}

/* Words, and the line after "llrsweep: ". */
static const char *const wrong[][2] = {
    {"theory", "theory: a job, --dataset FILE or --gaussian SPEC is needed"},
    {"theory --n 10", "theory: a job, --dataset FILE or --gaussian SPEC is needed"},
    {"theory --dataset x", "theory: --n LIST is needed: training rows"},
    {"theory --dataset x --gaussian d=4,priors=.5:.5 --n 10",
     "theory: --dataset and --gaussian exclude each other"},
    {"theory --gaussian d=4,priors=.5:.5 --classes 0,1 --n 10",
     "theory: --classes is for --dataset FILE"},
    {"theory --gaussian d=4,priors=.5:.5 --priors .5,.5 --n 10",
     "theory: --priors is for --dataset FILE"},
    {"advise x --n 10 --priors .5,.4", "--priors: expected shares with sum 1, found a sum of 0.9"},
    {"theory good.yaml --n 10",
     "theory: --n is for --dataset FILE or --gaussian SPEC; a job says so itself"},
    {"theory good.yaml --dataset h", "--dataset: the job has no dataset `h`; did you mean `g`?"},
    {"theory --gaussian d=4,priors=.5:.5 --n 10,x",
     "--n: expected whole numbers from 2 to 1e9, parted by commas, or spans FROM:TO:COUNT, found "
     "`x`"},
    {"theory --gaussian d=4,priors=.5:.5 --n 1",
     "--n: expected whole numbers from 2 to 1e9, parted by commas, or spans FROM:TO:COUNT, found "
     "`1`"},
    {"theory --gaussian d=4,priors=.5:.5 --n 10.5",
     "--n: expected whole numbers from 2 to 1e9, parted by commas, or spans FROM:TO:COUNT, found "
     "`10.5`"},
    {"theory --gamma 0:2",
     "--gamma: expected numbers from -20 to 20, parted by commas, or spans FROM:TO:COUNT, found "
     "`0:2`"},
    {"theory --gamma 0:2:1",
     "--gamma: expected numbers from -20 to 20, parted by commas, or spans FROM:TO:COUNT, found "
     "`0:2:1`"},
    {"theory --gamma 0:2:3:4",
     "--gamma: expected numbers from -20 to 20, parted by commas, or spans FROM:TO:COUNT, found "
     "`0:2:3:4`"},
    {"theory --gamma 0:21:3",
     "--gamma: expected numbers from -20 to 20, parted by commas, or spans FROM:TO:COUNT, found "
     "`0:21:3`"},
    {"theory --lambda .0000000000000000000000000000000000000000000000000000000000000001",
     "--lambda: expected numbers from 0 to 1e9, parted by commas, or spans FROM:TO:COUNT, found "
     "`.00000000000000000000000000000000000000000000000000000000000...`"},
    {"theory --gamma 0,,1",
     "--gamma: expected numbers from -20 to 20, parted by commas, or spans FROM:TO:COUNT, found "
     "``"},
    {"theory --gamma 0:1:600,0:1:600", "--gamma: more than 1000 values"},
    {"theory --lambda=-1",
     "--lambda: expected numbers from 0 to 1e9, parted by commas, or spans FROM:TO:COUNT, found "
     "`-1`"},
    {"theory --lambda nan",
     "--lambda: expected numbers from 0 to 1e9, parted by commas, or spans FROM:TO:COUNT, found "
     "`nan`"},
    {"theory --gaussian d=4,priors=.5:.5 --n 10 --loss logistic --lambda 0,1",
     "--lambda 0: only errors of square loss are predicted there; with --loss logistic take one "
     "above 0"},
    {"theory --gaussian d=4,priors=.5:.3:.2 --n 10 --loss logistic",
     "--loss logistic: errors of more than two classes are predicted for square loss only, and "
     "gaussian has 3; take --loss square"},
    {"theory --gaussian d=4,priors=.5:.5 --n 10 --weights-by group",
     "--weights-by group: Gaussian data has no groups"},
    {"theory --gaussian 4",
     "--gaussian: expected d=...,separation=...,priors=P0:P1[,decay=...], found `4`"},
    {"theory --gaussian dim=4",
     "--gaussian: expected d=...,separation=...,priors=P0:P1[,decay=...], found `dim`"},
    {"theory --gaussian d=4,prior=.5:.5",
     "--gaussian: expected d=...,separation=...,priors=P0:P1[,decay=...], found `prior`; did you "
     "mean `priors`?"},
    {"theory --gaussian d=,priors=.5:.5", "--gaussian: d needs a value: d=..."},
    {"theory --gaussian d=4,d=5", "--gaussian: d is given twice"},
    {"theory --gaussian d=4.5",
     "--gaussian: d: expected a whole number from 1 to 4000, found `4.5`"},
    {"theory --gaussian d=5000",
     "--gaussian: d: expected a whole number from 1 to 4000, found `5000`"},
    {"theory --gaussian d=4,separation=far",
     "--gaussian: separation: expected a number from 0 to 1000, found `far`"},
    {"theory --gaussian d=4,decay=-1",
     "--gaussian: decay: expected a number from 0 to 10, found `-1`"},
    {"theory --gaussian d=4", "--gaussian: priors is missing: priors=.8:.2, shares of the classes"},
    {"theory --gaussian priors=.5:.5", "--gaussian: d is missing: d=400, columns"},
    {"theory --gaussian d=4,priors=.5",
     "--gaussian: priors: expected shares with sum 1, found a sum of 0.5"},
    {"theory --gaussian d=4,priors=.5:.6",
     "--gaussian: priors: expected shares with sum 1, found a sum of 1.1"},
    {"theory --gaussian d=4,priors=1:0",
     "--gaussian: priors: expected 2 to 100 shares between 0 and 1, parted by `:`, as .8:.2, found "
     "`1`"},
    {"advise x", "advise: --n N is needed: rows to train on"},
    {"advise x --n 10,20", "advise: --n: expected one number, found 2"},
    {"advise x --n 10 --loss hinge", "--loss: `hinge` is not one of square, logistic"},
    {"advise x --n 10 --target worst-class",
     "--target: `worst-class` is not one of worst_class, worst_group, balanced; did you mean "
     "`worst_class`?"},
    {"advise x --n 10 --weights-by row", "--weights-by: `row` is not one of class, group"},
    {"advise x --n 10 --preprocess pca", "--preprocess: `pca` is not one of none, zscore"},
    {"advise x --n 10 --test-priors .5,.6",
     "--test-priors: expected shares with sum 1, found a sum of 1.1"},
    {"advise x --n 10 --test-priors 2,-1",
     "--test-priors: expected shares from 0 to 1, parted by commas, or spans FROM:TO:COUNT, found "
     "`2`"},
    {"advise x --n 10 --classes 1", "--classes: expected two labels or more, found `1`"},
    {"advise x --n 10 --classes 1,b",
     "--classes: expected labels from 0 to 100000, parted by commas, or spans FROM:TO:COUNT, found "
     "`b`"},
};
enum { WRONG = sizeof wrong / sizeof *wrong };

static void wrong_usage_is_one_line(void)
{
    outcome_t outcome;
    run(&outcome, "cd $D && printf 'datasets: [{name: g, synthetic: {d: 3, priors: [.6, .4]}}]\n"
                  "sizes: [20]\n' >good.yaml");
    for (int w = 0; w < WRONG; w++) {
        char line[COMMAND_ROOM];
        snprintf(line, sizeof line, "llrsweep: %s\n", wrong[w][1]);
        run(&outcome, "cd $D && $L %s", wrong[w][0]);
        bool good = outcome.code == 2 && !strcmp(outcome.err, line) && !*outcome.out;
        CU_ASSERT_TRUE(good);
        if (!good)
            fprintf(stderr, "--- llrsweep %s\nwanted 2: %sgot    %d: %s%s", wrong[w][0], line,
                    outcome.code, outcome.err, outcome.out);
    }
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"reference values are printed", reference_values_are_printed},
        {"gaussian data are marked", gaussian_data_are_marked},
        {"formats hold the same", formats_hold_the_same},
        {"a job is predicted as in its table", a_job_is_predicted_as_in_its_table},
        {"advice says what to do", advice_says_what_to_do},
        {"own numbers are labels", own_numbers_are_labels},
        {"order of lambdas is no matter", order_of_lambdas_is_no_matter},
        {"advice warns", advice_warns},
        {"test priors count", test_priors_count},
        {"a split that is made is said", a_split_that_is_made_is_said},
        {"wrong usage is one line", wrong_usage_is_one_line},
    };
    return LLR_RUN_SUITE("theory", tests);
}
