/* Folders, and files written aside: under a temporary name first, renamed when they are whole and
 * on disk. */
#ifndef LLR_STORE_FOLDER_H
#define LLR_STORE_FOLDER_H

#include "base/error.h"
#include "base/text.h"

#include <stdint.h>

/* The folder that holds a path ("a/b" -> "a", "a" -> "."); owned by the caller, NULL out of memory.
 */
char *llr_folder_parent(const char *path);

/* Makes the folder and all that lead to it. LLR_FAILED: path and errno in words. */
llr_code_t llr_folder_make(const char *path, llr_error_t *error);

/* Could llr_folder_make and a file in the folder succeed? Looks at the nearest folder that exists
 * and leaves no trace. LLR_FAILED says what stands in the way. */
llr_code_t llr_folder_writable(const char *path, llr_error_t *error);

/* Makes the names in a folder durable (fsync). */
llr_code_t llr_folder_sync(const char *path, llr_error_t *error);

/* The host's name with anything but letters, digits, '.', '_' made '_', for file names. out: at
 * least LLR_HOST_TEXT bytes. Returns out. */
enum { LLR_HOST_TEXT = 64 };
char *llr_host_text(char *out);

/* write() of all bytes, whatever the pieces; 0, or the errno of the failure. */
int llr_write_all(int file, const void *bytes, int64_t count);
/* Reads count bytes at an offset of the file; the number read, fewer only where the file ends; -1
 * with errno. */
int64_t llr_read_up_to(int file, int64_t offset, void *out, int64_t count);
/* The same, all of them: 0, or errno (EIO where the file ends before). */
int llr_read_at(int file, int64_t offset, void *out, int64_t count);

/* A file on its way: FOLDER/.NAME.<host>-<pid>.tmp, so that two runs at once never share one. */
typedef struct llr_aside {
    char *path, *temporary; /* owned */
    int file;               /* descriptor, or -1 when others write the temporary file */
    int failure;            /* errno of the first failed write, or 0 */
} llr_aside_t;

/* Sets the names and removes temporary files of this name left by dead processes of this host.
 * LLR_FAILED: out of memory. */
llr_code_t llr_aside_begin(llr_aside_t *aside, const char *folder, const char *name,
                           llr_error_t *error);
/* Creates the temporary file for llr_aside_write. */
llr_code_t llr_aside_open(llr_aside_t *aside, llr_error_t *error);
/* Writes; a failure is kept and reported by llr_aside_finish. */
void llr_aside_write(llr_aside_t *aside, const void *bytes, int64_t count);
/* Begins to carry to the disk what was written so far, and does not wait: llr_aside_finish then has
 * less to wait for. */
void llr_aside_push(const llr_aside_t *aside);
/* fsync (also of a file that others wrote and closed). LLR_FAILED: path and errno in words. */
llr_code_t llr_aside_finish(llr_aside_t *aside, llr_error_t *error);
/* Renames a finished file to its final name. */
llr_code_t llr_aside_rename(llr_aside_t *aside, llr_error_t *error);
/* Closes, removes the temporary file if it is still there, frees. Accepts {0} (file 0 is never
 * closed) and half-begun ones. */
void llr_aside_end(llr_aside_t *aside);

/* All of that: FOLDER/NAME holds the text. what: of the text, for messages. LLR_FAILED: the text is
 * a failed one, or path and errno in words. */
llr_code_t llr_aside_text(const char *folder, const char *name, const llr_text_t *text,
                          const char *what, llr_error_t *error);

#endif
