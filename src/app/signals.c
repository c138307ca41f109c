#include "app/signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t received;

static void note(int number)
{
    received = number;
    if (number == SIGINT) signal(SIGINT, SIG_DFL);
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
