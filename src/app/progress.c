#include "app/progress.h"

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

static void print_facts(const llr_progress_t *progress)
{
    if (progress->forecasts) {
        fprintf(stderr, "theory: %lld of %lld predictions", (long long)progress->forecast,
                (long long)progress->forecasts);
        return;
    }
    char past[32], left[32];
    int64_t known = progress->found + progress->done;
    double rate = progress->seconds > 0 ? (double)progress->cells / progress->seconds : 0;
    fprintf(stderr, "%lld of %lld units, %.4g fits/s, %s", (long long)known,
            (long long)progress->units, rate, duration(progress->seconds, past, sizeof past));
    if (progress->done && known < progress->units)
        fprintf(
            stderr, ", ETA %s",
            duration(progress->seconds * (double)(progress->units - known) / (double)progress->done,
                     left, sizeof left));
}

static void draw_bar(llr_meter_t *meter, const llr_progress_t *progress)
{
    enum { WIDTH = 30 };
    int64_t known = progress->forecasts ? progress->forecast : progress->found + progress->done;
    int64_t all = progress->forecasts ? progress->forecasts : progress->units;
    int filled = all ? (int)(WIDTH * known / all) : WIDTH;
    fprintf(stderr, "\r%s[", meter->colour ? "\033[32m" : "");
    for (int i = 0; i < WIDTH; i++) fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "]%s ", meter->colour ? "\033[0m" : "");
    print_facts(progress);
    fprintf(stderr, "\033[K");
    fflush(stderr);
    meter->drawn = true;
}

void llr_meter_show(llr_meter_t *meter, const llr_progress_t *progress)
{
    enum { LINE_SECONDS = 60 };
    if (meter->quiet) return;
    if (meter->terminal) {
        if (progress->seconds - meter->last >= 0.2 || meter->last < 0) {
            meter->last = progress->seconds;
            draw_bar(meter, progress);
        }
    } else if (progress->seconds - meter->last >= LINE_SECONDS) {
        meter->last = progress->seconds;
        fprintf(stderr, "llrsweep: ");
        print_facts(progress);
        fputc('\n', stderr);
    }
}

void llr_meter_end(llr_meter_t *meter)
{
    if (meter->drawn) fprintf(stderr, "\r\033[K");
    meter->drawn = false;
}
