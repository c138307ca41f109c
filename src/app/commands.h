/* The sub-commands, one file each. They print to stdout; errors travel up, and lines that were
 * found wrong are printed by llr_session_findings. */
#ifndef LLR_APP_COMMANDS_H
#define LLR_APP_COMMANDS_H

#include "app/options.h"

llr_code_t llr_command_check(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_plan(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_run(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_status(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_report(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_import(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_inspect(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_gather(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_scaling(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_rows(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_theory(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_advise(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_replay(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_journal(const llr_options_t *options, llr_error_t *error);
llr_code_t llr_command_help(const llr_options_t *options, llr_error_t *error);

#endif
