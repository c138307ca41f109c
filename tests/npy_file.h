/* Arrays as numpy writes them, and archives of them, made byte by byte. */
#ifndef LLR_TESTS_NPY_FILE_H
#define LLR_TESTS_NPY_FILE_H

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { NPY_ROOM = 1 << 16 };

typedef struct bytes {
    unsigned char data[NPY_ROOM];
    size_t length;
} bytes_t;

static inline void put(bytes_t *to, const void *data, size_t length)
{
    CU_ASSERT_TRUE_FATAL(to->length + length <= NPY_ROOM);
    memcpy(to->data + to->length, data, length);
    to->length += length;
}

static inline void put_number(bytes_t *to, uint64_t value, int size)
{
    for (int i = 0; i < size; i++, value >>= 8) put(to, &(unsigned char){value & 0xff}, 1);
}

/* A whole array: shape as Python writes it, "(3, 4)". */
static inline void put_npy(bytes_t *to, int version, const char *descr, bool fortran,
                           const char *shape, const void *data, size_t length)
{
    char text[256];
    int used = snprintf(text, sizeof text, "{'descr': %s%s%s, 'fortran_order': %s, 'shape': %s, }",
                        *descr == '[' ? "" : "'", descr, *descr == '[' ? "" : "'",
                        fortran ? "True" : "False", shape);
    int head = version == 1 ? 10 : 12, whole = (head + used + 1 + 63) / 64 * 64;
    put(to, "\x93NUMPY", 6);
    put_number(to, (uint64_t)version, 2);
    put_number(to, (uint64_t)(whole - head), version == 1 ? 2 : 4);
    put(to, text, (size_t)used);
    for (int i = head + used; i < whole - 1; i++) put(to, " ", 1);
    put(to, "\n", 1);
    put(to, data, length);
}

/* What both places that describe a member of an archive say of it. */
typedef struct zip_member {
    const char *name;
    bool deflated, zip64;
    uint64_t check, packed, size;
} zip_member_t;

/* From the version that is needed on to the lengths of the name and of the extra field. */
static inline void put_member(bytes_t *to, const zip_member_t *member, int extra)
{
    uint64_t large = 0xffffffff;
    put_number(to, member->zip64 ? 45 : 20, 2);
    put_number(to, 0, 2);
    put_number(to, member->deflated ? 8 : 0, 2);
    put_number(to, 0, 4);
    put_number(to, member->check, 4);
    put_number(to, member->zip64 ? large : member->packed, 4);
    put_number(to, member->zip64 ? large : member->size, 4);
    put_number(to, strlen(member->name), 2);
    put_number(to, member->zip64 ? (uint64_t)extra : 0, 2);
}

/* The name and the extra field, whose values fill it. */
static inline void put_member_name(bytes_t *to, const zip_member_t *member, int extra)
{
    put(to, member->name, strlen(member->name));
    if (!member->zip64) return;
    put_number(to, 1, 2);
    put_number(to, (uint64_t)extra - 4, 2);
    put_number(to, member->size, 8);
    put_number(to, member->packed, 8);
    if (extra > 20) put_number(to, 0, 8); /* offset of the local head */
}

/* The end of the archive: where its directory of one member begins. */
static inline void put_zip_end(bytes_t *to, size_t directory, bool zip64)
{
    uint64_t large = 0xffffffff, end = to->length;
    if (zip64) {
        put_number(to, 0x06064b50, 4);
        put_number(to, 44, 8);
        put_number(to, 45 << 16 | 45, 4);
        put_number(to, 0, 8);
        put_number(to, 1, 8);
        put_number(to, 1, 8);
        put_number(to, end - directory, 8);
        put_number(to, directory, 8);
        put_number(to, 0x07064b50, 4);
        put_number(to, 0, 4);
        put_number(to, end, 8);
        put_number(to, 1, 4);
    }
    put_number(to, 0x06054b50, 4);
    put_number(to, 0, 4);
    put_number(to, zip64 ? 0xffff : 1, 2);
    put_number(to, zip64 ? 0xffff : 1, 2);
    put_number(to, zip64 ? large : end - directory, 4);
    put_number(to, zip64 ? large : directory, 4);
    put_number(to, 0, 2);
}

/* An archive of one member, deflated or stored; zip64: as numpy.savez writes it. */
static inline void put_zip(bytes_t *to, const char *name, const bytes_t *member, bool deflated,
                           bool zip64)
{
    enum { LOCAL = 20, DIRECTORY = 28 }; /* bytes of the extra fields */
    static unsigned char packed[NPY_ROOM];
    z_stream stream = {.next_in = (unsigned char *)member->data,
                       .avail_in = (uInt)member->length,
                       .next_out = packed,
                       .avail_out = NPY_ROOM};
    CU_ASSERT_EQUAL_FATAL(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, 0), Z_OK);
    CU_ASSERT_EQUAL_FATAL(deflate(&stream, Z_FINISH), Z_STREAM_END);
    zip_member_t entry = {.name = name,
                          .deflated = deflated,
                          .zip64 = zip64,
                          .check = crc32(0, member->data, (uInt)member->length),
                          .packed = deflated ? stream.total_out : member->length,
                          .size = member->length};
    deflateEnd(&stream);
    put_number(to, 0x04034b50, 4);
    put_member(to, &entry, LOCAL);
    put_member_name(to, &entry, LOCAL);
    put(to, deflated ? packed : member->data, entry.packed);
    size_t directory = to->length;
    put_number(to, 0x02014b50, 4);
    put_number(to, 45, 2); /* made by */
    put_member(to, &entry, DIRECTORY);
    put_number(to, 0, 10);
    put_number(to, zip64 ? 0xffffffff : 0, 4);
    put_member_name(to, &entry, DIRECTORY);
    put_zip_end(to, directory, zip64);
}

/* A path in the folder for scratch files, by name; good until the next few calls. */
static inline const char *in_scratch(const char *name)
{
    enum { KEPT = 8 };
    static char path[KEPT][512];
    static int at;
    const char *folder = getenv("LLR_SCRATCH");
    at = (at + 1) % KEPT;
    snprintf(path[at], sizeof path[at], "%s/rows-%d-%s", folder ? folder : ".", (int)getpid(),
             name);
    return path[at];
}

static inline void write_bytes_at(const char *path, const void *data, size_t length)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(data, 1, length, file), length);
    fclose(file);
}

static inline const char *write_bytes(const char *name, const void *data, size_t length)
{
    const char *path = in_scratch(name);
    write_bytes_at(path, data, length);
    return path;
}

static inline const char *write_npy(const char *name, const char *descr, const char *shape,
                                    const void *data, size_t length)
{
    static bytes_t bytes;
    bytes.length = 0;
    put_npy(&bytes, 1, descr, false, shape, data, length);
    return write_bytes(name, bytes.data, bytes.length);
}

static inline const char *write_words(const char *name, const char *text)
{
    return write_bytes(name, text, strlen(text));
}

#endif
