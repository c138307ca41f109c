/* Members of a zip archive, stored or deflated, of any size (zip64). */
#ifndef LLR_STORE_ZIP_H
#define LLR_STORE_ZIP_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>

typedef struct llr_zip_member {
    char *name; /* owned */
    int method; /* 0 stored, 8 deflated */
    bool encrypted;
    uint32_t check;       /* CRC-32 of what it holds */
    int64_t packed, size; /* bytes in the archive, and as they were */
    int64_t head;         /* offset of its local head */
} llr_zip_member_t;

typedef struct llr_zip {
    llr_zip_member_t *member; /* owned, count */
    int64_t count, room;
} llr_zip_t;

/* Reads the archive's directory. name: for messages. LLR_INVALID: truncated or damaged. */
llr_code_t llr_zip_open(llr_zip_t *zip, int file, const char *name, llr_error_t *error);
/* Accepts half-open ones. */
void llr_zip_close(llr_zip_t *zip);

/* Offset in the archive of what the member holds. */
llr_code_t llr_zip_find_data(const llr_zip_member_t *member, int file, const char *name,
                             int64_t *offset, llr_error_t *error);
/* Inflates a deflated member into a file without a name in the folder scratch; *out is the
 * caller's. LLR_INVALID: damaged (its checksum is compared). LLR_FAILED: disk. */
llr_code_t llr_zip_unpack(const llr_zip_member_t *member, int file, const char *name,
                          const char *scratch, int *out, llr_error_t *error);

#endif
