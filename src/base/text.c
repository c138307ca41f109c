#include "base/text.h"

#include "base/memory.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int text_reserve(llr_text_t *text, int64_t extra)
{
    if (text->failed) return -1;
    if (text->length + extra + 1 <= text->room) return 0;
    int64_t room = 2 * text->room + extra + 64;
    char *data = realloc(text->data, (size_t)room);
    if (!data) {
        text->failed = 1;
        return -1;
    }
    text->data = data;
    text->room = room;
    return 0;
}

void llr_text_add_bytes(llr_text_t *text, const void *bytes, int64_t count)
{
    if (text_reserve(text, count)) return;
    memcpy(text->data + text->length, bytes, (size_t)count);
    text->length += count;
    text->data[text->length] = '\0';
}

char *llr_text_room(llr_text_t *text, int64_t extra)
{
    return text_reserve(text, extra) ? NULL : text->data + text->length;
}

void llr_text_add_word(llr_text_t *text, const char *word)
{
    llr_text_add_bytes(text, word, (int64_t)strlen(word));
}

/* Most additions fit into the room that is there. */
void llr_text_add(llr_text_t *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t room = text->failed ? 0 : (size_t)(text->room - text->length);
    int count = vsnprintf(room ? text->data + text->length : NULL, room, format, arguments);
    va_end(arguments);
    if (count >= 0 && !text_reserve(text, count)) {
        if ((size_t)count >= room)
            vsnprintf(text->data + text->length, (size_t)count + 1, format, again);
        text->length += count;
    }
    va_end(again);
}

void llr_text_destroy(llr_text_t *text)
{
    free(text->data);
    *text = (llr_text_t){0};
}

/* The locale of the numbers in files: always C, whatever the program or a library has set. */
static locale_t c_locale(void)
{
    static locale_t locale;
    if (!locale) locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return locale;
}

static void find_shortest(double value, char *out)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, LLR_NUMBER_TEXT, "%.*g", digits, value);
        if (strtod(out, NULL) == value) return;
    }
}

/* Keys name the same few numbers over and over. */
char *llr_number_text(double value, char *out)
{
    enum { REMEMBERED = 256 };
    static _Thread_local struct {
        double value;
        char text[LLR_NUMBER_TEXT];
    } memory[REMEMBERED];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int place = (int)(bits * 0x9e3779b97f4a7c15u >> 56);
    if (!*memory[place].text || memcmp(&memory[place].value, &value, sizeof value)) {
        locale_t before = uselocale(c_locale());
        memory[place].value = value;
        if (isnan(value))
            strcpy(memory[place].text, "nan");
        else
            find_shortest(value, memory[place].text);
        uselocale(before);
    }
    return strcpy(out, memory[place].text);
}

int llr_text_to_double(const char *text, double *value)
{
    char *end;
    double number = strtod_l(text, &end, c_locale());
    if (end == text || *end) return 0;
    *value = number;
    return 1;
}

int llr_text_to_int64(const char *text, int64_t *value)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end || errno) return 0;
    *value = number;
    return 1;
}

/* Levenshtein distance, one row at a time; words longer than the buffer count as far. */
static int edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t la = strlen(a), lb = strlen(b);
    if (la >= LONGEST || lb >= LONGEST) return LONGEST;
    int row[LONGEST + 1];
    for (size_t j = 0; j <= lb; j++) row[j] = (int)j;
    for (size_t i = 1; i <= la; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= lb; j++) {
            int substitute = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            int shorter = row[j - 1] < row[j] ? row[j - 1] : row[j];
            row[j] = substitute < shorter + 1 ? substitute : shorter + 1;
        }
    }
    return row[lb];
}

const char *llr_nearest_word(const char *word, const char *const *words, int64_t count)
{
    const char *nearest = NULL;
    int longest = (int)strlen(word);
    int best = longest < 4 ? 2 : 1 + longest / 3 + 1; /* first distance too far to be a typo */
    for (int64_t i = 0; i < count; i++) {
        int distance = edit_distance(word, words[i]);
        if (distance < best) {
            best = distance;
            nearest = words[i];
        }
    }
    return nearest;
}

static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
enum { UNITS = sizeof units / sizeof *units };

int llr_text_to_bytes(const char *text, int64_t *bytes)
{
    char number[LLR_NUMBER_TEXT];
    size_t digits = strspn(text, "0123456789.");
    const char *unit = text + digits + strspn(text + digits, " ");
    double value;
    if (!digits || digits >= sizeof number) return 0;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!llr_text_to_double(number, &value)) return 0;
    int power = 0;
    while (*unit && power < UNITS && strcmp(unit, units[power])) power++;
    if (power == UNITS) return 0;
    for (int i = 0; i < power; i++) value *= 1024;
    if (!(value < 0x1p62) || value != (double)(int64_t)value) return 0;
    *bytes = (int64_t)value;
    return 1;
}

char *llr_bytes_text(double bytes, char *out)
{
    int unit = 0;
    while (bytes >= 1024 && unit < 5) {
        bytes /= 1024;
        unit++;
    }
    snprintf(out, LLR_NUMBER_TEXT, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return out;
}

void llr_findings_add(llr_findings_t *findings, const char *format, ...)
{
    llr_error_t line;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line.text, sizeof line.text, format, arguments);
    va_end(arguments);
    for (char *c = line.text; *c; c++)
        if (*c == '\n' || *c == '\r') *c = ' ';
    char *copy = llr_copy_text(line.text);
    if (!copy || llr_grow((void **)&findings->line, findings->count, &findings->room,
                          sizeof *findings->line)) {
        findings->failed = 1;
        free(copy);
        return;
    }
    findings->line[findings->count++] = copy;
}

void llr_findings_destroy(llr_findings_t *findings)
{
    for (int64_t i = 0; i < findings->count; i++) free(findings->line[i]);
    free(findings->line);
    *findings = (llr_findings_t){0};
}
