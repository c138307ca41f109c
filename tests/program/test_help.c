/* Man page and completion say what --help says, and their own tools can read them. */
#include "program.h"
#include "suite.h"

#include <ctype.h>

static const char *const commands[] = {"check",   "plan", "run",    "status", "report", "import",
                                       "inspect", "rows", "theory", "advise", "replay", "help"};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* Every run of white space becomes one space. */
static void squeeze(char *text)
{
    char *out = text;
    for (char *in = text; *in; in++)
        if (!isspace((unsigned char)*in))
            *out++ = *in;
        else if (out > text && out[-1] != ' ')
            *out++ = ' ';
    while (out > text && out[-1] == ' ') out--;
    *out = '\0';
}

static bool has_tool(const char *name)
{
    outcome_t outcome;
    run(&outcome, "command -v %s", name);
    if (outcome.code) printf("\n    skipped: no %s here\n", name);
    return outcome.code == 0;
}

/* Its tool reads the page, without a word of complaint. */
static void check_reader(const char *tool, const char *command)
{
    outcome_t outcome;
    if (!has_tool(tool)) return;
    run(&outcome, "$L help man >$D/llrsweep.1 && %s $D/llrsweep.1", command);
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    CU_ASSERT_EQUAL(strlen(outcome.err), 0);
}

static void the_man_page_is_good_roff(void)
{
    check_reader("man", "MANWIDTH=80 man --warnings -l");
    check_reader("groff", "groff -man -ww -Tutf8");
    check_reader("mandoc", "mandoc -T lint -W warning");
}

/* The options (lines that begin so) that help prints, each in the page. Returns how many. */
static int check_options(const char *page, char *help)
{
    int options = 0;
    for (char *line = strtok(help, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, "  -", 3)) continue;
        squeeze(line);
        if (!strstr(page, line)) fprintf(stderr, "not in the man page: %s\n", line);
        CU_ASSERT_PTR_NOT_NULL(strstr(page, line));
        options++;
    }
    return options;
}

/* How a reader would see the page: rendered where groff is, else its own text without escapes. */
static void read_page(outcome_t *page)
{
    if (has_tool("groff"))
        run(page, "$L help man | groff -man -Tascii -P-cbou");
    else
        run(page, "$L help man | sed 's/\\\\-/-/g; s/\\\\(ga/`/g; s/\\\\(ti/~/g; s/\\\\(ha/^/g; "
                  "s/\\\\f[BR]//g' | sed \"s/\\\\\\\\(aq/'/g\"");
    CU_ASSERT_TRUE(ended(page, 0, NULL));
    squeeze(page->out);
}

static void the_man_page_says_what_help_says(void)
{
    static outcome_t page, help;
    int options = 0;
    read_page(&page);
    for (int c = 0; c < COMMANDS; c++) {
        run(&help, "$L %s --help", commands[c]);
        CU_ASSERT_TRUE(ended(&help, 0, "usage: llrsweep"));
        options += check_options(page.out, help.out);
    }
    CU_ASSERT_TRUE(options > 3 * COMMANDS); /* each has --help and --version */
    run(&help, "$L help job");
    CU_ASSERT_TRUE(ended(&help, 0, "exponents"));
    for (char *line = strtok(help.out, "\n"); line; line = strtok(NULL, "\n")) {
        squeeze(line);
        CU_ASSERT_TRUE(!strncmp(line, "Keys of", 7) || strstr(page.out, line));
    }
}

/* What bash offers for a line; the last word is the one to complete, $D the working folder. */
static void complete(outcome_t *outcome, const char *words)
{
    run(outcome,
        "cd $D && $L help completion >completion && bash -c '. ./completion; "
        "COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _llrsweep; "
        "printf \"%%s \" \"${COMPREPLY[@]}\"'",
        words);
    CU_ASSERT_EQUAL(strlen(outcome->err), 0);
    squeeze(outcome->out);
}

static void bash_completes_words(void)
{
    static const char *const cases[][2] = {
        {"llrsweep ch", "check"},
        {"llrsweep r", "run report rows replay"},
        {"llrsweep --v", "--version"},
        {"llrsweep report --me", "--metric"},
        {"llrsweep report --metric \"\"", "worst_class worst_group balanced overall"},
        {"llrsweep report --metric wor", "worst_class worst_group"},
        {"llrsweep report --metric = ba", "balanced"},
        {"llrsweep report --metric =", "worst_class worst_group balanced overall"},
        {"llrsweep --best 3 rep", "report replay"},
        {"llrsweep plan --ranks \"\"", ""},
        {"llrsweep help co", "completion"},
        {"llrsweep help ru", "run"},
        {"llrsweep run -",
         "--help -h --version --output -o --grace --stop-before --shard --quiet -q --verbose -v"},
        {"llrsweep gather one a", "a_folder"},
        {"llrsweep check a", "a.yaml a.yml a_folder"},
        {"llrsweep inspect a", "a.h5 a_folder"},
        {"llrsweep report a", "a_folder"},
        {"llrsweep theory a", "a.yaml a.yml a_folder"},
        {"llrsweep advise a", "a.h5 a_folder"},
        {"llrsweep advise --target \"\"", "worst_class worst_group balanced"},
        {"llrsweep run a.yaml -o a", "a_folder"},
        {"llrsweep check \"b \"", "b c.yaml"},
    };
    outcome_t outcome;
    if (!has_tool("bash")) return;
    run(&outcome, "cd $D && touch a.yaml a.yml a.h5 a.txt 'b c.yaml' && mkdir a_folder");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        complete(&outcome, cases[c][0]);
        CU_ASSERT_TRUE(ended(&outcome, 0, cases[c][1]));
        CU_ASSERT_STRING_EQUAL(outcome.out, cases[c][1]);
    }
}

/* The words of the options in help: those that begin a line. */
static void option_words(const char *command, outcome_t *help)
{
    run(help, "$L %s --help | grep -oE '^  (-., )?-[^ ,]+' | tr -s ', ' '\\n\\n' | grep . | sort",
        command);
    squeeze(help->out);
}

static void bash_offers_what_help_lists(void)
{
    static outcome_t offered, help;
    char line[64];
    if (!has_tool("bash")) return;
    for (int c = 0; c < COMMANDS; c++) {
        snprintf(line, sizeof line, "llrsweep %s -", commands[c]);
        complete(&offered, line);
        option_words(commands[c], &help);
        run(&offered, "printf '%%s\\n' %s | sort", offered.out);
        squeeze(offered.out);
        CU_ASSERT_PTR_NOT_NULL(strstr(help.out, "--version"));
        CU_ASSERT_STRING_EQUAL(offered.out, help.out);
    }
}

static void help_knows_its_topics(void)
{
    outcome_t outcome;
    run(&outcome, "$L help run >$D/a && $L run --help | cmp - $D/a");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    run(&outcome, "$L help completin");
    CU_ASSERT_TRUE(ended(&outcome, 2, "unknown topic `completin`; did you mean `completion`?"));
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"the man page is good roff", the_man_page_is_good_roff},
        {"the man page says what help says", the_man_page_says_what_help_says},
        {"bash completes words", bash_completes_words},
        {"bash offers what help lists", bash_offers_what_help_lists},
        {"help knows its topics", help_knows_its_topics},
    };
    return LLR_RUN_SUITE("help", tests);
}
