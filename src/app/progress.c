#include "app/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

llr_meter_t llr_meter_create(bool quiet)
{
    const char *plain = getenv("NO_COLOR");
    bool terminal = isatty(STDERR_FILENO);
    return (llr_meter_t){.quiet = quiet,
                         .terminal = terminal,
                         .colour = terminal && !(plain && *plain),
                         .last = terminal ? -1 : 0};
}

/* "1:02:03" or "2:03" */
static const char *duration(double seconds, char *out, size_t size)
{
    long long s = seconds > 0 ? (long long)(seconds + 0.5) : 0;
    if (s >= 3600)
        snprintf(out, size, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%lld:%02lld", s / 60, s % 60);
    return out;
}

enum { WORDS = 160, LINE_SECONDS = 60 };

/* Predictions, or units by what they cost: the dearest are done first. */
static double share_of(const llr_progress_t *progress)
{
    if (progress->forecasts) return (double)progress->forecast / (double)progress->forecasts;
    return progress->work > 0 ? (progress->work_found + progress->work_done) / progress->work : 1;
}

/* Seconds, if what is left goes on like what this run has done. */
static double seconds_left(const llr_progress_t *progress)
{
    double left = progress->work - progress->work_found - progress->work_done;
    return progress->seconds * left / progress->work_done;
}

static void describe(const llr_progress_t *progress, char out[WORDS])
{
    if (progress->forecasts) {
        snprintf(out, WORDS, "theory: %lld of %lld predictions", (long long)progress->forecast,
                 (long long)progress->forecasts);
        return;
    }
    char past[32], left[32];
    int64_t known = progress->found + progress->done;
    double rate = progress->seconds > 0 ? (double)progress->cells / progress->seconds : 0;
    int length =
        snprintf(out, WORDS, "%lld of %lld units, %.4g fits/s, %s", (long long)known,
                 (long long)progress->units, rate, duration(progress->seconds, past, sizeof past));
    if (progress->done && known < progress->units)
        snprintf(out + length, (size_t)(WORDS - length), ", ETA %s",
                 duration(seconds_left(progress), left, sizeof left));
}

static void draw_bar(llr_meter_t *meter, double share, const char *words)
{
    enum { WIDTH = 30 };
    int filled = (int)(WIDTH * fmin(share, 1));
    fprintf(stderr, "\r%s[", meter->colour ? "\033[32m" : "");
    for (int i = 0; i < WIDTH; i++) fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "]%s %s\033[K", meter->colour ? "\033[0m" : "", words);
    fflush(stderr);
    meter->drawn = true;
}

void llr_meter_draw(llr_meter_t *meter, double seconds, double share, const char *words)
{
    double pause = meter->terminal ? 0.2 : LINE_SECONDS;
    if (meter->quiet || (seconds - meter->last < pause && meter->last >= 0)) return;
    meter->last = seconds;
    if (meter->terminal)
        draw_bar(meter, share, words);
    else
        fprintf(stderr, "llrsweep: %s\n", words);
}

void llr_meter_show(llr_meter_t *meter, const llr_progress_t *progress)
{
    char words[WORDS];
    describe(progress, words);
    llr_meter_draw(meter, progress->seconds, share_of(progress), words);
}

void llr_meter_end(llr_meter_t *meter)
{
    if (meter->drawn) fprintf(stderr, "\r\033[K");
    meter->drawn = false;
}
