/* A job file as text. */
#ifndef LLR_STORE_JOB_FILE_H
#define LLR_STORE_JOB_FILE_H

#include "base/error.h"
#include "base/text.h"

/* Text of a file, owned by the caller. LLR_INVALID: not there, a folder, too large. */
llr_code_t llr_job_file_read(const char *path, llr_text_t *text, llr_error_t *error);

/* The folder of a path, absolute, from which the paths of a job start; owned by the caller, NULL
 * out of memory. */
char *llr_job_file_folder(const char *path);

#endif
