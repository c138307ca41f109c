#include "app/help.h"

#include "app/commands.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

const llr_topic_t llr_topics[] = {{"job", "the keys of a job file", llr_job_help},
                                  {"man", "this program's man page, in roff", llr_help_man},
                                  {"completion", "completion for bash", llr_help_completion}};
const int64_t llr_topic_count = sizeof llr_topics / sizeof *llr_topics;

const char *llr_exit_code_help(int code)
{
    static const char *const words[] = {[LLR_OK] = "done",
                                        [LLR_FAILED] = "environment failed",
                                        [LLR_INVALID] = "wrong usage, job or dataset",
                                        [LLR_UNSOLVED] = "done, some cells without an answer",
                                        [LLR_STOPPED] = "stopped early, resume continues"};
    return code < (int)(sizeof words / sizeof *words) ? words[code] : NULL;
}

void llr_option_head(const llr_option_t *option, llr_text_t *out)
{
    if (option->letter) llr_text_add(out, "%s, ", option->letter);
    llr_text_add(out, "%s", option->name);
    if (option->value) llr_text_add(out, " %s", option->value);
}

void llr_option_meaning(const llr_option_t *option, llr_text_t *out)
{
    llr_text_add(out, "%s", option->help);
    if (option->choice) llr_text_add(out, ": ");
    llr_option_choices(option, ", ", out);
    if (option->standard) llr_text_add(out, " [%s]", option->standard);
}

static void add_options(const llr_command_t *command, llr_text_t *out)
{
    for (int64_t o = 0; o < llr_option_count; o++) {
        const llr_option_t *option = &llr_option_table[o];
        llr_text_t head = {0};
        if (!llr_option_is_of(option, command)) continue;
        llr_option_head(option, &head);
        llr_text_add(out, "  %-22s ", head.data ? head.data : "");
        llr_option_meaning(option, out);
        llr_text_add(out, "\n");
        llr_text_destroy(&head);
    }
}

static void add_topics(llr_text_t *out)
{
    for (int64_t t = 0; t < llr_topic_count; t++)
        llr_text_add(out, "  %-22s %s\n", llr_topics[t].name, llr_topics[t].help);
    llr_text_add(out, "\n");
}

static void add_command(const llr_command_t *command, llr_text_t *out)
{
    llr_text_add(out, "usage: llrsweep %s %s [options]\n\n%s\n\n", command->name,
                 command->arguments, command->help);
    if (command->run == llr_command_help) add_topics(out);
    add_options(command, out);
}

static void add_program(llr_text_t *out)
{
    llr_text_add(out, "llrsweep: sweeps of weighted last-layer retraining under MPI\n\n"
                      "usage: llrsweep COMMAND ARGUMENT [options]\n\n");
    for (int64_t c = 0; c < llr_command_count; c++)
        llr_text_add(out, "  %-8s %-16s %s\n", llr_commands[c].name, llr_commands[c].arguments,
                     llr_commands[c].help);
    llr_text_add(out, "\n");
    add_options(NULL, out);
    llr_text_add(out, "\nExit codes:\n");
    for (int code = 0; llr_exit_code_help(code); code++)
        llr_text_add(out, "  %d  %s\n", code, llr_exit_code_help(code));
}

void llr_help_text(const llr_command_t *command, llr_text_t *out)
{
    if (command)
        add_command(command, out);
    else
        add_program(out);
}

static llr_code_t print(llr_text_t *text, llr_error_t *error)
{
    llr_code_t code = text->failed ? llr_fail_memory(error, text->length, "help") : LLR_OK;
    if (code == LLR_OK) fputs(text->data, stdout);
    llr_text_destroy(text);
    return code;
}

llr_code_t llr_help_print(const llr_command_t *command, llr_error_t *error)
{
    llr_text_t text = {0};
    llr_help_text(command, &text);
    return print(&text, error);
}

/* Topics, then commands. */
static const char *topic_word(int64_t index)
{
    if (index < llr_topic_count) return llr_topics[index].name;
    index -= llr_topic_count;
    return index < llr_command_count ? llr_commands[index].name : NULL;
}

llr_code_t llr_command_help(const llr_options_t *options, llr_error_t *error)
{
    llr_text_t text = {0};
    if (!options->arguments) return llr_help_print(NULL, error);
    const char *word = options->argument[0];
    for (int64_t t = 0; t < llr_topic_count; t++)
        if (!strcmp(word, llr_topics[t].name)) {
            llr_topics[t].print(&text);
            return print(&text, error);
        }
    for (int64_t c = 0; c < llr_command_count; c++)
        if (!strcmp(word, llr_commands[c].name)) return llr_help_print(&llr_commands[c], error);
    return llr_options_unknown("topic", word, topic_word, error);
}
