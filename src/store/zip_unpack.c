/* Deflated members of an archive. */
#include "base/memory.h"
#include "store/folder.h"
#include "store/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 1 << 18, RAW_DEFLATE = -15 };

/* A file that is gone once it is closed. */
static llr_code_t create_scratch(const char *folder, int *out, llr_error_t *error)
{
    llr_text_t path = {0};
    llr_text_add(&path, "%s/.unpacked-XXXXXX", folder);
    if (path.failed) return llr_fail_memory(error, path.length, "a path");
    *out = mkostemp(path.data, O_CLOEXEC);
    int failure = *out < 0 ? errno : 0;
    if (!failure) unlink(path.data);
    llr_text_destroy(&path);
    if (!failure) return LLR_OK;
    return llr_fail(error, LLR_FAILED, "%s: a member cannot be unpacked there: %s", folder,
                    strerror(failure));
}

typedef struct unpacking {
    z_stream stream;
    unsigned char in[PIECE], out[PIECE];
    int64_t read, written; /* bytes so far */
    uLong check;
} unpacking_t;

/* Writes what the stream has made of its input. 0, or an errno. */
static int drain(unpacking_t *work, int *state, int out)
{
    do {
        work->stream.next_out = work->out;
        work->stream.avail_out = PIECE;
        *state = inflate(&work->stream, Z_NO_FLUSH);
        int64_t made = PIECE - (int64_t)work->stream.avail_out;
        work->check = crc32(work->check, work->out, (uInt)made);
        work->written += made;
        int failure = llr_write_all(out, work->out, made);
        if (failure) return failure;
    } while (*state == Z_OK && !work->stream.avail_out);
    return 0;
}

static llr_code_t inflate_all(unpacking_t *work, const llr_zip_member_t *member, int file,
                              int64_t offset, const char *name, int out, llr_error_t *error)
{
    int state = Z_OK;
    while (state == Z_OK || state == Z_BUF_ERROR) {
        int64_t left = member->packed - work->read, part = left < PIECE ? left : PIECE;
        if (!part || llr_read_at(file, offset + work->read, work->in, part)) break;
        work->stream.next_in = work->in;
        work->stream.avail_in = (uInt)part;
        work->read += part;
        int failure = drain(work, &state, out);
        if (failure)
            return llr_fail(error, LLR_FAILED, "%s: %s cannot be unpacked: %s", name, member->name,
                            strerror(failure));
    }
    if (state == Z_STREAM_END && work->written == member->size && work->check == member->check)
        return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: %s is damaged: it does not unpack to what was packed",
                    name, member->name);
}

llr_code_t llr_zip_unpack(const llr_zip_member_t *member, int file, const char *name,
                          const char *scratch, int *out, llr_error_t *error)
{
    int64_t offset;
    LLR_TRY(llr_zip_find_data(member, file, name, &offset, error));
    LLR_TRY(create_scratch(scratch, out, error));
    unpacking_t *work = llr_alloc(1, sizeof *work);
    llr_code_t code = work && inflateInit2(&work->stream, RAW_DEFLATE) == Z_OK
                          ? inflate_all(work, member, file, offset, name, *out, error)
                          : llr_fail_memory(error, sizeof *work, "unpacking");
    if (work) inflateEnd(&work->stream);
    free(work);
    if (code != LLR_OK) close(*out);
    return code;
}
