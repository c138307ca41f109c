/* The command line: one table of commands, one of options. */
#ifndef LLR_APP_OPTIONS_H
#define LLR_APP_OPTIONS_H

#include "base/error.h"
#include "model/job.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct llr_options llr_options_t;

typedef struct llr_command {
    const char *name, *arguments; /* arguments in words, for help */
    int least, most;              /* how many it takes; most 0: any number */
    const char *help;
    llr_code_t (*run)(const llr_options_t *options, llr_error_t *error);
} llr_command_t;

struct llr_options {
    const llr_command_t *command;
    const char **argument; /* owned; of words of the command line */
    int arguments;
    bool help, version, quiet, verbose, explain;
    const char *output, *save, *dataset;
    llr_rule_t rule; /* rows: of which cut of the subsamples; LLR_RULE_UNIFORM: the whole */
    llr_select_t metric;
    bool has_metric;
    const struct llr_report_format *format; /* of a report, or NULL: the first */
    int64_t ranks, best;                    /* best: -1 where it is not given */
    int64_t shard, shards;                  /* run: 0 ... shards - 1 of shards; shards 0: all */
    double grace;
    unsigned given; /* bit o: the option o of the table */
    void *mpi;      /* address of the communicator of all ranks, or NULL without MPI */
};

extern const llr_command_t llr_commands[];
extern const int64_t llr_command_count;

void llr_options_destroy(llr_options_t *options);

/* LLR_INVALID names the bad word and the nearest good one. */
llr_code_t llr_options_parse(llr_options_t *options, int count, char **words, llr_error_t *error);

/* The command of this name; LLR_INVALID as above. */
llr_code_t llr_options_command(const char *name, const llr_command_t **command, llr_error_t *error);

/* To stdout: of one command, or (NULL) of all. */
void llr_options_help(const llr_command_t *command);

#endif
