/* What a run shows on a terminal. */
#include "program.h"
#include "suite.h"

#include <pty.h>

/* What the command, run by a shell, writes to a terminal. */
static void run_on_terminal(const char *command, char *out, size_t room)
{
    int terminal, status;
    size_t length = 0;
    setenv("L", getenv("LLR_BINARY"), 1);
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    CU_ASSERT_TRUE_FATAL(child >= 0);
    if (!child) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    for (ssize_t some = 1; some > 0;) { /* the last read fails: the other end is closed */
        char spare[4096];
        bool fits = length + 1 < room;
        some = read(terminal, fits ? out + length : spare, fits ? room - 1 - length : sizeof spare);
        if (fits && some > 0) length += (size_t)some;
    }
    out[length] = '\0';
    close(terminal);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

enum { DEAR = 16, CHEAP = 16, WIDTH = 30 };

static void write_job(void)
{
    char path[2 * PATH_ROOM], text[COMMAND_ROOM];
    snprintf(path, sizeof path, "%s/job.yaml", scratch());
    snprintf(text, sizeof text,
             "datasets:\n"
             "  - {name: big, synthetic: {d: 300, priors: [.8, .2]}, sizes: [1200]}\n"
             "  - {name: small, synthetic: {d: 5, priors: [.8, .2]}, sizes: [50]}\n"
             "losses: [logistic]\nseeds: {count: %d}\nexponents: {from: 0, to: 2, count: 9}\n"
             "lambdas: {log10: {from: -4, to: 0, count: 9}}\n",
             DEAR);
    write_file(path, text);
}

/* Dear units come first, and are all of the work to a hundredth: so many of them as are done are so
 * much of the bar, and of the time. */
static void check_bar(int marks, int done, double past, double left)
{
    CU_ASSERT_DOUBLE_EQUAL(marks, WIDTH * (double)done / DEAR, 1.5);
    CU_ASSERT_TRUE(left <= (past + .5) * (DEAR - done + .5) / done + 1);
}

static void the_bar_follows_the_work(void)
{
    static const char start[] = "\033[32m[", stop[] = "]\033[0m ";
    char command[COMMAND_ROOM], out[TEXT_ROOM];
    int looked = 0;
    write_job();
    snprintf(command, sizeof command, "$L run %s/job.yaml -o %s/out", scratch(), scratch());
    run_on_terminal(command, out, sizeof out);
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "digest "));
    for (const char *at = out; (at = strstr(at, start)); looked++) {
        int done, units, past[2], left[2], marks = (int)strspn(at += strlen(start), "#");
        const char *words = strstr(at, stop);
        CU_ASSERT_PTR_NOT_NULL_FATAL(words);
        int found = sscanf(words + strlen(stop), "%d of %d units, %*f fits/s, %d:%d, ETA %d:%d",
                           &done, &units, &past[0], &past[1], &left[0], &left[1]);
        CU_ASSERT_TRUE(found >= 4 && units == DEAR + CHEAP);
        CU_ASSERT_EQUAL(found == 6, done > 0 && done < units);
        if (found == 6 && done <= DEAR)
            check_bar(marks, done, 60 * past[0] + past[1], 60 * left[0] + left[1]);
    }
    CU_ASSERT_TRUE(looked > 5);
}

static void no_colours_where_none_are_wanted(void)
{
    char command[COMMAND_ROOM], out[TEXT_ROOM];
    snprintf(command, sizeof command, "NO_COLOR=1 $L run %s/job.yaml -o %s/plain", scratch(),
             scratch());
    run_on_terminal(command, out, sizeof out);
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "\r[#"));
    CU_ASSERT_PTR_NULL(strstr(out, "\033[32m"));
    snprintf(command, sizeof command, "$L run -q %s/job.yaml -o %s/quiet", scratch(), scratch());
    run_on_terminal(command, out, sizeof out);
    CU_ASSERT_EQUAL(strlen(out), 0);
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"the bar follows the work", the_bar_follows_the_work},
        {"no colours where none are wanted", no_colours_where_none_are_wanted},
    };
    return LLR_RUN_SUITE("progress", tests);
}
