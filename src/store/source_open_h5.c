#include "base/text.h"
#include "store/source_h5.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_SHOWN = 6 };

llr_h5_printer_t llr_h5_silence(void)
{
    llr_h5_printer_t printer;
    H5Eget_auto2(H5E_DEFAULT, &printer.function, &printer.argument);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return printer;
}

void llr_h5_restore(llr_h5_printer_t printer)
{
    H5Eset_auto2(H5E_DEFAULT, printer.function, printer.argument);
}

static herr_t keep_innermost(unsigned depth, const H5E_error2_t *entry, void *argument)
{
    (void)depth;
    if (entry->desc) snprintf(argument, LLR_H5_WORDS - 16, "%s", entry->desc);
    return 1;
}

char *llr_h5_words(char *out)
{
    char reason[LLR_H5_WORDS] = "";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, reason);
    out[0] = '\0';
    if (reason[0]) snprintf(out, LLR_H5_WORDS, " (HDF5: %.*s)", LLR_H5_WORDS - 16, reason);
    return out;
}

/* What the file system can say; opening with HDF5 first would hide it, and hang on a pipe. */
static llr_code_t check_readable(const char *path, llr_error_t *error)
{
    struct stat entry;
    if (stat(path, &entry))
        return llr_fail(error, LLR_INVALID, "%s: cannot be opened: %s", path, strerror(errno));
    if (!S_ISREG(entry.st_mode))
        return llr_fail(error, LLR_INVALID, "%s: is %s; an HDF5 file is needed", path,
                        S_ISDIR(entry.st_mode) ? "a folder" : "not a regular file");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return llr_fail(error, LLR_INVALID, "%s: cannot be read: %s", path, strerror(errno));
    close(file);
    if (!entry.st_size) return llr_fail(error, LLR_INVALID, "%s: the file is empty", path);
    return LLR_OK;
}

/* File systems of clusters often cannot lock; a reader can do without. */
static hid_t reading_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
    if (access >= 0) H5Pset_file_locking(access, true, true);
#endif
    return access;
}

llr_code_t llr_h5_open_file(const char *path, hid_t *file, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    LLR_TRY(check_readable(path, error));
    hid_t access = reading_access();
    *file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (*file < 0) llr_h5_words(words);
    if (access >= 0) H5Pclose(access);
    if (*file >= 0) return LLR_OK;
    if (strstr(words, "lock file"))
        return llr_fail(error, LLR_FAILED,
                        "%s: cannot be locked: a program has it open to write into it, or the file "
                        "system has no locks (then HDF5_USE_FILE_LOCKING=FALSE helps)",
                        path);
    if (H5Fis_hdf5(path) == 0) return llr_fail(error, LLR_INVALID, "%s: is not an HDF5 file", path);
    return llr_fail(error, LLR_INVALID, "%s: is a truncated or damaged HDF5 file%s", path, words);
}

bool llr_h5_has(hid_t file, const char *name)
{
    return H5Lexists(file, name, H5P_DEFAULT) > 0;
}

/* What a file holds, for the message that something is missing. */
typedef struct contents {
    llr_text_t text;
    int64_t count;
} contents_t;

static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *argument)
{
    (void)group, (void)info;
    contents_t *contents = argument;
    if (contents->count++ < NAMES_SHOWN)
        llr_text_add(&contents->text, "%s/%.64s", contents->count > 1 ? ", " : "", name);
    return 0;
}

static llr_code_t fail_missing(const llr_source_t *source, hid_t file, const char *name,
                               llr_error_t *error)
{
    contents_t contents = {{0}, 0};
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, add_name, &contents);
    llr_code_t code =
        llr_fail(error, LLR_INVALID, "%s: has no dataset %s; the file holds %s%s", source->path,
                 name, contents.text.data ? contents.text.data : "nothing",
                 contents.count > NAMES_SHOWN ? ", ..." : "");
    llr_text_destroy(&contents.text);
    return code;
}

static llr_code_t open_object(const llr_source_t *source, hid_t file, const char *name,
                              hid_t *object, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    if (!llr_h5_has(file, name)) return fail_missing(source, file, name, error);
    *object = H5Oopen(file, name, H5P_DEFAULT);
    if (*object < 0)
        return llr_fail(error, LLR_INVALID, "%s: %s cannot be opened%s", source->path, name,
                        llr_h5_words(words));
    H5I_type_t kind = H5Iget_type(*object);
    if (kind == H5I_DATASET) return LLR_OK;
    H5Oclose(*object);
    *object = -1;
    return llr_fail(error, LLR_INVALID, "%s: %s is a %s; a dataset is needed", source->path, name,
                    kind == H5I_GROUP ? "group" : "named type");
}

static llr_code_t fail_shape(const llr_source_t *source, const char *name, int ranks,
                             const hsize_t *extent, int found, llr_error_t *error)
{
    llr_text_t shape = {0};
    for (int i = 0; i < found; i++)
        llr_text_add(&shape, "%s%llu", i ? ", " : "", (unsigned long long)extent[i]);
    llr_code_t code = llr_fail(error, LLR_INVALID, "%s: %s has shape [%s]; it must be %s",
                               source->path, name, shape.data ? shape.data : "",
                               ranks == 1 ? "[rows], one value a row" : "[rows, columns]");
    llr_text_destroy(&shape);
    return code;
}

static llr_code_t check_shape(const llr_source_t *source, hid_t dataset, const char *name,
                              int ranks, hsize_t *extent, llr_error_t *error)
{
    hsize_t found[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(dataset);
    int count = H5Sget_simple_extent_dims(space, found, NULL);
    if (space >= 0) H5Sclose(space);
    if (count != ranks) return fail_shape(source, name, ranks, found, count < 0 ? 0 : count, error);
    memcpy(extent, found, (size_t)ranks * sizeof *extent);
    return LLR_OK;
}

llr_code_t llr_h5_open_list(const llr_source_t *source, hid_t file, const char *name, int ranks,
                            hsize_t *extent, hid_t *dataset, llr_error_t *error)
{
    *dataset = -1;
    LLR_TRY(open_object(source, file, name, dataset, error));
    llr_code_t code = check_shape(source, *dataset, name, ranks, extent, error);
    if (code != LLR_OK) {
        H5Dclose(*dataset);
        *dataset = -1;
    }
    return code;
}

char *llr_h5_type_words(hid_t type, char *out)
{
    static const struct {
        H5T_class_t kind;
        const char *words;
    } known[] = {{H5T_STRING, "a string"},
                 {H5T_COMPOUND, "a compound type"},
                 {H5T_ENUM, "an enumeration (a boolean?)"},
                 {H5T_ARRAY, "an array type"},
                 {H5T_VLEN, "a variable-length type"},
                 {H5T_REFERENCE, "a reference"},
                 {H5T_OPAQUE, "an opaque type"},
                 {H5T_BITFIELD, "a bit field"},
                 {H5T_TIME, "a time"}};
    H5T_class_t kind = H5Tget_class(type);
    int bits = (int)(8 * H5Tget_size(type));
    snprintf(out, LLR_H5_WORDS, "an unknown type");
    if (kind == H5T_INTEGER) snprintf(out, LLR_H5_WORDS, "a %d-bit integer", bits);
    if (kind == H5T_FLOAT) snprintf(out, LLR_H5_WORDS, "a %d-bit float", bits);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (kind == known[i].kind) snprintf(out, LLR_H5_WORDS, "%s", known[i].words);
    return out;
}
