#include "app/commands.h"
#include "app/session.h"
#include "store/job_file.h"
#include "store/journal_repair.h"
#include "store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct place {
    const char *results; /* the result folder */
    llr_text_t journal;  /* owned: its journal */
    llr_journal_identity_t identity;
    bool known; /* the identity: job.yaml says it */
} place_t;

/* What job.yaml of the folder says; the datasets need not be there. */
static bool identify(place_t *place)
{
    llr_session_t session = {0};
    llr_text_t path = {0}, text = {0};
    llr_journal_identity_t *identity = &place->identity;
    llr_text_add(&path, "%s/job.yaml", place->results);
    bool good = !path.failed && llr_job_file_read(path.data, &text, NULL) == LLR_OK &&
                text.length &&
                llr_session_parse(&session, &text, path.data, NULL, NULL) == LLR_OK &&
                llr_grid_create(&session.grid, &session.job) == 0 && session.grid.units > 0 &&
                llr_record_content(text.data, session.job.datasets, &identity->content);
    if (good) {
        identity->job = llr_job_fingerprint(&session.job);
        identity->units = session.grid.units;
    }
    llr_session_close(&session);
    llr_text_destroy(&path);
    llr_text_destroy(&text);
    return good;
}

static llr_code_t find_journal(place_t *place, const char *results, llr_error_t *error)
{
    struct stat about;
    *place = (place_t){.results = results};
    llr_text_add(&place->journal, "%s/journal", results);
    if (place->journal.failed) return llr_fail_memory(error, 0, "a path");
    if (stat(place->journal.data, &about) || !S_ISDIR(about.st_mode))
        return llr_fail(error, LLR_INVALID,
                        "%s: no journal here; DIR is the result folder of a sweep",
                        place->journal.data);
    place->known = identify(place);
    if (!place->known)
        printf("%s/job.yaml does not say which sweep this is; the heads of the segments do\n",
               results);
    return LLR_OK;
}

static llr_code_t look(const place_t *place, bool lock, llr_journal_check_t *check,
                       llr_error_t *error)
{
    return llr_journal_check(check, place->journal.data, place->known ? &place->identity : NULL,
                             lock, error);
}

/* What makes a word plural. */
static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_damage(const llr_segment_facts_t *facts)
{
    for (int64_t d = 0; d < facts->damages; d++) {
        const llr_damage_t *damage = &facts->damage[d];
        long long after = facts->records - damage->before;
        printf("; %s at byte %lld: %lld bytes, %lld whole record%s after it",
               damage->offset ? "damaged" : "head damaged", (long long)damage->offset,
               (long long)damage->bytes, after, plural(after));
    }
}

static void print_segment(const llr_segment_facts_t *facts)
{
    printf("%s: %s%lld record%s", facts->path,
           llr_segment_refused(facts) || facts->torn_bytes ? "" : "good, ",
           (long long)facts->records, plural(facts->records));
    if (facts->duplicates)
        printf(" (%lld duplicate%s)", (long long)facts->duplicates, plural(facts->duplicates));
    if (facts->foreign) printf("; belongs to another sweep");
    if (facts->outside)
        printf("; %lld record%s of units the job does not have", (long long)facts->outside,
               plural(facts->outside));
    if (facts->differing)
        printf("; %lld record%s of units with different results", (long long)facts->differing,
               plural(facts->differing));
    print_damage(facts);
    if (facts->torn_bytes)
        printf("; torn tail of %lld bytes, harmless", (long long)facts->torn_bytes);
    printf("\n");
}

/* Units that have different results, the first of them by number. */
static void print_differing(const llr_journal_check_t *check)
{
    enum { SHOWN = 8 };
    int64_t shown = 0;
    if (!check->differing) return;
    printf("%lld unit%s with different results:", (long long)check->differing,
           plural(check->differing));
    for (int64_t u = 0; u < check->identity.units && shown < SHOWN; u++)
        if (check->unit[u].differs) printf("%s %lld", shown++ ? "," : "", (long long)u);
    printf("%s\n", check->differing > SHOWN ? ", ..." : "");
}

static void print_total(const llr_journal_check_t *check)
{
    printf("%lld segment%s: ", (long long)check->segments.count, plural(check->segments.count));
    if (check->known)
        printf("%lld of %lld units have a record", (long long)check->found,
               (long long)check->identity.units);
    else
        printf("nothing says which sweep they belong to");
    printf(", %lld duplicate%s\n", (long long)check->duplicates, plural(check->duplicates));
}

static llr_code_t print_check(const place_t *place, const llr_journal_check_t *check,
                              llr_error_t *error)
{
    for (int64_t i = 0; i < check->segments.count; i++) print_segment(&check->segment[i]);
    print_differing(check);
    print_total(check);
    if (!llr_journal_refused(check)) return LLR_OK;
    fflush(stdout); /* the reason stands last, also where both go to one file */
    LLR_TRY(llr_journal_can_repair(check, error));
    return llr_fail(error, LLR_INVALID,
                    "a resume refuses this journal; `llrsweep journal repair %s` keeps what is "
                    "whole and undisputed",
                    place->results);
}

static llr_code_t check_journal(const place_t *place, llr_error_t *error)
{
    llr_journal_check_t check;
    llr_code_t code = look(place, false, &check, error);
    if (code == LLR_OK) code = print_check(place, &check, error);
    llr_journal_check_destroy(&check);
    return code;
}

typedef struct repair {
    llr_journal_check_t check;
    int64_t files; /* replaced */
} repair_t;

static void print_step(void *argument, const llr_repair_step_t *step)
{
    const llr_segment_facts_t *facts = step->facts;
    repair_t *repair = argument;
    repair->files++;
    printf("%s: ", facts->path);
    if (step->rewritten)
        printf("%lld of %lld whole record%s kept in %s", (long long)step->kept,
               (long long)facts->records, plural(facts->records), step->rewritten);
    else if (facts->foreign)
        printf("belongs to another sweep, nothing of it is kept");
    else if (!repair->check.known)
        printf("nothing says which sweep it belongs to, nothing of it is kept");
    else
        printf("no record to keep");
    printf("; as it was: %s\n", step->aside);
}

/* What the next run will find. */
static llr_code_t print_rest(const place_t *place, llr_error_t *error)
{
    llr_journal_check_t check;
    llr_code_t code = look(place, false, &check, error);
    if (code == LLR_OK && llr_journal_refused(&check))
        code = llr_fail(error, LLR_FAILED, "%s: has changed meanwhile; repair it again",
                        place->journal.data);
    if (code == LLR_OK) {
        long long rest = check.identity.units - check.found;
        print_total(&check);
        if (rest > 0) printf("%lld unit%s left for the next run to solve\n", rest, plural(rest));
    }
    llr_journal_check_destroy(&check);
    return code;
}

static llr_code_t repair_journal(const place_t *place, llr_error_t *error)
{
    repair_t repair = {.files = 0};
    llr_code_t code = look(place, true, &repair.check, error);
    if (code == LLR_OK) code = llr_journal_repair(&repair.check, print_step, &repair, error);
    if (code == LLR_OK && !repair.files) printf("%s: nothing to repair\n", place->journal.data);
    if (code == LLR_OK) print_differing(&repair.check);
    llr_journal_check_destroy(&repair.check);
    return code == LLR_OK ? print_rest(place, error) : code;
}

llr_code_t llr_command_journal(const llr_options_t *options, llr_error_t *error)
{
    const char *word = options->argument[0];
    bool repair = !strcmp(word, "repair");
    if (!repair && strcmp(word, "check"))
        return llr_fail(error, LLR_INVALID,
                        "journal: `%s` is neither check nor repair; usage: llrsweep journal "
                        "check|repair DIR",
                        word);
    place_t place;
    llr_code_t code = find_journal(&place, options->argument[1], error);
    if (code == LLR_OK) code = (repair ? repair_journal : check_journal)(&place, error);
    llr_text_destroy(&place.journal);
    return code;
}
