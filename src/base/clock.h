/* Time, for the floors that may know it (par and app). */
#ifndef LLR_BASE_CLOCK_H
#define LLR_BASE_CLOCK_H

/* Seconds since an arbitrary start; never goes back. */
double llr_clock_seconds(void);
/* Seconds since 1970, UTC. */
double llr_clock_date(void);
/* CPU seconds used by this process. */
double llr_clock_cpu_seconds(void);
/* Sleeps for so many seconds, or until a signal. */
void llr_clock_sleep(double seconds);

#endif
