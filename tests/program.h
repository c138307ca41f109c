/* Runs the program as a user does, and looks at what it says. */
#ifndef LLR_TESTS_PROGRAM_H
#define LLR_TESTS_PROGRAM_H

#include <CUnit/Basic.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH_ROOM = 512, TEXT_ROOM = 1 << 16, COMMAND_ROOM = 4096 };

typedef struct outcome {
    int code; /* exit code; 128 + signal */
    char out[TEXT_ROOM], err[TEXT_ROOM];
    double seconds;
} outcome_t;

/* A folder of this process for scratch files; made on first use. */
static inline const char *scratch(void)
{
    static char path[PATH_ROOM];
    if (!*path) {
        const char *root = getenv("LLR_SCRATCH");
        snprintf(path, sizeof path, "%s/program-%d", root ? root : "/tmp", (int)getpid());
        char command[COMMAND_ROOM];
        snprintf(command, sizeof command, "mkdir -p %s", path);
        CU_ASSERT_EQUAL_FATAL(system(command), 0);
    }
    return path;
}

static inline void remove_scratch(void)
{
    char command[COMMAND_ROOM];
    snprintf(command, sizeof command, "rm -rf %s", scratch());
    CU_ASSERT_EQUAL(system(command), 0);
}

static inline void read_file(const char *path, char *out, size_t room)
{
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(out, 1, room - 1, file) : 0;
    out[length] = '\0';
    if (file) fclose(file);
}

static inline void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static inline double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Runs a shell command in which $L is the program, $M mpirun, $D the scratch folder, $S the source
 * tree; ended after five minutes, which counts as a failure. */
static inline void run(outcome_t *outcome, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void run(outcome_t *outcome, const char *format, ...)
{
    char given[COMMAND_ROOM], command[2 * COMMAND_ROOM], path[2 * PATH_ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(given, sizeof given, format, arguments);
    va_end(arguments);
    setenv("L", getenv("LLR_BINARY"), 1);
    setenv("M", getenv("LLR_MPIEXEC"), 1);
    setenv("S", getenv("LLR_SOURCE"), 1);
    setenv("D", scratch(), 1);
    snprintf(path, sizeof path, "%s/command.sh", scratch());
    write_file(path, given);
    snprintf(command, sizeof command,
             "timeout -k 5 300 sh %s >%s/said.out 2>%s/said.err </dev/null", path, scratch(),
             scratch());
    double started = seconds_now();
    int status = system(command);
    outcome->seconds = seconds_now() - started;
    outcome->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    CU_ASSERT_NOT_EQUAL(outcome->code, 124);
    snprintf(path, sizeof path, "%s/said.out", scratch());
    read_file(path, outcome->out, sizeof outcome->out);
    snprintf(path, sizeof path, "%s/said.err", scratch());
    read_file(path, outcome->err, sizeof outcome->err);
}

/* Did it end so, with this text? Says what it did otherwise. */
static inline bool ended(const outcome_t *outcome, int code, const char *text)
{
    bool good = outcome->code == code &&
                (!text || strstr(outcome->out, text) || strstr(outcome->err, text));
    if (!good)
        fprintf(stderr, "wanted %d and `%s`, got %d\n--- out\n%.2000s--- err\n%.2000s", code,
                text ? text : "", outcome->code, outcome->out, outcome->err);
    return good;
}

/* The digest that a run has printed, or "". */
static inline void digest_of(const outcome_t *outcome, char digest[64])
{
    const char *at = strstr(outcome->out, "digest ");
    digest[0] = '\0';
    if (at) sscanf(at, "digest %63s", digest);
}

static inline int count_lines(const char *text)
{
    int lines = 0;
    for (; *text; text++) lines += *text == '\n';
    return lines;
}

#endif
