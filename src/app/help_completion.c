/* Completion for bash, made of the tables of commands and options. */
#include "app/help.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char helpers[] = "# bash completion of llrsweep, made by `llrsweep help completion`\n"
                              "_llrsweep_add()\n{\n"
                              "    local line\n"
                              "    while IFS= read -r line; do COMPREPLY+=(\"$line\"); done\n}\n\n"
                              "_llrsweep_files()\n{\n"
                              "    local pattern\n"
                              "    compopt -o filenames 2>/dev/null\n"
                              "    for pattern in \"${@:2}\"; do\n"
                              "        _llrsweep_add < <(compgen -f -X \"!$pattern\" -- \"$1\")\n"
                              "    done\n"
                              "    _llrsweep_add < <(compgen -d -- \"$1\")\n}\n\n";

/* Finds the word to complete, the one before it, and the command so far. bash gives `--metric=x`
 * as three words. */
static const char head[] = "_llrsweep()\n{\n"
                           "    local word=${COMP_WORDS[COMP_CWORD]} before= command= words= i\n"
                           "    COMPREPLY=()\n"
                           "    [[ $word == = ]] && word=\n"
                           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                           "        [[ ${COMP_WORDS[i]} == = ]] && continue\n"
                           "        if [[ -z $command && ${COMP_WORDS[i]} != -* ]] && ! "
                           "_llrsweep_takes \"$before\"; then\n"
                           "            command=${COMP_WORDS[i]}\n"
                           "        fi\n"
                           "        before=${COMP_WORDS[i]}\n"
                           "    done\n";

/* The names of an option as a pattern of `case`. */
static void add_pattern(llr_text_t *out, const llr_option_t *option)
{
    llr_text_add(out, "%s", option->name);
    if (option->letter) llr_text_add(out, " | %s", option->letter);
}

/* The function that says which options are followed by a value. */
static void add_takes(llr_text_t *out)
{
    const char *separator = "";
    llr_text_add(out, "_llrsweep_takes()\n{\n    case $1 in\n    ");
    for (int64_t o = 0; o < llr_option_count; o++) {
        if (!llr_option_table[o].value) continue;
        llr_text_add(out, "%s", separator);
        add_pattern(out, &llr_option_table[o]);
        separator = " | ";
    }
    llr_text_add(out, ") return 0 ;;\n    *) return 1 ;;\n    esac\n}\n\n");
}

/* What completes a word that help calls so: DIR, JOB, ...; numbers and names are the user's. */
static void add_action(llr_text_t *out, const char *kind)
{
    static const struct {
        const char *kind, *files;
    } actions[] = {{"DIR", ""},
                   {"FILE", " '*'"},
                   {"JOB", " '*.yaml' '*.yml'"},
                   {"DATASET", " '*.h5' '*.hdf5'"}};
    for (size_t a = 0; a < sizeof actions / sizeof *actions; a++)
        if (!strcmp(kind, actions[a].kind))
            llr_text_add(out, " _llrsweep_files \"$word\"%s", actions[a].files);
}

static void add_values(llr_text_t *out)
{
    llr_text_add(out, "    case $before in\n");
    for (int64_t o = 0; o < llr_option_count; o++) {
        const llr_option_t *option = &llr_option_table[o];
        if (!option->value) continue;
        llr_text_add(out, "    ");
        add_pattern(out, option);
        llr_text_add(out, ")");
        if (option->choice) {
            llr_text_add(out, " _llrsweep_add < <(compgen -W '");
            llr_option_choices(option, " ", out);
            llr_text_add(out, "' -- \"$word\")");
        } else
            add_action(out, option->value);
        llr_text_add(out, "\n        return ;;\n");
    }
    llr_text_add(out, "    esac\n");
}

static void add_option_words(llr_text_t *out, const llr_command_t *command)
{
    const char *separator = "";
    for (int64_t o = 0; o < llr_option_count; o++) {
        const llr_option_t *option = &llr_option_table[o];
        if (!llr_option_is_of(option, command)) continue;
        llr_text_add(out, "%s%s", separator, option->name);
        if (option->letter) llr_text_add(out, " %s", option->letter);
        separator = " ";
    }
}

static void add_command_words(llr_text_t *out)
{
    for (int64_t c = 0; c < llr_command_count; c++)
        llr_text_add(out, "%s%s", c ? " " : "", llr_commands[c].name);
}

static void add_topic_words(llr_text_t *out)
{
    for (int64_t t = 0; t < llr_topic_count; t++) llr_text_add(out, "%s ", llr_topics[t].name);
    add_command_words(out);
}

/* "check|repair": either word. */
static void add_alternatives(llr_text_t *out, const char *words, size_t length)
{
    llr_text_add(out, " words='");
    for (size_t i = 0; i < length; i++) llr_text_add(out, "%c", words[i] == '|' ? ' ' : words[i]);
    llr_text_add(out, "'\n           ");
}

/* What stands after a command, by its arguments in help: "DIR...", "[JOB]", "check|repair DIR". */
static void add_arguments(llr_text_t *out, const llr_command_t *command)
{
    char kind[16];
    const char *at = command->arguments;
    size_t length = strcspn(at, " ");
    if (!strcmp(at, "[TOPIC]")) {
        llr_text_add(out, " words='");
        add_topic_words(out);
        llr_text_add(out, "'");
        return;
    }
    if (*at == '-') { /* an option that cannot be missing */
        llr_text_add(out, " words='%.*s'", (int)length, at);
        return;
    }
    if (memchr(at, '|', length)) {
        add_alternatives(out, at, length);
        at += length + strspn(at + length, " ");
    }
    at += *at == '[';
    snprintf(kind, sizeof kind, "%.*s", (int)strcspn(at, " .]"), at);
    add_action(out, kind);
}

/* One branch of the case over the commands; command NULL: before there is one. */
static void add_command(llr_text_t *out, const llr_command_t *command)
{
    llr_text_add(out, "    %s)\n        if [[ $word == -* ]]; then\n            words='",
                 command ? command->name : "''");
    add_option_words(out, command);
    llr_text_add(out, "'\n        else\n           ");
    if (command)
        add_arguments(out, command);
    else {
        llr_text_add(out, " words='");
        add_command_words(out);
        llr_text_add(out, "'");
    }
    llr_text_add(out, "\n        fi ;;\n");
}

void llr_help_completion(llr_text_t *out)
{
    llr_text_add(out, "%s", helpers);
    add_takes(out);
    llr_text_add(out, "%s", head);
    add_values(out);
    llr_text_add(out, "    case $command in\n");
    add_command(out, NULL);
    for (int64_t c = 0; c < llr_command_count; c++) add_command(out, &llr_commands[c]);
    llr_text_add(out, "    esac\n"
                      "    _llrsweep_add < <(compgen -W \"$words\" -- \"$word\")\n}\n\n"
                      "complete -F _llrsweep llrsweep\n");
}
