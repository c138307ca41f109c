/* What `llrsweep help` and --help print. */
#ifndef LLR_APP_HELP_H
#define LLR_APP_HELP_H

#include "app/options.h"

/* What help is about beside the commands. */
typedef struct llr_topic {
    const char *name, *help;
    void (*print)(llr_text_t *out); /* appends the text */
} llr_topic_t;
extern const llr_topic_t llr_topics[];
extern const int64_t llr_topic_count;

/* The exit codes and what they mean, by code; NULL past the last. Static strings. */
const char *llr_exit_code_help(int code);

/* "-o, --output DIR" and "result folder ... [default]", appended to out. */
void llr_option_head(const llr_option_t *option, llr_text_t *out);
void llr_option_meaning(const llr_option_t *option, llr_text_t *out);

/* Help on one command, or (NULL) on all. */
void llr_help_text(const llr_command_t *command, llr_text_t *out);
/* The man page, in roff. */
void llr_help_man(llr_text_t *out);
/* Completion for bash. */
void llr_help_completion(llr_text_t *out);

/* To stdout; LLR_FAILED: out of memory. */
llr_code_t llr_help_print(const llr_command_t *command, llr_error_t *error);

#endif
