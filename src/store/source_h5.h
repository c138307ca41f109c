/* Parts of the HDF5 source; private to it. All expect HDF5's own messages to be silenced. */
#ifndef LLR_STORE_SOURCE_H5_H
#define LLR_STORE_SOURCE_H5_H

#include "store/dealt_reader.h"

#include <hdf5.h>

enum { LLR_H5_WORDS = 256 };

/* state of a source: what stays open until it is closed. */
typedef struct llr_h5_state {
    hid_t file, features; /* owned; -1 before they are open */
} llr_h5_state_t;

/* How ranks read a file together. */
extern const llr_dealt_kind_t llr_h5_dealt;

/* What features are read as. */
hid_t llr_h5_memory_type(const llr_source_t *source);

/* HDF5 prints its error stack unless told otherwise; what was set before is put back. */
typedef struct llr_h5_printer {
    H5E_auto2_t function;
    void *argument;
} llr_h5_printer_t;
llr_h5_printer_t llr_h5_silence(void);
void llr_h5_restore(llr_h5_printer_t printer);

/* " (HDF5: ...)" with the innermost reason of the failure just seen, or "". out: at least
 * LLR_H5_WORDS bytes. Returns out. To be called before any other call of HDF5. */
char *llr_h5_words(char *out);

/* Opens the file for reading, or says what stands in the way. */
llr_code_t llr_h5_open_file(const char *path, hid_t *file, llr_error_t *error);

/* Opens a dataset that must have so many dimensions and sets extent[]. *dataset is -1 on failure.
 */
llr_code_t llr_h5_open_list(const llr_source_t *source, hid_t file, const char *name, int ranks,
                            hsize_t *extent, hid_t *dataset, llr_error_t *error);
bool llr_h5_has(hid_t file, const char *name);

/* Reads /labels, and /groups and /split where they are, and checks them. */
llr_code_t llr_h5_read_lists(llr_source_t *source, hid_t file, llr_error_t *error);

/* The optional attributes; odd ones are passed over. Needs classes and groups. */
void llr_h5_read_attributes(llr_source_t *source, hid_t file);

/* A datatype in words, for messages: "a 16-bit float", "a string". out: at least LLR_H5_WORDS
 * bytes. Returns out. */
char *llr_h5_type_words(hid_t type, char *out);

#endif
