/* The head of an array as numpy writes it (format versions 1 to 3). */
#ifndef LLR_STORE_NPY_HEADER_H
#define LLR_STORE_NPY_HEADER_H

#include "store/number_type.h"

enum { LLR_NPY_RANKS = 32 };

typedef struct llr_npy_header {
    llr_number_type_t type;
    bool fortran;                  /* the first index runs fastest */
    int64_t extent[LLR_NPY_RANKS]; /* ranks */
    int ranks;
    int64_t start; /* bytes from the beginning to the first value */
} llr_npy_header_t;

/* Reads it from length bytes of the file from start on. name: for messages. LLR_INVALID: none of
 * numpy's, of a type that cannot be taken, or with fewer bytes behind it than the shape needs. */
llr_code_t llr_npy_header_read(int file, int64_t start, int64_t length, const char *name,
                               llr_npy_header_t *header, llr_error_t *error);

#endif
