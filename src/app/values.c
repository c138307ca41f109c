#include "app/values.h"

#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_ROOM = 64 };

/* The next of the words that the separator parts, copied; *text moves behind it, NULL at the end.
 * A word too long for a number ends in dots, so that it is none. */
static void next_word(const char **text, char separator, char word[WORD_ROOM])
{
    const char *end = strchr(*text, separator);
    size_t length = end ? (size_t)(end - *text) : strlen(*text);
    snprintf(word, WORD_ROOM, "%.*s", (int)(length < WORD_ROOM ? length : WORD_ROOM), *text);
    if (length >= WORD_ROOM) strcpy(word + WORD_ROOM - 4, "...");
    *text = end ? end + 1 : NULL;
}

static bool is_in(const llr_value_range_t *range, double value)
{
    return isfinite(value) && value >= range->low && value <= range->high &&
           !(range->above && value == range->low) && !(range->whole && value != floor(value));
}

static llr_code_t fail_value(const char *option, const char *word, const llr_value_range_t *range,
                             llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID,
                    "%s: expected %s, parted by commas, or spans FROM:TO:COUNT, found `%s`", option,
                    range->words, word);
}

static bool add_value(const llr_value_range_t *range, double value, llr_values_t *values)
{
    if (!is_in(range, value) || values->count == LLR_MOST_VALUES) return false;
    values->value[values->count++] = value;
    return true;
}

/* Value i of count from one end to the other; the ends exactly. */
static double along(const llr_value_range_t *range, double from, double to, int64_t i,
                    int64_t count)
{
    double part = (double)i / (double)(count - 1);
    if (i == 0) return from;
    if (i == count - 1) return to;
    double value = range->logarithms && from > 0 && to > 0
                       ? exp(log(from) + part * (log(to) - log(from)))
                       : from + part * (to - from);
    return range->whole ? round(value) : value;
}

static bool add_span(const llr_value_range_t *range, const char *text, llr_values_t *values)
{
    char word[3][WORD_ROOM];
    double from, to;
    int64_t count;
    for (int w = 0; w < 3; w++) {
        if (!text) return false;
        next_word(&text, ':', word[w]);
    }
    if (text || !llr_text_to_double(word[0], &from) || !llr_text_to_double(word[1], &to) ||
        !llr_text_to_int64(word[2], &count) || count < 2 || count > LLR_MOST_VALUES)
        return false;
    for (int64_t i = 0; i < count; i++)
        if (!add_value(range, along(range, from, to, i, count), values)) return false;
    return true;
}

llr_code_t llr_values_read(const char *option, const char *text, const llr_value_range_t *range,
                           llr_values_t *values, llr_error_t *error)
{
    values->count = 0;
    while (text) {
        char word[WORD_ROOM];
        double value;
        next_word(&text, ',', word);
        bool good = strchr(word, ':')
                        ? add_span(range, word, values)
                        : llr_text_to_double(word, &value) && add_value(range, value, values);
        if (!good && values->count == LLR_MOST_VALUES)
            return llr_fail(error, LLR_INVALID, "%s: more than %d values", option, LLR_MOST_VALUES);
        if (!good) return fail_value(option, word, range, error);
    }
    return LLR_OK;
}

llr_code_t llr_priors_check(const char *option, const double *prior, int64_t count,
                            llr_error_t *error)
{
    double sum = 0;
    for (int64_t p = 0; p < count; p++) sum += prior[p];
    if (fabs(sum - 1) <= 1e-6) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: expected shares with sum 1, found a sum of %g", option,
                    sum);
}

/* Gaussian data -------------------------------------------------------------------------------- */

enum { KEY_D, KEY_SEPARATION, KEY_PRIORS, KEY_DECAY, KEYS };
static const char *const key_names[KEYS] = {"d", "separation", "priors", "decay"};

static llr_code_t read_number(const char *option, const char *key, const char *word, double low,
                              double high, bool whole, double *out, llr_error_t *error)
{
    if (llr_text_to_double(word, out) && *out >= low && *out <= high &&
        !(whole && *out != floor(*out)))
        return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: %s: expected a %s from %g to %g, found `%s`", option,
                    key, whole ? "whole number" : "number", low, high, word);
}

static llr_code_t read_priors(const char *option, const char *text, llr_synthetic_t *gaussian,
                              llr_error_t *error)
{
    double prior[LLR_MOST_PRIORS];
    char name[WORD_ROOM], word[WORD_ROOM];
    int32_t count = 0;
    snprintf(name, sizeof name, "%s: priors", option);
    while (text) {
        next_word(&text, ':', word);
        if (count == LLR_MOST_PRIORS || !llr_text_to_double(word, &prior[count]) ||
            !(prior[count] > 0 && prior[count] < 1))
            return llr_fail(error, LLR_INVALID,
                            "%s: expected 2 to %d shares between 0 and 1, parted by `:`, as "
                            ".8:.2, found `%s`",
                            name, LLR_MOST_PRIORS, word);
        count++;
    }
    LLR_TRY(llr_priors_check(name, prior, count, error));
    gaussian->priors = llr_alloc(count, sizeof *prior);
    if (!gaussian->priors) return llr_fail_memory(error, count, "the priors");
    memcpy(gaussian->priors, prior, sizeof *prior * (size_t)count);
    gaussian->classes = count;
    gaussian->test = count; /* some of every class, for who draws any */
    for (int32_t c = 0; c < count; c++) gaussian->test += (int64_t)(2 / prior[c]);
    return LLR_OK;
}

static llr_code_t read_key(const char *option, int key, const char *value,
                           llr_synthetic_t *gaussian, llr_error_t *error)
{
    const char *name = key_names[key];
    double number = 0;
    switch (key) {
    case KEY_D:
        LLR_TRY(read_number(option, name, value, 1, LLR_GAUSSIAN_MOST, true, &number, error));
        gaussian->dim = (int64_t)number;
        return LLR_OK;
    case KEY_SEPARATION:
        return read_number(option, name, value, 0, 1000, false, &gaussian->separation, error);
    case KEY_DECAY:
        return read_number(option, name, value, 0, 10, false, &gaussian->decay, error);
    default:
        return read_priors(option, value, gaussian, error);
    }
}

static llr_code_t fail_key(const char *option, const char *name, llr_error_t *error)
{
    const char *nearest = strlen(name) > 1 ? llr_nearest_word(name, key_names, KEYS) : NULL;
    return llr_fail(error, LLR_INVALID,
                    "%s: expected d=...,separation=...,priors=P0:P1[,decay=...], found `%s`%s%s%s",
                    option, name, nearest ? "; did you mean `" : "", nearest ? nearest : "",
                    nearest ? "`?" : "");
}

/* "key=value" */
static llr_code_t read_entry(const char *option, const char *entry, unsigned *given,
                             llr_synthetic_t *gaussian, llr_error_t *error)
{
    char name[WORD_ROOM];
    const char *value = entry;
    int key = 0;
    next_word(&value, '=', name);
    while (key < KEYS && strcmp(name, key_names[key])) key++;
    if (key == KEYS) return fail_key(option, name, error);
    if (!value || !*value)
        return llr_fail(error, LLR_INVALID, "%s: %s needs a value: %s=...", option, name, name);
    if (*given >> key & 1)
        return llr_fail(error, LLR_INVALID, "%s: %s is given twice", option, name);
    *given |= 1u << key;
    return read_key(option, key, value, gaussian, error);
}

llr_code_t llr_gaussian_read(const char *option, const char *text, llr_synthetic_t *gaussian,
                             llr_error_t *error)
{
    unsigned given = 0;
    *gaussian = (llr_synthetic_t){.separation = 2};
    char *copy = llr_copy_text(text), *rest = NULL;
    llr_code_t code = copy ? LLR_OK : llr_fail_memory(error, 0, "the command line");
    for (char *entry = copy ? strtok_r(copy, ",", &rest) : NULL; code == LLR_OK && entry;
         entry = strtok_r(NULL, ",", &rest))
        code = read_entry(option, entry, &given, gaussian, error);
    free(copy);
    for (int key = 0; code == LLR_OK && key < KEYS; key++)
        if ((key == KEY_D || key == KEY_PRIORS) && !(given >> key & 1))
            code =
                llr_fail(error, LLR_INVALID, "%s: %s is missing: %s", option, key_names[key],
                         key == KEY_D ? "d=400, columns" : "priors=.8:.2, shares of the classes");
    if (code != LLR_OK) {
        free(gaussian->priors);
        gaussian->priors = NULL;
    }
    return code;
}
