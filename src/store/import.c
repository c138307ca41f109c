#include "store/import.h"

#include "base/memory.h"
#include "model/weights.h"
#include "store/folder.h"
#include "store/import_file.h"
#include "store/naming.h"
#include "store/rows_format.h"
#include "store/source_check.h"
#include "store/split.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { BLOCK_BYTES = 64 << 20 };

typedef struct work {
    const llr_import_t *import;
    llr_source_t *made;
    llr_rows_t features; /* owned */
    const char *asked[LLR_ROLES];
    char *folder;            /* owned: of the output */
    const char *base;        /* name of the output in it */
    llr_aside_t aside;       /* owned */
    llr_import_file_t *file; /* owned */
    llr_hash_t hash;         /* of the features as they are written */
} work_t;

/* Lists ------------------------------------------------------------------------------------ */

static llr_code_t open_role(const work_t *work, llr_role_t role, llr_rows_t *rows,
                            llr_error_t *error)
{
    llr_rows_ask_t ask = {role, work->asked[role], work->asked, work->folder};
    return llr_rows_open(rows, &ask, error);
}

static llr_code_t read_list(work_t *work, llr_role_t role, llr_naming_t *naming, llr_error_t *error)
{
    llr_rows_t list;
    *naming = (llr_naming_t){0};
    if (!work->asked[role]) return LLR_OK;
    LLR_TRY(open_role(work, role, &list, error));
    llr_code_t code =
        llr_naming_read(naming, &list, work->features.rows, work->features.name, error);
    llr_rows_close(&list);
    return code;
}

static llr_code_t read_labels(work_t *work, llr_error_t *error)
{
    llr_source_t *made = work->made;
    llr_naming_t naming;
    if (!work->import->labels && !work->features.holds_labels)
        return llr_fail(error, LLR_INVALID, "import: --labels FILE is needed: %s has no labels",
                        work->features.name);
    llr_code_t code = read_list(work, LLR_ROLE_LABELS, &naming, error);
    made->label = naming.index;
    made->class_name = naming.name;
    made->classes = naming.count;
    if (code != LLR_OK || naming.count >= 2) return code;
    return llr_fail(error, LLR_INVALID,
                    "%s: every row has the same label; at least two classes are needed",
                    work->asked[LLR_ROLE_LABELS]);
}

static llr_code_t read_groups(work_t *work, llr_error_t *error)
{
    llr_source_t *made = work->made;
    llr_naming_t naming;
    llr_code_t code = read_list(work, LLR_ROLE_GROUPS, &naming, error);
    made->group = naming.index;
    made->group_name = naming.name;
    made->groups = naming.count;
    return code;
}

#define PARTS "a split has 0 (pool, train, retrain), 1 (validation, valid, val) and 2 (test)"

/* Words of a list of parts; -1: none of them. */
static int8_t part_of(const char *word)
{
    static const struct {
        const char *word;
        int8_t part;
    } known[] = {{"0", 0},   {"pool", 0},       {"train", 0}, {"retrain", 0}, {"1", 1},
                 {"val", 1}, {"validation", 1}, {"valid", 1}, {"2", 2},       {"test", 2}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (!strcasecmp(word, known[k].word)) return known[k].part;
    return -1;
}

/* Kinds without names are the numbers themselves. */
static int8_t part_of_kind(const llr_naming_t *naming, int32_t kind)
{
    if (naming->name) return part_of(naming->name[kind]);
    return kind < LLR_PARTS ? (int8_t)kind : -1;
}

static llr_code_t fail_part(const work_t *work, const llr_naming_t *naming, int64_t row,
                            llr_error_t *error)
{
    char number[LLR_NUMBER_TEXT];
    int32_t kind = naming->index[row];
    snprintf(number, sizeof number, "%d", kind);
    return llr_fail(error, LLR_INVALID, "%s: row %lld is `%.40s`; " PARTS,
                    work->asked[LLR_ROLE_SPLIT], (long long)row,
                    naming->name ? naming->name[kind] : number);
}

static llr_code_t take_parts(work_t *work, const llr_naming_t *naming, llr_error_t *error)
{
    llr_source_t *made = work->made;
    bool present[LLR_PARTS] = {false};
    for (int64_t i = 0; i < made->rows; i++) {
        int8_t part = part_of_kind(naming, naming->index[i]);
        if (part < 0) return fail_part(work, naming, i, error);
        present[part] = true;
        made->split[i] = part;
    }
    for (int p = 0; p < LLR_PARTS; p++)
        if (!present[p])
            return llr_fail(error, LLR_INVALID, "%s: no row has %d; " PARTS,
                            work->asked[LLR_ROLE_SPLIT], p);
    return LLR_OK;
}

static llr_code_t read_split(work_t *work, llr_error_t *error)
{
    llr_naming_t naming;
    llr_source_t *made = work->made;
    if (!work->asked[LLR_ROLE_SPLIT]) return LLR_OK;
    made->split = llr_alloc(made->rows, sizeof *made->split);
    if (!made->split) return llr_fail_memory(error, made->rows, "the split");
    llr_code_t code = read_list(work, LLR_ROLE_SPLIT, &naming, error);
    if (code == LLR_OK) code = take_parts(work, &naming, error);
    llr_naming_destroy(&naming);
    return code;
}

/* Fractions must leave rows of every class in every part. */
static llr_code_t check_fractions(const work_t *work, llr_error_t *error)
{
    const llr_source_t *made = work->made;
    if (!work->import->fractions) return LLR_OK;
    int64_t *rows = llr_alloc(made->classes, sizeof *rows), count[LLR_PARTS];
    llr_code_t code = rows ? LLR_OK : llr_fail_memory(error, made->classes, "counts of classes");
    for (int64_t i = 0; rows && i < made->rows; i++) rows[made->label[i]]++;
    for (int32_t c = 0; c < made->classes && code == LLR_OK; c++) {
        llr_stratify(rows[c], work->import->fractions, LLR_PARTS, count);
        for (int p = 0; p < LLR_PARTS && code == LLR_OK; p++)
            if (!count[p])
                code = llr_fail(error, LLR_INVALID,
                                "%s: class %d%s%.40s has %lld row%s, which leaves none for the "
                                "part %s; give it a larger share in --fractions, or leave the "
                                "class out",
                                work->asked[LLR_ROLE_LABELS], c, made->class_name ? " " : "",
                                made->class_name ? made->class_name[c] : "", (long long)rows[c],
                                rows[c] == 1 ? "" : "s", llr_part_name[p]);
    }
    free(rows);
    return code;
}

/* Output ----------------------------------------------------------------------------------- */

/* --force is for an earlier import; what is read must not be lost. */
static llr_code_t check_inputs(const work_t *work, const struct stat *output, llr_error_t *error)
{
    for (int r = 0; r < LLR_ROLES; r++) {
        char *path = NULL;
        const char *part;
        struct stat input;
        if (!work->asked[r]) continue;
        LLR_TRY(llr_rows_part(work->asked[r], &path, &part, error));
        bool same =
            !stat(path, &input) && input.st_dev == output->st_dev && input.st_ino == output->st_ino;
        free(path);
        if (same)
            return llr_fail(error, LLR_INVALID,
                            "--output %s: is the file that %s are read from; choose another",
                            work->import->output, llr_role_name((llr_role_t)r));
    }
    return LLR_OK;
}

static llr_code_t check_present(const work_t *work, llr_error_t *error)
{
    const char *output = work->import->output;
    struct stat about;
    if (stat(output, &about)) return LLR_OK;
    if (S_ISDIR(about.st_mode))
        return llr_fail(error, LLR_INVALID, "--output %s: is a folder; a file is needed", output);
    LLR_TRY(check_inputs(work, &about, error));
    if (work->import->force) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: is there already; --force replaces it", output);
}

static llr_code_t check_output(work_t *work, llr_error_t *error)
{
    const char *output = work->import->output, *slash = strrchr(output, '/');
    work->base = slash ? slash + 1 : output;
    work->folder = llr_folder_parent(output);
    if (!work->folder) return llr_fail_memory(error, (long long)strlen(output), "a path");
    if (!*work->base)
        return llr_fail(error, LLR_INVALID, "--output %s: is a folder; a file is needed", output);
    LLR_TRY(check_present(work, error));
    LLR_TRY(llr_folder_writable(work->folder, error));
    LLR_TRY(llr_folder_make(work->folder, error));
    return llr_aside_begin(&work->aside, work->folder, work->base, error);
}

static llr_code_t check_space(const work_t *work, llr_error_t *error)
{
    const llr_source_t *made = work->made;
    struct statvfs disk;
    char need[LLR_NUMBER_TEXT], have[LLR_NUMBER_TEXT];
    double bytes = (double)made->rows * (double)(made->dim * llr_dtype_size(made->type) + 9);
    if (statvfs(work->folder, &disk)) return LLR_OK;
    double left = (double)disk.f_bavail * (double)disk.f_frsize;
    if (bytes <= left) return LLR_OK;
    return llr_fail(error, LLR_FAILED, "%s: needs %s, and the disk has %s left",
                    work->import->output, llr_bytes_text(bytes, need), llr_bytes_text(left, have));
}

/* Features --------------------------------------------------------------------------------- */

/* In place: a float never lies behind the double it comes from. */
static llr_code_t make_single(const work_t *work, int64_t first, int64_t count, void *x,
                              llr_error_t *error)
{
    int64_t dim = work->made->dim;
    double value;
    for (int64_t i = 0; i < count * dim; i++) {
        memcpy(&value, (const double *)x + i, sizeof value);
        float single = (float)value;
        memcpy((float *)x + i, &single, sizeof single);
    }
    int64_t bad = llr_source_find_nonfinite(LLR_FLOAT32, dim, count, x);
    if (bad < 0) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: row %lld has a number that float32 cannot hold",
                    work->features.name, (long long)(first + bad));
}

static llr_code_t read_block(work_t *work, int64_t first, int64_t count, void *x,
                             llr_error_t *error)
{
    llr_rows_t *features = &work->features;
    LLR_TRY(features->next(features, count, x, error));
    int64_t bad = llr_source_find_nonfinite(features->type, features->columns, count, x);
    if (bad >= 0) {
        llr_source_t shown = {
            .path = features->name, .type = features->type, .dim = features->columns};
        const char *row = (char *)x + bad * shown.dim * llr_dtype_size(shown.type);
        return llr_source_fail_nonfinite(&shown, "", first + bad, row, error);
    }
    return features->type == work->made->type ? LLR_OK : make_single(work, first, count, x, error);
}

static llr_code_t copy_blocks(work_t *work, int64_t block, void *x, llr_hasher_t *hasher,
                              llr_error_t *error)
{
    const llr_import_t *import = work->import;
    int64_t rows = work->made->rows, bytes = work->made->dim * llr_dtype_size(work->made->type);
    for (int64_t first = 0; first < rows; first += block) {
        int64_t count = rows - first < block ? rows - first : block;
        LLR_TRY(read_block(work, first, count, x, error));
        llr_hasher_add(hasher, x, count * bytes);
        LLR_TRY(llr_import_write(work->file, first, count, x, error));
        if (import->progress && import->progress(import->argument, first + count, rows))
            return llr_fail(error, LLR_STOPPED, "stopped; nothing was written");
    }
    return LLR_OK;
}

static llr_code_t copy_features(work_t *work, llr_error_t *error)
{
    int64_t bytes = work->made->dim * llr_dtype_size(work->features.type);
    int64_t block = BLOCK_BYTES / bytes;
    block = block < 1 ? 1 : block < work->made->rows ? block : work->made->rows;
    void *x = llr_alloc(block, (size_t)bytes);
    llr_hasher_t *hasher = llr_hasher_create();
    llr_code_t code = x && hasher ? copy_blocks(work, block, x, hasher, error)
                                  : llr_fail_memory(error, block * bytes, "a block of rows");
    work->hash = llr_hasher_finish(hasher);
    free(x);
    return code;
}

/* A job's split of the same file without one: its content id, read from what was written. */
static llr_code_t make_split(work_t *work, llr_error_t *error)
{
    llr_source_t *made = work->made;
    if (!work->import->fractions) return LLR_OK;
    llr_splitting_t splitting = {.rows = made->rows,
                                 .label = made->label,
                                 .classes = made->classes,
                                 .seed = work->import->seed,
                                 .content = llr_source_combine(made, work->hash)};
    memcpy(splitting.fraction, work->import->fractions, sizeof splitting.fraction);
    int8_t *part = llr_alloc(made->rows, sizeof *part);
    if (!part) return llr_fail_memory(error, made->rows, "the split");
    llr_code_t code = llr_split_make(&splitting, part, error);
    made->split = part;
    return code;
}

/* All ---------------------------------------------------------------------------------------- */

/* "features X.npy; labels y.npy; split .5, .2, .3, seed 0"; the name is the file's. */
static llr_code_t describe(work_t *work, llr_error_t *error)
{
    const llr_import_t *import = work->import;
    llr_text_t origin = {0}, name = {0};
    char number[LLR_NUMBER_TEXT];
    for (int r = 0; r < LLR_ROLES; r++)
        if (work->asked[r])
            llr_text_add(&origin, "%s%s %s", r ? "; " : "", llr_role_name((llr_role_t)r),
                         work->asked[r]);
    for (int p = 0; import->fractions && p < LLR_PARTS; p++)
        llr_text_add(&origin, "%s%s", p ? ", " : "; split ",
                     llr_number_text(import->fractions[p], number));
    if (import->fractions) llr_text_add(&origin, ", seed %lld", (long long)import->seed);
    const char *dot = strrchr(work->base, '.');
    llr_text_add_bytes(&name, work->base,
                       dot > work->base ? dot - work->base : (int64_t)strlen(work->base));
    work->made->origin = origin.data;
    work->made->name = name.data;
    work->made->path = llr_copy_text(import->output);
    return origin.failed || name.failed || !work->made->path
               ? llr_fail_memory(error, origin.length, "a name")
               : LLR_OK;
}

/* Lists beside the features are taken along where the user says nothing else. */
static void ask_for_own_lists(work_t *work)
{
    const llr_import_t *import = work->import;
    if (!import->groups && work->features.holds_groups)
        work->asked[LLR_ROLE_GROUPS] = import->features;
    if (!import->split && !import->fractions && work->features.holds_split)
        work->asked[LLR_ROLE_SPLIT] = import->features;
}

static llr_code_t read_all(work_t *work, llr_error_t *error)
{
    llr_source_t *made = work->made;
    LLR_TRY(check_output(work, error));
    LLR_TRY(open_role(work, LLR_ROLE_FEATURES, &work->features, error));
    ask_for_own_lists(work);
    made->rows = work->features.rows;
    made->dim = work->features.columns;
    made->type = work->import->single ? LLR_FLOAT32 : work->features.type;
    LLR_TRY(read_labels(work, error));
    LLR_TRY(read_groups(work, error));
    LLR_TRY(read_split(work, error));
    LLR_TRY(check_fractions(work, error));
    LLR_TRY(describe(work, error));
    return check_space(work, error);
}

static llr_code_t write_all(work_t *work, llr_error_t *error)
{
    LLR_TRY(llr_import_create(&work->file, work->aside.temporary, work->import->output, work->made,
                              error));
    LLR_TRY(copy_features(work, error));
    LLR_TRY(make_split(work, error));
    LLR_TRY(llr_import_describe(work->file, work->made, error));
    llr_import_file_t *file = work->file;
    work->file = NULL;
    LLR_TRY(llr_import_close(file, error));
    LLR_TRY(llr_aside_finish(&work->aside, error));
    LLR_TRY(llr_aside_rename(&work->aside, error));
    return llr_folder_sync(work->folder, error);
}

llr_code_t llr_import_run(const llr_import_t *import, llr_source_t *made, llr_error_t *error)
{
    work_t work = {.import = import,
                   .made = made,
                   .aside = {.file = -1},
                   .asked = {import->features, import->labels ? import->labels : import->features,
                             import->groups, import->split}};
    *made = (llr_source_t){0};
    llr_code_t code = read_all(&work, error);
    if (code == LLR_OK) code = write_all(&work, error);
    llr_import_close(work.file, NULL);
    llr_rows_close(&work.features);
    llr_aside_end(&work.aside);
    free(work.folder);
    return code;
}
