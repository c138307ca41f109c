#include "app/options.h"

#include "base/text.h"

#include <string.h>

/* Does the list of words, separated by spaces, hold the word? */
static bool lists(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += length)
        if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' ')) return true;
    return false;
}

bool llr_option_is_of(const llr_option_t *option, const llr_command_t *command)
{
    if (!command) return !*option->commands;
    return !*option->commands || lists(option->commands, command->name);
}

void llr_option_choices(const llr_option_t *option, const char *separator, llr_text_t *out)
{
    for (int64_t c = 0; option->choice && option->choice(c); c++)
        llr_text_add(out, "%s%s", c ? separator : "", option->choice(c));
}

static const llr_option_t *find_option(const char *word, size_t length)
{
    for (int64_t o = 0; o < llr_option_count; o++) {
        const llr_option_t *option = &llr_option_table[o];
        if (strlen(option->name) == length && !strncmp(option->name, word, length)) return option;
        if (option->letter && strlen(option->letter) == length &&
            !strncmp(option->letter, word, length))
            return option;
    }
    return NULL;
}

llr_code_t llr_options_unknown(const char *kind, const char *word, llr_words_t *words,
                               llr_error_t *error)
{
    enum { MOST = 64 };
    const char *known[MOST];
    int64_t count = 0;
    while (count < MOST && words(count)) {
        known[count] = words(count);
        count++;
    }
    const char *nearest = llr_nearest_word(word, known, count);
    return llr_fail(error, LLR_INVALID, "unknown %s `%s`%s%s%s", kind, word,
                    nearest ? "; did you mean `" : "; see llrsweep --help", nearest ? nearest : "",
                    nearest ? "`?" : "");
}

static const char *option_word(int64_t index)
{
    return index < llr_option_count ? llr_option_table[index].name : NULL;
}

static const char *command_word(int64_t index)
{
    return index < llr_command_count ? llr_commands[index].name : NULL;
}

static llr_code_t check_choice(const llr_option_t *option, const char *value, llr_error_t *error)
{
    llr_text_t choices = {0};
    if (!option->choice) return LLR_OK;
    for (int64_t c = 0; option->choice(c); c++)
        if (!strcmp(value, option->choice(c))) return LLR_OK;
    llr_option_choices(option, ", ", &choices);
    llr_code_t code = llr_fail(error, LLR_INVALID, "%s: `%s` is not one of %s", option->name, value,
                               choices.data ? choices.data : "its words");
    llr_text_destroy(&choices);
    return code;
}

static llr_code_t take_option(llr_options_t *options, int count, char **words, int *at,
                              llr_error_t *error)
{
    const char *word = words[*at], *equals = strchr(word, '='), *value = "";
    const llr_option_t *option = find_option(word, equals ? (size_t)(equals - word) : strlen(word));
    if (!option) return llr_options_unknown("option", word, option_word, error);
    options->given |= (uint64_t)1 << (option - llr_option_table);
    if (!option->value && equals)
        return llr_fail(error, LLR_INVALID, "%s takes no value", option->name);
    if (option->value && !equals && *at + 1 >= count)
        return llr_fail(error, LLR_INVALID, "%s needs a value: %s", option->name, option->value);
    if (option->value) value = equals ? equals + 1 : words[++*at];
    LLR_TRY(check_choice(option, value, error));
    return option->set(options, value, error);
}

/* Options may stand before the command, so they are compared with it at the end. */
static llr_code_t check_options(const llr_options_t *options, llr_error_t *error)
{
    for (int64_t o = 0; o < llr_option_count; o++)
        if (options->given >> o & 1 && !llr_option_is_of(&llr_option_table[o], options->command))
            return llr_fail(error, LLR_INVALID, "%s is no option of `llrsweep %s`",
                            llr_option_table[o].name, options->command->name);
    return LLR_OK;
}

static llr_code_t take_command(llr_options_t *options, const char *word, llr_error_t *error)
{
    for (int64_t c = 0; c < llr_command_count; c++)
        if (!strcmp(word, llr_commands[c].name)) options->command = &llr_commands[c];
    return options->command ? LLR_OK : llr_options_unknown("command", word, command_word, error);
}

static llr_code_t take_word(llr_options_t *options, const char *word, llr_error_t *error)
{
    if (!options->command) return take_command(options, word, error);
    if (options->arguments >= options->command->most)
        return llr_fail(error, LLR_INVALID, "`%s` is one word too many; usage: llrsweep %s %s",
                        word, options->command->name, options->command->arguments);
    options->argument[options->arguments++] = word;
    return LLR_OK;
}

llr_code_t llr_options_parse(llr_options_t *options, int count, char **words, llr_error_t *error)
{
    *options = (llr_options_t){.ranks = 1, .best = 1, .grace = 20};
    bool only_words = false;
    for (int at = 1; at < count; at++) {
        if (!only_words && !strcmp(words[at], "--"))
            only_words = true;
        else if (!only_words && words[at][0] == '-' && words[at][1])
            LLR_TRY(take_option(options, count, words, &at, error));
        else
            LLR_TRY(take_word(options, words[at], error));
    }
    if (options->help || options->version) return LLR_OK;
    if (!options->command)
        return llr_fail(error, LLR_INVALID, "a command is needed; see llrsweep --help");
    LLR_TRY(check_options(options, error));
    if (options->arguments < options->command->least)
        return llr_fail(error, LLR_INVALID, "usage: llrsweep %s %s", options->command->name,
                        options->command->arguments);
    return LLR_OK;
}
