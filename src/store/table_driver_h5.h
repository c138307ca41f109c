/* A file driver for HDF5 that writes into an open llr_aside_t. HDF5 (1.8 to 1.14) cannot close a
 * file after a failed write, and crashes when the program ends; so this driver keeps the first
 * failure in the aside, where llr_aside_finish reports it, and lets HDF5 believe that all is well.
 * Private to the table. */
#ifndef LLR_STORE_TABLE_DRIVER_H5_H
#define LLR_STORE_TABLE_DRIVER_H5_H

#include "store/folder.h"

#include <hdf5.h>

/* Registers the driver; a negative id is a failure. Given back by H5FDunregister. */
hid_t llr_table_driver(void);

/* Makes a file access list use the driver for this file; negative on failure. */
herr_t llr_table_driver_use(hid_t access, hid_t driver, llr_aside_t *aside);

#endif
