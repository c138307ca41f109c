#include "store/table_driver_h5.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 2)
#include <H5FDdevelop.h>
#endif

typedef struct driver_info {
    llr_aside_t *aside; /* borrowed */
} driver_info_t;

typedef struct driven_file {
    H5FD_t base; /* first, as HDF5 asks */
    llr_aside_t *aside;
    haddr_t allocated, written; /* bytes asked for; end of the last byte written */
} driven_file_t;

#define LARGEST_ADDRESS ((haddr_t)1 << 62)

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t largest)
{
    (void)name, (void)flags, (void)largest;
    const driver_info_t *info = H5Pget_driver_info(access);
    driven_file_t *file = info ? calloc(1, sizeof *file) : NULL;
    if (!file) return NULL;
    file->aside = info->aside;
    return &file->base;
}

static herr_t driver_close(H5FD_t *base)
{
    free(base);
    return 0;
}

static herr_t driver_query(const H5FD_t *base, unsigned long *flags)
{
    (void)base;
    if (flags)
        *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
                 H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t driver_get_eoa(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const driven_file_t *)base)->allocated;
}

static herr_t driver_set_eoa(H5FD_t *base, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((driven_file_t *)base)->allocated = address;
    return 0;
}

static haddr_t driver_get_eof(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const driven_file_t *)base)->written;
}

/* What was never written reads as zeros. */
static herr_t driver_read(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address,
                          size_t count, void *out)
{
    (void)type, (void)transfer;
    const driven_file_t *file = (const driven_file_t *)base;
    size_t done = 0;
    while (done < count) {
        ssize_t got =
            pread(file->aside->file, (char *)out + done, count - done, (off_t)(address + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        done += (size_t)got;
    }
    memset((char *)out + done, 0, count - done);
    return 0;
}

static herr_t driver_write(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address,
                           size_t count, const void *bytes)
{
    (void)type, (void)transfer;
    driven_file_t *file = (driven_file_t *)base;
    for (size_t done = 0; done < count && !file->aside->failure;) {
        ssize_t put = pwrite(file->aside->file, (const char *)bytes + done, count - done,
                             (off_t)(address + done));
        if (put > 0)
            done += (size_t)put;
        else if (put == 0 || errno != EINTR)
            file->aside->failure = put < 0 ? errno : ENOSPC;
    }
    if (address + count > file->written) file->written = address + count;
    return 0;
}

static herr_t driver_truncate(H5FD_t *base, hid_t transfer, hbool_t closing)
{
    (void)transfer, (void)closing;
    driven_file_t *file = (driven_file_t *)base;
    if (file->allocated != file->written && !file->aside->failure &&
        ftruncate(file->aside->file, (off_t)file->allocated))
        file->aside->failure = errno;
    file->written = file->allocated;
    return 0;
}

hid_t llr_table_driver(void)
{
    static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
        .version = H5FD_CLASS_VERSION,
        .value = (H5FD_class_value_t)600, /* above those that HDF5 keeps for itself */
#endif
        .name = "llr_aside",
        .maxaddr = LARGEST_ADDRESS,
        .fc_degree = H5F_CLOSE_STRONG,
        .fapl_size = sizeof(driver_info_t),
        .open = driver_open,
        .close = driver_close,
        .query = driver_query,
        .get_eoa = driver_get_eoa,
        .set_eoa = driver_set_eoa,
        .get_eof = driver_get_eof,
        .read = driver_read,
        .write = driver_write,
        .truncate = driver_truncate,
        .fl_map = H5FD_FLMAP_DICHOTOMY};
    return H5FDregister(&driver);
}

herr_t llr_table_driver_use(hid_t access, hid_t driver, llr_aside_t *aside)
{
    driver_info_t info = {aside};
    return H5Pset_driver(access, driver, &info);
}
