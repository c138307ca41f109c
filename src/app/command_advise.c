#include "app/commands.h"
llr_code_t llr_command_advise(const llr_options_t *options, llr_error_t *error)
{
    (void)options;
    return llr_fail(error, LLR_INVALID, "not yet");
}
