#include "store/rows.h"

#include "base/memory.h"
#include "store/folder.h"
#include "store/rows_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SNIFFED = 4096 };

const char *llr_role_name(llr_role_t role)
{
    static const char *const name[LLR_ROLES] = {"features", "labels", "groups", "split"};
    return name[role];
}

void llr_rows_close(llr_rows_t *rows)
{
    if (rows->close) rows->close(rows);
    free(rows->name);
    *rows = (llr_rows_t){0};
}

/* Shapes ----------------------------------------------------------------------------------- */

static llr_code_t fail_shape(const llr_rows_t *rows, const llr_rows_ask_t *ask,
                             const int64_t *extent, int ranks, llr_error_t *error)
{
    const char *right = ask->role != LLR_ROLE_FEATURES ? "[rows], one value a row"
                        : ranks > 2 ? "[rows, columns]: flatten, or average over, the others"
                                    : "[rows, columns]";
    llr_text_t shape = {0};
    for (int i = 0; i < ranks; i++)
        llr_text_add(&shape, "%s%lld", i ? ", " : "", (long long)extent[i]);
    llr_code_t code = llr_fail(error, LLR_INVALID, "%s: has shape [%s]; %s must be %s", rows->name,
                               shape.data ? shape.data : "", llr_role_name(ask->role), right);
    llr_text_destroy(&shape);
    return code;
}

llr_code_t llr_rows_set_shape(llr_rows_t *rows, const llr_rows_ask_t *ask, const int64_t *extent,
                              int ranks, llr_error_t *error)
{
    bool list = ask->role != LLR_ROLE_FEATURES;
    if (list ? !(ranks == 1 || (ranks == 2 && extent[1] == 1)) : ranks != 2)
        return fail_shape(rows, ask, extent, ranks, error);
    rows->rows = extent[0];
    rows->columns = list ? 1 : extent[1];
    if (!rows->rows || !rows->columns)
        return llr_fail(error, LLR_INVALID, "%s: has no %s", rows->name,
                        rows->rows ? "columns" : "rows");
    if (rows->rows > INT64_MAX / (int64_t)sizeof(double) / rows->columns)
        return llr_fail(error, LLR_INVALID, "%s: is too large: %lld x %lld numbers", rows->name,
                        (long long)rows->rows, (long long)rows->columns);
    return LLR_OK;
}

/* Opening ---------------------------------------------------------------------------------- */

llr_code_t llr_rows_part(const char *text, char **path, const char **part, llr_error_t *error)
{
    *part = NULL;
    *path = llr_copy_text(text);
    if (!*path) return llr_fail_memory(error, (long long)strlen(text), "a path");
    /* A name may hold colons, and so may a file's. */
    for (char *colon = strrchr(*path, ':'); colon && access(*path, F_OK);
         colon = strrchr(*path, ':')) {
        *part = text + (colon - *path) + 1;
        *colon = '\0';
    }
    if (!access(*path, F_OK) && (!*part || **part)) return LLR_OK;
    /* No beginning of it is a file: the message names what comes before the last colon. */
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    memcpy(*path, text, length);
    (*path)[length] = '\0';
    *part = colon ? colon + 1 : NULL;
    return LLR_OK;
}

static llr_code_t open_file(const char *path, int *file, llr_error_t *error)
{
    struct stat entry;
    if (stat(path, &entry))
        return llr_fail(error, LLR_INVALID, "%s: cannot be opened: %s", path, strerror(errno));
    if (!S_ISREG(entry.st_mode))
        return llr_fail(error, LLR_INVALID, "%s: is %s; a file is needed", path,
                        S_ISDIR(entry.st_mode) ? "a folder" : "not a regular file");
    if (!entry.st_size) return llr_fail(error, LLR_INVALID, "%s: the file is empty", path);
    *file = open(path, O_RDONLY | O_CLOEXEC);
    if (*file >= 0) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: cannot be read: %s", path, strerror(errno));
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && !strcasecmp(text + length - tail, end);
}

/* A line of LIBSVM: "label index:value ...". */
static bool is_libsvm(const char *path, const char *head)
{
    static const char *const ends[] = {".svm", ".libsvm", ".svmlight"};
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++)
        if (ends_with(path, ends[e])) return true;
    const char *at = head + strcspn(head, " \t\n");
    at += strspn(at, " \t");
    size_t digits = strspn(at, "0123456789");
    return digits && at[digits] == ':' && !ends_with(path, ".csv");
}

static llr_code_t fail_format(const char *path, const char *head, llr_error_t *error)
{
    const char *kind = "is of no known format";
    if (!memcmp(head, "\x80", 1)) kind = "is a pickle, which only Python can read";
    if (!memcmp(head, "\x1f\x8b", 2)) kind = "is compressed by gzip: gunzip it first";
    return llr_fail(error, LLR_INVALID,
                    "%s: %s; .npy, .npz, CSV, LIBSVM text and HDF5 can be imported", path, kind);
}

static llr_code_t fail_part(const char *path, const char *part, llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID,
                    "%s: `%s` was asked for, but files of this format have no parts", path, part);
}

typedef enum format {
    FORMAT_UNKNOWN,
    FORMAT_NPY,
    FORMAT_NPZ,
    FORMAT_H5,
    FORMAT_LIBSVM,
    FORMAT_CSV
} format_t;

static format_t format_of(const char *path, const char *head, int64_t length)
{
    if (!memcmp(head, "\x93NUMPY", 6)) return FORMAT_NPY;
    if (!memcmp(head, "PK\3\4", 4) || !memcmp(head, "PK\5\6", 4)) return FORMAT_NPZ;
    if (!memcmp(head, "\x89HDF\r\n\x1a\n", 8)) return FORMAT_H5;
    if (memchr(head, '\0', (size_t)length) || !memcmp(head, "\x80", 1) ||
        !memcmp(head, "\x1f\x8b", 2))
        return FORMAT_UNKNOWN;
    return is_libsvm(path, head) ? FORMAT_LIBSVM : FORMAT_CSV;
}

/* *file is given over where a format reads from it. */
static llr_code_t open_known(llr_rows_t *rows, const llr_rows_ask_t *ask, format_t format,
                             const char *path, const char *part, int *file, llr_error_t *error)
{
    int given = *file;
    if (format == FORMAT_NPY || format == FORMAT_NPZ) *file = -1;
    switch (format) {
    case FORMAT_NPY:
        return llr_rows_open_npy(rows, ask, given, 0, lseek(given, 0, SEEK_END), error);
    case FORMAT_NPZ:
        return llr_rows_open_npz(rows, ask, part, given, error);
    case FORMAT_H5:
        return llr_rows_open_h5(rows, ask, path, part, error);
    case FORMAT_LIBSVM:
        return llr_rows_open_libsvm(rows, ask, path, error);
    default:
        return llr_rows_open_csv(rows, ask, path, part, error);
    }
}

static llr_code_t open_format(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *path,
                              const char *part, int *file, llr_error_t *error)
{
    char head[SNIFFED + 1] = "";
    int64_t size = lseek(*file, 0, SEEK_END), length = size < SNIFFED ? size : SNIFFED;
    int failure = llr_read_at(*file, 0, head, length);
    if (failure)
        return llr_fail(error, LLR_INVALID, "%s: cannot be read: %s", path, strerror(failure));
    format_t format = format_of(path, head, length);
    if (format == FORMAT_UNKNOWN) return fail_format(path, head, error);
    if (part && (format == FORMAT_NPY || format == FORMAT_LIBSVM))
        return fail_part(path, part, error);
    LLR_TRY(open_known(rows, ask, format, path, part, file, error));
    rows->holds_labels =
        !part && (format == FORMAT_NPZ || format == FORMAT_H5 || format == FORMAT_LIBSVM);
    return LLR_OK;
}

llr_code_t llr_rows_open(llr_rows_t *rows, const llr_rows_ask_t *ask, llr_error_t *error)
{
    char *path = NULL;
    const char *part;
    int file = -1;
    *rows = (llr_rows_t){.name = llr_copy_text(ask->path)};
    llr_code_t code = llr_rows_part(ask->path, &path, &part, error);
    if (code == LLR_OK && !rows->name) code = llr_fail_memory(error, 0, "a path");
    if (code == LLR_OK) code = open_file(path, &file, error);
    if (code == LLR_OK) code = open_format(rows, ask, path, part, &file, error);
    if (file >= 0) close(file);
    free(path);
    if (code != LLR_OK) llr_rows_close(rows);
    return code;
}
