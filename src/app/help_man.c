/* The man page. What it says of commands, options, keys and exit codes comes from their tables. */
#include "app/commands.h"
#include "app/help.h"
#include "base/text.h"

#include "build_facts.h"

#include <string.h>

/* Text as roff prints it: no hyphen, quote or dot of it is a command, and every one can be copied
 * into a shell. */
static void add_text(llr_text_t *out, const char *text)
{
    static const struct {
        char plain;
        const char *roff;
    } special[] = {{'-', "\\-"},    {'\\', "\\e"},  {'`', "\\(ga"},
                   {'\'', "\\(aq"}, {'^', "\\(ha"}, {'~', "\\(ti"}};
    if (*text == '.') llr_text_add(out, "\\&");
    for (; *text; text++) {
        size_t s = 0, count = sizeof special / sizeof *special;
        while (s < count && special[s].plain != *text) s++;
        if (s < count)
            llr_text_add(out, "%s", special[s].roff);
        else
            llr_text_add(out, "%c", *text);
    }
}

/* A tagged paragraph: bold head, text of the line below. */
static void add_entry(llr_text_t *out, const char *head, const char *text)
{
    llr_text_add(out, ".TP\n\\fB");
    add_text(out, head);
    llr_text_add(out, "\\fR\n");
    add_text(out, text);
    llr_text_add(out, "\n");
}

static void add_options(llr_text_t *out, const llr_command_t *command)
{
    for (int64_t o = 0; o < llr_option_count; o++) {
        const llr_option_t *option = &llr_option_table[o];
        llr_text_t head = {0}, meaning = {0};
        bool is_global = !*option->commands;
        if (!llr_option_is_of(option, command) || (command && is_global)) continue;
        llr_option_head(option, &head);
        llr_option_meaning(option, &meaning);
        out->failed |= head.failed | meaning.failed;
        if (!out->failed) add_entry(out, head.data, meaning.data);
        llr_text_destroy(&head);
        llr_text_destroy(&meaning);
    }
}

static void add_topics(llr_text_t *out)
{
    for (int64_t t = 0; t < llr_topic_count; t++)
        add_entry(out, llr_topics[t].name, llr_topics[t].help);
}

static void add_commands(llr_text_t *out)
{
    llr_text_add(out, ".SH COMMANDS\n");
    for (int64_t c = 0; c < llr_command_count; c++) {
        const llr_command_t *command = &llr_commands[c];
        llr_text_add(out, ".SS ");
        add_text(out, command->name);
        llr_text_add(out, " ");
        add_text(out, command->arguments);
        llr_text_add(out, "\n");
        add_text(out, command->help);
        llr_text_add(out, "\n");
        if (command->run == llr_command_help) add_topics(out);
        add_options(out, command);
    }
    llr_text_add(out, ".SH OPTIONS\nEvery command has these.\n");
    add_options(out, NULL);
}

static void add_keys(llr_text_t *out)
{
    llr_key_help_t key;
    llr_text_add(out, ".SH JOB FILE\n"
                      "YAML; paths are relative to the file. Defaults stand in brackets.\n");
    for (int64_t k = 0; llr_job_key_help(k, &key); k++) {
        llr_text_t meaning = {0};
        if (key.is_first) {
            llr_text_add(out, ".SS Keys of ");
            add_text(out, key.owner);
            llr_text_add(out, "\n");
        }
        llr_key_help_meaning(&key, &meaning);
        out->failed |= meaning.failed;
        if (!out->failed) add_entry(out, key.name, meaning.data);
        llr_text_destroy(&meaning);
    }
}

typedef struct entry {
    const char *head, *text;
} entry_t;

static void add_entries(llr_text_t *out, const char *section, const entry_t *entries, size_t count)
{
    llr_text_add(out, ".SH %s\n", section);
    for (size_t e = 0; e < count; e++) add_entry(out, entries[e].head, entries[e].text);
}

#define ADD_ENTRIES(out, section, entries)                                                         \
    add_entries((out), (section), (entries), sizeof(entries) / sizeof *(entries))

static void add_files(llr_text_t *out)
{
    static const entry_t entries[] = {
        {"DIR/results.csv, DIR/results.h5",
         "the table, one row a fit; the HDF5 file has unit and meaning of each column"},
        {"DIR/long.csv", "count and rate for each fit, split, and class or group"},
        {"DIR/provenance.yaml", "versions, kernel, hashes, and the digest of the table"},
        {"DIR/job.yaml", "the job as run, with all defaults, facts of its data, and its runs"},
        {"DIR/journal/", "what is done; a run that finds it goes on from there"},
        {"DIR/stop", "made while a run goes on, it ends that run in good order"}};
    ADD_ENTRIES(out, "FILES", entries);
}

static void add_exit_codes(llr_text_t *out)
{
    llr_text_add(out, ".SH EXIT STATUS\n");
    for (int code = 0; llr_exit_code_help(code); code++) {
        char digit[] = {(char)('0' + code), '\0'};
        add_entry(out, digit, llr_exit_code_help(code));
    }
    llr_text_add(out,
                 ".PP\nSIGTERM, SIGINT and SIGUSR1 end a run in good order; a second SIGINT, "
                 "or a second SIGTERM some seconds later, ends it at once. Under mpirun SIGUSR1 is "
                 "the one to send: the others it answers itself, killing the ranks.\n");
}

static void add_environment(llr_text_t *out)
{
    static const entry_t entries[] = {
        {"LLRSWEEP_OUTPUT", "result folder in place of the job's; --output comes before it"},
        {"NO_COLOR", "when set, progress has no colours"},
        {"OPENBLAS_CORETYPE", "kernel of OpenBLAS; it decides speed, and the last bits of numbers"},
        {"HDF5_USE_FILE_LOCKING", "FALSE where a shared file system cannot lock files"}};
    ADD_ENTRIES(out, "ENVIRONMENT", entries);
}

static void add_examples(llr_text_t *out)
{
    static const entry_t entries[] = {
        {"llrsweep check job.yaml", "find every mistake before the queue does"},
        {"mpirun -n 4 llrsweep run job.yaml", "run on four processes, or go on where it stopped"},
        {"srun --mpi=pmix llrsweep run job.yaml", "the same under Slurm"},
        {"llrsweep report results/job --best 3", "methods by n, and the best weightings"}};
    ADD_ENTRIES(out, "EXAMPLES", entries);
}

void llr_help_man(llr_text_t *out)
{
    llr_text_add(out,
                 ".TH LLRSWEEP 1 \"%s\" \"llrsweep %s\" \"User Commands\"\n.nh\n.ad l\n"
                 ".SH NAME\nllrsweep \\- sweeps of weighted last\\-layer retraining under MPI\n"
                 ".SH SYNOPSIS\n.B llrsweep\n.I COMMAND ARGUMENT\n[options]\n.PP\n"
                 ".B mpirun \\-n\n.I N\n.B llrsweep run\n.I JOB\n[options]\n"
                 ".SH DESCRIPTION\n"
                 "A deep network is frozen; only its last linear layer is retrained on a small, "
                 "imbalanced sample.\n.B llrsweep\nfits that layer for every class weighting, "
                 "regularisation strength, subsample size, seed, loss and dataset of a job, "
                 "certifies each fit, and writes one table that is the same, byte for byte, for "
                 "any number of processes.\n.PP\n"
                 "Only\n.B run\nneeds a launcher, and that not always.\n",
                 LLR_DATE, LLR_VERSION);
    add_commands(out);
    add_keys(out);
    add_files(out);
    add_exit_codes(out);
    add_environment(out);
    add_examples(out);
    llr_text_add(out, ".SH SEE ALSO\n.BR mpirun (1),\n.BR srun (1)\n");
}
