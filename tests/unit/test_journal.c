#include "journal_world.h"
#include "store/folder.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void records_come_back_from_all_segments(void)
{
    static found_t found;
    char folder[PATH], path[2 * PATH];
    llr_journal_state_t state;
    llr_error_t error = {0};
    llr_journal_identity_t theirs;
    scratch_folder(folder);
    bool known = true;
    CU_ASSERT_EQUAL(llr_journal_identify("not there", &theirs, &known, &error), LLR_INVALID);
    write_segment(folder, 50, 0); /* leaves no file */
    CU_ASSERT_EQUAL(llr_journal_identify(folder, &theirs, &known, &error), LLR_OK);
    CU_ASSERT_FALSE(known);
    write_segment(folder, 10, 3);
    write_segment(folder, 0, 2);
    write_segment(folder, 50, 0);
    CU_ASSERT_EQUAL(first_segment(folder, path), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(path, "/000001-"));
    CU_ASSERT_EQUAL(read_back(folder, &found, &state, &error), LLR_OK);
    CU_ASSERT_EQUAL(found.count, 5);
    CU_ASSERT_EQUAL(found.wrong, 0);
    CU_ASSERT_TRUE(found.seen[12] && found.seen[1] && !found.seen[2]);
    CU_ASSERT_EQUAL(state.segments, 2);
    CU_ASSERT_EQUAL(state.records, 5);
    CU_ASSERT_EQUAL(state.torn_bytes, 0);
    CU_ASSERT_EQUAL(llr_journal_identify(folder, &theirs, &known, &error), LLR_OK);
    CU_ASSERT_TRUE(known);
    CU_ASSERT_EQUAL(memcmp(&theirs, &identity, sizeof theirs), 0);
    remove_folder(folder);
    CU_ASSERT_EQUAL(read_back(folder, &found, &state, &error), LLR_OK);
    CU_ASSERT_EQUAL(state.segments, 0);
}

/* Cut anywhere, a segment holds the records that end before the cut. */
static void every_truncation_leaves_a_prefix(void)
{
    static found_t found;
    enum { RECORDS = 5 };
    char folder[PATH], path[2 * PATH], bytes[2048];
    scratch_folder(folder);
    write_segment(folder, 0, RECORDS);
    first_segment(folder, path);
    int64_t size = load(path, bytes, sizeof bytes);
    CU_ASSERT_EQUAL(size, HEAD + RECORDS * FRAME + 20 + 21 + 22 + 23 + 24);
    for (int64_t cut = 0; cut <= size; cut++) {
        int64_t whole = 0, end = HEAD;
        while (whole < RECORDS && end + FRAME + 20 + whole <= cut) end += FRAME + 20 + whole++;
        llr_journal_state_t state;
        llr_error_t error = {0};
        store(path, bytes, cut);
        CU_ASSERT_EQUAL(read_back(folder, &found, &state, &error), LLR_OK);
        CU_ASSERT_EQUAL(found.count, whole);
        CU_ASSERT_EQUAL(found.wrong, 0);
        for (int64_t u = 0; u < whole; u++) CU_ASSERT_TRUE(found.seen[u]);
        CU_ASSERT_EQUAL(state.torn_bytes, cut < HEAD ? cut : cut - end);
    }
    remove_folder(folder);
}

/* One bit wrong anywhere but in the last record is damage, at the offset of its record; in the last
 * record it cannot be told from a torn tail. */
static void every_wrong_bit_is_noticed(void)
{
    static found_t found;
    char folder[PATH], path[2 * PATH], bytes[2048], wanted[64];
    scratch_folder(folder);
    write_segment(folder, 0, 3);
    first_segment(folder, path);
    int64_t size = load(path, bytes, sizeof bytes);
    int64_t start[] = {0, HEAD, HEAD + FRAME + 20, HEAD + 2 * FRAME + 41, size};
    for (int64_t part = 0; part < 4; part++)
        for (int64_t at = start[part]; at < start[part + 1]; at++) {
            llr_error_t error = {0};
            llr_journal_state_t state;
            bytes[at] ^= (char)(1 << (at % 8));
            store(path, bytes, size);
            llr_code_t code = read_back(folder, &found, &state, &error);
            CU_ASSERT_EQUAL(found.wrong, 0);
            if (part < 3) {
                snprintf(wanted, sizeof wanted, "at byte %lld,", (long long)start[part]);
                CU_ASSERT_EQUAL(code, LLR_INVALID);
                CU_ASSERT_PTR_NOT_NULL(strstr(error.text, wanted));
                CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
            } else {
                CU_ASSERT_EQUAL(code, LLR_OK);
                CU_ASSERT_EQUAL(found.count, 2);
                CU_ASSERT_EQUAL(state.torn_bytes, size - start[3]);
            }
            bytes[at] ^= (char)(1 << (at % 8));
        }
    remove_folder(folder);
}

/* A power cut may leave zeros where the last records should be. */
static void a_tail_of_zeros_is_torn(void)
{
    static found_t found;
    char folder[PATH], path[2 * PATH], bytes[2048];
    llr_journal_state_t state;
    llr_error_t error = {0};
    scratch_folder(folder);
    write_segment(folder, 0, 3);
    first_segment(folder, path);
    int64_t size = load(path, bytes, sizeof bytes), kept = HEAD + FRAME + 20;
    memset(bytes + kept, 0, (size_t)(size - kept));
    store(path, bytes, size);
    CU_ASSERT_EQUAL(read_back(folder, &found, &state, &error), LLR_OK);
    CU_ASSERT_EQUAL(found.count, 1);
    CU_ASSERT_EQUAL(state.torn_bytes, size - kept);
    remove_folder(folder);
}

/* Two solves of one unit differ in their timing, not in their results. */
static void duplicates_are_dropped_differences_refused(void)
{
    static found_t found;
    char folder[PATH], path[2 * PATH];
    llr_journal_state_t state;
    llr_error_t error = {0};
    llr_journal_t *journal;
    scratch_folder(folder);
    write_segment(folder, 0, 3);
    write_segment(folder, 1, 3);
    CU_ASSERT_EQUAL_FATAL(llr_journal_create(&journal, folder, &identity, &error), LLR_OK);
    char first[64];
    int64_t bytes = payload_of(2, first);
    llr_hash_t result = llr_hash_bytes(first, bytes);
    CU_ASSERT_EQUAL(llr_journal_append(journal, 2, "other timing", 12, result, &error), LLR_OK);
    CU_ASSERT_EQUAL(read_back(folder, &found, &state, &error), LLR_OK);
    CU_ASSERT_EQUAL(found.count, 4);
    CU_ASSERT_EQUAL(found.wrong, 0);
    CU_ASSERT_EQUAL(state.duplicates, 3);
    result.low ^= 1;
    CU_ASSERT_EQUAL(llr_journal_append(journal, 2, first, bytes, result, &error), LLR_OK);
    CU_ASSERT_EQUAL(read_back(folder, &found, &state, &error), LLR_INVALID);
    first_segment(folder, path);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "unit 2 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/000003-"));
    CU_ASSERT_EQUAL(llr_journal_close(&journal, &error), LLR_OK);
    remove_folder(folder);
}

static void a_changed_sweep_is_refused_by_name(void)
{
    static found_t found;
    static const struct {
        llr_journal_identity_t now;
        const char *word;
    } cases[] = {{{{1, 9}, {3, 4}, UNITS}, "the job file;"},
                 {{{1, 2}, {9, 4}, UNITS}, "the contents of a dataset;"},
                 {{{1, 2}, {3, 4}, 7}, "the number of units (20000 then, 7 now);"},
                 {{{0, 0}, {0, 0}, UNITS}, "the job file, the contents of a dataset;"}};
    char folder[PATH];
    scratch_folder(folder);
    write_segment(folder, 0, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        llr_error_t error = {0};
        CU_ASSERT_EQUAL(llr_journal_read(folder, &cases[i].now, collect, &found, NULL, &error),
                        LLR_INVALID);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, cases[i].word));
    }
    remove_folder(folder);
}

/* Two sweeps that found a folder empty: the second to begin is told, and leaves nothing. */
static void two_sweeps_do_not_begin_in_one_folder(void)
{
    static const llr_journal_identity_t other = {{1, 9}, {3, 4}, UNITS};
    static found_t found;
    llr_journal_t *first, *second;
    llr_error_t error = {0};
    char folder[PATH], path[2 * PATH];
    scratch_folder(folder);
    CU_ASSERT_EQUAL_FATAL(llr_journal_create(&first, folder, &identity, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_check_heads(folder, &identity, &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_journal_create(&second, folder, &other, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_check_heads(folder, &other, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "belongs to another sweep; changed since: the job"));
    CU_ASSERT_EQUAL(llr_journal_close(&second, &error), LLR_OK);
    CU_ASSERT_EQUAL(first_segment(folder, path), 1);
    CU_ASSERT_EQUAL(append(first, 5, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_close(&first, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_read(folder, &identity, collect, &found, NULL, &error), LLR_OK);
    remove_folder(folder);
}

/* Appends without end, saying through the pipe what was acknowledged. */
static void append_until_killed(const char *folder, int64_t first, int64_t step, int pipe_end)
{
    llr_journal_t *journal;
    if (llr_journal_create(&journal, folder, &identity, NULL)) _exit(1);
    for (int64_t u = first; u < UNITS; u += step)
        if (append(journal, u, NULL) || write(pipe_end, &u, sizeof u) != sizeof u) _exit(1);
    pause();
}

static pid_t start_writer(const char *folder, int64_t first, int64_t step, int *acknowledged)
{
    int ends[2] = {-1, -1};
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    pid_t child = fork();
    if (child == 0) append_until_killed(folder, first, step, ends[1]);
    CU_ASSERT_TRUE_FATAL(child > 0);
    close(ends[1]);
    *acknowledged = ends[0];
    return child;
}

static int64_t kill_writer(pid_t child, int acknowledged)
{
    int64_t unit, last = -1;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    while (read(acknowledged, &unit, sizeof unit) == sizeof unit) last = unit;
    close(acknowledged);
    return last;
}

static void a_kill_loses_nothing_acknowledged(void)
{
    enum { KILLS = 40 };
    static found_t found;
    int64_t acknowledged = 0;
    for (int round = 0; round < KILLS; round++) {
        char folder[PATH];
        int pipe_end;
        llr_error_t error = {0};
        scratch_folder(folder);
        pid_t child = start_writer(folder, 0, 1, &pipe_end);
        usleep((useconds_t)(500 + 700 * round % 9973));
        int64_t last = kill_writer(child, pipe_end);
        CU_ASSERT_EQUAL(read_back(folder, &found, NULL, &error), LLR_OK);
        CU_ASSERT_EQUAL(found.wrong, 0);
        CU_ASSERT_TRUE(found.count == last + 1 || found.count == last + 2);
        for (int64_t u = 0; u <= last; u++) CU_ASSERT_TRUE(found.seen[u]);
        acknowledged += last + 1;
        remove_folder(folder);
    }
    CU_ASSERT_TRUE(acknowledged > KILLS);
}

/* Two incarnations of one job at once; a reader looks while they write. */
static void two_writers_do_not_harm_each_other(void)
{
    static found_t found;
    char folder[PATH];
    int pipes[2];
    llr_error_t error = {0};
    scratch_folder(folder);
    pid_t even = start_writer(folder, 0, 2, &pipes[0]);
    pid_t third = start_writer(folder, 0, 3, &pipes[1]);
    for (int look = 0; look < 20; look++) {
        CU_ASSERT_EQUAL(read_back(folder, &found, NULL, &error), LLR_OK);
        CU_ASSERT_EQUAL(found.wrong, 0);
        usleep(1000);
    }
    int64_t last[] = {kill_writer(even, pipes[0]), kill_writer(third, pipes[1])};
    llr_journal_state_t state;
    CU_ASSERT_EQUAL(read_back(folder, &found, &state, &error), LLR_OK);
    CU_ASSERT_EQUAL(found.wrong, 0);
    CU_ASSERT_EQUAL(state.segments, 2);
    for (int w = 0; w < 2; w++)
        for (int64_t u = 0; u <= last[w]; u += 2 + w) CU_ASSERT_TRUE(found.seen[u]);
    CU_ASSERT_TRUE(last[0] >= 0 && last[1] >= 0);
    remove_folder(folder);
}

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* A limit on the file's size stands for a full disk: it too cuts a write short. */
static void a_full_disk_leaves_the_journal_intact(void)
{
    static found_t found;
    char folder[PATH], path[2 * PATH];
    llr_journal_t *journal;
    llr_error_t error = {0};
    llr_journal_state_t state;
    struct stat about;
    scratch_folder(folder);
    signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL_FATAL(llr_journal_create(&journal, folder, &identity, &error), LLR_OK);
    for (int64_t u = 0; u < 3; u++) CU_ASSERT_EQUAL(append(journal, u, &error), LLR_OK);
    first_segment(folder, path);
    stat(path, &about);
    for (int64_t extra = 0; extra < FRAME + 23; extra += 13) {
        limit_file_size((rlim_t)(about.st_size + extra));
        llr_code_t code = append(journal, 3, &error);
        limit_file_size(0);
        CU_ASSERT_EQUAL(code, LLR_FAILED);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, strerror(EFBIG)));
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
        CU_ASSERT_EQUAL(read_back(folder, &found, &state, &error), LLR_OK);
        CU_ASSERT_EQUAL(found.count, 3);
        CU_ASSERT_EQUAL(state.torn_bytes, 0);
    }
    CU_ASSERT_EQUAL(append(journal, 4, &error), LLR_OK); /* there is room again */
    CU_ASSERT_EQUAL(llr_journal_close(&journal, &error), LLR_OK);
    CU_ASSERT_EQUAL(read_back(folder, &found, &state, &error), LLR_OK);
    CU_ASSERT_TRUE(found.count == 4 && found.seen[4] && !found.seen[3] && !found.wrong);
    limit_file_size(10);
    CU_ASSERT_EQUAL(llr_journal_create(&journal, folder, &identity, &error), LLR_FAILED);
    limit_file_size(0);
    CU_ASSERT_PTR_NULL(journal);
    CU_ASSERT_EQUAL(first_segment(folder, path), 1);
    remove_folder(folder);
}

static void what_is_in_the_way_is_named(void)
{
    char folder[PATH], path[2 * PATH];
    llr_journal_t *journal;
    llr_error_t error = {0};
    scratch_folder(folder);
    snprintf(path, sizeof path, "%s/a/b//c/", folder);
    CU_ASSERT_EQUAL(llr_folder_writable(path, &error), LLR_OK);
    CU_ASSERT_EQUAL(access(path, F_OK), -1);
    CU_ASSERT_EQUAL(llr_folder_make(path, &error), LLR_OK);
    CU_ASSERT_EQUAL(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/a/b/c", folder);
    rmdir(path);
    store(path, "x", 1);
    strcat(path, "/journal");
    CU_ASSERT_EQUAL(llr_folder_writable(path, &error), LLR_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/a/b/c"));
    CU_ASSERT_EQUAL(llr_journal_create(&journal, path, &identity, &error), LLR_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/a/b/c"));
    snprintf(path, sizeof path, "%s/a/b", folder);
    remove_folder(path);
    snprintf(path, sizeof path, "%s/a", folder);
    remove_folder(path);
    remove_folder(folder);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"records come back from all segments", records_come_back_from_all_segments},
        {"every truncation leaves a prefix", every_truncation_leaves_a_prefix},
        {"every wrong bit is noticed", every_wrong_bit_is_noticed},
        {"a tail of zeros is torn", a_tail_of_zeros_is_torn},
        {"duplicates are dropped, differences refused", duplicates_are_dropped_differences_refused},
        {"a changed sweep is refused by name", a_changed_sweep_is_refused_by_name},
        {"two sweeps do not begin in one folder", two_sweeps_do_not_begin_in_one_folder},
        {"a kill loses nothing acknowledged", a_kill_loses_nothing_acknowledged},
        {"two writers do not harm each other", two_writers_do_not_harm_each_other},
        {"a full disk leaves the journal intact", a_full_disk_leaves_the_journal_intact},
        {"what is in the way is named", what_is_in_the_way_is_named},
    };
    return LLR_RUN_SUITE("journal", tests);
}
