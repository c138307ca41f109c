/* Archives of numpy arrays. Stored members are read where they lie; deflated ones are unpacked to
 * disk first, because rows of an array by columns lie far apart. */
#include "base/memory.h"
#include "store/rows_format.h"
#include "store/zip.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is the member the array of this name? */
static bool is_array(const llr_zip_member_t *member, const char *name)
{
    size_t length = strlen(name);
    return !strncmp(member->name, name, length) &&
           (!member->name[length] || !strcmp(member->name + length, ".npy"));
}

static const llr_zip_member_t *find(const llr_zip_t *zip, const char *name)
{
    for (int64_t m = 0; m < zip->count; m++)
        if (is_array(&zip->member[m], name)) return &zip->member[m];
    return NULL;
}

static llr_code_t fail_missing(const llr_rows_t *rows, const llr_zip_t *zip, const char *part,
                               llr_error_t *error)
{
    enum { NAMED = 8 };
    llr_text_t list = {0};
    for (int64_t m = 0; m < zip->count && m < NAMED; m++) {
        const char *name = zip->member[m].name, *end = strstr(name, ".npy");
        llr_text_add(&list, "%s%.*s", m ? ", " : "", end ? (int)(end - name) : 64, name);
    }
    llr_code_t code =
        llr_fail(error, LLR_INVALID, "%s: has no array `%s`; it holds %s%s", rows->name, part,
                 list.data ? list.data : "nothing", zip->count > NAMED ? ", ..." : "");
    llr_text_destroy(&list);
    return code;
}

/* *file becomes what the array is to be read from, from offset on. */
static llr_code_t reach(const llr_rows_t *rows, const llr_rows_ask_t *ask,
                        const llr_zip_member_t *member, int *file, int64_t *offset,
                        llr_error_t *error)
{
    int unpacked;
    if (member->encrypted || (member->method && member->method != 8))
        return llr_fail(error, LLR_INVALID, "%s: %s is %s; stored and deflated members can be read",
                        rows->name, member->name,
                        member->encrypted ? "encrypted" : "packed by another method");
    if (!member->method) return llr_zip_find_data(member, *file, rows->name, offset, error);
    LLR_TRY(llr_zip_unpack(member, *file, rows->name, ask->scratch, &unpacked, error));
    close(*file);
    *file = unpacked;
    *offset = 0;
    return LLR_OK;
}

static llr_code_t choose(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *part,
                         const llr_zip_t *zip, const llr_zip_member_t **member, llr_error_t *error)
{
    *member = find(zip, part ? part : llr_role_name(ask->role));
    if (!*member && !part && zip->count == 1) *member = &zip->member[0];
    if (!*member) return fail_missing(rows, zip, part ? part : llr_role_name(ask->role), error);
    return LLR_OK;
}

llr_code_t llr_rows_open_npz(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *part,
                             int file, llr_error_t *error)
{
    llr_zip_t zip;
    int64_t offset = 0;
    const llr_zip_member_t *member = NULL;
    llr_code_t code = llr_zip_open(&zip, file, rows->name, error);
    if (code == LLR_OK) code = choose(rows, ask, part, &zip, &member, error);
    if (code == LLR_OK) code = reach(rows, ask, member, &file, &offset, error);
    if (code == LLR_OK)
        code = llr_rows_open_npy(rows, ask, file, offset, member->size, error);
    else
        close(file);
    llr_zip_close(&zip);
    return code;
}
