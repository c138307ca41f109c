#include "app/signals.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

/* Launchers and Slurm may each pass on one and the same SIGTERM: what comes within moments of the
 * first is no second wish. */
enum { MOMENTS = 2 };

static volatile sig_atomic_t received;
static volatile time_t first_termination;

static void note(int number)
{
    time_t now = time(NULL);
    if (number == SIGINT) signal(SIGINT, SIG_DFL);
    if (number == SIGTERM && !first_termination) first_termination = now;
    if (number == SIGTERM && now - first_termination >= MOMENTS) {
        signal(SIGTERM, SIG_DFL);
        raise(SIGTERM); /* held back until this handler is done */
    }
    received = number;
}

void llr_signals_ignore(void)
{
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

void llr_signals_catch(void)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGUSR1};
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
}

bool llr_signals_stop(void)
{
    return received != 0;
}

const char *llr_signals_name(void)
{
    switch (received) {
    case SIGTERM:
        return "SIGTERM";
    case SIGINT:
        return "SIGINT";
    case SIGUSR1:
        return "SIGUSR1";
    default:
        return NULL;
    }
}
