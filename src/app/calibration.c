#include "app/calibration.h"

#include "app/results.h"
#include "par/calibrate.h"
#include "store/job_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static llr_code_t read_folder(llr_pace_t *pace, const char *folder, llr_error_t *error)
{
    llr_loaded_t loaded;
    llr_code_t code = llr_loaded_open(&loaded, folder, error);
    if (code == LLR_OK && !loaded.done)
        code = llr_fail(error, LLR_INVALID, "--calibration: no unit of %s is done", folder);
    if (code == LLR_OK)
        llr_pace_learn(pace, &loaded.session.grid, loaded.session.catalog.facts, loaded.block);
    llr_loaded_close(&loaded);
    return code;
}

static llr_code_t read_file(llr_pace_t *pace, const char *path, llr_error_t *error)
{
    llr_text_t text = {0};
    llr_code_t code = llr_job_file_read(path, &text, error);
    if (code == LLR_OK) code = llr_pace_parse(pace, text.data ? text.data : "", path, error);
    llr_text_destroy(&text);
    return code;
}

/* Solvers of the job that nothing was timed of get the rate of all others: that is to be known. */
static void say_untimed(const llr_pace_t *pace, const llr_session_t *session, llr_text_t *said)
{
    bool told[LLR_REGIMES] = {false};
    char name[LLR_REGIME_TEXT];
    for (int64_t u = 0; u < session->grid.units; u++) {
        const llr_facts_t *facts = &session->catalog.facts[session->grid.unit[u].dataset];
        int64_t regime = llr_regime(&session->grid, facts, u);
        if (pace->kind[regime].units || told[regime]) continue;
        told[regime] = true;
        llr_text_add(said, "; not timed there, so taken to be like the rest: %s",
                     llr_regime_name(regime, name));
    }
}

/* Here and now: by units of the job's own, whose data decide how many steps they take, where that
 * takes not much longer than by made ones. */
static llr_code_t time_here(llr_pace_t *pace, llr_session_t *session, llr_text_t *said,
                            llr_error_t *error)
{
    const double seconds = LLR_CALIBRATION_SECONDS;
    bool own = llr_calibrates_itself(&session->grid, &session->catalog);
    llr_text_add(said, "%g s of %s units, on this machine", seconds,
                 own ? "the job's own" : "made");
    return own ? llr_calibrate_by_own(pace, &session->grid, &session->job, seconds, error)
               : llr_calibrate_by_made(pace, &session->grid, session->catalog.facts, seconds,
                                       error);
}

llr_code_t llr_calibration_open(llr_pace_t *pace, const char *from, llr_session_t *session,
                                llr_text_t *said, llr_error_t *error)
{
    struct stat about;
    LLR_TRY(llr_pace_create(pace, LLR_REGIMES, error));
    if (!from) return time_here(pace, session, said, error);
    if (stat(from, &about))
        return llr_fail(error, LLR_INVALID,
                        "--calibration: %s: %s; a calibration file or a result folder is needed",
                        from, strerror(errno));
    bool is_folder = S_ISDIR(about.st_mode);
    llr_text_add(said, is_folder ? "the units timed in %s" : "%s", from);
    LLR_TRY(is_folder ? read_folder(pace, from, error) : read_file(pace, from, error));
    say_untimed(pace, session, said);
    return LLR_OK;
}

llr_code_t llr_calibration_save(const llr_pace_t *pace, const char *path, llr_error_t *error)
{
    llr_text_t text = {0};
    llr_pace_print(pace, &text);
    if (text.failed) return llr_fail_memory(error, text.length, "a calibration");
    FILE *file = fopen(path, "w");
    bool good = file && fwrite(text.data, 1, (size_t)text.length, file) == (size_t)text.length;
    if (file && fclose(file)) good = false;
    int failure = errno;
    llr_text_destroy(&text);
    return good ? LLR_OK
                : llr_fail(error, LLR_FAILED, "%s: cannot be written: %s", path, strerror(failure));
}
