#include "store/csv_records.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_QUOTE = 1 << 20 }; /* bytes of further lines that one record may take */

static int64_t count_quotes(const char *text)
{
    int64_t quotes = 0;
    for (; (text = strchr(text, '"')); text++) quotes++;
    return quotes;
}

/* A record goes on in the next line while a quote is open. */
static llr_code_t read_record(llr_csv_t *csv, bool *more, llr_error_t *error)
{
    csv->record.length = 0;
    LLR_TRY(llr_lines_next(&csv->lines, more, error));
    if (!*more) return LLR_OK;
    csv->line = csv->lines.number;
    llr_text_add_bytes(&csv->record, csv->lines.line, csv->lines.length);
    int64_t first = csv->record.length, quotes = count_quotes(csv->lines.line);
    while (quotes % 2 && !csv->record.failed) {
        bool goes_on;
        LLR_TRY(llr_lines_next(&csv->lines, &goes_on, error));
        if (!goes_on || csv->record.length - first > LONGEST_QUOTE)
            return llr_fail(error, LLR_INVALID, "%s: line %lld: a quote is not closed",
                            csv->lines.path, (long long)csv->line);
        llr_text_add_bytes(&csv->record, "\n", 1);
        llr_text_add_bytes(&csv->record, csv->lines.line, csv->lines.length);
        quotes += count_quotes(csv->lines.line);
    }
    return csv->record.failed ? llr_fail_memory(error, first, "a line") : LLR_OK;
}

static bool is_end(const llr_csv_t *csv, char c)
{
    return !c || c == csv->separator || (csv->separator == ' ' && c == '\t');
}

/* Takes the quotes off in place; NULL where no separator follows. Returns where the cell ended. */
static char *unquote(const llr_csv_t *csv, char *at)
{
    char *to = at++;
    for (; *at && (*at != '"' || at[1] == '"'); at++) {
        if (*at == '"') at++;
        *to++ = *at;
    }
    char *end = *at ? at + 1 : at;
    end += strspn(end, csv->separator == '\t' ? " " : " \t");
    if (csv->separator == ' ' && end > at + 1) end--;
    if (!is_end(csv, *end)) return NULL;
    *to = '\0';
    return end;
}

/* A plain cell ends before the blanks in front of its separator. */
static char *find_end(const llr_csv_t *csv, char *cell, char **end_of_text)
{
    char *end = cell;
    while (!is_end(csv, *end)) end++;
    *end_of_text = end;
    while (*end_of_text > cell && strchr(" \t", (*end_of_text)[-1])) --*end_of_text;
    return end;
}

static llr_code_t split_record(llr_csv_t *csv, llr_error_t *error)
{
    const char *blanks = csv->separator == '\t' ? " " : " \t";
    char *at = csv->record.data;
    for (csv->cells = 0;;) {
        if (llr_grow((void **)&csv->cell, csv->cells, &csv->room, sizeof *csv->cell))
            return llr_fail_memory(error, csv->cells, "a line's cells");
        at += strspn(at, blanks);
        if (csv->separator == ' ' && !*at && csv->cells) return LLR_OK;
        char *end_of_text = NULL, *cell = at, *end = NULL;
        csv->cell[csv->cells++] = cell;
        end = *at == '"' ? unquote(csv, at) : find_end(csv, at, &end_of_text);
        if (!end)
            return llr_fail(error, LLR_INVALID,
                            "%s: line %lld, column %lld: text stands behind a closing quote",
                            csv->lines.path, (long long)csv->line, (long long)(csv->cells - 1));
        bool last = !*end;
        if (end_of_text) *end_of_text = '\0';
        if (last) return LLR_OK;
        at = end + 1;
    }
}

/* Separator ---------------------------------------------------------------------------------- */

static int64_t count_outside_quotes(const char *text, char c)
{
    int64_t count = 0;
    for (bool quoted = false; *text; text++) {
        quoted ^= *text == '"';
        count += !quoted && *text == c;
    }
    return count;
}

static bool all_numbers(char *const *cell, int64_t cells)
{
    double value;
    for (int64_t j = 0; j < cells; j++)
        if (!llr_text_to_double(cell[j], &value)) return false;
    return true;
}

enum { SEPARATORS = 3 };
static const char separators[SEPARATORS + 1] = ",;\t";

static llr_code_t count_separators(llr_csv_t *csv, int64_t count[SEPARATORS], bool *more,
                                   llr_error_t *error)
{
    LLR_TRY(read_record(csv, more, error));
    for (int s = 0; s < SEPARATORS && *more; s++)
        count[s] = count_outside_quotes(csv->record.data, separators[s]);
    return LLR_OK;
}

/* Titles may hold the other ones: what the first two records have equally often comes first. */
static llr_code_t find_separator(llr_csv_t *csv, llr_error_t *error)
{
    bool more, again;
    int64_t first[SEPARATORS] = {0}, second[SEPARATORS] = {0}, most = 0;
    LLR_TRY(count_separators(csv, first, &more, error));
    if (!more) return llr_fail(error, LLR_INVALID, "%s: has no rows", csv->lines.path);
    LLR_TRY(count_separators(csv, second, &again, error));
    csv->separator = ',';
    for (int s = 0; s < SEPARATORS; s++) {
        int64_t score = first[s] + (first[s] && (!again || first[s] == second[s]) ? INT32_MAX : 0);
        if (score > most) csv->separator = separators[s];
        most = score > most ? score : most;
    }
    if (most) return LLR_OK;
    llr_csv_rewind(csv);
    LLR_TRY(read_record(csv, &more, error));
    csv->separator = ' ';
    LLR_TRY(split_record(csv, error));
    if (csv->cells < 2 || !all_numbers(csv->cell, csv->cells)) csv->separator = ',';
    return LLR_OK;
}

llr_code_t llr_csv_open(llr_csv_t *csv, const char *path, llr_error_t *error)
{
    *csv = (llr_csv_t){0};
    LLR_TRY(llr_lines_open(&csv->lines, path, error));
    LLR_TRY(find_separator(csv, error));
    llr_csv_rewind(csv);
    return LLR_OK;
}

llr_code_t llr_csv_next(llr_csv_t *csv, bool *more, llr_error_t *error)
{
    LLR_TRY(read_record(csv, more, error));
    return *more ? split_record(csv, error) : LLR_OK;
}

void llr_csv_rewind(llr_csv_t *csv)
{
    llr_lines_rewind(&csv->lines);
}

void llr_csv_close(llr_csv_t *csv)
{
    llr_lines_close(&csv->lines);
    llr_text_destroy(&csv->record);
    free(csv->cell);
    *csv = (llr_csv_t){0};
}
