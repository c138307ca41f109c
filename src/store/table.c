#include "store/table.h"

#include "base/memory.h"
#include "store/record.h"
#include "store/table_write.h"

#include <stdlib.h>
#include <string.h>

/* The files of a table, in the order in which they get their final names. */
enum { FILE_LONG, FILE_PROVENANCE, FILE_MAIN, FILE_H5, FILES };

typedef struct writing {
    const llr_table_t *table;
    llr_provenance_t provenance; /* with the digest; the two lists are owned */
    llr_text_t kernels;          /* owned */
    llr_aside_t file[FILES];
} writing_t;

int64_t llr_table_unanswered(const llr_table_t *table)
{
    int64_t count = 0;
    for (int64_t u = 0; u < table->grid->units; u++)
        for (int64_t r = 0; r < table->block[u].rows; r++)
            count += !llr_fit_status_is_answer(table->block[u].row[r].fit.status);
    return count;
}

static llr_code_t write_csv(const llr_table_t *table, llr_aside_t *files[LLR_SHEETS],
                            llr_hash_t *digest, llr_error_t *error)
{
    llr_hasher_t *hasher = llr_hasher_create();
    llr_code_t code = hasher ? LLR_OK : llr_fail_memory(error, 0, "the digest of the table");
    for (int s = 0; s < LLR_SHEETS && code == LLR_OK; s++)
        code = llr_table_csv(table, llr_sheet(s), files[s], hasher, error);
    *digest = llr_hasher_finish(hasher);
    return code;
}

llr_code_t llr_table_digest(const llr_table_t *table, llr_hash_t *digest, llr_error_t *error)
{
    llr_aside_t *nowhere[LLR_SHEETS] = {NULL};
    return write_csv(table, nowhere, digest, error);
}

static llr_code_t open_files(writing_t *writing, const char *folder, llr_error_t *error)
{
    static const char *const names[FILES] = {[FILE_LONG] = "long.csv",
                                             [FILE_PROVENANCE] = "provenance.yaml",
                                             [FILE_MAIN] = "results.csv",
                                             [FILE_H5] = "results.h5"};
    for (int f = 0; f < FILES; f++) {
        LLR_TRY(llr_aside_begin(&writing->file[f], folder, names[f], error));
        LLR_TRY(llr_aside_open(&writing->file[f], error));
    }
    return LLR_OK;
}

/* The caller's provenance, what the folder's job.yaml says of all its runs, and the digest at its
 * end. digest: text that outlives the writing. */
static llr_code_t add_digest(writing_t *writing, const llr_provenance_t *given, const char *folder,
                             const char *digest, llr_error_t *error)
{
    const char **key = llr_alloc(given->count + 2, sizeof *key);
    const char **value = llr_alloc(given->count + 2, sizeof *value);
    writing->provenance = (llr_provenance_t){key, value, 0};
    if (!key || !value) return llr_fail_memory(error, 2 * given->count, "the provenance");
    int64_t count = 0;
    for (int64_t i = 0; i < given->count; i++) {
        if (!strcmp(given->key[i], "digest")) continue;
        key[count] = given->key[i];
        value[count++] = given->value[i];
    }
    if (llr_record_kernels(folder, &writing->kernels)) {
        key[count] = "solved_with";
        value[count++] = writing->kernels.data;
    }
    key[count] = "digest";
    value[count++] = digest;
    writing->provenance.count = count;
    return LLR_OK;
}

static llr_code_t write_all(writing_t *writing, const llr_provenance_t *given, const char *folder,
                            llr_hash_t *digest, llr_error_t *error)
{
    llr_aside_t *file = writing->file, *sheets[LLR_SHEETS] = {&file[FILE_MAIN], &file[FILE_LONG]};
    char digest_text[LLR_HASH_TEXT];
    LLR_TRY(write_csv(writing->table, sheets, digest, error));
    for (int s = 0; s < LLR_SHEETS; s++)
        if (sheets[s]->failure) return llr_aside_finish(sheets[s], error);
    LLR_TRY(add_digest(writing, given, folder, llr_hash_text(*digest, digest_text), error));
    LLR_TRY(llr_table_provenance(&writing->provenance, &file[FILE_PROVENANCE], error));
    LLR_TRY(llr_table_h5(writing->table, &writing->provenance, &file[FILE_H5], error));
    for (int f = 0; f < FILES; f++) LLR_TRY(llr_aside_finish(&file[f], error));
    return LLR_OK;
}

llr_code_t llr_table_write(const llr_table_t *table, const llr_provenance_t *provenance,
                           const char *folder, llr_hash_t *digest, llr_error_t *error)
{
    writing_t writing = {.table = table};
    llr_hash_t here;
    LLR_TRY(llr_folder_make(folder, error));
    llr_code_t code = open_files(&writing, folder, error);
    if (code == LLR_OK)
        code = write_all(&writing, provenance, folder, digest ? digest : &here, error);
    for (int f = 0; f < FILES && code == LLR_OK; f++)
        code = llr_aside_rename(&writing.file[f], error);
    if (code == LLR_OK) code = llr_folder_sync(folder, error);
    for (int f = 0; f < FILES; f++) llr_aside_end(&writing.file[f]);
    free((void *)writing.provenance.key);
    free((void *)writing.provenance.value);
    llr_text_destroy(&writing.kernels);
    return code;
}
