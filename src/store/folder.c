#include "store/folder.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Cuts the last part off a path in place ("a/b//c" -> "a/b"); "." or "/" where nothing is left. */
static void cut_last_part(char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--;
    while (length > 0 && path[length - 1] != '/') length--;
    while (length > 1 && path[length - 1] == '/') length--;
    strcpy(path + length, length ? "" : ".");
}

char *llr_folder_parent(const char *path)
{
    char *parent = malloc(strlen(path) + 2);
    if (!parent) return NULL;
    strcpy(parent, path);
    cut_last_part(parent);
    return parent;
}

static llr_code_t make_one(const char *path, const char *parent, llr_error_t *error)
{
    if (mkdir(path, 0777) && !(errno == EEXIST && is_folder(path)))
        return llr_fail(error, LLR_FAILED, "%s: cannot make this folder: %s", path,
                        errno == EEXIST ? "a file of that name stands there" : strerror(errno));
    return llr_folder_sync(parent, error);
}

llr_code_t llr_folder_make(const char *path, llr_error_t *error)
{
    if (is_folder(path)) return LLR_OK;
    char *parent = llr_folder_parent(path);
    if (!parent) return llr_fail_memory(error, (long long)strlen(path), "a path");
    llr_code_t code =
        strcmp(parent, path) && !is_folder(parent) ? llr_folder_make(parent, error) : LLR_OK;
    if (code == LLR_OK) code = make_one(path, parent, error);
    free(parent);
    return code;
}

llr_code_t llr_folder_writable(const char *path, llr_error_t *error)
{
    char *nearest = malloc(strlen(path) + 2);
    if (!nearest) return llr_fail_memory(error, (long long)strlen(path), "a path");
    strcpy(nearest, path);
    while (access(nearest, F_OK) && errno == ENOENT && strcmp(nearest, ".") && strcmp(nearest, "/"))
        cut_last_part(nearest);
    llr_code_t code = LLR_OK;
    if (access(nearest, W_OK | X_OK) || !is_folder(nearest)) {
        const char *reason = is_folder(nearest) ? strerror(errno) : "it is not a folder";
        code = llr_fail(error, LLR_FAILED,
                        "output %s cannot be written: %s: %s; choose a folder you may write to",
                        path, nearest, reason);
    }
    free(nearest);
    return code;
}

llr_code_t llr_folder_sync(const char *path, llr_error_t *error)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return llr_fail(error, LLR_FAILED, "%s: cannot open this folder: %s", path,
                        strerror(errno));
    /* Some network file systems have no fsync of folders and say EINVAL. */
    int failure = fsync(folder) && errno != EINVAL ? errno : 0;
    close(folder);
    if (!failure) return LLR_OK;
    return llr_fail(error, LLR_FAILED, "%s: cannot sync this folder: %s", path, strerror(failure));
}

char *llr_host_text(char *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
    char name[LLR_HOST_TEXT] = "";
    if (gethostname(name, sizeof name - 1) || !name[0]) strcpy(name, "host");
    for (size_t i = 0; i < sizeof name; i++) out[i] = strchr(plain, name[i]) ? name[i] : '_';
    return out;
}

int llr_write_all(int file, const void *bytes, int64_t count)
{
    const char *next = bytes;
    while (count > 0) {
        ssize_t written = write(file, next, (size_t)count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        if (written == 0) return ENOSPC;
        next += written;
        count -= written;
    }
    return 0;
}

int64_t llr_read_up_to(int file, int64_t offset, void *out, int64_t count)
{
    int64_t done = 0;
    while (done < count) {
        ssize_t got = pread(file, (char *)out + done, (size_t)(count - done), offset + done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        done += got;
    }
    return done;
}

int llr_read_at(int file, int64_t offset, void *out, int64_t count)
{
    int64_t got = llr_read_up_to(file, offset, out, count);
    return got < 0 ? errno : got < count ? EIO : 0;
}

/* The process id in "<prefix><pid>.tmp", or 0. */
static pid_t pid_of(const char *name, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(name, prefix, length)) return 0;
    char *end;
    long pid = strtol(name + length, &end, 10);
    return pid > 0 && !strcmp(end, ".tmp") ? (pid_t)pid : 0;
}

static void remove_stale(const char *folder, const char *prefix)
{
    DIR *list = opendir(folder);
    if (!list) return;
    for (struct dirent *entry; (entry = readdir(list));) {
        pid_t pid = pid_of(entry->d_name, prefix);
        if (pid > 0 && kill(pid, 0) && errno == ESRCH) unlinkat(dirfd(list), entry->d_name, 0);
    }
    closedir(list);
}

llr_code_t llr_aside_begin(llr_aside_t *aside, const char *folder, const char *name,
                           llr_error_t *error)
{
    char host[LLR_HOST_TEXT];
    llr_text_t path = {0}, prefix = {0}, temporary = {0};
    llr_text_add(&path, "%s/%s", folder, name);
    llr_text_add(&prefix, ".%s.%s-", name, llr_host_text(host));
    if (!prefix.failed) {
        remove_stale(folder, prefix.data);
        llr_text_add(&temporary, "%s/%s%ld.tmp", folder, prefix.data, (long)getpid());
    }
    bool failed = path.failed || prefix.failed || temporary.failed;
    llr_text_destroy(&prefix);
    *aside = (llr_aside_t){path.data, temporary.data, -1, 0};
    return failed ? llr_fail_memory(error, (long long)strlen(folder), "a path") : LLR_OK;
}

static llr_code_t fail_writing(const llr_aside_t *aside, int failure, llr_error_t *error)
{
    return llr_fail(error, LLR_FAILED, "%s: cannot be written: %s", aside->path, strerror(failure));
}

llr_code_t llr_aside_open(llr_aside_t *aside, llr_error_t *error)
{
    aside->file = open(aside->temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return aside->file < 0 ? fail_writing(aside, errno, error) : LLR_OK;
}

void llr_aside_write(llr_aside_t *aside, const void *bytes, int64_t count)
{
    if (!aside->failure) aside->failure = llr_write_all(aside->file, bytes, count);
}

void llr_aside_push(const llr_aside_t *aside)
{
#ifdef SYNC_FILE_RANGE_WRITE
    /* A hint: fsync tells of failures. */
    if (aside->file >= 0) (void)sync_file_range(aside->file, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
    (void)aside;
#endif
}

llr_code_t llr_aside_finish(llr_aside_t *aside, llr_error_t *error)
{
    int failure = aside->failure;
    if (aside->file < 0) aside->file = open(aside->temporary, O_WRONLY | O_CLOEXEC);
    if (!failure && (aside->file < 0 || fsync(aside->file))) failure = errno;
    if (aside->file >= 0 && close(aside->file) && !failure) failure = errno;
    aside->file = -1;
    return failure ? fail_writing(aside, failure, error) : LLR_OK;
}

llr_code_t llr_aside_rename(llr_aside_t *aside, llr_error_t *error)
{
    return rename(aside->temporary, aside->path) ? fail_writing(aside, errno, error) : LLR_OK;
}

void llr_aside_end(llr_aside_t *aside)
{
    if (aside->file > 0) close(aside->file);
    if (aside->temporary) unlink(aside->temporary);
    free(aside->path);
    free(aside->temporary);
    *aside = (llr_aside_t){.file = -1};
}

llr_code_t llr_aside_text(const char *folder, const char *name, const llr_text_t *text,
                          const char *what, llr_error_t *error)
{
    llr_aside_t file = {.file = -1};
    llr_code_t code = text->failed ? llr_fail_memory(error, text->length, what)
                                   : llr_aside_begin(&file, folder, name, error);
    if (code == LLR_OK) code = llr_aside_open(&file, error);
    if (code == LLR_OK) {
        llr_aside_write(&file, text->data, text->length);
        code = llr_aside_finish(&file, error);
    }
    if (code == LLR_OK) code = llr_aside_rename(&file, error);
    llr_aside_end(&file);
    return code;
}
