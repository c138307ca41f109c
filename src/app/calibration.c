#include "app/calibration.h"

#include "app/results.h"
#include "base/memory.h"
#include "par/calibrate.h"
#include "store/job_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* A folder's units ----------------------------------------------------------------------------- */

/* What units of a folder took there, and take here. */
typedef struct rerun {
    llr_pace_t there, here; /* owned */
    double *seconds;        /* owned, units: what they took there; 0: are not done */
} rerun_t;

/* Results may have come here without their data. */
static bool are_data_here(const llr_job_t *job)
{
    bool here = true;
    for (int64_t d = 0; d < job->datasets; d++) {
        if (job->dataset[d].is_synthetic) continue;
        char *path = llr_job_resolve_path(job, job->dataset[d].path);
        here = here && path && !access(path, R_OK);
        free(path);
    }
    return here;
}

static llr_code_t run_again(rerun_t *rerun, llr_loaded_t *loaded, llr_error_t *error)
{
    llr_session_t *session = &loaded->session;
    int64_t units = session->grid.units;
    LLR_TRY(llr_pace_create(&rerun->there, LLR_REGIMES, error));
    LLR_TRY(llr_pace_create(&rerun->here, LLR_REGIMES, error));
    rerun->seconds = llr_alloc(units, sizeof *rerun->seconds);
    if (!rerun->seconds) return llr_fail_memory(error, units * 8, "the timings of units");
    for (int64_t u = 0; u < units; u++)
        if (loaded->block[u].rows) rerun->seconds[u] = llr_block_seconds(&loaded->block[u]);
    if (!llr_calibrates_itself(&session->grid, &session->catalog) || !are_data_here(&session->job))
        return LLR_OK;
    return llr_calibrate_again(&rerun->here, &rerun->there, rerun->seconds, &session->grid,
                               &session->job, LLR_CALIBRATION_SECONDS, error);
}

/* Of all solvers together; NaN where nothing was run again. */
static double slowness(const rerun_t *rerun)
{
    double there = 0, here = 0;
    for (int64_t k = 0; k < rerun->here.kinds; k++) {
        there += rerun->there.kind[k].seconds;
        here += rerun->here.kind[k].seconds;
    }
    return there / here;
}

/* Seconds of the same units differ by a tenth and more from one moment to the next. */
static bool is_slower_or_faster(const rerun_t *rerun)
{
    const double noise = 0.2;
    return fabs(log(slowness(rerun))) > noise;
}

static void slow_down(llr_pace_t *pace, const rerun_t *rerun)
{
    for (int64_t k = 0; k < LLR_REGIMES; k++) {
        double factor = llr_pace_over(&rerun->there, &rerun->here, k);
        pace->kind[k].seconds *= factor;
        pace->kind[k].most *= factor;
    }
}

/* That machine by units of the folder's that are run again here, the job's data by its own units:
 * data decide how many steps a fit takes, the machine how long a step takes. */
static llr_code_t time_own_there(llr_pace_t *pace, const rerun_t *rerun, llr_session_t *session,
                                 const char *folder, llr_text_t *said, llr_error_t *error)
{
    LLR_TRY(
        llr_calibrate_by_own(pace, &session->grid, &session->job, LLR_CALIBRATION_SECONDS, error));
    llr_text_add(said, "%d s of the job's own units, on this machine", LLR_CALIBRATION_SECONDS);
    if (is_slower_or_faster(rerun)) {
        slow_down(pace, rerun);
        llr_text_add(said, ", times %.2f: so much longer units of %s took there than here",
                     slowness(rerun), folder);
    } else
        llr_text_add(said, "; units of %s took about as long there as here (%.2f)", folder,
                     slowness(rerun));
    return LLR_OK;
}

static void learn_folder(llr_pace_t *pace, const llr_loaded_t *loaded, const llr_session_t *session,
                         const char *folder, llr_text_t *said)
{
    llr_pace_learn(pace, &loaded->session.grid, loaded->session.catalog.facts, loaded->block);
    llr_text_add(said, "the units timed in %s", folder);
    say_untimed(pace, session, said);
}

static llr_code_t use_folder(llr_pace_t *pace, llr_loaded_t *loaded, llr_session_t *session,
                             const char *folder, llr_text_t *said, llr_error_t *error)
{
    rerun_t rerun = {0};
    bool own = llr_calibrates_itself(&session->grid, &session->catalog);
    llr_code_t code = own ? run_again(&rerun, loaded, error) : LLR_OK;
    if (code == LLR_OK && isfinite(slowness(&rerun)))
        code = time_own_there(pace, &rerun, session, folder, said, error);
    else if (code == LLR_OK)
        learn_folder(pace, loaded, session, folder, said);
    llr_pace_destroy(&rerun.there);
    llr_pace_destroy(&rerun.here);
    free(rerun.seconds);
    return code;
}

static llr_code_t read_folder(llr_pace_t *pace, const char *folder, llr_session_t *session,
                              llr_text_t *said, llr_error_t *error)
{
    llr_loaded_t loaded;
    llr_code_t code = llr_loaded_open(&loaded, folder, error);
    if (code == LLR_OK && !loaded.done)
        code = llr_fail(error, LLR_INVALID, "--calibration: no unit of %s is done", folder);
    if (code == LLR_OK) code = use_folder(pace, &loaded, session, folder, said, error);
    llr_loaded_close(&loaded);
    return code;
}

/* ---------------------------------------------------------------------------------------------- */

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
    if (S_ISDIR(about.st_mode)) return read_folder(pace, from, session, said, error);
    LLR_TRY(read_file(pace, from, error));
    llr_text_add(said, "%s", from);
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
