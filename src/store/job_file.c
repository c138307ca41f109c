#include "store/job_file.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LARGEST_JOB = 16 << 20 };

llr_code_t llr_job_file_read(const char *path, llr_text_t *text, llr_error_t *error)
{
    char piece[65536];
    struct stat about;
    FILE *file = fopen(path, "re");
    if (!file) return llr_fail(error, LLR_INVALID, "%s: %s", path, strerror(errno));
    llr_code_t code = LLR_OK;
    if (!fstat(fileno(file), &about) && S_ISDIR(about.st_mode))
        code = llr_fail(error, LLR_INVALID, "%s: is a folder; a job file is needed", path);
    for (size_t got; code == LLR_OK && (got = fread(piece, 1, sizeof piece, file)) > 0;) {
        llr_text_add_bytes(text, piece, (int64_t)got);
        if (text->length > LARGEST_JOB)
            code = llr_fail(error, LLR_INVALID, "%s: larger than 16 MiB: no job file", path);
    }
    if (code == LLR_OK && ferror(file))
        code = llr_fail(error, LLR_INVALID, "%s: cannot be read: %s", path, strerror(errno));
    fclose(file);
    if (code == LLR_OK && text->failed) return llr_fail_memory(error, text->length, "the job");
    return code;
}

char *llr_job_file_folder(const char *path)
{
    char *copy = llr_copy_text(path), *slash = copy ? strrchr(copy, '/') : NULL;
    if (slash == copy && slash) slash++;
    if (slash) *slash = '\0';
    char *whole = copy ? realpath(slash ? copy : ".", NULL) : NULL;
    if (!whole) return copy;
    free(copy);
    return whole;
}
