/* The command line: one table of commands, one of options, from which parsing, help, man page and
 * completion are made. */
#ifndef LLR_APP_OPTIONS_H
#define LLR_APP_OPTIONS_H

#include "app/values.h"
#include "base/error.h"
#include "model/job.h"
#include "model/sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct llr_options llr_options_t;

/* A list of words by index, NULL past the last. */
typedef const char *llr_words_t(int64_t index);

typedef struct llr_command {
    const char *name, *arguments; /* arguments in words, for help */
    int least, most;              /* how many it takes; most -1: any number */
    const char *help;
    llr_code_t (*run)(const llr_options_t *options, llr_error_t *error);
} llr_command_t;

typedef struct llr_option {
    const char *name, *letter; /* letter NULL where there is none */
    const char *value;         /* its word in help, NULL: it takes none */
    const char *commands;      /* those that take it, "" all */
    const char *help;
    const char *standard; /* what holds without it, in words, or NULL */
    llr_words_t *choice;  /* the words it takes, or NULL where it takes any */
    /* Takes its value; NULL: what is at the place in llr_options_t, a const char *, becomes the
     * value (borrowed), or, of an option without one, a bool becomes true. */
    llr_code_t (*set)(llr_options_t *options, const char *value, llr_error_t *error);
    size_t place;
} llr_option_t;

struct llr_options {
    const llr_command_t *command;
    const char **argument; /* owned; of words of the command line */
    int arguments;
    bool help, version, quiet, verbose, explain, weak;
    const char *output, *save, *dataset, *calibration, *save_calibration;
    llr_rule_t rule; /* rows: of which cut of the subsamples; LLR_RULE_UNIFORM: the whole */
    llr_select_t metric;
    bool has_metric, by_dataset;
    llr_interval_kind_t interval;           /* of a report */
    const char *compare;                    /* of a report: method or folder, or NULL */
    const struct llr_report_format *format; /* of a report, or NULL: the first */
    int64_t ranks, nodes;
    int64_t best;              /* -1 where it is not given */
    int64_t shard, shards;     /* run: 0 ... shards - 1 of shards; shards 0: all */
    double grace, stop_before; /* run, seconds; 0: none */
    /* Of an import: files, or NULL. */
    const char *features, *labels, *groups, *split;
    llr_values_t fractions; /* three, or none */
    int64_t seed;
    bool force, single;
    /* Of predictions. */
    llr_synthetic_t gaussian; /* priors owned; dim 0: not given */
    llr_values_t n, gamma, lambda, classes, priors, test_priors;
    llr_loss_t loss;
    llr_by_t weights_by;
    llr_preprocess_t preprocess; /* zscore unless it is given */
    llr_select_t target;
    uint64_t given; /* bit o: option o of the table was given */
    void *mpi;      /* address of the communicator of all ranks, or NULL without MPI */
};

extern const llr_command_t llr_commands[];
extern const int64_t llr_command_count;
extern const llr_option_t llr_option_table[];
extern const int64_t llr_option_count;

/* Does help on the command show the option? command NULL: options that every command has. */
bool llr_option_is_of(const llr_option_t *option, const llr_command_t *command);

/* The first of the options (names, NULL past the last) that was given, or NULL. */
const char *llr_options_given(const llr_options_t *options, const char *const *names);

/* The option's words, appended to out, with the separator between them. */
void llr_option_choices(const llr_option_t *option, const char *separator, llr_text_t *out);

void llr_options_destroy(llr_options_t *options);

/* LLR_INVALID names the bad word and the nearest good one. */
llr_code_t llr_options_parse(llr_options_t *options, int count, char **words, llr_error_t *error);

/* LLR_INVALID: "unknown command `chekc`; did you mean `check`?" */
llr_code_t llr_options_unknown(const char *kind, const char *word, llr_words_t *words,
                               llr_error_t *error);

#endif
