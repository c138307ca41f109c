#include "journal_damage.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Changes of files until this process kills itself in front of one; -1: never. */
static int64_t countdown = -1;
static bool half; /* the write it is killed in has been done by half */

/* The errno that the next attempt to lock fails with; 0: none does. */
static int lock_failure;

static void come_closer_to_death(void)
{
    if (countdown >= 0 && countdown-- == 0) kill(getpid(), SIGKILL);
}

/* What the journal calls to change files stands here, in front of the C library's own. */
ssize_t write(int file, const void *bytes, size_t count)
{
    if (countdown == 0 && half) syscall(SYS_write, file, bytes, count / 2);
    come_closer_to_death();
    return (ssize_t)syscall(SYS_write, file, bytes, count);
}

int fsync(int file)
{
    come_closer_to_death();
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    come_closer_to_death();
    return (int)syscall(SYS_fdatasync, file);
}

int rename(const char *from, const char *to)
{
    come_closer_to_death();
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlink(const char *path)
{
    come_closer_to_death();
    return unlinkat(AT_FDCWD, path, 0);
}

int flock(int file, int operation)
{
    errno = lock_failure;
    lock_failure = 0;
    return errno ? -1 : (int)syscall(SYS_flock, file, operation);
}

/* A writer that lives, in another process: it says when its records are there. */
static pid_t start_writer(const char *folder)
{
    int ends[2] = {-1, -1};
    char ready;
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        llr_journal_t *journal;
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not outlive a test that fails */
        if (llr_journal_create(&journal, folder, &identity, NULL)) _exit(1);
        for (int64_t u = 100; u < 103; u++)
            if (append(journal, u, NULL)) _exit(1);
        if (write(ends[1], "r", 1) != 1) _exit(1);
        pause();
    }
    close(ends[1]);
    CU_ASSERT_EQUAL(read(ends[0], &ready, 1), 1);
    close(ends[0]);
    return child;
}

static void what_a_run_writes_is_left_alone(void)
{
    static found_t found;
    char folder[PATH], mine[2 * PATH], theirs[2 * PATH];
    repaired_t repaired;
    llr_error_t error = {0};
    scratch_folder(folder);
    write_segment(folder, 0, 3);
    pid_t writer = start_writer(folder);
    CU_ASSERT_TRUE(find(folder, "000001-", ".log", mine));
    CU_ASSERT_TRUE(find(folder, "000002-", ".log", theirs));
    flip(mine, HEAD + 1);
    repair_well(folder, &repaired, &found); /* the run's own segment is whole */
    CU_ASSERT_TRUE(repaired.files == 1 && found.count == 5);
    flip(theirs, HEAD + 1);
    CU_ASSERT_TRUE(find(folder, "000001-", ".log", mine));
    flip(mine, HEAD + 1);
    llr_text_t before = contents_of(folder);
    CU_ASSERT_EQUAL(repair(folder, &identity, &repaired, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "a run is writing"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, theirs));
    llr_text_t after = contents_of(folder);
    CU_ASSERT_TRUE(same_text(&before, &after));
    llr_text_destroy(&before);
    llr_text_destroy(&after);
    kill(writer, SIGKILL); /* takes its lock along */
    waitpid(writer, NULL, 0);
    repair_well(folder, &repaired, &found);
    CU_ASSERT_TRUE(repaired.files == 2 && found.count == 3);
    remove_folder(folder);
}

/* A repair that holds the lock of a segment just made has its name; the run takes another one. */
static void a_run_does_not_write_what_is_repaired(void)
{
    char folder[PATH], path[2 * PATH];
    llr_journal_t *journal;
    llr_error_t error = {0};
    scratch_folder(folder);
    lock_failure = EWOULDBLOCK;
    CU_ASSERT_EQUAL_FATAL(llr_journal_create(&journal, folder, &identity, &error), LLR_OK);
    CU_ASSERT_EQUAL(first_segment(folder, path), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(path, "/000002-"));
    CU_ASSERT_STRING_EQUAL(llr_journal_path(journal), path);
    CU_ASSERT_EQUAL(llr_journal_close(&journal, &error), LLR_OK);
    remove_folder(folder);
}

static void a_file_system_without_locks_will_do(void)
{
    static found_t found;
    char folder[PATH], path[2 * PATH];
    repaired_t repaired;
    llr_error_t error = {0};
    scratch_folder(folder);
    lock_failure = ENOLCK;
    write_segment(folder, 0, 3);
    CU_ASSERT_EQUAL(lock_failure, 0);
    CU_ASSERT_TRUE(find(folder, "000001-", ".log", path));
    flip(path, HEAD + 1);
    lock_failure = ENOLCK;
    CU_ASSERT_EQUAL(repair(folder, &identity, &repaired, &error), LLR_OK);
    CU_ASSERT_EQUAL(read_back(folder, &found, NULL, &error), LLR_OK);
    CU_ASSERT_EQUAL(found.count, 2);
    remove_folder(folder);
}

/* Everything at once: damage, a torn tail, a unit with two results, a damaged head, another sweep.
 * Kept are 0 1 3 4, 6 7, 20 21, 30 31. */
static void spoil(const char *folder)
{
    static const llr_journal_identity_t other = {{7, 7}, {7, 7}, 3};
    char path[2 * PATH], bytes[ROOM];
    write_segment(folder, 0, 6);
    CU_ASSERT_TRUE(find(folder, "000001-", ".log", path));
    flip(path, start_of(0, 2) + 60);
    write_other(folder, &identity, 5, 4, 5);
    CU_ASSERT_TRUE(find(folder, "000002-", ".log", path));
    int64_t size = load(path, bytes, sizeof bytes);
    store(path, bytes, size - 3);
    write_segment(folder, 20, 2);
    write_segment(folder, 30, 2);
    CU_ASSERT_TRUE(find(folder, "000004-", ".log", path));
    flip(path, 20);
    write_other(folder, &other, 0, 2, -1);
}

static const int64_t kept_of_spoiled[] = {0, 1, 3, 4, 6, 7, 20, 21, 30, 31};
enum { KEPT_OF_SPOILED = sizeof kept_of_spoiled / sizeof *kept_of_spoiled };

/* Every file of the spoilt journal is still there, under its name or set aside. */
static void all_bytes_are_there(const char *folder, const llr_text_t *spoilt)
{
    const char *colon;
    for (const char *at = spoilt->data; at < spoilt->data + spoilt->length;) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(colon = strchr(at, ':'));
        char path[2 * PATH], name[PATH], bytes[ROOM];
        snprintf(name, sizeof name, "%.*s", (int)(colon - at), at);
        if (!find(folder, name, ".damaged", path))
            snprintf(path, sizeof path, "%s/%s", folder, name);
        int64_t size = load(path, bytes, sizeof bytes);
        CU_ASSERT_TRUE_FATAL(size >= 0 && size <= spoilt->data + spoilt->length - colon - 1);
        CU_ASSERT_EQUAL(memcmp(bytes, colon + 1, (size_t)size), 0);
        at = colon + 1 + size;
    }
}

/* Repairs in a process of its own, which dies in front of its nth change of a file, or within it.
 * Returns false where it came to its end. */
static bool is_killed_at(const char *folder, int64_t n)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        repaired_t repaired;
        countdown = n;
        _exit(repair(folder, &identity, &repaired, NULL) != LLR_OK);
    }
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

/* After a kill: no record lost, no dispute settled by chance, and a repair can be had. */
static void is_as_good_as_before(const char *folder, const llr_text_t *spoilt)
{
    static found_t found;
    llr_journal_check_t check;
    repaired_t repaired;
    all_bytes_are_there(folder, spoilt);
    look(&check, folder);
    for (int k = 0; k < KEPT_OF_SPOILED; k++) {
        const llr_unit_seen_t *unit = &check.unit[kept_of_spoiled[k]];
        CU_ASSERT_TRUE(unit->found && !unit->differs);
    }
    CU_ASSERT_TRUE(llr_journal_refused(&check) || !check.unit[5].found);
    llr_journal_check_destroy(&check);
    repair_well(folder, &repaired, &found);
    CU_ASSERT_EQUAL(found.count, KEPT_OF_SPOILED);
    for (int k = 0; k < KEPT_OF_SPOILED; k++) CU_ASSERT_TRUE(found.seen[kept_of_spoiled[k]]);
    all_bytes_are_there(folder, spoilt);
}

static void a_kill_at_any_change_loses_nothing(void)
{
    for (int mode = 0; mode < 2; mode++) {
        int64_t kills = 0;
        for (bool killed = true; killed; kills++) {
            char folder[PATH];
            scratch_folder(folder);
            spoil(folder);
            llr_text_t spoilt = contents_of(folder);
            half = mode;
            killed = is_killed_at(folder, kills);
            is_as_good_as_before(folder, &spoilt);
            llr_text_destroy(&spoilt);
            remove_folder(folder);
        }
        CU_ASSERT_TRUE(kills > 25);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"what a run writes is left alone", what_a_run_writes_is_left_alone},
        {"a run does not write what is repaired", a_run_does_not_write_what_is_repaired},
        {"a file system without locks will do", a_file_system_without_locks_will_do},
        {"a kill at any change loses nothing", a_kill_at_any_change_loses_nothing},
    };
    return LLR_RUN_SUITE("journal repair, safe", tests);
}
