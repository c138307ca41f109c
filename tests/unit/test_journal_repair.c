#include "journal_damage.h"
#include "suite.h"

static void every_wrong_byte_costs_one_record(void)
{
    static found_t found;
    enum { RECORDS = 5, WRONG = 2 };
    const int64_t from = start_of(0, WRONG), to = start_of(0, WRONG + 1);
    for (int64_t at = from; at < to; at++) {
        char folder[PATH], path[2 * PATH], bad[ROOM], kept[ROOM];
        llr_journal_check_t check;
        repaired_t repaired;
        scratch_folder(folder);
        write_segment(folder, 0, RECORDS);
        write_segment(folder, 40, 1);
        CU_ASSERT_TRUE(find(folder, "000001-", ".log", path));
        flip(path, at);
        look(&check, folder);
        const llr_segment_facts_t *facts = &check.segment[0];
        CU_ASSERT_EQUAL_FATAL(facts->damages, 1);
        CU_ASSERT_EQUAL(facts->damage[0].offset, from);
        CU_ASSERT_EQUAL(facts->damage[0].bytes, to - from);
        CU_ASSERT_EQUAL(facts->damage[0].before, WRONG);
        CU_ASSERT_EQUAL(facts->records, RECORDS - 1);
        CU_ASSERT_TRUE(llr_segment_refused(facts) && !llr_segment_refused(&check.segment[1]));
        CU_ASSERT_EQUAL(check.found, RECORDS);
        llr_journal_check_destroy(&check);
        int64_t size = load(path, bad, sizeof bad);
        repair_well(folder, &repaired, &found);
        CU_ASSERT_EQUAL(repaired.files, 1);
        CU_ASSERT_EQUAL(found.count, RECORDS);
        CU_ASSERT_TRUE(found.seen[0] && found.seen[1] && !found.seen[2] && found.seen[3] &&
                       found.seen[4] && found.seen[40]);
        CU_ASSERT_TRUE(find(folder, "000001-", ".log.damaged", path));
        CU_ASSERT_TRUE(load(path, kept, sizeof kept) == size && !memcmp(kept, bad, (size_t)size));
        remove_folder(folder);
    }
}

/* What is kept of a segment that was cut is the whole records before the cut, byte for byte. */
static void a_cut_segment_keeps_what_is_whole(void)
{
    static found_t found;
    enum { RECORDS = 3 };
    for (int64_t cut = 0; cut <= start_of(0, RECORDS); cut++) {
        char folder[PATH], path[2 * PATH], bytes[ROOM], kept[ROOM];
        llr_journal_check_t check;
        repaired_t repaired;
        scratch_folder(folder);
        write_segment(folder, 0, RECORDS);
        first_segment(folder, path);
        load(path, bytes, sizeof bytes);
        store(path, bytes, cut);
        int64_t whole = 0;
        while (whole < RECORDS && start_of(0, whole + 1) <= cut) whole++;
        int64_t end = cut < HEAD ? 0 : start_of(0, whole);
        look(&check, folder);
        CU_ASSERT_FALSE(llr_journal_refused(&check));
        CU_ASSERT_EQUAL(check.segment[0].records, whole);
        CU_ASSERT_EQUAL(check.segment[0].torn_bytes, cut - end);
        if (cut > end) CU_ASSERT_EQUAL(check.segment[0].torn_at, end);
        llr_journal_check_destroy(&check);
        repair_well(folder, &repaired, &found);
        CU_ASSERT_EQUAL(repaired.files, cut > end);
        CU_ASSERT_EQUAL(found.count, whole);
        bool there = find(folder, "000001-", ".log", path);
        CU_ASSERT_EQUAL(there, whole > 0 || cut == end);
        if (there) CU_ASSERT_EQUAL(load(path, kept, sizeof kept), end);
        if (there) CU_ASSERT_EQUAL(memcmp(kept, bytes, (size_t)end), 0);
        CU_ASSERT_EQUAL(find(folder, "000001-", ".log.damaged", path), cut > end);
        remove_folder(folder);
    }
}

/* Wherever the records of a unit that differ stand, all of them go, and nothing else. */
static void a_unit_with_two_results_is_solved_again(void)
{
    static found_t found;
    char folder[PATH], path[2 * PATH];
    llr_journal_check_t check;
    repaired_t repaired;
    llr_error_t error = {0};
    scratch_folder(folder);
    write_segment(folder, 0, 4);
    write_other(folder, &identity, 3, 3, 3);
    write_segment(folder, 3, 1); /* as the first said */
    write_segment(folder, 9, 2);
    look(&check, folder);
    CU_ASSERT_EQUAL(check.differing, 1);
    CU_ASSERT_TRUE(check.unit[3].differs && !check.unit[4].differs);
    for (int i = 0; i < 4; i++) CU_ASSERT_EQUAL(check.segment[i].differing, i < 3);
    llr_journal_check_destroy(&check);
    CU_ASSERT_EQUAL(read_back(folder, &found, NULL, &error), LLR_INVALID);
    const char *remedy = strstr(error.text, "`llrsweep journal repair ");
    char *parent = llr_folder_parent(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(remedy);
    CU_ASSERT_PTR_NOT_NULL_FATAL(parent);
    remedy += strlen("`llrsweep journal repair ");
    CU_ASSERT_EQUAL(strncmp(remedy, parent, strlen(parent)), 0);
    CU_ASSERT_EQUAL(remedy[strlen(parent)], '`');
    free(parent);
    repair_well(folder, &repaired, &found);
    CU_ASSERT_EQUAL(repaired.files, 3);
    CU_ASSERT_EQUAL(repaired.kept, 5);
    CU_ASSERT_EQUAL(found.count, 7);
    CU_ASSERT_FALSE(found.seen[3]);
    CU_ASSERT_TRUE(find(folder, "000002-", ".log", path));
    CU_ASSERT_FALSE(find(folder, "000005-", "", path)); /* what stood there for safety */
    remove_folder(folder);
}

static void a_segment_can_contradict_itself(void)
{
    static found_t found;
    char folder[PATH];
    repaired_t repaired;
    llr_journal_t *journal;
    llr_error_t error = {0};
    scratch_folder(folder);
    CU_ASSERT_EQUAL_FATAL(llr_journal_create(&journal, folder, &identity, &error), LLR_OK);
    for (int64_t u = 0; u < 3; u++) CU_ASSERT_EQUAL(append(journal, u, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_append(journal, 1, "x", 1, (llr_hash_t){9, 9}, &error), LLR_OK);
    CU_ASSERT_EQUAL(append(journal, 2, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_close(&journal, &error), LLR_OK);
    llr_journal_check_t check;
    look(&check, folder);
    CU_ASSERT_EQUAL(check.segment[0].differing, 2);
    CU_ASSERT_EQUAL(check.segment[0].duplicates, 1);
    llr_journal_check_destroy(&check);
    repair_well(folder, &repaired, &found);
    CU_ASSERT_TRUE(found.count == 2 && found.seen[0] && found.seen[2]);
    remove_folder(folder);
}

static void a_unit_the_job_does_not_have_is_dropped(void)
{
    static found_t found;
    char folder[PATH];
    repaired_t repaired;
    llr_journal_t *journal;
    llr_error_t error = {0};
    scratch_folder(folder);
    CU_ASSERT_EQUAL_FATAL(llr_journal_create(&journal, folder, &identity, &error), LLR_OK);
    CU_ASSERT_EQUAL(append(journal, 0, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_append(journal, UNITS, "x", 1, (llr_hash_t){9, 9}, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_append(journal, -1, "x", 1, (llr_hash_t){9, 9}, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_close(&journal, &error), LLR_OK);
    llr_journal_check_t check;
    look(&check, folder);
    CU_ASSERT_TRUE(llr_journal_refused(&check));
    CU_ASSERT_EQUAL(check.segment[0].outside, 2);
    llr_journal_check_destroy(&check);
    repair_well(folder, &repaired, &found);
    CU_ASSERT_TRUE(repaired.kept == 1 && found.count == 1 && found.seen[0]);
    remove_folder(folder);
}

/* Records behind a damaged head are kept where it is known whose they are. */
static void a_damaged_head_needs_a_witness(void)
{
    static found_t found;
    for (int64_t at = 0; at < HEAD; at++)
        for (int witness = 0; witness < 3; witness++) {
            char folder[PATH], path[2 * PATH];
            repaired_t repaired;
            llr_journal_check_t check;
            llr_error_t error = {0};
            scratch_folder(folder);
            write_segment(folder, 0, 3);
            if (witness == 1) write_segment(folder, 7, 1);
            CU_ASSERT_TRUE(find(folder, "000001-", ".log", path));
            flip(path, at);
            const llr_journal_identity_t *whose = witness == 2 ? &identity : NULL;
            CU_ASSERT_EQUAL(llr_journal_check(&check, folder, whose, false, &error), LLR_OK);
            CU_ASSERT_EQUAL_FATAL(check.segment[0].damages, 1);
            CU_ASSERT_EQUAL(check.segment[0].damage[0].offset, 0);
            CU_ASSERT_EQUAL(check.segment[0].damage[0].bytes, HEAD);
            CU_ASSERT_EQUAL(check.known, witness > 0);
            llr_journal_check_destroy(&check);
            CU_ASSERT_EQUAL(repair(folder, whose, &repaired, &error), LLR_OK);
            CU_ASSERT_EQUAL(repaired.kept, witness ? 3 : 0);
            CU_ASSERT_EQUAL(read_back(folder, &found, NULL, &error), LLR_OK);
            CU_ASSERT_EQUAL(found.count, witness ? 3 + (witness == 1) : 0);
            CU_ASSERT_TRUE(find(folder, "000001-", ".log.damaged", path));
            remove_folder(folder);
        }
}

static void another_sweep_is_set_aside_whole(void)
{
    static found_t found;
    static const llr_journal_identity_t other = {{1, 2}, {3, 5}, UNITS};
    char folder[PATH], path[2 * PATH];
    repaired_t repaired;
    llr_error_t error = {0};
    scratch_folder(folder);
    write_other(folder, &other, 0, 2, -1);
    write_segment(folder, 2, 2);
    llr_text_t before = contents_of(folder);
    /* Nothing says which one is right; then a job that neither is of. */
    CU_ASSERT_EQUAL(repair(folder, NULL, &repaired, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "job.yaml"));
    CU_ASSERT_EQUAL(repair(folder, &(llr_journal_identity_t){{0, 0}, {0, 0}, 9}, &repaired, &error),
                    LLR_INVALID);
    llr_text_t after = contents_of(folder);
    CU_ASSERT_TRUE(same_text(&before, &after));
    llr_text_destroy(&before);
    llr_text_destroy(&after);
    repair_well(folder, &repaired, &found);
    CU_ASSERT_TRUE(repaired.files == 1 && repaired.kept == 0);
    CU_ASSERT_TRUE(found.count == 2 && found.seen[2] && found.seen[3]);
    CU_ASSERT_TRUE(find(folder, "000001-", ".log.damaged", path));
    remove_folder(folder);
}

/* A name that is taken is not written over. */
static void what_was_set_aside_before_stays(void)
{
    static found_t found;
    char folder[PATH], path[2 * PATH], taken[3 * PATH], bytes[ROOM];
    repaired_t repaired;
    scratch_folder(folder);
    write_segment(folder, 0, 3);
    first_segment(folder, path);
    flip(path, HEAD + 1);
    snprintf(taken, sizeof taken, "%s.damaged", path);
    store(taken, "before", 6);
    repair_well(folder, &repaired, &found);
    CU_ASSERT_EQUAL(found.count, 2);
    CU_ASSERT_TRUE(load(taken, bytes, sizeof bytes) == 6 && !memcmp(bytes, "before", 6));
    CU_ASSERT_TRUE(find(folder, "000001-", ".log.2.damaged", path));
    remove_folder(folder);
}

/* Changes of random bytes: a record is kept if and only if none of its own were changed. */
static void what_is_untouched_is_kept(void)
{
    static found_t found;
    enum { ROUNDS = 300, RECORDS = 12, CHANGES = 5 };
    srand(20261125);
    for (int round = 0; round < ROUNDS; round++) {
        char folder[PATH], path[2 * PATH];
        bool touched[RECORDS] = {false};
        llr_journal_check_t check;
        repaired_t repaired;
        scratch_folder(folder);
        write_segment(folder, 0, RECORDS);
        first_segment(folder, path);
        /* Distinct bytes, so that no change takes another one back. */
        for (int64_t c = 0, at = 0; c <= rand() % CHANGES; c++) {
            at += 1 + rand() % (start_of(0, RECORDS) / CHANGES);
            if (at >= start_of(0, RECORDS)) break;
            flip(path, at);
            for (int64_t u = 0; u < RECORDS; u++)
                if (at >= start_of(0, u) && at < start_of(0, u + 1)) touched[u] = true;
        }
        look(&check, folder);
        llr_journal_check_destroy(&check);
        repair_well(folder, &repaired, &found);
        for (int64_t u = 0; u < RECORDS; u++) CU_ASSERT_EQUAL(found.seen[u], !touched[u]);
        remove_folder(folder);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"every wrong byte costs one record", every_wrong_byte_costs_one_record},
        {"a cut segment keeps what is whole", a_cut_segment_keeps_what_is_whole},
        {"a unit with two results is solved again", a_unit_with_two_results_is_solved_again},
        {"a segment can contradict itself", a_segment_can_contradict_itself},
        {"a unit the job does not have is dropped", a_unit_the_job_does_not_have_is_dropped},
        {"a damaged head needs a witness", a_damaged_head_needs_a_witness},
        {"another sweep is set aside whole", another_sweep_is_set_aside_whole},
        {"what was set aside before stays", what_was_set_aside_before_stays},
        {"what is untouched is kept", what_is_untouched_is_kept},
    };
    return LLR_RUN_SUITE("journal repair", tests);
}
