/* Where a prediction of seconds stands on: a calibration file, the timings of a sweep, or units
 * that are timed here and now. */
#ifndef LLR_APP_CALIBRATION_H
#define LLR_APP_CALIBRATION_H

#include "app/session.h"
#include "work/pace.h"

/* from: a calibration file or a result folder, NULL: times units. said: for messages, what the
 * rates are from, appended. LLR_INVALID: no such thing. pace is to be destroyed also where this
 * fails. */
llr_code_t llr_calibration_open(llr_pace_t *pace, const char *from, llr_session_t *session,
                                llr_text_t *said, llr_error_t *error);
/* Writes the file. LLR_FAILED: path, errno in words. */
llr_code_t llr_calibration_save(const llr_pace_t *pace, const char *path, llr_error_t *error);

#endif
