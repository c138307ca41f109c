#include "store/text_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

llr_code_t llr_lines_open(llr_lines_t *lines, const char *path, llr_error_t *error)
{
    *lines = (llr_lines_t){.path = path, .file = fopen(path, "re")};
    if (lines->file) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: cannot be read: %s", path, strerror(errno));
}

static bool is_blank(const char *line)
{
    return !line[strspn(line, " \t")];
}

/* Without its end, and the first without the mark of UTF-8. */
static void trim(llr_lines_t *lines)
{
    while (lines->length && strchr("\r\n", lines->line[lines->length - 1])) lines->length--;
    lines->line[lines->length] = '\0';
    if (lines->number == 1 && !strncmp(lines->line, "\xef\xbb\xbf", 3)) {
        lines->length -= 3;
        memmove(lines->line, lines->line + 3, (size_t)lines->length + 1);
    }
}

llr_code_t llr_lines_next(llr_lines_t *lines, bool *more, llr_error_t *error)
{
    do {
        errno = 0;
        lines->length = getline(&lines->line, &lines->room, lines->file);
        *more = lines->length >= 0;
        if (!*more && (ferror(lines->file) || errno))
            return llr_fail(error, LLR_INVALID, "%s: cannot be read: %s", lines->path,
                            strerror(errno));
        if (!*more) return LLR_OK;
        lines->number++;
        if (memchr(lines->line, '\0', (size_t)lines->length))
            return llr_fail(error, LLR_INVALID, "%s: line %lld: is no text (a zero byte)",
                            lines->path, (long long)lines->number);
        trim(lines);
    } while (is_blank(lines->line));
    return LLR_OK;
}

void llr_lines_rewind(llr_lines_t *lines)
{
    rewind(lines->file);
    lines->number = 0;
}

void llr_lines_close(llr_lines_t *lines)
{
    if (lines->file) fclose(lines->file);
    free(lines->line);
    *lines = (llr_lines_t){0};
}
