#include "app/options.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
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

const char *llr_options_given(const llr_options_t *options, const char *const *names)
{
    for (; *names; names++)
        if (options->given >> (find_option(*names, strlen(*names)) - llr_option_table) & 1)
            return *names;
    return NULL;
}

enum { MOST_WORDS = 64 };

static const char *nearest_of(const char *word, llr_words_t *words)
{
    const char *known[MOST_WORDS];
    int64_t count = 0;
    while (count < MOST_WORDS && words(count)) {
        known[count] = words(count);
        count++;
    }
    return llr_nearest_word(word, known, count);
}

llr_code_t llr_options_unknown(const char *kind, const char *word, llr_words_t *words,
                               llr_error_t *error)
{
    const char *nearest = nearest_of(word, words);
    return llr_fail(error, LLR_INVALID, "unknown %s `%s`%s%s%s", kind, word,
                    nearest ? "; did you mean `" : "; see llrsweep --help", nearest ? nearest : "",
                    nearest ? "`?" : "");
}

static const char *command_word(int64_t index)
{
    return index < llr_command_count ? llr_commands[index].name : NULL;
}

/* The nearest is one that the command takes. word: may go on with "=value". */
static llr_code_t fail_option(const llr_options_t *options, const char *word, llr_error_t *error)
{
    enum { LONGEST = 200 };
    const char *names[MOST_WORDS];
    char name[LONGEST + 1] = "";
    int64_t count = 0;
    for (int64_t o = 0; o < llr_option_count && count < MOST_WORDS; o++) {
        const llr_option_t *option = &llr_option_table[o];
        if (!option->name[strlen("--n")]) continue; /* one letter: near to any other */
        if (!options->command || llr_option_is_of(option, options->command))
            names[count++] = option->name + strlen("--");
    }
    strncat(name, word, strcspn(word, "=") < LONGEST ? strcspn(word, "=") : LONGEST);
    const char *nearest = llr_nearest_word(name + strspn(name, "-"), names, count);
    if (nearest)
        return llr_fail(error, LLR_INVALID, "unknown option `%s`; did you mean `--%s`?", name,
                        nearest);
    return llr_fail(error, LLR_INVALID, "unknown option `%s`; see llrsweep %s%s--help", name,
                    options->command ? options->command->name : "", options->command ? " " : "");
}

static llr_code_t check_choice(const llr_option_t *option, const char *value, llr_error_t *error)
{
    llr_text_t choices = {0};
    if (!option->choice) return LLR_OK;
    for (int64_t c = 0; option->choice(c); c++)
        if (!strcmp(value, option->choice(c))) return LLR_OK;
    const char *nearest = nearest_of(value, option->choice);
    llr_option_choices(option, ", ", &choices);
    llr_code_t code =
        llr_fail(error, LLR_INVALID, "%s: `%.200s` is not one of %s%s%s%s", option->name, value,
                 choices.data ? choices.data : "its words", nearest ? "; did you mean `" : "",
                 nearest ? nearest : "", nearest ? "`?" : "");
    llr_text_destroy(&choices);
    return code;
}

/* Options may stand before the command. */
static llr_code_t check_given(const llr_options_t *options, llr_error_t *error)
{
    for (int64_t o = 0; options->command && o < llr_option_count; o++)
        if (options->given >> o & 1 && !llr_option_is_of(&llr_option_table[o], options->command))
            return llr_fail(error, LLR_INVALID, "%s is no option of `llrsweep %s`",
                            llr_option_table[o].name, options->command->name);
    return LLR_OK;
}

static llr_code_t set(const llr_option_t *option, llr_options_t *options, const char *value,
                      llr_error_t *error)
{
    char *place = (char *)options + option->place;
    bool yes = true;
    if (option->set) return option->set(options, value, error);
    if (option->value)
        memcpy(place, &value, sizeof value);
    else
        memcpy(place, &yes, sizeof yes);
    return LLR_OK;
}

static llr_code_t take_option(llr_options_t *options, int count, char **words, int *at,
                              llr_error_t *error)
{
    const char *word = words[*at], *equals = strchr(word, '=');
    const llr_option_t *option = find_option(word, equals ? (size_t)(equals - word) : strlen(word));
    if (!option) return fail_option(options, word, error);
    uint64_t bit = (uint64_t)1 << (option - llr_option_table), again = options->given & bit;
    options->given |= bit;
    LLR_TRY(check_given(options, error));
    if (!option->value && equals)
        return llr_fail(error, LLR_INVALID, "%s takes no value", option->name);
    if (!option->value) return set(option, options, "", error);
    if (again) return llr_fail(error, LLR_INVALID, "%s is given twice", option->name);
    const char *value = equals ? equals + 1 : *at + 1 < count ? words[++*at] : "";
    if (!*value)
        return llr_fail(error, LLR_INVALID, "%s needs a value: %s", option->name, option->value);
    LLR_TRY(check_choice(option, value, error));
    return set(option, options, value, error);
}

static llr_code_t take_command(llr_options_t *options, const char *word, llr_error_t *error)
{
    for (int64_t c = 0; c < llr_command_count; c++)
        if (!strcmp(word, llr_commands[c].name)) options->command = &llr_commands[c];
    if (!options->command) return llr_options_unknown("command", word, command_word, error);
    return check_given(options, error);
}

static llr_code_t take_word(llr_options_t *options, const char *word, llr_error_t *error)
{
    if (!options->command) return take_command(options, word, error);
    if (*word && options->command->most >= 0 && options->arguments >= options->command->most)
        return llr_fail(error, LLR_INVALID, "`%s` is one word too many; usage: llrsweep %s %s",
                        word, options->command->name, options->command->arguments);
    if (!*word)
        return llr_fail(error, LLR_INVALID,
                        "an empty word among the arguments; usage: llrsweep %s %s",
                        options->command->name, options->command->arguments);
    options->argument[options->arguments++] = word;
    return LLR_OK;
}

static llr_code_t take_words(llr_options_t *options, int count, char **words, llr_error_t *error)
{
    bool only_words = false;
    for (int at = 1; at < count; at++) {
        if (!only_words && !strcmp(words[at], "--"))
            only_words = true;
        else if (!only_words && words[at][0] == '-' && words[at][1])
            LLR_TRY(take_option(options, count, words, &at, error));
        else
            LLR_TRY(take_word(options, words[at], error));
    }
    return LLR_OK;
}

llr_code_t llr_options_parse(llr_options_t *options, int count, char **words, llr_error_t *error)
{
    *options = (llr_options_t){.ranks = 1,
                               .nodes = 1,
                               .best = -1,
                               .grace = 20,
                               .rule = LLR_RULE_UNIFORM,
                               .preprocess = LLR_PREPROCESS_ZSCORE};
    options->argument = llr_alloc(count, sizeof *options->argument);
    if (!options->argument) return llr_fail_memory(error, count, "the command line");
    LLR_TRY(take_words(options, count, words, error));
    if (options->help || options->version) return LLR_OK;
    if (!options->command)
        return llr_fail(error, LLR_INVALID, "a command is needed; see llrsweep --help");
    if (options->arguments < options->command->least)
        return llr_fail(error, LLR_INVALID, "too few words; usage: llrsweep %s %s",
                        options->command->name, options->command->arguments);
    return LLR_OK;
}

void llr_options_destroy(llr_options_t *options)
{
    free(options->argument);
    free(options->gaussian.priors);
    options->argument = NULL;
    options->gaussian.priors = NULL;
}
